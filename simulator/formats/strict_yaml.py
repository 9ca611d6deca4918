"""YAML for people who write scenarios: every value knows its line and column, and nothing
surprising is let in.

YAML 1.2 in spirit: `on`, `NO`, `12:30`, `010` and dates are strings; only true, false, null and
plain numbers are not. Duplicate keys, tags, merge keys, several documents, recursion, exploding
aliases, deep or large files are problems, all found at once.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.scanner import ScannerError

from simulator.base.errors import Invalid, Problem
from simulator.formats import strict_json, yaml_syntax

LARGEST = 256 * 1024
DEEPEST = 32
HEAVIEST = 100_000


class _PythonLoader(yaml.SafeLoader):
    """The parser where PyYAML comes without libyaml. It stops at deep brackets as libyaml does.

    Its cost grows with the square of the open brackets, so it must not open a thousand of them.
    """

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level > DEEPEST:
            raise ScannerError(None, None, "too many open brackets", self.get_mark())
        super().fetch_flow_collection_start(token)


_Loader: Any = getattr(yaml, "CSafeLoader", _PythonLoader)
_PLAIN_TAGS = {
    "tag:yaml.org,2002:" + name
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(
    r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,17}([eE][-+]?[0-9]{1,2})?"
    r"|[-+]?[0-9]{1,17}[eE][-+]?[0-9]{1,2}"
)
_WORDS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}

Path = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, both counted from 1; `key` is where its key stands, when it has one.
    `file` is named where the document was put together from several.
    """

    line: int
    column: int
    key: tuple[int, int] | None = None
    file: str = ""


