"""The notifier tells other processes what a commit changed: through a pipe to each listener of the
machine for SQLite, by NOTIFY for PostgreSQL.

There are two topics: *work* (a sender has something to do, now or at a moment) and *news* (which
suppliers and orders changed). Both are hints that are sent after the commit. When one is lost, its
listener finds the change at its next poll.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import selectors
import socket
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
"""A supplier and the order of it that changed: `EVERYTHING` when it was emptied, empty for its
clock.
"""

EVERYTHING = "*"
Heard = Callable[[list[Change]], None]

MOST_BYTES = 4000
"""The most that a pipe takes in one piece, and that a NOTIFY takes at all."""

LIFELINE = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""With these a connection to PostgreSQL notices in ten seconds that the network has gone."""

_SEND_EVERY = 2 * instants.MILLISECOND
_numbers = count(1)


class Notifier(Protocol):
    """Sends messages between the processes of one store."""

    def notify(self, work_at: int | None, changes: set[Change]) -> None:
        """Notify all listeners; called after a commit. `work_at` as in `Tx.wake_senders`."""

    def listen(self, topic: str, heard: Heard) -> Callable[[], None]:
        """Call `heard` from another thread with each notification of a topic, until the returned
        function is called. An empty list says that some may have been lost. What is listed are
        changes; of work it is the moments, as texts, each with an empty order.
        """

    def close(self) -> None:
        """Send what is still to be sent."""


def notifier_for(url: sa.URL) -> Notifier:
    """The notifier of a store."""
    return (
        PipeNotifier(Path(url.database or "").absolute())
        if url.get_backend_name() == "sqlite"
        else PostgresNotifier(url)
    )


def _messages(changes: Iterable[Change]) -> Iterator[str]:
    """Changes as texts of at most `MOST_BYTES`."""
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
    """A named pipe for each listener, in a folder that is named after the store's file. A pipe
    whose reader has died is removed.
    """

    def __init__(self, file: Path) -> None:
        name = hashlib.blake2b(str(file).encode(), digest_size=10).hexdigest()
        self.folder = Path(tempfile.gettempdir()) / f"simulator-{os.getuid()}-{name}"

    def notify(self, work_at: int | None, changes: set[Change]) -> None:
        try:
            listeners = [entry.name for entry in os.scandir(self.folder)] if self._is_ours() else []
        except OSError:
            return  # there is no folder: nobody has listened
        for name in listeners:
            if work_at is not None and name.startswith(WORK):
                self._write(name, f"{work_at}\n")
            elif changes and name.startswith(NEWS):
                for message in _messages(changes):
                    self._write(name, message + "\n")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            path.unlink(missing_ok=True)  # its reader has died
            return
        try:
            os.write(pipe, text.encode())
        except OSError:
            pass  # full: its reader has much to read already
        finally:
            os.close(pipe)

    def listen(self, topic: str, heard: Heard) -> Callable[[], None]:
        path = self.folder / f"{topic}-{os.getpid()}-{next(_numbers)}"
        try:
            pipe = self._make(path)
        except OSError as error:
            said = "no messages at %s (%s): changes are found by polling"
            log.warning(said, path, error.strerror)
            return lambda: None
        stopped = threading.Event()
        thread = threading.Thread(
            target=self._hear, args=(pipe, heard, stopped), name=f"notifier {topic}", daemon=True
        )
        thread.start()

        def stop() -> None:
            stopped.set()
            os.write(pipe, b"\n")
            thread.join(timeout=1)
            path.unlink(missing_ok=True)
            os.close(pipe)
            with suppress(OSError):
                self.folder.rmdir()  # when this was the last listener

        return stop

    def _is_ours(self) -> bool:
        """Whether the folder belongs to this user. Nobody else's pipe may get our messages."""
        return self.folder.stat().st_uid == os.getuid()

    def _make(self, path: Path) -> int:
        """A pipe. It gets its name when it has a reader: without one, others would remove it."""
        unnamed = path.with_name(f"new-{path.name}")
        for last in (False, True):
            try:
                self.folder.mkdir(mode=0o700, exist_ok=True)
                if not self._is_ours():
                    raise PermissionError(errno.EPERM, "the folder is another user's")
                os.mkfifo(unnamed, 0o600)
                break
            except FileNotFoundError:  # the last listener removed the folder in this moment
                if last:
                    raise
        pipe = os.open(unnamed, os.O_RDWR)  # with a writer of our own, reading never ends
        unnamed.rename(path)
        return pipe

    def _hear(self, pipe: int, heard: Heard, stopped: threading.Event) -> None:
        while not stopped.is_set():
            heard(_changes(os.read(pipe, 1 << 16).decode()))

    def close(self) -> None:
        pass


