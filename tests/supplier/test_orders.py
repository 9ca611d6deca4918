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


# ---- amendments


def test_an_amendment_changes_what_it_names_and_nothing_else(gateway: Gateway) -> None:
    order = gateway.place(
        "ORDER_ACKNOWLEDGED", hazards="Dog", engineerTasks=["INSTALL_ROUTER"], notes="Rear"
    )
    response = gateway.amend(
        order,
        "AMENDMENT_ACCEPTED",
        primaryContact={"phoneNumber": "01632 960999"},
        serviceCharacteristics=[{"name": "LINE_PROFILE", "value": "500/75"}],
        engineerTasks=[],
        hazards="",
        requestedCompletionDate="2099-01-01",
    )
    assert response.status_code == 201
    answer = response.json()
    assert answer["supplierReference"].endswith("-A1") and answer["orderId"] == order["id"]
    document = gateway.order(order)["document"]
    assert document["primaryContact"] == {
        "name": "Ada Park",
        "email": "ada@example.test",
        "phoneNumber": "01632 960999",
    }
    assert document["serviceOrderItem"]["serviceCharacteristics"] == [
        {"name": "LINE_PROFILE", "value": "500/75"}
    ]
    assert document["serviceOrderItem"]["serviceSpecification"] == {"id": "FTTP"}
    assert document["requestedCompletionDate"] == "2099-01-01" and document["notes"] == "Rear"
    assert (
        "engineerTasks" not in document and "hazards" not in document and "orderId" not in document
    )
    assert document["id"] == order["id"]


