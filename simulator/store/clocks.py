"""The suppliers' clocks. Whoever sets one writes the wakes of that supplier's lanes anew, in the
same transaction.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.model import LaneState
from simulator.store import gateway_states, locks
from simulator.store.statements import Statement
from simulator.store.tables import clocks, lanes, one_of, orders, p
from simulator.store.transaction import Tx

_GET = Statement(
    sa.select(clocks.c.mode, clocks.c.rate, clocks.c.anchor, clocks.c.anchor_wall).where(
        clocks.c.supplier == p("s")
    )
)

_VALUES = ("mode", "rate", "anchor", "anchor_wall")
_SET = (
    sa.update(clocks).where(clocks.c.supplier == p("s")).values({name: p(name) for name in _VALUES})
)
_ADD = sa.insert(clocks)
_ANCHOR = (
    sa.update(clocks)
    .where(clocks.c.supplier == p("s"))
    .values(anchor=p("anchor"), anchor_wall=p("anchor_wall"))
)
_IS_RETRIED = sa.and_(lanes.c.state == LaneState.RETRY, lanes.c.wake.is_(None))
"""It waits in supplier time for another try."""

_IS_WAITING = sa.or_(lanes.c.state == LaneState.DUE, _IS_RETRIED)
_IS_DUE = (lanes.c.supplier == p("s"), _IS_WAITING)
_anchor_wall = p("anchor_wall", type_=sa.BigInteger)
_ahead = sa.cast((lanes.c.due - p("anchor")) / p("rate", type_=sa.Float), sa.BigInteger)
_REWAKE = (
    sa.update(lanes)
    .where(*_IS_DUE)
    .values(
        wake=sa.case(
            (lanes.c.due <= p("anchor"), _anchor_wall),
            (lanes.c.due <= p("reach"), _anchor_wall + _ahead + 1),
            else_=None,
        ),
        version=lanes.c.version + 1,
    )
)
"""The same as `Clock.wake`, for all waiting lanes of a supplier."""

_WAKE_DUE = (
    sa.update(lanes)
    .where(
        lanes.c.supplier == p("s"),
        one_of(lanes.c.state, (LaneState.DUE, LaneState.RETRY)),
        lanes.c.due <= p("now"),
        lanes.c.wake.is_(None),
    )
    .values(wake=p("wall"), version=lanes.c.version + 1)
)


def get(tx: Tx, supplier: str) -> Clock:
    """A supplier's clock; a real one when none was ever set."""
    known = tx.memo.get(("clock", supplier))
    if known is None:
        known = tx.memo["clock", supplier] = _kept(tx, supplier) or Clock()
    return known


def _kept(tx: Tx, supplier: str) -> Clock | None:
    row = tx.row(_GET, {"s": supplier})
    return Clock(**dict(zip(_GET.names, row, strict=True))) if row else None


def begin(tx: Tx, supplier: str, mode: str | None, rate: float) -> None:
    """Set a supplier's clock at the start: as asked for, else as it is, else to a real one."""
    locks.take(tx, supplier)
    known = _kept(tx, supplier)
    if known is None:
        put(
            tx,
            supplier,
            Clock().moved(mode=mode or "real", rate=rate, now=tx.wall, wall_now=tx.wall),
        )
    elif mode is not None and (known.mode != mode or (mode == "scaled" and known.rate != rate)):
        put(tx, supplier, switched(get(tx, supplier), mode, rate, tx.wall))


def switched(clock: Clock, mode: str, rate: float, wall: int) -> Clock:
    """The same clock in another mode. It goes on from what it shows; a real one is never behind
    wall time.
    """
    shown = clock.now(wall)
    return clock.moved(
        mode=mode, rate=rate, now=max(shown, wall) if mode == "real" else shown, wall_now=wall
    )


def lock(tx: Tx, supplier: str) -> Clock:
    """A supplier's clock, locked until the commit, to be set. Nobody writes a lane by the old clock
    meanwhile.
    """
    locks.take(tx, supplier)
    tx.memo.pop(("clock", supplier), None)
    return get(tx, supplier)


def put(tx: Tx, supplier: str, clock: Clock) -> None:
    """Set a supplier's clock, and the wake of each of its waiting lanes. Lock the clock before."""
    tx.memo["clock", supplier] = clock
    values = {name: getattr(clock, name) for name in _VALUES}
    if tx.execute(_SET, {"s": supplier, **values}).rowcount == 0:
        tx.execute(_ADD, {"supplier": supplier, "advancing": "", **values})
    reach = {"rate": clock.rate or 1.0, "reach": clock.reach()}
    anchors = {"anchor": clock.anchor, "anchor_wall": clock.anchor_wall}
    tx.execute(_REWAKE, {"s": supplier, **anchors, **reach})
    tx.changed(supplier)
    tx.wake_senders()


