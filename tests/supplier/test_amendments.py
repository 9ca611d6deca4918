"""Amendments: what each reply answers, and how an order goes on."""

from __future__ import annotations

import pytest

from tests.conftest import Gateway
from tests.supplier.test_orders import codes


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
