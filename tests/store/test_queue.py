"""The outbox's SQL and the engine's functions agree: in which order KCIs go, and what a request or
a signal does to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import engine
from simulator.base import seed
from simulator.base.working_days import UK
from simulator.engine import QueueChange
from simulator.engine.ways import way_signal
from simulator.model import Document, Kci, Order, Step
from simulator.store import Store, Tx, outbox

FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MANY = settings(FEW, max_examples=300)
MOMENT = st.integers(1, 4)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


class Undo(Exception):
    """What an example wrote is rolled back."""


@contextmanager
def undone(store: Store) -> Iterator[Tx]:
    with suppress(Undo), store.write() as tx:
        yield tx
        raise Undo


def kci(position: int, due_at: int, state: str, signal: str = "") -> Kci:
    return Kci(
        id=f"k{position}",
        order="o",
        request="r",
        position=position,
        due_at=due_at,
        step=Step(send="CODE"),
        state=state,
        signal=signal,
        signal_at=due_at if signal else None,
    )


@st.composite
def queues(draw: st.DrawFn, first: int = 1) -> list[Kci]:
    """Up to eight open KCIs, often due at the same moment, put into the outbox in any order."""
    states = draw(st.lists(st.sampled_from(["waiting", "waiting", "paused"]), max_size=8))
    if states and draw(st.booleans()):
        states[draw(st.integers(0, len(states) - 1))] = "attempted"
    found = [kci(first + place, draw(MOMENT), state) for place, state in enumerate(states)]
    return list(draw(st.permutations(found)))


@st.composite
def changes(draw: st.DrawFn, queue: list[Kci]) -> QueueChange:
    """A change of some of them; each is withdrawn, paused, moved, or left."""
    acts = ["", "withdraw", "pause", "move", "delay"]
    what = {kci.id: draw(st.sampled_from(acts)) for kci in queue}
    return QueueChange(
        withdraw=tuple(kci_id for kci_id, act in what.items() if act == "withdraw"),
        paused=tuple(kci_id for kci_id, act in what.items() if act == "pause"),
        moved={kci_id: draw(MOMENT) for kci_id, act in what.items() if act == "move"},
        delayed=tuple(
            replace(kci, due_at=draw(MOMENT), signal="go", signal_at=draw(MOMENT))
            for kci in queue
            if what[kci.id] == "delay" and kci.state != "attempted"
        ),
    )


def read(tx: Tx) -> list[Kci]:
    """What the outbox says goes next, by either of its queries."""
    whole = outbox.open_of(tx, ["o"])["o"]
    short = outbox.rest_of(tx, ["o"])["o"]
    assert [kci.id for kci in whole] == [queued.id for queued in short]
    return whole


def the_same_kci_goes_next(store: Store, data: st.DataObject) -> None:
    queue = data.draw(queues())
    with undone(store) as tx:
        outbox.add(tx, "s", queue)
        assert read(tx) == engine.in_order(queue)


def a_request_changes_both_alike(store: Store, data: st.DataObject) -> None:
    queue = data.draw(queues())
    change, added = data.draw(changes(queue)), data.draw(queues(first=20))
    added = [replace(new, state="waiting") for new in added]
    with undone(store) as tx:
        outbox.add(tx, "s", queue)
        outbox.add(tx, "s", added)
        outbox.change(tx, change)
        assert read(tx) == engine.changed(queue, change, added)


def a_signal_changes_both_alike(store: Store, data: st.DataObject) -> None:
    dues = data.draw(st.lists(MOMENT, min_size=1, max_size=8))
    names = [data.draw(st.sampled_from(["a", "b"])) for _ in dues]
    queue = [
        kci(position, due, "paused", name)
        for position, (due, name) in enumerate(zip(sorted(dues), sorted(names), strict=True), 1)
    ]
    signalled = engine.signalled(queue, queue[0].signal, data.draw(MOMENT))
    with undone(store) as tx:
        outbox.add(tx, "s", queue)
        outbox.take(tx, signalled)
        assert read(tx) == engine.after(queue, signalled)


def a_story_that_goes_on_changes_both_alike(store: Store, data: st.DataObject) -> None:
    """At each of two partings, one within the other: the last step decides on the ways of all."""
    count = data.draw(st.integers(1, 6))
    at, way = data.draw(st.sampled_from([(0,), (1,), (0, 1, 0)])), data.draw(st.integers(0, 2))
    turn = replace(kci(9, 4, "waiting"), step=Step(lies_on=at, decides=[(1, ["404"])], wait="go"))
    signals = ["", "go", *(way_signal(turn.step, number) for number in range(3))]
    places = st.sampled_from([(0,), (1,), (2,), (0, 1, 0), (0, 2, 0), (0, 1, 1), (0, 1, 0, 1, 0)])
    queue = []
    for place in range(1, count + 1):
        signal = data.draw(st.sampled_from(signals))
        waiting = kci(place, data.draw(MOMENT), "paused" if signal else "waiting", signal)
        queue.append(replace(waiting, step=Step(send="CODE", lies_on=list(data.draw(places)))))
    taken = engine.taken(queue, turn, way)
    with undone(store) as tx:
        outbox.add(tx, "s", queue)
        outbox.take(tx, taken)
        assert read(tx) == engine.after(queue, taken)


def late(place: int, due_at: int) -> Kci:
    """A KCI whose time reads the order."""
    time = "{{ order.document.wanted }}" if place % 2 else 0
    return replace(kci(place, due_at, "waiting"), step=Step(send="CODE", at=time))


def a_time_that_becomes_known_changes_both_alike(store: Store, data: st.DataObject) -> None:
    dues = sorted(data.draw(st.lists(MOMENT, min_size=1, max_size=6)))
    queue = [late(place, due) for place, due in enumerate(dues, 1)]
    order = an_order({"wanted": f"{data.draw(MOMENT)}s"})
    known = engine.timed(order, queue[0], None, queue, 0, seed.Chance("r"), UK)
    assert known[0].is_timed
    with undone(store) as tx:
        outbox.add(tx, "s", queue)
        outbox.replan(tx, known)
        assert read(tx) == engine.replaced(queue, known)


def an_order(document: Document) -> Order:
    return Order(
        id="o",
        supplier="s",
        tenant="T",
        ref="1",
        operation="order",
        document=document,
        scenario="S",
        digest="",
        seed_key="",
    )


PROMISES = [
    the_same_kci_goes_next,
    a_request_changes_both_alike,
    a_signal_changes_both_alike,
    a_story_that_goes_on_changes_both_alike,
    a_time_that_becomes_known_changes_both_alike,
]
Promise = Callable[[Store, st.DataObject], None]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@FEW
@given(data=st.data())
def test_that(promise: Promise, store: Store, data: st.DataObject) -> None:
    promise(store, data)


@pytest.mark.slow  # many examples
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@MANY
@given(data=st.data())
def test_in_many_cases_that(promise: Promise, store: Store, data: st.DataObject) -> None:
    promise(store, data)
