"""Instants and durations as plain integers: microseconds (since 1970 UTC for an instant).

Integers order, store and compare the same on every database; text appears only at the edges.
Nothing here reads a clock.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
LONGEST = 3650 * DAY
LATEST = 253_370_764_800_000_000
"""9999-01-01. No step falls due later."""

EARLIEST_CLOCK = -59_011_459_200_000_000
LATEST_CLOCK = 250_246_627_200_000_000
"""0100-01-01 and 9900-01-01, the bounds of a supplier's clock: every date that a scenario adds or
subtracts, ten years at most, can still be written.
"""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": MILLISECOND}
_NUMBER = r"\d{1,12}(?:\.\d{1,6})?"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_PART = re.compile(rf"({_NUMBER})({_UNIT})")
_WHOLE = re.compile(rf"(?:{_NUMBER}(?:{_UNIT}))+")
_ISO = re.compile(
    r"P(?:(?P<w>\d{1,6})W)?(?:(?P<d>\d{1,6})D)?"
    r"(?:T(?:(?P<h>\d{1,6})H)?(?:(?P<m>\d{1,8})M)?(?:(?P<s>\d{1,10}(?:\.\d{1,6})?)S)?)?"
)
TOO_LONG = "a duration lies between 0 and 10 years (3650d)"
DURATION_HINT = "write 250ms, 5s, 3m, 2h, 1h30m, 4d, 6w or ISO 8601 such as PT1H30M"


def parse_duration(value: object) -> int:
    """Read a duration, 0 to 10 years, as microseconds; a bare number is seconds. ValueError says
    what is wrong.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"a duration is text or a number of seconds: {DURATION_HINT}")
    length = _numeric(value) if not isinstance(value, str) else _textual(value.strip())
    if not 0 <= length <= LONGEST:
        raise ValueError(TOO_LONG)
    return length


def _numeric(seconds: float) -> int:
    if not math.isfinite(seconds):
        raise ValueError("a duration is a finite number of seconds")
    if abs(seconds) > LONGEST:
        raise ValueError(TOO_LONG)
    return round(seconds * SECOND)


@lru_cache(maxsize=64)  # few, because a text may be long
def _textual(text: str) -> int:
    if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text):
        return _numeric(float(text))
    if _WHOLE.fullmatch(text):
        return sum(round(float(number) * _UNITS[unit]) for number, unit in _PART.findall(text))
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()) and not text.endswith("T"):
        return sum(
            round(float(number) * _UNITS[unit])
            for unit, number in iso.groupdict().items()
            if number
        )
    if re.fullmatch(r"\d+wd", text):
        raise ValueError(f"working days (`{text[:40]}`) have no sense here: use d or w")
    if text.startswith("-"):
        raise ValueError("a duration is never negative")
    raise ValueError(f"`{text[:40]}` is not a duration: {DURATION_HINT}")


def format_duration(length: int) -> str:
    """Write a duration the way a person does: `1h30m`, `2d`, `250ms`, `0s`. Weeks are written in
    days.
    """
    if length == 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, length = divmod(length, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_instant(text: object) -> int:
    """Read an ISO 8601 date (midnight UTC) or date-time with an offset. ValueError says what is
    wrong.
    """
    if not isinstance(text, str):
        raise ValueError("an instant is ISO 8601 text such as 2026-03-02T09:00:00Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"`{text[:40]}` is not an ISO 8601 instant such as 2026-03-02T09:00:00Z"
        ) from None
    if moment.tzinfo is None:
        if len(text) > 10:
            raise ValueError(f"`{text[:40]}` has no offset: end it with Z or +00:00")
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=1024)  # all that happens in one transaction has the same moment
def format_instant(instant: int) -> str:
    """Write an instant as ISO 8601 UTC with milliseconds: `2026-03-02T09:00:00.000Z`.

    What lies outside the years 1 to 9999 is written as their first or last moment.
    """
    moment = _EPOCH + timedelta(microseconds=min(max(instant, _FIRST), _LAST))
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def shift_text(text: str, length: int) -> str:
    """Move an ISO 8601 date or date-time by `length` microseconds and keep its shape. ValueError
    past the calendar's ends.
    """
    try:
        if len(text) == 10:
            return (date.fromisoformat(text) + timedelta(microseconds=length)).isoformat()
        moved = parse_instant(text) + length
        if not _FIRST <= moved <= _LAST:
            raise OverflowError
        return format_instant(moved)
    except OverflowError:
        raise ValueError("the date leaves the calendar (years 1 to 9999)") from None
