"""Lanes: one for each order, claimed by one sender at a time with a lease and a fence.

A lane stands at its head: the KCI that was attempted and not settled, else the one that is due
first. Paused KCIs are no heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.base.errors import Conflict
from simulator.base.instants import LATEST_CLOCK
from simulator.model import Kci, KciState, Lane, LaneState
from simulator.store import outbox
from simulator.store.outbox import Queued
from simulator.store.statements import AnyOf, Row, Statement
from simulator.store.tables import lanes, one_of, p, row_of
from simulator.store.transaction import Tx

_INSERT = Statement(sa.insert(lanes))
_NEXT = {"version": lanes.c.version + 1}
_LOCK = Statement(sa.update(lanes).where(lanes.c.order == p("i")).values(_NEXT).returning(*lanes.c))
_first = (
    sa.select(lanes)
    .where(lanes.c.supplier == p("s"), lanes.c.wake <= p("wall"))
    .order_by(lanes.c.wake, lanes.c.due)
    .limit(p("most"))
    .with_for_update(skip_locked=True)
)
_TRIED = (LaneState.SENDING, LaneState.RETRY)
_CLAIM = Statement(_first)
_CLAIM_FRONT = Statement(_first.where(one_of(lanes.c.state, _TRIED)))
IN_FRONT = (*_TRIED, LaneState.PARKED)
"""The states of the lanes that come first, where all orders of a supplier wait in one queue."""

_IN_FRONT = Statement(
    sa.select(lanes).where(lanes.c.supplier == p("s"), one_of(lanes.c.state, IN_FRONT))
)
_LEASED = Statement(
    sa.select(lanes)
    .where(AnyOf(lanes.c.order, "ids"), lanes.c.owner == p("me"))
    .order_by(lanes.c.order)
    .with_for_update()
)
_SAVED = ("state", "due", "wake", "rested_wall", "owner", "fence", "next_sequence")
_SEEN = sa.update(lanes).where(lanes.c.order == p("key"), lanes.c.version == p("seen"))
_SAVE = Statement(_SEEN.values({name: p(name) for name in _SAVED} | _NEXT))
_PENDING = Statement(
    sa.text("""
    WITH RECURSIVE awake(supplier) AS (
        SELECT (SELECT supplier FROM lanes WHERE wake IS NOT NULL ORDER BY supplier LIMIT 1)
        UNION ALL
        SELECT (
            SELECT l.supplier FROM lanes l
            WHERE l.wake IS NOT NULL AND l.supplier > awake.supplier ORDER BY l.supplier LIMIT 1
        )
        FROM awake WHERE awake.supplier IS NOT NULL
    )
    SELECT awake.supplier, (
        SELECT l.wake FROM lanes l
        WHERE l.supplier = awake.supplier AND l.wake > :behind ORDER BY l.wake LIMIT 1
    ) AS wake FROM awake WHERE awake.supplier IS NOT NULL
""")
)
"""The index is read from supplier to supplier: two rows of each, however many orders it has."""


def add(tx: Tx, supplier: str, added: Sequence[tuple[str, Sequence[Kci]]], clock: Clock) -> None:
    """The lanes of new orders, each at the first of its order's KCIs."""
    new = [
        Lane(
            order=order,
            supplier=supplier,
            next_position=len(kcis) + 1,
            **resting(kcis, clock, tx.wall),
        )
        for order, kcis in added
    ]
    tx.run_many(_INSERT, [row_of(lane) for lane in new])
    if wakes := [lane.wake for lane in new if lane.wake is not None]:
        tx.wake_senders(min(wakes))


def lock(tx: Tx, order_id: str) -> Lane:
    """An order's lane, locked until the commit, for a change of it or of its order. A sender that
    has read the lane before sees by its version that it must look again. Conflict when the order
    was deleted in this moment.
    """
    row = tx.row(_LOCK, {"i": order_id})
    if row is None:
        raise Conflict(f"the order {order_id} was deleted")
    return _lane_of(row)


