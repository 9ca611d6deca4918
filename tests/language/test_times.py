"""The times of a step: how they are read, and what a draw comes to."""

from __future__ import annotations

import random
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base import instants
from simulator.base.instants import SECOND
from simulator.language import times
from simulator.language.times import NextTime, WorkingDays


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5s", 5 * SECOND),
        (7, 7 * SECOND),
        ("PT1H30M", 5400 * SECOND),
        ("2wd", WorkingDays(2)),
        ("0wd", WorkingDays(0)),
        (" 1wd  08:30 ", WorkingDays(1, time(8, 30))),
        ("next 08:00", NextTime(time(8))),
        ("next   23:59", NextTime(time(23, 59))),
    ],
)
def test_a_time_is_read(text: Any, read: Any) -> None:
    assert times.read(text) == read


@pytest.mark.parametrize(
    "text", ["next", "next 8:00", "next 24:00", "next day", "-1wd", "1.5wd", "2wd 5h", "2601wd", ""]
)
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time|not a duration|working days|never negative"):
        times.read(text)


def drawn(draw: Any, number: float) -> Any:
    return times.drawn(draw, instants.parse_duration, lambda: number)


@pytest.mark.parametrize(
    ("draw", "number", "found"),
    [
        ({"uniform": ["1s", "5s"]}, 0, "1s"),
        ({"uniform": ["1s", "5s"]}, 0.25, "2s"),
        ({"uniform": ["2s", "2s"]}, 0.9, "2s"),
        ({"normal": {"mean": "10s", "deviation": "2s"}}, 0.5, "10s"),
        ({"normal": {"mean": "10s", "deviation": "2s"}}, 0.8413447, "12s"),
        ({"normal": {"mean": "10s", "deviation": "0s"}}, 0.9, "10s"),
        ({"normal": {"mean": "10s", "deviation": "2s", "min": "10s"}}, 0, "10s"),
        ({"normal": {"mean": "10s", "deviation": "1ms", "min": "50s"}}, 0.5, "50s"),
        ({"normal": {"mean": "60s", "deviation": "1ms", "max": "10s"}}, 0.5, "10s"),
        ({"lognormal": {"median": "8s", "sigma": 0.7}}, 0.5, "8s"),
        ({"lognormal": {"median": "8s", "sigma": 0}}, 0.9, "8s"),
        ({"lognormal": {"median": "1s", "sigma": 1}}, 0.8413447, "2s718ms"),
        ({"lognormal": {"median": "1d", "sigma": 10, "max": "2d"}}, 1 - 1e-16, "2d"),
    ],
)
def test_what_a_draw_comes_to(draw: Any, number: float, found: str) -> None:
    assert instants.format_duration(drawn(draw, number)) == found


@pytest.mark.parametrize(
    ("number", "found"), [(0, "1s"), (0.89, "1s"), (0.9, "30s"), (1 - 1e-16, "30s")]
)
def test_pick_takes_each_time_by_its_weight(number: float, found: str) -> None:
    assert drawn({"pick": {"9s": 0, "1s": 90, "30s": 10, "2wd": 0}}, number) == found


@pytest.mark.parametrize(
    "draw",
    [
        {"uniform": ["5s", "1s"]},
        {"normal": {"mean": "1s", "deviation": "1s", "min": "5s", "max": "2s"}},
        {"lognormal": {"median": "0s", "sigma": 1}},
        {"uniform": ["1s", "soon"]},
    ],
)
def test_parts_that_do_not_fit_are_told_when_a_parameter_brings_them(draw: Any) -> None:
    with pytest.raises(ValueError, match=r"wrong way round|more than 0s|not a duration"):
        drawn(draw, 0.5)


EXAMPLES = settings(deadline=None, derandomize=True)
SECONDS = st.integers(0, 10**6)


@EXAMPLES
@given(mean=SECONDS, deviation=SECONDS, ends=st.tuples(SECONDS, SECONDS), seed=st.integers())
def test_a_bell_stays_within_its_bounds(
    mean: int, deviation: int, ends: tuple[int, int], seed: int
) -> None:
    low, high = sorted(ends)
    number = random.Random(seed).random()
    normal = {"mean": mean, "deviation": deviation, "min": low, "max": high}
    lognormal = {"median": mean + 1, "sigma": deviation % 10, "min": low, "max": high}
    for draw in ({"normal": normal}, {"lognormal": lognormal}):
        found = drawn(draw, number)
        assert low * SECOND <= found <= high * SECOND
        assert found % instants.MILLISECOND == 0


def test_a_cut_bell_has_no_heap_at_its_bound() -> None:
    draw = {"normal": {"mean": "10s", "deviation": "10s", "min": "0s"}}
    found = [drawn(draw, number / 1000) for number in range(1000)]
    assert found == sorted(found)
    assert sum(length < SECOND // 10 for length in found) < 10
