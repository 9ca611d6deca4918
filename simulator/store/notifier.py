"""Telling other processes what a commit changed: a pipe to each listener of the machine for SQLite,
NOTIFY for PostgreSQL.

Two things are told: *work* (a sender has something to look at now) and *news* (what of which
supplier changed, for whoever waits for it). Both are hints, given after the commit: a lost one
costs the listener's poll interval, never a KCI.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from simulator.base import clock, instants

log = logging.getLogger("simulator.store")

WORK, NEWS = "work", "news"
Change = tuple[str, str]
"""A supplier, and which of its orders changed: `EVERYTHING` where it was emptied, an empty one for
its clock.
"""

EVERYTHING = "*"

MOST_BYTES = 4000  # what a pipe takes whole, and a NOTIFY too
LIFELINE = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How a connection to PostgreSQL notices that the network between has gone: in ten seconds, not in
a quarter of an hour.
"""

_TELL_EVERY = 2 * instants.MILLISECOND
_numbers = count(1)


class Notifier(Protocol):
    """Rung after a commit; who listens is called back from a thread of its own until the returned
    function is called.
    """

    def notify(self, work: bool, changes: set[Change]) -> None: ...

    def listen(self, topic: str, heard: Callable[[list[Change]], None]) -> Callable[[], None]: ...

    def close(self) -> None: ...


def notifier_for(url: sa.URL) -> Notifier:
    """The bell of a store."""
    return (
        PipeNotifier(Path(url.database or "").absolute())
        if url.get_backend_name() == "sqlite"
        else PostgresNotifier(url)
    )


def _messages(changes: Iterable[Change]) -> Iterator[str]:
    """Changes as text, in pieces that fit."""
    piece = ""
    for supplier, order in changes:
        entry = f"{supplier}/{order} "
        if len(piece) + len(entry) > MOST_BYTES:
            yield piece
            piece = ""
        piece += entry
    if piece:
        yield piece


def _changes(text: str) -> list[Change]:
    return [(entry.partition("/")[0], entry.partition("/")[2]) for entry in text.split()]


class PipeNotifier:
    """A named pipe for each listener, in a folder named after the store's file; one whose reader
    died is taken away.
    """

    def __init__(self, file: Path) -> None:
        name = hashlib.blake2b(str(file).encode(), digest_size=10).hexdigest()
        self.folder = Path(tempfile.gettempdir()) / f"simulator-{os.getuid()}-{name}"

    def notify(self, work: bool, changes: set[Change]) -> None:
        try:
            listeners = [entry.name for entry in os.scandir(self.folder)] if self._is_ours() else []
        except OSError:
            return  # nobody ever listened
        for name in listeners:
            if work and name.startswith(WORK):
                self._write(name, "\n")
            elif changes and name.startswith(NEWS):
                for message in _messages(changes):
                    self._write(name, message + "\n")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            path.unlink(missing_ok=True)  # its reader has gone
            return
        try:
            os.write(pipe, text.encode())
        except OSError:
            pass  # full: the listener has much to read already
        finally:
            os.close(pipe)

    def listen(self, topic: str, heard: Callable[[list[Change]], None]) -> Callable[[], None]:
        path = self.folder / f"{topic}-{os.getpid()}-{next(_numbers)}"
        try:
            pipe = self._make(path)
        except OSError as error:
            log.warning("no bell at %s (%s): what is new is found by looking", path, error.strerror)
            return lambda: None
        stopped = threading.Event()
        thread = threading.Thread(
            target=self._hear, args=(pipe, heard, stopped), name=f"bell {topic}", daemon=True
        )
        thread.start()

        def stop() -> None:
            stopped.set()
            os.write(pipe, b"\n")
            thread.join(timeout=1)
            path.unlink(missing_ok=True)
            os.close(pipe)
            with suppress(OSError):
                self.folder.rmdir()  # the last one puts out the light

        return stop

    def _is_ours(self) -> bool:
        """Whether nobody else made the folder before us: what is in there is told what our orders
        do.
        """
        return self.folder.stat().st_uid == os.getuid()

    def _make(self, path: Path) -> int:
        """A pipe, opened before anyone can find it without a reader, and take it away."""
        unnamed = path.with_name(f"new-{path.name}")
        for last in (False, True):
            try:
                self.folder.mkdir(mode=0o700, exist_ok=True)
                if not self._is_ours():
                    raise PermissionError(errno.EPERM, "the folder is another user's")
                os.mkfifo(unnamed, 0o600)
                break
            except FileNotFoundError:  # the last listener took the folder away in this moment
                if last:
                    raise
        pipe = os.open(unnamed, os.O_RDWR)  # our own writing end: reading never sees an end
        unnamed.rename(path)
        return pipe

    def _hear(
        self, pipe: int, heard: Callable[[list[Change]], None], stopped: threading.Event
    ) -> None:
        while not stopped.is_set():
            heard(_changes(os.read(pipe, 1 << 16).decode()))

    def close(self) -> None:
        pass


class PostgresNotifier:
    """LISTEN and NOTIFY. A NOTIFY holds a lock of the whole server while it commits: a thread
    gathers what is to be told.
    """

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.lock = threading.Condition()
        self.work = False
        self.news: set[Change] = set()
        self.closed = False
        self.teller: threading.Thread | None = None

    def notify(self, work: bool, changes: set[Change]) -> None:
        with self.lock:
            self.work = self.work or work
            self.news |= changes
            if self.teller is None:
                self.teller = threading.Thread(target=self._tell, name="bell teller", daemon=True)
                self.teller.start()
            self.lock.notify()

    def close(self) -> None:
        with self.lock:
            self.closed = True
            self.lock.notify()
        if self.teller is not None:
            self.teller.join(timeout=2)

    def _tell(self) -> None:
        import psycopg  # the driver is an extra

        connection: Any = None
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self.work or self.news or self.closed)
                if self.closed and not (self.work or self.news):
                    break
                work, news = self.work, self.news
                self.work, self.news = False, set()
            try:
                if connection is None:
                    connection = self._connect(psycopg)
                    # a hint need not be on the disk
                    connection.execute("SET synchronous_commit = off")
                if work:
                    connection.execute("SELECT pg_notify(%s, '')", (_channel(WORK),))
                for message in _messages(news):
                    connection.execute("SELECT pg_notify(%s, %s)", (_channel(NEWS), message))
            except psycopg.Error:
                connection = None
            clock.sleep(_TELL_EVERY)
        if connection is not None:
            connection.close()

    def listen(self, topic: str, heard: Callable[[list[Change]], None]) -> Callable[[], None]:
        stopped = threading.Event()
        thread = threading.Thread(
            target=self._hear, args=(topic, heard, stopped), name=f"bell {topic}", daemon=True
        )
        thread.start()

        def stop() -> None:
            stopped.set()
            thread.join(timeout=2)

        return stop

    def _hear(
        self, topic: str, heard: Callable[[list[Change]], None], stopped: threading.Event
    ) -> None:
        import psycopg

        while not stopped.is_set():
            try:
                with self._connect(psycopg) as connection:
                    connection.execute(f"LISTEN {_channel(topic)}")
                    heard([])
                    while not stopped.is_set():
                        for notice in connection.notifies(timeout=0.5, stop_after=1):
                            heard(_changes(notice.payload))
            except psycopg.Error:
                stopped.wait(1)

    def _connect(self, psycopg: Any) -> Any:
        url = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True, **LIFELINE)


def _channel(topic: str) -> str:
    return f"simulator_{topic}"
