"""Orders and their requests: finding them, committing a plan, listing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from simulator.clock import Clock
from simulator.model import Frame, Lane, Order, Request
from simulator.rules import Plan
from simulator.store import outbox
from simulator.store.database import Tx
from simulator.store.tables import editions, kcis, lanes, orders, repeats, requests, seed_keys

_REQUEST = [column for column in requests.c if column.name not in ("supplier", "fingerprint", "answer")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """A request that created something: its fingerprint and the answer it was given."""

    order: str
    fingerprint: str
    answer: Mapping[str, Any]


def remembered(tx: Tx, supplier: str, action: str, tenant: str, ref: str) -> Remembered | None:
    """The first answer to this request, if it was given one before."""
    row = tx.execute(
        sa.select(requests.c.order, requests.c.fingerprint, requests.c.answer).where(*_same(supplier, action, tenant, ref))
    ).one_or_none()
    return Remembered(**row._mapping) if row else None


def _same(supplier: str, action: str, tenant: str, ref: str) -> tuple[Any, ...]:
    return (requests.c.supplier == supplier, requests.c.action == action, requests.c.tenant == tenant, requests.c.ref == ref)


def by_ref(tx: Tx, supplier: str, tenant: str, ref: str) -> Order | None:
    """An order by the caller's own id."""
    return _one(tx, orders.c.supplier == supplier, orders.c.tenant == tenant, orders.c.ref == ref)


def by_number(tx: Tx, supplier: str, tenant: str, number: str) -> Order | None:
    """An order by our number on the wire."""
    return _one(tx, orders.c.supplier == supplier, orders.c.tenant == tenant, orders.c.number == number)


def by_id(tx: Tx, supplier: str, order_id: str) -> Order | None:
    """An order by our own id."""
    return _one(tx, orders.c.supplier == supplier, orders.c.id == order_id)


def _one(tx: Tx, *where: Any) -> Order | None:
    row = tx.execute(sa.select(orders).where(*where).limit(1)).one_or_none()
    return order_of(row._mapping) if row else None


def lock(tx: Tx, order_id: str) -> Lane:
    """Lock an order's lane: the row that a claim locks too, so that an amendment and a sender never interleave."""
    row = tx.execute(sa.select(lanes).where(lanes.c.order == order_id).with_for_update()).one()
    return outbox.lane_of(row._mapping)


def many(tx: Tx, order_ids: Iterable[str]) -> dict[str, Order]:
    """Some orders by id."""
    rows = tx.execute(sa.select(orders).where(orders.c.id.in_(list(order_ids))))
    return {row.id: order_of(row._mapping) for row in rows}


def requests_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Request]]:
    """Every request of some orders, oldest first."""
    statement = sa.select(*_REQUEST).where(requests.c.order.in_(order_ids)).order_by(requests.c.received_at, requests.c.id)
    found: dict[str, list[Request]] = {order_id: [] for order_id in order_ids}
    for row in tx.execute(statement):
        found[row.order].append(Request(**row._mapping))
    return found


def apply(
    tx: Tx, supplier: str, plan: Plan, lane: Lane | None, clock: Clock, fingerprint: str, answer: Mapping[str, Any], unpark: bool
) -> None:
    """Commit a plan: the order, its request with the answer, its outbox rows and its lane. Conflict when another writer was first."""
    order = plan.order
    if order is None:
        return
    if lane is None:
        tx.execute(sa.insert(orders).values(_order_row(order)))
        lane = Lane(order=order.id, supplier=supplier)
        tx.execute(sa.insert(lanes).values(asdict(lane)))
    else:
        save(tx, [order])
    if plan.request is not None:
        row = asdict(plan.request) | {"params": dict(plan.request.params)}
        tx.execute(sa.insert(requests).values(row | {"supplier": supplier, "fingerprint": fingerprint, "answer": dict(answer)}))
    for request_id in plan.lapsed:
        settle_request(tx, request_id, "lapsed")
    outbox.add(tx, supplier, plan.kcis)
    outbox.withdraw(tx, plan.withdraw)
    outbox.move(tx, plan.moved)
    outbox.rest(tx, lane, clock, positions=len(plan.kcis), unpark=unpark)


