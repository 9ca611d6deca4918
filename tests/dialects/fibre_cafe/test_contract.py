"""What the Fibre Cafe contract forbids and leaves open: its transition table, dates, documents that
exclude each other, its settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator import config, dialects, rehearsal
from simulator.base.errors import Invalid
from simulator.config import Config
from simulator.dialects.fibre_cafe.settings import Options, Settings
from simulator.scenario import parse
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver

DIALECT = dialects.get("fibre_cafe")
HEAD = "scenario: X\nreply: {reply}\ntimeline:\n"
UNASKED = "scenario: X\nbegins: supplier\ntimeline:\n"


def faults(reply: str, *steps: str) -> list[str]:
    text = (HEAD.format(reply=reply) if reply else UNASKED) + "".join(
        f"  - {{after: 1s, {step}}}\n" for step in steps
    )
    return [
        str(fault) for fault in rehearsal.flaws(parse(text, "x.yaml", DIALECT.vocabulary), DIALECT)
    ]


@pytest.mark.parametrize(
    ("reply", "steps", "said"),
    [
        ("acknowledge", ["send: ACKNOWLEDGED"], "ACKNOWLEDGED is not possible in ACKNOWLEDGED"),
        ("commit", ["send: ACKNOWLEDGED"], "ACKNOWLEDGED is not possible in IN_PROGRESS"),
        ("commit", ["send: COMMITTED"], "COMMITTED is not possible in IN_PROGRESS"),
        (
            "acknowledge",
            ["send: COMMITTED", "send: COMMITTED"],
            "COMMITTED is not possible in IN_PROGRESS",
        ),
        ("acknowledge", ["send: COMPLETED"], "COMPLETED is not possible in ACKNOWLEDGED"),
        ("acknowledge", ["send: RESUMED"], "RESUMED is not possible in ACKNOWLEDGED"),
        ("acknowledge", ["send: DELAY", "send: DELAY"], "DELAY is not possible in HELD"),
        ("acknowledge", ["send: ORDER_REJECTED"], "ORDER_REJECTED is not possible in ACKNOWLEDGED"),
        (
            "acknowledge",
            ["send: TERMINATED, status: REJECTED"],
            "REJECTED is not possible in ACKNOWLEDGED: only before",
        ),
        ("acknowledge", ["send: CREATED"], "CREATED is for an unsolicited cease only"),
        ("acknowledge", ["send: AMENDED"], "AMENDED answers an open amendment, and none is open"),
        ("accept", ["send: DELAY"], "DELAY is not possible in RECEIVED"),
        (
            "commit",
            ['send: UPDATE, set: {committedDate: "2031-01-01T00:00:00Z"}'],
            "committedDate is set once, at commitment",
        ),
        (
            "commit",
            ["send: UPDATE, set: {committedDate: null}"],
            "committedDate is set once, at commitment",
        ),
        (
            "commit",
            ["send: DELAY", 'send: RESUMED, set: {targetDate: "2031-01-01T00:00:00Z"}'],
            "RESUMED leaves targetDate as it is",
        ),
        ("", ["send: COMMITTED"], "COMMITTED is not possible before CREATED"),
        (
            "",
            ["send: CREATED", "send: INFORMATION_REQUIRED"],
            "INFORMATION_REQUIRED is not for an unsolicited cease",
        ),
        ("", ["send: CREATED", "send: CREATED"], "CREATED is not possible in ACKNOWLEDGED"),
    ],
)
def test_a_story_against_the_contract_is_refused(reply: str, steps: list[str], said: str) -> None:
    found = faults(reply, *steps)
    assert len(found) == 1 and said in found[0], found
    assert faults(reply, *steps[:-1], steps[-1] + ", illegal: true") == []


@pytest.mark.parametrize("status", ["RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND"])
def test_the_gateways_own_statuses_are_never_sent(status: str) -> None:
    with pytest.raises(Invalid, match=f"unknown status `{status}`"):
        parse(
            HEAD.format(reply="acknowledge") + f"  - {{after: 1s, send: UPDATE, status: {status}}}",
            "x.yaml",
            DIALECT.vocabulary,
        )


def test_an_applied_amendment_may_move_the_committed_date(gateway: Gateway) -> None:
    text = (
        "scenario: MOVES\ndialect: fibre_cafe\nreply: commit\namendment:\n"
        '  - reply: {answer: acknowledge, set: {committedDate: "2031-01-01T00:00:00Z", '
        'targetDate: "2031-01-01T00:00:00Z"}}\n'
    )
    response = gateway.http.put(f"{gateway.url}/__admin/scenarios/MOVES", data=text, timeout=30)
    assert response.status_code == 201, response.text
    order = gateway.place("MOVES")
    assert gateway.amend(order, requestedCompletionDate="2031-01-01").status_code == 201
    assert gateway.order(order)["document"]["committedDate"] == "2031-01-01T00:00:00Z"
    gateway.admin("DELETE", "/scenarios/MOVES")


@pytest.mark.parametrize("kind", ["NEW", "START", "TAKEOVER", "TRANSFER", "SWAP"])
def test_every_kind_of_provide_order_goes_the_whole_way(gateway: Gateway, kind: str) -> None:
    order = gateway.place(orderType=kind)
    gateway.advance()
    assert {kci["body"]["provideServiceOrder"]["orderType"] for kci in gateway.kcis(order)} == {
        kind
    }
    assert gateway.order(order)["status"] == "COMPLETED"


CEASE = {"id": 1, "tenant": "TENANT1", "serviceId": "SVC-1"}
MODIFY = {**CEASE, "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1"}]}


@pytest.mark.parametrize(
    ("body", "operation"),
    [(CEASE, "cease"), (MODIFY, "modify"), ({**CEASE, "orderType": "CEASE"}, "cease")],
)
def test_the_bodies_differ_without_a_type(
    gateway: Gateway, body: dict[str, Any], operation: str
) -> None:
    assert gateway.post("/service-orders", body).status_code == 202
    assert gateway.order({"id": 1})["action"] == operation


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {**MODIFY, "orderType": "CEASE"},
            "serviceCharacteristics: is not part of this kind of order",
        ),
        (
            {**MODIFY, "orderType": "MODIFY", "serviceOrderItem": {}},
            "serviceOrderItem: is not part of this kind of order",
        ),
    ],
)
def test_the_bodies_exclude_each_other(gateway: Gateway, body: dict[str, Any], said: str) -> None:
    answer = gateway.post("/service-orders", body)
    assert (answer.status_code, answer.json()["messages"]) == (422, [said])


def test_the_published_bodies_exclude_each_other_too() -> None:
    document = DIALECT.openapi("http://127.0.0.1")
    names = ["ProvideServiceOrder", "ModifyServiceOrder", "CeaseServiceOrder"]
    documents = [
        DIALECT.sample(operation, None, 1).body for operation in ("provide", "modify", "cease")
    ]
    for index, body in enumerate(documents):
        parsed = {
            key: value
            for key, value in json.loads(body).items()
            if index == 0 or key != "orderType"
        }
        fits = [
            jsonschema.Draft202012Validator(
                {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            ).is_valid(parsed)
            for name in names
        ]
        assert fits == [position == index for position in range(3)]


def test_what_is_the_suppliers_to_give_is_not_taken_from_the_gateway(gateway: Gateway) -> None:
    order = gateway.place(
        "ORDER_IN_PROGRESS", committedDate="yesterday", supplierOrderReference="MINE", status="DONE"
    )
    shown = gateway.order(order)
    assert shown["document"]["committedDate"].endswith("Z") and shown["number"].startswith("SIM-")
    findings = gateway.admin("GET", "/journal")["items"][0]["findings"]
    assert {"committedDate", "supplierOrderReference", "status"} <= {
        finding["where"] for finding in findings if finding["rule"] == "fibre_cafe.unknown_member"
    }


# ---- settings


@pytest.fixture
def set_to(make_config: Callable[..., Config], receiver: Receiver) -> Any:
    """A gateway's view of a supplier with settings of its contract."""
    running: list[Any] = []

    def make(**contract: Any) -> Gateway:
        suppliers = [{"name": "default", "path": "/", "contract": contract}]
        simulator = Embedded(make_config(suppliers=suppliers, gateway={"url": receiver.url}))
        running.extend([simulator, Gateway(simulator.__enter__().url)])
        gateway: Gateway = running[-1]
        return gateway

    yield make
    for one in reversed(running):
        one.__exit__(None, None, None)


