"""Later requests over HTTP: the merge rules, and the transition table (docs/contract/mef.md 1.2,
3.3).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.mef import Buyer, published

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


@pytest.mark.slow
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
