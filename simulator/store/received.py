"""What the pretend gateways got, and what they answered. It is no part of any supplier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from simulator.base import instants
from simulator.model import Finding, KciIdentity
from simulator.store.tables import p, received, received_orders
from simulator.store.transaction import Tx

BATCH = 500
_SHOWN = [column for column in received.c if column.name not in ("supplier", "message")]
_ORDER = (received_orders.c.supplier == p("s"), received_orders.c.order == p("o"))
_HIGHEST = sa.select(received_orders.c.highest).where(*_ORDER).with_for_update()
_RAISE = sa.text(
    'INSERT INTO received_orders (supplier, "order", highest) VALUES (:s, :o, :number)'
    ' ON CONFLICT (supplier, "order") DO UPDATE SET highest = excluded.highest'
    " WHERE received_orders.highest < excluded.highest"
)
_BEGIN = sa.text(
    'INSERT INTO received_orders (supplier, "order", highest) VALUES (:s, :o, 0)'
    " ON CONFLICT DO NOTHING"
)
_SOME = ""
"""Its row says that some orders were forgotten."""

_FORGOTTEN = sa.select(received_orders.c.highest).where(*_ORDER)
_FORGET = sa.delete(received_orders).where(
    received_orders.c.supplier == p("s"),
    received_orders.c.order.in_(p("orders", expanding=True)),
    received_orders.c.order != _SOME,
    ~sa.exists().where(
        received.c.supplier == received_orders.c.supplier,
        received.c.order == received_orders.c.order,
    ),
)
_SAME = (
    sa.select(received.c.body)
    .where(
        received.c.supplier == p("s"),
        received.c.order == p("o"),
        received.c.message == p("message"),
    )
    .order_by(received.c.id)
    .limit(1)
)


def highest(tx: Tx, supplier: str, order: str) -> int | None:
    """The highest number among the KCIs of an order so far, 0 for none. None: it may have been
    forgotten. Until the commit, no other transaction keeps a KCI of this order.
    """
    key = {"s": supplier, "o": order}
    found = tx.execute(_HIGHEST, key).scalar_one_or_none()
    if found is None:
        tx.execute(_BEGIN, key)
        found = tx.execute(_HIGHEST, key).scalar_one()
    return int(found) or (None if _has_forgotten(tx, supplier) else 0)


def _has_forgotten(tx: Tx, supplier: str) -> bool:
    found = tx.execute(_FORGOTTEN, {"s": supplier, "o": _SOME}).scalar_one_or_none()
    return found is not None


def earlier(tx: Tx, supplier: str, kci: KciIdentity) -> Any:
    """The document of the first KCI with this id, None for none."""
    asked = {"s": supplier, "o": kci.order, "message": kci.id}
    return tx.execute(_SAME, asked).scalar_one_or_none()


def keep(
    tx: Tx,
    supplier: str,
    *,
    headers: Mapping[str, str],
    code: int,
    findings: Sequence[Finding],
    kci: KciIdentity | None = None,
    body: Any = None,
) -> None:
    """Write down what came, and what was answered. Only what is a KCI has `kci` and `body`."""
    row = {
        "supplier": supplier,
        "at_wall": tx.wall,
        "order": kci.order if kci else "",
        "message": kci.id if kci else None,
        "headers": dict(headers),
        "body": body,
        "code": code,
        "findings": [finding.as_json() for finding in findings],
    }
    tx.execute(sa.insert(received).values(row))
    if kci:
        tx.execute(_RAISE, {"s": supplier, "o": kci.order, "number": kci.number})


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
    """The suppliers whose pretend gateway got anything."""
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
    """Delete the oldest up to `edge`, and what came before a moment; at most `BATCH` at once.
    Returns how many. An order is forgotten with the last that came of it.
    """
    mine = sa.select(received.c.id, received.c.at_wall, received.c.order).where(
        received.c.supplier == supplier
    )
    oldest = tx.execute(mine.order_by(received.c.id).limit(BATCH))
    gone = [row for row in oldest if row.id <= edge or row.at_wall < before_wall]
    if gone:
        tx.execute(
            sa.delete(received).where(received.c.supplier == supplier, received.c.id <= gone[-1].id)
        )
        about = sorted({row.order for row in gone})
        if tx.execute(_FORGET, {"s": supplier, "orders": about}).rowcount:
            tx.execute(_BEGIN, {"s": supplier, "o": _SOME})
    return len(gone)


def forget(tx: Tx, supplier: str) -> None:
    """Delete what came from a supplier."""
    for table in (received, received_orders):
        tx.execute(sa.delete(table).where(table.c.supplier == supplier))
