"""Works in transactions: run again when another writer was first, and several in one commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa

from simulator.base import instants
from simulator.base.errors import Refused, Unavailable
from simulator.model import Act
from simulator.store import Store, Tx, clocks, journal, lanes, locks, orders, suppliers
from simulator.store.database import MOST_TRIES
from tests.store.test_store import NOW, place


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


def note(message: str) -> Callable[[Tx], str]:
    """A work that writes one line into the journal."""

    def work(tx: Tx) -> str:
        journal.act(tx, "s", Act(at=NOW, what="test", by="test", message=message))
        return message

    return work


def noted(store: Store) -> list[str]:
    with store.read() as tx:
        return [line.message for line in journal.page(tx, "s") if isinstance(line, Act)]


def meet_a_writer(times: int) -> Callable[[Tx], str]:
    """A work that meets a row of another writer so many times."""
    left = iter(range(times))

    def work(tx: Tx) -> str:
        journal.act(tx, "s", Act(at=NOW, what="test", by="test", message="lost"))
        if next(left, None) is not None:
            place(tx, "1")
        return note("done")(tx)

    return work


# ---- one work


def test_a_work_that_meets_another_writer_is_run_again(store: Store) -> None:
    store.run(lambda tx: place(tx, "1"))
    assert store.run(meet_a_writer(MOST_TRIES - 1)) == "done"
    assert noted(store) == ["lost", "done"], "the tries that were rolled back left nothing"


def test_a_work_that_meets_writers_again_and_again_is_given_up(store: Store) -> None:
    store.run(lambda tx: place(tx, "1"))
    with pytest.raises(Unavailable, match="too many writers"):
        store.run(meet_a_writer(MOST_TRIES))
    assert noted(store) == []


def test_what_waits_for_the_commit_finds_the_writers_lock_free(store: Store) -> None:
    done: list[str] = []

    def work(tx: Tx) -> None:
        tx.after(lambda: done.append(store.run(note("afterwards"))))

    store.run(work)
    assert (done, noted(store)) == (["afterwards"], ["afterwards"])


def test_what_waits_for_a_commit_that_never_comes_does_not_happen(store: Store) -> None:
    done: list[int] = []

    def work(tx: Tx) -> None:
        tx.after(lambda: done.append(1))
        raise Refused("invalid", ["no"])

    with pytest.raises(Refused):
        store.run(work)
    assert done == []


def test_a_failure_after_the_commit_is_logged_and_hurts_nobody(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def work(tx: Tx) -> str:
        tx.after(lambda: [].pop())
        return note("kept")(tx)

    assert store.run(work) == "kept"
    assert noted(store) == ["kept"] and "failed after a commit" in caplog.text


def test_an_edition_is_known_only_when_it_is_committed(store: Store) -> None:
    edition = ("digest", "S", "fibre_cafe", "scenario: S")
    with suppress(RuntimeError), store.write() as tx:
        for _ in range(2):
            orders.keep_edition(tx, *edition)
        raise RuntimeError
    store.run(lambda tx: orders.keep_edition(tx, *edition))
    with store.read() as tx:
        assert orders.edition_source(tx, "digest") == "scenario: S"


# ---- several works in one commit


def test_a_work_that_fails_costs_only_itself(store: Store) -> None:
    def fail(tx: Tx) -> str:
        note("lost")(tx)
        raise Refused("invalid", ["no"])

    first, second, third = store.run_all([note("one"), fail, note("three")])
    assert (first, third) == ("one", "three")
    assert isinstance(second, Refused) and second.messages == ("no",)
    assert noted(store) == ["one", "three"]


def test_several_works_are_one_commit(store: Store) -> None:
    seen: list[list[str]] = []

    def look(tx: Tx) -> str:
        seen.append(noted(store))
        return "looked"

    assert store.run_all([note("one"), look]) == ["one", "looked"]
    assert (seen, noted(store)) == ([[]], ["one"]), "another connection sees nothing before"


def test_only_the_works_that_met_another_writer_are_run_again(store: Store) -> None:
    store.run(lambda tx: place(tx, "1"))
    runs: list[int] = []

    def count(tx: Tx) -> str:
        runs.append(1)
        return note("counted")(tx)

    assert store.run_all([count, meet_a_writer(2)]) == ["counted", "done"]
    assert (len(runs), noted(store)) == (2, ["counted", "lost", "done"]), "first without savepoints"


def test_a_work_of_several_is_given_up_too(store: Store) -> None:
    store.run(lambda tx: place(tx, "1"))
    lost, kept = store.run_all([meet_a_writer(MOST_TRIES + 1), note("kept")])
    assert isinstance(lost, Unavailable) and kept == "kept"
    assert noted(store) == ["kept"]


def test_news_of_a_work_that_failed_is_not_told(store: Store) -> None:
    def fail(tx: Tx) -> None:
        tx.changed("s", "lost")
        tx.after(lambda: happened.append("lost"))
        raise Refused("invalid", ["no"])

    def keep(tx: Tx) -> None:
        tx.changed("s", "kept")
        tx.after(lambda: happened.append("kept"))

    happened: list[str] = []
    with store.write() as tx:
        for work in (fail, keep):
            store._run_apart(tx, work)
    assert (tx.changes, happened) == ({("s", "kept")}, ["kept"])


def test_a_transaction_that_is_lost_fails_every_work(postgresql_url: str) -> None:
    store = Store(postgresql_url)

    def cut(tx: Tx) -> None:
        mine = tx.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with store.engine.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        tx.execute(sa.text("SELECT 1"))

    outcomes = store.run_all([note("one"), cut])
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert noted(store) == []
    store.close()


# ---- a request and a clock that is set meanwhile


def is_waiting_for_a_lock(store: Store, thread: threading.Thread) -> bool:
    """Whether a thread's transaction waits for ours; on SQLite writers always take turns."""
    if store.is_sqlite:
        thread.join(0.2)
        return thread.is_alive()
    waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while thread.is_alive():
        with store.engine.connect() as connection:
            if connection.execute(waits).scalar_one():
                return True
        thread.join(0.01)
    return False


