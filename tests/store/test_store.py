"""The store on both databases: the same statements, the same promises."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator import dialects, engine
from simulator.base import instants, seed
from simulator.base.clock import Clock
from simulator.base.errors import Conflict
from simulator.model import Exchange, Kci, Lane, LaneState, Order, Submission
from simulator.scenario import params_of, parse
from simulator.store import WORK, Store, Tx, clocks, journal, lanes, orders, outbox
from simulator.store.notifier import NEWS

DIALECT = dialects.get("fibre_cafe")
SCENARIO = parse(
    "scenario: S\nreply: acknowledge\ntimeline:\n"
    "  - {after: 10s, send: COMMITTED}\n  - {after: 10s, send: COMPLETED}\n",
    "s",
    DIALECT.vocabulary,
)
NOW = 1_772_442_000_000_000


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


def place(tx: Tx, ref: str, clock: Clock | None = None, now: int = NOW) -> Order:
    document = {"id": int(ref), "tenant": "T"}
    submission = Submission(
        action="create", operation="provide", ref=ref, order_ref=ref, tenant="T", document=document
    )
    situation = engine.Situation(
        submission=submission,
        scenario=SCENARIO,
        params=params_of(SCENARIO, {}),
        supplier="s",
        now=now,
        chance=seed.Chance("r"),
    )
    plan = engine.play(situation, DIALECT)
    assert isinstance(plan, engine.Opened)
    answer = {"code": 201, "body": {"x": 1}, "headers": {}}
    answered = orders.Answered(fingerprint="fingerprint", answer=answer)
    orders.open_all(tx, "s", [(plan, answered)], clock or Clock())
    return plan.order


def claim(store: Store, limit: int = 10) -> list[Lane]:
    with store.write() as tx:
        return lanes.claim(tx, "s", limit)


def test_what_was_committed_is_found_again(store: Store) -> None:
    with store.write() as tx:
        order = place(tx, "1")
    with store.read() as tx:
        assert orders.by_ref(tx, "s", "T", "1") == order
        assert orders.by_number(tx, "s", "T", order.number) == order
        found = orders.remembered(tx, "s", "create", "T", "1")
        assert found is not None and found.answer == {"code": 201, "body": {"x": 1}, "headers": {}}
        waiting = outbox.open_of(tx, [order.id])[order.id]
    assert [(kci.send, kci.due_at) for kci in waiting] == [
        ("COMMITTED", NOW + 10_000_000),
        ("COMPLETED", NOW + 20_000_000),
    ]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as tx:
        place(tx, "1")
        raise RuntimeError
    with store.read() as tx:
        assert orders.by_ref(tx, "s", "T", "1") is None


def test_a_second_writer_of_one_order_meets_a_conflict(store: Store) -> None:
    with store.write() as tx:
        place(tx, "1")
    with pytest.raises(Conflict), store.write() as tx:
        place(tx, "1")


def test_a_lane_wakes_when_its_head_is_due_and_not_before(store: Store) -> None:
    with store.write() as tx:
        wall = tx.wall
        running = Clock(mode="real", rate=1.0, anchor=NOW, anchor_wall=wall - 10 * instants.SECOND)
        early = Clock(mode="real", rate=1.0, anchor=NOW, anchor_wall=wall + instants.HOUR)
        due, later = place(tx, "1", running), place(tx, "2", early)
    assert [lane.order for lane in claim(store)] == [due.id]
    with store.read() as tx:
        assert lanes.pending(tx) == {"s": wall}
        assert later.id in orders.many(tx, [later.id])


def test_setting_a_clock_rewrites_the_wakes_of_waiting_lanes(store: Store) -> None:
    with store.write() as tx:
        order = place(tx, "1", Clock(mode="manual", rate=0.0, anchor=NOW))
        wall = tx.wall
    assert claim(store) == []
    for clock, expected in [
        (Clock(mode="scaled", rate=10.0, anchor=NOW, anchor_wall=wall), wall + instants.SECOND),
        (Clock(mode="real", rate=1.0, anchor=NOW, anchor_wall=wall), wall + 10 * instants.SECOND),
        (Clock(mode="manual", rate=0.0, anchor=NOW, anchor_wall=wall), None),
        (Clock(mode="manual", rate=0.0, anchor=NOW + 10 * instants.SECOND, anchor_wall=wall), wall),
    ]:
        with store.write() as tx:
            clocks.put(tx, "s", clock)
            assert clocks.get(tx, "s") == clock
            lane = lanes.lock(tx, order.id)
            assert lane.wake == pytest.approx(expected, abs=2)
            assert clock.wake(lane.due) == pytest.approx(expected, abs=2)
    assert [lane.order for lane in claim(store)] == [order.id]


@pytest.mark.parametrize("rate", [0.001, 10_000_000.0])
def test_a_lane_does_not_wake_for_a_moment_that_its_clock_never_reaches(
    store: Store, rate: float
) -> None:
    with store.write() as tx:
        clock = Clock(mode="scaled", rate=rate, anchor=NOW, anchor_wall=tx.wall)
        placed = [place(tx, "1", clock, now=instants.LATEST_CLOCK), place(tx, "2", clock)]
        assert [lanes.lock(tx, order.id).wake is None for order in placed] == [True, False]
        clocks.put(tx, "s", clock)
        assert [lanes.lock(tx, order.id).wake is None for order in placed] == [True, False]


def test_a_result_whose_fence_has_passed_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        order = place(tx, "1", Clock(anchor=NOW, anchor_wall=tx.wall - instants.HOUR))
    with store.write() as tx:
        (lane,) = lanes.claim(tx, "s", 1)
        lanes.save(tx, [replace(lane, state=LaneState.SENDING, owner="a", fence=1)])
    with store.write() as tx:
        assert list(lanes.leased(tx, {order.id: 1}, "a")) == [order.id]
        assert lanes.leased(tx, {order.id: 0}, "a") == {}
        assert lanes.leased(tx, {order.id: 1}, "b") == {}


def test_an_attempted_kci_is_never_withdrawn_and_goes_first(store: Store) -> None:
    with store.write() as tx:
        order = place(tx, "1")
        first, second = outbox.open_of(tx, [order.id])[order.id]
        outbox.save(tx, [replace(second, state="attempted", sequence=1)])
        outbox.withdraw(tx, [first.id, second.id])
        assert [kci.id for kci in outbox.open_of(tx, [order.id])[order.id]] == [second.id]


def test_one_order_never_uses_a_number_twice(store: Store) -> None:
    with store.write() as tx:
        order = place(tx, "1")
        first, second = outbox.open_of(tx, [order.id])[order.id]
    with pytest.raises(Conflict), store.write() as tx:
        outbox.save(tx, [replace(first, sequence=1), replace(second, sequence=1)])


def test_orders_are_counted_under_a_key(store: Store) -> None:
    with store.write() as tx:
        assert [*orders.count_up(tx, "s", ["k", "k"]), *orders.count_up(tx, "s", ["k"])] == [
            0,
            1,
            2,
        ]
        assert orders.count_up(tx, "other", ["k"]) == [0]


def test_documents_keep_their_members_in_order_and_to_the_character(store: Store) -> None:
    text = "Grüße \u2028 😀 ' \" \\ %s :name"
    with store.write() as tx:
        order = replace(
            place(tx, "1"), document={"z": text, "a": {"b": [1, 1.5, None, True]}, "m": ""}
        )
        orders.save(tx, [order])
    with store.read() as tx:
        found = orders.by_id(tx, "s", order.id)
    assert found is not None and list(found.document.items()) == list(order.document.items())


def test_pages_go_on_behind_a_cursor(store: Store) -> None:
    with store.write() as tx:
        placed = [place(tx, str(number), now=NOW + number // 2) for number in range(1, 8)]
    seen: list[str] = []
    after: tuple[int, str] | None = None
    while True:
        with store.read() as tx:
            page = orders.page(tx, "s", limit=3, after=after)
        seen += [order.id for order in page]
        if len(page) < 3:
            break
        after = (page[-1].received_at, page[-1].id)
    assert sorted(seen) == sorted(order.id for order in placed) and len(set(seen)) == 7


def test_only_one_advance_runs_at_a_time_and_a_lost_one_runs_out(store: Store) -> None:
    with store.write() as tx:
        clocks.begin(tx, "s", "manual", 1.0)
        assert clocks.take_advance(tx, "s", "one", tx.wall + instants.HOUR)
    with store.write() as tx:
        assert not clocks.take_advance(tx, "s", "two", tx.wall + 1)
    with store.write() as tx:
        clocks.end_advance(tx, "s", "one")
        assert clocks.take_advance(tx, "s", "two", tx.wall - 1)
        assert clocks.take_advance(tx, "s", "three", tx.wall + 1)


def test_a_reset_forgets_one_supplier_and_not_another(store: Store) -> None:
    with store.write() as tx:
        place(tx, "1")
        journal.note(tx, "s", Exchange(at=NOW, direction="in", method="POST", path="/"))
        journal.note(tx, "other", Exchange(at=NOW, direction="in", method="POST", path="/"))
        orders.reset(tx, "s")
    with store.read() as tx:
        assert (
            orders.page(tx, "s") == []
            and journal.page(tx, "s") == []
            and outbox.page(tx, "s") == []
        )
        assert len(journal.page(tx, "other")) == 1


def test_a_line_of_the_journal_never_gets_the_number_of_one_that_was_deleted(store: Store) -> None:
    with store.write() as tx:
        journal.note(tx, "gone", Exchange(at=NOW, direction="in", method="POST", path="/"))
        last = journal.last_id(tx)
        orders.reset(tx, "gone")
        journal.note(tx, "s", Exchange(at=NOW, direction="in", method="POST", path="/"))
    with store.read() as tx:
        assert [exchange.id > last for exchange in journal.page(tx, "s")] == [True]


def test_a_listener_hears_that_there_is_work_and_what_changed(store: Store) -> None:
    import queue

    work: queue.Queue[list[Any]] = queue.Queue()
    news: queue.Queue[list[Any]] = queue.Queue()
    stops = [store.notifier.listen(WORK, work.put), store.notifier.listen(NEWS, news.put)]
    try:
        if not store.is_sqlite:  # an empty list says that the listener is connected
            assert (work.get(timeout=10), news.get(timeout=10)) == ([], [])
        with store.write() as tx:
            tx.wake_senders(NOW + 1)
            tx.wake_senders(NOW)
            tx.changed("a", "order-1")
        heard = (work.get(timeout=10), news.get(timeout=10))
        assert heard == ([(str(NOW), "")], [("a", "order-1")])
        assert work.empty() and news.empty()
    finally:
        for stop in stops:
            stop()


def test_a_pipe_whose_reader_has_gone_is_taken_away_and_the_others_are_heard(
    tmp_path: Path,
) -> None:
    store = Store(f"sqlite:///{tmp_path}/s.db")
    heard: list[Any] = []
    told = threading.Event()

    def hear(changes: Any) -> None:
        heard.extend(changes)
        told.set()

    stop = store.notifier.listen("news", hear)
    folder = store.notifier.folder  # type: ignore[attr-defined]
    os.mkfifo(folder / "news-0-0")
    with store.write() as tx:
        tx.changed("s", "order-1")
    assert told.wait(20) and ("s", "order-1") in heard
    assert [path.name.split("-")[1] for path in folder.iterdir()] == [str(os.getpid())]
    stop()
    store.close()
    assert not folder.exists(), "and the last listener leaves nothing behind"


def test_two_claims_at_once_never_share_a_lane(postgresql_url: str) -> None:
    store = Store(postgresql_url)
    with store.write() as tx:
        for number in range(1, 21):
            place(tx, str(number), Clock(anchor=NOW, anchor_wall=tx.wall - instants.HOUR))
    with store.write() as one, store.write() as two:
        first, second = lanes.claim(one, "s", 12), lanes.claim(two, "s", 20)
    store.close()
    assert len(first) == 12 and len(second) == 8
    assert not {lane.order for lane in first} & {lane.order for lane in second}


def test_a_process_that_stops_in_the_middle_of_a_batch_keeps_no_lane(postgresql_url: str) -> None:
    import psycopg

    store = Store(postgresql_url)
    with store.write() as tx:
        place(tx, "1", Clock(anchor=NOW, anchor_wall=tx.wall - instants.HOUR))
    stopped = psycopg.connect(
        postgresql_url.replace("+psycopg", ""), application_name="supplier-simulator"
    )
    with (
        suppress(psycopg.OperationalError),
        stopped.pipeline(),
    ):  # a batch that was begun and is never ended: the server waits for its client
        stopped.execute("SELECT * FROM lanes FOR UPDATE").fetchall()
        assert claim(store) == []
        freed: list[Lane] = []
        for _ in range(200):
            with store.write() as tx:
                tx.end_stuck(seconds=0)
            if freed := claim(store):
                break
        assert len(freed) == 1
        stopped.close()
    store.close()


def test_kcis_are_due_in_the_order_of_their_positions() -> None:
    """The merge of two timelines rests on this: within one of them, due moments never go back."""
    steps = "".join(f"  - {{{time}, send: UPDATE}}\n" for time in ("at: 2h", "at: 1h", "after: 1s"))
    text = f"scenario: S\nreply: acknowledge\ntimeline:\n{steps}"
    scenario = parse(text, "s", DIALECT.vocabulary)
    submission = Submission(
        action="create", operation="provide", ref="1", order_ref="1", tenant="T", document={"id": 1}
    )
    situation = engine.Situation(
        submission=submission,
        scenario=scenario,
        params={},
        supplier="s",
        now=NOW,
        chance=seed.Chance("r"),
    )
    kcis: tuple[Kci, ...] = engine.play(situation, DIALECT).kcis
    assert [(kci.due_at - NOW) // instants.SECOND for kci in kcis] == [7200, 7200, 7201]
