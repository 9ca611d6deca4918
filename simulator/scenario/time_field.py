"""The marshmallow fields of a step's time, its draws and its office hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from simulator.base import instants, working_days
from simulator.base.errors import closest, nearest
from simulator.formats.schema import Note, unknown_key
from simulator.language import times
from simulator.scenario.constructs import Construct, Wrong, is_template, read_each, split_note

_EXAMPLES = {
    "uniform": "uniform: [1s, 5s]",
    "normal": "normal: {mean: 30s, deviation: 5s, min: 10s, max: 60s}",
    "lognormal": "lognormal: {median: 30s, sigma: 0.5, max: 5m}",
    "pick": "pick: {1s: 90, 30s: 10}",
}
_NEEDED = {"normal": ("mean", "deviation"), "lognormal": ("median", "sigma")}


class Time(Construct):
    """A duration (kept as microseconds), a time of the calendar, a template or a draw; `instant`
    also admits an ISO 8601 instant, kept as text.
    """

    def __init__(self, *, instant: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.instant = instant

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return read_time(value)
        except ValidationError:
            if not self.instant or not isinstance(value, str) or _is_calendar(value):
                raise
        try:
            instants.parse_instant(value)
        except (ValueError, OverflowError):
            said = f"`{value[:40]}` is neither a duration nor an instant"
            hint = "5s, 3m, 2h, 4d, 2wd, next 08:00 or 2026-03-02T09:00:00Z"
            raise ValidationError(Note(said, hint=hint)) from None
        return value


def _is_calendar(text: str) -> bool:
    return "wd" in text or text.startswith("next")


class Within(Construct):
    """A duration, a template that gives one, or a draw."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return read_length(value)


class Hours(Construct):
    """`office`, or hours such as 08:00-18:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Note("must be hours", hint="08:00-18:00, or office"))
        try:
            if value != working_days.OFFICE:
                working_days.read_hours(value)
        except ValueError as error:
            raise ValidationError(split_note(error)) from None
        return value


def read_time(value: Any) -> Any:
    """A time of a step: microseconds, the text of a time of the calendar or a template, or a draw
    as it is written.
    """
    if isinstance(value, dict):
        return _Draw(_time).read(value)
    return _time(value)


def read_length(value: Any) -> Any:
    """A delay: microseconds, the text of a template, or a draw."""
    if isinstance(value, dict):
        return _Draw(_length).read(value)
    return _length(value)


def _time(value: Any) -> Any:
    try:
        read = value if is_template(value) else times.read(value)
    except ValueError as error:
        raise ValidationError(split_note(error)) from None
    return read if isinstance(read, int) else value


def _length(value: Any) -> Any:
    try:
        return value if is_template(value) else instants.parse_duration(value)
    except ValueError as error:
        raise ValidationError(split_note(error)) from None


@dataclass(frozen=True, slots=True)
class _Draw:
    """A draw. What `pick` picks from is read by `pick_from`."""

    pick_from: Callable[[Any], Any]

    def read(self, draw: Mapping[str, Any]) -> dict[str, Any]:
        if len(draw) != 1:
            said = "a draw has one distribution"
            raise ValidationError(Note(said, hint=nearest("", times.DRAWS)))
        ((word, parts),) = draw.items()
        if word not in times.DRAWS:
            said, known = f"unknown distribution `{word[:40]}`", times.DRAWS
            note = Note(said, hint=nearest(word, known), meant=closest(word, known), at_key=True)
            raise ValidationError({word: [note]})
        readers = {"uniform": _bounds, "pick": self._weights}
        try:
            return {word: readers[word](parts) if word in readers else _bell(word, parts)}
        except ValidationError as error:
            raise ValidationError({word: error.messages}) from None

    def _weights(self, parts: Any) -> dict[str, Any]:
        if not isinstance(parts, dict) or not parts:
            said = "must be a map of times to weights"
            raise ValidationError(Note(said, hint=_EXAMPLES["pick"]))
        wrong: Wrong = {}
        for text, weight in parts.items():
            try:
                self.pick_from(text)
            except ValidationError as error:
                (note,) = error.messages
                wrong[text] = [_at_key(note)]
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not weight >= 0:
                wrong.setdefault(text, []).append(Note("must be a weight", hint="0 or more"))
        if not wrong and not 0 < sum(parts.values()) < 1e300:
            raise ValidationError("the weights must come to more than 0")
        if wrong:
            raise ValidationError(wrong)
        return parts


def _at_key(note: Any) -> Note:
    return Note(note.text, hint=note.hint, at_key=True)


def _bounds(parts: Any) -> list[Any]:
    if not isinstance(parts, list) or len(parts) != 2:
        raise ValidationError(Note("must be two durations", hint=_EXAMPLES["uniform"]))
    low, high = read_each(dict(enumerate(parts)), _part).values()
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise ValidationError(Note("the second is less than the first", hint=_EXAMPLES["uniform"]))
    return parts


def _bell(word: str, parts: Any) -> dict[str, Any]:
    if not isinstance(parts, dict):
        raise ValidationError(Note("must be a map", hint=_EXAMPLES[word]))
    known = times.DRAWS[word]
    wrong: Wrong = {
        key: [unknown_key(key, set(known) - parts.keys())] for key in parts if key not in known
    }
    missing = [key for key in _NEEDED[word] if key not in parts]
    wrong |= {key: [Note("is required", hint=_EXAMPLES[word])] for key in missing}
    if wrong:
        raise ValidationError(wrong)
    sigma = parts.get("sigma", 0)
    if isinstance(sigma, bool) or not isinstance(sigma, (int, float)) or not 0 <= sigma <= 10:
        raise ValidationError({"sigma": ["must be a number from 0 to 10"]})
    lengths = {key: part for key, part in parts.items() if key != "sigma"}
    read = read_each(lengths, _part)
    if read.get("median") == 0:
        raise ValidationError({"median": ["must be more than 0s"]})
    _check_order(read, "min", "max")
    _check_order(read, "min", _NEEDED[word][0])
    _check_order(read, _NEEDED[word][0], "max")
    return parts


def _part(_: object, value: Any) -> Any:
    return _length(value)


def _check_order(lengths: Mapping[str, Any], low: str, high: str) -> None:
    """The lower one must not be greater, where both are known."""
    least, most = lengths.get(low), lengths.get(high)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        said = f"must be at least {instants.format_duration(least)}, as `{low}` is"
        raise ValidationError({high: [said]})
