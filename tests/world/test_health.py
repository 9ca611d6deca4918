"""Readiness: the store is tried, and not for every question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from simulator.store import Store, tables
from simulator.store.probe import WriteProbe


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


def written(store: Store) -> str | None:
    with store.read() as tx:
        kept = sa.select(tables.meta.c.value).where(tables.meta.c.key == "probe")
        value: str | None = tx.execute(kept).scalar_one_or_none()
        return value


def test_a_store_that_can_be_written_is_written_once_for_many_questions(store: Store) -> None:
    probe = WriteProbe(store)
    assert probe.failure() == ""
    first = written(store)
    assert first and probe.failure() == ""
    assert written(store) == first
    assert WriteProbe(store).failure() == "", "another process writes the same row"
    assert written(store) != first
