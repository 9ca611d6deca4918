"""Scenario files for one later request (`for`), and for orders that nobody asked for (`begins:
supplier`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator import dialects
from simulator.config import Config
from simulator.testing import Supplier
from simulator.web import Embedded
from tests.conftest import Gateway

CEASE = {
    "serviceId": "SVC-1",
    "reason": "CHANGE_OF_CP",
    "requestedCeaseDate": "2026-03-05T00:00:00Z",
}
ORDER = (
    "reply: acknowledge\ntimeline:\n  - {after: 1h, send: COMMITTED}\namendment:\n"
    "  - reply: {reject: [the order itself says no]}\n"
)
ONCE = "for: amendment\nwhen: {notes: once}\ntimes: 1\nreply: acknowledge\n"
PATIENT = (
    "for: amendment\nwhen: {notes: later, order.status: ACKNOWLEDGED}\nreply: accept\n"
    "timeline:\n  - {after: 5m, send: AMENDED}\n"
)
BEGUN = (
    "begins: supplier\nparams: {gap: 10s}\ntimeline:\n"
    "  - {after: '{{ gap }}', send: CREATED}\n  - {after: 1h, send: COMPLETED, status: PARTIAL}\n"
)


@pytest.fixture
def own(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> Iterator[Gateway]:
    folder = scenario_folder(
        ORDER=ORDER,
        ONCE=ONCE,
        PATIENT=PATIENT,
        OTHER="for: cancellation\nreply: {reject: [never]}\n",
    )
    suppliers = [{"name": "default", "path": "/", "scenarios": folder}]
    with Embedded(make_config(suppliers=suppliers)) as simulator, Gateway(simulator.url) as gateway:
        yield gateway


def last_reasons(gateway: Gateway) -> list[str]:
    reasons: list[str] = gateway.admin("GET", "/journal?limit=1000")["items"][-1]["reasons"]
    return reasons


def test_its_when_picks_it_over_the_orders_own_entries(own: Gateway) -> None:
    order = own.place("ORDER")
    assert own.amend(order, notes="whatever").json()["messages"] == ["the order itself says no"]
    assert own.amend(order, notes="later").status_code == 202
    assert last_reasons(own)[0] == "when notes is later and order.status is ACKNOWLEDGED"
    assert any(reason.startswith("not ONCE: ") for reason in last_reasons(own))
    own.advance("5m")
    assert (
        own.kcis(order)[0]["send"] == "AMENDED" and own.order(order)["document"]["notes"] == "later"
    )


def test_it_answers_as_often_as_it_says_for_each_order(own: Gateway) -> None:
    one, two = own.place("ORDER"), own.place("ORDER")
    assert [own.amend(order, notes="once").status_code for order in (one, one, two)] == [
        201,
        422,
        201,
    ]
    assert own.amend(one, "ONCE", notes="x").status_code == 422, (
        "asked for by name, it has answered already"
    )


def test_a_pin_picks_it_for_the_next_request_of_its_kind(own: Gateway) -> None:
    own.admin("POST", "/pins", {"scenario": "OTHER", "times": 1}, 201)
    order = own.place("ORDER")
    assert own.cancel(order).json()["messages"] == ["never"]
    assert own.cancel(order).status_code == 201


def test_a_repeat_gets_its_first_answer_and_uses_up_no_pin(own: Gateway) -> None:
    order = own.place("ORDER")
    own.admin("POST", "/pins", {"scenario": "PATIENT", "times": 2}, 201)
    body = {"id": 9, "orderId": order["id"], "notes": "x"}
    codes = [own.post("/service-order-amendments", body).status_code for _ in range(3)]
    assert codes == [202] * 3 and own.admin("GET", "/pins")["items"][0]["times"] == 1


@pytest.mark.parametrize(
    ("verb", "scenario", "said"),
    [
        (
            "place",
            "AMENDMENT_PENDING",
            (
                "X-Scenario: AMENDMENT_PENDING is for an amendment, not an order; for that "
                "there are: CEASE_"
            ),
        ),
        (
            "place",
            "UNSOLICITED_CEASE",
            (
                "X-Scenario: UNSOLICITED_CEASE is begun by the supplier (POST /__admin/start), "
                "not an order"
            ),
        ),
        (
            "place",
            "ORDER_DELAID",
            (
                "X-Scenario: no scenario `ORDER_DELAID` (did you mean `ORDER_DELAYED`?); there "
                "are: CEASE_"
            ),
        ),
        (
            "amend",
            "ORDER_SUCCESSFUL",
            (
                "is for an order, not an amendment; for that there are: AMENDMENT_ACCEPTED, "
                "AMENDMENT_PENDING"
            ),
        ),
        ("amend", "CANCELLATION_PENDING", "is for a cancellation, not an amendment"),
        ("cancel", "CANCELLATION_PENDNG", "did you mean `CANCELLATION_PENDING`?"),
        (
            "cancel",
            "CANCELLATION_PENDING?gapp=1s",
            "X-Scenario: CANCELLATION_PENDING has no parameter `gapp` (did you mean `gap`?)",
        ),
        ("cancel", "CANCELLATION_PENDING?gap=soon", "X-Scenario: gap: "),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_ones(
    gateway: Gateway, verb: str, scenario: str, said: str
) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    asked = {
        "place": lambda: gateway.post("/service-orders", gateway.provide(), X_Scenario=scenario),
        "amend": lambda: gateway.amend(order, scenario, notes="x"),
        "cancel": lambda: gateway.cancel(order, scenario),
    }
    answer = asked[verb]()
    assert answer.status_code == 422 and said in answer.json()["messages"][0]


def test_the_same_headers_may_go_with_every_request(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    assert gateway.amend(order, "ORDER_ACKNOWLEDGED", notes="x").status_code == 201


def test_the_stubs_headers_steer_a_later_request_too(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED?gap=1h")
    gateway.serial += 1
    body = {"id": gateway.serial, "orderId": order["id"], "reasonCode": "OTHER"}
    headers = {
        "X_Scenario": "CANCELLATION_PENDING",
        "X_Kci_Delay": "0.5",
        "X_Problem_Code": "SITE_UNSAFE",
    }
    assert gateway.post("/service-order-cancellations", body, **headers).status_code == 202
    gateway.advance("500ms")
    (kci,) = gateway.kcis(order)
    assert (kci["body"]["reasonCode"], kci["body"]["problemCode"]) == ("CANCELLED", "SITE_UNSAFE")
    odd = gateway.post("/service-orders", gateway.provide(), X_Problem_Code="SITE_UNSAVE")
    assert odd.status_code == 422 and "did you mean `SITE_UNSAFE`?" in odd.json()["messages"][0]


@pytest.mark.parametrize("name", ["ORDER_DELAYED", "ORDER_IN_PROGRESS", "CEASE_SUCCESSFUL"])
def test_a_target_date_lies_as_many_days_ahead_as_asked_for(gateway: Gateway, name: str) -> None:
    from simulator.base import instants

    order = (
        gateway.place(f"{name}?targetDateOffset=3&gap=0")
        if name != "CEASE_SUCCESSFUL"
        else {"id": 4000}
    )
    if name == "CEASE_SUCCESSFUL":
        cease = {"id": 4000, "tenant": "TENANT1", "serviceId": "SVC-1"}
        assert (
            gateway.post(
                "/service-orders", cease, X_Scenario=f"{name}?targetDateOffset=3&gap=0"
            ).status_code
            == 202
        )
    gateway.advance("1s")
    document = gateway.order(order)["document"]
    today = instants.parse_instant(gateway.order(order)["received_at"])
    assert document["targetDate"] == document["committedDate"]
    assert (
        abs(instants.parse_instant(document["targetDate"]) - today - 3 * instants.DAY)
        < instants.MINUTE
    )


# ---- begun by the supplier


def start(gateway: Gateway, code: int = 201, **members: Any) -> Any:
    asked = {"scenario": "UNSOLICITED_CEASE", "tenant": "TENANT1", "document": CEASE, **members}
    return gateway.admin("POST", "/start", asked, code)


def test_an_order_that_nobody_asked_for_lives_like_any_other(gateway: Gateway) -> None:
    begun = start(gateway, params={"gap": "1h"})
    assert (begun["ref"], begun["action"]) == ("", "unsolicited_cease")
    gateway.advance("1s")
    shown = gateway.admin("GET", f"/orders/{begun['id']}")
    assert shown["status"] == "ACKNOWLEDGED" and shown["number"].startswith("SIM-")
    story = gateway.http.get(
        f"{gateway.url}/__admin/orders/{begun['id']}/story?format=text", timeout=30
    ).text
    assert (
        "begun by the supplier: unsolicited_cease of TENANT1" in story
        and "1 CREATED -> ACKNOWLEDGED" in story
    )
    (heard,) = gateway.received()
    assert "id" not in heard["body"]["unsolicitedCeaseServiceOrder"]
    amended = gateway.amend({"id": 600}, notes="x", supplierOrderReference=shown["number"])
    assert amended.status_code == 422 and "cannot be amended" in amended.json()["messages"][0]
    wrong = gateway.cancel({"id": 600}, supplierOrderReference=shown["number"])
    assert wrong.status_code == 422 and "one of: NO_AUTHORISATION" in wrong.json()["messages"][0]
    objection = {"reasonCode": "CUSTOMER_NOT_AWARE", "supplierOrderReference": shown["number"]}
    assert gateway.cancel({"id": 600}, **objection).status_code == 201
    assert gateway.order({"id": 600})["status"] == "CANCELLED"


def test_an_objection_is_for_what_nobody_asked_for(gateway: Gateway) -> None:
    order = gateway.place()
    answer = gateway.cancel(order, reasonCode="NO_AUTHORISATION")
    assert (
        answer.status_code == 422
        and "is for an unsolicited cease only" in answer.json()["messages"][0]
    )


@pytest.mark.parametrize(
    ("members", "code", "said"),
    [
        (
            {"scenario": "ORDER_SUCCESSFUL"},
            422,
            "ORDER_SUCCESSFUL is begun by the gateway; the supplier begins: UNSOLICITED_CEASE",
        ),
        ({"scenario": "NOTHING"}, 422, "NOTHING is not here"),
        ({"document": {}}, 400, "serviceId: is required"),
        ({"document": {**CEASE, "reason": "BOREDOM"}}, 422, "reason: `BOREDOM` is not valid"),
        ({"document": {**CEASE, "requestedCeaseDate": "soon"}}, 400, "date_range"),
        ({"document": {**CEASE, "id": 5}}, 422, "id: comes with the scenario, or from the gateway"),
        (
            {"document": {**CEASE, "tenant": "TENANT2"}},
            422,
            "tenant: the document's is TENANT2, the order's TENANT1",
        ),
        ({"tenant": ""}, 400, "tenant: must have 1 to 50 characters"),
        ({"params": {"gapp": 1}}, 422, "has no parameter `gapp`"),
        ({"more": 1}, 400, "unknown key `more`"),
    ],
)
def test_a_wrong_beginning_is_refused_with_its_reason(
    gateway: Gateway, members: dict[str, Any], code: int, said: str
) -> None:
    told = start(gateway, code=code, **members)
    assert said in told["detail"]
    assert gateway.admin("GET", "/orders")["items"] == []


def test_a_supplier_of_a_test_begins_one_with_its_own_sample(supplier: Supplier) -> None:
    begun = supplier.starts("UNSOLICITED_CEASE", gap="1h")
    supplier.advance(days=1)
    assert [kci["send"] for kci in supplier.kcis] == [
        "CREATED",
        "COMMITTED",
        "UPDATE",
        "COMPLETED",
    ]
    other = supplier.starts("UNSOLICITED_CEASE", "TENANT9", CEASE)
    assert (begun["tenant"], other["tenant"]) == ("TENANT1", "TENANT9")


def test_a_beginning_that_cannot_be_played_is_refused_with_its_reason(gateway: Gateway) -> None:
    text = (
        "scenario: BROKEN\nbegins: supplier\ntimeline:\n"
        "  - {after: '{{ order.document.gap }}', send: CREATED}\n"
    )
    gateway.http.put(f"{gateway.url}/__admin/scenarios/BROKEN", data=text, timeout=30)
    assert "BROKEN cannot be played" in start(gateway, 422, scenario="BROKEN")["detail"]
    gateway.admin("DELETE", "/scenarios/BROKEN")


def test_no_order_of_the_second_contract_is_begun_by_its_seller(gateway: Gateway) -> None:
    told = gateway.admin(
        "POST",
        "/suppliers/mef/start",
        {"scenario": "INSTALLED", "tenant": "B", "document": {}},
        422,
    )
    assert "the supplier begins: none" in told["detail"]


OF_ORDERS = (
    "one of: CUSTOMER_CHANGED_MIND, INSTALL_FAILED, NETWORK_ISSUE, NO_LONGER_REQUIRED, OTHER"
)
OF_CEASES = (
    "; for an unsolicited cease one of: CUSTOMER_NOT_AWARE, DELIBERATE_MISLEAD,"
    " END_USER_NOT_MOVING, NO_AUTHORISATION, PURCHASED_DIFFERENT_PRODUCT"
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reasonCode": "BORED"}, f"reasonCode: `BORED` is not valid, {OF_ORDERS}{OF_CEASES}"),
        ({"reasonCode": None}, "reasonCode: must not be null"),
        (
            {"reasonCode": "NETWORK_ISSUES"},
            "reasonCode: `NETWORK_ISSUES` is not valid, did you mean `NETWORK_ISSUE`?",
        ),
        (
            {"reasonCode": "NO_AUTHORIZATION"},
            (
                "reasonCode: `NO_AUTHORIZATION` is not valid, did you mean `NO_AUTHORISATION`,"
                " which is for an unsolicited cease?"
            ),
        ),
        (
            {"reasonCode": "NO_AUTHORISATION"},
            f"reasonCode: `NO_AUTHORISATION` is for an unsolicited cease only; {OF_ORDERS}",
        ),
    ],
)
def test_the_reasons_of_a_cancellation_are_listed_by_what_they_cancel(
    gateway: Gateway, given: dict[str, Any], said: str
) -> None:
    answer = gateway.cancel(gateway.place(), **given)
    assert answer.json()["messages"] == [said]


def test_a_cancellation_without_a_reason_is_told_the_reasons(gateway: Gateway) -> None:
    body = {"id": 7, "orderId": gateway.place()["id"]}
    answer = gateway.post("/service-order-cancellations", body)
    assert answer.json()["messages"] == [f"reasonCode: is required, {OF_ORDERS}{OF_CEASES}"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("CEESE", "did you mean `CEASE`?"),
        ("x", "one of: CEASE, MODIFY, NEW, START, SWAP, TAKEOVER, TRANSFER"),
    ],
)
@pytest.mark.parametrize("shape", [{}, {"serviceId": "SVC-1"}])
def test_a_wrong_order_type_is_told_all_types(
    gateway: Gateway, written: str, told: str, shape: dict[str, str]
) -> None:
    refused = gateway.post("/service-orders", {"id": 1, "orderType": written, **shape})
    assert f"orderType: `{written}` is not valid, {told}" in refused.json()["messages"]


def test_an_unsolicited_cease_may_be_called_by_any_id_of_the_gateways(gateway: Gateway) -> None:
    asked = {"scenario": "UNSOLICITED_CEASE", "tenant": "TENANT1", "document": CEASE}
    begun = gateway.admin("POST", "/start", asked, 201)
    gateway.admin("POST", "/wait", {"for": "idle"})
    number = gateway.admin("GET", f"/orders/{begun['id']}")["number"]
    objection = {"id": 7, "reasonCode": "CUSTOMER_NOT_AWARE", "supplierOrderReference": number}
    refused = gateway.post("/service-order-cancellations", objection)
    assert refused.status_code == 400
    (said,) = refused.json()["messages"]
    assert said.startswith("orderId: is required: the id of the order; of an unsolicited cease")
    assert gateway.post("/service-order-cancellations", {**objection, "orderId": 612}).ok


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("provide", "serviceOrderItem"),
        ("cease", "serviceId"),
        ("modify", "serviceId"),
        ("ethernet", "siteInformation"),
    ],
)
def test_a_rejection_names_a_member_that_the_order_has(
    gateway: Gateway, operation: str, member: str
) -> None:
    sample = dialects.get("fibre_cafe").sample(operation, None, 4101)
    body = json.loads(sample.body)
    answer = gateway.post(sample.path, body, X_Scenario="ORDER_REJECTED")
    assert answer.status_code == 422 and member in body
    assert answer.json()["messages"][0].startswith(f"{member}: ")
