"""The journal: exchanges and acts in one order, kept whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from simulator.model import Act, Exchange, Finding
from simulator.store import Store, journal


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()


FINDING = Finding(
    rule="kci.sequence", severity="error", message="a gap", where="x[0]", expected=3, got=[4]
)
POSTED = Exchange(
    at=1,
    direction="out",
    method="POST",
    path="/kcis",
    order="o",
    kci="k1",
    request={"headers": {"a": "b"}, "body": "{}"},
    response={"code": 204},
    scenario="S",
    reasons=("r",),
    findings=(FINDING,),
    took=5,
)
SKIPPED = Act(at=2, what="kci.skip", by="operator", message="m", order="o", kci="k2", scenario="S")
FAILED = Act(at=3, what="kci.fail", by="sender", message="m", order="o", kci="k3")
STOPPED = Act(at=4, what="gateway.stop", by="operator", message="m")


def test_what_was_noted_comes_back_as_it_was(store: Store) -> None:
    with store.write() as tx:
        journal.note_all(tx, [("s", line) for line in (POSTED, SKIPPED, FAILED)])
        journal.act(tx, "s", STOPPED)
    with store.read() as tx:
        lines = journal.page(tx, "s")
        acts = journal.page(tx, "s", direction="act")
        newest = journal.last_outward(tx, "s")
    assert [replace(line, id=0, at_wall=0) for line in lines] == [POSTED, SKIPPED, FAILED, STOPPED]
    assert [line.id for line in lines] == sorted({line.id for line in lines})
    assert acts == lines[1:] and newest == lines[0]


def test_the_evidence_of_an_advance_is_what_became_of_kcis_and_no_act_of_an_operator(
    store: Store,
) -> None:
    with store.write() as tx:
        first = journal.last_id(tx)
        lines = (POSTED, SKIPPED, FAILED, STOPPED, POSTED, replace(POSTED, kci="k2"))
        journal.note_all(tx, [("s", line) for line in lines])
    with store.read() as tx:
        assert journal.kcis_since(tx, "s", first) == {"k1": 2, "k3": 0, "k2": 1}
        assert journal.kcis_since(tx, "s", journal.last_id(tx)) == {}
