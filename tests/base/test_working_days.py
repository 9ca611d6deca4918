"""The calendar of a supplier: working days, local times, office hours, and clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base import instants, working_days
from simulator.base.working_days import UK, Calendar

EXAMPLES = settings(deadline=None, derandomize=True)
SCOTLAND = Calendar(subdivision="SCT")
NEW_YORK = Calendar(time_zone="America/New_York", country="US", subdivision="NY")
NOWHERE = Calendar(time_zone="UTC", country=None, subdivision=None)


def at(text: str) -> int:
    return instants.parse_instant(text)


def shown(instant: int) -> str:
    return instants.format_instant(instant).removesuffix(".000Z") + "Z"


@pytest.mark.parametrize(
    ("calendar", "since", "days", "reached"),
    [
        (UK, "2026-03-02T09:00:00Z", 1, "2026-03-03T09:00:00Z"),
        (UK, "2026-03-02T09:00:00Z", 5, "2026-03-09T09:00:00Z"),
        (UK, "2026-11-27T23:59:00Z", 1, "2026-11-30T23:59:00Z"),
        (UK, "2026-06-05T22:59:00Z", 1, "2026-06-08T22:59:00Z"),
        (UK, "2026-06-05T23:30:00Z", 1, "2026-06-07T23:30:00Z"),
        (UK, "2026-11-28T10:00:00Z", 0, "2026-11-30T10:00:00Z"),
        (UK, "2026-11-28T10:00:00Z", 1, "2026-11-30T10:00:00Z"),
        (UK, "2026-11-27T10:00:00Z", 0, "2026-11-27T10:00:00Z"),
        (UK, "2026-12-24T12:00:00Z", 1, "2026-12-29T12:00:00Z"),
        (UK, "2026-12-24T12:00:00Z", 3, "2026-12-31T12:00:00Z"),
        (UK, "2026-12-31T12:00:00Z", 1, "2027-01-04T12:00:00Z"),
        (UK, "2026-04-02T12:00:00Z", 1, "2026-04-07T12:00:00Z"),
        (SCOTLAND, "2026-04-02T12:00:00Z", 1, "2026-04-06T12:00:00Z"),
        (SCOTLAND, "2026-12-31T12:00:00Z", 1, "2027-01-05T12:00:00Z"),
        (NOWHERE, "2026-12-24T12:00:00Z", 1, "2026-12-25T12:00:00Z"),
        (NEW_YORK, "2026-07-02T23:00:00Z", 1, "2026-07-06T23:00:00Z"),
        (Calendar(days_off=("2026-12-29",)), "2026-12-24T12:00:00Z", 1, "2026-12-30T12:00:00Z"),
        # the clocks go forward on 29 March, and back on 25 October
        (UK, "2026-03-27T09:00:00Z", 1, "2026-03-30T08:00:00Z"),
        (UK, "2026-10-23T08:00:00Z", 1, "2026-10-26T09:00:00Z"),
    ],
)
def test_working_days_keep_the_local_time(
    calendar: Calendar, since: str, days: int, reached: str
) -> None:
    assert shown(calendar.add_days(at(since), days)) == reached


@pytest.mark.parametrize(
    ("since", "clock", "reached"),
    [
        ("2026-03-02T07:00:00Z", time(8), "2026-03-02T08:00:00Z"),
        ("2026-03-02T08:00:00Z", time(8), "2026-03-03T08:00:00Z"),
        ("2026-03-02T09:00:00Z", time(8), "2026-03-03T08:00:00Z"),
        ("2026-11-27T23:59:00Z", time(8), "2026-11-28T08:00:00Z"),
        ("2026-07-01T07:30:00Z", time(8), "2026-07-02T07:00:00Z"),
        ("2026-03-28T09:00:00Z", time(8), "2026-03-29T07:00:00Z"),
        ("2026-10-24T09:00:00Z", time(8), "2026-10-25T08:00:00Z"),
        # 01:30 does not exist on 29 March: it is 02:30 then
        ("2026-03-29T00:59:00Z", time(1, 30), "2026-03-29T01:30:00Z"),
        ("2026-03-29T01:30:00Z", time(1, 30), "2026-03-30T00:30:00Z"),
        # 01:30 exists twice on 25 October: the first is meant
        ("2026-10-24T23:00:00Z", time(1, 30), "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", time(1, 30), "2026-10-26T01:30:00Z"),
    ],
)
def test_the_next_time_of_the_day_is_a_local_time(since: str, clock: time, reached: str) -> None:
    assert shown(UK.next(at(since), clock)) == reached


@pytest.mark.parametrize(
    ("since", "hours", "reached"),
    [
        ("2026-11-27T10:30:00Z", "08:00-18:00", "2026-11-27T10:30:00Z"),
        ("2026-11-27T08:00:00Z", "08:00-18:00", "2026-11-27T08:00:00Z"),
        ("2026-11-27T07:59:59Z", "08:00-18:00", "2026-11-27T08:00:00Z"),
        ("2026-11-27T18:00:00Z", "08:00-18:00", "2026-11-30T08:00:00Z"),
        ("2026-11-27T23:59:00Z", "08:00-18:00", "2026-11-30T08:00:00Z"),
        ("2026-11-28T10:00:00Z", "08:00-18:00", "2026-11-30T08:00:00Z"),
        ("2026-12-24T17:00:00Z", "office", "2026-12-29T09:00:00Z"),
        ("2026-07-01T07:59:00Z", "office", "2026-07-01T08:00:00Z"),
        ("2026-03-27T18:00:00Z", "office", "2026-03-30T08:00:00Z"),
    ],
)
def test_a_moment_outside_the_hours_moves_to_the_next_ones(
    since: str, hours: str, reached: str
) -> None:
    assert shown(UK.within(at(since), hours)) == reached


def test_the_christmas_of_2026_has_a_substitute_day() -> None:
    days = [date(2026, 12, day) for day in range(24, 32)]
    assert [day.day for day in days if UK.is_working(day)] == [24, 29, 30, 31]


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: round(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * instants.SECOND
)
CALENDARS = st.sampled_from([UK, SCOTLAND, NEW_YORK, NOWHERE, Calendar(time_zone="Asia/Kolkata")])


def local(calendar: Calendar, instant: int) -> datetime:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)
    return moment.astimezone(ZoneInfo(calendar.time_zone))


@pytest.mark.slow
@EXAMPLES
@given(calendar=CALENDARS, since=MOMENTS, days=st.integers(0, 40))
def test_working_days_end_on_a_working_day_and_add_up(
    calendar: Calendar, since: int, days: int
) -> None:
    reached = calendar.add_days(since, days)
    assert calendar.is_working(local(calendar, reached).date())
    assert calendar.add_days(since, days + 2) > reached
    noon = calendar.add_days(since, 0, time(12))
    one_by_one = noon
    for _ in range(days):
        one_by_one = calendar.add_days(one_by_one, 1)
    assert one_by_one == calendar.add_days(noon, days)


@EXAMPLES
@given(calendar=CALENDARS, since=MOMENTS, clock=st.times().map(lambda t: time(t.hour, t.minute)))
def test_the_next_time_comes_within_a_day_and_an_hour(
    calendar: Calendar, since: int, clock: time
) -> None:
    reached = calendar.next(since, clock)
    assert since < reached <= since + 25 * instants.HOUR + instants.HOUR
    moment = local(calendar, reached).time()
    skipped = time((clock.hour + 1) % 24, clock.minute)
    assert moment in (clock, skipped)


@EXAMPLES
@given(calendar=CALENDARS, since=MOMENTS)
def test_a_moment_in_the_office_hours_stays(calendar: Calendar, since: int) -> None:
    reached = calendar.within(since, "office")
    assert reached >= since
    assert calendar.within(reached, "office") == reached


@pytest.mark.parametrize(
    ("country", "subdivision", "said"),
    [
        ("XX", None, "no holidays are known of `XX`"),
        ("GB", "LON", "one of ENG, NIR, SCT, WLS"),
        ("IE", "ENG", "null, it has no parts"),
        (None, "ENG", "a subdivision needs a country"),
    ],
)
def test_a_place_without_known_holidays_is_refused(
    country: str | None, subdivision: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        working_days.check_place(country, subdivision)


@pytest.mark.parametrize("place", [("GB", "ENG"), ("GB", None), ("IE", None), (None, None)])
def test_a_place_with_known_holidays_is_taken(place: tuple[str | None, str | None]) -> None:
    working_days.check_place(*place)


def test_years_of_which_no_holidays_are_known_have_weekends_only() -> None:
    for year in (101, 1500, 2101, 9899):
        days = [date(year, 1, 1) + timedelta(days=more) for more in range(14)]
        assert [UK.is_working(day) for day in days].count(True) == 10


@pytest.mark.parametrize("days", [0, 1, 2600])
def test_the_end_of_the_calendar_is_told(days: int) -> None:
    end = at("9999-12-31T23:59:59Z")
    with pytest.raises(ValueError, match="leaves the calendar"):
        UK.add_days(end + days * instants.DAY, days + 1)
