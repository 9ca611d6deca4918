"""The eight operations, through the front door: the published examples, the transition table, the
merge rules, refusals.
"""

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


# ---- changing


def test_a_patch_merges_objects_and_finds_items_by_their_reference(buyer: Buyer) -> None:
    order = buyer.place()
    rate = {"objectType": "informationRateQuantity", "amount": 5, "units": "Gbps"}
    profile = {"objectType": "bandwidthProfile", "committedInformationRate": rate}
    detail = {
        "objectType": "accessEplProductOrder",
        "enniIngressBandwidthProfile": profile,
        "uniIngressBandwidthProfile": profile,
    }
    item = {
        "objectType": "orderItem",
        "orderItemReference": "01",
        "action": "INSTALL",
        "quantity": 1,
        "orderItemDetail": detail,
    }
    response = buyer.change(order, buyerOrderVersion="1", orderItems=[item])
    assert response.status_code == 200
    changed = response.json()
    assert changed["orderItems"][1] == order["orderItems"][1], "the other item is untouched"
    before, after = (document["orderItems"][0]["orderItemDetail"] for document in (order, changed))
    assert after == {
        **before,
        "enniIngressBandwidthProfile": profile,
        "uniIngressBandwidthProfile": profile,
    }
    assert {key: changed[key] for key in order if key != "orderItems"} == {
        key: order[key] for key in order if key != "orderItems"
    }


def test_a_patch_replaces_an_object_by_one_of_another_type(buyer: Buyer) -> None:
    order = buyer.place()
    existing = {"objectType": "existingUniReference", "sellerUniId": "UNI-9"}
    item = {
        "orderItemReference": "01",
        "orderItemDetail": {"objectType": "accessEplProductOrder", "uniReference": existing},
    }
    assert (
        buyer.change(order, orderItems=[item]).json()["orderItems"][0]["orderItemDetail"][
            "uniReference"
        ]
        == existing
    )


def test_a_patch_must_leave_an_order_that_keeps_the_contract(buyer: Buyer) -> None:
    order = buyer.place()
    response = buyer.change(order, billingInfo={"billingContact": {"email": "a@example.test"}})
    assert (
        response.status_code == 422
        and "billingInfo.billingContact.name: is required" in response.json()["message"]
    )
    assert (
        buyer.change(order, buyerOrderContact={"email": "a@example.test"}).json()[
            "buyerOrderContact"
        ]["name"]
        == "John Doe"
    )


def test_a_patch_of_an_item_that_is_not_there_is_a_422(buyer: Buyer) -> None:
    order = buyer.place()
    response = buyer.change(order, orderItems=[{"orderItemReference": "09", "quantity": 2}])
    error = response.json()
    assert (
        response.status_code,
        error["reason"],
        error["orderMessages"][0]["orderItemReference"],
    ) == (422, "referenceNotFound", "09")


@pytest.mark.parametrize("member", ["buyerPurchaseOrderNumber", "buyerId", "sellerId"])
@pytest.mark.parametrize("verb", ["replace", "change"])
def test_what_names_an_order_never_changes(buyer: Buyer, verb: str, member: str) -> None:
    order = buyer.place()
    response = getattr(buyer, verb)(order, **{member: "X"})
    assert (response.status_code, response.json()["orderMessages"][0]["field"]) == (422, member)
    assert buyer.get(f"/orders/{order['id']}") == order


def test_each_version_is_used_once(buyer: Buyer) -> None:
    order = buyer.place()
    assert buyer.replace(order, buyerOrderVersion="1").status_code == 409
    assert buyer.replace(order, buyerOrderVersion="04").status_code == 200
    assert buyer.replace(order, buyerOrderVersion="1").status_code == 409
    assert buyer.change(order, buyerOrderVersion="1").status_code == 409
    assert buyer.change(order, buyerOrderVersion="04", notes="x").status_code == 200
    assert buyer.get(f"/orders/{order['id']}")["buyerOrderVersion"] == "04"


