"""A supplier's calendar: its settings reach orders, later requests and late steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from simulator.testing import Supplier
from simulator.web import Embedded
from tests.conftest import Gateway

FRIDAY = "2026-11-27T23:59:00Z"
PACIFIC = {"time_zone": "America/Los_Angeles", "country": "US", "subdivision": "CA"}


@contextmanager
def placed(
    simulator: Embedded, *steps: str, more: str = "", begin: str = FRIDAY, **settings: Any
) -> Iterator[Supplier]:
    """A supplier with one scenario, and an order of it."""
    listed = "".join(f"  - {step}\n" for step in steps)
    text = f"scenario: STORY\nreply: acknowledge\ntimeline:\n{listed}{more}"
    with Supplier.make(simulator.url, scenarios=[text], default="STORY", **settings) as supplier:
        supplier.client.set_clock(now=begin)
        sample = supplier.sample()
        url, body = supplier.url + sample["path"], sample["body"]
        answer = requests.post(url, json=body, headers=sample["headers"], timeout=30)
        assert answer.status_code == 201, answer.text
        yield supplier


def dues(supplier: Supplier) -> list[str | None]:
    kcis = sorted(supplier.client.kcis(), key=lambda kci: kci["position"])
    return [kci["due_at"] and kci["due_at"][5:16] for kci in kcis]


STEPS = ("{after: 1wd, send: COMMITTED}", "{after: next 08:00, hours: office, send: COMPLETED}")


@pytest.mark.parametrize(
    ("begin", "settings", "expected"),
    [
        (FRIDAY, {}, ["11-30T23:59", "12-01T09:00"]),
        (FRIDAY, {"calendar": {"office_hours": "07:00-15:00"}}, ["11-30T23:59", "12-01T08:00"]),
        (FRIDAY, {"calendar": PACIFIC}, ["11-30T23:59", "12-01T17:00"]),
        (FRIDAY, {"calendar": {"days_off": ["2026-11-30"]}}, ["12-01T23:59", "12-02T09:00"]),
        ("2026-12-24T12:00:00Z", {}, ["12-29T12:00", "12-30T09:00"]),
        ("2026-03-27T07:30:00Z", {}, ["03-30T06:30", "03-30T08:00"]),
        ("2026-10-23T09:30:00Z", {}, ["10-26T10:30", "10-27T09:00"]),
    ],
)
def test_an_order_is_planned_in_the_supplier_s_calendar(
    simulator: Embedded, begin: str, settings: Any, expected: list[str]
) -> None:
    with placed(simulator, *STEPS, begin=begin, **settings) as supplier:
        assert dues(supplier) == expected


def test_an_amendment_and_a_late_time_are_planned_in_it_too(simulator: Embedded) -> None:
    late = '{at: "{{ order.document.targetDate }}", send: UPDATE}'
    steps = (
        '{after: 1h, send: COMMITTED, set: {targetDate: "2026-12-03T09:00:00Z"}}',
        late,
        "{after: 1wd 08:00, send: COMPLETED}",
    )
    more = "amendment:\n  - {reply: accept, timeline: [{after: 1wd 10:00, send: AMENDED}]}\n"
    with placed(simulator, *steps, more=more, calendar=PACIFIC) as supplier:
        assert dues(supplier) == ["11-28T00:59", None, None]
        supplier.advance(hours=2)
        assert dues(supplier)[1:] == ["12-03T09:00", "12-04T16:00"]
        with Gateway(supplier.url) as gateway:
            assert gateway.amend({"id": int(supplier.order["ref"])}).status_code == 202
        assert dues(supplier)[-1] == "11-30T18:00"


def test_a_signal_is_followed_by_the_next_local_time(simulator: Embedded) -> None:
    steps = (
        "{after: 1h, send: COMMITTED}",
        "{after: 1h, wait: GO}",
        "{after: next 08:00, send: COMPLETED}",
    )
    with placed(simulator, *steps) as supplier:
        supplier.advance(hours=20)
        supplier.signal("GO")
        supplier.advance(seconds=1)
        assert dues(supplier)[1:] == ["11-29T08:00"]
        assert [kci["send"] for kci in supplier.advance(hours=24)] == ["COMPLETED"]


def test_the_same_seed_draws_the_same_moments(simulator: Embedded) -> None:
    steps = (
        "{after: {uniform: [1s, 9h]}, send: COMMITTED}",
        "{after: {normal: {mean: 3d, deviation: 1d}}, send: COMPLETED}",
    )
    found = []
    for seed in ("7", "7", "8"):
        with placed(simulator, *steps, name="drawn", seed=seed) as supplier:
            found.append(dues(supplier))
    assert found[0] == found[1] != found[2]


def test_a_calendar_that_cannot_be_is_refused(simulator: Embedded) -> None:
    for calendar, said in (
        ({"time_zone": "Europe/Londn"}, "`Europe/Londn` is no time zone"),
        ({"country": "XX", "subdivision": None}, "no holidays are known of `XX`"),
        ({"country": "IE"}, "no holidays are known of `ENG`"),
        ({"office_hours": "17:00-09:00"}, "end before they begin"),
        ({"days_off": ["2026-13-01"]}, "is not a date"),
        ({"zone": "UTC"}, "unknown key `zone`"),
    ):
        answer = requests.post(
            f"{simulator.url}/__admin/suppliers", json={"calendar": calendar}, timeout=30
        )
        assert answer.status_code in (400, 422) and said in answer.text, answer.text
