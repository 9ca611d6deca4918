"""The pretend gateway's book: what it got, and what it answered. It is no part of any supplier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator import instants
from simulator.store.database import Tx
from simulator.store.tables import received


def keep(tx: Tx, order: str, headers: Mapping[str, str], body: Any, code: int, findings: Sequence[str]) -> None:
    """The pretend gateway's book: what it got, and what it answered."""
    row = {"at_wall": tx.wall, "order": order, "headers": dict(headers), "body": body, "code": code, "findings": list(findings)}
    tx.execute(sa.insert(received).values(row))


def page(tx: Tx, *, order: str = "", limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """What the pretend gateway got, oldest first, from behind `after`."""
    statement = sa.select(received).where(received.c.id > after).order_by(received.c.id).limit(limit)
    statement = statement.where(received.c.order == order) if order else statement
    return [{**row._mapping, "at_wall": instants.format_instant(row.at_wall)} for row in tx.execute(statement)]


def forget(tx: Tx) -> None:
    """Empty the pretend gateway's book."""
    tx.execute(sa.delete(received))
