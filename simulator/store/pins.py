"""Pins: the next orders play a scenario, whatever another rule would choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from simulator.store.tables import p, pins
from simulator.store.transaction import Tx

_PINS = sa.select(pins).where(pins.c.supplier == p("s")).order_by(pins.c.id)


def every(tx: Tx, supplier: str) -> list[Mapping[str, Any]]:
    """All pins, the oldest first; `when` as it was given."""
    if not tx.memo.get(("pins", supplier), True):
        return []
    rows = tx.execute(_PINS, {"s": supplier})
    return [{key: row._mapping[key] for key in ("id", "scenario", "times", "when")} for row in rows]


def add(tx: Tx, supplier: str, scenario: str, times: int | None, when: Mapping[str, Any]) -> int:
    """Add a pin. Returns its id."""
    tx.memo.pop(("pins", supplier), None)
    result = tx.execute(
        sa.insert(pins).values(supplier=supplier, scenario=scenario, times=times, when=dict(when))
    )
    return int(result.inserted_primary_key[0])


def use(tx: Tx, pin: int) -> None:
    """Count a pin down; delete it when it is used up."""
    tx.execute(
        sa.update(pins)
        .where(pins.c.id == pin, pins.c.times.is_not(None))
        .values(times=pins.c.times - 1)
    )
    tx.execute(sa.delete(pins).where(pins.c.id == pin, pins.c.times <= 0))


def clear(tx: Tx, supplier: str) -> int:
    """Delete all pins. Returns how many there were."""
    return int(tx.execute(sa.delete(pins).where(pins.c.supplier == supplier)).rowcount)
