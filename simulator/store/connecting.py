"""Reaching the database: reading `store.url`, making the engine, and saying what is wrong with a
store in one line.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from simulator.base.errors import Invalid, Problem, Unavailable
from simulator.store.notifier import LIFELINE

_LEAST_SQLITE = (3, 35, 5)  # earlier ones damage a file when a column is dropped
_BUSY_SECONDS = 5
_PAGE = 4096
_MOST_PAGES = 4_000
"""So long grows the write-ahead log of a file whose sender does not copy it: 16 MB."""

IDLE_SECONDS = 10
"""After so long without a statement, PostgreSQL ends a transaction: its process was stopped."""

APPLICATION = "supplier-simulator"


def parse_url(url: str) -> sa.URL:
    """Read `store.url`. Invalid when it names no database that we can use."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        raise _wrong_url(f"`{url[:80]}` is not a database URL", "sqlite:///simulator.db") from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise _wrong_url(f"{backend} is not supported", "sqlite:///FILE or postgresql://...")
    if not parsed.database or parsed.database == ":memory:":
        raise _wrong_url("a file is needed, several processes share it", "sqlite:///simulator.db")
    return parsed


def _wrong_url(what: str, hint: str) -> Invalid:
    return Invalid([Problem(message=f"store.url: {what}", hint=hint)])


def check_sqlite(version: tuple[int, ...]) -> None:
    """Unavailable when SQLite lacks what we need."""
    if version < _LEAST_SQLITE:
        found, least = (".".join(map(str, numbers)) for numbers in (version, _LEAST_SQLITE))
        raise Unavailable(
            f"SQLite {found} is too old, {least} is needed:"
            " use a newer Python, or PostgreSQL (store.url)"
        )


def check_folder(path: Path) -> None:
    """Unavailable when a SQLite file cannot be where the URL says."""
    if not path.parent.is_dir():
        raise Unavailable(
            f"the folder {path.parent} of the store does not exist: make it or change store.url"
        )
    if path.is_dir():
        raise Unavailable(f"the store {path} is a folder: name a file in store.url")


def make_engine(url: sa.URL, durability: str, pool: int) -> sa.Engine:
    """The engine of a store, with up to twice `pool` connections."""
    if url.get_backend_name() == "sqlite":
        return _make_sqlite_engine(url, durability, pool)
    # a process that is stopped or cut off inside a transaction must not keep its locks for ever
    options = {
        "options": f"-c idle_in_transaction_session_timeout={IDLE_SECONDS * 1000}",
        "application_name": APPLICATION,
        **LIFELINE,
    }
    try:
        return sa.create_engine(url, pool_size=pool, max_overflow=pool, connect_args=options)
    except ModuleNotFoundError:
        raise Unavailable(
            "PostgreSQL needs its driver: pip install 'supplier-simulator[postgresql]'"
        ) from None


def _make_sqlite_engine(url: sa.URL, durability: str, pool: int) -> sa.Engine:
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
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                "temp_store=MEMORY",
                f"wal_autocheckpoint={_MOST_PAGES}",
                f"journal_size_limit={_MOST_PAGES * _PAGE}",
            ):
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
    "not a database": "the file is damaged, or none of ours: move it away, or name another in"
    " store.url",
    "malformed": "the file is damaged: move it away (a new one is made), or bring back a copy of"
    " it",
    "no such file": "the folder does not exist: make it, or change store.url",
    "readonly": "make the file and its folder writable for this user",
    "permission denied": "make the folder writable for this user, or name another file in"
    " store.url",
    "unable to open": "see that the folder is there and writable, and that this user may write the"
    " file",
    "locked": "another program has locked the file: end it",
    "i/o error": "see that the disk works, has room, and that the file was not removed",
    "": "see that the folder is writable and the file is a database of ours",
}
_REMEDIES_OF_SERVERS = {
    "authentication failed": "see that user and password in store.url are right",
    "does not exist": "see that user and database in store.url are right: the database must be"
    " there, the tables are made",
    "permission denied": "the user must own the database, or be allowed to make tables in it",
    "too many": "the server takes no more connections: raise its max_connections, or lower"
    " server.threads",
    "": "see that the server runs and that user, password and database are right",
}
"""What to do, by a word of what the database says; the first that fits."""