SetTo = Callable[..., Gateway]


def test_the_settings_and_their_schema_name_the_same_things() -> None:
    assert set(Options().fields) == set(Settings.__dataclass_fields__)


def test_a_wrong_setting_is_located(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "suppliers:\n  - name: s\n    contract:\n      strikt: true\n      ids: none\n"
        "  - name: t\n    contract: {entities: {cease: order, modify: order}}\n"
    )
    with pytest.raises(Invalid) as caught:
        config.load(path, environment={})
    told = [str(problem) for problem in caught.value.problems]
    assert any(":4:7: " in line and "did you mean `strict`?" in line for line in told), told
    assert any(":5:" in line and "`none` is not valid" in line for line in told), told
    assert any(":7:" in line and "two kinds of order share one key" in line for line in told), told


def test_tolerant_carries_and_notes_what_it_does_not_know(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED", hazardz="Dog", engineerTasks=["DANCE"])
    assert gateway.order(order)["document"]["hazardz"] == "Dog"
    findings = gateway.admin("GET", "/journal")["items"][0]["findings"]
    assert findings[0] == {
        "rule": "fibre_cafe.unknown_member",
        "severity": "warning",
        "message": "unknown member hazardz",
        "where": "hazardz",
        "expected": None,
        "got": None,
    }
    task = findings[1]
    assert task["rule"] == "fibre_cafe.unknown_engineer_task"
    assert (task["where"], task["got"]) == ("engineerTasks[0]", "DANCE")
    assert "`DANCE` is none of those known" in task["message"] and len(task["expected"]) > 2


def test_strict_refuses_what_it_does_not_know(set_to: SetTo) -> None:
    gateway = set_to(strict=True)
    answer = gateway.post(
        "/service-orders", gateway.provide(hazardz="Dog", engineerTasks=["DANCE"], tenant="OTHER")
    )
    assert answer.status_code == 422
    assert [message.split(":")[0] for message in answer.json()["messages"]] == [
        "unknown member hazardz",
        "engineerTasks",
        "the header Tenant is TENANT1, the body's tenant OTHER",
    ]
    assert gateway.post("/service-orders", gateway.provide()).status_code == 202
    document = gateway.http.get(f"{gateway.url}/openapi.json", timeout=30).json()
    assert document["components"]["schemas"]["ProvideServiceOrder"]["additionalProperties"] is False


@pytest.mark.slow
@pytest.mark.parametrize(("word", "body"), [("none", b""), ("empty", b"{}")])
def test_the_body_of_a_202_is_a_setting(set_to: SetTo, word: str, body: bytes) -> None:
    gateway = set_to(accepted_body=word)
    assert gateway.post("/service-orders", gateway.provide()).content == body


@pytest.mark.slow
def test_a_202_may_echo_the_request(set_to: SetTo) -> None:
    gateway = set_to(accepted_body="request")
    order = gateway.provide()
    assert gateway.post("/service-orders", order).json() == order
    assert gateway.post("/service-orders", order).json() == order, "a repeat too"


@pytest.mark.slow
def test_each_kind_of_order_has_the_key_that_the_gateway_knows(
    set_to: SetTo, receiver: Receiver
) -> None:
    gateway = set_to(entities={"provide": "serviceOrder"})
    gateway.place()
    gateway.advance()
    assert all(
        "serviceOrder" in arrival.body and "provideServiceOrder" not in arrival.body
        for arrival in receiver.arrivals
    )
    assert len(receiver.arrivals) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "first", "last"),
    [
        (
            "both",
            {"id", "supplierOrderReference"},
            {"serviceOrderAmendmentId", "serviceOrderAmendmentReference"},
        ),
        ("gateway", {"id", "supplierOrderReference"}, {"id", "serviceOrderAmendmentId"}),
        (
            "supplier",
            {"supplierOrderReference"},
            {"supplierOrderReference", "serviceOrderAmendmentReference"},
        ),
    ],
)
def test_a_kci_carries_the_halves_of_pairs_that_are_wanted(
    set_to: SetTo, receiver: Receiver, ids: str, first: set[str], last: set[str]
) -> None:
    gateway = set_to(ids=ids)
    order = gateway.place()
    gateway.advance("31s")
    gateway.amend(order, "AMENDMENT_PENDING", notes="x")
    gateway.advance("30s")
    pairs = {
        "id",
        "supplierOrderReference",
        "serviceOrderAmendmentId",
        "serviceOrderAmendmentReference",
    }
    entities = [arrival.body["provideServiceOrder"] for arrival in receiver.arrivals]
    assert entities[0].keys() & pairs == first
    assert entities[-1].keys() & pairs == (first | last if ids == "both" else last)


