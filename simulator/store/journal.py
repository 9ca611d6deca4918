"""The journal: every exchange, append-only; pins and the pretend gateway's book stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator import instants
from simulator.model import Exchange
from simulator.store.database import Tx
from simulator.store.tables import PER_SUPPLIER, journal, p, pins, received, row_of

_EXCHANGE = [column for column in journal.c if column.name != "supplier"]
_NOTE = sa.insert(journal)
_PINS = sa.select(pins).where(pins.c.supplier == p("s")).order_by(pins.c.id)


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


def list_pins(tx: Tx, supplier: str) -> list[Mapping[str, Any]]:
    """Pins, the oldest first; `when` as it was given."""
    rows = tx.execute(_PINS, {"s": supplier})
    return [{key: row._mapping[key] for key in ("id", "scenario", "times", "when")} for row in rows]


def add_pin(tx: Tx, supplier: str, scenario: str, times: int | None, when: Mapping[str, Any]) -> int:
    """Add a pin; its id."""
    result = tx.execute(sa.insert(pins).values(supplier=supplier, scenario=scenario, times=times, when=dict(when)))
    return int(result.inserted_primary_key[0])


def use_pin(tx: Tx, pin: int) -> None:
    """Count a pin down; one that is used up goes."""
    tx.execute(sa.update(pins).where(pins.c.id == pin, pins.c.times.is_not(None)).values(times=pins.c.times - 1))
    tx.execute(sa.delete(pins).where(pins.c.id == pin, pins.c.times <= 0))


def clear_pins(tx: Tx, supplier: str) -> int:
    """Remove all pins; how many there were."""
    return int(tx.execute(sa.delete(pins).where(pins.c.supplier == supplier)).rowcount)


def reset(tx: Tx, supplier: str) -> None:
    """Forget everything of a supplier but its clock and the kept editions."""
    for table in PER_SUPPLIER:
        tx.execute(sa.delete(table).where(table.c.supplier == supplier))
    tx.ring()


def receive(tx: Tx, order: str, headers: Mapping[str, str], body: Any, code: int, findings: Sequence[str]) -> None:
    """The pretend gateway's book: what it got, and what it answered."""
    row = {"at_wall": tx.wall, "order": order, "headers": dict(headers), "body": body, "code": code, "findings": list(findings)}
    tx.execute(sa.insert(received).values(row))


def list_received(tx: Tx, *, order: str = "", limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """What the pretend gateway got, oldest first, from behind `after`."""
    statement = sa.select(received).where(received.c.id > after).order_by(received.c.id).limit(limit)
    statement = statement.where(received.c.order == order) if order else statement
    return [{**row._mapping, "at_wall": instants.format_instant(row.at_wall)} for row in tx.execute(statement)]


def forget_received(tx: Tx) -> None:
    """Empty the pretend gateway's book."""
    tx.execute(sa.delete(received))
