"""Tasks that share transactions. A task is a generator: it yields a piece of work for the store, is
given the result (or the exception that the work ended with), and returns in the end.

The works that several tasks yield in one round are committed together: under load one commit
carries many requests. Each task goes on only after that commit, and a work that fails costs the
others nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

from simulator.store.database import Store
from simulator.store.transaction import Work

T = TypeVar("T")

Task = Generator[Work[Any], Any, T]
"""It may yield any number of works, one after another. Between them it is in no transaction."""


def run_tasks(store: Store, tasks: Sequence[Task[T]]) -> list[T]:
    """Run tasks side by side; what each returned. An exception that comes out of a task comes out
    of here, so a task that may fail must say so by what it returns.
    """
    returned: dict[int, T] = {}
    results: dict[int, Any] = dict.fromkeys(range(len(tasks)))
    while True:
        works: dict[int, Work[Any]] = {}
        for number, result in results.items():
            try:
                works[number] = _go_on(tasks[number], result)
            except StopIteration as end:
                returned[number] = end.value
        if not works:
            break
        results = dict(zip(works, store.run_all(list(works.values())), strict=True))
    return [returned[number] for number in range(len(tasks))]


def _go_on(task: Task[T], result: Any) -> Work[Any]:
    return task.throw(result) if isinstance(result, Exception) else task.send(result)
