"""Orders and their requests: finding them, writing a plan, listing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.engine.plan import Changed, Opened
from simulator.model import Frame, Lane, Order, Request, RequestStatus
from simulator.store import lanes, locks, outbox
from simulator.store.notifier import EVERYTHING
from simulator.store.statements import AnyOf, Row, Statement, each_of
from simulator.store.tables import (
    PER_SUPPLIER,
    editions,
    is_open,
    kcis,
    orders,
    p,
    requests,
    row_of,
)
from simulator.store.transaction import Tx

_REQUEST = [
    column for column in requests.c if column.name not in ("supplier", "fingerprint", "answer")
]
_SAME_REQUEST = (
    requests.c.supplier == p("s"),
    requests.c.action == p("a"),
    requests.c.tenant == p("t"),
    requests.c.ref == p("r"),
)
_REMEMBERED = Statement(
    sa.select(requests.c.order, requests.c.fingerprint, requests.c.answer).where(*_SAME_REQUEST)
)
_ORDERS = sa.select(orders).where(orders.c.supplier == p("s"))
_NEWEST = _ORDERS.order_by(orders.c.received_at.desc(), orders.c.id.desc()).limit(1)
_NUMBERED = _NEWEST.where(orders.c.number == p("n"))
_BY_REF = Statement(_NEWEST.where(orders.c.tenant == p("t"), orders.c.ref == p("r")))
_BY_NUMBER = Statement(_NUMBERED)
_BY_NUMBER_OF = Statement(_NUMBERED.where(orders.c.tenant == p("t")))
_BY_ID = Statement(_ORDERS.where(orders.c.id == p("i")))
_MANY = Statement(sa.select(orders).where(AnyOf(orders.c.id, "ids")))
_of_orders = (
    sa.select(*_REQUEST)
    .where(AnyOf(requests.c.order, "ids"))
    .order_by(requests.c.received_at, requests.c.id)
)
_REQUESTS_OF = Statement(_of_orders)
_IN_PLAY = Statement(
    _of_orders.where(
        sa.or_(
            AnyOf(requests.c.action, "actions"),
            requests.c.status == "open",
            requests.c.id.in_(sa.select(kcis.c.request).where(AnyOf(kcis.c.order, "ids"), is_open)),
        )
    )
)
_COUNT_REQUESTS = Statement(
    sa.select(sa.func.count()).where(requests.c.order == p("i"), requests.c.action == p("a"))
)
_INSERT_ORDER, _INSERT_REQUEST = Statement(sa.insert(orders)), Statement(sa.insert(requests))
_SAVED = [column.name for column in orders.c if column.name != "id"]
_MOVED = ("number", "status", "before", "memo", "marks", "used", "updated_at")
_ONE_ORDER = sa.update(orders).where(orders.c.id == p("key"))
_SAVE = Statement(_ONE_ORDER.values({name: p(name) for name in _SAVED}))
_MOVE = Statement(_ONE_ORDER.values({name: p(name) for name in _MOVED}))
_SETTLE = Statement(
    sa.update(requests)
    .where(requests.c.order == p("i"), requests.c.id == p("key"), requests.c.status == "open")
    .values(status=p("status"))
)
_COUNT_KEYS = each_of(
    "keys",
    """
    INSERT INTO seed_keys (supplier, "key", count)
    SELECT :s, value.value, count(*) FROM {each} WHERE true GROUP BY value.value ORDER BY 2
    ON CONFLICT (supplier, "key") DO UPDATE SET count = seed_keys.count + excluded.count
    RETURNING "key", count
    """,
)
_KNOWN_EDITION = Statement(sa.select(editions.c.digest).where(editions.c.digest == p("d")))
_KEEP_EDITION = Statement(sa.insert(editions))


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What a kept request leaves for its repeats: its order, its fingerprint and its answer."""

    order: str
    fingerprint: str
    answer: Mapping[str, Any]


def remembered(tx: Tx, supplier: str, action: str, tenant: str, ref: str) -> Remembered | None:
    """The first answer to this request, when it is a repeat of a kept one."""
    row = tx.row(_REMEMBERED, {"s": supplier, "a": action, "t": tenant, "r": ref})
    return Remembered(order=row[0], fingerprint=row[1], answer=row[2]) if row else None


def by_ref(tx: Tx, supplier: str, tenant: str, ref: str) -> Order | None:
    """An order by the caller's own id; the newest one when the contract allows an id twice."""
    return _one(tx, _BY_REF, {"s": supplier, "t": tenant, "r": ref})


