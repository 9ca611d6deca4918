"""Orders through the front door: what each reply word answers, and what KCIs follow."""

from __future__ import annotations

import pytest

from simulator.web import Embedded
from tests.conftest import Gateway


def codes(kcis: list) -> list[str]:
    return [kci["send"] for kci in kcis]


def test_an_accepted_order_is_202_without_a_body_and_lives_to_its_completion(
    gateway: Gateway,
) -> None:
    body = gateway.provide(requestedCompletionDate="2099-03-02")
    response = gateway.post("/service-orders", body)
    assert (response.status_code, response.content) == (202, b"")
    gateway.advance()
    kcis = gateway.kcis(body)
    assert codes(kcis) == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    assert [kci["body"]["sequenceNumber"] for kci in kcis] == [1, 2, 3]
    statuses = [kci["body"]["provideServiceOrder"]["status"] for kci in kcis]
    assert statuses == ["ACKNOWLEDGED", "IN_PROGRESS", "COMPLETED"]
    committed = kcis[1]["body"]["provideServiceOrder"]
    assert committed["committedDate"] == committed["targetDate"] == "2099-03-02T09:00:00.000Z"
    assert {row["code"] for row in gateway.received()} == {204}


def test_an_acknowledged_order_is_201_with_our_reference_and_what_was_sent(
    gateway: Gateway,
) -> None:
    body = gateway.provide(notes="Rear entrance")
    response = gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED")
    answer = response.json()
    assert response.status_code == 201
    assert answer.pop("status") == "ACKNOWLEDGED"
    assert answer.pop("supplierOrderReference").startswith("SIM-")
    assert answer == body
    gateway.advance()
    assert codes(gateway.kcis(body)) == ["COMMITTED", "COMPLETED"]


def test_a_committed_order_is_201_with_both_dates_and_no_more_word_of_it(gateway: Gateway) -> None:
    body = gateway.provide()
    answer = gateway.post("/service-orders", body, X_Scenario="ORDER_IN_PROGRESS").json()
    assert answer["status"] == "IN_PROGRESS"
    assert answer["committedDate"] == answer["targetDate"]
    gateway.advance()
    assert codes(gateway.kcis(body)) == ["COMPLETED"]


def test_a_rejected_order_is_422_with_the_reason_and_its_id_stays_free(gateway: Gateway) -> None:
    body = gateway.provide()
    response = gateway.post("/service-orders", body, X_Scenario="ORDER_REJECTED")
    assert response.status_code == 422
    assert response.json()["code"] == "INVALID_REQUEST"
    assert response.json()["messages"] == [
        "serviceOrderItem: the service is not available at this address"
    ]
    assert gateway.admin("GET", f"/orders?ref={body['id']}")["items"] == []
    assert gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED").status_code == 201


def test_the_reference_is_the_same_in_the_answer_and_in_every_kci(gateway: Gateway) -> None:
    body = gateway.provide()
    reference = gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED").json()[
        "supplierOrderReference"
    ]
    gateway.advance()
    assert {
        kci["body"]["provideServiceOrder"]["supplierOrderReference"] for kci in gateway.kcis(body)
    } == {reference}


def test_unknown_members_are_carried_echoed_and_noted(gateway: Gateway) -> None:
    body = gateway.provide(brandNew={"deep": [1, {"x": None}]}, text="Grüße \u2028 😀")
    answer = gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED").json()
    assert answer["brandNew"] == body["brandNew"] and answer["text"] == body["text"]
    gateway.advance("31s")
    assert gateway.kcis(body)[0]["body"]["provideServiceOrder"]["brandNew"] == body["brandNew"]
    line = gateway.admin("GET", "/journal?direction=in")["items"][0]
    assert [finding["message"] for finding in line["findings"]] == [
        "unknown member brandNew",
        "unknown member text",
    ]