def move_to(tx: Tx, now: int) -> None:
    clocks.lock(tx, "s")
    clocks.step(tx, "s", now)


def test_an_order_that_arrives_while_the_clock_moves_is_not_left_behind(store: Store) -> None:
    """The order's lane is written with the clock that the request saw."""
    store.run(lambda tx: clocks.begin(tx, "s", "manual", 1.0))
    with store.read() as tx:
        begun = clocks.get(tx, "s").anchor
    later = begun + instants.HOUR
    move = threading.Thread(target=lambda: store.run(lambda tx: move_to(tx, later)))
    with store.write() as tx:
        assert locks.share(tx, "s")
        clock = clocks.get(tx, "s")
        move.start()
        assert is_waiting_for_a_lock(store, move)
        order = place(tx, "1", clock, now=begun)
    move.join(20)
    with store.write() as tx:
        assert [lane.order for lane in lanes.claim(tx, "s", 10)] == [order.id]


def test_a_supplier_that_is_locked_is_not_deleted_meanwhile(postgresql_url: str) -> None:
    store = Store(postgresql_url)

    def make(tx: Tx) -> None:
        suppliers.add(tx, "made", {}, suppliers.Called())
        clocks.begin(tx, "made", "manual", 1.0)

    store.run(make)
    remove = threading.Thread(target=lambda: store.run(lambda tx: suppliers.remove(tx, "made")))
    with store.write() as tx, store.write() as other:
        assert locks.share(tx, "made")
        assert locks.share(other, "made"), "several may hold the lock"
        remove.start()
        assert is_waiting_for_a_lock(store, remove)
    remove.join(20)
    with store.write() as tx:
        assert not locks.share(tx, "made")
    store.close()


def test_the_lock_of_a_supplier_tells_whether_there_is_anything_to_ask_for(store: Store) -> None:
    from simulator.store import pins, uploads

    store.run(lambda tx: clocks.begin(tx, "s", "manual", 1.0))
    with store.write() as tx:
        assert locks.share(tx, "s")
        assert (pins.every(tx, "s"), uploads.every(tx, "s")) == ([], ())
        pins.add(tx, "s", "S", None, {})
        uploads.put(tx, "s", "S", "digest", "scenario: S")
        assert len(pins.every(tx, "s")) == len(uploads.every(tx, "s")) == 1
    with store.write() as tx:
        assert locks.share(tx, "s")
        assert len(pins.every(tx, "s")) == len(uploads.every(tx, "s")) == 1
