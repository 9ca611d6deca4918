"""How the team of the small gateway tests it."""

from __future__ import annotations

import pytest

from simulator.testing import NotSo


def test_an_order_is_followed_to_its_end(shop, supplier) -> None:
    order = shop.order()
    assert shop.look(order)["status"] == "SENT"
    supplier.advance(weeks=6)
    assert shop.look(order)["status"] == "COMPLETED"


def test_an_order_is_completed_after_a_delay(shop, supplier) -> None:
    supplier.plays("ORDER_DELAYED")
    order = shop.order()
    assert [kci["last"]["code"] for kci in supplier.advance(days=3)] == [204] * 5
    assert shop.look(order)["history"] == [
        "ACKNOWLEDGED",
        "COMMITTED",
        "DELAY",
        "RESUMED",
        "COMPLETED",
    ]


def test_an_order_stands_where_the_clock_stands(shop, supplier) -> None:
    order = shop.order()
    supplier.advance(to_next=True)
    assert shop.look(order)["status"] == "ACKNOWLEDGED"
    assert supplier.wait_for_kci("ACKNOWLEDGED")["sequence"] == 1
    with pytest.raises(NotSo, match="advance it"):
        supplier.wait_for_kci("COMPLETED", within="0s")


def test_a_refusal_is_told_to_the_customer(shop, supplier) -> None:
    supplier.plays("ORDER_REJECTED")
    assert shop.order()["status"] == "REFUSED"
    assert supplier.orders == []


def test_the_speed_is_sent_as_the_customer_wants_it(shop, supplier) -> None:
    shop.order(speed="160/30")
    request = supplier.wait_for_request({"path": "/service-orders"})
    (wanted,) = request["request"]["body"]["serviceOrderItem"]["serviceCharacteristics"]
    assert wanted == {"name": "LINE_PROFILE", "value": "160/30"}
    supplier.verify({"path": "/service-orders", "header.Tenant": "SMALL"}, count=1)


def test_a_cancellation_that_is_done_at_once_ends_the_order(shop, supplier) -> None:
    order = shop.order()
    supplier.advance(to_next=True)
    assert shop.cancel(order) == 202
    assert shop.look(order)["status"] == "CANCELLED"


def test_a_cancellation_that_takes_a_while_ends_the_order_too(shop, supplier) -> None:
    supplier.plays("CANCELLATION_PENDING")
    order = shop.order()
    supplier.advance(to_next=True)
    assert shop.cancel(order) == 202
    supplier.advance(days=1)
    assert shop.look(order)["status"] == "CANCELLED"
    supplier.verify(
        sequence=[
            {"path": "/service-orders"},
            {"path": "/service-order-cancellations"},
            {"body.reasonCode": "CANCELLED"},
        ]
    )


def test_a_kci_that_is_sent_twice_counts_once(shop, supplier) -> None:
    order = shop.order()
    supplier.advance(to_next=True)
    supplier.client.act_on_kci("resend", supplier.kcis[0]["id"])
    supplier.wait_until_idle()
    supplier.verify({"direction": "out", "status": 204}, count=2)
    assert shop.look(order)["history"] == ["ACKNOWLEDGED"]


@pytest.mark.supplier(default="ORDER_ACKNOWLEDGED")
def test_a_supplier_that_answers_at_once(shop, supplier) -> None:
    assert shop.order()["status"] == "ACKNOWLEDGED"
    assert supplier.order["status"] == "ACKNOWLEDGED"
