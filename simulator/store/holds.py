"""Holds: what keeps the messages of a supplier back, for every sender of the store alike. A supplier without a row is free."""

from __future__ import annotations

from dataclasses import fields

import sqlalchemy as sa

from simulator.model import Hold
from simulator.store.database import Tx
from simulator.store.tables import holds, p

_ONE = sa.select(holds).where(holds.c.supplier == p("s"))
_TAKE = _ONE.with_for_update()
_TRY = _ONE.with_for_update(skip_locked=True)
_EVERY = sa.select(holds).where(holds.c.state != "")
_NAMES = [field.name for field in fields(Hold)]
_BEGIN = sa.text(
    "INSERT INTO holds (supplier, state, reason, since_wall, good, slot_wall) VALUES (:s, '', '', 0, 0, 0) ON CONFLICT DO NOTHING"
)
_SAVE = sa.update(holds).where(holds.c.supplier == p("key")).values({name: p(name) for name in _NAMES})


def every(tx: Tx) -> dict[str, Hold]:
    """The suppliers that are held back."""
    return {row.supplier: Hold(**row._mapping) for row in tx.execute(_EVERY)}


def one(tx: Tx, supplier: str) -> Hold:
    """A supplier's hold as it is now."""
    row = tx.execute(_ONE, {"s": supplier}).one_or_none()
    return Hold(**row._mapping) if row else Hold(supplier=supplier)


def take(tx: Tx, supplier: str) -> Hold:
    """A supplier's hold, locked until the commit."""
    row = tx.execute(_TAKE, {"s": supplier}).one_or_none()
    if row is None:
        tx.execute(_BEGIN, {"s": supplier})
        row = tx.execute(_TAKE, {"s": supplier}).one()
    return Hold(**row._mapping)


def take_if_free(tx: Tx, supplier: str) -> Hold | None:
    """A supplier's hold, locked; None while another sender has it."""
    row = tx.execute(_TRY, {"s": supplier}).one_or_none()
    if row is None:
        tx.execute(_BEGIN, {"s": supplier})  # on conflict it is another's, or was made in this moment
        row = tx.execute(_TRY, {"s": supplier}).one_or_none()
    return Hold(**row._mapping) if row else None


def save(tx: Tx, hold: Hold) -> None:
    """Write a hold that was taken; every sender looks at it now."""
    tx.execute(_SAVE, {**{name: getattr(hold, name) for name in _NAMES}, "key": hold.supplier})


def went_back(tx: Tx) -> None:
    """The wall clock was set back: who is held until a moment is looked at now."""
    tx.execute(sa.update(holds).where(holds.c.until_wall > tx.wall).values(until_wall=tx.wall))
    tx.execute(sa.update(holds).where(holds.c.slot_wall > tx.wall).values(slot_wall=tx.wall))


def freed(hold: Hold) -> Hold:
    """The same supplier, held back by nothing but its rate."""
    return Hold(supplier=hold.supplier, slot_wall=hold.slot_wall)


def totals(tx: Tx) -> dict[str, int]:
    """How many suppliers are held back, by state."""
    return {state: number for state, number in tx.execute(sa.select(holds.c.state, sa.func.count()).group_by(holds.c.state)) if state}
