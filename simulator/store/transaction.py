"""One transaction: what it runs, what it has read, and what becomes known with its commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from simulator.base.errors import Conflict
from simulator.store.connecting import APPLICATION, IDLE_SECONDS
from simulator.store.notifier import Change
from simulator.store.statements import Row, Statement

Item = TypeVar("Item")
T = TypeVar("T")

_END_STUCK = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
    " AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
    " AND wait_event_type = 'Client'"
    " AND xact_start < clock_timestamp() - make_interval(secs => :seconds)"
)


class Tx:
    """One transaction, or one work of several that share a transaction.

    `cursor` is the driver's. `wall` is its wall time (the database's own on PostgreSQL). `memo`
    keeps what this transaction has read and only it can change. `known` holds facts that are
    committed and never change; `learned` are those that become known with the commit. In a `view`
    nothing is locked or written: others may write meanwhile.
    """

    def __init__(
        self,
        connection: sa.Connection,
        cursor: Any,
        wall: int,
        known: set[tuple[str, str]],
        *,
        is_view: bool = False,
    ) -> None:
        self.connection = connection
        self.cursor = cursor
        self.wall = wall
        self.known = known
        self.is_view = is_view
        self.learned: set[tuple[str, str]] = set()
        self.work_at: int | None = None
        self.changes: set[Change] = set()
        self.memo: dict[tuple[str, str], Any] = {}
        self.later: list[Callable[[], None]] = []

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a statement; the answer is SQLAlchemy's CursorResult, whose rows have the columns of
        the statement.
        """
        return (
            self.connection.execute(statement, parameters)
            if parameters is not None
            else self.connection.execute(statement)
        )

    def run(self, statement: Statement, values: Mapping[str, Any]) -> int:
        """Run a statement without rows. Returns how many rows it changed."""
        form = statement.form(self.connection.dialect)
        self.cursor.execute(form.text, form.parameters(values))
        return int(self.cursor.rowcount)

    def run_many(self, statement: Statement, values: Sequence[Mapping[str, Any]]) -> int:
        """Run a statement without rows once for each of `values`, of which there may be none.
        Returns how many rows were changed in all.
        """
        if not values:
            return 0
        if len(values) == 1:
            return self.run(statement, values[0])
        form = statement.form(self.connection.dialect)
        self.cursor.executemany(form.text, [form.parameters(one) for one in values])
        return int(self.cursor.rowcount)

    def rows(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """All rows of a statement."""
        form = statement.form(self.connection.dialect)
        self.cursor.execute(form.text, form.parameters(values))
        return form.read(self.cursor.fetchall())

    def row(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The row of a statement that has one at most."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        """The value of a statement with one column, None without a row."""
        found = self.row(statement, values)
        return found[0] if found else None

    @property
    def is_sqlite(self) -> bool:
        """Whether there is one writer at a time: what has a higher number was committed later."""
        return self.connection.dialect.name == "sqlite"

    def exclusive(self, table: sa.Table) -> None:
        """Keep every other writer of a table out until the commit; on SQLite there is never
        another.
        """
        if not self.is_sqlite:
            self.connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def want_locks(self) -> None:
        """What comes next must lock what it reads. Conflict in a view."""
        if self.is_view:
            raise Conflict("a view locks nothing")

    def end_stuck(self, seconds: float = IDLE_SECONDS) -> None:
        """End our own transactions whose process has been stopped for long: their locks hold others
        up.

        The server's own time-out (`idle_in_transaction_session_timeout`) does not count in the
        middle of a batch of statements.
        """
        if not self.is_sqlite:
            self.connection.execute(_END_STUCK, {"name": APPLICATION, "seconds": seconds})

    def wake_senders(self, at: int = 0) -> None:
        """After the commit, tell the senders that there is work at the moment `at` of wall time: at
        once, unless it is ahead.
        """
        self.work_at = at if self.work_at is None else min(self.work_at, at)

    def changed(self, supplier: str, order: str = "") -> None:
        """Tell subscriptions, after the commit, that a supplier or one of its orders changed."""
        self.changes.add((supplier, order))

    def after(self, act: Callable[[], None]) -> None:
        """Do something after the commit, and only then: a log line, a metric."""
        self.later.append(act)

    def part(self) -> Tx:
        """The same transaction for one work, with what that work changes kept apart."""
        return Tx(self.connection, self.cursor, self.wall, self.known)

    def take(self, part: Tx) -> None:
        """Take over what a part changed: its work has succeeded."""
        self.learned |= part.learned
        self.changes |= part.changes
        if part.work_at is not None:
            self.wake_senders(part.work_at)
        self.later += part.later


Work = Callable[[Tx], T]
"""What is done in a transaction. It may be run again, so it changes nothing but the store."""


@dataclass(frozen=True, slots=True)
class Together(Generic[Item, T]):
    """A work that takes less when it is done for several at once: `all_of` gets the items of those
    that share a transaction. Where it fails for one, each is done `alone`.
    """

    item: Item
    all_of: Callable[[Tx, list[Item]], list[T]]
    alone: Callable[[Tx, Item], T]

    def __call__(self, tx: Tx) -> T:
        return self.alone(tx, self.item)


def run_works(tx: Tx, works: Sequence[Work[T]]) -> list[T]:
    """Run works in one transaction, those together that can be. An exception of one comes out."""
    results: dict[int, T] = {}
    groups: dict[Callable[..., Any], list[int]] = {}
    for number, work in enumerate(works):
        if isinstance(work, Together):
            groups.setdefault(work.all_of, []).append(number)
        else:
            results[number] = work(tx)
    for all_of, numbers in groups.items():
        found = all_of(tx, [works[number].item for number in numbers])  # type: ignore[attr-defined]
        results.update(zip(numbers, found, strict=True))
    return [results[number] for number in range(len(works))]
