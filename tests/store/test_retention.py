"""Orders at rest are deleted by number and by age: on both databases, in short transactions, and
never under somebody who uses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from simulator.base import instants
from simulator.config import JournalConfig, OrdersConfig
from simulator.model import KciState, LaneState, Order
from simulator.store import Store, Tx, clocks, lanes, orders, outbox, repeats, upkeep
from simulator.store.retention import ROWS
from simulator.store.tables import kcis, requests
from simulator.store.tables import lanes as lanes_table
from simulator.store.tables import orders as orders_table
from simulator.store.tables import repeats as repeats_table
from tests.store.test_store import DIALECT, place
from tests.store.test_versions import restore_4

pytestmark = pytest.mark.slow  # hundreds of orders each

LISTS = JournalConfig(most=100, keep=instants.DAY)
FEW = OrdersConfig(most=2, keep=None, unended=4)
OWNER = SimpleNamespace(dialect=DIALECT, label="s")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    with opened.write() as tx:
        clocks.begin(tx, "s", "real", 1.0)
    yield opened
    opened.close()


def tidying(store: Store, bounds: OrdersConfig = FEW) -> upkeep.Upkeep:
    return upkeep.Upkeep(store, lambda tx, name: OWNER, LISTS, bounds)


def rest(tx: Tx, order: Order, status: str) -> None:
    """All KCIs of an order are delivered, and it has this status."""
    orders.save(tx, [replace(order, status=status)])
    waiting = outbox.open_of(tx, [order.id])[order.id]
    outbox.save(tx, [replace(kci, state=KciState.DELIVERED) for kci in waiting])
    lanes.rest(tx, lanes.lock(tx, order.id), clocks.get(tx, "s"))


def rested(store: Store, *refs: int, status: str = "COMPLETED") -> list[str]:
    """Orders that come to rest one after another; their ids."""
    ids = []
    for ref in refs:
        with store.write() as tx:
            order = place(tx, str(ref))
            rest(tx, order, status)
        ids.append(order.id)
    return ids


def kept(store: Store) -> set[str]:
    with store.read() as tx:
        return {order.ref for order in orders.page(tx, "s", limit=1000)}


def after_a_while(store: Store) -> None:
    """Two minutes later: whoever used an order has looked at it by then."""
    store.skew += 2 * instants.MINUTE


def rows_of(store: Store, order_id: str) -> int:
    tables = (kcis, requests, lanes_table)
    statements = [sa.select(sa.func.count()).where(table.c.order == order_id) for table in tables]
    own = sa.select(sa.func.count()).where(orders_table.c.id == order_id)
    with store.read() as tx:
        return sum(tx.execute(statement).scalar_one() for statement in (*statements, own))


def test_the_newest_finished_orders_stay_and_nothing_is_left_of_the_others(store: Store) -> None:
    gone, *_ = rested(store, 1, 2, 3)
    assert rows_of(store, gone) == 5
    after_a_while(store)
    assert list(tidying(store).turn()) == [1]
    assert kept(store) == {"2", "3"}
    assert rows_of(store, gone) == 0


def test_an_order_stays_for_a_minute_whatever_the_bounds(store: Store) -> None:
    rested(store, 1, 2, 3)
    assert list(tidying(store).turn()) == []
    assert kept(store) == {"1", "2", "3"}


def test_they_are_deleted_by_age(store: Store) -> None:
    bounds = OrdersConfig(most=None, keep=instants.DAY, unended=None)
    rested(store, 1)
    store.skew += instants.DAY - instants.HOUR
    rested(store, 2)
    assert list(tidying(store, bounds).turn()) == []
    store.skew += 2 * instants.HOUR
    assert list(tidying(store, bounds).turn()) == [1]
    assert kept(store) == {"2"}


def test_without_bounds_they_stay_for_ever(store: Store) -> None:
    rested(store, 1, 2, 3, 4)
    store.skew += 1000 * instants.DAY
    assert sum(tidying(store, OrdersConfig(most=None, keep=None, unended=None)).turn()) == 0


def test_an_order_that_its_gateway_may_still_amend_stays_for_longer(store: Store) -> None:
    rested(store, 1, 2, status="COMMITTED")
    rested(store, 3, 4, 5, status="CANCELLED")
    after_a_while(store)
    assert sum(tidying(store).turn()) == 2
    assert kept(store) == {"2", "4", "5"}, "1 is beyond four, 3 is finished and beyond two"


def test_an_order_that_waits_is_parked_or_is_paused_stays(store: Store) -> None:
    with store.write() as tx:
        place(tx, "1")
        parked, paused = place(tx, "2"), place(tx, "3")
        lane = lanes.lock(tx, parked.id)
        lanes.save(tx, [replace(lane, state=LaneState.PARKED, wake=None, due=None)])
        for order in (parked, paused):
            orders.save(tx, [replace(order, status="COMPLETED")])
        waiting = outbox.open_of(tx, [paused.id])[paused.id]
        changed = outbox.QueueChange(paused=tuple(kci.id for kci in waiting))
        outbox.change(tx, changed)
        lanes.rest(tx, lanes.lock(tx, paused.id), clocks.get(tx, "s"))
        assert lanes.lock(tx, paused.id).state == "idle"
    rested(store, 4, 5, 6)
    after_a_while(store)
    assert sum(tidying(store).turn()) == 1
    assert kept(store) == {"1", "2", "3", "5", "6"}


def test_what_was_passed_by_is_not_read_again_until_something_happens_to_it(store: Store) -> None:
    (first,) = rested(store, 1, status="COMMITTED")
    rested(store, 2, 3)
    after_a_while(store)
    house = tidying(store)
    assert sum(house.turn()) == 0
    walk = house.walks["s", True]
    with store.read() as tx:
        assert lanes.lock(tx, first).rested_wall == walk.place
    with store.write() as tx:
        order = orders.by_id(tx, "s", first)
        assert order is not None
        rest(tx, order, "CANCELLED")
    after_a_while(store)
    rested(store, 4, 5)
    after_a_while(store)
    assert sum(house.turn()) == 3
    assert kept(store) == {"4", "5"}


def test_when_the_wall_clock_is_set_back_no_order_is_passed_by(store: Store) -> None:
    rested(store, 1, 2, 3, 4)
    after_a_while(store)
    house = tidying(store)
    assert sum(house.turn()) == 2
    store.skew -= instants.HOUR
    rested(store, 5, 6, 7)
    after_a_while(store)
    assert sum(house.turn()) == 3
    assert kept(store) == {"3", "4"}, "these came to rest at a later moment"


def test_one_transaction_deletes_a_bounded_number_of_rows(store: Store) -> None:
    many = ROWS // 6 + 1  # an order counts as six rows here
    rested(store, *range(many))
    after_a_while(store)
    pieces = list(tidying(store, replace(FEW, most=0)).turn())
    assert len(pieces) == 2 and sum(pieces) == many


def test_an_order_begins_anew_when_it_was_deleted(store: Store) -> None:
    rested(store, 1, 2, 3)
    with store.write() as tx:
        assert [repeats.count(tx, "s", "create", "T", "1", "S") for _ in range(2)] == [1, 2]
        assert repeats.count(tx, "s", "create", "T", "another", "S") == 1
    after_a_while(store)
    sum(tidying(store).turn())
    with store.write() as tx:
        assert orders.remembered(tx, "s", "create", "T", "1") is None
        assert repeats.count(tx, "s", "create", "T", "1", "S") == 1
        assert repeats.count(tx, "s", "create", "T", "another", "S") == 2
        place(tx, "1")
    assert kept(store) == {"1", "2", "3"}


def test_counted_repeats_of_requests_that_made_no_order_are_bounded(store: Store) -> None:
    for ref in range(5):
        with store.write() as tx:
            repeats.count(tx, "s", "create", "T", str(ref), "S")
    assert sum(tidying(store).turn()) == 0
    after_a_while(store)
    assert sum(tidying(store).turn()) == 3
    with store.read() as tx:
        left = set(tx.execute(sa.select(repeats_table.c.ref)).scalars())
    assert left == {"3", "4"}


def test_a_supplier_that_another_host_serves_is_left_to_it(store: Store) -> None:
    rested(store, 1, 2, 3)
    after_a_while(store)
    elsewhere = upkeep.Upkeep(store, lambda tx, name: None, LISTS, FEW)
    assert sum(elsewhere.turn()) == 0
    assert kept(store) == {"1", "2", "3"}


def test_the_log_says_how_many_were_deleted(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    rested(store, 1, 2, 3, 4)
    after_a_while(store)
    with caplog.at_level("INFO", "simulator.store"):
        sum(tidying(store).turn())
    said = "deleted 2 orders of s that are finished (orders.most, orders.keep)"
    assert caplog.messages == [said]


# ---- the file


def test_the_pages_of_deleted_orders_are_used_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/s.db")
    with store.write() as tx:
        clocks.begin(tx, "s", "real", 1.0)
    sizes = []
    house = tidying(store, replace(FEW, most=50))
    for turn in range(6):
        rested(store, *range(turn * 150, turn * 150 + 150))
        after_a_while(store)
        sum(house.turn())
        store.checkpoint()
        sizes.append(store.path.stat().st_size)
    store.close()
    assert len(kept_of(tmp_path)) == 50
    assert sizes[-1] <= 1.1 * sizes[1], sizes


def kept_of(folder: Path) -> set[str]:
    store = Store(f"sqlite:///{folder}/s.db")
    found = kept(store)
    store.close()
    return found


# ---- an older store


@pytest.fixture(params=["sqlite", "postgresql"])
def older_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of schema 4."""
    is_server = request.param == "postgresql"
    url = request.getfixturevalue("postgresql_url") if is_server else f"sqlite:///{tmp_path}/o.db"
    restore_4(url)
    return str(url)


def test_orders_of_an_older_store_come_to_rest_when_it_is_brought_up(older_url: str) -> None:
    engine = sa.create_engine(older_url)
    with engine.begin() as connection:
        done = "UPDATE kcis SET state = 'delivered' WHERE \"order\" = :id"
        ids = connection.execute(
            sa.text("SELECT id FROM orders WHERE ref IN ('4101', '4105') ORDER BY ref")
        ).scalars()
        first, last = ids.all()
        for order_id in (first, last):
            connection.execute(sa.text(done), {"id": order_id})
            idle = "UPDATE lanes SET state = 'idle', due = NULL, wake = NULL WHERE \"order\" = :id"
            connection.execute(sa.text(idle), {"id": order_id})
    engine.dispose()
    store = Store(older_url)
    with store.read() as tx:
        found = tx.execute(
            sa.text('SELECT "order", rested_wall FROM lanes WHERE rested_wall IS NOT NULL')
        ).all()
        wall = tx.wall
    store.close()
    rested: dict[str, int] = {row.order: row.rested_wall for row in found}
    assert set(rested) == {first, last}, "and none whose KCIs wait or are paused"
    assert wall - instants.MINUTE < rested[first] < rested[last] < wall, "as they came"
