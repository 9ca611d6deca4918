"""Scenarios that were uploaded over the admin API. They are rows, so every process plays them at
once. An upload replaces the scenario of a file with the same name; a new text of a name keeps its
number.
"""

from __future__ import annotations

import sqlalchemy as sa

from simulator.store.tables import p, uploads
from simulator.store.transaction import Tx

_EVERY = (
    sa.select(uploads.c.name, uploads.c.digest)
    .where(uploads.c.supplier == p("s"))
    .order_by(uploads.c.number, uploads.c.name)
)
_NUMBER = sa.select(uploads.c.number).where(uploads.c.supplier == p("s"), uploads.c.name == p("n"))
_LAST = sa.select(sa.func.max(uploads.c.number)).where(uploads.c.supplier == p("s"))
_SOURCE = (
    sa.select(uploads.c.source)
    .where(uploads.c.supplier == p("s"), uploads.c.digest == p("d"))
    .limit(1)
)


def every(tx: Tx, supplier: str) -> tuple[tuple[str, str], ...]:
    """Name and digest of each upload, in the order in which their names came first."""
    if not tx.memo.get(("uploads", supplier), True):
        return ()
    return tuple((row.name, row.digest) for row in tx.execute(_EVERY, {"s": supplier}))


def source(tx: Tx, supplier: str, digest: str) -> str:
    """The text of an upload."""
    return str(tx.execute(_SOURCE, {"s": supplier, "d": digest}).scalar_one())


def put(tx: Tx, supplier: str, name: str, digest: str, text: str) -> bool:
    """Keep an upload in place of an earlier one of its name. Returns whether there was none."""
    number = tx.execute(_NUMBER, {"s": supplier, "n": name}).scalar()
    last = tx.execute(_LAST, {"s": supplier}).scalar() if number is None else None
    remove(tx, supplier, name)
    tx.memo.pop(("uploads", supplier), None)
    row = {"supplier": supplier, "name": name, "digest": digest, "source": text}
    place = (last or 0) + 1 if number is None else number
    tx.execute(sa.insert(uploads).values(**row, number=place))
    return number is None


def remove(tx: Tx, supplier: str, name: str) -> bool:
    """Delete an upload. Returns whether there was one."""
    return bool(
        tx.execute(
            sa.delete(uploads).where(uploads.c.supplier == supplier, uploads.c.name == name)
        ).rowcount
    )
