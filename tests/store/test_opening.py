"""What cannot be opened as a store is refused with its reason."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.base import clock
from simulator.base.errors import Invalid, Unavailable
from simulator.store import Store, Tx, tables


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_is_no_store_is_named(url: str) -> None:
    with pytest.raises(Invalid, match=r"store\.url"):
        Store(url)


def open_files(folder: Path) -> list[str]:
    """The files of a folder that this process has open, where the system tells."""
    files = [link.resolve() for link in Path("/dev/fd").iterdir()]
    return [str(file) for file in files if file.is_relative_to(folder)]


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(Unavailable, match=r"s\.db cannot be used: file is not a database"):
        Store(f"sqlite:///{tmp_path}/s.db")
    assert open_files(tmp_path) == []


def test_a_missing_folder_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not exist: make it"):
        Store(f"sqlite:///{tmp_path}/no/s.db")


def test_another_versions_store_is_refused(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/s.db").close()
    connection = sqlite3.connect(tmp_path / "s.db")
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    with pytest.raises(Unavailable, match="schema 99"):
        Store(f"sqlite:///{tmp_path}/s.db")
    assert open_files(tmp_path) == []


def test_an_index_of_some_rows_is_that_on_both_databases(store_url: str) -> None:
    store = Store(store_url)
    asked = (
        "SELECT sql FROM sqlite_master" if store.is_sqlite else "SELECT indexdef FROM pg_indexes"
    )

    def made(tx: Tx) -> list[str]:
        told = [row[0] or "" for row in tx.execute(sa.text(asked))]
        return [text for text in told if "INDEX lanes_wake " in text and " WHERE " in text]

    def make_again(tx: Tx) -> list[str]:
        tx.execute(sa.text("DROP INDEX lanes_wake"))
        (index,) = (index for index in tables.lanes.indexes if index.name == "lanes_wake")
        index.create(tx.connection)
        return made(tx)

    first = store.run(made)
    assert len(first) == 1 and store.run(make_again) == first
    store.close()


def test_a_closed_store_can_be_opened_again(store_url: str) -> None:
    store = Store(store_url)
    store.close()
    store.reopen()
    assert store.run(lambda tx: tx.wall) > 0
    with store.subscriptions.subscribe() as subscription:
        subscription.next(clock.monotonic())  # Unavailable if the store were closed
    store.close()


def test_a_server_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Store(f"postgresql://u:secret@/d?host={tmp_path}")
    assert (
        "\n" not in str(caught.value)
        and "secret" not in str(caught.value)
        and "see that the server runs" in str(caught.value)
    )