def test_an_amendment_leaves_no_half_contact_behind(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    half = gateway.amend(
        order, secondaryContact={"phoneNumber": "01632 960999"}, primaryContact={"name": None}
    )
    assert half.status_code == 422
    assert [message.split(":")[0] for message in half.json()["messages"]] == [
        "primaryContact.name",
        "secondaryContact.name",
    ]
    assert (
        gateway.amend(order, secondaryContact={"name": "Bo", "phoneNumber": "1"}).status_code == 201
    )
    nothing = {"name": None, "phoneNumber": "", "email": None}
    assert gateway.amend(order, secondaryContact=nothing).status_code == 201
    assert "secondaryContact" not in gateway.order(order)["document"]
    assert (
        gateway.amend(order, secondaryContact={"name": "Bo", "phoneNumber": "1"}).status_code == 201
    )
    assert gateway.amend(order, secondaryContact=None).status_code == 201
    assert "secondaryContact" not in gateway.order(order)["document"]


def test_an_amendment_does_not_make_another_order_of_it(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    assert (
        gateway.amend(
            order, address=None, serviceOrderItem=[], committedDate="x", notes="y"
        ).status_code
        == 201
    )
    document = gateway.order(order)["document"]
    assert (document["address"], document["notes"]) == (
        order["address"],
        "y",
    ) and "committedDate" not in document
    assert document["serviceOrderItem"] == order["serviceOrderItem"]
    findings = gateway.admin("GET", "/journal")["items"][-1]["findings"]
    assert {"address", "serviceOrderItem"} <= {finding["where"] for finding in findings}


def test_an_amendment_accepted_for_later_is_applied_by_its_kci(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("31s")
    amendment = gateway.amend(order, "AMENDMENT_PENDING", notes="Ring twice")
    assert (amendment.status_code, amendment.content) == (202, b"")
    assert gateway.order(order)["status"] == "PENDING_AMENDMENT"
    assert [request["action"] for request in gateway.order(order)["open_requests"]] == ["amendment"]
    assert "notes" not in gateway.order(order)["document"]
    gateway.advance("30s")
    kci = gateway.kcis(order)[-1]["body"]
    assert kci["reasonCode"] == "AMENDED"
    entity = kci["provideServiceOrder"]
    assert (entity["status"], entity["notes"]) == ("IN_PROGRESS", "Ring twice")
    assert entity["serviceOrderAmendmentId"] == gateway.serial and entity[
        "serviceOrderAmendmentReference"
    ].endswith("-A1")
    gateway.advance()
    assert codes(gateway.kcis(order)) == ["COMMITTED", "AMENDED", "COMPLETED"]
    assert "serviceOrderAmendmentId" not in gateway.kcis(order)[-1]["body"]["provideServiceOrder"]


def test_a_paused_story_keeps_the_time_it_had_left(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("10s")
    gateway.amend(order, "AMENDMENT_PENDING", notes="x")
    waiting = gateway.admin("GET", f"/kcis?order={gateway.order(order)['id']}")["items"]
    begun = waiting[0]["due_at"]
    assert codes(waiting) == ["AMENDED", "COMMITTED", "COMPLETED"]
    gateway.advance("50s")  # 30 s for the amendment, then the 20 s that the commitment had left
    assert codes(gateway.kcis(order)) == ["AMENDED", "COMMITTED"]
    assert gateway.kcis(order)[0]["due_at"] == begun


def test_a_rejected_amendment_changes_nothing(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    before = gateway.order(order)
    response = gateway.amend(order, "AMENDMENT_REJECTED", notes="x")
    assert response.status_code == 422
    assert response.json()["messages"] == [f"Order {order['id']} cannot be amended as asked"]
    after = gateway.order(order)
    assert (after["status"], after["document"], after["kcis"]) == (
        before["status"],
        before["document"],
        before["kcis"],
    )


def test_an_amendment_refused_later_goes_back_to_the_status_before(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("31s")
    assert gateway.amend(order, "AMENDMENT_REJECTED_LATER", notes="x").status_code == 202
    gateway.advance("30s")
    kci = gateway.kcis(order)[-1]["body"]
    assert (kci["reasonCode"], kci["provideServiceOrder"]["status"]) == (
        "AMENDMENT_REJECTED",
        "IN_PROGRESS",
    )
    assert kci["text"] and kci["problemCode"] == "INVALID_REQUEST"
    assert "notes" not in gateway.order(order)["document"]


def test_an_amendment_cures_a_pending_order_and_the_story_goes_on(gateway: Gateway) -> None:
    order = gateway.place("ORDER_REAPPOINT")
    gateway.advance("2h")
    assert gateway.order(order)["status"] == "PENDING"
    refused = gateway.amend(order, notes="no appointment in here")
    assert (
        refused.status_code == 422
        and "a new appointment is needed" in refused.json()["messages"][0]
    )
    accepted = gateway.amend(
        order, appointmentReservationId=902, appointmentReservationReference="APT-902-Y"
    )
    assert accepted.status_code == 201
    assert gateway.order(order)["status"] == "IN_PROGRESS"
    gateway.advance("1h")
    assert codes(gateway.kcis(order)) == ["ACKNOWLEDGED", "COMMITTED", "REAPPOINT", "COMPLETED"]


@pytest.mark.parametrize(
    ("scenario", "after", "said"),
    [
        ("ORDER_SUCCESSFUL", "1s", "not yet acknowledged"),
        ("ORDER_SUCCESSFUL", "2h", "is COMPLETED: no amendment is possible any more"),
        ("ORDER_DELAYED", "91s", "is HELD"),
    ],
)
def test_what_the_contract_forbids_is_refused_before_any_entry(
    gateway: Gateway, scenario: str, after: str, said: str
) -> None:
    order = gateway.place(scenario)
    gateway.advance(after)
    response = gateway.amend(order, notes="x")
    assert response.status_code == 422
    assert said in response.json()["messages"][0]


def test_the_story_may_go_on_while_a_request_is_open(gateway: Gateway) -> None:
    order = gateway.place("ORDER_PENDING")
    gateway.advance("31s")
    assert gateway.amend(order, notes="at once: no entry fits").status_code == 201
    gateway.advance("60s")
    assert gateway.amend(order, notes="later").status_code == 202
    # its entry wants PENDING; the default answers
    assert gateway.amend(order, notes="and one more").status_code == 201
    gateway.advance("1h")
    assert codes(gateway.kcis(order))[-2:] == ["AMENDED", "COMPLETED"]
    assert gateway.order(order)["status"] == "COMPLETED"


# ---- cancellations


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
