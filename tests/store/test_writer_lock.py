"""The lock of SQLite's writers."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from simulator.store.writer_lock import WriterLock


def test_a_writer_that_comes_back_at_once_stands_behind_the_one_that_waits(tmp_path: Path) -> None:
    busy, other = WriterLock(tmp_path / "s.db"), WriterLock(tmp_path / "s.db")
    turns: list[str] = []
    waits, done = threading.Event(), threading.Event()

    def wait() -> None:
        waits.set()
        with other.held():
            turns.append("other")
        done.set()

    waiter = threading.Thread(target=wait)
    with busy.held():
        waiter.start()
        waits.wait()
        while not _is_taken(other):
            pass
    while not done.is_set():
        with busy.held():
            turns.append("busy")
    waiter.join()
    assert turns.index("other") <= 1, turns
    for lock in (busy, other):
        lock.close()


def _is_taken(lock: WriterLock) -> bool:
    """Whether somebody is next."""

    file = os.open(f"{lock.path}.next.lock", os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
