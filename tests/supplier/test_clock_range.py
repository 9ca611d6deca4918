"""Supplier time stays inside the range that everything else can show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator.base import instants
from simulator.base.clock import Clock
from simulator.client import Failed
from simulator.testing import Supplier
from simulator.web import Embedded

FAR = """
scenario: FAR
reply: accept
timeline:
  - {after: 3650d, send: ACKNOWLEDGED}
  - {after: 3650d, send: COMMITTED}
"""
FARTHER = FAR.replace("scenario: FAR", "scenario: FARTHER") + "".join(
    f"  - {{after: 3650d, mark: M{number}}}\n" for number in range(10)
)


@pytest.fixture
def supplier(simulator: Embedded) -> Iterator[Supplier]:
    with Supplier.make(simulator.url) as made:
        yield made


def place(supplier: Supplier, **headers: str) -> requests.Response:
    sample = supplier.sample()
    return requests.post(
        supplier.url + sample["path"],
        json=sample["body"],
        headers={**sample["headers"], **headers},
        timeout=30,
    )


@pytest.mark.parametrize("now", ["9999-12-31T00:00:00Z", "9900-01-01T00:00:01Z", "0001-01-01"])
def test_a_clock_is_not_set_outside_its_range(supplier: Supplier, now: str) -> None:
    with pytest.raises(Failed) as caught:
        supplier.client.set_clock(now=now if "T" in now else now + "T00:00:00Z")
    assert caught.value.status == 422
    assert "lies between 0100-01-01T00:00:00.000Z and 9900-01-01" in caught.value.detail


@pytest.mark.parametrize("now", ["9900-01-01T00:00:00Z", "0100-01-01T00:00:00Z"])
def test_at_the_ends_of_the_range_orders_are_played_and_shown(supplier: Supplier, now: str) -> None:
    supplier.client.set_clock(now=now)
    assert place(supplier).status_code == 202
    asked: list[Any] = [supplier.orders, supplier.journal, list(supplier.client.kcis())]
    assert all(asked) and supplier.client.story(supplier.order["id"])
    if now.startswith("0100"):
        assert [kci["send"] for kci in supplier.advance(days=1)][-1] == "COMPLETED"


def test_an_advance_ends_at_the_end_of_the_range(supplier: Supplier) -> None:
    supplier.client.set_clock(now="9899-12-31T00:00:00Z")
    with pytest.raises(Failed, match="supplier time ends at 9900-01-01"):
        supplier.advance(days=3)


def test_steps_that_would_fall_due_after_the_range_refuse_the_order(supplier: Supplier) -> None:
    supplier.client.set_clock(now="9900-01-01T00:00:00Z")
    for text in (FAR, FARTHER):
        supplier.client.put_scenario(text.split()[1], text)
    refused = place(supplier, **{"X-Scenario": "FARTHER"})
    assert refused.status_code == 422, refused.text
    assert "a step would be due after 9999-01-01" in refused.text
    assert place(supplier, **{"X-Scenario": "FAR"}).status_code == 202


def test_a_slow_clock_may_have_steps_that_it_never_reaches(supplier: Supplier) -> None:
    step = '{at: "9890-01-01T00:00:00Z", send: ACKNOWLEDGED}'
    supplier.client.put_scenario(
        "MILLENNIA", f"scenario: MILLENNIA\nreply: accept\ntimeline:\n  - {step}\n"
    )
    supplier.client.set_clock(mode="scaled", rate=0.001)
    assert place(supplier, **{"X-Scenario": "MILLENNIA"}).status_code == 202
    assert supplier.client.set_clock(rate=0.002)["rate"] == 0.002
    assert supplier.order["kcis"]["waiting"] == 1


def test_a_scaled_clock_stands_still_at_the_end() -> None:
    clock = Clock(mode="scaled", rate=10_000_000.0, anchor=instants.LATEST_CLOCK - 1, anchor_wall=0)
    assert clock.now(instants.HOUR) == instants.LATEST_CLOCK


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (instants.LATEST_CLOCK, "9900-01-01T00:00:00.000Z"),
        (instants.EARLIEST_CLOCK, "0100-01-01T00:00:00.000Z"),
        (10**30, "9999-12-31T23:59:59.999Z"),
        (-(10**30), "0001-01-01T00:00:00.000Z"),
        (1_999, "1970-01-01T00:00:00.001Z"),
    ],
)
def test_every_instant_can_be_written(instant: int, shown: str) -> None:
    assert instants.format_instant(instant) == shown
