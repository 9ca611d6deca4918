"""Each switch of `contract:`, and what the published pages' contradictions come to without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import config, dialects
from simulator.base.errors import Invalid
from simulator.dialects.mef.settings import Options, Settings
from simulator.web import Embedded
from tests.dialects.mef import PUBLISHED, Buyer, published

Seller = Callable[..., Buyer]


def test_the_switches_and_their_schema_name_the_same_things() -> None:
    assert set(Options().fields) == set(Settings.__dataclass_fields__)


def test_a_wrong_switch_is_a_located_error(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "suppliers:\n  - name: m\n    dialect: mef\n    contract:\n      strikt: true\n"
        "      duplicate_pon: maybe\n  - {name: x, dialect: meff}\n"
    )
    with pytest.raises(Invalid) as caught:
        config.load(path, environment={})
    told = [str(problem) for problem in caught.value.problems]
    assert any(":5:7: " in line and "did you mean `strict`?" in line for line in told), told
    assert any(":6:" in line and "`maybe` is not valid" in line for line in told), told
    assert any(":7:" in line and "did you mean `mef`?" in line for line in told), told
    with pytest.raises(Invalid, match="contract: strikt"):
        dialects.get("mef", {"strikt": True})


def test_duplicate_pon_replay_gives_the_first_answer_to_the_same_body(seller: Seller) -> None:
    buyer = seller(duplicate_pon="replay")
    first, again = (buyer.send("POST", "/orders", published("create_request")) for _ in range(2))
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (201, first.json())
    )
    assert (
        buyer.send("POST", "/orders", published("create_request", notes="other")).status_code == 409
    )
    assert buyer.get("/orders")["available"] == 1


def test_duplicate_pon_accept_makes_another_order_each_time(seller: Seller) -> None:
    buyer = seller(duplicate_pon="accept")
    made = [
        buyer.send("POST", "/orders", published("create_request")).json()["id"] for _ in range(3)
    ]
    assert made == ["ORD-CC-12345", "ORD-CC-12346", "ORD-CC-12347"]
    assert buyer.get("/orders?pon=PO-12345")["id"] == made[-1]
    buyer.advance()
    assert {order["orderStatus"] for order in buyer.get("/orders")["items"]} == {"COMPLETED"}


def test_same_version_accept_takes_the_current_one_again(seller: Seller) -> None:
    buyer = seller(same_version="accept")
    order = buyer.place()
    assert buyer.replace(order, buyerOrderVersion="1", notes="x").json()["notes"] == "x"
    assert buyer.replace(order, buyerOrderVersion="2").status_code == 200
    assert buyer.replace(order, buyerOrderVersion="1").status_code == 409, "an earlier one never"


def test_amend_restarts_puts_a_replaced_order_back_to_the_start(seller: Seller) -> None:
    buyer = seller(amend_restarts=True)
    order = buyer.place("ACKNOWLEDGED_FIRST")
    buyer.advance("30s")
    assert buyer.status(order) == "IN_PROGRESS"
    assert buyer.replace(order).json()["orderStatus"] == "ACKNOWLEDGED"
    buyer.advance()
    assert buyer.status(order) == "COMPLETED", "and its story goes on"


def test_cancel_denied_201_is_the_unchanged_order_with_the_reason(seller: Seller) -> None:
    buyer = seller(cancel_denied=201)
    order = buyer.place("CANCEL_DENIED")
    response = buyer.act(order, "cancel")
    reason = f"Order {order['id']} is past its point of no return"
    assert (response.status_code, response.json()) == (
        201,
        {**order, "cancellationDeniedReason": reason},
    )


def test_invalid_input_405_is_what_the_descriptors_say(seller: Seller) -> None:
    buyer = seller(invalid_input=405)
    response = buyer.send("POST", "/orders", b"{")
    assert (response.status_code, response.json()["status"]) == (405, 405)
    assert (
        buyer.send("POST", "/orders", published("create_request", orderItems=[])).status_code == 422
    )


def test_action_status_200(seller: Seller) -> None:
    buyer = seller(action_status=200)
    order = buyer.place()
    assert [buyer.act(order, verb).status_code for verb in ("hold", "release", "cancel")] == [
        200,
        200,
        200,
    ]


def test_the_lists_of_the_schemas(seller: Seller) -> None:
    buyer = seller(single_as_list=True, list_shape="schema", empty_list=404)
    assert buyer.send("GET", "/orders").status_code == 404
    order = buyer.place()
    listed = buyer.get(f"/orders?id={order['id']}")
    assert (listed["objectType"], listed["orders"], listed["available"]) == (
        "orderList",
        [order],
        1,
    ) and "items" not in listed


def test_seed_links_are_those_of_the_published_pages(seller: Seller) -> None:
    buyer = seller(seed_links=True)
    response = buyer.send("POST", "/orders", published("create_request"))
    assert response.json() == PUBLISHED["create_response"]
    assert buyer.get("/orders")["link"] == {"href": "http://orders/ord-list-234"}


DEEP = published("full_order")["orderItems"]
DEEP[0]["orderItemDetail"]["productSpecification"] = {
    "objectType": "productSpecRef",
    "code": "AEVPL100",
}
DEEP[1]["orderItemDetail"]["serviceSiteInformation"]["siteAddress"]["colour"] = "red"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Buyer, Buyer]]:
    """A strict and a tolerant supplier."""
    suppliers = [
        {"name": name, "dialect": "mef", "contract": {"strict": name == "strict"}}
        for name in ("strict", "tolerant")
    ]
    store = {"url": f"sqlite:///{tmp_path_factory.mktemp('pair')}/s.db"}
    settings = config.load(
        environment={},
        overrides={
            "server": {"port": 0},
            "store": store,
            "clock": {"mode": "manual"},
            "suppliers": suppliers,
        },
    )
    with (
        Embedded(settings) as running,
        Buyer(running.url, "/strict", "strict") as strict,
        Buyer(running.url, "/tolerant", "tolerant") as tolerant,
    ):
        yield strict, tolerant


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"favouriteColour": "red"}, "favouriteColour: unknown member"),
        (
            {"orderItems": DEEP},
            (
                "orderItems[orderItemReference=02].orderItemDetail.serviceSiteInformation"
                ".siteAddress.colour: unknown member"
            ),
        ),
        ({"orderStatus": "HELD"}, "orderStatus: is the Seller's to set"),
        ({"buyerTechnicalContact": None}, "buyerTechnicalContact: is wanted for INSTALL"),
        (
            {"billingInfo": {"objectType": "billingInformation"}},
            "billingInfo: wants existingBillingAccountNumber",
        ),
        (
            {"orderActivity": "DISCONNECT"},
            "orderActivity: DISCONNECT wants DISCONNECT of every item",
        ),
    ],
)
def test_strict_refuses_what_is_otherwise_noted(
    pair: tuple[Buyer, Buyer], change: dict[str, Any], said: str
) -> None:
    whole = published(
        "full_order", objectType="order-create-update", id=None, link=None, orderStatus=None
    )
    whole["orderItems"][0]["orderItemDetail"]["productSpecification"] = {
        "objectType": "productSpecRef",
        "code": "AEVPL100",
    }
    body = {key: value for key, value in {**whole, **change}.items() if value is not None}
    strict, tolerant = pair
    assert (
        strict.send(
            "POST", "/orders", {**whole, "buyerPurchaseOrderNumber": f"PO-{len(said)}"}
        ).status_code
        == 201
    )
    refused = strict.send("POST", "/orders", body)
    assert refused.status_code == 422 and said in refused.json()["message"]
    order = tolerant.send(
        "POST", "/orders", {**body, "buyerPurchaseOrderNumber": f"PO-{len(said)}"}
    )
    assert order.status_code == 201
    findings = tolerant.admin("GET", "/journal?direction=in&limit=1000")["items"][-1]["findings"]
    assert any(said in finding["message"] for finding in findings)


def test_strict_holds_to_the_published_schemas_which_the_published_example_breaks(
    seller: Seller,
) -> None:
    buyer = seller(strict=True)
    response = buyer.send("POST", "/orders", published("create_request"))
    assert (
        response.status_code == 400
        and "orderItemDetail.productSpecification: is required" in response.json()["message"]
    )
    text = b'{"objectType": "order-create-update", "objectType": "order-create-update"}'
    assert "duplicate_key" in buyer.send("POST", "/orders", text).json()["message"]
    assert buyer.send("GET", "/orders&buyerId=Verizon").status_code == 404
    assert buyer.send("GET", "/orders").json()["reason"] == "missingQueryParameter"
    assert buyer.send("GET", "/orders?buyerId=V&colour=red").status_code == 400