@pytest.mark.slow
def test_errors_are_paired_as_the_gateway_expects(set_to: SetTo) -> None:
    gateway = set_to(error_codes={"malformed": "INVALID_REQUEST"}, malformed=422, unknown_order=422)
    broken = gateway.post("/service-orders", b"{")
    assert (broken.status_code, broken.json()["code"]) == (422, "INVALID_REQUEST")
    lost = gateway.amend({"id": 5}, notes="x")
    assert (lost.status_code, lost.json()["code"]) == (422, "NOT_FOUND")


@pytest.mark.slow
def test_the_message_that_ends_an_order_unfulfilled_has_its_name_where_it_is_wanted(
    set_to: SetTo, receiver: Receiver
) -> None:
    gateway = set_to(terminated=True)
    gateway.place("ORDER_FAILED")
    gateway.advance()
    assert [arrival.body["reasonCode"] for arrival in receiver.arrivals] == [
        "COMMITTED",
        "TERMINATED",
    ]


SLOT = (
    'set: {appointmentTimeslot: {timeslotStartDateTime: "2031-05-01T08:00:00.000Z", '
    'timeslotEndDateTime: "2031-05-01T12:00:00.000Z"}}'
)


def document_after(*steps: str) -> dict[str, Any]:
    """The order's document after a story that commits first."""
    text = HEAD.format(reply="commit") + "".join(f"  - {{after: 1h, {step}}}\n" for step in steps)
    rehearsed = rehearsal.rehearse(parse(text, "x.yaml", DIALECT.vocabulary), DIALECT)
    assert rehearsed.flaws == () and rehearsed.order is not None
    return rehearsed.order.document


