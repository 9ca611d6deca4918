"""The outbox: KCIs waiting in their lanes, one lane per order, claimed by one sender at a time with
a lease and a fence.

A lane always rests on its head: the KCI that was attempted and not settled, else the earliest due
one; paused ones are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.engine import QueueChange
from simulator.model import UNTRIED, Kci, KciState, Lane, LaneState, Step
from simulator.store.database import Tx
from simulator.store.tables import is_open, kcis, lanes, one_of, p, row_of

_KCI = [column for column in kcis.c if column.name != "supplier"]
_ADD = sa.insert(kcis)
_IS_UNTRIED = one_of(kcis.c.state, UNTRIED)
_SOME_UNTRIED = (kcis.c.id.in_(p("ids", expanding=True)), _IS_UNTRIED)
_WITHDRAW = sa.update(kcis).where(*_SOME_UNTRIED).values(state=KciState.WITHDRAWN)
_PAUSE = sa.update(kcis).where(*_SOME_UNTRIED).values(state=KciState.PAUSED)
_MOVE = (
    sa.update(kcis)
    .where(kcis.c.id == p("key"), _IS_UNTRIED)
    .values(due_at=p("due"), state=KciState.WAITING)
)
_PLACE = (
    kcis.c.state == KciState.PAUSED,
    kcis.c.state == KciState.WAITING,
    kcis.c.due_at,
    kcis.c.position,
)
"""What goes next: what was attempted, then what waits, then what is paused."""

_OPEN_OF = (
    sa.select(*_KCI).where(kcis.c.order.in_(p("ids", expanding=True)), is_open).order_by(*_PLACE)
)
_REST_OF = (
    sa.select(kcis.c.id, kcis.c.order, kcis.c.state, kcis.c.due_at)
    .where(kcis.c.order.in_(p("ids", expanding=True)), is_open)
    .order_by(*_PLACE)
)
_CLAIM = (
    sa.select(lanes)
    .where(lanes.c.supplier == p("s"), lanes.c.wake <= p("wall"))
    .order_by(lanes.c.wake, lanes.c.due)
    .limit(p("most"))
    .with_for_update(skip_locked=True)
)
_TRIED = (LaneState.SENDING, LaneState.RETRY)
_CLAIM_FRONT = _CLAIM.where(one_of(lanes.c.state, _TRIED))
_IN_FRONT = sa.select(lanes).where(
    lanes.c.supplier == p("s"), one_of(lanes.c.state, (*_TRIED, LaneState.PARKED))
)
_HELD = (
    sa.select(lanes)
    .where(lanes.c.order.in_(p("ids", expanding=True)), lanes.c.owner == p("me"))
    .order_by(lanes.c.order)
    .with_for_update()
)
_LANE = ("state", "due", "wake", "owner", "fence", "next_sequence")
_SAVE_LANE = (
    sa.update(lanes).where(lanes.c.order == p("key")).values({name: p(name) for name in _LANE})
)
_ATTEMPT = ("state", "sequence", "issued_at", "body", "attempts", "last")
_SAVE = sa.update(kcis).where(kcis.c.id == p("key")).values({name: p(name) for name in _ATTEMPT})
_SIGNALLED = ("due_at", "state", "signal", "signal_at")
_SIGNAL = (
    sa.update(kcis)
    .where(kcis.c.id == p("key"), _IS_UNTRIED)
    .values({name: p(name) for name in _SIGNALLED})
)
_TIMED = ("due_at", "signal_at", "step")
_RETIME = (
    sa.update(kcis)
    .where(kcis.c.id == p("key"), _IS_UNTRIED)
    .values({name: p(name) for name in _TIMED})
)
_NO_STEP = Step()
_STEP = [field.name for field in fields(Step) if field.name not in ("send", "path")]
_PENDING = sa.text("""
    WITH RECURSIVE awake(supplier) AS (
        SELECT (SELECT supplier FROM lanes WHERE wake IS NOT NULL ORDER BY supplier LIMIT 1)
        UNION ALL
        SELECT (SELECT l.supplier FROM lanes l WHERE l.wake IS NOT NULL AND l.supplier > awake.supplier ORDER BY l.supplier LIMIT 1)
        FROM awake WHERE awake.supplier IS NOT NULL
    )
    SELECT awake.supplier, (
        SELECT l.wake FROM lanes l WHERE l.supplier = awake.supplier AND l.wake IS NOT NULL ORDER BY l.wake LIMIT 1
    ) AS wake FROM awake WHERE awake.supplier IS NOT NULL
