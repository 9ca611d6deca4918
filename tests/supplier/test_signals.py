"""Stories that wait for a signal: `wait: NAME`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator import dialects
from simulator.base.errors import Invalid
from simulator.client import Failed
from simulator.scenario import parse
from simulator.testing import NotSo, Supplier
from simulator.web import Embedded

STORY = """
scenario: STORY
reply: acknowledge
timeline:
  - {after: 1h, wait: go}
  - {after: 2h, send: COMMITTED}
  - {after: 1h, send: DELAY}
  - {after: 1h, wait: on}
  - {after: 3h, send: RESUMED}
  - {after: 1h, send: COMPLETED}
amendment:
  - reply: accept
    timeline:
      - {after: 1h, wait: agreed}
      - {after: 10m, send: AMENDED}
"""


@pytest.fixture
def supplier(simulator: Embedded) -> Iterator[Supplier]:
    with Supplier.make(simulator.url, scenarios=[STORY], default="STORY") as made:
        made.client.set_clock(now="2026-03-02T00:00:00Z")
        yield made


def place(supplier: Supplier) -> dict[str, Any]:
    sample = supplier.sample()
    assert (
        requests.post(
            supplier.url + sample["path"],
            json=sample["body"],
            headers=sample["headers"],
            timeout=30,
        ).status_code
        == 201
    )
    return dict(sample)


def moments(supplier: Supplier, **length: float) -> list[tuple[str, str]]:
    return [(kci["send"], kci["body"]["issuedOn"][5:16]) for kci in supplier.advance(**length)]


def test_nothing_happens_before_the_signal_and_time_counts_from_it(supplier: Supplier) -> None:
    place(supplier)
    assert moments(supplier, days=10) == []
    supplier.wait_until_idle()
    supplier.signal("go")
    assert moments(supplier, days=1) == [("COMMITTED", "03-12T02:00"), ("DELAY", "03-12T03:00")]
    supplier.signal("on")
    assert moments(supplier, days=1) == [("RESUMED", "03-13T03:00"), ("COMPLETED", "03-13T04:00")]
    assert [kci["sequence"] for kci in supplier.kcis] == [1, 2, 3, 4]


def test_a_signal_may_come_before_its_wait_and_then_that_is_over_at_once(
    supplier: Supplier,
) -> None:
    place(supplier)
    supplier.signal("go")
    supplier.signal("on")
    told = [
        ("COMMITTED", "03-02T03:00"),
        ("DELAY", "03-02T04:00"),
        ("RESUMED", "03-02T08:00"),
        ("COMPLETED", "03-02T09:00"),
    ]
    assert moments(supplier, days=1) == told


def test_a_signal_that_is_not_waited_for_is_a_409_that_says_what_is(supplier: Supplier) -> None:
    place(supplier)
    order = supplier.order["id"]
    for name, said in (("on", "does not wait for the signal on: it waits for go"), ("go", "")):
        if said:
            with pytest.raises(Failed, match=said) as caught:
                supplier.signal(name)
            assert caught.value.status == 409
        else:
            supplier.signal(name)
    with pytest.raises(Failed, match="no order"):
        supplier.signal("go", order="nobody")
    supplier.client.act_on_order("abandon", order)
    with pytest.raises(Failed, match="does not wait for the signal on"):
        supplier.signal("on")


def test_what_waits_for_a_signal_is_shown_and_told(supplier: Supplier) -> None:
    place(supplier)
    supplier.advance(days=1)
    assert [kci["waits_for"] for kci in supplier.client.kcis()] == ["go", "go", "on", "on"]
    assert "COMMITTED waits for the signal go" in supplier.stories()
    supplier.signal("go")
    assert "an operator's signal go" in supplier.stories()
    with pytest.raises(NotSo, match=r"is paused; it waits for the signal on"):
        supplier.wait_for_kci("COMPLETED", within="0s")


def test_a_later_request_may_wait_for_a_signal_of_its_own(supplier: Supplier) -> None:
    sample = place(supplier)
    amendment = {"id": 77, "orderId": sample["body"]["id"], "targetDate": "2026-04-01T09:00:00Z"}
    answer = requests.post(
        f"{supplier.url}/service-order-amendments",
        json=amendment,
        headers=sample["headers"],
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert moments(supplier, days=1) == []
    supplier.signal("agreed")
    assert moments(supplier, days=1) == [("AMENDED", "03-03T00:10")]
    supplier.signal("go")
    assert moments(supplier, days=1) == [("COMMITTED", "03-04T02:00"), ("DELAY", "03-04T03:00")]


def test_a_cancellation_withdraws_what_waits_for_a_signal(supplier: Supplier) -> None:
    sample = place(supplier)
    body = {"id": 78, "orderId": sample["body"]["id"], "reasonCode": "CUSTOMER_CHANGED_MIND"}
    assert (
        requests.post(
            f"{supplier.url}/service-order-cancellations",
            json=body,
            headers=sample["headers"],
            timeout=30,
        ).status_code
        == 201
    )
    assert {kci["state"] for kci in supplier.client.kcis()} == {"withdrawn"}
    with pytest.raises(Failed, match="does not wait"):
        supplier.signal("go")


def test_a_hold_is_released_before_a_signal_counts(simulator: Embedded) -> None:
    story = (
        STORY.partition("amendment:")[0]
        .replace("COMMITTED", "CONFIGURATION")
        .replace("DELAY", "CONFIRMATION")
    )
    story = story.replace("reply: acknowledge\n", "reply: commit\n").replace(
        "{after: 3h, send: RESUMED}", "{after: 3h, mark: HALF}"
    )
    story = (
        story.replace("COMPLETED", "COMPLETION")
        + "hold:\n  - reply: acknowledge\nrelease:\n  - reply: acknowledge\n"
    )
    with Supplier.make(
        simulator.url, dialect="mef", scenarios=[story], default="STORY"
    ) as supplier:
        dialect = dialects.get("mef")
        place(supplier)
        view = simulator.world.supplier(supplier.name).orders()[0].order
        supplier.signal("go")
        for serial, operation in enumerate(("hold", "release") * 2, 2):
            sample = dialect.sample(operation, view, serial)
            reply = requests.request(
                sample.method,
                supplier.url + sample.path,
                data=sample.body,
                headers=sample.headers,
                timeout=30,
            )
            assert reply.status_code < 300, reply.text
            if operation == "hold":
                with pytest.raises(Failed, match="has paused the order"):
                    supplier.signal("on")
            waits = [kci["waits_for"] for kci in supplier.client.kcis()]
            assert waits == [None, None, "on"], "the release leaves the signal's alone"
            if operation == "release":
                supplier.advance(days=1)
        supplier.signal("on")
        assert [kci["send"] for kci in supplier.advance(days=1)] == ["COMPLETION"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("  - {after: 1h, wait: go}\n", "4:17: nothing comes behind this `wait`"),
        (
            "  - {after: 1h, wait: go}\n  - {at: 1d, send: COMPLETED}\n",
            "5:6: behind `wait: go` time counts from the signal",
        ),
        (
            "  - {after: 1h, wait: go, send: COMMITTED}\n  - {after: 1h, send: COMPLETED}\n",
            "`send` cannot stand beside `wait`",
        ),
        (
            "  - {after: 1h, wait: go, status: HELD}\n  - {after: 1h, send: COMPLETED}\n",
            "`status` cannot stand beside `wait`, which only waits",
        ),
        ("  - {wait: go}\n  - {after: 1h, send: COMPLETED}\n", "a step needs a time"),
        ("  - {after: 1h, wait: 'no spaces'}\n  - {after: 1h, send: COMPLETED}\n", "wait"),
    ],
)
def test_a_wait_that_means_nothing_is_an_error_with_its_place(steps: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(
            f"scenario: X\nreply: commit\ntimeline:\n{steps}",
            "x.yaml",
            dialects.get("fibre_cafe").vocabulary,
        )
    assert any(said in str(problem) for problem in caught.value.problems), [
        str(problem) for problem in caught.value.problems
    ]
