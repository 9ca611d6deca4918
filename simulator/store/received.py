"""The pretend gateways' book: what each supplier's counterpart got, and what it answered. It is no part of any supplier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator import instants
from simulator.store.database import Tx
from simulator.store.tables import received

_SHOWN = [column for column in received.c if column.name != "supplier"]


def keep(tx: Tx, supplier: str, order: str, headers: Mapping[str, str], body: Any, code: int, findings: Sequence[str]) -> None:
    """Write down what a supplier sent, and what was answered."""
    row = {
        "supplier": supplier,
        "at_wall": tx.wall,
        "order": order,
        "headers": dict(headers),
        "body": body,
        "code": code,
        "findings": list(findings),
    }
    tx.execute(sa.insert(received).values(row))


def page(tx: Tx, supplier: str, *, order: str = "", limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """What came from a supplier, oldest first, from behind `after`."""
    statement = sa.select(*_SHOWN).where(received.c.supplier == supplier, received.c.id > after).order_by(received.c.id).limit(limit)
    statement = statement.where(received.c.order == order) if order else statement
    return [{**row._mapping, "at_wall": instants.format_instant(row.at_wall)} for row in tx.execute(statement)]


def forget(tx: Tx, supplier: str) -> None:
    """Forget what came from a supplier."""
    tx.execute(sa.delete(received).where(received.c.supplier == supplier))
