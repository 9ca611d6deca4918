"""What a YAML parser stumbles over, in words for people: its own name the rule of the grammar and
not the mistake.

A parser's error has a problem with its mark, and often a context (what it was reading) with the
mark where that began.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TEXT = "quote the whole text"
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")

_MEANT = {
    **dict.fromkeys("\u00a0\u2007\u202f", "a space"),
    **dict.fromkeys("\u2013\u2014\u2212", "`-`"),
    **dict.fromkeys("\u201c\u201d\u201e", '`"`'),
    **dict.fromkeys("\u2018\u2019\u201a", "`'`"),
}
"""Characters that a word processor writes, and what is meant."""

_LOOKALIKE = re.compile(
    "[\u00a0\u2007\u202f]|^\\s*([\u2013\u2014\u2212])\\s"
    "|(?:^\\s*|[:,\\[{-]\\s+)([\u201c\u201d\u201e\u2018\u2019\u201a])"
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake and its place, counted from 0."""

    line: int
    column: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where a parser stopped, and what it says of that."""

    problem: str
    line: int
    column: int
    lines: list[str]
    context: tuple[int, int] | None
    context_name: str
    quote: tuple[int, int] | None

    @property
    def text(self) -> str:
        """The line at which it stopped."""
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def character(self) -> str:
        return self.text[self.column : self.column + 1]

    @property
    def first(self) -> int:
        """Where the line's own text begins."""
        return len(self.text) - len(self.text.lstrip())

    def here(self, message: str, hint: str = "") -> Mistake:
        return Mistake(self.line, self.column, message, hint)

    def at_first(self, message: str, hint: str = "") -> Mistake:
        return Mistake(self.line, self.first, message, hint)

    def at_context(self, message: str, hint: str = "") -> Mistake:
        line, column = self.context or (self.line, self.column)
        return Mistake(line, column, message, hint)


def explain(error: Any, source: str, quote: tuple[int, int] | None = None) -> Mistake:
    """The mistake behind a parser's error that has marks; `quote` is where a text in quotes begins
    that ends on the line of the error, and not on its own.
    """
    mark = error.problem_mark or error.context_mark
    said = (error.problem or error.context or "cannot be read").strip()
    if mark is None:
        return Mistake(0, 0, said)
    began = error.context_mark
    context = (began.line, began.column) if began is not None else None
    lines, name = source.split("\n"), error.context or ""
    stop = _Stop(said, mark.line, mark.column, lines, context, name, quote)
    for look in (_template, _dashed, _typographic):
        if found := look(stop):
            return found
    for pattern, judge in _JUDGES:
        if pattern in said:
            return judge(stop)
    return stop.here(said)


def _template(stop: _Stop) -> Mistake | None:
    """A template that stands outside quotes, on the line of the problem."""
    plain = _QUOTED.sub(lambda found: " " * len(found.group()), stop.text)
    column = plain.find("{{")
    if column < 0 or column > stop.column:
        return None
    message = "a template stands outside quotes"
    return Mistake(stop.line, column, message, 'quote the whole text: "... {{ ... }} ..."')


def _dashed(stop: _Stop) -> Mistake | None:
    """A `-` without a space before a key, on the line of the problem or the one above."""
    for line in (stop.line - 1, stop.line):
        text = stop.lines[line] if 0 <= line < len(stop.lines) else ""
        if re.match(r"\s*-\w+:(\s|$)", text):
            column = len(text) - len(text.lstrip())
            return Mistake(line, column, "a space is missing behind the `-`")
    return None


def _typographic(stop: _Stop) -> Mistake | None:
    """A character that looks like one of YAML's, before the problem on its line."""
    plain = _QUOTED.sub(lambda found: " " * len(found.group()), stop.text)
    found = _LOOKALIKE.search(plain)
    if found is None or found.start(found.lastindex or 0) > stop.column:
        return None
    column = found.start(found.lastindex or 0)
    return Mistake(stop.line, column, *lookalike(plain[column]))