def by_number(tx: Tx, supplier: str, tenant: str, number: str) -> Order | None:
    """An order by our number on the wire; of any tenant when `tenant` is empty."""
    if not tenant:
        return _one(tx, _BY_NUMBER, {"s": supplier, "n": number})
    return _one(tx, _BY_NUMBER_OF, {"s": supplier, "t": tenant, "n": number})


def by_id(tx: Tx, supplier: str, order_id: str) -> Order | None:
    """An order by our own id."""
    return _one(tx, _BY_ID, {"s": supplier, "i": order_id})


def _one(tx: Tx, statement: Statement, names: Mapping[str, str]) -> Order | None:
    row = tx.row(statement, names)
    return order_of(row) if row else None


def many(tx: Tx, order_ids: Iterable[str]) -> dict[str, Order]:
    """Some orders by id."""
    found = map(order_of, tx.rows(_MANY, {"ids": order_ids}))
    return {order.id: order for order in found}


def requests_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Request]]:
    """Every request of some orders, oldest first."""
    found: dict[str, list[Request]] = {order_id: [] for order_id in order_ids}
    for request in map(_request_of, tx.rows(_REQUESTS_OF, {"ids": order_ids})):
        found[request.order].append(request)
    return found


def requests_in_play(
    tx: Tx, order_ids: Sequence[str], history: Iterable[str] = ()
) -> dict[str, list[Request]]:
    """The requests of some orders that still matter, oldest first: the create, the open ones, those
    whose KCIs wait, and all of the actions in `history`. However often an order was amended, its
    settled amendments are not read.
    """
    found: dict[str, list[Request]] = {order_id: [] for order_id in order_ids}
    asked = {"ids": order_ids, "actions": ["create", *history]}
    for request in map(_request_of, tx.rows(_IN_PLAY, asked)):
        found[request.order].append(request)
    return found