""")
"""A jump through the index from supplier to supplier: however many orders one of them has, it is
looked at twice.
"""


class Queued(NamedTuple):
    """An open KCI, as far as its place in the lane goes."""

    id: str
    state: KciState
    due_at: int


def add(tx: Tx, supplier: str, added: Sequence[Kci]) -> None:
    """Put new KCIs into the outbox."""
    if added:
        tx.execute(_ADD, [{**kci_row(kci), "supplier": supplier} for kci in added])


def withdraw(tx: Tx, kci_ids: Sequence[str]) -> None:
    """KCIs that will never be sent: only those that no sender has attempted."""
    if kci_ids:
        tx.execute(_WITHDRAW, {"ids": list(kci_ids)})


def change(tx: Tx, change: QueueChange) -> None:
    """Write what a request does to KCIs that wait, as `engine.changed` says it: the moved ones go
    on, the paused ones keep their due moment to tell what time they had left.
    """
    withdraw(tx, change.withdraw)
    if change.paused:
        tx.execute(_PAUSE, {"ids": list(change.paused)})
    move(tx, change.moved)


def move(tx: Tx, moved: Mapping[str, int]) -> None:
    """Give waiting or paused KCIs a new due moment, and let them go on."""
    if moved:
        tx.execute(_MOVE, [{"key": kci_id, "due": due_at} for kci_id, due_at in moved.items()])


def signalled(tx: Tx, changed: Sequence[Kci]) -> None:
    """Write what a signal changed: due moments, states, and the signals still waited for."""
    if changed:
        tx.execute(
            _SIGNAL,
            [
                {**{name: getattr(kci, name) for name in _SIGNALLED}, "key": kci.id}
                for kci in changed
            ],
        )


def retime(tx: Tx, changed: Sequence[Kci]) -> None:
    """Write due moments that became known (`engine.timed`)."""
    if changed:
        rows = [(kci, kci_row(kci)) for kci in changed]
        tx.execute(
            _RETIME,
            [{**{name: row[name] for name in _TIMED}, "key": kci.id} for kci, row in rows],
        )


def first_lane(supplier: str, order: str, added: Sequence[Kci], clock: Clock) -> Lane:
    """The lane of a new order, at rest on the first of its KCIs."""
    return Lane(
        order=order, supplier=supplier, next_position=len(added) + 1, **resting(added, clock)
    )


def rest(tx: Tx, lane: Lane, clock: Clock, *, positions: int = 0, unpark: bool = False) -> None:
    """Let a lane rest on its head after its KCIs changed; one that a sender has leased, or
    that waits for another try, keeps its wake.
    """
    values: dict[str, Any] = {"next_position": lane.next_position + positions}
    if lane.state in (LaneState.IDLE, LaneState.DUE) or (lane.state == LaneState.PARKED and unpark):
        values |= resting(open_of(tx, [lane.order])[lane.order], clock)
        tx.wake_senders()
    tx.execute(sa.update(lanes).where(lanes.c.order == lane.order).values(**values))


def resting(waiting: Sequence[Kci | Queued], clock: Clock) -> dict[str, Any]:
    """The columns of a lane at rest on the head of `waiting`."""
    if not waiting or waiting[0].state == KciState.PAUSED:
        return {"state": LaneState.IDLE, "due": None, "wake": None, "owner": ""}
    return {
        "state": LaneState.DUE,
        "due": waiting[0].due_at,
        "wake": clock.wake(waiting[0].due_at),
        "owner": "",
    }


def open_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Kci]]:
    """The open KCIs of some orders, each list headed by what goes next, the paused ones last."""
    found: dict[str, list[Kci]] = {order_id: [] for order_id in order_ids}
    for row in tx.execute(_OPEN_OF, {"ids": list(order_ids)}):
        found[row.order].append(kci_of(row._mapping))
    return found


def pending(tx: Tx) -> list[tuple[str, int]]:
    """The suppliers whose lanes want a sender, now or later, each with the wall time of its first;
    the longest overdue first.
    """
    found = [(row.supplier, int(row.wake)) for row in tx.execute(_PENDING) if row.wake is not None]
    return sorted(found, key=lambda pair: pair[1])


def rest_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Queued]]:
    """The same as `open_of`, but only what a lane needs to rest."""
    found: dict[str, list[Queued]] = {order_id: [] for order_id in order_ids}
    for row in tx.execute(_REST_OF, {"ids": list(order_ids)}):
        found[row.order].append(Queued(row.id, KciState(row.state), row.due_at))
    return found


def claim(tx: Tx, supplier: str, limit: int, *, in_front: bool = False) -> list[Lane]:
    """Lock a supplier's lanes whose wake has come, the longest overdue first; lanes that another
    sender is claiming are skipped.

    `in_front`: only those that were tried before.
    """
    statement = _CLAIM_FRONT if in_front else _CLAIM
    return [
        lane_of(row._mapping)
        for row in tx.execute(statement, {"s": supplier, "wall": tx.wall, "most": limit})
    ]


def clock_went_back(tx: Tx, most: int) -> None:
    """The wall clock was set back: nothing that waits in wall time waits longer than `most` from
    now.
    """
    waits = sa.update(lanes).where(lanes.c.state.in_(_TRIED), lanes.c.wake > tx.wall + most)
    tx.execute(waits.values(wake=tx.wall + most))


def in_front(tx: Tx, supplier: str) -> list[Lane]:
    """The lanes that come first where all of a supplier's orders wait in one queue: being sent, to
    be tried again, parked.
    """
    return [lane_of(row._mapping) for row in tx.execute(_IN_FRONT, {"s": supplier})]


def leased(tx: Tx, fences: Mapping[str, int], owner: str) -> dict[str, Lane]:
    """Lock the lanes that `owner` still holds under these fences; the others were taken away and
    must not be touched.
    """
    found = [lane_of(row._mapping) for row in tx.execute(_HELD, {"ids": list(fences), "me": owner})]
    return {lane.order: lane for lane in found if lane.fence == fences[lane.order]}


def save_lanes(tx: Tx, changed: Sequence[Mapping[str, Any]]) -> None:
    """Write lanes (each with its `order`, its `supplier` and all of state, due, wake, owner, fence,
    next_sequence).
    """
    if changed:
        tx.execute(
            _SAVE_LANE,
            [{**{name: lane[name] for name in _LANE}, "key": lane["order"]} for lane in changed],
        )
    for lane in changed:
        tx.changed(lane["supplier"], lane["order"])


def save(tx: Tx, changed: Sequence[Kci]) -> None:
    """Write KCIs as their attempts changed them."""
    if changed:
        tx.execute(
            _SAVE,
            [{**{name: getattr(kci, name) for name in _ATTEMPT}, "key": kci.id} for kci in changed],
        )


def one(tx: Tx, kci_id: str) -> Kci | None:
    """A KCI by id."""
    row = tx.execute(sa.select(*_KCI).where(kcis.c.id == kci_id)).one_or_none()
    return kci_of(row._mapping) if row else None


def kci_of(row: Mapping[Any, Any]) -> Kci:
    """A KCI from its row."""
    members = dict(row)
    step = Step(send=members.pop("send"), **members.pop("step"))
    return Kci(step=step, state=KciState(members.pop("state")), **members)


def kci_row(kci: Kci) -> dict[str, Any]:
    """A KCI's row. Its step is one column, of which `send` has a column of its own too: queries ask
    for it.
    """
    step = kci.step
    said = {
        name: value for name in _STEP if (value := getattr(step, name)) != getattr(_NO_STEP, name)
    }
    return row_of(kci) | {"send": step.send, "step": said}


def lane_of(row: Mapping[Any, Any]) -> Lane:
    """A lane from its row."""
    members = dict(row)
    return Lane(**members | {"state": LaneState(members["state"])})


def lane_row(lane: Lane) -> dict[str, Any]:
    """A lane's row, to change and to save."""
    return row_of(lane)