def test_a_replacement_may_refer_to_an_item_of_an_earlier_version_a_create_may_not(
    buyer: Buyer,
) -> None:
    order = buyer.place()
    alone = [published("put_request")["orderItems"][0]]
    assert buyer.replace(order, orderItems=alone).status_code == 200
    response = buyer.send(
        "POST",
        "/orders",
        published("create_request", buyerPurchaseOrderNumber="PO-9", orderItems=alone),
    )
    error = response.json()
    assert (response.status_code, error["reason"]) == (422, "referenceNotFound")
    assert error["orderMessages"][0] == {
        "objectType": "orderError",
        "severity": "ERROR",
        "correctionRequired": True,
        "orderItemReference": "01",
        "messageInformation": error["message"],
        "field": "orderItems[orderItemReference=01].orderItemDetail.uniReference"
        ".orderItemReference",
    }


def test_a_replacement_keeps_what_the_seller_gave(buyer: Buyer) -> None:
    order = buyer.place()
    buyer.advance("1m")
    changed = buyer.replace(order).json()
    assert (
        changed["expectedCompletionDate"]
        and changed["orderItems"][1]["orderItemDetail"]["sellerUniId"] == "UNI-1234502"
    )
    later = buyer.replace(order, buyerOrderVersion="3", requestedCompletionDate="2031-01-01").json()
    assert "expectedCompletionDate" not in later, "what was confirmed was another date"


# ---- the transition table (docs/contract/mef.md 3.3)

IN_STATUS = {
    "ACKNOWLEDGED": ("REJECTED_LATER", ""),
    "IN_PROGRESS": ("INSTALLED", ""),
    "PENDING": ("INFORMATION_REQUIRED", "30s"),
    "HELD by the Seller": ("JEOPARDY_CORRECTED", "1m"),
    "HELD by the Buyer": ("HELD_BY_BUYER", "hold"),
    "CANCELLED": ("CANCELLED_BY_SELLER", "30s"),
    "REJECTED": ("REJECTED_LATER", "30s"),
    "COMPLETED": ("INSTALLED", "42d"),
    "FAILED": ("ALL_FAILED", "42d"),
    "PARTIAL": ("PARTLY_DONE", "42d"),
}
TABLE: dict[str, dict[str, str]] = {
    "PUT": {
        "ACKNOWLEDGED": "ACKNOWLEDGED",
        "IN_PROGRESS": "IN_PROGRESS",
        "PENDING": "IN_PROGRESS",
        "HELD by the Seller": "IN_PROGRESS",
        "HELD by the Buyer": "HELD",
    },
    "PATCH": {
        "ACKNOWLEDGED": "ACKNOWLEDGED",
        "IN_PROGRESS": "IN_PROGRESS",
        "PENDING": "IN_PROGRESS",
        "HELD by the Seller": "HELD",
        "HELD by the Buyer": "HELD",
    },
    "cancel": dict.fromkeys(
        ("ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD by the Seller", "HELD by the Buyer"),
        "CANCELLED",
    ),
    "hold": {"ACKNOWLEDGED": "HELD", "IN_PROGRESS": "HELD"},
    "release": {"HELD by the Buyer": "IN_PROGRESS"},
}


def ask(buyer: Buyer, order: dict[str, Any], verb: str) -> Any:
    if verb == "PUT":
        return buyer.replace(order)
    return buyer.change(order, notes="x") if verb == "PATCH" else buyer.act(order, verb)


@pytest.mark.parametrize("verb", TABLE)
@pytest.mark.parametrize("status", IN_STATUS)
def test_each_request_in_each_status_does_what_the_table_says(
    buyer: Buyer, status: str, verb: str
) -> None:
    scenario, way = IN_STATUS[status]
    order = buyer.place(scenario)
    if way == "hold":
        buyer.act(order, "hold")
    elif way:
        buyer.advance(way)
    before = buyer.get(f"/orders/{order['id']}")
    assert before["orderStatus"] == status.split()[0]
    response = ask(buyer, order, verb)
    after = buyer.get(f"/orders/{order['id']}")
    if status in TABLE[verb]:
        assert response.status_code == (200 if verb in ("PUT", "PATCH") else 201), response.text
        assert response.json()["orderStatus"] == after["orderStatus"] == TABLE[verb][status]
    else:
        error = response.json()
        assert (response.status_code, error["status"], error["reason"]) == (
            409,
            409,
            "conflict",
        ) and isinstance(error["code"], int)
        assert order["id"] in error["message"] and after == before, "and nothing has changed"


