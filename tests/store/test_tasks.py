"""Tasks share commits, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from simulator.base.errors import Unavailable
from simulator.store import Store, Task, Together, Tx, run_tasks
from simulator.store.tables import meta


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


def put(key: str, transactions: list[sa.Connection] | None = None) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        if transactions is not None:
            transactions.append(tx.connection)
        tx.execute(sa.insert(meta).values(key=key, value="x"))
        return key

    return work


def fails(tx: Tx) -> None:
    put("undone")(tx)
    raise ValueError("no")


def kept(store: Store) -> set[str]:
    with store.read() as tx:
        keys = tx.execute(sa.select(meta.c.key).where(meta.c.value == "x")).scalars()
        return set(keys)


def test_works_of_one_round_share_a_transaction(store: Store) -> None:
    seen: list[Any] = []

    def task(name: str, works: int) -> Task[str]:
        told = []
        for number in range(works):
            told.append((yield put(f"{name}{number}", seen)))
            assert told[-1] in kept(store), "it is committed when the task goes on"
        return " ".join(told)

    tasks = [task("a", 2), task("b", 1), task("c", 0)]
    assert run_tasks(store, tasks) == ["a0 a1", "b0", ""]
    first, second, _ = seen
    assert first is second


def test_a_work_that_fails_costs_the_others_nothing(store: Store) -> None:
    def unhappy() -> Task[str]:
        try:
            yield fails
        except ValueError as error:
            yield put("afterwards")
            return str(error)
        return "yes"

    def happy(name: str) -> Task[str]:
        return (yield put(name))  # type: ignore[no-any-return]

    assert run_tasks(store, [happy("a"), unhappy(), happy("b")]) == ["a", "no", "b"]
    assert kept(store) == {"a", "b", "afterwards"}


def test_a_task_alone_is_undone_too(store: Store) -> None:
    def unhappy() -> Task[str]:
        try:
            yield fails
        except ValueError as error:
            return str(error)
        return "yes"

    assert run_tasks(store, [unhappy()]) == ["no"]
    assert kept(store) == set()


def test_every_task_hears_that_the_store_cannot_be_used(store: Store) -> None:
    def cannot(tx: Tx) -> None:
        raise Unavailable("gone")

    def task(work: Callable[[Tx], Any]) -> Task[str]:
        try:
            yield work
        except Unavailable as error:
            return str(error)
        return "kept"

    assert run_tasks(store, [task(put("a")), task(cannot), task(put("b"))]) == ["gone"] * 3
    assert kept(store) == set()


def test_works_that_are_done_together_are_one_call_and_fall_apart_when_one_fails(
    store: Store,
) -> None:
    calls: list[list[str]] = []

    def all_of(tx: Tx, items: list[str]) -> list[str]:
        calls.append(items)
        for item in items:
            alone(tx, item)
        return [f"{item} with {len(items)}" for item in items]

    def alone(tx: Tx, item: str) -> str:
        if item == "bad":
            raise ValueError("no")
        return put(item)(tx) + " alone"

    def task(item: str) -> Task[str]:
        try:
            return (yield Together(item, all_of, alone))  # type: ignore[no-any-return]
        except ValueError as error:
            return str(error)

    assert run_tasks(store, [task("a"), task("b")]) == ["a with 2", "b with 2"]
    assert run_tasks(store, [task("c"), task("bad")]) == ["c alone", "no"]
    assert run_tasks(store, [task("bad")]) == ["no"]
    assert calls == [["a", "b"], ["c", "bad"], ["bad"]]
    assert kept(store) == {"a", "b", "c"}