@pytest.mark.parametrize(
    ("body", "entity", "scenario"),
    [
        ({"orderType": "CEASE", "serviceId": "SVC-1"}, "ceaseServiceOrder", "CEASE_SUCCESSFUL"),
        ({"serviceId": "SVC-1"}, "ceaseServiceOrder", "CEASE_SUCCESSFUL"),
        (
            {
                "serviceId": "SVC-1",
                "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "500/75"}],
            },
            "modifyServiceOrder",
            "MODIFY_SUCCESSFUL",
        ),
    ],
)
def test_cease_and_modify_are_told_apart_and_play_their_own_scenario(
    gateway: Gateway, body: dict, entity: str, scenario: str
) -> None:
    order = {"id": 9, "tenant": "TENANT1", **body}
    assert gateway.post("/service-orders", order).status_code == 202
    gateway.advance()
    assert gateway.order(order)["scenario"] == scenario
    assert [kci["body"][entity]["serviceId"] for kci in gateway.kcis(order)] == ["SVC-1"] * 3


def test_an_ethernet_order_needs_no_tenant_header(gateway: Gateway, simulator: Embedded) -> None:
    sample = simulator.world.default.dialect.sample("ethernet", None, 77)
    response = gateway.post("/ethernet/service-orders", sample.body, Tenant="")
    assert response.status_code == 202
    gateway.advance()
    sent = [kci["body"] for kci in gateway.kcis({"id": 77})]
    assert [kci["reasonCode"] for kci in sent] == [
        "ACKNOWLEDGED",
        "UPDATE",
        "COMMITTED",
        "COMPLETED",
    ]
    assert all("provideEthernetOrder" in kci for kci in sent)


def test_the_gap_of_a_scenario_is_a_header_in_seconds(gateway: Gateway) -> None:
    body = gateway.provide()
    gateway.post("/service-orders", body, X_Kci_Delay="0.25")
    assert len(gateway.advance("750ms")["kcis"]) == 3


def test_scenario_parameters_travel_in_the_header_too(gateway: Gateway) -> None:
    body = gateway.provide()
    gateway.post("/service-orders", body, X_Scenario="ORDER_DELAYED?problemCode=SITE_UNSAFE&gap=1h")
    gateway.advance("3h")
    delay = gateway.kcis(body)[-1]["body"]
    assert (delay["reasonCode"], delay["problemCode"], delay["provideServiceOrder"]["status"]) == (
        "DELAY",
        "SITE_UNSAFE",
        "HELD",
    )


def test_kcis_carry_exactly_the_moments_they_were_due(gateway: Gateway) -> None:
    body = gateway.place("ORDER_DELAYED")
    gateway.advance()
    assert [kci["body"]["issuedOn"] for kci in gateway.kcis(body)] == [
        kci["due_at"] for kci in gateway.kcis(body)
    ]


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("X_Scenario", "ORDER_DELAID", "did you mean `ORDER_DELAYED`?"),
        ("X_Scenario", "ORDER_DELAYED?gapp=1", "no parameter `gapp`"),
        ("X_Kci_Delay", "soon", "X-Kci-Delay: `soon` is not a duration"),
        ("X_Kci_Delay", "-1", "X-Kci-Delay: a duration lies between"),
    ],
)
def test_a_wrong_control_header_is_a_422_that_says_what_is_right(
    gateway: Gateway, header: str, value: str, said: str
) -> None:
    response = gateway.post("/service-orders", gateway.provide(), **{header: value})
    assert response.status_code == 422
    assert said in response.json()["messages"][0]


# ---- requests about an order that is not there


def test_an_unknown_order_is_404(gateway: Gateway) -> None:
    for response in (gateway.amend({"id": 999_999}), gateway.cancel({"id": 999_999})):
        assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


def test_another_tenants_order_is_unknown(gateway: Gateway) -> None:
    order = gateway.place()
    body = {"id": 1, "orderId": order["id"], "reasonCode": "OTHER"}
    assert gateway.post("/service-order-cancellations", body, Tenant="TENANT2").status_code == 404


def test_a_wrong_supplier_reference_is_refused(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    assert (
        gateway.cancel(
            order, "CANCELLATION_ACCEPTED", supplierOrderReference="SIM-NOBODY"
        ).status_code
        == 422
    )
    assert (
        gateway.cancel(order, supplierOrderReference=gateway.order(order)["number"]).status_code
        == 201
    )