def count_requests(tx: Tx, order_id: str, action: str) -> int:
    """How many requests of a kind an order has."""
    return int(tx.value(_COUNT_REQUESTS, {"i": order_id, "a": action}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What is kept of a request beside what it did: its fingerprint, and its answer."""

    fingerprint: str
    answer: Mapping[str, Any]


def open_all(
    tx: Tx, supplier: str, opened: Sequence[tuple[Opened, Answered]], clock: Clock
) -> None:
    """Write new orders: each with its request, its KCIs and its lane. Conflict when one of their
    requests was kept before.
    """
    if not opened:
        return
    plans = [plan for plan, _ in opened]
    tx.run_many(_INSERT_ORDER, [_order_row(plan.order) for plan in plans])
    lanes.add(tx, supplier, [(plan.order.id, plan.kcis) for plan in plans], clock)
    rows = [_request_row(supplier, plan.request, answered) for plan, answered in opened]
    tx.run_many(_INSERT_REQUEST, rows)
    outbox.add(tx, supplier, [kci for plan in plans for kci in plan.kcis])
    for plan in plans:
        tx.changed(supplier, plan.order.id)


def change(
    tx: Tx, supplier: str, plan: Changed, lane: Lane, clock: Clock, answered: Answered
) -> None:
    """Write what a later request does to an order, whose lane is locked. Conflict when another
    writer was first.
    """
    save(tx, [plan.order])
    tx.run(_INSERT_REQUEST, _request_row(supplier, plan.request, answered))
    settle(tx, [Settled(plan.order.id, request_id, "lapsed") for request_id in plan.lapsed])
    outbox.add(tx, supplier, plan.kcis)
    outbox.change(tx, plan.queue)
    unpark = bool(plan.queue.withdraw) or plan.ended
    lanes.rest(tx, lane, clock, positions=len(plan.kcis), unpark=unpark)


def _request_row(supplier: str, request: Request, answered: Answered) -> dict[str, Any]:
    return row_of(request) | {
        "supplier": supplier,
        "fingerprint": answered.fingerprint,
        "answer": answered.answer,
    }


def _request_of(row: Row) -> Request:
    return Request(**dict(zip(_REQUESTS_OF.names, row, strict=True)))


def save(tx: Tx, changed: Sequence[Order], before: Mapping[str, Order] | None = None) -> None:
    """Write orders that exist. A document that is the same as in `before` is not written."""
    moved = [order for order in changed if before and order.document is before[order.id].document]
    whole = [
        order for order in changed if not (before and order.document is before[order.id].document)
    ]
    for statement, listed in ((_MOVE, moved), (_SAVE, whole)):
        tx.run_many(statement, [{**_order_row(order), "key": order.id} for order in listed])
    for order in changed:
        tx.changed(order.supplier, order.id)


class Settled(NamedTuple):
    """An open request of an order that is open no more: applied, refused or lapsed."""

    order: str
    request: str
    status: RequestStatus


def settle(tx: Tx, settled: Sequence[Settled]) -> None:
    """Close open requests."""
    tx.run_many(
        _SETTLE, [{"i": one.order, "key": one.request, "status": one.status} for one in settled]
    )


def keep_edition(tx: Tx, digest: str, name: str, dialect: str, source: str) -> None:
    """Keep a scenario's source for good: an order is played by its own edition, whatever becomes of
    the file.
    """
    if ("edition", digest) in tx.known:
        return
    if tx.row(_KNOWN_EDITION, {"d": digest}):
        tx.learned.add(("edition", digest))
    else:
        tx.run(
            _KEEP_EDITION, {"digest": digest, "name": name, "dialect": dialect, "source": source}
        )


def edition_source(tx: Tx, digest: str) -> str:
    """The text of a kept edition."""
    return str(
        tx.execute(sa.select(editions.c.source).where(editions.c.digest == digest)).scalar_one()
    )


def count_up(tx: Tx, supplier: str, keys: Sequence[str]) -> list[int]:
    """Count one more order of this supplier under each of these keys, in this order. Returns for
    each how many there were before.
    """
    counted = {
        key: int(count)
        for key, count in tx.rows(_COUNT_KEYS[tx.is_sqlite], {"s": supplier, "keys": keys})
    }
    added, before = Counter(keys), []
    for key in keys:
        before.append(counted[key] - added[key])
        added[key] -= 1
    return before


def page(
    tx: Tx,
    supplier: str,
    *,
    tenant: str = "",
    ref: str = "",
    number: str = "",
    status: str = "",
    limit: int = 100,
    after: tuple[int, str] | None = None,
) -> list[Order]:
    """Orders in the order of their arrival, from behind `after` (received_at, id)."""
    statement = (
        sa.select(orders)
        .where(orders.c.supplier == supplier)
        .order_by(orders.c.received_at, orders.c.id)
        .limit(limit)
    )
    for column, value in (
        (orders.c.tenant, tenant),
        (orders.c.ref, ref),
        (orders.c.number, number),
        (orders.c.status, status),
    ):
        statement = statement.where(column == value) if value else statement
    if after:
        behind = sa.and_(orders.c.received_at == after[0], orders.c.id > after[1])
        statement = statement.where(sa.or_(orders.c.received_at > after[0], behind))
    return [order_of(row) for row in tx.execute(statement)]


def asked(
    tx: Tx,
    supplier: str,
    *,
    tenant: str = "",
    ref: str = "",
    number: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[Order], int]:
    """The orders that a gateway asks for, in the order of their arrival: one page, and how many
    there are in all.
    """
    wanted = [orders.c.supplier == supplier]
    wanted += [
        column == value
        for column, value in (
            (orders.c.tenant, tenant),
            (orders.c.ref, ref),
            (orders.c.number, number),
        )
        if value
    ]
    total = tx.execute(sa.select(sa.func.count()).select_from(orders).where(*wanted)).scalar_one()
    # a stopped clock: numbers that count break the tie
    arrival = (orders.c.received_at, sa.func.length(orders.c.number), orders.c.number)
    statement = (
        sa.select(orders).where(*wanted).order_by(*arrival, orders.c.id).offset(offset).limit(limit)
    )
    return [order_of(row) for row in tx.execute(statement)], int(total)


def _order_row(order: Order) -> dict[str, Any]:
    row = row_of(order)
    row["before"] = [{"status": frame.status, "request": frame.request} for frame in order.before]
    return row


def order_of(row: Row) -> Order:
    """An order from its row."""
    members = dict(zip(_BY_ID.names, row, strict=True))
    members["before"] = tuple(Frame(**frame) for frame in members["before"])
    members["marks"] = tuple(members["marks"])
    return Order(**members)


def reset(tx: Tx, supplier: str) -> None:
    """Delete everything of a supplier but its clock and the kept editions. It waits until nobody
    uses the supplier: an order that arrives meanwhile would lose half of its rows.
    """
    locks.take(tx, supplier)
    for table in PER_SUPPLIER:
        tx.execute(sa.delete(table).where(table.c.supplier == supplier))
    tx.changed(supplier, EVERYTHING)
    tx.wake_senders()
