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

from simulator.base import seed
from simulator.base.clock import Clock
from simulator.base.errors import Outdated
from simulator.store.statements import Statement
from simulator.store.tables import clocks, meta, p, pins, uploads
from simulator.store.transaction import Tx

_CLOCK = sa.select(clocks.c.mode, clocks.c.rate, clocks.c.anchor, clocks.c.anchor_wall).where(
    clocks.c.supplier == p("s")
)
_HAS = [
    sa.exists().where(table.c.supplier == clocks.c.supplier).label(f"has_{table.name}")
    for table in (pins, uploads)
]
_LIST = "suppliers"
_UNCHANGED = "unchanged"
_version = sa.select(meta.c.value).where(meta.c.key == _LIST)
_VERSION = Statement(_version)
_NEW_VERSION = Statement(
    sa.text(
        f"INSERT INTO meta (key, value) VALUES ('{_LIST}', :value)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )
)
_turn = sa.select(sa.func.pg_advisory_xact_lock_shared(p("key")).label("taken")).cte("turn")
"""First the turn, then the row: FOR SHARE reads the row as it is after the wait."""


def _locking(statement: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    joined = statement.join_from(clocks, _turn, sa.true())
    return joined.with_for_update(read=True, of=clocks)


_CLOCK_AND_MORE = _CLOCK.add_columns(*_HAS, _version.scalar_subquery().label("version"))
_SHARE = Statement(_CLOCK_AND_MORE)
_SHARE_IN_TURN = Statement(_locking(_CLOCK_AND_MORE))
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(p("key")))


def share(tx: Tx, supplier: str, found_by: str = "") -> bool:
    """Whether there is such a supplier. If so, nobody deletes it or sets its clock before this
    transaction ends.

    Its clock is read with the lock, and `clocks.get` does not ask for it again. The same statement
    tells whether the supplier has any pins or uploads: `pins.every` and `uploads.every` do not ask
    when it has none.

    Outdated when the list of throw-away suppliers has another version than `found_by`, unless that
    is empty.
    """
    is_there = ("locked", supplier) in tx.memo or _locked(tx, supplier)
    if found_by and found_by != (tx.memo["version", supplier] if is_there else version(tx)):
        raise Outdated("the list of suppliers has changed")
    return is_there


def _locked(tx: Tx, supplier: str) -> bool:
    if tx.is_sqlite:
        row = tx.row(_SHARE, {"s": supplier})
    else:
        row = tx.row(_SHARE_IN_TURN, {"s": supplier, "key": _key(supplier)})
    if row is None:
        return False
    mode, rate, anchor, anchor_wall, has_pins, has_uploads, newest = row
    tx.memo["locked", supplier] = True
    tx.memo["clock", supplier] = Clock(mode=mode, rate=rate, anchor=anchor, anchor_wall=anchor_wall)
    tx.memo["pins", supplier], tx.memo["uploads", supplier] = has_pins, has_uploads
    tx.memo["version", supplier] = newest or _UNCHANGED
    return True


def version(tx: Tx) -> str:
    """The version of the list of throw-away suppliers: another one after each change."""
    return str(tx.value(_VERSION, {}) or _UNCHANGED)


def renew_version(tx: Tx) -> None:
    """The list of throw-away suppliers changes."""
    tx.run(_NEW_VERSION, {"value": seed.unique()})


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
