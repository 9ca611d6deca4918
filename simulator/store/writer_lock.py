"""The lock that all writers of a SQLite file take, of whatever process, one after another.

SQLite's own busy wait costs ten times the latency. A file lock alone is not fair: whoever has just
written takes it again before a process that waits has woken up. So there are two: one for those who
write, and one for whoever is next. A writer that comes back stands behind the one that is next.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.base.errors import Unavailable

PATIENCE = 20
"""Seconds for which a thread waits for the other threads of its process."""


class WriterLock:
    """`with lock.held():` excludes all other writers. OSError when its files cannot be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.of_threads = threading.Lock()
        self.writing = _open(f"{path}.lock")
        self.next = _open(f"{path}.next.lock")

    def close(self) -> None:
        for file in (self.writing, self.next):
            os.close(file)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Unavailable when other threads of this process write for longer than `PATIENCE`."""
        if not self.of_threads.acquire(timeout=PATIENCE):
            said = f"other writers took more than {PATIENCE} s"
            raise Unavailable(f"the store {self.path} is busy: {said}")
        try:
            with _locked(self.next):
                fcntl.flock(self.writing, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self.writing, fcntl.LOCK_UN)
        finally:
            self.of_threads.release()


@contextmanager
def _locked(file: int) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