@dataclass(slots=True)
class Located:
    """A parsed document: plain Python values, and the place of each by its path of keys and
    indices.
    """

    value: Any
    file: str
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)
    """Where something stands that could not be read: None is in its place, and one of the
    problems says why.
    """

    def place(self, path: Path) -> Place:
        """The place of a path, or of its nearest parent that has one."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))

    def problem(
        self,
        path: Path,
        message: str,
        *,
        code: str = "invalid",
        hint: str = "",
        at_key: bool = False,
    ) -> Problem:
        """A Problem at the value (or key) of `path`."""
        place = self.place(path)
        line, column = place.key if at_key and place.key else (place.line, place.column)
        return Problem(
            message=message,
            file=place.file or self.file,
            line=line,
            column=column,
            code=code,
            hint=hint,
        )


def load(text: str | bytes, file: str) -> Located:
    """Parse one document. Invalid lists every problem, each with file, line and column."""
    located = read(text, file)
    if located.problems:
        raise Invalid(located.problems)
    return located


def read(text: str | bytes, file: str) -> Located:
    """Parse one document as far as that is possible: what can be passed over is in `problems`.
    Invalid when nothing can be read.
    """
    source = _decode(text, file)
    _measure(source, file)
    try:
        node = _Loader(source).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise Invalid([_syntax_problem(error, source, file)]) from None
    except yaml.YAMLError as error:
        raise Invalid([_unreadable(error, source, file)]) from None
    if node is None:
        raise Invalid([Problem(message="the file is empty", **_start(file), code="empty")])
    located = Located(None, file)
    builder = _Builder(located, source)
    located.value = builder.build(node, ())
    located.problems.sort(key=lambda problem: (problem.line, problem.column))
    return located


def _start(file: str) -> dict[str, Any]:
    return {"file": file, "line": 1, "column": 1}


def _decode(text: str | bytes, file: str) -> str:
    if len(text) > LARGEST:
        said = f"the file has more than {LARGEST} bytes"
        raise Invalid([Problem(message=said, **_start(file), code="too_large")])
    if isinstance(text, str):
        return text
    if text.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        said = "the file begins with a byte order mark: save it as UTF-8 without one"
        raise Invalid([Problem(message=said, **_start(file), code="encoding")])
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        said = "the file is not UTF-8 text: save it as UTF-8"
        problem = Problem(message=said, file=file, line=line, column=column, code="encoding")
        raise Invalid([problem]) from None


def _measure(source: str, file: str) -> None:
    """Refuse a file that is nested too deep or holds several documents, before anything is built.

    A parser may refuse deep nesting by itself, in its own words: its scanner reads up to a thousand
    characters ahead of the events. So when it stops, the text before that place is measured alone.
    """
    try:
        _count(source, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            with suppress(yaml.YAMLError):
                _count(source[: mark.index], file)
        raise Invalid([_syntax_problem(error, source, file)]) from None
    except yaml.YAMLError as error:
        raise Invalid([_unreadable(error, source, file)]) from None


def _count(source: str, file: str) -> None:
    """Count depth and documents on the events, which are read one at a time."""
    depth = documents = 0
    for event in yaml.parse(source, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                said = f"nested deeper than {DEEPEST} levels"
                raise Invalid([_at(event.start_mark, said, file, "too_deep")])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                said = "a second document begins here: one file holds one"
                raise Invalid([_at(event.start_mark, said, file, "documents")])


def _at(mark: Any, message: str, file: str, code: str, hint: str = "") -> Problem:
    return Problem(
        message=message, file=file, line=mark.line + 1, column=mark.column + 1, code=code, hint=hint
    )


def _syntax_problem(error: yaml.MarkedYAMLError, source: str, file: str) -> Problem:
    mistake = yaml_syntax.explain(error, source, _open_quote(error, source))
    return Problem(
        message=f"not YAML: {mistake.message}",
        file=file,
        line=mistake.line + 1,
        column=mistake.column + 1,
        code="yaml",
        hint=mistake.hint,
    )


def _open_quote(error: yaml.MarkedYAMLError, source: str) -> tuple[int, int] | None:
    """Where a text in quotes begins that ends on the line of an error, but not on its own."""
    found = None
    with suppress(yaml.YAMLError):
        for token in yaml.scan(source, Loader=_Loader):
            quoted = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
            if quoted and token.start_mark.line < token.end_mark.line:
                found = token
    if found is None or error.problem_mark is None:
        return None
    ends_here = found.end_mark.line == error.problem_mark.line
    return (found.start_mark.line, found.start_mark.column) if ends_here else None


def _unreadable(error: yaml.YAMLError, source: str, file: str) -> Problem:
    """A character that no YAML file may hold; the parser's own words for it take two lines and
    count bytes.
    """
    character = chr(getattr(error, "character", 0))
    index = max(0, source.find(character))
    line, column = source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index)
    said = f"not YAML: the character {character!a} is not allowed"
    return Problem(message=said, file=file, line=line, column=column, code="yaml")


class _Builder:
    """Walks composed nodes into plain values, noting places and problems; expanded aliases count by
    weight.
    """

    def __init__(self, located: Located, source: str) -> None:
        self.located = located
        self.source = source
        self.weight = 0
        self.open: set[int] = set()

    def build(self, node: Any, path: Path, key: tuple[int, int] | None = None) -> Any:
        self.weight += 1
        if self.weight > HEAVIEST:
            said = f"aliases expand to more than {HEAVIEST} values"
            raise Invalid([_at(node.start_mark, said, self.located.file, "too_heavy")])
        self.located.places[path] = Place(node.start_mark.line + 1, node.start_mark.column + 1, key)
        if id(node) in self.open:
            self.say(node, "an anchor that holds itself", "recursive_alias")
            return self.broken(path)
        if node.tag not in _PLAIN_TAGS:
            self.say(
                node,
                f"the tag `{node.tag}` is not allowed",
                "tag",
                "quote a text that begins with `!`",
            )
            return self.broken(path)
        if isinstance(node, yaml.ScalarNode):
            if strict_json.keepable(node.value) != node.value:
                said = "a text holds a NUL or a lone surrogate, which no store can keep"
                self.say(node, said, "bad_text")
            return _scalar(node)
        if _is_open_template(node):
            text = self.source[node.start_mark.index : node.end_mark.index]
            self.say(node, "a template stands outside quotes", "key", f'write "{text[:60]}"')
            return text
        self.open.add(id(node))
        is_map = isinstance(node, yaml.MappingNode)
        value = self.mapping(node, path) if is_map else self.sequence(node, path)
        self.open.discard(id(node))
        return value

    def broken(self, path: Path) -> None:
        """Note that what stands at a path could not be read."""
        self.located.broken.add(path)

    def sequence(self, node: Any, path: Path) -> list[Any]:
        return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.say(key_node, "a map or a list stands where a key must stand", "key")
                continue
            key = str(key_node.value)
            mark = key_node.start_mark
            if key_node.tag == "tag:yaml.org,2002:merge" or key == "<<":
                self.say(key_node, "merge keys (`<<`) are not allowed", "merge")
                continue
            if key in members:
                said = f"the key `{key}` occurs twice: first on line {lines[key]}"
                self.say(key_node, said, "duplicate_key")
                continue
            lines[key] = mark.line + 1
            place = (mark.line + 1, mark.column + 1)
            if node.flow_style and value_node.start_mark.index == value_node.end_mark.index:
                key, value = self.glued(key_node, path)
                if key not in members:
                    lines[key] = mark.line + 1
                    self.located.places[*path, key] = Place(*place, place)
                    members[key] = value
            else:
                members[key] = self.build(value_node, (*path, key), place)
        return members

    def glued(self, node: Any, path: Path) -> tuple[str, Any]:
        """A key without a value inside braces: often a `:` without a space behind it, or a comma
        in a text.
        """
        key, colon, rest = str(node.value).partition(":")
        if colon and rest and rest[0].isspace() and not node.style:
            mark = node.start_mark
            column = mark.column + len(key) + 2
            said, hint = yaml_syntax.lookalike(rest[0])
            problem = Problem(
                message=said,
                file=self.located.file,
                line=mark.line + 1,
                column=column,
                code="yaml",
                hint=hint,
            )
            self.located.problems.append(problem)
            return key, rest.strip()
        if colon and rest and key.isidentifier() and not node.style:
            self.say(node, f"a space is missing behind `{key}:`", "no_value")
            return key, rest
        behind = self.source[node.end_mark.index :].lstrip()
        hint = "" if behind.startswith(":") else "quote a text that has a comma in it"
        if yaml_syntax.has_lookalike(str(node.value)):
            hint = "typographic quotes quote nothing in YAML"
        self.say(node, f"`{node.value}` has no value", "no_value", hint)
        self.broken((*path, str(node.value)))
        return str(node.value), None

    def say(self, node: Any, message: str, code: str, hint: str = "") -> None:
        self.located.problems.append(_at(node.start_mark, message, self.located.file, code, hint))


def _is_open_template(node: Any) -> bool:
    """Whether `{{ x }}` without quotes was read as a map whose only key is a map."""
    return (
        isinstance(node, yaml.MappingNode)
        and bool(node.flow_style)
        and len(node.value) == 1
        and isinstance(node.value[0][0], yaml.MappingNode)
    )


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
