"""Throw-away suppliers: their settings are rows, so that every process sees one as soon as it is made, and no more when it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from simulator import seed
from simulator.store.database import Tx
from simulator.store.tables import PER_SUPPLIER, clocks, p, received, suppliers

_ONE = sa.select(suppliers).where(suppliers.c.name == p("n"))
_HOLD = _ONE.with_for_update(read=True, key_share=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A throw-away supplier: `settings` as an entry of the settings file, `edition` another one each time a name is made anew."""

    name: str
    edition: str
    settings: Mapping[str, Any]


def add(tx: Tx, name: str, settings: Mapping[str, Any]) -> Made:
    """Keep a new supplier. Conflict when the name is taken."""
    made = Made(name=name, edition=seed.unique(), settings=settings)
    tx.execute(sa.insert(suppliers), {"name": name, "edition": made.edition, "settings": dict(settings), "made_wall": tx.wall})
    return made


def one(tx: Tx, name: str, *, hold: bool = False) -> Made | None:
    """A supplier by name; on `hold` it cannot be deleted before this transaction ends."""
    row = tx.execute(_HOLD if hold else _ONE, {"n": name}).one_or_none()
    return Made(name=row.name, edition=row.edition, settings=row.settings) if row else None


def every(tx: Tx) -> list[Made]:
    """All of them, the oldest first."""
    rows = tx.execute(sa.select(suppliers).order_by(suppliers.c.made_wall, suppliers.c.name))
    return [Made(name=row.name, edition=row.edition, settings=row.settings) for row in rows]


def remove(tx: Tx, name: str) -> bool:
    """Forget a supplier and all that is its own; whether there was one.

    The first two rows wait for whoever holds them: senders and requests that would leave something behind.
    """
    if tx.execute(sa.delete(suppliers).where(suppliers.c.name == name)).rowcount == 0:
        return False
    for table in (clocks, *PER_SUPPLIER, received):
        tx.execute(sa.delete(table).where(table.c.supplier == name))
    tx.ring()
    return True
