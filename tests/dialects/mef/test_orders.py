"""Placing and reading orders over HTTP: the published examples, lists, many orders at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.mef import PUBLISHED, Buyer, published

ADDED = {"objectType", "id", "link", "orderStatus"}


def test_the_published_create_gets_the_published_answer(buyer: Buyer) -> None:
    response = buyer.send("POST", "/orders", published("create_request"))
    answer = response.json()
    assert response.status_code == 201
    assert answer == {
        **PUBLISHED["create_response"],
        "link": {"href": f"{buyer.url}/orders/ORD-CC-12345"},
    }
    assert {key for key in answer if answer[key] != PUBLISHED["create_request"].get(key)} == ADDED
    assert response.headers["Location"] == answer["link"]["href"]
    assert list(answer)[:3] == ["objectType", "id", "link"]
    (exchange,) = buyer.admin("GET", "/journal?direction=in")["items"]
    assert exchange["findings"] == [], "it leaves productSpecification out"


def test_the_published_replacement_gets_the_published_answer_with_its_own_version(
    buyer: Buyer,
) -> None:
    order = buyer.send("POST", "/orders", published("create_request")).json()
    response = buyer.send("PUT", f"/orders/{order['id']}", published("put_request"))
    assert response.status_code == 200
    told = {
        "objectType": "order",
        "id": order["id"],
        "link": order["link"],
        "orderStatus": "IN_PROGRESS",
    }
    assert response.json() == {**PUBLISHED["put_request"], **told}
    held = buyer.act(order, "hold")
    assert (held.status_code, held.json()) == (
        201,
        {**PUBLISHED["put_request"], **told, "orderStatus": "HELD"},
    )
    released = buyer.act(order, "release")
    assert (released.status_code, released.json()) == (201, {**PUBLISHED["put_request"], **told})
    cancelled = buyer.act(order, "cancel")
    assert (cancelled.status_code, cancelled.json()) == (
        201,
        {**PUBLISHED["put_request"], **told, "orderStatus": "CANCELLED"},
    )


def test_the_full_published_order_is_carried_whole(buyer: Buyer) -> None:
    body = published(
        "full_order", objectType="order-create-update", id=None, link=None, orderStatus=None
    )
    order = buyer.send("POST", "/orders", body).json()
    assert {key: order[key] for key in body if key != "objectType"} == {
        key: body[key] for key in body if key != "objectType"
    }
    assert (
        buyer.get(f"/orders?id={order['id']}")
        == buyer.get("/orders?pon=PO-12345")
        == buyer.get(f"/orders/{order['id']}")
        == order
    )
    listed = buyer.get("/orders?buyerId=Verizon")
    assert (listed["available"], listed["returned"], listed["items"]) == (1, 1, [order])
    assert (
        set(listed) == {"link", "available", "returned", "items"}
        and "/orders/ord-list-" in listed["link"]["href"]
    )


def test_what_is_not_known_is_kept_and_echoed(buyer: Buyer) -> None:
    item = {
        **published("create_request")["orderItems"][1],
        "orderItemDetail": {"objectType": "evplProductOrder", "cir": [1, {"x": None}]},
    }
    order = buyer.place(favouriteColour={"r": 1}, orderItems=[item])
    assert order["favouriteColour"] == {"r": 1} and order["orderItems"] == [item]
    (exchange,) = buyer.admin("GET", "/journal?direction=in")["items"]
    found = {(finding["rule"], finding["where"]) for finding in exchange["findings"]}
    assert ("mef.unknown_member", "favouriteColour") in found


# ---- asking


def test_a_list_holds_the_orders_of_one_buyer(buyer: Buyer) -> None:
    for name in ("Verizon", "Other", "Verizon"):
        buyer.place(buyerId=name)
    listed = buyer.get("/orders?buyerId=Verizon")
    assert [order["id"] for order in listed["items"]] == ["ORD-CC-12345", "ORD-CC-12347"]
    assert buyer.get("/orders")["available"] == 3
    page = buyer.get("/orders?offset=1&limit=1")
    assert (page["available"], page["returned"], page["items"][0]["id"]) == (3, 1, "ORD-CC-12346")
    nobody = buyer.send("GET", "/orders?buyerId=Nobody")
    assert nobody.status_code == 200 and (nobody.json()["available"], nobody.json()["items"]) == (
        0,
        [],
    )


@pytest.mark.parametrize(
    "query",
    ["/orders&buyerId=Verizon", "/orders&id=ORD-CC-12345", "/orders?id=ORD-CC-12345&?pon=PO-1"],
)
def test_the_queries_that_the_published_pages_misspell_are_read_as_meant(
    buyer: Buyer, query: str
) -> None:
    order = buyer.place()
    found = buyer.get(query)
    assert found == order or found["items"] == [order]


def test_one_order_by_purchase_number_wants_the_buyer_where_it_is_ambiguous(buyer: Buyer) -> None:
    first = buyer.place(buyerPurchaseOrderNumber="PO-7")
    buyer.place(buyerPurchaseOrderNumber="PO-7", buyerId="Other")
    ambiguous = buyer.send("GET", "/orders?pon=PO-7")
    assert ambiguous.status_code == 400 and "buyerId" in ambiguous.json()["message"]
    assert buyer.get("/orders?pon=PO-7&buyerId=Verizon") == first
    assert buyer.send("GET", f"/orders?id={first['id']}&pon=PO-8").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["id=", "pon=", "buyerId=", "limit=x", "offset=-1", "id=%20", "offset=99999999999999999999"],
)
def test_a_parameter_without_sense_is_a_400(buyer: Buyer, query: str) -> None:
    response = buyer.send("GET", f"/orders?{query}")
    assert (response.status_code, response.json()["reason"]) == (
        400,
        "missingQueryValue" if query.endswith("=") else "invalidQuery",
    )


def test_the_status_of_an_order(buyer: Buyer) -> None:
    order = buyer.place("ITEM_STATUSES")
    assert buyer.get(f"/orders/{order['id']}/status") == {
        "objectType": "orderStatusResponse",
        "orderId": order["id"],
        "buyerId": "Verizon",
        "sellerId": "Cox Spectrum Business",
        "buyerPurchaseOrderNumber": "PO-1",
        "buyerOrderVersion": "1",
        "orderStatus": "IN_PROGRESS",
        "requestedCompletionDate": "2016-10-11T17:20+01:00",
    }
    buyer.advance()
    status = buyer.get(f"/orders/{order['id']}/status")
    assert status["orderStatus"] == "PARTIAL"
    assert [item["orderItemStatus"] for item in status["orderItemStatuses"]] == [
        "COMPLETED",
        "FAILED",
    ]


# ---- many at once


@pytest.mark.slow  # processes that race
def test_orders_at_once_are_numbered_without_gap_or_double(
    make_config: Any, store_url: str
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from simulator.web import Embedded

    with (
        Embedded(
            make_config(suppliers=[{"name": "mef", "dialect": "mef"}], store={"url": store_url})
        ) as running,
        Buyer(running.url) as buyer,
    ):
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: buyer.place()["id"], range(40)))
            copies = list(
                pool.map(
                    lambda _: (
                        buyer.send("POST", "/orders", published("create_request")).status_code
                    ),
                    range(12),
                )
            )
        assert sorted(made) == [f"ORD-CC-{number}" for number in range(12345, 12385)]
        assert sorted(copies) == [201] + [409] * 11
        assert [order["id"] for order in buyer.get("/orders")["items"]][:40] == sorted(made)
