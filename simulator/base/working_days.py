"""A supplier's calendar: its local time, working days and office hours. Nothing here reads a clock.

A local time that does not exist, because the clocks go forward, is as much later as they go: 01:30
becomes 02:30. Of one that exists twice, because they go back, the first is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(r"(\S+)\s*-\s*(\S+)")
_OUTSIDE = "the date leaves the calendar (years 1 to 9999)"
OFFICE = "office"
"""What stands for the calendar's own office hours."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a supplier is, and when it works: not at weekends, on the holidays of its `country`
    (and `subdivision`), and on its own `days_off`.
    """

    time_zone: str = "Europe/London"
    country: str | None = "GB"
    subdivision: str | None = "ENG"
    days_off: tuple[str, ...] = ()
    office_hours: str = "09:00-17:00"

    def is_working(self, day: date) -> bool:
        """Whether it works on a day."""
        if day.weekday() >= 5 or day.isoformat() in self.days_off:
            return False
        return day not in _holidays(self.country, self.subdivision, day.year)

    def add_days(self, instant: int, days: int, clock: time | None = None) -> int:
        """So many working days later, at the same local time or at another. With 0: the same day,
        or the next working day. ValueError past the end of the calendar.
        """
        local = self._local(instant)
        day = local.date()
        for _ in range(days):
            day = self._working(_after(day))
        return self._instant(self._working(day), clock or local.time())

    def next(self, instant: int, clock: time) -> int:
        """The first moment after another at which it is this time. ValueError as `add_days`."""
        day = self._local(instant).date()
        while (found := self._instant(day, clock)) <= instant:
            day = _after(day)
        return found

    def within(self, instant: int, hours: str) -> int:
        """The moment itself where it lies in the office hours of a working day, else the beginning
        of the next ones. ValueError as `add_days`, and for hours that cannot be read.
        """
        opens, closes = read_hours(self.office_hours if hours == OFFICE else hours)
        local = self._local(instant)
        day, now = local.date(), local.time()
        if self.is_working(day) and opens <= now < closes:
            return instant
        if now >= opens:
            day = _after(day)
        return self._instant(self._working(day), opens)

    def _working(self, day: date) -> date:
        """The day, or the next one that is a working day."""
        while not self.is_working(day):
            day = _after(day)
        return day

    def _local(self, instant: int) -> datetime:
        try:
            return (_EPOCH + instant * _MICROSECOND).astimezone(zone_of(self.time_zone))
        except OverflowError:
            raise ValueError(_OUTSIDE) from None

    def _instant(self, day: date, clock: time) -> int:
        moment = datetime.combine(day, clock, zone_of(self.time_zone))
        return (moment.replace(fold=0) - _EPOCH) // _MICROSECOND


UK = Calendar()


def _after(day: date) -> date:
    try:
        return day + _DAY
    except OverflowError:
        raise ValueError(_OUTSIDE) from None


def read_clock(text: str) -> time:
    """A time of the day. ValueError says how it is written."""
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"`{text[:40]}` is no time of the day: write 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))


@lru_cache(maxsize=64)
def read_hours(text: str) -> tuple[time, time]:
    """The hours from one time to a later one. ValueError says how they are written."""
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"`{text[:40]}` are no hours: write 08:00-18:00")
    opens, closes = read_clock(found[1]), read_clock(found[2])
    if opens >= closes:
        raise ValueError(f"`{text[:40]}` end before they begin: write the earlier time first")
    return opens, closes


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name. ValueError when there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # few scenarios have a local time

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = f"`{name[:60]}` is no time zone"
        raise ValueError(f"{said}: write one such as Europe/London") from None


@lru_cache(maxsize=256)
def _holidays(country: str | None, subdivision: str | None, year: int) -> frozenset[date]:
    """The holidays of a year that are known: none before 1872 and after 2100, for the UK."""
    if country is None:
        return frozenset()
    from holidays import country_holidays  # few scenarios ask, and it takes 0.2 s and 17 MB

    return frozenset(country_holidays(country, subdiv=subdivision, years=year))


def check_place(country: str | None, subdivision: str | None) -> None:
    """ValueError when the holidays of a country, or of a part of it, are not known."""
    if (country, subdivision) in ((None, None), (UK.country, UK.subdivision)):
        return
    from holidays import list_supported_countries

    parts: dict[str, list[str]] = list_supported_countries()
    if country is None and subdivision is not None:
        raise ValueError("a subdivision needs a country")
    if country is not None and country not in parts:
        said = f"no holidays are known of `{country[:40]}`"
        raise ValueError(f"{said}: write a code such as GB or IE")
    if subdivision is not None and subdivision not in parts[country or ""]:
        said = f"no holidays are known of `{subdivision[:40]}`"
        raise ValueError(f"{said}: {_one_of(parts[country or ''])}")


def _one_of(parts: Iterable[str]) -> str:
    return f"one of {', '.join(parts)}" if parts else "null, it has no parts"