def step(tx: Tx, supplier: str, now: int) -> None:
    """Move a manual clock forward. Only the lanes that fall due get a wake, however many wait for
    later. Lock the clock before.
    """
    clock = get(tx, supplier).moved(mode="manual", rate=0.0, now=now, wall_now=tx.wall)
    tx.memo["clock", supplier] = clock
    anchors = {"anchor": clock.anchor, "anchor_wall": clock.anchor_wall}
    tx.execute(_ANCHOR, {"s": supplier, **anchors})
    tx.execute(_WAKE_DUE, {"s": supplier, "now": now, "wall": tx.wall})
    tx.changed(supplier)
    tx.wake_senders()


def clock_went_back(tx: Tx, before: int) -> None:
    """The wall clock was set back: each clock goes on from what it showed at the wall time
    `before`.
    """
    names = sorted(row.supplier for row in tx.execute(sa.select(clocks.c.supplier)))
    for name in names:
        clock = lock(tx, name)
        put(tx, name, replace(clock, anchor=clock.now(before), anchor_wall=tx.wall))
    late = clocks.c.advancing_until > tx.wall
    tx.execute(sa.update(clocks).where(late).values(advancing_until=tx.wall))


def has_orders(tx: Tx, supplier: str) -> bool:
    """Whether a supplier has any order. If so, its time only goes forward."""
    return (
        tx.execute(
            sa.select(orders.c.id).where(orders.c.supplier == supplier).limit(1)
        ).one_or_none()
        is not None
    )


def next_due(tx: Tx, supplier: str, behind: int | None = None) -> int | None:
    """The earliest moment that a lane waits for, in supplier time: that a step is due, or that a
    KCI is tried again under a manual clock. With `behind`, only one after it.
    """
    return _first(tx, supplier, _IS_WAITING, behind)


def next_step(tx: Tx, supplier: str, behind: int) -> int | None:
    """The same, without what is tried again."""
    return _first(tx, supplier, lanes.c.state == LaneState.DUE, behind)


def _first(tx: Tx, supplier: str, which: sa.ColumnElement[bool], behind: int | None) -> int | None:
    statement = sa.select(sa.func.min(lanes.c.due)).where(lanes.c.supplier == supplier, which)
    if behind is not None:
        statement = statement.where(lanes.c.due > behind)
    found = tx.execute(statement).scalar_one()
    return None if found is None else int(found)


def unsettled(
    tx: Tx,
    supplier: str,
    now: int,
    order: str = "",
    *,
    retried: bool = True,
    in_line: bool = False,
) -> list[str]:
    """The orders whose lanes are due at supplier time `now`, are being sent, or wait for another
    try (`retried`). A hundred at most, or only `order`.

    With a manual clock a lane that waits for another try does not move as long as the clock stands.
    Nor does one whose gateway is kept back, or that stands `in_line` behind another order's KCI.
    """
    moving: sa.ColumnElement[bool] = lanes.c.state == LaneState.SENDING
    if get(tx, supplier).mode != "manual" or not _is_held(tx, supplier, in_line=in_line):
        is_retried = sa.and_(lanes.c.state == LaneState.RETRY, lanes.c.wake.is_not(None))
        is_due = sa.and_(_IS_WAITING, lanes.c.due <= now)
        moving = sa.or_(moving, is_due, is_retried if retried else sa.false())
    return _orders_of(tx, supplier, moving, order)


def _is_held(tx: Tx, supplier: str, *, in_line: bool) -> bool:
    """Whether nothing new of a supplier may leave as long as its manual clock stands."""
    if gateway_states.waits_for_clock(gateway_states.one(tx, supplier), get(tx, supplier)):
        return True
    in_front = sa.or_(lanes.c.state == LaneState.PARKED, _IS_RETRIED)
    return in_line and bool(_orders_of(tx, supplier, in_front))


def overdue(tx: Tx, supplier: str) -> list[str]:
    """The orders whose lanes wait at a manual clock although their head was due: for another try,
    or because their gateway is kept back. A hundred at most.
    """
    now = get(tx, supplier).anchor
    late = sa.and_(lanes.c.state == LaneState.DUE, lanes.c.due <= now)
    return _orders_of(tx, supplier, sa.or_(lanes.c.state == LaneState.RETRY, late))


def _orders_of(tx: Tx, supplier: str, which: sa.ColumnElement[bool], order: str = "") -> list[str]:
    statement = sa.select(lanes.c.order).where(lanes.c.supplier == supplier, which).limit(100)
    rows = tx.execute(statement.where(lanes.c.order == order) if order else statement)
    return [row.order for row in rows]


def take_advance(tx: Tx, supplier: str, token: str, until: int) -> bool:
    """Begin an advance; False while another one of this supplier runs. It ends by itself at the
    wall time `until`. The clock is locked.
    """
    free = sa.or_(clocks.c.advancing == "", clocks.c.advancing_until < tx.wall)
    statement = (
        sa.update(clocks)
        .where(clocks.c.supplier == supplier, free)
        .values(advancing=token, advancing_until=until)
    )
    return bool(tx.execute(statement).rowcount)


def end_advance(tx: Tx, supplier: str, token: str) -> None:
    """Let the next advance begin."""
    locks.take(tx, supplier)
    tx.execute(
        sa.update(clocks)
        .where(clocks.c.supplier == supplier, clocks.c.advancing == token)
        .values(advancing="", advancing_until=None)
    )
