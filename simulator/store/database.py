"""Opening the store and its transactions: SQLite embedded, or PostgreSQL for several hosts; the
same statements on both.

On SQLite all writers of the machine take one blocking file lock round `BEGIN IMMEDIATE`: SQLite's
own busy wait costs ten times the latency. Nothing slow may happen inside a transaction.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from simulator.base import clock
from simulator.base.errors import Conflict, Invalid, Problem, Unavailable
from simulator.store import tables
from simulator.store.notifier import LIFELINE, Change, Notifier, notifier_for
from simulator.store.subscriptions import Subscriptions
from simulator.store.versions import prepare

_LEAST_SQLITE = (3, 35, 5)  # earlier ones damage a file when a column is dropped
_BUSY_SECONDS = 5
_TURN_SECONDS = 20
_IDLE_SECONDS = 10
_APPLICATION = "supplier-simulator"
_END_STUCK = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name AND usename = current_user"
    " AND datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Client'"
    " AND xact_start < clock_timestamp() - make_interval(secs => :seconds)"
)
_ADVISORY_LOCK = 0x51AB1E


class Tx:
    """One transaction. `wall` is its wall time (the database's own on PostgreSQL).

    After the commit `ring()` wakes the senders, and `changed` tells whoever waits for news of a
    supplier.

    `memo` holds what was read once and cannot change meanwhile but by this transaction itself,
    `known` what this process knows to be committed and never to change.
    """

    def __init__(self, connection: sa.Connection, wall: int, known: set[tuple[str, str]]) -> None:
        self.connection = connection
        self.wall = wall
        self.known = known
        self.wakes_senders = False
        self.changes: set[Change] = set()
        self.memo: dict[tuple[str, str], Any] = {}

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
    def in_order(self) -> bool:
        """Whether what is numbered higher was always committed later: one writer at a time."""
        return self.connection.dialect.name == "sqlite"

    def exclusive(self, table: sa.Table) -> None:
        """Keep every other writer of a table out until the commit; on SQLite there is never
        another.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def end_stuck(self, seconds: float = _IDLE_SECONDS) -> None:
        """End our transactions that have waited long for their own process: it is stopped, and its
        locks hold others up.

        The server's own time-out (`idle_in_transaction_session_timeout`) does not count in the
        middle of a batch of statements.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(_END_STUCK, {"name": _APPLICATION, "seconds": seconds})

    def wake_senders(self) -> None:
        self.wakes_senders = True

    def changed(self, supplier: str, order: str = "") -> None:
        """Something of a supplier, of one of its orders, is other than before."""
        self.changes.add((supplier, order))


class Store:
    """The one durable place. Every process opens its own; what one commits, all others see."""

    def __init__(self, url: str, *, durability: str = "normal", pool: int = 16) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._local_lock = threading.Lock()
        self._lock_file: int | None = None
        self._known: set[tuple[str, str]] = set()
        try:
            if self.is_sqlite:
                self.path = Path(self.url.database or "").absolute()
                check_sqlite(sqlite3.sqlite_version_info)
                _check_folder(self.path)
                self._lock_file = os.open(
                    f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
                )
            self.engine = _make_engine(self.url, durability, pool)
            self._create()
        except (exc.DBAPIError, OSError) as error:
            self.close()
            raise Unavailable(remedy(self.url, error)) from None
        except Unavailable:
            self.close()
            raise
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

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A writing transaction: committed at the end, rolled back by any exception. Conflict or
        Unavailable may come out.
        """
        with self._one_writer(), self._translated():
            with self._begun(write=True) as tx:
                yield tx
            if tx.wakes_senders or tx.changes:
                self.notifier.notify(tx.wakes_senders, tx.changes)

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
        """A connection that ended while it lay in the pool is found out by asking for the time, and
        replaced by a new one.
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
        """The store's own random root: chance hangs on it where no seed was asked for."""
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
            if getattr(error.orig, "sqlstate", None) in ("40001", "40P01"):
                raise Conflict(str(error.orig)) from None
            raise Unavailable(remedy(self.url, error)) from None
        except (exc.InterfaceError, exc.InternalError, exc.TimeoutError) as error:
            raise Unavailable(remedy(self.url, error)) from None

    def _wall(self, connection: sa.Connection) -> int:
        """PostgreSQL's own clock where there is one: several hosts then agree on leases whatever
        their clocks say.
        """
        if self.is_sqlite:
            return clock.wall()
        return int(
            connection.execute(
                sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
            ).scalar_one()
        )

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


def parse_url(url: str) -> sa.URL:
    """Read `store.url`. Invalid when it is none that we can use."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        raise Invalid(
            [
                Problem(
                    message=f"store.url: `{url[:80]}` is not a database URL",
                    hint="sqlite:///simulator.db",
                )
            ]
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise Invalid(
            [
                Problem(
                    message=f"store.url: {backend} is not supported",
                    hint="sqlite:///FILE or postgresql://...",
                )
            ]
        )
    if not parsed.database or parsed.database == ":memory:":
        raise Invalid(
            [
                Problem(
                    message="store.url: a file is needed, several processes share it",
                    hint="sqlite:///simulator.db",
                )
            ]
        )
    return parsed


def check_sqlite(version: tuple[int, ...]) -> None:
    """Unavailable for a SQLite that lacks what we lean on."""
    if version < _LEAST_SQLITE:
        found, least = (".".join(map(str, numbers)) for numbers in (version, _LEAST_SQLITE))
        raise Unavailable(
            f"SQLite {found} is too old, {least} is needed: use a newer Python, or PostgreSQL (store.url)"
        )


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise Unavailable(
            f"the folder {path.parent} of the store does not exist: make it or change store.url"
        )
    if path.is_dir():
        raise Unavailable(f"the store {path} is a folder: name a file in store.url")


def _make_engine(url: sa.URL, durability: str, pool: int) -> sa.Engine:
    try:
        if url.get_backend_name() != "sqlite":
            # a process that is stopped or cut off inside a transaction must not keep its locks for
            # ever
            options = {
                "options": f"-c idle_in_transaction_session_timeout={_IDLE_SECONDS * 1000}",
                "application_name": _APPLICATION,
                **LIFELINE,
            }
            return sa.create_engine(url, pool_size=pool, max_overflow=pool, connect_args=options)
    except ModuleNotFoundError:
        raise Unavailable(
            "PostgreSQL needs its driver: pip install 'supplier-simulator[postgresql]'"
        ) from None
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )
    synchronous = "FULL" if durability == "full" else "NORMAL"

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        try:
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()  # older SQLAlchemy leaves it open
            raise

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN"
        )

    return engine


def remedy(url: sa.URL, error: Exception) -> str:
    """One line: what is wrong with the store, and what to do."""
    said = (
        str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error)
        .strip()
        .splitlines()[0][:200]
    )
    shown = url.render_as_string(hide_password=True)
    known = _REMEDIES if url.get_backend_name() == "sqlite" else _REMEDIES_OF_SERVERS
    advice = next(advice for sign, advice in known.items() if sign in said.lower())
    return f"the store {shown} cannot be used: {said}: {advice}"


_REMEDIES = {
    "full": "free some disk space",
    "not a database": "the file is damaged, or none of ours: move it away, or name another in store.url",
    "malformed": "the file is damaged: move it away (a new one is made), or bring back a copy of it",
    "no such file": "the folder does not exist: make it, or change store.url",
    "readonly": "make the file and its folder writable for this user",
    "permission denied": "make the folder writable for this user, or name another file in store.url",
    "unable to open": "see that the folder is there and writable, and that this user may write the file",
    "locked": "another program holds the file: let go of it",
    "i/o error": "see that the disk works, has room, and that the file was not removed",
    "": "see that the folder is writable and the file is a database of ours",
}
_REMEDIES_OF_SERVERS = {
    "authentication failed": "see that user and password in store.url are right",
    "does not exist": "see that user and database in store.url are right: the database must be there, the tables are made",
    "permission denied": "the user must own the database, or be allowed to make tables in it",
    "too many": "the server takes no more connections: raise its max_connections, or lower server.threads",
    "": "see that the server runs and that user, password and database are right",
}
"""What to do, by a word of what the database says; the first that fits."""
