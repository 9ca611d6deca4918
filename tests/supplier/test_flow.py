"""Stories that branch and repeat, over the API: what is sent, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from simulator import dialects
from simulator.testing import Supplier
from simulator.web import Embedded
from tests.supplier.test_signals import moments, place

STORY = """
scenario: STORY
params: {rounds: 2}
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - after: 1d
    branch:
      - when: {operation: provide}
        timeline:
          - repeat:
              times: "{{ rounds }}"
              timeline:
                - {after: 1h, send: DELAY}
                - {after: 1h, send: RESUMED}
      - timeline: [{after: 1s, send: CANCELLED}]
  - {after: 1h, send: COMPLETED}
cancellation:
  - reply: accept
    timeline:
      - branch:
          - timeline: [{after: 1m, send: CANCELLATION_REJECTED}]
"""


@pytest.fixture
def supplier(simulator: Embedded) -> Iterator[Supplier]:
    with Supplier.make(simulator.url, scenarios=[STORY], default="STORY") as made:
        made.client.set_clock(now="2026-03-02T00:00:00Z")
        yield made


def test_a_way_and_its_rounds_are_played_and_told(supplier: Supplier) -> None:
    place(supplier)
    assert moments(supplier, days=9) == [
        ("COMMITTED", "03-02T01:00"),
        ("DELAY", "03-03T02:00"),
        ("RESUMED", "03-03T03:00"),
        ("DELAY", "03-03T04:00"),
        ("RESUMED", "03-03T05:00"),
        ("COMPLETED", "03-03T06:00"),
    ]
    said = "branch 1: way 1, as operation is provide"
    assert said in supplier.stories()
    request, act = (line for line in supplier.journal if line["direction"] != "out")
    assert request["id"] < act["id"] and act["order"] == request["order"]
    assert act["act"] == {"what": "order.way", "by": "supplier", "message": said}


def test_a_later_request_and_an_order_that_is_begun_may_branch_too(supplier: Supplier) -> None:
    sample = place(supplier)
    supplier.advance(hours=2)
    answer = requests.post(
        f"{supplier.url}/service-order-cancellations",
        json={"id": 78, "orderId": sample["body"]["id"], "reasonCode": "CUSTOMER_CHANGED_MIND"},
        headers=sample["headers"],
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert moments(supplier, hours=1) == [("CANCELLATION_REJECTED", "03-02T02:01")]
    assert "cancellation 1 branch 1: way 1, as no other one fits" in supplier.stories()


BEGUN = """
scenario: BEGUN
begins: supplier
timeline:
  - {after: 0s, send: CREATED}
  - branch:
      - {when: {tenant: TENANT1}, timeline: [{after: 1h, send: COMMITTED}]}
"""


def test_an_order_that_is_begun_may_branch(simulator: Embedded) -> None:
    with Supplier.make(simulator.url, scenarios=[BEGUN]) as supplier:
        supplier.starts("BEGUN")
        supplier.advance(hours=1)
        assert [kci["send"] for kci in supplier.kcis] == ["CREATED", "COMMITTED"]
        assert "branch 1: way 1, as tenant is TENANT1" in supplier.stories()


WITH = "with: {serviceId: S, reason: CP_REQUEST, requestedCeaseDate: '{{ now }}'}"
OUTER = f"""
scenario: OUTER
begins: supplier
timeline:
  - {{after: 1s, start: MIDDLE, {WITH}}}
"""
MIDDLE = f"""
scenario: MIDDLE
begins: supplier
timeline:
  - branch:
      - timeline:
          - repeat:
              times: 2
              timeline: [{{after: 1s, start: BEGUN, {WITH}}}]
"""


def test_an_order_that_is_begun_may_start_others_on_its_ways(simulator: Embedded) -> None:
    with Supplier.make(simulator.url, scenarios=[OUTER, MIDDLE, BEGUN]) as supplier:
        supplier.starts("OUTER")
        supplier.advance(minutes=1)
        found = [order["scenario"] for order in supplier.orders]
        assert found == ["OUTER", "MIDDLE", "BEGUN", "BEGUN"]


HELD = """
scenario: HELD
reply: commit
timeline:
  - after: 1h
    wait: survey
    within: 2d
    otherwise: [{after: 1h, send: CANCELLATION}]
  - {after: 1h, send: COMPLETION}
hold: [{reply: acknowledge}]
release: [{reply: acknowledge}]
"""


def test_a_hold_stops_the_end_of_a_wait_until_its_release(simulator: Embedded) -> None:
    made = Supplier.make(simulator.url, dialect="mef", scenarios=[HELD], default="HELD")
    with made as supplier:
        dialect = dialects.get("mef")
        place(supplier)
        view = simulator.world.supplier(supplier.name).orders()[0].order
        supplier.advance(days=1)
        for operation in ("hold", "release"):
            sample = dialect.sample(operation, view, 2)
            reply = requests.request(
                sample.method,
                supplier.url + sample.path,
                data=sample.body,
                headers=sample.headers,
                timeout=30,
            )
            assert reply.status_code < 300, reply.text
            if operation == "hold":
                assert supplier.advance(days=5) == []
        assert supplier.advance(hours=25) == []  # what was left of the wait: one day and an hour
        assert [kci["send"] for kci in supplier.advance(hours=1)] == ["CANCELLATION"]
        assert "no signal survey within 2d: goes on otherwise" in supplier.stories()
