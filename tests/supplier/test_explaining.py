"""Which scenario a request would play is told without a trace, by what decides for real."""

from __future__ import annotations

from typing import Any

from simulator.client import Client
from simulator.web import Embedded
from tests.conftest import Gateway


def explained(gateway: Gateway, request: dict[str, Any], code: int = 200) -> Any:
    return gateway.admin("POST", "/scenarios/explain", request, code)


def whole(gateway: Gateway, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/service-orders",
        "headers": gateway.headers(**headers),
        "body": body,
    }


def test_the_default_plays_and_each_other_one_has_its_difference(gateway: Gateway) -> None:
    told = explained(gateway, gateway.provide())
    assert told["scenario"] == "ORDER_SUCCESSFUL" and told["answer"]["code"] == 202
    assert told["why"] == "the supplier's default: no `when` fits"
    others = told["others"]
    assert others["CEASE_SUCCESSFUL"] == "operation is cease, but it is provide"
    assert others["ORDER_DELAYED"] == "it has no `when`"
    assert others["AMENDMENT_PENDING"] == "is for an amendment"
    assert others["UNSOLICITED_CEASE"].startswith("is begun by the supplier")
    known = {one["name"] for one in gateway.admin("GET", "/scenarios")["items"]}
    assert {*others, "ORDER_SUCCESSFUL"} == known


def test_a_body_alone_finds_its_path(gateway: Gateway) -> None:
    cease = {"id": 1, "orderType": "CEASE", "tenant": "OTHER", "serviceId": "SVC-1"}
    assert explained(gateway, cease)["scenario"] == "CEASE_SUCCESSFUL"
    gateway.admin("POST", "/pins", {"scenario": "ORDER_FAILED", "when": {"tenant": "OTHER"}}, 201)
    assert explained(gateway, cease)["scenario"] == "ORDER_FAILED"


def test_a_pin_is_told_and_not_used_up_and_nothing_is_kept(gateway: Gateway) -> None:
    pin = gateway.admin("POST", "/pins", {"scenario": "ORDER_DELAYED", "times": 1}, 201)["id"]
    body = gateway.provide()
    for _ in range(2):
        told = explained(gateway, whole(gateway, body))
        assert (told["scenario"], told["why"]) == ("ORDER_DELAYED", f"pin {pin}")
        assert told["others"]["CEASE_SUCCESSFUL"] == "operation is cease, but it is provide"
    assert gateway.admin("GET", "/orders")["items"] == []
    assert gateway.admin("GET", "/journal")["items"] == []
    assert gateway.admin("GET", "/kcis")["items"] == []
    assert gateway.post("/service-orders", body).status_code == 202
    assert gateway.order(body)["scenario"] == "ORDER_DELAYED"
    assert gateway.admin("GET", "/pins")["items"] == []
    assert gateway.advance("42d")["kcis"] != []


def test_the_header_is_told_with_what_it_refuses(gateway: Gateway) -> None:
    body = gateway.provide()
    told = explained(gateway, whole(gateway, body, X_Scenario="ORDER_REJECTED"))
    assert told["why"] == "header X-Scenario: ORDER_REJECTED" and told["answer"]["code"] == 422
    told = explained(gateway, whole(gateway, body, X_Scenario="ORDER_REJECTD"))
    assert told["scenario"] is None and told["answer"]["code"] == 422
    assert told["why"].startswith("the contract refuses it: X-Scenario: no scenario")


def test_what_the_contract_refuses_is_an_answer_that_shows_the_refusal(gateway: Gateway) -> None:
    told = explained(gateway, whole(gateway, gateway.provide(orderType=None), Tenant=""))
    assert told["scenario"] is None and told["others"] == {}
    assert told["answer"]["code"] == 400 and told["answer"]["body"]["messages"]
    assert "Tenant: this header is required" in told["why"]
    elsewhere = explained(gateway, {"path": "/nowhere", "body": {}})
    assert elsewhere["answer"]["code"] == 404


def test_a_later_request_is_answered_by_its_order(gateway: Gateway) -> None:
    order = gateway.place("ORDER_NO_RETURN")
    request = {
        "path": "/service-order-cancellations",
        "headers": gateway.headers(),
        "body": {"id": 9, "orderId": order["id"], "reasonCode": "CUSTOMER_CHANGED_MIND"},
    }
    told = explained(gateway, request)
    assert (told["scenario"], told["why"]) == ("ORDER_NO_RETURN", "entry cancellation[1]")
    assert told["answer"]["code"] == 201
    gateway.advance("30s")
    told = explained(gateway, request)
    assert told["why"] == "entry cancellation[0]" and told["answer"]["code"] == 422
    assert gateway.order(order)["status"] == "IN_PROGRESS"
    request["body"] = {**request["body"], "orderId": 1}
    assert "has no order 1 here" in explained(gateway, request)["why"]


def test_a_question_that_cannot_be_read_is_a_problem(gateway: Gateway) -> None:
    assert "headers" in explained(gateway, {"path": "/x", "headers": []}, 400)["detail"]
    assert "bdoy" in explained(gateway, {"path": "/x", "bdoy": {}}, 400)["detail"]
    response = gateway.http.post(f"{gateway.url}/__admin/scenarios/explain", json=[])
    assert response.status_code == 400 and "a JSON object" in response.json()["detail"]


def test_the_client_asks_for_a_sample(simulator: Embedded) -> None:
    with Client(simulator.url) as client:
        told = client.explain(client.sample("MODIFY_SUCCESSFUL"))
    assert told["scenario"] == "MODIFY_SUCCESSFUL"


def test_a_read_of_the_second_contract_plays_no_scenario(simulator: Embedded) -> None:
    with Client(simulator.url) as client:
        name = client.make_supplier(dialect="mef")["name"]
    with Client(simulator.url, supplier=name) as client:
        told = client.explain({"method": "GET", "path": "/orders?buyerId=B"})
        assert told["scenario"] is None and told["answer"] is None
        assert client.explain(client.sample("INSTALLED"))["scenario"] == "INSTALLED"
        client.delete_supplier(name)
