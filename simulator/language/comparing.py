"""The tests of a `when`: what each asks of one value, and how a person says it.

A number and its text are the same to all of them: a header and a template are always text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator.base import instants
from simulator.language.plain_words import OF_PATTERNS, plainly

_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOW = re.compile(r"now(?:\s*(?P<sign>[+-])\s*(?P<length>\S+))?")
MOMENT_HINT = "an instant such as 2026-03-02T09:00:00Z, a date, `now`, or `now + 10d`"


@dataclass(frozen=True, slots=True)
class Test:
    """A test by its words, and what it asks: whether a value passes, given what is wanted and the
    present moment.
    """

    words: str
    negated: str
    passes: Callable[[Any, Any, str], bool]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or a whole day. `at` counts from `now` when it `is_relative`."""

    at: int
    is_day: bool = False
    is_relative: bool = False


def number_of(value: Any) -> int | float | None:
    """A number, also from its text; None for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def parse_moment(text: str) -> Moment:
    """Read what `before` and `after` compare with. ValueError when it is none of `MOMENT_HINT`."""
    if found := _NOW.fullmatch(text):
        length = instants.parse_duration(found["length"]) if found["length"] else 0
        return Moment(-length if found["sign"] == "-" else length, is_relative=True)
    if not _DATE.match(text):
        raise ValueError(f"`{text[:40]}` is no moment: {MOMENT_HINT}")
    return Moment(instants.parse_instant(text), is_day=len(text) == 10)


def text_of(value: Any) -> str | None:
    """A text, also that of a number or a boolean; None for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else None


def same(value: Any, wanted: Any) -> bool:
    """Whether two values are equal."""
    if type(value) is type(wanted):
        return bool(value == wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value == str(wanted).lower())
    if (isinstance(value, (int, float)) and isinstance(wanted, str)) or (
        isinstance(value, str) and isinstance(wanted, (int, float))
    ):
        return str(value) == str(wanted)
    return bool(value == wanted)


@lru_cache(maxsize=1024)
def pattern_of(text: str) -> Any:
    """A linear-time regular expression. ValueError when a text is none."""
    import re2  # few scenarios have a pattern, and its libraries take 3 MB

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        (reason,) = error.args[:1] or ("",)
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        shown = f"`{text[:60]}` is not a linear-time regular expression"
        why = plainly(said.removesuffix(f": {text}"), OF_PATTERNS)
        raise ValueError(f"{shown}: {why}") from None


def _equal(value: Any, wanted: Any, now: str) -> bool:
    if not isinstance(wanted, list):
        return same(value, wanted)
    return any(same(value, candidate) for candidate in wanted)


def _matches(value: Any, wanted: Any, now: str) -> bool:
    text = text_of(value)
    try:
        return text is not None and bool(pattern_of(str(wanted)).search(text))
    except ValueError:  # a parameter made it
        return False


def _contains(value: Any, wanted: Any, now: str) -> bool:
    if isinstance(value, list):
        return any(same(entry, wanted) for entry in value)
    text, part = text_of(value), text_of(wanted)
    return text is not None and part is not None and part in text


def _starts(value: Any, wanted: Any, now: str) -> bool:
    text, start = text_of(value), text_of(wanted)
    return text is not None and start is not None and text.startswith(start)


def _ends(value: Any, wanted: Any, now: str) -> bool:
    text, end = text_of(value), text_of(wanted)
    return text is not None and end is not None and text.endswith(end)


def _less(value: Any, wanted: Any, now: str) -> bool:
    number, bound = number_of(value), number_of(wanted)
    return number is not None and bound is not None and number < bound


def _more(value: Any, wanted: Any, now: str) -> bool:
    number, bound = number_of(value), number_of(wanted)
    return number is not None and bound is not None and number > bound


def _before(value: Any, wanted: Any, now: str) -> bool:
    return _distance(value, wanted, now) < 0


def _after(value: Any, wanted: Any, now: str) -> bool:
    return _distance(value, wanted, now) > 0


def _distance(value: Any, wanted: Any, now: str) -> int:
    """How far a value lies behind a moment; 0 also when one of them is no moment. Where one is a
    whole day, days are compared (UTC).
    """
    try:
        moment, bound = parse_moment(value), parse_moment(wanted)
        if moment.is_relative:
            return 0
        until = bound.at + instants.parse_instant(now) if bound.is_relative else bound.at
    except (ValueError, TypeError, OverflowError):
        return 0
    if moment.is_day or bound.is_day:
        return moment.at // instants.DAY - until // instants.DAY
    return moment.at - until


TESTS = {
    "equal": Test("is", "is not", _equal),
    "exists": Test("exists", "is absent", lambda value, wanted, now: True),
    "matches": Test("matches", "does not match", _matches),
    "contains": Test("contains", "does not contain", _contains),
    "starts": Test("starts with", "does not start with", _starts),
    "ends": Test("ends with", "does not end with", _ends),
    "less": Test("is less than", "is not less than", _less),
    "more": Test("is more than", "is not more than", _more),
    "before": Test("is before", "is not before", _before),
    "after": Test("is after", "is not after", _after),
}
"""`equal` is what a value, a list and `in` ask for."""


def passes(test: str, value: Any, wanted: Any, now: str = "") -> bool:
    """Whether one value passes one test."""
    return TESTS[test].passes(value, wanted, now)
