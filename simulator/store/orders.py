"""Orders and their requests: finding them, writing a plan, listing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.engine.plan import Changed, Opened, Plan, Rejected
from simulator.model import Frame, Lane, Order, Request, RequestStatus
from simulator.store import lanes, locks, outbox
from simulator.store.database import Tx
from simulator.store.notifier import EVERYTHING
from simulator.store.tables import (
    PER_SUPPLIER,
    editions,
    is_open,
    kcis,
    orders,
    p,
    requests,
    row_of,
    seed_keys,
)

_REQUEST = [
    column for column in requests.c if column.name not in ("supplier", "fingerprint", "answer")
]
_SAME_REQUEST = (
    requests.c.supplier == p("s"),
    requests.c.action == p("a"),
    requests.c.tenant == p("t"),
    requests.c.ref == p("r"),
)
_REMEMBERED = sa.select(requests.c.order, requests.c.fingerprint, requests.c.answer).where(
    *_SAME_REQUEST
)
_ORDERS = sa.select(orders).where(orders.c.supplier == p("s"))
_NEWEST = _ORDERS.order_by(orders.c.received_at.desc(), orders.c.id).limit(1)
_BY_REF = _NEWEST.where(orders.c.tenant == p("t"), orders.c.ref == p("r"))
_BY_NUMBER = _NEWEST.where(orders.c.number == p("n"))
_BY_NUMBER_OF = _BY_NUMBER.where(orders.c.tenant == p("t"))
_BY_ID = _ORDERS.where(orders.c.id == p("i"))
_MANY = sa.select(orders).where(orders.c.id.in_(p("ids", expanding=True)))
_REQUESTS_OF = (
    sa.select(*_REQUEST)
    .where(requests.c.order.in_(p("ids", expanding=True)))
    .order_by(requests.c.received_at, requests.c.id)
)
_IN_PLAY = _REQUESTS_OF.where(
    sa.or_(
        requests.c.action.in_(p("actions", expanding=True)),
        requests.c.status == "open",
        requests.c.id.in_(
            sa.select(kcis.c.request).where(kcis.c.order.in_(p("ids", expanding=True)), is_open)
        ),
    )
)
_COUNT_REQUESTS = sa.select(sa.func.count()).where(
    requests.c.order == p("i"), requests.c.action == p("a")
)
_INSERT_ORDER, _INSERT_REQUEST = sa.insert(orders), sa.insert(requests)
_SAVED = [column.name for column in orders.c if column.name != "id"]
_SAVE = sa.update(orders).where(orders.c.id == p("key")).values({name: p(name) for name in _SAVED})
_MOVED = ("number", "status", "before", "memo", "marks", "used", "updated_at")
_MOVE = sa.update(orders).where(orders.c.id == p("key")).values({name: p(name) for name in _MOVED})
_SAME_KEY = (seed_keys.c.supplier == p("s"), seed_keys.c.key == p("k"))
_COUNT_KEY = (
    sa.update(seed_keys)
    .where(*_SAME_KEY)
    .values(count=seed_keys.c.count + 1)
    .returning(seed_keys.c.count)
)
_FIRST_KEY = sa.insert(seed_keys)
_KNOWN_EDITION = sa.select(editions.c.digest).where(editions.c.digest == p("d"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What a kept request leaves for its repeats: its order, its fingerprint and its answer."""

    order: str
    fingerprint: str
    answer: Mapping[str, Any]


def remembered(tx: Tx, supplier: str, action: str, tenant: str, ref: str) -> Remembered | None:
    """The first answer to this request, when it is a repeat of a kept one."""
    row = tx.execute(_REMEMBERED, {"s": supplier, "a": action, "t": tenant, "r": ref}).one_or_none()
    return Remembered(**row._mapping) if row else None


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


def _one(tx: Tx, statement: Any, names: Mapping[str, str]) -> Order | None:
    row = tx.execute(statement, names).one_or_none()
    return order_of(row._mapping) if row else None


def many(tx: Tx, order_ids: Iterable[str]) -> dict[str, Order]:
    """Some orders by id."""
    return {row.id: order_of(row._mapping) for row in tx.execute(_MANY, {"ids": list(order_ids)})}


def requests_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Request]]:
    """Every request of some orders, oldest first."""
    found: dict[str, list[Request]] = {order_id: [] for order_id in order_ids}
    for row in tx.execute(_REQUESTS_OF, {"ids": list(order_ids)}):
        found[row.order].append(Request(**row._mapping))
    return found


def requests_in_play(
    tx: Tx, order_ids: Sequence[str], history: Iterable[str] = ()
) -> dict[str, list[Request]]:
    """The requests of some orders that still matter, oldest first: the create, the open ones, those
    whose KCIs wait, and all of the actions in `history`. However often an order was amended, its
    settled amendments are not read.
    """
    found: dict[str, list[Request]] = {order_id: [] for order_id in order_ids}
    asked = {"ids": list(order_ids), "actions": ["create", *history]}
    for row in tx.execute(_IN_PLAY, asked):
        found[row.order].append(Request(**row._mapping))
    return found