def has_lookalike(text: str) -> bool:
    """Whether a text holds a quote that is none of YAML's."""
    return any(character in _MEANT and _MEANT[character] in ("`'`", '`"`') for character in text)


def lookalike(character: str) -> tuple[str, str]:
    """What is wrong with a character that is none of YAML's, and what to write instead."""
    name = unicodedata.name(character).lower()
    shown = f" `{character}`" if character.isprintable() else ""
    return f"the {name}{shown} means nothing in YAML", f"write {_MEANT[character]}"


def _token(stop: _Stop) -> Mistake:
    if stop.character == "\t":
        return stop.here("a tab cannot indent a line", "use spaces")
    return stop.here(f"a text cannot begin with `{stop.character}`", _TEXT)


def _tab(stop: _Stop) -> Mistake:
    return stop.here("a tab cannot indent a line", "use spaces")


def _mapping_value(stop: _Stop) -> Mistake:
    """A `: ` where no key can stand."""
    before = stop.text[: stop.column]
    if re.match(r"\s*-\S", before):
        return stop.at_first("a space is missing behind the `-`")
    earlier = re.match(r"[\s-]*[^:#]+:\s+", before)
    if earlier:
        words = before[earlier.end() :].split()
        message = f"`{' '.join(words[-4:])[-60:]}: ` reads like a key inside a text"
        return Mistake(stop.line, earlier.end(), message, _TEXT)
    above = next((at for at in range(stop.line - 1, -1, -1) if stop.lines[at].strip()), -1)
    if above >= 0 and not re.search(r":(\s|$)", stop.lines[above]):
        return _without_colon(above, stop.lines[above])
    message = "this line is indented further than the line above it, which has its value already"
    return stop.at_first(message, "align it with the keys that it belongs to")


def _list_entry(stop: _Stop) -> Mistake:
    """A line inside a list that is neither an entry nor a part of one."""
    if stop.character in ("}", "]"):
        return stop.here(f"this `{stop.character}` closes nothing")
    if stop.text.lstrip().startswith("- ") and stop.column == stop.first:
        hint = f"they stand in column {stop.context[1] + 1}" if stop.context else ""
        return stop.at_first("this `-` is not aligned with the others of its list", hint)
    return _key(stop)


def _key(stop: _Stop) -> Mistake:
    """A line inside a map that is no key of it."""
    if stop.character in ("}", "]"):
        return stop.here(f"this `{stop.character}` closes nothing")
    if stop.column > stop.first and stop.quote:
        return Mistake(*stop.quote, "the quote that begins here is not closed on its line")
    if early := _early_quote(stop):
        return early
    if stop.column > stop.first:
        return stop.here("text follows behind the end of a value", _TEXT)
    if stop.text.lstrip().startswith("- "):
        return stop.at_first("this `-` is not aligned with the list that it belongs to")
    message = "the indentation of this line fits no line above it"
    return stop.at_first(message, "align it with the keys that it belongs to")


def _block_end(stop: _Stop) -> Mistake:
    return _list_entry(stop) if "collection" in stop.context_name else _key(stop)


def _colon(stop: _Stop) -> Mistake:
    line, column = stop.context or (stop.line, stop.column)
    return _without_colon(line, stop.lines[line], column)


def _without_colon(line: int, text: str, column: int | None = None) -> Mistake:
    """A line that is no key with a value."""
    column = len(text) - len(text.lstrip()) if column is None else column
    said = text[column:].strip()
    if glued := re.match(r"[\w.-]+:(?=\S)", said):
        return Mistake(line, column, f"a space is missing behind `{glued.group()}`")
    return Mistake(line, column, f"`{said[:40]}` has no `: ` between its key and its value")


def _quote(stop: _Stop) -> Mistake:
    return stop.at_context("the quote that begins here is never closed")


def _early_quote(stop: _Stop) -> Mistake | None:
    """A quote inside a text in quotes, which ends the text."""
    if stop.text[stop.column - 1 : stop.column] != "'" or not stop.character.isalnum():
        return None
    message = "the text in quotes ends at this `'`"
    return Mistake(stop.line, stop.column - 1, message, "write `''` for a `'` in such a text")


