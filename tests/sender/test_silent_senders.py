"""What a sender left behind that died, and what it holds when the wall clock is set back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.base import instants
from simulator.config import Config
from simulator.model import LaneState
from simulator.sender import Sender
from simulator.store import Store, gateway_states, lanes, senders, upkeep
from tests.store.test_store import NOW, Clock, place


def test_what_a_silent_sender_holds_is_taken_back(store_url: str) -> None:
    store = Store(store_url)
    with store.write() as tx:
        begun = tx.wall
        order = place(tx, "1", Clock(anchor=NOW, anchor_wall=tx.wall - instants.HOUR))
        senders.beat(tx, "gone", {"host": "h", "pid": 1, "version": "1"})
    with store.write() as tx:
        (lane,) = lanes.claim(tx, "s", 1)
        wake = tx.wall + instants.HOUR
        leased = replace(lane, state=LaneState.SENDING, owner="gone", fence=1, wake=wake)
        lanes.save(tx, [leased])
    with store.write() as tx:
        tx.wall = begun + 5 * instants.SECOND
        senders.beat(tx, "alive", {"host": "h", "pid": 2, "version": "1"})
        assert senders.take_back(tx) == 0, "it may only be slow"
        tx.wall = begun + 7 * instants.SECOND
        assert senders.take_back(tx) == 1
        assert [one.id for one in senders.every(tx)] == ["alive"]
        assert [again.order for again in lanes.claim(tx, "s", 1)] == [order.id]
        assert lanes.lock(tx, order.id).fence == 1
    store.close()


def test_a_clock_that_is_set_back_holds_nothing_up(
    store_url: str, make_config: Callable[..., Config]
) -> None:
    store = Store(store_url)
    settings = make_config()
    tidying = upkeep.Upkeep(store, lambda tx, name: None, settings.journal, settings.orders)
    sender = Sender(store, lambda tx, name: None, settings.delivery, tidying, settings.targets)
    store.skew = instants.HOUR
    with store.write() as tx:
        before = tx.wall
        senders.beat(tx, "another", {"host": "h", "pid": 1, "version": "1"})
    store.skew = 0
    with store.write() as tx:
        order = place(tx, "1", Clock(anchor=NOW, anchor_wall=tx.wall - instants.HOUR))
        later = before + 20 * instants.SECOND
        lane = lanes.lock(tx, order.id)
        lanes.save(tx, [replace(lane, state=LaneState.RETRY, wake=later)])
        gateway_states.save(
            tx,
            replace(gateway_states.lock(tx, "s"), state="down", until_wall=later, slot_wall=later),
        )
        sender.turn.beat.give(tx)
        assert lanes.lock(tx, order.id).wake == tx.wall + 20 * instants.SECOND, "as before"
        held = gateway_states.one(tx, "s")
        assert (held.until_wall, held.slot_wall) == (tx.wall, tx.wall)
    store.close()
