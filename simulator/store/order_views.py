"""Orders with what belongs to them, as they are shown: their requests, how many KCIs they have, and
the orders that their steps began.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from simulator.model import Order, OrderView
from simulator.store.orders import requests_of
from simulator.store.statements import AnyOf, Statement
from simulator.store.tables import kcis, orders
from simulator.store.transaction import Tx

_BEGUN_BY = Statement(
    sa.select(orders.c.begun_by, orders.c.id)
    .where(AnyOf(orders.c.begun_by, "ids"), orders.c.begun_by != sa.literal_column("''"))
    .order_by(orders.c.received_at, orders.c.id)
)


def views(tx: Tx, found: Sequence[Order]) -> list[OrderView]:
    """Orders with what belongs to them."""
    ids = [order.id for order in found]
    requests, counted, began = requests_of(tx, ids), _counts(tx, ids), begun_by(tx, ids)
    return [
        OrderView(
            order=order,
            requests=tuple(requests[order.id]),
            counts=counted[order.id],
            began=began[order.id],
        )
        for order in found
    ]


def begun_by(tx: Tx, order_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The orders that steps of some orders began, oldest first."""
    found: dict[str, list[str]] = {order_id: [] for order_id in order_ids}
    for starter, begun in tx.rows(_BEGUN_BY, {"ids": order_ids}):
        found[starter].append(begun)
    return {starter: tuple(begun) for starter, begun in found.items()}


def _counts(tx: Tx, order_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many KCIs of each state some orders have; silent steps are left out."""
    statement = (
        sa.select(kcis.c.order, kcis.c.state, sa.func.count())
        .where(kcis.c.order.in_(order_ids), kcis.c.send != "")
        .group_by(kcis.c.order, kcis.c.state)
    )
    found: dict[str, dict[str, int]] = {order_id: {} for order_id in order_ids}
    for order_id, state, number in tx.execute(statement):
        found[order_id][state] = number
    return found
