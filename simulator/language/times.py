"""The times of a step as they are written: durations, working days, the next time of a day, and
draws of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Any

from simulator.base import instants
from simulator.base.working_days import Calendar, read_clock
from simulator.language.weights import picked

_WORKING = re.compile(r"(?P<days>\d{1,4})wd(?:\s+(?P<clock>\S+))?")
MOST_WORKING_DAYS = 2600

DRAWS: dict[str, tuple[str, ...]] = {
    "uniform": (),
    "normal": ("mean", "deviation", "min", "max"),
    "lognormal": ("median", "sigma", "min", "max"),
    "pick": (),
}
"""The distributions, each with the names of its parts."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days later, at the same local time or at `clock`."""

    days: int
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class NextTime:
    """The first moment at which it is `clock`."""

    clock: time


Time = int | WorkingDays | NextTime


def read(value: Any) -> Time:
    """A time that is no draw and no template. ValueError says what is wrong."""
    return _textual(value.strip()) if isinstance(value, str) else instants.parse_duration(value)


@lru_cache(maxsize=64)  # few, because a text may be long
def _textual(text: str) -> Time:
    if found := _WORKING.fullmatch(text):
        return _working_days(int(found["days"]), found["clock"])
    if "wd" in text:
        said = f"`{text[:40]}` is no time in working days"
        raise ValueError(f"{said}: write 2wd, or 2wd 08:00")
    if text == "next" or text.startswith("next "):
        return NextTime(read_clock(text.removeprefix("next").strip() or text))
    try:
        return instants.parse_duration(text)
    except ValueError as error:
        more = ", or 2wd, next 08:00" if str(error).endswith(instants.DURATION_HINT) else ""
        raise ValueError(f"{error}{more}") from None


def _working_days(days: int, clock: str | None) -> WorkingDays:
    if days > MOST_WORKING_DAYS:
        raise ValueError(f"working days are 0 to {MOST_WORKING_DAYS}: about 10 years")
    return WorkingDays(days, read_clock(clock) if clock else None)


def reached(value: Time, since: int, calendar: Calendar) -> int:
    """The moment that lies this time after another. ValueError past the calendar's end."""
    if isinstance(value, WorkingDays):
        return calendar.add_days(since, value.days, value.clock)
    if isinstance(value, NextTime):
        return calendar.next(since, value.clock)
    return since + value


def hangs_on_the_calendar(value: Any) -> bool:
    """Whether a time of a step is more than a length, or may be by what it draws."""
    if isinstance(value, Mapping):
        return any(map(hangs_on_the_calendar, value.get("pick", ())))
    try:
        return not isinstance(value, int) and not isinstance(read(value), int)
    except ValueError:
        return False


def drawn(
    draw: Mapping[str, Any], length_of: Callable[[Any], int], number: Callable[[], float]
) -> Any:
    """What a draw comes to: whole milliseconds, or one of the times of `pick` as it is written.
    `length_of` evaluates a part, `number` draws from 0 to 1. ValueError when the parts do not fit.
    """
    ((word, parts),) = draw.items()
    if word == "pick":
        return picked(parts, number())
    if word == "uniform":
        low, high = (length_of(part) for part in parts)
        check_bounds(low, high)
        return _rounded(low + (high - low) * number())
    low = length_of(parts.get("min", 0))
    high = length_of(parts["max"]) if "max" in parts else instants.LONGEST
    check_bounds(low, high)
    if word == "normal":
        mean, deviation = length_of(parts["mean"]), length_of(parts["deviation"])
        return _rounded(_normal(mean, deviation, low, high, number()))
    median = length_of(parts["median"])
    if not median:
        raise ValueError("the median must be more than 0s")
    least, most = (math.log(end) if end else -math.inf for end in (low, high))
    found = _normal(math.log(median), parts["sigma"], least, most, number())
    return _rounded(math.exp(found))


def check_bounds(low: int, high: int) -> None:
    """ValueError when they are the wrong way round."""
    if low > high:
        least, most = instants.format_duration(low), instants.format_duration(high)
        raise ValueError(f"{least} to {most} is the wrong way round")


def _normal(mean: float, deviation: float, low: float, high: float, number: float) -> float:
    """The value below which this part of a normal distribution lies, as if it ended at its bounds:
    nothing heaps up there.
    """
    if not deviation:
        return min(max(mean, low), high)
    from statistics import NormalDist  # few scenarios need it

    bell = NormalDist(mean, deviation)
    least, most = bell.cdf(low), bell.cdf(high)
    part = least + (most - least) * number
    value = bell.inv_cdf(part) if 0 < part < 1 else mean
    return min(max(value, low), high)


def _rounded(length: float) -> int:
    """In whole milliseconds: the last digits of a logarithm differ from machine to machine."""
    return round(length / instants.MILLISECOND) * instants.MILLISECOND
