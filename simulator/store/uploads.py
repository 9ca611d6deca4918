"""Scenarios that came over the admin API: rows, so that every process plays them at once. They hide
files' scenarios of their names.
"""

from __future__ import annotations

import sqlalchemy as sa

from simulator.store.database import Tx
from simulator.store.tables import p, uploads

_EVERY = (
    sa.select(uploads.c.name, uploads.c.digest)
    .where(uploads.c.supplier == p("s"))
    .order_by(uploads.c.name)
)
_SOURCE = (
    sa.select(uploads.c.source)
    .where(uploads.c.supplier == p("s"), uploads.c.digest == p("d"))
    .limit(1)
)


def every(tx: Tx, supplier: str) -> tuple[tuple[str, str], ...]:
    """Name and digest of each."""
    if not tx.memo.get(("uploads", supplier), True):
        return ()
    return tuple((row.name, row.digest) for row in tx.execute(_EVERY, {"s": supplier}))


def source(tx: Tx, supplier: str, digest: str) -> str:
    """The text of one."""
    return str(tx.execute(_SOURCE, {"s": supplier, "d": digest}).scalar_one())


def put(tx: Tx, supplier: str, name: str, digest: str, text: str) -> bool:
    """Keep one, instead of another of its name; whether there was none."""
    known = remove(tx, supplier, name)
    tx.memo.pop(("uploads", supplier), None)
    tx.execute(sa.insert(uploads).values(supplier=supplier, name=name, digest=digest, source=text))
    return not known


def remove(tx: Tx, supplier: str, name: str) -> bool:
    """Forget one; whether there was one."""
    return bool(
        tx.execute(
            sa.delete(uploads).where(uploads.c.supplier == supplier, uploads.c.name == name)
        ).rowcount
    )
