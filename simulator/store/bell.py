"""Waking the sender in another process: a datagram on the machine for SQLite, NOTIFY for PostgreSQL.

A bell is only a hint. A lost one costs at most the sender's poll interval, never a KCI.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

log = logging.getLogger("simulator.store")

_CHANNEL = "simulator_kci"


class Bell(Protocol):
    """Rings in or after a transaction; `listen` calls back (from a thread of its own) until the returned function is called."""

    def ring_in(self, connection: sa.Connection) -> None: ...

    def ring_after(self) -> None: ...

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]: ...

    def close(self) -> None: ...


def bell_for(url: sa.URL, engine: sa.Engine) -> Bell:
    """The bell of a store."""
    return _Datagram(Path(url.database or "").absolute()) if url.get_backend_name() == "sqlite" else _Notify(url)


class _Datagram:
    """A Unix datagram socket, named after the store's file and kept out of its folder: socket paths are short."""

    def __init__(self, file: Path) -> None:
        name = hashlib.blake2b(str(file).encode(), digest_size=10).hexdigest()
        self.address = str(Path(tempfile.gettempdir()) / f"simulator-{os.getuid()}-{name}.bell")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)

    def ring_in(self, connection: sa.Connection) -> None:
        pass

    def ring_after(self) -> None:
        try:
            self.socket.sendto(b"!", self.address)
        except OSError:
            pass  # nobody listens, or many rings wait already

    def close(self) -> None:
        self.socket.close()

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            Path(self.address).unlink(missing_ok=True)
            listening.bind(self.address)
        except OSError as error:
            listening.close()
            log.warning("no bell at %s (%s): new work is found by looking each second", self.address, error.strerror)
            return lambda: None
        stopped = threading.Event()

        def hear() -> None:
            while not stopped.is_set():
                listening.recv(16)
                heard()

        thread = threading.Thread(target=hear, name="bell", daemon=True)
        thread.start()

        def stop() -> None:
            stopped.set()
            self.ring_after()
            thread.join(timeout=1)
            listening.close()
            Path(self.address).unlink(missing_ok=True)

        return stop


class _Notify:
    """LISTEN and NOTIFY; the notice leaves with the commit itself."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url

    def ring_in(self, connection: sa.Connection) -> None:
        connection.execute(sa.text(f"SELECT pg_notify('{_CHANNEL}', '')"))

    def ring_after(self) -> None:
        pass

    def close(self) -> None:
        pass

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        stopped = threading.Event()
        thread = threading.Thread(target=self._hear, args=(heard, stopped), name="bell", daemon=True)
        thread.start()

        def stop() -> None:
            stopped.set()
            thread.join(timeout=2)

        return stop

    def _hear(self, heard: Callable[[], None], stopped: threading.Event) -> None:
        import psycopg  # the driver is an extra

        while not stopped.is_set():
            try:
                with self._connect(psycopg) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}")
                    heard()
                    while not stopped.is_set():
                        for _ in connection.notifies(timeout=0.5, stop_after=1):
                            heard()
            except psycopg.Error:
                stopped.wait(1)

    def _connect(self, psycopg: Any) -> Any:
        url = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True, connect_timeout=3)
