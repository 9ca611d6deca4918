"""Who may use a supplier, and who may set its clock or delete it.

A transaction that writes a lane works out its wake from the clock, so the clock must not be set
before that transaction ends. Requests and senders share the lock of a supplier; setting its clock
and deleting it take the lock for themselves. On PostgreSQL this is an advisory lock: it is fair,
whereas a row that is always locked by some reader would never be free for a writer. On SQLite there
is one writer at a time in any case.

Everybody takes the lock of a supplier before any of its lanes.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.store.database import Tx
from simulator.store.tables import clocks, p, pins, uploads

_CLOCK = sa.select(clocks.c.mode, clocks.c.rate, clocks.c.anchor, clocks.c.anchor_wall).where(
    clocks.c.supplier == p("s")
)
_HAS = [
    sa.exists().where(table.c.supplier == clocks.c.supplier).label(f"has_{table.name}")
    for table in (pins, uploads)
]
_turn = sa.select(sa.func.pg_advisory_xact_lock_shared(p("key")).label("taken")).cte("turn")
"""First the turn, then the row: FOR SHARE reads the row as it is after the wait."""


def _locking(statement: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    joined = statement.join_from(clocks, _turn, sa.true())
    return joined.with_for_update(read=True, of=clocks)


_SHARE = {False: _CLOCK, True: _CLOCK.add_columns(*_HAS)}
_SHARE_IN_TURN = {preload: _locking(statement) for preload, statement in _SHARE.items()}
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(p("key")))


def share(tx: Tx, supplier: str, *, preload: bool = False) -> bool:
    """Whether there is such a supplier. If so, nobody deletes it or sets its clock before this
    transaction ends.

    Its clock is read with the lock, and `clocks.get` does not ask for it again. With `preload`, the
    same statement tells whether the supplier has any pins or uploads: `pins.every` and
    `uploads.every` do not ask when it has none.
    """
    if ("locked", supplier) in tx.memo:
        return True
    if tx.is_sqlite:
        row = tx.execute(_SHARE[preload], {"s": supplier}).one_or_none()
    else:
        names = {"s": supplier, "key": _key(supplier)}
        row = tx.execute(_SHARE_IN_TURN[preload], names).one_or_none()
    if row is None:
        return False
    tx.memo["locked", supplier] = True
    tx.memo["clock", supplier] = Clock(
        mode=row.mode, rate=row.rate, anchor=row.anchor, anchor_wall=row.anchor_wall
    )
    if preload:
        tx.memo["pins", supplier], tx.memo["uploads", supplier] = row.has_pins, row.has_uploads
    return True


def take(tx: Tx, supplier: str) -> None:
    """Keep everybody else from using a supplier until this transaction ends: to set its clock, or
    to delete it. Not for a transaction that shares the lock already.
    """
    if not tx.is_sqlite:
        tx.execute(_ALONE, {"key": _key(supplier)})


@lru_cache(maxsize=1000)
def _key(supplier: str) -> int:
    digest = hashlib.blake2b(supplier.encode(), digest_size=8, person=b"supplier")
    return int.from_bytes(digest.digest(), "big", signed=True)
