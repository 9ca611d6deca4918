"""The store and its transactions: SQLite in a file, or PostgreSQL for several hosts; the same
statements on both.

On SQLite all writers of the machine take one blocking file lock round `BEGIN IMMEDIATE`
(`writer_lock`). Nothing slow may happen inside a transaction.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from simulator.base import clock
from simulator.base.errors import Conflict, Unavailable
from simulator.store import tables
from simulator.store.connecting import (
    check_folder,
    check_sqlite,
    make_engine,
    parse_url,
    remedy,
)
from simulator.store.notifier import Notifier, notifier_for
from simulator.store.subscriptions import Subscriptions
from simulator.store.transaction import Together, Tx, Work, run_works
from simulator.store.versions import prepare
from simulator.store.writer_lock import WriterLock

log = logging.getLogger("simulator.store")

T = TypeVar("T")
Seen = TypeVar("Seen")

MOST_TRIES = 8
"""How often a work is run before its caller is told that the store is busy."""

MOST_KNOWN = 10_000
_MUCH = 500  # pages of the write-ahead log
_READERS_SECONDS = 0.05  # so long writers stand still at most for those who read
_ADVISORY_LOCK = 0x51AB1E


class Store:
    """The one durable place. Every process opens its own; all see what one has committed."""

    def __init__(self, url: str, *, durability: str = "normal", pool: int = 16) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.skew = 0  # microseconds that the wall clock is off: tests set the clock back
        self._was_full = False
        self._writers: WriterLock | None = None
        self._known: set[tuple[str, str]] = set()
        try:
            if self.is_sqlite:
                self.path = Path(self.url.database or "").absolute()
                check_sqlite(sqlite3.sqlite_version_info)
                check_folder(self.path)
            self.engine = make_engine(self.url, durability, pool)
            self._driver: Any = self.engine.dialect.loaded_dbapi
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
            self._writers = WriterLock(self.path)
        self.notifier: Notifier = notifier_for(self.url)
        self.subscriptions = Subscriptions(self.notifier)

    def close(self) -> None:
        """Give every connection back."""
        if hasattr(self, "subscriptions"):
            self.subscriptions.close()
            self.notifier.close()
        if hasattr(self, "engine"):
            self.engine.dispose()
        if self._writers is not None:
            self._writers.close()
            self._writers = None

    # ---- transactions

    def run(self, work: Work[T]) -> T:
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

    def run_all(self, works: Sequence[Work[T]]) -> list[T | Exception]:
        """Run several works and commit them together; each work's result, or the exception that it
        ended with.

        A work that fails is undone and costs the others nothing. Works that met another writer are
        run again, as in `run`.
        """
        try:
            with self.write() as tx:
                return list(run_works(tx, works))
        except Unavailable as error:
            return [error] * len(works)
        except Exception as error:
            is_final = not (isinstance(error, Conflict) or isinstance(works[0], Together))
            if len(works) == 1 and is_final:
                return [error]
        return self._run_all_apart(works)

    def _run_all_apart(self, works: Sequence[Work[T]]) -> list[T | Exception]:
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

    def _run_apart(self, tx: Tx, work: Work[T]) -> T | Exception:
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

    def look_and_save(self, look: Callable[[Tx], Seen], save: Callable[[Tx, Seen], T]) -> T:
        """Work out with `look` what `save` then writes; commit, and return the result of `save`.
        Both may be run again, as in `run`.

        On SQLite, `look` has a view and keeps no writer waiting. When `save` then finds that
        something is not as it was seen any more, or `look` wants locks (Conflict), both run again,
        and nobody else writes meanwhile. On PostgreSQL, where a lock is that of a row, they share a
        transaction from the start.
        """
        if self.is_sqlite:
            with suppress(Conflict):
                with self.read() as view:
                    seen = look(view)
                with self.write() as tx:
                    result = save(tx, seen)
                    tx.take(view)
                return result
        return self.run(lambda tx: save(tx, look(tx)))

    def _committed(self, tx: Tx) -> None:
        """What follows a commit, when the writer's lock is free again."""
        if tx.learned:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known |= tx.learned
        if tx.work_at is not None or tx.changes:
            self.notifier.notify(tx.work_at, tx.changes)
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
        # a cursor that is closed late, by another thread, disturbs who has the connection by then
        with connection, transaction, closing(connection.connection.cursor()) as cursor:
            try:
                yield Tx(connection, cursor, wall, self._known, is_view=not write)
            except self._driver.Error as error:
                if self.engine.dialect.is_disconnect(error, cursor.connection, cursor):
                    connection.invalidate(error)
                raise

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

    def _one_writer(self) -> AbstractContextManager[None]:
        """Exclude other writers, where the database does not do so by itself."""
        return self._writers.held() if self._writers else nullcontext()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.DBAPIError as error:
            raise self._as_ours(error.orig, error) from None
        except self._driver.Error as error:
            raise self._as_ours(error, error) from None
        except exc.TimeoutError as error:
            raise Unavailable(remedy(self.url, error)) from None

    def _as_ours(self, said: Any, error: Exception) -> Exception:
        """What our callers know, in place of an error of the driver; a defect of ours stays."""
        driver = self._driver
        if isinstance(said, driver.IntegrityError):
            return Conflict(str(said))
        if getattr(said, "sqlstate", None) in ("40001", "40P01"):
            return Conflict(str(said))
        if not isinstance(
            said, (driver.OperationalError, driver.InterfaceError, driver.InternalError)
        ):
            return error
        if getattr(said, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            self._was_full = True
        return Unavailable(remedy(self.url, error))

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
