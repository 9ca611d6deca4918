"""The values of a `when` may be templates: what they read, and what happens where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway

OF_A_REQUEST = """
when: {serviceId: {not: "{{ request.tenant }}"}, notes: "{{ now | date }}"}
reply: commit
"""

OF_AN_ORDER = """
params: {word: Ring}
reply: acknowledge
timeline:
  - branch:
      - {when: {notes: "{{ order.document.nothing }}"}, timeline: [{after: 1d, mark: A}]}
      - {when: {notes: "{{ word }} {{ request.id }}"}, timeline: [{after: 1h, send: COMMITTED}]}
amendment:
  - when: {notes: "{{ order.document.nothing }}"}
    reply: {reject: [nothing]}
  - when: {not: {notes: "{{ order.document.nothing }}"}}
    reply: {reject: [not nothing]}
  - when: {notes: "{{ order.document.notes }}"}
    reply: {reject: [the same]}
"""


@pytest.fixture
def playing(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> Iterator[Gateway]:
    folder = scenario_folder(OF_A_REQUEST=OF_A_REQUEST, OF_AN_ORDER=OF_AN_ORDER)
    own = {
        "name": "default",
        "path": "/",
        "scenarios": folder,
        "only": True,
        "default": "OF_AN_ORDER",
    }
    with Embedded(make_config(suppliers=[own])) as simulator, Gateway(simulator.url) as gateway:
        yield gateway


def test_the_when_of_a_new_order_reads_its_request_and_the_time(playing: Gateway) -> None:
    today = playing.admin("GET", "/clock")["now"][:10]
    for notes, status in ((today, "IN_PROGRESS"), ("another day", "ACKNOWLEDGED")):
        answer = playing.post("/service-orders", playing.provide(notes=notes))
        assert answer.json()["status"] == status


def test_the_when_of_a_way_reads_the_request_and_one_that_cannot_be_told_does_not_hold(
    playing: Gateway,
) -> None:
    body = playing.provide()
    body["notes"] = f"Ring {body['id']}"
    assert playing.post("/service-orders", body).status_code == 201
    lines = playing.admin("GET", "/journal")["items"]
    said = sorted(line["act"]["message"] for line in lines if line["act"])
    assert said[0].startswith("branch 1: not way 1, its `when` cannot be evaluated: ")
    assert said[1].startswith("branch 1: way 2, as notes is Ring ")


def test_the_when_of_an_entry_reads_the_order_and_one_that_cannot_be_told_does_not_hold(
    playing: Gateway,
) -> None:
    order = playing.provide(notes="Ring twice")
    assert playing.post("/service-orders", order).status_code == 201
    same = playing.amend(order, notes="Ring twice")
    assert (same.status_code, same.json()["messages"]) == (422, ["the same"])
    assert playing.amend(order, notes="Ring once").status_code == 201
    last = playing.admin("GET", "/journal")["items"]
    reasons = [line["reasons"] for line in last if "amendments" in (line["path"] or "")]
    passed = "not amendment[0]: its `when` cannot be evaluated: "
    assert [passed in " ".join(each) for each in reasons] == [True, True]