def test_the_target_date_is_the_end_of_a_new_appointment() -> None:
    document = document_after(f"send: REAPPOINTED, {SLOT}")
    assert document["targetDate"] == "2031-05-01T12:00:00.000Z"
    assert document["committedDate"] < document["targetDate"]


def test_a_target_date_of_the_scenario_is_left() -> None:
    wanted = "2031-06-01T12:00:00.000Z"
    document = document_after(f"send: REAPPOINTED, set: {{targetDate: '{wanted}'}}")
    assert document["targetDate"] == wanted
    assert document["appointmentTimeslot"]["timeslotEndDateTime"] == "2026-03-09T13:00:00.000Z"


def test_a_second_new_appointment_is_another_one() -> None:
    document = document_after(f"send: REAPPOINTED, {SLOT}", "send: REAPPOINTED")
    assert document["appointmentTimeslot"]["timeslotEndDateTime"] == "2026-03-09T13:00:00.000Z"
    assert document["targetDate"] == "2026-03-09T13:00:00.000Z"


def test_the_answer_to_an_amendment_has_our_reference_whatever_the_gateway_calls_its_own(
    gateway: Gateway,
) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    answer = gateway.amend(order, supplierReference="THEIRS").json()
    assert next(iter(answer)) == "supplierReference"
    assert answer["supplierReference"] == gateway.order(order)["number"] + "-A1"