def page(
    tx: Tx,
    supplier: str,
    *,
    state: str = "",
    order: str = "",
    send: str = "",
    limit: int = 100,
    after: tuple[int, str] | None = None,
) -> list[Kci]:
    """KCIs by due moment, from behind `after` (due_at, id); silent steps are left out."""
    statement = (
        sa.select(*_KCI)
        .where(kcis.c.supplier == supplier, kcis.c.send != "")
        .order_by(kcis.c.due_at, kcis.c.id)
        .limit(limit)
    )
    for column, value in ((kcis.c.state, state), (kcis.c.order, order), (kcis.c.send, send)):
        statement = statement.where(column == value) if value else statement
    if after:
        behind = sa.and_(kcis.c.due_at == after[0], kcis.c.id > after[1])
        statement = statement.where(sa.or_(kcis.c.due_at > after[0], behind))
    return [kci_of(row._mapping) for row in tx.execute(statement)]


def all_of(tx: Tx, order_id: str) -> list[Kci]:
    """Every KCI and silent step of an order, by due moment."""
    statement = (
        sa.select(*_KCI).where(kcis.c.order == order_id).order_by(kcis.c.due_at, kcis.c.position)
    )
    return [kci_of(row._mapping) for row in tx.execute(statement)]


def parked(tx: Tx, supplier: str) -> list[Kci]:
    """For each parked order of a supplier the dead KCI that parks it, by due moment."""
    mine = sa.select(lanes.c.order).where(
        lanes.c.supplier == supplier, lanes.c.state == LaneState.PARKED
    )
    statement = (
        sa.select(*_KCI)
        .where(kcis.c.supplier == supplier, kcis.c.state == KciState.DEAD, kcis.c.order.in_(mine))
        .order_by(kcis.c.position)
    )
    newest = {row.order: kci_of(row._mapping) for row in tx.execute(statement)}
    return sorted(newest.values(), key=lambda kci: (kci.due_at, kci.id))


def totals(tx: Tx) -> dict[str, int]:
    """How many KCIs of each state there are."""
    statement = (
        sa.select(kcis.c.state, sa.func.count()).where(kcis.c.send != "").group_by(kcis.c.state)
    )
    return {state: number for state, number in tx.execute(statement)}
