"""The store and its transactions: SQLite in a file, or PostgreSQL for several hosts; the same
statements on both.

On SQLite all writers of the machine take one blocking file lock round `BEGIN IMMEDIATE`: SQLite's
own busy wait costs ten times the latency. Nothing slow may happen inside a transaction.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from simulator.base import clock
from simulator.base.errors import Conflict, Unavailable
from simulator.store import tables
from simulator.store.connecting import (
    APPLICATION,
    IDLE_SECONDS,
    check_folder,
    check_sqlite,
    make_engine,
    parse_url,
    remedy,
)
from simulator.store.notifier import Change, Notifier, notifier_for
from simulator.store.subscriptions import Subscriptions
from simulator.store.versions import prepare

log = logging.getLogger("simulator.store")

T = TypeVar("T")

MOST_TRIES = 8
"""How often a work is run before its caller is told that the store is busy."""

MOST_KNOWN = 10_000
_TURN_SECONDS = 20
_MUCH = 500  # pages of the write-ahead log
_READERS_SECONDS = 0.05  # so long writers stand still at most for those who read
_END_STUCK = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
    " AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
    " AND wait_event_type = 'Client'"
    " AND xact_start < clock_timestamp() - make_interval(secs => :seconds)"
)
_ADVISORY_LOCK = 0x51AB1E


class Tx:
    """One transaction, or one work of several that share a transaction.

    `wall` is its wall time (the database's own on PostgreSQL). `memo` keeps what this transaction
    has read and only it can change. `known` holds facts that are committed and never change;
    `learned` are those that become known with the commit.
    """

    def __init__(self, connection: sa.Connection, wall: int, known: set[tuple[str, str]]) -> None:
        self.connection = connection
        self.wall = wall
        self.known = known
        self.learned: set[tuple[str, str]] = set()
        self.wakes_senders = False
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

    def end_stuck(self, seconds: float = IDLE_SECONDS) -> None:
        """End our own transactions whose process has been stopped for long: their locks hold others
        up.

        The server's own time-out (`idle_in_transaction_session_timeout`) does not count in the
        middle of a batch of statements.
        """
        if not self.is_sqlite:
            self.connection.execute(_END_STUCK, {"name": APPLICATION, "seconds": seconds})

    def wake_senders(self) -> None:
        """Wake the senders after the commit."""
        self.wakes_senders = True

    def changed(self, supplier: str, order: str = "") -> None:
        """Tell subscriptions, after the commit, that a supplier or one of its orders changed."""
        self.changes.add((supplier, order))

    def after(self, act: Callable[[], None]) -> None:
        """Do something after the commit, and only then: a log line, a metric."""
        self.later.append(act)

    def part(self) -> Tx:
        """The same transaction for one work, with what that work changes kept apart."""
        return Tx(self.connection, self.wall, self.known)

    def take(self, part: Tx) -> None:
        """Take over what a part changed: its work has succeeded."""
        self.learned |= part.learned
        self.changes |= part.changes
        self.wakes_senders = self.wakes_senders or part.wakes_senders
        self.later += part.later


class Store:
    """The one durable place. Every process opens its own; all see what one has committed."""

    def __init__(self, url: str, *, durability: str = "normal", pool: int = 16) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.skew = 0  # microseconds that the wall clock is off: tests set the clock back
        self._local_lock = threading.Lock()
        self._was_full = False
        self._lock_file: int | None = None
        self._known: set[tuple[str, str]] = set()
        try:
            if self.is_sqlite:
                self.path = Path(self.url.database or "").absolute()
                check_sqlite(sqlite3.sqlite_version_info)
                check_folder(self.path)
            self.engine = make_engine(self.url, durability, pool)
            self.reopen()
            self._create()
        except (exc.DBAPIError, OSError) as error:
            self.close()
            raise Unavailable(remedy(self.url, error)) from None
        except Unavailable:
            self.close()
            raise

    def reopen(self) -> None:
        """Use a closed store again, in a process that was forked since."""
        if self.is_sqlite:
            how = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._lock_file = os.open(f"{self.path}.lock", how, 0o644)
        self.notifier: Notifier = notifier_for(self.url)
        self.subscriptions = Subscriptions(self.notifier)

    def close(self) -> None:
        """Give every connection back."""
        if hasattr(self, "subscriptions"):
            self.subscriptions.close()
            self.notifier.close()
        if hasattr(self, "engine"):
            self.engine.dispose()
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    # ---- transactions

    def run(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction, commit, and return its result.

        When another writer was first, the work is run again, so it must change nothing but the
        store: what else has to happen (a log line, a metric) belongs into `tx.after`. Unavailable
        after `MOST_TRIES`, or when the store cannot be used. Any other exception of the work comes
        out; then nothing was committed.
        """
        for _ in range(MOST_TRIES):
            try:
                with self.write() as tx:
                    return work(tx)
            except Conflict:
                continue
        raise _too_many()

    def run_all(self, works: Sequence[Callable[[Tx], T]]) -> list[T | Exception]:
        """Run several works and commit them together; each work's result, or the exception that it
        ended with.

        A work that fails is undone and costs the others nothing. Works that met another writer are
        run again, as in `run`.
        """
        try:
            with self.write() as tx:
                return [work(tx) for work in works]
        except Unavailable as error:
            return [error] * len(works)
        except Exception as error:
            if len(works) == 1 and not isinstance(error, Conflict):
                return [error]
        return self._run_all_apart(works)

    def _run_all_apart(self, works: Sequence[Callable[[Tx], T]]) -> list[T | Exception]:
        """The same behind savepoints, which cost more, and which most works do not need."""
        outcomes: dict[int, T | Exception] = {}
        for _ in range(MOST_TRIES):
            left = [number for number in range(len(works)) if number not in outcomes]
            if not left:
                break
            try:
                with self.write() as tx:
                    tried = [self._run_apart(tx, works[number]) for number in left]
            except Conflict:
                continue
            except Unavailable as error:
                tried = [error] * len(left)
            done = zip(left, tried, strict=True)
            outcomes |= {number: one for number, one in done if not isinstance(one, Conflict)}
        return [outcomes.get(number, _too_many()) for number in range(len(works))]

    def _run_apart(self, tx: Tx, work: Callable[[Tx], T]) -> T | Exception:
        """Run a work behind a savepoint. Unavailable ends the whole transaction."""
        part = tx.part()
        try:
            with tx.connection.begin_nested(), self._translated():
                result = work(part)
        except Unavailable:
            raise
        except Exception as error:
            return error
        tx.take(part)
        return result

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A writing transaction: committed at the end, rolled back by any exception. Conflict or
        Unavailable may come out. Use `run` where Conflict means to try again.
        """
        with self._one_writer():
            if self._was_full:
                self._make_room()
            with self._translated(), self._begun(write=True) as tx:
                yield tx
        self._committed(tx)

    def _committed(self, tx: Tx) -> None:
        """What follows a commit, when the writer's lock is free again."""
        if tx.learned:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known |= tx.learned
        if tx.wakes_senders or tx.changes:
            self.notifier.notify(tx.wakes_senders, tx.changes)
        for act in tx.later:
            try:
                act()
            except Exception:  # the transaction is committed: its caller must not think otherwise
                log.exception("something failed after a commit")

    def _make_room(self) -> None:
        """The disk was full: what space there is again belongs to the file first. The write-ahead
        log would take it, and could then never be copied. Unavailable while there is none.
        """
        with self._outside() as connection:
            _copy_log(connection, "TRUNCATE")
        self._was_full = False

    def checkpoint(self) -> None:
        """Copy SQLite's write-ahead log into the file. A sender calls this all the time, so that no
        request waits for the disk.

        Writers go on meanwhile. When much has come in that time, they stand still for the rest of
        it: only a log that was copied to its end begins anew, and stays small. Unavailable when the
        disk does not take it.
        """
        if not self.is_sqlite:
            return
        with self._outside() as connection:
            if _copy_log(connection, "PASSIVE") > _MUCH:
                with self._one_writer():
                    _copy_log(connection, "RESTART")

    @contextmanager
    def _outside(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, outside any transaction."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_READERS_SECONDS)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise Unavailable(remedy(self.url, error)) from None

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A reading transaction: one consistent view."""
        with self._translated(), self._begun(write=False) as tx:
            yield tx

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[Tx]:
        connection, transaction, wall = self._begin(write)
        with connection, transaction:
            yield Tx(connection, wall, self._known)

    def _begin(self, write: bool) -> tuple[sa.Connection, sa.RootTransaction, int]:
        """Begin a transaction. Asking for the time finds out a pooled connection that has ended
        meanwhile; a new one takes its place.
        """
        for last in (False, True):
            connection = self.engine.connect().execution_options(write=write)
            try:
                return connection, connection.begin(), self._wall(connection)
            except exc.DBAPIError as error:
                connection.close()
                if last or not error.connection_invalidated:
                    raise
        raise AssertionError("unreachable")

    @property
    def root_seed(self) -> str:
        """The store's own random seed: what is random depends on it when no seed was set."""
        with self.read() as tx:
            return str(
                tx.execute(
                    sa.select(tables.meta.c.value).where(tables.meta.c.key == "root")
                ).scalar_one()
            )

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        if not self._local_lock.acquire(timeout=_TURN_SECONDS):
            raise Unavailable(
                f"the store {self.path} is busy: other writers took more than {_TURN_SECONDS} s"
            )
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        finally:
            self._local_lock.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.IntegrityError as error:
            raise Conflict(str(error.orig)) from None
        except exc.OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                self._was_full = True
            if getattr(error.orig, "sqlstate", None) in ("40001", "40P01"):
                raise Conflict(str(error.orig)) from None
            raise Unavailable(remedy(self.url, error)) from None
        except (exc.InterfaceError, exc.InternalError, exc.TimeoutError) as error:
            raise Unavailable(remedy(self.url, error)) from None

    def _wall(self, connection: sa.Connection) -> int:
        """Wall time. PostgreSQL's own clock where there is one: several hosts then agree on leases,
        whatever their clocks say.
        """
        if self.is_sqlite:
            return clock.wall() + self.skew
        asked = sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        return int(connection.execute(asked).scalar_one()) + self.skew

    def _create(self) -> None:
        """Make the tables once, or bring them up to this version."""
        with (
            self._one_writer(),
            self.engine.connect().execution_options(write=True) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(
                    sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}
                )
            prepare(connection, self.url.render_as_string(hide_password=True))


def _copy_log(connection: sqlite3.Connection, mode: str) -> int:
    """How many pages the write-ahead log has."""
    return int(connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[1])


def _too_many() -> Unavailable:
    return Unavailable("too many writers at once: try again")
