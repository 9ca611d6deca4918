"""An errand between its turn and its end: whatever happens there, it is done once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from simulator.base.errors import Unavailable
from simulator.config import Config
from simulator.engine import QueueChange
from simulator.model import Act, KciState, Lane, LaneState, Order, Step
from simulator.sender import Sender, Target
from simulator.sender.changes import Changes, Errand
from simulator.sender.errands import Errands
from simulator.store import Tx, lanes, outbox
from simulator.store.tables import kcis, orders, requests
from simulator.store.tables import lanes as lane_rows
from simulator.supplier import Supplier
from simulator.world import World, open_world
from tests.sender.test_errands import CEASE, WITH
from tests.sender.test_turn import hours_later

STARTER = f"""
begins: supplier
timeline:
  - {{after: 0s, start: BEGUN, with: {WITH}}}
  - {{after: 0s, send: CREATED}}
cancellation:
  - reply: accept
    timeline: [{{after: 1d, send: CANCELLED}}]
"""
BEGUN = """
begins: supplier
timeline:
  - {after: 0s, signal: done}
  - {after: 0s, send: CREATED}
"""


@pytest.fixture
def world(
    make_config: Callable[..., Config], store_url: str, scenario_folder: Callable[..., str]
) -> Iterator[World]:
    folder = scenario_folder(STARTER=STARTER, BEGUN=BEGUN)
    supplier = {"name": "default", "path": "/", "scenarios": folder}
    opened = open_world(
        make_config(store={"url": store_url}, suppliers=[supplier]), "http://127.0.0.1:1"
    )
    yield opened
    opened.close()


@pytest.fixture
def sender(world: World) -> Sender:
    return _sender(world)


def _sender(world: World) -> Sender:
    begun = world.sender()
    world.store.run(begun.turn.beat.give)
    return begun


def started(supplier: Supplier) -> str:
    """The id of a new order whose first step starts another one."""
    return supplier.start("STARTER", "TENANT1", CEASE, {}).order.id


def turn(sender: Sender) -> list[Errand]:
    """One turn without answers; the errands that it hands out."""

    def save(tx: Tx, changes: Changes) -> list[Errand]:
        changes.save(tx)
        return changes.errands

    return sender.store.look_and_save(lambda tx: sender.turn.look(tx, (), 8), save)


def scenarios(supplier: Supplier) -> list[str]:
    return [view.order.scenario for view in supplier.orders()]


def states(supplier: Supplier, order: str) -> list[str]:
    with supplier.store.read() as tx:
        return [kci.state for kci in outbox.all_of(tx, order)]


def lane_of(supplier: Supplier, order: str) -> Lane:
    return supplier.store.run(lambda tx: lanes.lock(tx, order))


def test_a_turn_hands_an_errand_out_and_does_nothing_of_it(world: World, sender: Sender) -> None:
    order = started(world.default)
    assert [errand.order for errand in turn(sender)] == [order]
    assert scenarios(world.default) == ["STARTER"]
    assert states(world.default, order) == [KciState.WAITING, KciState.WAITING]
    assert turn(sender) == [], "it is leased"


def test_an_errand_that_is_done_twice_is_done_once(world: World, sender: Sender) -> None:
    order = started(world.default)
    errands = turn(sender)
    sender.errands.run([*errands, *errands])
    assert sorted(scenarios(world.default)) == ["BEGUN", "STARTER"]
    assert states(world.default, order) == [KciState.DELIVERED, KciState.WAITING]
    assert lane_of(world.default, order).state == LaneState.DUE


def test_who_has_lost_the_lease_does_nothing_and_who_has_it_does_all(
    world: World, sender: Sender
) -> None:
    order = started(world.default)
    late = turn(sender)
    other = _sender(world)
    world.store.run(lambda tx: _end_lease(tx, order))
    errands = turn(other)
    sender.errands.run(late)
    assert scenarios(world.default) == ["STARTER"]
    other.errands.run(errands)
    sender.errands.run(late)
    assert sorted(scenarios(world.default)) == ["BEGUN", "STARTER"]


def _end_lease(tx: Tx, order: str) -> None:
    lanes.save(tx, [replace(lanes.lock(tx, order), wake=tx.wall)])


def test_a_sender_that_has_no_such_files_starts_the_same_order(
    world: World, make_config: Callable[..., Config], store_url: str
) -> None:
    plain = make_config(store={"url": store_url}, suppliers=[{"name": "default", "path": "/"}])
    other = open_world(plain, "http://127.0.0.1:1", beginning=False)
    try:
        started(world.default)
        alone = _sender(other)
        alone.errands.run(turn(alone))
    finally:
        other.close()
    assert sorted(scenarios(world.default)) == ["BEGUN", "STARTER"]


@pytest.mark.parametrize("what", [KciState.WITHDRAWN, KciState.PAUSED, KciState.WAITING])
def test_a_step_that_a_request_took_away_meanwhile_does_not_happen(
    world: World, sender: Sender, what: KciState
) -> None:
    order = started(world.default)
    errands = turn(sender)
    with world.store.read() as tx:
        first, _ = outbox.all_of(tx, order)
    change = {
        KciState.WITHDRAWN: QueueChange(withdraw=(first.id,)),
        KciState.PAUSED: QueueChange(paused=(first.id,)),
        KciState.WAITING: QueueChange(moved={first.id: first.due_at + 1}),
    }
    world.store.run(lambda tx: outbox.change(tx, change[what]))
    sender.errands.run(errands)
    assert scenarios(world.default) == ["STARTER"]
    assert sorted(states(world.default, order)) == sorted([what, KciState.WAITING])
    assert lane_of(world.default, order).state == LaneState.DUE


class Failing:
    """Links that fail in some way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def touched(self, tx: Tx, order: Order, step: Step) -> list[str]:
        return []

    def follow(self, tx: Tx, order: Order, step: Step) -> None:
        raise self.error


