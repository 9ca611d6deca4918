"""The journal: every exchange with a gateway, append-only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from simulator.model import Exchange
from simulator.store.database import Tx
from simulator.store.tables import journal, row_of

_EXCHANGE = [column for column in journal.c if column.name != "supplier"]
_NOTE = sa.insert(journal)


def note(tx: Tx, supplier: str, exchange: Exchange) -> None:
    """Append one exchange."""
    row = row_of(exchange) | {"supplier": supplier, "reasons": list(exchange.reasons), "findings": list(exchange.findings)}
    del row["id"]
    tx.execute(_NOTE, row)


def page(tx: Tx, supplier: str, *, order: str = "", direction: str = "", limit: int = 100, after: int = 0) -> list[Exchange]:
    """Exchanges in the order they were noted, from behind `after`."""
    statement = sa.select(*_EXCHANGE).where(journal.c.supplier == supplier, journal.c.id > after).order_by(journal.c.id).limit(limit)
    for column, value in ((journal.c.order, order), (journal.c.direction, direction)):
        statement = statement.where(column == value) if value else statement
    return [_exchange(row._mapping) for row in tx.execute(statement)]


def last_id(tx: Tx) -> int:
    """The newest line's number, 0 for none."""
    return int(tx.execute(sa.select(sa.func.max(journal.c.id))).scalar_one() or 0)


def last_outward(tx: Tx, supplier: str) -> Exchange | None:
    """The newest exchange with the gateway."""
    where = (journal.c.supplier == supplier, journal.c.direction == "out", journal.c.method != "")
    row = tx.execute(sa.select(*_EXCHANGE).where(*where).order_by(journal.c.id.desc()).limit(1)).one_or_none()
    return _exchange(row._mapping) if row else None


def kcis_since(tx: Tx, supplier: str, line: int) -> list[str]:
    """The KCIs that were attempted after a line of the journal, each once, in order."""
    where = (journal.c.supplier == supplier, journal.c.id > line, journal.c.kci != "")
    return list(dict.fromkeys(row.kci for row in tx.execute(sa.select(journal.c.kci).where(*where).order_by(journal.c.id))))


def _exchange(row: Mapping[Any, Any]) -> Exchange:
    members = dict(row)
    return Exchange(**{**members, "reasons": tuple(members["reasons"]), "findings": tuple(members["findings"])})
