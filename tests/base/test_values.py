"""The small parts below everything: durations, instants, JSON, clocks, chance, secrets."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from simulator.base import clock, instants, seed
from simulator.base.clock import Clock
from simulator.formats import redact, strict_json


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("5s", 5),
        ("3m", 180),
        ("1h30m", 5400),
        ("4d", 345_600),
        ("6w", 3_628_800),
        ("PT1H30M", 5400),
        ("P1DT0.5S", 86_400.5),
        ("0.2", 0.2),
        (30, 30),
        (0, 0),
    ],
)
def test_durations(text: Any, seconds: float) -> None:
    assert instants.parse_duration(text) == round(seconds * instants.SECOND)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "5 parsecs",
        "-5s",
        "1e30s",
        "P999Y",
        "PT",
        "11y",
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        "3650d1s",
        "wd",
    ],
)
def test_what_is_no_duration(text: Any) -> None:
    with pytest.raises(ValueError, match=r"duration|working days"):
        instants.parse_duration(text)


def test_a_duration_is_written_as_a_person_writes_it() -> None:
    for text in ("0s", "250ms", "1h30m", "2d", "1d1h1m1s1ms"):
        assert instants.format_duration(instants.parse_duration(text)) == text
    assert instants.format_duration(instants.parse_duration("6w")) == "42d", "weeks are days"


def test_instants_keep_their_moment() -> None:
    assert (
        instants.format_instant(instants.parse_instant("2026-03-29T01:30:00+01:00"))
        == "2026-03-29T00:30:00.000Z"
    )
    assert (
        instants.format_instant(instants.parse_instant("2026-03-02")) == "2026-03-02T00:00:00.000Z"
    )
    assert instants.shift_text("2024-02-28", instants.DAY) == "2024-02-29"
    assert (
        instants.shift_text("2026-01-01T00:00:00Z", -instants.SECOND) == "2025-12-31T23:59:59.000Z"
    )
    for text in ("9999-12-31", "9999-12-31T23:59:59Z"):
        with pytest.raises(ValueError, match="calendar"):
            instants.shift_text(text, instants.DAY)
    for wrong in ("2026-03-02T09:00:00", "2026-02-30", "soon", None):
        with pytest.raises(ValueError, match=r"instant|offset"):
            instants.parse_instant(wrong)


@pytest.mark.parametrize(
    ("mode", "rate"), [("real", 1.0), ("scaled", 60.0), ("scaled", 0.25), ("scaled", 1234.567)]
)
def test_a_lane_never_wakes_before_its_moment(mode: str, rate: float) -> None:
    clock = Clock(mode=mode, rate=rate, anchor=1_000_000, anchor_wall=5_000_000)
    for due in (1_000_001, 1_234_567, 99_999_999, 10**15 + 7):
        wake = clock.wake(due)
        assert wake is not None and clock.now(wake) >= due and clock.now(wake - 1) < due + rate


def test_chance_hangs_on_names_alone() -> None:
    one = seed.Chance("root", ("s", "SCENARIO", "key"))
    assert (
        one.at(3).random().random()
        == seed.Chance("root", ("s", "SCENARIO", "key", "3")).random().random()
    )
    assert (
        one.at(3).fake()["service_id"]
        == one.at(3).fake()["service_id"]
        != one.at(4).fake()["service_id"]
    )
    assert one.fake()["name"] == one.fake()["name"] and isinstance(one.fake()["latitude"], str)
    assert (
        one.uuid() != one.uuid()
        and seed.Chance("r", ("x",), True).uuid() == seed.Chance("r", ("x",), True).uuid()
    )
    for word in ("xml", "items", "image", "date", "_private", "seed_instance", "__class__"):
        with pytest.raises(KeyError):
            one.fake()[word]
    assert len({seed.reference(str(number)) for number in range(2000)}) == 2000


def test_unique_ids_begin_with_the_time_and_grow() -> None:
    before = clock.wall() // 1000
    drawn = [seed.unique() for _ in range(5000)]
    after = clock.wall() // 1000
    assert drawn == sorted(set(drawn))
    for text in drawn:
        one = uuid.UUID(text)
        assert str(one) == text and one.variant == uuid.RFC_4122 and one.version == 7
        assert before <= one.int >> 80 <= after + 1


def test_unique_ids_of_many_threads_differ() -> None:
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: seed.unique(), range(4000)))
    assert len(set(drawn)) == 4000


def test_a_secret_does_not_begin_with_the_time() -> None:
    assert len({seed.secret()[:8] for _ in range(100)}) == 100


@pytest.mark.parametrize("word", seed.FAKE_WORDS)
def test_each_word_of_fake_gives_a_plain_value_that_hangs_on_the_seed(word: str) -> None:
    one, same = (seed.Chance("root", ("S", "key")).fake()[word] for _ in range(2))
    assert one == same and isinstance(one, (str, int, float, bool))


def test_secrets_are_masked_and_other_headers_kept() -> None:
    given = {"Authorization": "Bearer abc", "Cookie": "a=b", "X-Other": "kept", "Set-Cookie": "s"}
    assert redact.headers(given) == {
        "Authorization": "Bearer ***",
        "Cookie": "***",
        "X-Other": "kept",
        "Set-Cookie": "***",
    }


def test_canonical_json_does_not_see_the_order_of_members() -> None:
    assert (
        strict_json.canonical({"b": 1, "a": [2]})
        == strict_json.canonical({"a": [2], "b": 1})
        == '{"a":[2],"b":1}'
    )
