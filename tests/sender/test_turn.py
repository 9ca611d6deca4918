"""A turn is worked out before it is written: what happens in between is neither lost nor undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulator.base import instants
from simulator.config import Config
from simulator.dialects.routes import router_of
from simulator.gateway import Result
from simulator.sender import Attempt, Sender
from simulator.sender.changes import Changes
from simulator.store import Tx, clocks, run_tasks
from simulator.supplier import Supplier
from simulator.world import World, open_world


@pytest.fixture
def world(make_config: Callable[..., Config], store_url: str) -> Iterator[World]:
    opened = open_world(make_config(store={"url": store_url}), "http://127.0.0.1:1")
    yield opened
    opened.close()


@pytest.fixture
def supplier(world: World) -> Supplier:
    """A supplier with one order, of which all KCIs are due."""
    send(world.default, "/service-orders")
    hours_later(world.default)
    return world.default


def send(supplier: Supplier, path: str, **members: Any) -> None:
    sample = supplier.dialect.sample("provide", None, 1)
    body = json.dumps(members or {**json.loads(sample.body), "id": 1}).encode()
    route, variables = router_of(supplier.dialect.routes).match("POST", path)
    incoming = replace(sample, path=path, body=body, variables=variables)
    (answer,) = run_tasks(supplier.store, [supplier.receive(incoming, route)])
    assert answer.code < 300, answer.body


def hours_later(supplier: Supplier) -> None:
    def move(tx: Tx) -> None:
        now = clocks.lock(tx, supplier.name).now(tx.wall)
        clocks.step(tx, supplier.name, now + 1000 * instants.HOUR)

    supplier.store.run(move)


def amend(supplier: Supplier) -> None:
    send(supplier, "/service-order-amendments", id=2, orderId=1, notes="amended meanwhile")


def turn(
    sender: Sender,
    *results: tuple[Attempt, Result],
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Attempt]:
    """One turn; when it was worked out in a view, something happens before it is written."""

    def look(tx: Tx) -> Changes:
        changes = sender.turn.look(tx, results, 8)
        if tx.is_view:
            meanwhile()
        return changes

    def save(tx: Tx, changes: Changes) -> list[Attempt]:
        changes.save(tx)
        return changes.attempts_out

    return sender.store.look_and_save(look, save)


@pytest.fixture
def sender(world: World) -> Sender:
    """A sender that has given its sign of life, so that its turns begin with a view."""
    begun = world.sender()
    world.store.run(begun.turn.beat.give)
    return begun


in_a_view = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""On PostgreSQL what happens meanwhile waits for the turn."""


def delivered(attempt: Attempt) -> tuple[Attempt, Result]:
    return attempt, Result(code=204)


@in_a_view
def test_neither_an_answer_nor_an_amendment_that_comes_meanwhile_is_lost(
    supplier: Supplier, sender: Sender
) -> None:
    (first,) = turn(sender)
    (second,) = turn(sender, delivered(first), meanwhile=lambda: amend(supplier))
    assert [kci.sequence for kci in supplier.kcis(state="delivered")] == [1]
    assert second.kci.sequence == 2 and second.order.document["notes"] == "amended meanwhile"
    assert supplier.orders()[0].order.document["notes"] == "amended meanwhile"


@in_a_view
def test_nothing_leaves_when_the_gateway_is_stopped_meanwhile(
    supplier: Supplier, sender: Sender
) -> None:
    assert turn(sender, meanwhile=lambda: supplier.act_on_gateway("stop")) == []
    assert supplier.kcis(state="attempted") == []


@in_a_view
def test_nothing_leaves_of_orders_that_are_deleted_meanwhile(
    supplier: Supplier, sender: Sender
) -> None:
    assert turn(sender, meanwhile=supplier.reset) == []
    assert supplier.kcis() == []


@in_a_view
def test_a_clock_that_is_moved_meanwhile_is_the_clock_of_the_turn(
    supplier: Supplier, sender: Sender
) -> None:
    (attempt,) = turn(sender, meanwhile=lambda: hours_later(supplier))
    clock, wall = supplier.clock()
    assert attempt.at == clock.now(wall)


def test_an_answer_and_the_orders_next_kci_are_one_turn(supplier: Supplier, sender: Sender) -> None:
    sequences = []
    results: list[tuple[Attempt, Result]] = []
    while attempts := turn(sender, *results):
        sequences += [attempt.kci.sequence for attempt in attempts]
        results = [delivered(attempt) for attempt in attempts]
    assert sequences == [1, 2, 3, 4][: len(sequences)] and len(sequences) > 1
    assert {kci.state for kci in supplier.kcis()} == {"delivered"}


def test_a_late_answer_does_not_count_once_another_sender_has_the_lane(
    supplier: Supplier, sender: Sender, world: World
) -> None:
    (first,) = turn(sender)
    world.store.skew = sender.lease.length + instants.SECOND
    other = world.sender()
    (again,) = turn(other)
    assert (again.kci.id, again.fence) == (first.kci.id, first.fence + 1)
    assert turn(sender, delivered(first)) == []
    (kci,) = supplier.kcis(state="attempted")
    assert (kci.id, kci.attempts) == (first.kci.id, 2)
