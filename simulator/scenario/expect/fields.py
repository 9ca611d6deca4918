"""The marshmallow fields of an expectation's parts."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from simulator.base import instants
from simulator.formats.schema import Note, unknown_key
from simulator.language import times
from simulator.model import Count
from simulator.scenario.constructs import Construct, is_template, read_each, split_note

MOST = 1000
BOUNDS = ("at_least", "at_most")
_COUNTS = "3, or {at_least: 1, at_most: 3}"


def read_within(value: Any, *, calendar: bool) -> Any:
    """A time that is no template: microseconds, or the text of a time of the calendar. ValueError
    says what is wrong.
    """
    read = times.read(value) if calendar else instants.parse_duration(value)
    if read == 0:
        raise ValueError("must be more than 0s")
    return read if isinstance(read, int) else value


class Deadline(Construct):
    """A duration or a template; `calendar` also admits a time of the calendar, kept as text."""

    def __init__(self, *, calendar: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.calendar = calendar

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return value if is_template(value) else read_within(value, calendar=self.calendar)
        except ValueError as error:
            raise ValidationError(split_note(error)) from None


class HowOften(Construct):
    """A number, or a map of its bounds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Count:
        if not isinstance(value, dict):
            number = _number("", value)
            return Count(at_least=number, at_most=number)
        if not value:
            raise ValidationError(Note("is empty: it says nothing", hint=_COUNTS))
        count = Count(**read_each(value, _bound))
        if count.at_most is not None and count.at_least > count.at_most:
            raise ValidationError({"at_most": [f"must be at least {count.at_least}"]})
        return count


def _bound(key: str, value: Any) -> int:
    if key not in BOUNDS:
        raise ValidationError(unknown_key(key, BOUNDS))
    return _number(key, value)


def _number(_: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        hint = "`no_kci` and `no_request` say that none comes" if value == 0 else _COUNTS
        raise ValidationError(Note(f"must be a whole number from 1 to {MOST}", hint=hint))
    return value


class Operations(Construct):
    """An operation, or a list of them, any of which is meant."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[str, ...]:
        named = value if isinstance(value, list) else [value]
        if not named:
            raise ValidationError("an empty list names no operation")
        if not isinstance(value, list) and not isinstance(value, str):
            raise ValidationError("must be an operation, or a list of them")
        return tuple(read_each(dict(enumerate(named)), _operation).values())


def _operation(_: int, value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("must be an operation")
    return value
