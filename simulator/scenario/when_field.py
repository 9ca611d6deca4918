"""The marshmallow field of a `when`, which pins, waits and matches of the admin API use too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from marshmallow import ValidationError

from simulator.base.errors import closest, nearest
from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Path
from simulator.language import comparing, conflicts, matching
from simulator.model import Condition, Conditions, Nest, NestWord
from simulator.scenario.constructs import (
    NO_VALUE,
    Construct,
    Wrong,
    is_template,
    read_each,
    split_note,
)

NESTS: tuple[NestWord, ...] = get_args(NestWord)
_EXAMPLES = {
    "any": "any: [{path: value}, {path: value}]",
    "all": "all: [{path: value}, {path: value}]",
    "not": "not: {path: value}",
}


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError("must be true or false")
    return value


def _pattern(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("must be a regular expression in quotes")
    try:
        if not is_template(value):
            comparing.pattern_of(value)
    except ValueError as error:
        raise ValidationError(split_note(error)) from None
    return value


def _several(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValidationError(Note("must be a list of values", hint="in: [a, b]"))
    if not value:
        raise ValidationError("an empty list never holds")
    return _plain_values(value)


def _plain_values(value: list[Any]) -> list[Any]:
    wrong: Wrong = {
        index: ["a list holds plain values, any of which may stand there"]
        for index, entry in enumerate(value)
        if isinstance(entry, (dict, list))
    }
    if wrong:
        raise ValidationError(wrong)
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        hint = "for one of several texts, `any: [...]`" if isinstance(value, list) else ""
        raise ValidationError(Note("must be a text", hint=hint))
    if value == "":
        raise ValidationError("an empty text stands everywhere")
    return value


def _number(value: Any) -> Any:
    if not is_template(value) and comparing.number_of(value) is None:
        is_date = isinstance(value, str) and value[:4].isdigit() and "-" in value
        hint = "for an instant or a date, `before` and `after`" if is_date else ""
        raise ValidationError(Note("must be a number", hint=hint))
    return value


def _moment(value: Any) -> Any:
    if is_template(value):
        return value
    try:
        comparing.parse_moment(value)
    except TypeError:
        raise ValidationError(Note("must be a moment", hint=comparing.MOMENT_HINT)) from None
    except ValueError as error:
        raise ValidationError(split_note(error)) from None
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "in": _several,
    "exists": _flag,
    "matches": _pattern,
    "contains": _text,
    "starts": _text,
    "ends": _text,
    "less": _number,
    "more": _number,
    "before": _moment,
    "after": _moment,
}
"""How the value of each test is read; that of `not` is read as the condition that must not hold."""

TESTS = ("in", "not", *(test for test in READERS if test != "in"))


def is_readable(test: str, value: Any) -> bool:
    """Whether a test may have a value."""
    try:
        READERS[test](value)
    except ValidationError:
        return False
    return True


class When(Construct):
    """A map of paths to values, lists of values, or maps of tests; and nests of such maps. Without
    `has_now` nothing is compared with the present moment.
    """

    def __init__(self, *, has_now: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.has_now = has_now

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Conditions:
        return _Reader(self.has_now).conditions(value)


@dataclass(frozen=True, slots=True)
class _Reader:
    has_now: bool

    def conditions(self, value: Any) -> Conditions:
        if not isinstance(value, dict):
            raise ValidationError(Note("must be a map of paths to values", hint="path: value"))
        lines = read_each(value, self._line)
        _check_together(lines)
        return tuple(condition for line in lines.values() for condition in line)

    def _line(self, key: Any, wanted: Any) -> Conditions:
        return (self._nest(key, wanted),) if key in NESTS else self._path(key, wanted)

    def _nest(self, word: Any, wanted: Any) -> Nest:
        kind, name = (dict, "map") if word == "not" else (list, "list of maps")
        if not isinstance(wanted, kind):
            said = NO_VALUE if wanted is None else f"must be a {name} of conditions"
            raise ValidationError(Note(said, hint=_EXAMPLES[word]))
        if not wanted:
            raise ValidationError(Note("is empty: it says nothing", hint=_EXAMPLES[word]))
        if word == "not":
            return Nest(word="not", parts=(self.conditions(wanted),))
        parts = read_each(dict(enumerate(wanted)), lambda _, part: self._part(word, part))
        if word == "all":
            _check_together(parts)
        return Nest(word=word, parts=tuple(parts.values()))

    def _part(self, word: str, part: Any) -> Conditions:
        if part == {}:
            raise ValidationError(Note("an empty map says nothing", hint=_EXAMPLES[word]))
        return self.conditions(part)

    def _path(self, path: str, wanted: Any) -> Conditions:
        try:
            matching.check_path(path)
        except ValueError as error:
            said = f"`{path[:60]}`: {error}"
            raise ValidationError(Note(said, at_key=True, code="path")) from None
        if isinstance(wanted, dict):
            return self._tests(path, wanted)
        values = _plain_values(wanted) if isinstance(wanted, list) else wanted
        return (Condition(path=path, tests={"equal": values}),)

    def _tests(self, path: str, wanted: Mapping[str, Any]) -> Conditions:
        if not wanted:
            raise ValidationError(Note("an empty test never holds", hint=nearest("", TESTS)))
        read = read_each(wanted, lambda test, value: self._wanted(path, test, value))
        _check_clash(wanted)
        tests = {_name(test): value for test, value in read.items() if test != "not"}
        holds = (Condition(path=path, tests=tests),) if tests else ()
        return (*holds, read["not"]) if "not" in read else holds

    def _wanted(self, path: str, test: str, value: Any) -> Any:
        if test == "not":
            if value == []:
                raise ValidationError("an empty list says nothing")
            return Nest(word="not", parts=(self._path(path, value),))
        if test not in READERS:
            raise ValidationError([_unknown_test(path, test, value)])
        if value is None:
            raise ValidationError(NO_VALUE)
        read = READERS[test](value)
        is_now = test in ("before", "after") and str(value).startswith("now")
        if is_now and not self.has_now:
            hint = "an instant such as 2026-03-02T09:00:00Z, or a date"
            raise ValidationError(Note("a match has no `now`", hint=hint))
        return read


def _unknown_test(path: str, test: str, value: Any) -> Note:
    hint, meant = nearest(test, TESTS), closest(test, TESTS)
    if not meant and path not in matching.WORDS:
        shown = "..." if isinstance(value, (dict, list)) else _shown(value)
        hint = f"a member of it is a path: `{path}.{test[:60]}: {shown[:60]}`"
    if test in NESTS:
        hint, meant = f"it holds whole conditions: `{_EXAMPLES[test]}`", ""
    return Note(f"{path}: unknown test `{test}`", hint=hint, meant=meant, at_key=True)


def _name(test: str) -> str:
    """The name that a test has in a `Condition`."""
    return "equal" if test == "in" else test


def _check_clash(wanted: Mapping[str, Any]) -> None:
    """No test of a path may exclude one before it."""
    plain = [test for test in wanted if test != "not" or not isinstance(wanted[test], dict)]
    for place, test in enumerate(plain):
        for first in plain[:place]:
            pair = [(_name(each), wanted[each]) for each in (first, test)]
            if conflicts.clash(*pair):
                before = f"`{first}: {_shown(wanted[first])}`"
                said = f"`{_shown(wanted[test])}` never holds together with {before}"
                raise ValidationError({test: [Note(said, code="never")]})


def _check_together(parts: Mapping[Any, Conditions]) -> None:
    """No part may exclude one before it: both must hold."""
    known = list(parts.items())
    for place, (key, part) in enumerate(known):
        for _, first in known[:place]:
            if any(conflicts.exclude_each_other(one, other) for one in first for other in part):
                said = f"never holds together with `{matching.in_words(first)[:80]}`"
                raise ValidationError({key: [Note(said, code="never")]})


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return comparing.text_of(value) or str(value)


def conditions_in(when: Any, where: Path) -> Iterator[tuple[Path, str, Any]]:
    """Each condition on a path in a raw `when`, also those in nests: its place, its path, and what
    is wanted there.
    """
    for key, wanted in when.items() if isinstance(when, dict) else ():
        if key not in NESTS:
            yield (*where, key), key, wanted
        elif key == "not":
            yield from conditions_in(wanted, (*where, key))
        else:
            for index, part in enumerate(wanted if isinstance(wanted, list) else ()):
                yield from conditions_in(part, (*where, key, index))


def asked_in(wanted: Any, where: Path) -> Iterator[tuple[Path, str, Any]]:
    """Each test with one value in what a condition wants, also those that must not hold: its place,
    the test and the value. A test of a list is one for each entry.
    """
    if isinstance(wanted, list):
        for index, value in enumerate(wanted):
            yield (*where, index), "equal", value
    elif not isinstance(wanted, dict):
        yield where, "equal", wanted
    else:
        for test, value in wanted.items():
            if test in ("in", "not"):
                yield from asked_in(value, (*where, test))
            else:
                yield (*where, test), test, value