def rest(tx: Tx, lane: Lane, clock: Clock, *, positions: int = 0, unpark: bool = False) -> None:
    """Find the head of a lane again, after its KCIs changed. A lane that a sender has leased, or
    that waits for another try, keeps its wake; `unpark` wakes a parked one.
    """
    values: dict[str, Any] = {"next_position": lane.next_position + positions}
    if lane.state in (LaneState.IDLE, LaneState.DUE) or (lane.state == LaneState.PARKED and unpark):
        values |= resting(outbox.open_of(tx, [lane.order])[lane.order], clock, tx.wall)
        tx.wake_senders()
    tx.execute(sa.update(lanes).where(lanes.c.order == lane.order).values(**values))


def resting(waiting: Sequence[Kci | Queued], clock: Clock, wall: int) -> dict[str, Any]:
    """The columns of a lane that waits for the first of `waiting`, or is at rest from `wall` on."""
    if not waiting or waiting[0].state == KciState.PAUSED:
        rested = None if waiting else wall
        idle = {"state": LaneState.IDLE, "due": None, "wake": None, "owner": ""}
        return idle | {"rested_wall": rested}
    return {
        "state": LaneState.DUE,
        "due": waiting[0].due_at,
        "wake": clock.wake(waiting[0].due_at),
        "rested_wall": None,
        "owner": "",
    }


def retrying(clock: Clock, wall: int, wait: int) -> dict[str, Any]:
    """The columns of a lane whose head is tried again after `wait`. With a manual clock that is
    supplier time: then it has no wake until the clock is moved.
    """
    columns = {"state": LaneState.RETRY, "wake": wall + wait, "owner": ""}
    if clock.mode != "manual":
        return columns
    return columns | {"due": min(clock.anchor + wait, LATEST_CLOCK), "wake": None}


def pending(tx: Tx, behind: int = 0) -> dict[str, int]:
    """The suppliers whose lanes need a sender, now or later, each with the wall time of its first
    one; only from behind the wall time `behind`.
    """
    rows = tx.rows(_PENDING, {"behind": behind})
    return {supplier: int(wake) for supplier, wake in rows if wake is not None}


def claim(tx: Tx, supplier: str, limit: int, *, in_front: bool = False) -> list[Lane]:
    """Lock a supplier's lanes whose wake has come, the longest overdue first. Lanes that another
    sender is claiming are skipped. `in_front`: only those that were tried before.
    """
    statement = _CLAIM_FRONT if in_front else _CLAIM
    names = {"s": supplier, "wall": tx.wall, "most": limit}
    return [_lane_of(row) for row in tx.rows(statement, names)]


def clock_went_back(tx: Tx, back: int, most: int) -> None:
    """The wall clock was set back by `back`: leases and waits between tries last as long as they
    were to last. One that ends within `most`, a lease's length, may be of the time after the step,
    and stays as it is.
    """
    moved = lanes.c.wake - p("back", type_=sa.BigInteger)
    waits = sa.update(lanes).where(lanes.c.state.in_(_TRIED), lanes.c.wake > tx.wall + most)
    wake = sa.case((moved > tx.wall, moved), else_=tx.wall)
    tx.execute(waits.values(_NEXT | {"wake": wake}), {"back": back})


def in_front(tx: Tx, supplier: str) -> list[Lane]:
    """The lanes that come first where all orders of a supplier wait in one queue: those that are
    being sent, that wait for another try, and that are parked.
    """
    return [_lane_of(row) for row in tx.rows(_IN_FRONT, {"s": supplier})]


def leased(tx: Tx, fences: Mapping[str, int], owner: str) -> dict[str, Lane]:
    """Lock the lanes that `owner` has still leased under these fences. The others were taken from
    it, and it must not touch them.
    """
    found = [_lane_of(row) for row in tx.rows(_LEASED, {"ids": fences, "me": owner})]
    return {lane.order: lane for lane in found if lane.fence == fences[lane.order]}


def save(tx: Tx, changed: Sequence[Lane]) -> None:
    """Write lanes. Conflict when one of them has another version by now."""
    rows = [row_of(lane) | {"key": lane.order, "seen": lane.version} for lane in changed]
    if tx.run_many(_SAVE, rows) != len(rows):
        raise Conflict("a lane was changed meanwhile")
    for lane in changed:
        tx.changed(lane.supplier, lane.order)


def _lane_of(row: Row) -> Lane:
    members = dict(zip(_LOCK.names, row, strict=True))
    members["state"] = LaneState(members["state"])
    return Lane(**members)
