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
from simulator.formats import strict_json

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
    r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,17}([eE][-+]?[0-9]{1,2})?|[-+]?[0-9]{1,17}[eE][-+]?[0-9]{1,2}"
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
    """Where a value stands, both counted from 1; `key` is where its key stands, when it has one."""

    line: int
    column: int
    key: tuple[int, int] | None = None


@dataclass(slots=True)
class Located:
    """A parsed document: plain Python values, and the place of each by its path of keys and
    indices.
    """

    value: Any
    file: str
    places: dict[Path, Place] = field(default_factory=dict)

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
            message=message, file=self.file, line=line, column=column, code=code, hint=hint
        )


def load(text: str | bytes, file: str) -> Located:
    """Parse one document. Invalid lists every problem, each with file, line and column."""
    source = _decode(text, file)
    _measure(source, file)
    try:
        node = _Loader(source).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise Invalid([_syntax_problem(error, file)]) from None
    except yaml.YAMLError as error:
        raise Invalid([_unreadable(error, source, file)]) from None
    if node is None:
        raise Invalid(
            [Problem(message="the file is empty", file=file, line=1, column=1, code="empty")]
        )
    located = Located(None, file)
    builder = _Builder(located)
    located.value = builder.build(node, ())
    if builder.problems:
        raise Invalid(sorted(builder.problems, key=lambda problem: (problem.line, problem.column)))
    return located


def _decode(text: str | bytes, file: str) -> str:
    if len(text) > LARGEST:
        raise Invalid(
            [
                Problem(
                    message=f"the file has more than {LARGEST} bytes",
                    file=file,
                    line=1,
                    column=1,
                    code="too_large",
                )
            ]
        )
    if isinstance(text, str):
        return text
    if text.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        raise Invalid(
            [
                Problem(
                    message="the file begins with a byte order mark: save it as UTF-8 without one",
                    file=file,
                    line=1,
                    column=1,
                    code="encoding",
                )
            ]
        )
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        raise Invalid(
            [
                Problem(
                    message="not UTF-8 text", file=file, line=line, column=column, code="encoding"
                )
            ]
        ) from None


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
        raise Invalid([_syntax_problem(error, file)]) from None
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


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = (error.problem or error.context or "cannot be read").strip()
    hint = (
        "indent with spaces, not tabs, and quote a text that begins with @, ` or %"
        if "cannot start any token" in said
        else ""
    )
    if (
        "expected ',' or '}'" in said
        or "expected ',' or ']'" in said
        or "mapping values are not allowed" in said
    ):
        hint = "a text that holds `{`, `}`, `,` or `: ` wants quotes"
    if mark is None:
        return Problem(
            message=f"not YAML: {said}", file=file, line=1, column=1, code="yaml", hint=hint
        )
    return _at(mark, f"not YAML: {said}", file, "yaml", hint)


def _unreadable(error: yaml.YAMLError, source: str, file: str) -> Problem:
    """A character that no YAML file may hold; the parser's own words for it take two lines and
    count bytes.
    """
    character = chr(getattr(error, "character", 0))
    index = max(0, source.find(character))
    line, column = source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index)
    return Problem(
        message=f"not YAML: the character {character!a} is not allowed",
        file=file,
        line=line,
        column=column,
        code="yaml",
    )


class _Builder:
    """Walks composed nodes into plain values, noting places and problems; expanded aliases count by
    weight.
    """

    def __init__(self, located: Located) -> None:
        self.located = located
        self.problems: list[Problem] = []
        self.weight = 0
        self.open: set[int] = set()

    def build(self, node: Any, path: Path, key: tuple[int, int] | None = None) -> Any:
        self.weight += 1
        if self.weight > HEAVIEST:
            raise Invalid(
                [
                    _at(
                        node.start_mark,
                        f"aliases expand to more than {HEAVIEST} values",
                        self.located.file,
                        "too_heavy",
                    )
                ]
            )
        self.located.places[path] = Place(node.start_mark.line + 1, node.start_mark.column + 1, key)
        if id(node) in self.open:
            self.say(node, "an anchor that holds itself", "recursive_alias")
            return None
        if node.tag not in _PLAIN_TAGS:
            self.say(node, f"the tag `{node.tag}` is not allowed", "tag", "write plain YAML")
            return None
        if isinstance(node, yaml.ScalarNode):
            if strict_json.keepable(node.value) != node.value:
                self.say(
                    node,
                    "a text holds a NUL or a lone surrogate, which no store can keep",
                    "bad_text",
                )
            return _scalar(node)
        self.open.add(id(node))
        value = (
            self.mapping(node, path)
            if isinstance(node, yaml.MappingNode)
            else self.sequence(node, path)
        )
        self.open.discard(id(node))
        return value

    def sequence(self, node: Any, path: Path) -> list[Any]:
        return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                hint = 'quote it: "{{ ... }}"' if isinstance(key_node, yaml.MappingNode) else ""
                self.say(key_node, "a template outside quotes, or a map used as a key", "key", hint)
                continue
            key = str(key_node.value)
            mark = key_node.start_mark
            if key_node.tag == "tag:yaml.org,2002:merge" or key == "<<":
                self.say(key_node, "merge keys (`<<`) are not allowed", "merge")
                continue
            if key in members:
                self.say(
                    key_node,
                    f"the key `{key}` occurs twice: first on line {lines[key]}",
                    "duplicate_key",
                )
                continue
            if (
                node.flow_style
                and value_node.value == ""
                and value_node.start_mark.index == value_node.end_mark.index
            ):
                self.say(
                    key_node,
                    f"`{key}` has no value",
                    "no_value",
                    "a comma inside an unquoted text splits it: quote the text",
                )
                continue
            lines[key] = mark.line + 1
            members[key] = self.build(value_node, (*path, key), (mark.line + 1, mark.column + 1))
        return members

    def say(self, node: Any, message: str, code: str, hint: str = "") -> None:
        self.problems.append(_at(node.start_mark, message, self.located.file, code, hint))


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
