"""Statements that the driver runs: the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from simulator.base.errors import Conflict
from simulator.store import Store
from simulator.store.statements import AnyOf, Statement, each_of
from simulator.store.tables import p, pins

ADD = Statement(sa.insert(pins).inline(), ["supplier", "scenario", "times", "when"])
SOME = Statement(
    sa.select(pins.c.scenario, pins.c.times, pins.c.when)
    .where(AnyOf(pins.c.scenario, "names"), pins.c.supplier == "s", pins.c.times < p("most"))
    .order_by(pins.c.scenario)
)
USE = Statement(sa.update(pins).where(pins.c.scenario == p("key")).values(times=pins.c.times + 1))
EACH = each_of("names", "SELECT value.value FROM {each} ORDER BY 1")
ODD = 'it\'s "odd" \\ {} é ,'


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    with opened.write() as tx:
        tx.run_many(
            ADD,
            [
                {"supplier": "s", "scenario": name, "times": times, "when": {"n": [times]}}
                for times, name in enumerate(["a", "b", ODD])
            ],
        )
    yield opened
    opened.close()


def test_rows_come_with_their_json_read(store: Store) -> None:
    with store.read() as tx:
        rows = [tuple(row) for row in tx.rows(SOME, {"names": ["a", ODD, "x"], "most": 9})]
        assert rows == [("a", 0, {"n": [0]}), (ODD, 2, {"n": [2]})]
        assert tx.row(SOME, {"names": [], "most": 9}) is None
        assert tx.value(SOME, {"names": ["b"], "most": 9}) == "b"
    assert SOME.names == ("scenario", "times", "when")


def test_a_statement_says_how_many_rows_it_changed(store: Store) -> None:
    with store.write() as tx:
        assert (tx.run(USE, {"key": "a"}), tx.run(USE, {"key": "x"})) == (1, 0)
        tx.run_many(USE, [{"key": "a"}, {"key": "b"}])
        tx.run_many(USE, [])
    with store.read() as tx:
        assert [row[1] for row in tx.rows(SOME, {"names": ["a", "b"], "most": 9})] == [2, 2]


def test_each_text_of_a_parameter_is_a_row(store: Store) -> None:
    with store.read() as tx:
        rows = tx.rows(EACH[tx.is_sqlite], {"names": [ODD, "b", "b"]})
    assert sorted(row[0] for row in rows) == sorted([ODD, "b", "b"])


def test_a_value_that_is_missing_is_no_null(store: Store) -> None:
    with pytest.raises(KeyError), store.write() as tx:
        tx.run(USE, {})


def test_a_unique_row_that_is_there_is_a_conflict(store: Store) -> None:
    twice = Statement(sa.text("INSERT INTO meta (key, value) VALUES ('schema', :value)"))
    with pytest.raises(Conflict), store.write() as tx:
        tx.run(twice, {"value": "1"})
