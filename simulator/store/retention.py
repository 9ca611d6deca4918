"""Deleting orders that are at rest: none of their KCIs is open, and they are not parked.

An order at rest that its contract has ended is *finished*: nothing can happen to it any more. One
that is not ended may still be amended by its gateway, so more of those are kept.

Each order came to rest at a moment of wall time, and an index has the orders of a supplier in that
sequence. A `Walk` goes along it from the oldest one, deletes what it is to delete, and remembers
how far it came. An order that something happens to comes to rest anew, ahead of every walk, so none
is passed by for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import sqlalchemy as sa

from simulator.base.clock import monotonic
from simulator.engine.rules import Rules
from simulator.model import LaneState
from simulator.ops import metrics
from simulator.store import locks
from simulator.store.database import Store
from simulator.store.tables import kcis, lanes, orders, p, repeats, requests
from simulator.store.transaction import Tx

COUNTED_LASTS = 50
"""Microseconds for each order of a bound: five seconds for 100 000 orders. In that time a thousand
orders a second are 5% more.
"""

READ = 500
"""So many orders one look reads, and those that came to rest at the moment of the last one."""

ROWS = 200
"""So many rows one transaction deletes, unless a single order has more: no request waits long."""

_AT_REST = (
    lanes.c.supplier == p("s"),
    lanes.c.state == LaneState.IDLE,
    lanes.c.due.is_(None),
    lanes.c.rested_wall.is_not(None),
)
_BEHIND = (
    sa.select(lanes.c.rested_wall)
    .where(*_AT_REST)
    .order_by(lanes.c.due.desc(), lanes.c.rested_wall.desc())
    .limit(1)
    .offset(p("most"))
)
_UNTIL = (
    sa.select(lanes.c.rested_wall)
    .where(*_AT_REST, lanes.c.rested_wall > p("place"), lanes.c.rested_wall <= p("edge"))
    .order_by(lanes.c.due, lanes.c.rested_wall)
    .limit(1)
    .offset(READ - 1)
)
_NEXT = (
    sa.select(lanes.c.order, lanes.c.rested_wall, lanes.c.next_position, orders.c.status)
    .join(orders, orders.c.id == lanes.c.order)
    .where(*_AT_REST, lanes.c.rested_wall > p("place"), lanes.c.rested_wall <= p("until"))
    .order_by(lanes.c.rested_wall)
)
_IDS: sa.BindParameter[list[str]] = p("ids", expanding=True)
_LOCK = (
    sa.select(lanes.c.order)
    .where(lanes.c.order.in_(_IDS), lanes.c.rested_wall <= p("edge"))
    .with_for_update(skip_locked=True)
)
_SAME = ("supplier", "action", "tenant", "ref")
_DELETE = (
    sa.delete(repeats).where(
        sa.tuple_(*(repeats.c[name] for name in _SAME)).in_(
            sa.select(*(requests.c[name] for name in _SAME)).where(requests.c.order.in_(_IDS))
        )
    ),
    sa.delete(requests).where(requests.c.order.in_(_IDS)),
    sa.delete(kcis).where(kcis.c.order.in_(_IDS)),
    sa.delete(orders).where(orders.c.id.in_(_IDS)),
    sa.delete(lanes).where(lanes.c.order.in_(_IDS)),
)


class Owner(Protocol):
    """What is asked of an order's supplier."""

    @property
    def dialect(self) -> Rules: ...

    @property
    def label(self) -> str: ...


FindAndLock = Callable[[Tx, str], Owner | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rested:
    """An order at rest: since when, whether to delete it, and about how many rows it has."""

    order: str
    wall: int
    goes: bool
    rows: int


class Walk:
    """One walk along the orders of a supplier that are at rest. It deletes the finished ones, or
    those that their contract has not ended. `place` is the moment up to which it has come.
    """

    def __init__(self, store: Store, find: FindAndLock, supplier: str, *, finished: bool) -> None:
        self.store = store
        self.find = find
        self.supplier = supplier
        self.finished = finished
        self.place = 0
        self.many = 0
        self.counted_until = 0

    def too_many(self, tx: Tx, most: int) -> int:
        """When the newest order came to rest that is one too many, 0 for none. Orders that came to
        rest at one moment go together. Counting a million takes a while: the result is kept for as
        long as it matters little.
        """
        if monotonic() >= self.counted_until:
            asked = {"s": self.supplier, "most": most}
            self.many = tx.execute(_BEHIND, asked).scalar_one_or_none() or 0
            self.counted_until = monotonic() + most * COUNTED_LASTS
        return self.many

    def go(self, edge: int) -> Iterator[int]:
        """Go on to the edge, one short transaction after another; how many orders each deleted.

        The walk ends early at an order that another process uses, and goes on there the next time.
        """
        while self.place < edge:
            until, found = self._look(edge)
            for batch in _batches(found):
                self.place = batch[0].wall - 1
                ids = [rested.order for rested in batch if rested.goes]
                gone = self.store.run(partial(self._delete, ids=ids, edge=edge)) if ids else 0
                yield gone
                if gone < len(ids):
                    return
            self.place = until

    def _look(self, edge: int) -> tuple[int, list[_Rested]]:
        """The next orders, about `READ`, and the moment up to which these are all."""
        asked = {"s": self.supplier, "place": self.place}
        with self.store.read() as tx:
            until = tx.execute(_UNTIL, asked | {"edge": edge}).scalar_one_or_none() or edge
            rows = tx.execute(_NEXT, asked | {"until": until}).all()
            owner = self.find(tx, self.supplier) if rows else None
        if owner is None:  # another host serves this supplier
            return edge, []
        return until, [
            _Rested(
                order=row.order,
                wall=row.rested_wall,
                goes=owner.dialect.ends(row.status) == self.finished,
                rows=3 + row.next_position,
            )
            for row in rows
        ]

    def _delete(self, tx: Tx, ids: Sequence[str], edge: int) -> int:
        """Delete those orders that nobody uses at this moment and that nothing has happened to."""
        owner = self.find(tx, self.supplier)
        if owner is None or not locks.share(tx, self.supplier):
            return 0
        free = [row.order for row in tx.execute(_LOCK, {"ids": ids, "edge": edge})]
        for statement in _DELETE if free else ():
            tx.execute(statement, {"ids": free})
        tx.after(partial(metrics.deleted, owner.label, len(free)))
        return len(free)


def _batches(found: Sequence[_Rested]) -> Iterator[list[_Rested]]:
    """Orders whose rows are deleted together."""
    batch: list[_Rested] = []
    rows = 0
    for rested in found:
        more = rested.rows if rested.goes else 0
        if batch and rows + more > ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(rested)
        rows += more
    if batch:
        yield batch
