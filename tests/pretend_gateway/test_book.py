"""What the pretend gateway notices in the KCIs of one order, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from simulator.base import instants
from simulator.config import JournalConfig
from simulator.model import KciIdentity
from simulator.pretend_gateway.book import Book
from simulator.store import Store, received, tables, upkeep
from tests.dialects.pizza import Pizza

MANY = 10_000


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


def message(number: int, **members: Any) -> dict[str, Any]:
    return {"n": number, "who": "W1", "said": "baked", "topping": "ham", **members}


def keep(store: Store, document: dict[str, Any], supplier: str = "s") -> list[tuple[Any, ...]]:
    """Let the book keep a KCI; what it noticed."""
    Book(store, supplier, Pizza()).keep({}, document, 204, ())
    with store.read() as tx:
        row = received.page(tx, supplier, limit=1000, after=newest(store) - 1)[-1]
    return [(finding["rule"], finding["expected"], finding["got"]) for finding in row["findings"]]


def newest(store: Store) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT max(id) FROM received")).scalar_one() or 0)


def test_gaps_repeats_and_reused_ids_are_noticed(store: Store) -> None:
    assert keep(store, message(1)) == []
    assert keep(store, message(2)) == []
    assert keep(store, message(2)) == [("kci.repeat", None, "2")]
    assert keep(store, message(2, topping="olives")) == [("kci.id_reused", None, "2")]
    assert keep(store, message(4)) == [("kci.sequence", 3, 4)]
    assert keep(store, message(3)) == [("kci.sequence", 5, 3)]
    assert keep(store, message(5)) == []
    assert keep(store, message(6, who="W2")) == [("kci.sequence", 1, 6)], "another order"
    assert keep(store, message(6), "t") == [("kci.sequence", 1, 6)], "another supplier"


def test_what_was_forgotten_is_not_compared(store: Store) -> None:
    keep(store, message(1))
    with store.write() as tx:
        received.forget(tx, "s")
    assert keep(store, message(1)) == []


def test_an_order_is_forgotten_with_the_last_that_came_of_it_and_has_no_false_gap(
    store: Store,
) -> None:
    keep(store, message(1))
    keep(store, message(1, who="W2"))
    for number in range(2, 101):
        keep(store, message(number, who="W2"))
    assert sum(upkeep.tidy_lists(store, JournalConfig(most=100, keep=instants.DAY))) == 1
    with store.read() as tx:
        known = set(tx.execute(sa.select(tables.received_orders.c.order)).scalars())
    assert known == {"T/W2", ""}, "the empty one says that some were forgotten"
    assert keep(store, message(2)) == [], "it may follow on what was forgotten"
    assert keep(store, message(4)) == [("kci.sequence", 3, 4)]
    assert keep(store, message(102, who="W2")) == [("kci.sequence", 101, 102)]


def fill(store: Store, count: int) -> None:
    """`count` KCIs of one order, in bulk but for the last."""
    rows = [
        {
            "supplier": "s",
            "at_wall": 1,
            "order": "T/W1",
            "message": str(number),
            "headers": {},
            "body": message(number),
            "code": 204,
            "findings": [],
        }
        for number in range(1, count)
    ]
    last = KciIdentity(order="T/W1", id=str(count), number=count)
    with store.write() as tx:
        tx.execute(sa.insert(tables.received), rows)
        received.keep(tx, "s", headers={}, code=204, findings=[], kci=last, body=message(count))


def cost(store: Store, document: dict[str, Any]) -> list[int]:
    """The rows that each query fetched when the book kept a KCI (SQLite does not tell: 1)."""
    fetched: list[int] = []

    def count(_: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "received" in statement and statement.lstrip().startswith("SELECT"):
            fetched.append(cursor.rowcount if cursor.rowcount >= 0 else 1)

    sa.event.listen(store.engine, "after_cursor_execute", count)
    Book(store, "s", Pizza()).keep({}, document, 204, ())
    sa.event.remove(store.engine, "after_cursor_execute", count)
    return fetched


def test_ten_thousand_kcis_of_one_order_have_no_false_gap_and_cost_no_more(store: Store) -> None:
    fill(store, 3)
    few = cost(store, message(4))
    with store.write() as tx:
        received.forget(tx, "s")
    fill(store, MANY)
    assert keep(store, message(MANY + 1)) == []
    assert cost(store, message(MANY + 2)) == few and max(few) <= 1
    assert keep(store, message(2)) == [("kci.repeat", None, "2")]
    assert keep(store, message(7, topping="olives")) == [("kci.id_reused", None, "7")]
    assert keep(store, message(MANY + 5)) == [("kci.sequence", MANY + 3, MANY + 5)]
