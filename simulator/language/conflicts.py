"""Tests of one value that exclude each other."""

from __future__ import annotations

from itertools import product, starmap
from typing import Any

from simulator.base import instants
from simulator.language import comparing
from simulator.language.comparing import Moment
from simulator.model import Condition, Nest

Asked = tuple[str, Any]
"""A test (or `not`: equal to none) with what it wants."""

_MANY = ("marked", "open")
"""Paths that may have several values at once, as `[*]` has."""


def clash(one: Asked, other: Asked) -> bool:
    """Whether no value passes both tests."""
    return _excludes(one, other) or _excludes(other, one)


def exclude_each_other(one: Condition | Nest, other: Condition | Nest) -> bool:
    """Whether no request fits both conditions."""
    for first, second in ((one, other), (other, one)):
        if isinstance(first, Nest) and first.word != "not":
            shut = [
                any(exclude_each_other(inner, second) for inner in part) for part in first.parts
            ]
            return all(shut) if first.word == "any" else any(shut)
    mine, theirs = _plain(one), _plain(other)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return False
    return any(starmap(clash, product(mine[1], theirs[1])))


def _plain(condition: Condition | Nest) -> tuple[str, list[Asked]] | None:
    """A path with one value at most, and what is asked of it."""
    found = condition
    if isinstance(found, Nest):
        inner = found.parts[0]
        if len(inner) != 1 or not isinstance(inner[0], Condition) or len(inner[0].tests) != 1:
            return None
        found = inner[0]
    if "[*]" in found.path or found.path in _MANY:
        return None
    if found is condition:
        return found.path, list(found.tests.items())
    ((test, wanted),) = found.tests.items()
    if test == "exists":
        return found.path, [("exists", not wanted)]
    return (found.path, [("not", wanted)]) if test == "equal" else None


def _hangs_on_a_parameter(wanted: Any) -> bool:
    return "{{" in str(wanted)


def _excludes(one: Asked, other: Asked) -> bool:
    (test, wanted), (with_test, bound) = one, other
    if test == "exists":
        return wanted is False and with_test != "not" and other != one
    if _hangs_on_a_parameter(wanted) or _hangs_on_a_parameter(bound):
        return False
    if test == "equal":
        return not any(_may_be(value, with_test, bound) for value in _listed(wanted))
    if (test, with_test) == ("more", "less"):
        low, high = comparing.number_of(wanted), comparing.number_of(bound)
        return low is not None and high is not None and low >= high
    if (test, with_test) == ("after", "before"):
        return _no_time_between(comparing.parse_moment(wanted), comparing.parse_moment(bound))
    if test in ("starts", "ends") and test == with_test:
        mine, theirs = str(wanted), str(bound)
        return not comparing.passes(test, mine, theirs) and not comparing.passes(test, theirs, mine)
    return test in ("less", "more") and with_test in ("before", "after")


def _may_be(value: Any, test: str, wanted: Any) -> bool:
    """Whether a value may pass a test, whatever the time is."""
    if test == "not":
        return not comparing.passes("equal", value, wanted)
    if test in ("before", "after") and comparing.parse_moment(wanted).is_relative:
        return True
    return test == "exists" or comparing.passes(test, value, wanted)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _no_time_between(after: Moment, before: Moment) -> bool:
    if after.is_relative is not before.is_relative:
        return False
    return after.at + (instants.DAY if after.is_day else 0) >= before.at