def count_requests(tx: Tx, order_id: str, action: str) -> int:
    """How many requests of a kind an order has."""
    return int(tx.execute(_COUNT_REQUESTS, {"i": order_id, "a": action}).scalar_one())


def apply(
    tx: Tx,
    supplier: str,
    plan: Plan,
    lane: Lane | None,
    clock: Clock,
    fingerprint: str,
    answer: Mapping[str, Any],
) -> None:
    """Write a plan: the order, its request with the answer, its KCIs and its lane. `lane` is the
    locked lane; None for a new order. Conflict when another writer was first.
    """
    match plan:
        case Opened():
            tx.execute(_INSERT_ORDER, _order_row(plan.order))
            lanes.add(tx, supplier, plan.order.id, plan.kcis, clock)
            _add_request(tx, supplier, plan.request, fingerprint, answer)
            outbox.add(tx, supplier, plan.kcis)
            tx.changed(supplier, plan.order.id)
            tx.wake_senders()
        case Changed():
            assert lane is not None
            save(tx, [plan.order])
            _add_request(tx, supplier, plan.request, fingerprint, answer)
            for request_id in plan.lapsed:
                settle_request(tx, request_id, "lapsed")
            outbox.add(tx, supplier, plan.kcis)
            outbox.change(tx, plan.queue)
            unpark = bool(plan.queue.withdraw) or plan.ended
            lanes.rest(tx, lane, clock, positions=len(plan.kcis), unpark=unpark)
        case Rejected():
            save(tx, [plan.order] if plan.order else [])


def _add_request(
    tx: Tx, supplier: str, request: Request, fingerprint: str, answer: Mapping[str, Any]
) -> None:
    row = row_of(request) | {"params": dict(request.params)}
    kept = {"supplier": supplier, "fingerprint": fingerprint, "answer": dict(answer)}
    tx.execute(_INSERT_REQUEST, row | kept)


def save(tx: Tx, changed: Sequence[Order], before: Mapping[str, Order] | None = None) -> None:
    """Write orders that exist. A document that is the same as in `before` is not written."""
    moved = [order for order in changed if before and order.document is before[order.id].document]
    whole = [
        order for order in changed if not (before and order.document is before[order.id].document)
    ]
    for statement, listed in ((_MOVE, moved), (_SAVE, whole)):
        if listed:
            tx.execute(statement, [{**_order_row(order), "key": order.id} for order in listed])
    for order in changed:
        tx.changed(order.supplier, order.id)


def settle_request(tx: Tx, request_id: str, status: RequestStatus) -> None:
    """Close an open request: applied, refused or lapsed."""
    tx.execute(
        sa.update(requests)
        .where(requests.c.id == request_id, requests.c.status == "open")
        .values(status=status)
    )


def keep_edition(tx: Tx, digest: str, name: str, dialect: str, source: str) -> None:
    """Keep a scenario's source for good: an order is played by its own edition, whatever becomes of
    the file.
    """
    if ("edition", digest) in tx.known:
        return
    if tx.execute(_KNOWN_EDITION, {"d": digest}).one_or_none() is not None:
        tx.learned.add(("edition", digest))
    else:
        tx.execute(
            sa.insert(editions),
            {"digest": digest, "name": name, "dialect": dialect, "source": source},
        )


def edition_source(tx: Tx, digest: str) -> str:
    """The text of a kept edition."""
    return str(
        tx.execute(sa.select(editions.c.source).where(editions.c.digest == digest)).scalar_one()
    )


def count_up(tx: Tx, supplier: str, key: str) -> int:
    """Count one more order of this supplier under this key. Returns how many there were before."""
    counted = tx.execute(_COUNT_KEY, {"s": supplier, "k": key}).scalar_one_or_none()
    if counted is None:
        tx.execute(_FIRST_KEY, {"supplier": supplier, "key": key, "count": 1})
        return 0
    return int(counted) - 1


def page(
    tx: Tx,
    supplier: str,
    *,
    tenant: str = "",
    ref: str = "",
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
        (orders.c.status, status),
    ):
        statement = statement.where(column == value) if value else statement
    if after:
        behind = sa.and_(orders.c.received_at == after[0], orders.c.id > after[1])
        statement = statement.where(sa.or_(orders.c.received_at > after[0], behind))
    return [order_of(row._mapping) for row in tx.execute(statement)]


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
    return [order_of(row._mapping) for row in tx.execute(statement)], int(total)


def counts(tx: Tx, order_ids: Sequence[str]) -> dict[str, dict[str, int]]:
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


def _order_row(order: Order) -> dict[str, Any]:
    row = row_of(order)
    before = [{"status": frame.status, "request": frame.request} for frame in order.before]
    return row | {
        "before": before,
        "marks": list(order.marks),
        "memo": dict(order.memo),
        "used": dict(order.used),
    }


def order_of(row: Mapping[Any, Any]) -> Order:
    """An order from its row."""
    members = dict(row)
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
