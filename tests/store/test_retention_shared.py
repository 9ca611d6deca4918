"""Orders at rest are deleted while others use them: senders, requests, another house-keeper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa

from simulator.base.errors import Conflict
from simulator.model import Act
from simulator.store import Store, Tx, clocks, journal, lanes, orders
from simulator.store.tables import kcis, requests
from simulator.store.tables import lanes as lanes_table
from simulator.store.tables import orders as orders_table
from tests.running import until
from tests.store.test_retention import after_a_while, kept, rested, tidying

pytestmark = pytest.mark.slow  # hundreds of orders each


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Store]:
    """A store that several processes write at once."""
    opened = Store(postgresql_url)
    with opened.write() as tx:
        clocks.begin(tx, "s", "real", 1.0)
    yield opened
    opened.close()


def test_an_order_that_somebody_uses_is_deleted_later(shared: Store) -> None:
    used, *_ = rested(shared, 1, 2, 3, 4)
    after_a_while(shared)
    house = tidying(shared)
    with shared.write() as tx:
        lanes.lock(tx, used)
        assert list(house.turn()) == [1]
        assert kept(shared) == {"1", "3", "4"}
        assert list(house.turn()) == [0], "it looks there again"
    assert list(house.turn()) == [1]
    assert kept(shared) == {"3", "4"}


def test_who_waits_for_an_order_that_is_deleted_begins_again(shared: Store) -> None:
    (gone,) = rested(shared, 1)
    walk = tidying(shared)._walk("s", finished=True)
    with ThreadPoolExecutor(1) as pool:
        with shared.write() as tx:
            walk._delete(tx, [gone], tx.wall)
            waits = pool.submit(shared.run, lambda tx: _lock_or_tell(tx, gone))
            await_lock(shared)
        assert waits.result() == "no such order"


def _lock_or_tell(tx: Tx, order_id: str) -> str:
    """A request that sees the order before it locks the lane: the first time, it is deleted in
    between.
    """
    if orders.by_id(tx, "s", order_id) is None:
        return "no such order"
    lanes.lock(tx, order_id)
    return "locked"


def await_lock(store: Store) -> None:
    """Wait until another transaction waits for a row."""
    asked = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )

    def waits() -> bool:
        with store.read() as tx:
            return bool(tx.execute(asked).scalar_one())

    until(waits)


def test_lines_that_two_senders_drop_at_once_are_counted_once(shared: Store) -> None:
    with shared.write() as tx:
        for at in range(5):
            done = Act(at=at, what="kci.skip", by="operator", message="done")
            journal.act(tx, "s", done)
        edge = journal.edge(tx, "s", 2)
    drop = partial(journal.drop, supplier="s", edge=edge, before_wall=0)
    with ThreadPoolExecutor(1) as pool:
        with shared.write() as tx:
            assert drop(tx) == 3
            waits = pool.submit(shared.run, drop)
            await_lock(shared)
        assert waits.result() == 0
    with shared.read() as tx:
        assert journal.what_was_dropped(tx, "s").count == 3


def test_a_lane_that_is_gone_is_a_conflict(shared: Store) -> None:
    with pytest.raises(Conflict), shared.write() as tx:
        lanes.lock(tx, "nobody")


@pytest.mark.slow
def test_several_senders_share_the_work_and_requests_go_on(shared: Store) -> None:
    count = 600
    rested(shared, *range(count))
    after_a_while(shared)
    starts = threading.Barrier(3)

    def tidy() -> int:
        starts.wait()
        return sum(tidying(shared).turn())

    def amend() -> int:
        """Use every seventh order, until it is gone."""
        starts.wait()
        used = 0
        for ref in range(0, count, 7):
            used += shared.run(lambda tx, ref=str(ref): use(tx, ref))
        return used

    with ThreadPoolExecutor(3) as pool:
        works = [pool.submit(work) for work in (tidy, tidy, amend)]
        first, second, _ = (work.result() for work in works)
    last = sum(tidying(shared).turn())
    after_a_while(shared)
    assert first + second + last + sum(tidying(shared).turn()) == count - 2
    with shared.read() as tx:
        for table in (kcis, requests, lanes_table, orders_table):
            assert tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() in (2, 4)


def use(tx: Tx, ref: str) -> int:
    order = orders.by_ref(tx, "s", "T", ref)
    if order is None:
        return 0
    lanes.rest(tx, lanes.lock(tx, order.id), clocks.get(tx, "s"))
    return 1
