"""The pretend gateways' book: what each supplier's counterpart got, and what it answered. It is no
part of any supplier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator.base import instants
from simulator.model import Finding
from simulator.store.database import Tx
from simulator.store.tables import received

BATCH = 500
_SHOWN = [column for column in received.c if column.name != "supplier"]


def keep(
    tx: Tx,
    supplier: str,
    order: str,
    headers: Mapping[str, str],
    body: Any,
    code: int,
    findings: Sequence[Finding],
) -> None:
    """Write down what a supplier sent, and what was answered."""
    row = {
        "supplier": supplier,
        "at_wall": tx.wall,
        "order": order,
        "headers": dict(headers),
        "body": body,
        "code": code,
        "findings": [finding.as_json() for finding in findings],
    }
    tx.execute(sa.insert(received).values(row))


def page(
    tx: Tx, supplier: str, *, order: str = "", limit: int = 100, after: int = 0
) -> list[dict[str, Any]]:
    """What came from a supplier, oldest first, from behind `after`."""
    statement = (
        sa.select(*_SHOWN)
        .where(received.c.supplier == supplier, received.c.id > after)
        .order_by(received.c.id)
        .limit(limit)
    )
    statement = statement.where(received.c.order == order) if order else statement
    return [
        {**row._mapping, "at_wall": instants.format_instant(row.at_wall)}
        for row in tx.execute(statement)
    ]


def suppliers_of(tx: Tx) -> list[str]:
    """Whoever's counterpart got anything."""
    return [row.supplier for row in tx.execute(sa.select(received.c.supplier).distinct())]


def edge(tx: Tx, supplier: str, most: int) -> int:
    """The newest that is one too many, 0 for none."""
    mine = (
        sa.select(received.c.id)
        .where(received.c.supplier == supplier)
        .order_by(received.c.id.desc())
    )
    return int(tx.execute(mine.limit(1).offset(most)).scalar_one_or_none() or 0)


def drop(tx: Tx, supplier: str, *, edge: int, before_wall: int) -> int:
    """Forget the oldest up to `edge`, and what came before a moment; some at once: how many."""
    mine = sa.select(received.c.id, received.c.at_wall).where(received.c.supplier == supplier)
    oldest = tx.execute(mine.order_by(received.c.id).limit(BATCH))
    gone = [row.id for row in oldest if row.id <= edge or row.at_wall < before_wall]
    if gone:
        tx.execute(
            sa.delete(received).where(received.c.supplier == supplier, received.c.id <= gone[-1])
        )
    return len(gone)


def forget(tx: Tx, supplier: str) -> None:
    """Forget what came from a supplier."""
    tx.execute(sa.delete(received).where(received.c.supplier == supplier))