def _comment(stop: _Stop, closing: str) -> Mistake | None:
    """A `#` that takes the closing bracket away."""
    line, column = stop.context or (stop.line, stop.column)
    plain = _QUOTED.sub(lambda found: " " * len(found.group()), stop.lines[line])
    at = plain.find(" #", column)
    if at < 0 or closing not in plain[at:]:
        return None
    return Mistake(line, at + 1, "a `#` behind a space begins a comment", _TEXT)


def _flow(stop: _Stop) -> Mistake:
    """Something else than `,` or the closing bracket."""
    line, column = stop.context or (stop.line, stop.column)
    opened = stop.lines[line][column : column + 1]
    closing = {"{": "}", "[": "]"}.get(opened, "")
    if found := _early_quote(stop) or _comment(stop, closing):
        return found
    if stop.line > line or not stop.character or stop.character == "#":
        return stop.at_context(f"the `{opened}` that begins here is never closed")
    if stop.character in ("}", "]"):
        if stop.text.count(opened, column) > stop.text.count(closing, column):
            return stop.at_context(f"the `{opened}` that begins here is never closed")
        return stop.here(f"this `{stop.character}` closes nothing")
    word = re.search(r"\s(\w+)$", stop.text[: stop.column])
    if stop.character == ":" and re.search(r":\s+\w+$", stop.text[: stop.column]) and word:
        message = f"`{word.group(1)}: ` reads like a key inside a text"
        return Mistake(stop.line, word.start(1), message, _TEXT)
    if stop.character == ":" and word:
        message = f"a comma is missing before `{word.group(1)}`"
        return Mistake(stop.line, word.start(1), message)
    message = f"`{stop.character}` stands where a comma or `{closing}` must stand"
    return stop.here(message, f"a text with {{ }} [ ] or a comma in it: {_TEXT}")


def _alias(stop: _Stop) -> Mistake:
    place = stop.at_context if stop.context else stop.here
    return place("a text cannot begin with `*`", _TEXT)


def _escape(stop: _Stop) -> Mistake:
    escape = stop.text[stop.column : stop.column + 2].lstrip("\\")[:1]
    return stop.here(f"`\\{escape}` means nothing in double quotes", "use single quotes")


def _complex_key(stop: _Stop) -> Mistake:
    return stop.here("a text cannot begin with `? `", _TEXT)


def _dash(stop: _Stop) -> Mistake:
    return stop.here("a list begins on a line of its own", "or write [ ... ]")


def _document(stop: _Stop) -> Mistake:
    """A line behind what the parser takes for the whole file."""
    if stop.lines[0].startswith("%"):
        return Mistake(0, 0, "a line cannot begin with `%`", "leave it out")
    if stop.lines[stop.line - 1].strip() == "...":
        return Mistake(stop.line - 1, 0, "`...` ends the file, and more follows", "leave it out")
    message = "this line is indented less than the first one"
    return stop.at_first(message, "the keys of a file stand in one column")


def _block_scalar(stop: _Stop) -> Mistake:
    message = f"a text cannot begin with `{stop.text[(stop.context or (0, 0))[1] :][:1]}`"
    return stop.at_context(message, _TEXT)


_JUDGES: tuple[tuple[str, Callable[[_Stop], Mistake]], ...] = (
    ("cannot start any token", _token),
    ("tab character", _tab),
    ("mapping values are not allowed", _mapping_value),
    ("expected '-' indicator", _list_entry),
    ("did not find expected key", _key),
    ("expected <document start>", _document),
    ("expected '<document start>'", _document),
    ("expected <block end>", _block_end),
    ("could not find expected ':'", _colon),
    ("unexpected end of stream", _quote),
    ("expected ',' or", _flow),
    ("undefined alias", _alias),
    ("expected alphabetic or numeric", _alias),
    ("unknown escape character", _escape),
    ("mapping keys are not allowed", _complex_key),
    ("sequence entries are not allowed", _dash),
    ("expected comment or line break", _block_scalar),
    ("expected chomping", _block_scalar),
)
"""What the parser says, and who knows what a person did."""
