"""Cancellations: what each reply answers, and which KCIs are withdrawn."""

from __future__ import annotations

from tests.conftest import Gateway
from tests.supplier.test_orders import codes


def test_a_cancellation_at_once_ends_the_order_and_withdraws_what_waits(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    response = gateway.cancel(order, "CANCELLATION_ACCEPTED")
    assert response.status_code == 201
    assert response.json() == {
        "supplierReference": gateway.order(order)["number"] + "-C1",
        "id": gateway.serial,
        "orderId": order["id"],
        "reasonCode": "CUSTOMER_CHANGED_MIND",
    }
    assert gateway.advance()["kcis"] == []
    shown = gateway.order(order)
    assert (shown["status"], shown["kcis"]["withdrawn"]) == ("CANCELLED", 2)


def test_a_cancellation_confirmed_later_withdraws_the_story_at_once(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("31s")
    assert (
        gateway.cancel(order, "CANCELLATION_PENDING", reasonCode="NO_LONGER_REQUIRED").status_code
        == 202
    )
    assert gateway.order(order)["status"] == "PENDING_CANCELLATION"
    gateway.advance()
    last = gateway.kcis(order)[-1]["body"]
    assert (last["sequenceNumber"], last["reasonCode"], last["problemCode"]) == (
        2,
        "CANCELLED",
        "NO_LONGER_REQUIRED",
    )
    entity = last["provideServiceOrder"]
    assert (entity["status"], entity["serviceOrderCancellationId"]) == ("CANCELLED", gateway.serial)


def test_a_cancellation_refused_later_lets_the_story_go_on(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("31s")
    assert gateway.cancel(order, "CANCELLATION_REJECTED_LATER").status_code == 202
    gateway.advance()
    assert codes(gateway.kcis(order)) == ["COMMITTED", "CANCELLATION_REJECTED", "COMPLETED"]
    assert [kci["body"]["provideServiceOrder"]["status"] for kci in gateway.kcis(order)] == [
        "IN_PROGRESS",
        "IN_PROGRESS",
        "COMPLETED",
    ]


def test_a_cancellation_that_could_not_be_refused_later_is_refused_at_once(
    gateway: Gateway,
) -> None:
    order = gateway.place("ORDER_SUCCESSFUL")
    response = gateway.cancel(order, "CANCELLATION_REJECTED_LATER")
    assert (
        response.status_code == 422
        and "before the acknowledgement" in response.json()["messages"][0]
    )
    gateway.advance()
    assert gateway.order(order)["status"] == "COMPLETED"


def test_a_rejected_cancellation_is_422_with_the_reason(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    response = gateway.cancel(order, "CANCELLATION_REJECTED")
    assert (response.status_code, response.json()["messages"]) == (
        422,
        [f"Order {order['id']} cannot be cancelled any more"],
    )
    gateway.advance()
    assert gateway.order(order)["status"] == "COMPLETED"


def test_a_mark_decides_whether_a_cancellation_is_too_late(gateway: Gateway) -> None:
    early, late = gateway.place("ORDER_NO_RETURN"), gateway.place("ORDER_NO_RETURN")
    assert gateway.cancel(early).status_code == 201
    gateway.advance("31s")
    assert gateway.cancel(late).status_code == 422


def test_a_second_open_cancellation_is_refused(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.cancel(order, "CANCELLATION_PENDING")
    response = gateway.cancel(order)
    assert response.status_code == 422 and "open already" in response.json()["messages"][0]


def test_an_order_can_be_cancelled_before_it_was_acknowledged(gateway: Gateway) -> None:
    order = gateway.place("ORDER_SUCCESSFUL")
    assert gateway.cancel(order).status_code == 201
    assert gateway.order(order)["status"] == "CANCELLED"


def test_the_suppliers_own_cancellation_names_no_request(gateway: Gateway) -> None:
    order = gateway.place("ORDER_CANCELLED")
    gateway.advance()
    last = gateway.kcis(order)[-1]["body"]
    assert (last["reasonCode"], last["problemCode"]) == ("CANCELLED", "UNKNOWN_FAULT")
    assert "serviceOrderCancellationId" not in last["provideServiceOrder"]