def save(tx: Tx, changed: Sequence[Order]) -> None:
    """Write orders that are there already."""
    if changed:
        columns = [column.name for column in orders.c if column.name != "id"]
        statement = sa.update(orders).where(orders.c.id == sa.bindparam("key")).values({name: sa.bindparam(name) for name in columns})
        tx.execute(statement, [{**_order_row(order), "key": order.id} for order in changed])


def settle_request(tx: Tx, request_id: str, status: str) -> None:
    """Close an open request: applied, refused or lapsed."""
    tx.execute(sa.update(requests).where(requests.c.id == request_id, requests.c.status == "open").values(status=status))


def keep_edition(tx: Tx, digest: str, name: str, dialect: str, source: str) -> None:
    """Keep a scenario's source for as long as the store lives: an order is played by its own edition."""
    if tx.execute(sa.select(editions.c.digest).where(editions.c.digest == digest)).one_or_none() is None:
        tx.execute(sa.insert(editions).values(digest=digest, name=name, dialect=dialect, source=source))


def edition_source(tx: Tx, digest: str) -> str:
    """The text of a kept edition."""
    return str(tx.execute(sa.select(editions.c.source).where(editions.c.digest == digest)).scalar_one())


def rank(tx: Tx, supplier: str, key: str) -> int:
    """How many orders of this supplier had this seed key before; counted up."""
    same = (seed_keys.c.supplier == supplier, seed_keys.c.key == key)
    if tx.execute(sa.update(seed_keys).where(*same).values(count=seed_keys.c.count + 1)).rowcount == 0:
        tx.execute(sa.insert(seed_keys).values(supplier=supplier, key=key, count=1))
        return 0
    return int(tx.execute(sa.select(seed_keys.c.count).where(*same)).scalar_one()) - 1


def count_repeat(tx: Tx, supplier: str, action: str, tenant: str, ref: str, scenario: str) -> int:
    """Count a request that a scenario answers by `attempts`: 1 the first time."""
    same = (repeats.c.supplier == supplier, repeats.c.action == action, repeats.c.tenant == tenant, repeats.c.ref == ref)
    if tx.execute(sa.update(repeats).where(*same).values(count=repeats.c.count + 1)).rowcount == 0:
        tx.execute(sa.insert(repeats).values(supplier=supplier, action=action, tenant=tenant, ref=ref, scenario=scenario, count=1))
    return int(tx.execute(sa.select(repeats.c.count).where(*same)).scalar_one())


def page(
    tx: Tx, supplier: str, *, tenant: str = "", ref: str = "", status: str = "", limit: int = 100, after: tuple[int, str] | None = None
) -> list[Order]:
    """Orders in the order of their arrival, from behind `after` (received_at, id)."""
    statement = sa.select(orders).where(orders.c.supplier == supplier).order_by(orders.c.received_at, orders.c.id).limit(limit)
    for column, value in ((orders.c.tenant, tenant), (orders.c.ref, ref), (orders.c.status, status)):
        statement = statement.where(column == value) if value else statement
    if after:
        behind = sa.and_(orders.c.received_at == after[0], orders.c.id > after[1])
        statement = statement.where(sa.or_(orders.c.received_at > after[0], behind))
    return [order_of(row._mapping) for row in tx.execute(statement)]


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
    row = {name: getattr(order, name) for name in order.__slots__}
    before = [{"status": frame.status, "request": frame.request} for frame in order.before]
    return row | {"before": before, "marks": list(order.marks), "memo": dict(order.memo), "used": dict(order.used)}


def order_of(row: Mapping[Any, Any]) -> Order:
    """An order from its row."""
    members = dict(row)
    members["before"] = tuple(Frame(**frame) for frame in members["before"])
    members["marks"] = tuple(members["marks"])
    return Order(**members)
