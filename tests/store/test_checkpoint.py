"""SQLite's write-ahead log is copied into the file by the sender, and stays small."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.config import Config
from simulator.store import Store
from simulator.store.tables import meta
from simulator.web import Embedded
from tests.running import until

PAGE = 4096


def write(store: Store, pages: int) -> None:
    """Write so many pages and some more, in as many transactions."""
    for number in range(pages):
        with store.write() as tx:
            tx.execute(sa.delete(meta).where(meta.c.key == "filler"))
            tx.execute(sa.insert(meta).values(key="filler", value=f"{number}" + "x" * PAGE))


def copied(path: Path) -> bool:
    """Whether the file itself, without its log, has what was written last."""
    return b"x" * 1000 in path.read_bytes()


def test_no_writer_copies_the_log(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/s.db")
    write(store, 700)  # SQLite by itself copies it after a thousand pages
    assert not copied(store.path)
    store.checkpoint()
    assert copied(store.path)
    store.close()


@pytest.mark.slow  # a log of many megabytes
def test_a_long_log_begins_anew_when_it_was_copied(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/s.db")
    write(store, 3000)
    log = Path(f"{store.path}-wal")
    store.checkpoint()
    long = log.stat().st_size
    write(store, 100)
    assert log.stat().st_size == long, "written from its beginning on"
    with closing(sqlite3.connect(store.path)) as another:
        pages = another.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    assert 0 < pages < long // PAGE // 2
    store.close()


@pytest.mark.slow
def test_the_sender_copies_it(make_config: Callable[..., Config]) -> None:
    with Embedded(make_config()) as simulator:
        store = simulator.world.store
        write(store, 10)
        until(lambda: copied(store.path))