def test_a_release_goes_back_to_the_status_before_the_hold(buyer: Buyer) -> None:
    order = buyer.place("ACKNOWLEDGED_FIRST")
    assert buyer.act(order, "hold").json()["orderStatus"] == "HELD"
    assert buyer.act(order, "release").json()["orderStatus"] == "ACKNOWLEDGED"


def test_a_hold_stops_the_story_and_a_release_gives_it_the_time_it_had_left(buyer: Buyer) -> None:
    order = buyer.place("HELD_BY_BUYER", desiredResponses="CONFIRMATION_AND_ENGINEERING_DESIGN")
    buyer.advance("10s")
    buyer.act(order, "hold")
    assert buyer.advance("30d")["kcis"] == []
    assert {kci["state"] for kci in buyer.admin("GET", "/kcis")["items"]} == {"paused"}
    buyer.act(order, "release")
    assert buyer.advance("19s")["kcis"] == [] and [
        kci["send"] for kci in buyer.advance("1s")["kcis"]
    ] == ["CONFIGURATION"]
    buyer.advance()
    assert buyer.status(order) == "COMPLETED"


def test_a_cancellation_in_a_hold_ends_what_is_paused_too(buyer: Buyer) -> None:
    order = buyer.place("HELD_BY_BUYER")
    buyer.act(order, "hold")
    buyer.act(order, "cancel", {"cancellationReason": "Changed our mind"})
    kcis = buyer.admin("GET", "/kcis")["items"]
    assert [kci["state"] for kci in kcis if kci["send"] != "CANCELLATION"] == ["withdrawn"] * 3
    buyer.advance("0s")
    (told,) = [kci["body"] for kci in buyer.admin("GET", "/kcis?state=delivered")["items"]]
    assert (told["notificationType"], told["orderCancellationReason"]) == (
        "CANCELLATION",
        "Changed our mind",
    )


def test_a_cancellation_that_is_assessed_keeps_the_status_and_a_second_is_a_409(
    buyer: Buyer,
) -> None:
    order = buyer.place("CANCEL_ASSESSED")
    first = buyer.act(order, "cancel")
    assert (first.status_code, first.json()["orderStatus"]) == (201, "IN_PROGRESS")
    assert buyer.act(order, "cancel").status_code == 409
    buyer.advance()
    assert buyer.status(order) == "CANCELLED"


def test_an_order_with_a_completed_item_can_still_be_cancelled(buyer: Buyer) -> None:
    order = buyer.place("ITEM_STATUSES")
    buyer.advance("1m")
    cancelled = buyer.act(order, "cancel").json()
    assert (
        cancelled["orderStatus"],
        [item["orderItemStatus"] for item in cancelled["orderItems"]],
    ) == (
        "CANCELLED",
        ["COMPLETED", "CANCELLED"],
    )


# ---- many at once


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


# ---- refusals


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
def test_a_bad_body_is_told_what_is_wrong(buyer: Buyer, body: Any, code: int, said: str) -> None:
    response = buyer.send("POST", "/orders", body)
    error = response.json()
    assert response.status_code == error["status"] == code, error
    assert said in error["message"] and ("orderMessages" in error) is (code == 422)
    assert buyer.get("/orders")["available"] == 0


def test_every_problem_is_told_at_once_each_with_its_item(buyer: Buyer) -> None:
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
    assert any("notes occurs twice" in message for message in messages)


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
    supplier = {"name": "mef", "path": "/mef", "dialect": "mef", "scenarios": folder}
    with Embedded(make_config(suppliers=[supplier])) as running, Buyer(running.url) as buyer:
        codes = [
            buyer.send("POST", "/orders", published("create_request")).status_code for _ in range(3)
        ]
        assert codes == [503, 201, 409]
        order = buyer.get("/orders")["items"][0]
        assert [buyer.change(order, notes="x").status_code for _ in range(3)] == [503, 200, 200]