def failing(sender: Sender, error: Exception) -> Errands:
    """The errands of a sender, whose links fail."""

    def find(tx: Tx, name: str) -> Target | None:
        target = sender.errands.find_and_lock(tx, name)
        return target and replace(target, links=Failing(error))

    return Errands(sender.store, sender.lease, find)


def test_a_defect_of_ours_costs_one_step_and_the_log_has_it(
    world: World, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    order = started(world.default)
    failing(sender, ZeroDivisionError("ours")).run(turn(sender))
    assert states(world.default, order) == [KciState.DEAD, KciState.WAITING]
    assert lane_of(world.default, order).state == LaneState.PARKED
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == f"a step of order {order} failed in an unexpected way"


def test_a_store_that_is_away_leaves_an_errand_to_the_end_of_its_lease(
    world: World, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    order = started(world.default)
    failing(sender, Unavailable("the store is away")).run(turn(sender))
    assert states(world.default, order) == [KciState.WAITING, KciState.WAITING]
    assert lane_of(world.default, order).state == LaneState.SENDING
    assert f"a step of order {order} is done later: the store is away" in caplog.text
    world.store.run(lambda tx: _end_lease(tx, order))
    sender.errands.run(turn(sender))
    assert sorted(scenarios(world.default)) == ["BEGUN", "STARTER"]


def test_nothing_is_done_for_an_order_or_a_supplier_that_was_deleted_meanwhile(
    world: World, sender: Sender
) -> None:
    started(world.default)
    errands = turn(sender)
    world.default.reset()
    sender.errands.run(errands)
    assert scenarios(world.default) == []
    made, _ = world.make({"clock": {"mode": "manual"}}, scenarios=_texts())
    started(made)
    errands = turn(sender)
    world.remove(made.name)
    sender.errands.run(errands)
    assert [errand.supplier for errand in errands] == [made.name]


def _texts() -> list[str]:
    return [f"scenario: STARTER\n{STARTER}", f"scenario: BEGUN\n{BEGUN}"]


def test_an_order_that_is_linked_to_a_deleted_one_gives_its_signal_to_nobody(
    world: World, sender: Sender
) -> None:
    order = started(world.default)
    sender.errands.run(turn(sender))
    world.store.run(lambda tx: _delete(tx, order))
    hours_later(world.default)
    sender.errands.run(turn(sender))
    (begun,) = world.default.orders()
    (*_, last) = world.default.journal(order=begun.order.id)
    assert isinstance(last, Act) and "reaches nobody" in last.message


def _delete(tx: Tx, order: str) -> None:
    columns = (requests.c.order, kcis.c.order, orders.c.id, lane_rows.c.order)
    for column in columns:
        tx.execute(sa.delete(column.table).where(column == order))