class PostgresNotifier:
    """LISTEN and NOTIFY. A NOTIFY locks the whole server while it commits, so one thread sends what
    many commits have to say.
    """

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.lock = threading.Condition()
        self.work_at: int | None = None
        self.news: set[Change] = set()
        self.closed = False
        self.thread: threading.Thread | None = None

    def notify(self, work_at: int | None, changes: set[Change]) -> None:
        with self.lock:
            if work_at is not None:
                self.work_at = work_at if self.work_at is None else min(self.work_at, work_at)
            self.news |= changes
            if self.thread is None:
                self.thread = threading.Thread(target=self._send, name="notifier", daemon=True)
                self.thread.start()
            self.lock.notify()

    def close(self) -> None:
        with self.lock:
            self.closed = True
            self.lock.notify()
        if self.thread is not None:
            self.thread.join(timeout=2)

    def _has_any(self) -> bool:
        return self.work_at is not None or bool(self.news)

    def _send(self) -> None:
        import psycopg  # the driver is an extra

        connection: Any = None
        while True:
            with self.lock:
                self.lock.wait_for(lambda: self._has_any() or self.closed)
                if not self._has_any():
                    break
                work_at, news = self.work_at, self.news
                self.work_at, self.news = None, set()
            try:
                if connection is None:
                    connection = self._connect(psycopg)
                    # a hint need not be on the disk
                    connection.execute("SET synchronous_commit = off")
                if work_at is not None:
                    connection.execute("SELECT pg_notify(%s, %s)", (_channel(WORK), str(work_at)))
                for message in _messages(news):
                    connection.execute("SELECT pg_notify(%s, %s)", (_channel(NEWS), message))
            except psycopg.Error:
                connection = None
            clock.sleep(_SEND_EVERY)
        if connection is not None:
            connection.close()

    def listen(self, topic: str, heard: Heard) -> Callable[[], None]:
        stopped = threading.Event()
        ours, theirs = socket.socketpair()
        thread = threading.Thread(
            target=self._hear,
            args=(topic, heard, stopped, theirs),
            name=f"notifier {topic}",
            daemon=True,
        )
        thread.start()

        def stop() -> None:
            stopped.set()
            ours.close()  # which makes the other end readable
            thread.join(timeout=2)

        return stop

    def _hear(
        self,
        topic: str,
        heard: Heard,
        stopped: threading.Event,
        stopping: socket.socket,
    ) -> None:
        import psycopg

        with stopping:
            while not stopped.is_set():
                try:
                    with self._connect(psycopg) as connection:
                        connection.execute(f"LISTEN {_channel(topic)}")
                        heard([])
                        while not stopped.is_set():
                            for notice in connection.notifies(timeout=0):
                                heard(_changes(notice.payload))
                            _await_any(connection, stopping)
                except psycopg.Error:
                    stopped.wait(1)

    def _connect(self, psycopg: Any) -> Any:
        url = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True, **LIFELINE)


def _await_any(*sources: Any) -> None:
    """Wait until one of these sockets or connections has something to read."""
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        selector.select()


def _channel(topic: str) -> str:
    return f"simulator_{topic}"
