"""A notification and its order never contradict each other: not in answers, not in the status."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import dialects
from simulator.client import Client
from simulator.rehearsal import flaws
from simulator.scenario import parse
from simulator.web import Embedded
from tests.dialects.mef import Buyer
from tests.receiver import Receiver

MEF = dialects.get("mef")
DATE, LATER = "2031-04-01T09:00:00.000Z", "2031-05-01T09:00:00.000Z"


def played(simulator: Embedded, receiver: Receiver, timeline: str, advance: str = "1d") -> Any:
    """The order, its status and its notifications after a scenario of our own."""
    text = f"scenario: OWN\ndialect: mef\ntimeline:\n{timeline}"
    with Client(simulator.url) as admin:
        made = admin.make_supplier(
            dialect="mef",
            clock={"mode": "manual"},
            gateway={"url": receiver.url},
            scenarios=[text],
        )
        try:
            with Buyer(simulator.url, made["path"], made["name"]) as buyer:
                order = buyer.place("OWN")
                buyer.advance(advance)
                answers = (
                    buyer.get(f"/orders/{order['id']}"),
                    buyer.get(f"/orders/{order['id']}/status"),
                )
                return *answers, [arrival.body for arrival in receiver.arrivals]
        finally:
            admin.delete_supplier(made["name"])


def test_a_confirmed_date_is_one_date(simulator: Embedded, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (201, {}, b"")
    order, status, told = played(
        simulator,
        receiver,
        f"  - {{after: 1h, send: CONFIRMATION, with: {{expectedCompletionDate: '{DATE}'}}}}\n"
        f"  - {{after: 1h, send: STATUS_UPDATE}}\n"
        f"  - {{after: 1h, send: JEOPARDY, status: IN_PROGRESS, "
        f"with: {{expectedCompletionDate: '{LATER}'}}}}\n",
    )
    assert [message.get("expectedCompletionDate") for message in told] == [DATE, DATE, LATER]
    assert order["expectedCompletionDate"] == status["expectedCompletionDate"] == LATER


def test_a_completion_date_is_one_date(simulator: Embedded, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (201, {}, b"")
    order, status, told = played(
        simulator,
        receiver,
        f"  - {{after: 1h, send: COMPLETION, with: {{completionDate: '{DATE}'}}}}\n",
    )
    assert order["completionDate"] == status["completionDate"] == told[0]["completionDate"] == DATE


def test_a_correction_that_a_template_asks_for_can_be_given(
    simulator: Embedded, receiver: Receiver
) -> None:
    """A Buyer that is asked to correct its order ends the hold by a replacement."""
    receiver.answer = lambda number, arrival: (201, {}, b"")
    text = """
scenario: OWN
dialect: mef
params: {asked: {type: boolean, default: true}}
timeline:
  - {after: 1h, send: JEOPARDY, with: {correctionOrderExpected: "{{ asked }}"}}
"""
    with Client(simulator.url) as admin:
        made = admin.make_supplier(
            dialect="mef", clock={"mode": "manual"}, gateway={"url": receiver.url}, scenarios=[text]
        )
        try:
            with Buyer(simulator.url, made["path"], made["name"]) as buyer:
                order = buyer.place("OWN")
                buyer.advance("1d")
                assert receiver.arrivals[0].body["correctionOrderExpected"] is True
                assert buyer.status(order) == "HELD"
                assert buyer.replace(order).json()["orderStatus"] == "IN_PROGRESS"
        finally:
            admin.delete_supplier(made["name"])


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("CONFIRMATION, with: {orderStatus: COMPLETED}", "which says IN_PROGRESS"),
        ("CONFIRMATION, with: {orderId: ORD-X}", "with.orderId: contradicts the order"),
        ("CONFIRMATION, with: {buyerOrderVersion: '9'}", "with.buyerOrderVersion"),
        ("CONFIRMATION, with: {requestedCompletionDate: '2031-01-01'}", "requestedCompletionDate"),
        ("CONFIRMATION, with: {billingAccountNumber: '9'}", "with.billingAccountNumber"),
        (
            (
                "CONFIRMATION, with: {sellerUniIds: [{objectType: idAssignment, "
                "sellerAssignedId: U9}]}"
            ),
            "with.sellerUniIds: contradicts the order",
        ),
        ("CONFIRMATION, with: {completionDate: '2031-01-01'}", "that is IN_PROGRESS has none"),
        ("CANCELLATION, with: {expectedCompletionDate: '2031-01-01'}", "is CANCELLED has none"),
    ],
)
def test_check_refuses_a_member_that_contradicts_the_order(step: str, said: str) -> None:
    text = "scenario: X\ntimeline:\n  - {after: 1h, send: %s}"
    (told,) = flaws(parse(text % step, "x.yaml", MEF.vocabulary), MEF)
    assert said in told.message and told.line == 3
    meant = text % step.replace(",", ", illegal: true,", 1)
    assert flaws(parse(meant, "x.yaml", MEF.vocabulary), MEF) == []


def test_a_member_that_repeats_the_order_is_no_fault() -> None:
    text = (
        "scenario: X\ntimeline:\n"
        "  - {after: 1h, send: CONFIRMATION, with: {orderStatus: IN_PROGRESS}}"
    )
    assert flaws(parse(text, "x.yaml", MEF.vocabulary), MEF) == []
