"""What a Seller refuses over HTTP, and in which words (docs/contract/mef.md 3.5, 3.6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.mef import Buyer, published


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("PATCH", ""),
        ("GET", "/status"),
        ("POST", "/cancel"),
        ("POST", "/hold"),
    ],
)
def test_an_order_that_is_not_known_is_a_404(buyer: Buyer, method: str, tail: str) -> None:
    body = published("put_request") if method in ("PUT", "PATCH") else None
    response = buyer.send(method, f"/orders/ORD-CC-1{tail}", body)
    assert (response.status_code, response.json()["reason"]) == (404, "notFound")
    assert buyer.send(method, f"/orders/{'x' * 46}{tail}", body).status_code == 400


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"", 400, "empty"),
        (b"{", 400, "not_json"),
        (b"[]", 400, "must be a JSON object"),
        (
            published("create_request", objectType="order"),
            400,
            "objectType: must be `order-create-update`, is `order`",
        ),
        (
            published("create_request", objectType=None),
            400,
            "objectType: must be `order-create-update`, is absent",
        ),
        (published("create_request", buyerId=None), 400, "buyerId: is required"),
        (published("create_request", buyerId=7), 400, "buyerId: must be a string"),
        (published("create_request", orderItems={}), 400, "orderItems: must be a list"),
        (
            published("create_request", buyerOrderContact={"objectType": "contact"}),
            400,
            "buyerOrderContact.name: is required",
        ),
        (published("create_request", buyerId=""), 422, "buyerId: must have 1 to 25 characters"),
        (published("create_request", orderActivity="INSTAL"), 422, "did you mean `INSTALL`?"),
        (published("create_request", orderDate="Dog"), 422, "orderDate: `Dog` is no date"),
        (
            published("create_request", requestedCompletionDate="2016-14-14T13:10+10:10"),
            422,
            "is no date",
        ),
        (
            published("create_request", orderItems=[]),
            422,
            "orderItems: must have at least 1 entries",
        ),
        (
            published("create_request", buyerPurchaseOrderNumber="P" * 17),
            422,
            "1 to 16 characters, has 17",
        ),
    ],
)
def test_the_answer_to_a_bad_body_says_what_is_wrong(
    buyer: Buyer, body: Any, code: int, said: str
) -> None:
    response = buyer.send("POST", "/orders", body)
    error = response.json()
    assert response.status_code == error["status"] == code, error
    assert said in error["message"] and ("orderMessages" in error) is (code == 422)
    assert buyer.get("/orders")["available"] == 0


def test_every_problem_is_in_one_answer_each_with_its_item(buyer: Buyer) -> None:
    item = published("create_request")["orderItems"][1]
    body = published(
        "create_request",
        priority=9,
        orderItems=[{**item, "quantity": 0}, {**item, "orderItemReference": "03", "action": "X"}],
    )
    error = buyer.send("POST", "/orders", body).json()
    told = {
        message["field"]: message.get("orderItemReference") for message in error["orderMessages"]
    }
    assert told == {
        "priority": None,
        "orderItems[orderItemReference=02].quantity": "02",
        "orderItems[orderItemReference=03].action": "03",
    }


def test_two_items_of_one_reference_are_a_422(buyer: Buyer) -> None:
    item = published("create_request")["orderItems"][1]
    response = buyer.send("POST", "/orders", published("create_request", orderItems=[item, item]))
    assert response.status_code == 422 and "occurs more than once" in response.json()["message"]


@pytest.mark.parametrize(
    "kind", ["application/xml", "text/plain", "application/x-www-form-urlencoded"]
)
def test_another_media_type_is_a_415(buyer: Buyer, kind: str) -> None:
    assert buyer.send("POST", "/orders", b"<order/>", Content_Type=kind).status_code == 415


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/orders/ORD-CC-12345"), ("PUT", "/orders"), ("GET", "/orders/ORD-CC-12345/hold")],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    buyer: Buyer, method: str, path: str
) -> None:
    response = buyer.send(method, path)
    assert response.status_code == 405 and response.headers["Allow"]


def test_a_path_that_does_not_exist_is_a_404_in_the_contracts_words(buyer: Buyer) -> None:
    response = buyer.send("GET", "/nowhere")
    assert (
        response.status_code == 404
        and "/orders/{id}/hold" in response.json()["message"]
        and "&" not in response.json()["message"]
    )


@pytest.mark.parametrize("verb", ["cancel", "hold"])
def test_an_act_may_have_a_body_and_it_must_be_an_object(buyer: Buyer, verb: str) -> None:
    order = buyer.place()
    assert buyer.act(order, verb, [1]).status_code == 400
    assert buyer.act(order, verb, {"notes": 5}).status_code == 400
    assert buyer.act(order, verb, {"buyerId": "Verizon", "anything": [1]}).status_code == 201


def test_a_second_order_with_one_number_names_the_first(buyer: Buyer) -> None:
    order = buyer.place(buyerPurchaseOrderNumber="PO-7")
    response = buyer.send(
        "POST", "/orders", published("create_request", buyerPurchaseOrderNumber="PO-7")
    )
    assert response.status_code == 409 and order["id"] in response.json()["message"]
    assert buyer.place(buyerPurchaseOrderNumber="PO-7", buyerId="Other")["id"] != order["id"]
    assert buyer.get("/orders")["available"] == 2


def test_members_that_are_the_sellers_are_not_taken(buyer: Buyer) -> None:
    item = {**published("create_request")["orderItems"][1], "orderItemStatus": "COMPLETE"}
    order = buyer.place(
        orderStatus="COMPLETED",
        status="HELD",
        id="mine",
        link={"href": "x"},
        expectedCompletionDate="Dog",
        orderItems=[item],
    )
    assert (order["orderStatus"], order["id"]) == ("IN_PROGRESS", "ORD-CC-12345")
    assert (
        "status" not in order
        and "expectedCompletionDate" not in order
        and "orderItemStatus" not in order["orderItems"][0]
    )
    (exchange,) = buyer.admin("GET", "/journal?direction=in")["items"]
    path = "orderItems[orderItemReference=02].orderItemStatus"
    assert (path, f"{path}: is the Seller's to set") in {
        (finding["where"], finding["message"])
        for finding in exchange["findings"]
        if finding["rule"] == "mef.sellers_member"
    }


def test_a_key_twice_counts_the_last_time_and_is_noted(buyer: Buyer) -> None:
    text = buyer_text(notes="first").replace(
        '"notes": "first"', '"notes": "first", "notes": "second"'
    )
    assert buyer.send("POST", "/orders", text.encode()).json()["notes"] == "second"
    (exchange,) = buyer.admin("GET", "/journal?direction=in")["items"]
    messages = [finding["message"] for finding in exchange["findings"]]
    assert any("`notes` occurs twice" in message for message in messages)


def buyer_text(**members: Any) -> str:
    import json

    return json.dumps(published("create_request", **members))


def test_a_reply_of_the_scenarios_own_may_be_any_fault(
    scenario_folder: Any, make_config: Any
) -> None:
    from simulator.web import Embedded

    folder = scenario_folder(
        BUSY="reply: {attempts: [{status: 503}, commit]}\namendment:\n"
        "  - reply: {attempts: [{status: 503}, acknowledge]}\n"
    )
    supplier = {"name": "mef", "path": "/mef", "dialect": "mef", "scenarios": folder, "only": True}
    with Embedded(make_config(suppliers=[supplier])) as running, Buyer(running.url) as buyer:
        codes = [
            buyer.send("POST", "/orders", published("create_request")).status_code for _ in range(3)
        ]
        assert codes == [503, 201, 409]
        order = buyer.get("/orders")["items"][0]
        assert [buyer.change(order, notes="x").status_code for _ in range(3)] == [503, 200, 200]


def test_a_draft_of_2016_is_named_with_what_has_changed_since(buyer: Buyer) -> None:
    order = published("create_request", orderActivity="Install", orderType="Access EPL Product")
    order["buyerBillingInfo"] = order.pop("billingInfo")
    first, second = order["orderItems"][:2]
    first["product"] = {**first.pop("orderItemDetail"), "objectType": "accessEplOrderItemSpec"}
    second["objectType"] = "uniOrderItem"
    answer = buyer.send("POST", "/orders", order)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(
        "body: this looks like an order of a draft of this API, of September or October 2016:"
        " buyerBillingInfo is billingInfo now; orderActivity: `Install` is INSTALL now;"
        " orderType: `Access EPL Product` is ACCESS_EPL now;"
        " orderItems[0].product is orderItemDetail now;"
        " orderItems[0].product.objectType: `accessEplOrderItemSpec` is accessEplProductOrder now;"
        " orderItems[1] is an orderItem now, and what is ordered stands in its orderItemDetail"
    )


def test_a_refusal_names_a_key_that_occurs_twice(buyer: Buyer) -> None:
    text = buyer_text(buyerId=None, notes="first").replace(
        '"notes": "first"', '"notes": "first", "notes": "second"'
    )
    answer = buyer.send("POST", "/orders", text.encode())
    assert answer.status_code == 400
    assert "body: the member `notes` occurs twice in one object" in answer.json()["message"]


def test_a_story_does_not_read_a_remark_as_a_refusal(buyer: Buyer) -> None:
    order = published("create_request", colour="blue")
    number = buyer.send("POST", "/orders", order).json()["id"]
    (kept,) = buyer.admin("GET", f"/orders?number={number}")["items"]
    lines = buyer.admin("GET", f"/orders/{kept['id']}/story?format=json")["events"]
    assert "; noted: colour: unknown member" in lines[0]["text"]
