"""What the Buyer hears: a receiver that knows nothing of our code, and what the contract says
(docs/contract/mef.md 2.17, 5.1), written anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import dialects, rehearsal
from simulator.base.copies import replace
from simulator.cli.explaining import as_text
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import read_folder
from simulator.store import lanes
from simulator.web import Embedded
from tests.dialects.mef import Buyer, published
from tests.receiver import Receiver

DIALECT = dialects.get("mef")
BOOK = read_folder(shipped_folder("mef"), DIALECT.vocabulary)
GOLDEN = Path(__file__).parent / "golden"
ALL = "CONFIRMATION_AND_ENGINEERING_DESIGN"

GO = ("STATUS_UPDATE", "IN_PROGRESS")
CONFIGURED, CONFIRMED, DONE = (
    ("CONFIGURATION", "IN_PROGRESS"),
    ("CONFIRMATION", "IN_PROGRESS"),
    ("COMPLETION", "COMPLETED"),
)
HAPPY = [CONFIGURED, CONFIRMED, DONE]
GONE = ("CANCELLATION", "CANCELLED")
ASKED = ("ERROR_OR_INFORMATION", "PENDING")

EXPECTED: dict[str, tuple[int, list[tuple[str, str]]]] = {
    "INSTALLED": (201, HAPPY),
    "ACKNOWLEDGED_FIRST": (201, [GO, *HAPPY]),
    "REJECTED_AT_ONCE": (422, []),
    "REJECTED_AS_ORDER": (201, [("REJECTION", "REJECTED")]),
    "REJECTED_LATER": (201, [("REJECTION", "REJECTED")]),
    "INFORMATION_REQUIRED": (201, [ASKED]),
    "INFORMATION_NOT_SUPPLIED": (201, [ASKED, GONE]),
    "HELD_BY_SELLER": (201, [("ERROR_OR_INFORMATION", "HELD"), GO, CONFIRMED, DONE]),
    "JEOPARDY": (201, [CONFIRMED, ("JEOPARDY", "HELD"), GO, DONE]),
    "JEOPARDY_CORRECTED": (201, [CONFIRMED, ("JEOPARDY", "HELD")]),
    "HELD_BY_BUYER": (201, HAPPY),
    "HOLD_REFUSED": (201, HAPPY),
    "HOLD_EXPIRED": (201, HAPPY),
    "CANCEL_ACCEPTED": (201, HAPPY),
    "CANCEL_ASSESSED": (201, HAPPY),
    "CANCEL_DENIED": (201, HAPPY),
    "CANCEL_DENIED_LATER": (201, HAPPY),
    "CANCELLED_BY_SELLER": (201, [GONE]),
    "PARTLY_DONE": (201, [CONFIRMED, ("STATUS_UPDATE", "PARTIAL")]),
    "ALL_FAILED": (201, [CONFIRMED, ("STATUS_UPDATE", "FAILED")]),
    "CHANGE_REFUSED": (201, HAPPY),
    "CHANGE_ASSESSED": (201, HAPPY),
    "CHANGE_REFUSED_LATER": (201, HAPPY),
    "ITEM_STATUSES": (201, [CONFIRMED, GO, ("STATUS_UPDATE", "PARTIAL")]),
    "POLLED": (201, []),
}

LATER: list[tuple[str, str, str, int, list[tuple[str, str]]]] = [
    # scenario, asked after, request, its answer, everything that is heard
    ("INSTALLED", "0s", "cancel", 201, [GONE]),
    ("INFORMATION_REQUIRED", "1m", "PUT", 200, [ASKED, CONFIRMED, DONE]),
    ("INFORMATION_REQUIRED", "1m", "PATCH", 200, [ASKED, CONFIRMED, DONE]),
    ("INFORMATION_NOT_SUPPLIED", "30s", "PUT", 200, [ASKED, CONFIRMED, DONE]),
    (
        "HELD_BY_SELLER",
        "30s",
        "release",
        409,
        [("ERROR_OR_INFORMATION", "HELD"), GO, CONFIRMED, DONE],
    ),
    ("HELD_BY_SELLER", "30s", "cancel", 201, [("ERROR_OR_INFORMATION", "HELD"), GONE]),
    ("JEOPARDY_CORRECTED", "1m", "PUT", 200, [CONFIRMED, ("JEOPARDY", "HELD"), CONFIRMED, DONE]),
    ("HELD_BY_BUYER", "30s", "hold", 201, [CONFIGURED]),
    ("HELD_BY_BUYER", "30s", "hold release", 201, HAPPY),
    ("HOLD_REFUSED", "30s", "hold", 409, HAPPY),
    ("HOLD_EXPIRED", "30s", "hold", 201, [CONFIGURED, GONE]),
    ("HOLD_EXPIRED", "30s", "hold release", 201, HAPPY),
    ("CANCEL_ACCEPTED", "30s", "cancel", 201, [CONFIGURED, GONE]),
    ("CANCEL_ASSESSED", "30s", "cancel", 201, [CONFIGURED, GONE]),
    ("CANCEL_DENIED", "30s", "cancel", 409, HAPPY),
    (
        "CANCEL_DENIED_LATER",
        "29s",
        "cancel",
        201,
        [CONFIGURED, ("ERROR_OR_INFORMATION", "IN_PROGRESS"), CONFIRMED, DONE],
    ),
    ("CHANGE_REFUSED", "30s", "PUT", 422, HAPPY),
    ("CHANGE_REFUSED", "30s", "PATCH", 422, HAPPY),
    ("CHANGE_ASSESSED", "29s", "PUT", 200, [CONFIGURED, GO, CONFIRMED, DONE]),
    (
        "CHANGE_REFUSED_LATER",
        "29s",
        "PATCH",
        200,
        [CONFIGURED, ("ERROR_OR_INFORMATION", "IN_PROGRESS"), CONFIRMED, DONE],
    ),
]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Buyer, Receiver]]:
    from simulator import config

    with Receiver() as receiver:
        receiver.answer = lambda number, arrival: (201, {}, b"")
        folder = tmp_path_factory.mktemp("heard")
        overrides = {
            "server": {"port": 0},
            "store": {"url": f"sqlite:///{folder}/s.db"},
            "clock": {"mode": "manual"},
        }
        settings = config.load(
            environment={}, overrides={**overrides, "gateway": {"url": receiver.url}}
        )
        with Embedded(settings) as running, Buyer(running.url) as buyer:
            yield buyer, receiver


def check_by_the_contract(told: list[dict[str, Any]]) -> None:
    """The rules of contract 2.17, 3.4 and 5.1, written anew."""
    assert [each["notificationVersion"] for each in told] == [
        f"{number:02d}" for number in range(1, len(told) + 1)
    ]
    for each in told:
        assert (
            each["objectType"] == "orderNotification"
            and each["buyerId"] == "Verizon"
            and each["sellerId"] == "Cox Spectrum Business"
        )
        assert (
            each["orderId"].startswith("ORD-CC-")
            and each["buyerPurchaseOrderNumber"]
            and 1 <= len(each["buyerOrderVersion"]) <= 2
        )
        for key in (
            "expectedCompletionDate",
            "completionDate",
            "orderCancellationDate",
            "correctionOrderDueDate",
            "requestedCompletionDate",
        ):
            assert key not in each or datetime.fromisoformat(each[key]).tzinfo is not None
        kind, status = each["notificationType"], each["orderStatus"]
        assert ("completionDate" in each) is (status == "COMPLETED")
        assert status != "CANCELLED" or "expectedCompletionDate" not in each
        if kind in ("CONFIGURATION", "CONFIRMATION", "COMPLETION"):
            assert (
                each["billingAccountNumber"]
                and each["sellerOvcId"]["sellerAssignedId"]
                and each["sellerUniIds"][0]["sellerAssignedId"]
            )
        if kind == "CONFIRMATION":
            assert each["expectedCompletionDate"]
        if kind == "CANCELLATION":
            assert (
                each["orderCancellationDate"] and 1 <= len(each["orderCancellationReason"]) <= 300
            )
        if kind in ("REJECTION", "JEOPARDY", "ERROR_OR_INFORMATION"):
            assert each["orderMessages"]
        if each.get("correctionOrderExpected"):
            assert each["correctionOrderDueDate"]
        for message in each.get("orderMessages", []):
            assert message["messageInformation"] and message["severity"] in ("ERROR", "INFORMATION")
            assert (
                isinstance(message["correctionRequired"], bool)
                and len(message["messageInformation"]) <= 150
            )


def place(buyer: Buyer, name: str) -> tuple[str, Any]:
    number = f"PO-{next(buyer.serials)}"
    body = published("create_request", buyerPurchaseOrderNumber=number, desiredResponses=ALL)
    return number, buyer.send("POST", "/orders", body, X_Scenario=name)


def heard_of(receiver: Receiver, number: str) -> list[tuple[str, str]]:
    arrivals = [
        arrival
        for arrival in receiver.arrivals
        if arrival.body["buyerPurchaseOrderNumber"] == number
    ]
    assert {arrival.path for arrival in arrivals} <= {
        f"/orders/{arrival.body['orderId']}/notification" for arrival in arrivals
    }
    told = [arrival.body for arrival in arrivals]
    check_by_the_contract(told)
    return [(each["notificationType"], each["orderStatus"]) for each in told]


def test_every_shipped_scenario_is_expected_here() -> None:
    assert {*EXPECTED, "ANSWER_LOST"} == set(BOOK.scenarios)


def test_a_stranger_whose_answer_was_lost_finds_the_order_and_may_not_repeat_it(
    heard: tuple[Buyer, Receiver],
) -> None:
    buyer, receiver = heard
    number = f"PO-{next(buyer.serials)}"
    body = published("create_request", buyerPurchaseOrderNumber=number, desiredResponses=ALL)
    with pytest.raises(requests.ConnectionError):
        buyer.send("POST", "/orders", body, X_Scenario="ANSWER_LOST")
    assert buyer.send("POST", "/orders", body, X_Scenario="ANSWER_LOST").status_code == 409
    found = buyer.send("GET", f"/orders?pon={number}").json()
    assert found["orderStatus"] == "IN_PROGRESS"
    buyer.advance()
    assert heard_of(receiver, number) == HAPPY


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stranger_hears_exactly_what_the_contract_prescribes(
    heard: tuple[Buyer, Receiver], name: str
) -> None:
    buyer, receiver = heard
    code, expected = EXPECTED[name]
    number, response = place(buyer, name)
    assert response.status_code == code
    buyer.advance()
    assert heard_of(receiver, number) == expected


@pytest.mark.parametrize(("name", "after", "verbs", "code", "expected"), LATER)
def test_a_stranger_hears_how_a_later_request_ends(
    heard: tuple[Buyer, Receiver],
    name: str,
    after: str,
    verbs: str,
    code: int,
    expected: list[tuple[str, str]],
) -> None:
    buyer, receiver = heard
    number, response = place(buyer, name)
    order = response.json()
    buyer.advance(after)
    for verb in verbs.split():
        buyer.advance("0s")
        answers = {
            "PUT": lambda: buyer.replace(order),
            "PATCH": lambda: buyer.change(order, notes="Ring twice"),
        }
        last = answers[verb]() if verb in answers else buyer.act(order, verb)
        buyer.advance("1s")
    assert last.status_code == code, last.text
    buyer.advance()
    assert heard_of(receiver, number) == expected


@pytest.mark.parametrize("name", sorted(BOOK.scenarios))
def test_the_printed_story_is_the_golden_one(name: str) -> None:
    told = as_text(rehearsal.rehearse(BOOK.scenarios[name], DIALECT), {}) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told)
    assert told == path.read_text(), (
        f"the story of {name} changed: UPDATE_GOLDEN=1 keeps the new one"
    )


def test_every_entry_of_a_shipped_scenario_is_played_by_a_sample_as_it_is() -> None:
    told = [
        entry
        for scenario in BOOK.scenarios.values()
        for entry in rehearsal.rehearse(scenario, DIALECT).entries
    ]
    assert told and all(entry.natural and not entry.found for entry in told)


# ---- desiredResponses


@pytest.mark.parametrize(
    ("wish", "sent"),
    [
        (ALL, ["CONFIGURATION", "CONFIRMATION", "COMPLETION"]),
        ("CONFIRMATION_ONLY", ["CONFIRMATION", "COMPLETION"]),
        ("NONE", []),
    ],
)
def test_a_silenced_notification_moves_the_order_and_sends_nothing(
    seller: Callable[..., Buyer], receiver: Receiver, wish: str, sent: list[str]
) -> None:
    buyer = seller()
    order = buyer.place(desiredResponses=wish)
    advanced = buyer.advance()
    assert [arrival.body["notificationType"] for arrival in receiver.arrivals] == sent
    assert [kci["send"] for kci in advanced["kcis"]] == sent
    unwanted = [kci for kci in buyer.admin("GET", "/kcis")["items"] if kci["send"] not in sent]
    assert advanced["not_sent"] == unwanted and advanced["parked"] == []
    assert [arrival.body["notificationVersion"] for arrival in receiver.arrivals] == [
        f"{number:02d}" for number in range(1, len(sent) + 1)
    ]
    done = buyer.get(f"/orders/{order['id']}")
    assert (
        done["orderStatus"] == "COMPLETED"
        and done["completionDate"]
        and done["orderItems"][1]["orderItemDetail"]["sellerUniId"]
    )
    states = [kci["state"] for kci in buyer.admin("GET", "/kcis")["items"]]
    assert states.count("silenced") == 3 - len(sent) and states.count("delivered") == len(sent)
    acts = [line["act"] for line in buyer.admin("GET", "/journal?direction=act")["items"]]
    assert [(act["what"], act["by"]) for act in acts] == [("kci.silence", "sender")] * (
        3 - len(sent)
    )
    story = buyer.admin("GET", f"/orders/{buyer.admin('GET', '/orders')['items'][0]['id']}/story")
    told = [event["text"] for event in story["events"] if event["kind"] == "act"]
    assert told == [act["message"] for act in acts]


def test_a_change_of_mind_about_notifications_counts_from_then_on(
    seller: Callable[..., Buyer], receiver: Receiver
) -> None:
    buyer = seller()
    order = buyer.place(desiredResponses="NONE")
    buyer.advance("30s")
    buyer.change(order, desiredResponses=ALL)
    buyer.advance()
    assert [arrival.body["notificationType"] for arrival in receiver.arrivals] == [
        "CONFIRMATION",
        "COMPLETION",
    ]
    assert receiver.arrivals[0].body["notificationVersion"] == "01"


@pytest.mark.slow  # it waits a second
def test_a_notification_is_tried_again_with_the_same_bytes(
    seller: Callable[..., Buyer], receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 503 if number == 1 else 201
    buyer = seller()
    buyer.place(desiredResponses="CONFIRMATION_ONLY")
    buyer.advance("2m")
    first, second = receiver.arrivals[:2]
    assert first.raw == second.raw and first.path == second.path


def test_nothing_happens_of_a_step_whose_notification_cannot_be_written(
    seller: Callable[..., Buyer], receiver: Receiver, simulator: Embedded
) -> None:
    buyer = seller()
    order = buyer.place(desiredResponses=ALL)
    buyer.advance("1m")
    (kept,) = buyer.admin("GET", "/orders")["items"]
    with simulator.world.store.write() as tx:
        lane = lanes.lock(tx, kept["id"])
        lanes.save(tx, [replace(lane, next_sequence=100)])
    buyer.advance("1h")
    (dead,) = buyer.admin("GET", "/kcis?state=dead")["items"]
    assert "at most 99 notifications" in dead["last"]["error"] and dead["sequence"] is None
    assert heard_of(receiver, order["buyerPurchaseOrderNumber"]) == [CONFIGURED, CONFIRMED]
    assert buyer.get(f"/orders/{order['id']}")["orderStatus"] == "IN_PROGRESS"


def test_another_path_for_notifications_is_a_setting(make_config: Any, receiver: Receiver) -> None:
    supplier = {
        "name": "mef",
        "dialect": "mef",
        "gateway": {"url": receiver.url, "kcis": "/orders/{id}/notifications"},
    }
    with Embedded(make_config(suppliers=[supplier])) as running, Buyer(running.url) as buyer:
        order = buyer.place()
        buyer.advance()
    assert {arrival.path for arrival in receiver.arrivals} == {
        f"/orders/{order['id']}/notifications"
    }
    assert "authorization" not in receiver.arrivals[0].headers and receiver.tokens == []
