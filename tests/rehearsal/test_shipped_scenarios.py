"""Every shipped scenario: a receiver that knows nothing of our code sees what the contract
prescribes, and its story is a golden file.

What is expected stands here by hand, from docs/contract/fibre-cafe.md 5.2, 6 and 8; nothing of it
is computed by our code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import dialects, rehearsal
from simulator.cli.explaining import as_text
from simulator.model import every_step
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import read_folder
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.rehearsal.by_the_contract import ENTITIES, check_by_the_contract

DIALECT = dialects.get("fibre_cafe")
BOOK = read_folder(shipped_folder("fibre_cafe"), DIALECT.vocabulary)
GOLDEN = Path(__file__).parent / "golden"

HAPPY = [("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("COMPLETED", "COMPLETED")]
KNOWN = HAPPY[1:]

EXPECTED: dict[str, tuple[int, list[tuple[str, str]]]] = {
    "ORDER_SUCCESSFUL": (202, HAPPY),
    "ORDER_ACKNOWLEDGED": (201, KNOWN),
    "ORDER_ACKNOWLEDGED_LATER": (202, [*HAPPY[:2], ("ADDITIONAL", "IN_PROGRESS"), HAPPY[2]]),
    "ORDER_IN_PROGRESS": (201, [("COMPLETED", "COMPLETED")]),
    "ORDER_REJECTED": (422, []),
    "ORDER_REJECTED_LATER": (202, [("ORDER_REJECTED", "REJECTED")]),
    "ORDER_DELAYED": (202, [*HAPPY[:2], ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), HAPPY[2]]),
    "ORDER_PENDING": (202, [*HAPPY[:2], ("INFORMATION_REQUIRED", "PENDING")]),
    "ORDER_REAPPOINT": (202, [*HAPPY[:2], ("REAPPOINT", "PENDING")]),
    "ORDER_REAPPOINTED": (202, [*HAPPY[:2], ("REAPPOINTED", "IN_PROGRESS"), HAPPY[2]]),
    "ORDER_CANCELLED": (202, [*HAPPY[:2], ("CANCELLED", "CANCELLED")]),
    "ORDER_ON_SIGNAL": (202, HAPPY[:1]),
    "ORDER_TAKEOVER": (202, HAPPY),
    "ORDER_NO_RETURN": (201, KNOWN),
    "ORDER_COMMITTED_LATER": (202, KNOWN),
    "ORDER_DELAYED_DATE_MOVED": (
        202,
        [*HAPPY[:2], ("DELAY", "HELD"), ("UPDATE", "IN_PROGRESS"), HAPPY[2]],
    ),
    "ORDER_DELAYED_EARLY": (
        201,
        [("DELAY", "HELD"), ("UPDATE", "HELD"), ("CANCELLED", "CANCELLED")],
    ),
    "ORDER_WARNING": (201, [KNOWN[0], ("WARNING", "IN_PROGRESS"), KNOWN[1]]),
    "ORDER_APPOINTMENT_DROPPED": (201, [KNOWN[0], ("UPDATE", "IN_PROGRESS"), KNOWN[1]]),
    "ORDER_RESUBMIT": (201, [KNOWN[0], ("RESUBMIT", "IN_PROGRESS"), KNOWN[1]]),
    "ORDER_PARTIAL": (201, [KNOWN[0], ("COMPLETED", "PARTIAL")]),
    "ORDER_FAILED": (201, [KNOWN[0], ("UPDATE", "FAILED")]),
    "ORDER_TERMINATED": (201, [("UPDATE", "CANCELLED")]),
    "ORDER_TERMINATED_EARLY": (202, [("UPDATE", "REJECTED")]),
    "ORDER_PENDING_EARLY": (201, [("INFORMATION_REQUIRED", "PENDING")]),
    "ORDER_REAPPOINT_HELD": (201, [KNOWN[0], ("DELAY", "HELD"), ("REAPPOINT", "PENDING")]),
    "ORDER_ONE_AMENDMENT": (201, KNOWN),
    "ORDER_GIVEN_UP": (201, KNOWN),
    "ORDER_SURVEY_IN_TIME": (202, [*HAPPY[:2], ("DELAY", "HELD"), ("CANCELLED", "CANCELLED")]),
    "ORDER_REMINDED": (
        202,
        [
            HAPPY[0],
            ("INFORMATION_REQUIRED", "PENDING"),
            *[("UPDATE", "PENDING")] * 3,
            ("CANCELLED", "CANCELLED"),
        ],
    ),
    "CEASE_UNKNOWN_SERVICE": (422, []),
    "CEASE_SUCCESSFUL": (202, HAPPY),
    "MODIFY_SUCCESSFUL": (202, HAPPY),
    "ETHERNET_SUCCESSFUL": (202, [HAPPY[0], ("UPDATE", "ACKNOWLEDGED"), *HAPPY[1:]]),
}
SPOILT: dict[str, tuple[list[int | None], list[tuple[str, str]]]] = {
    "ORDER_ANSWER_LOST": ([None, 201], KNOWN),
    "ORDER_ANSWER_BROKEN": ([None, 201, 201, 201], KNOWN),
    "ORDER_BUSY": ([503, 503, 201], KNOWN),
}
"""What a gateway is answered that sends its order again and again; None where nothing whole came.
"""

DRAWN: dict[str, tuple[int, list[list[tuple[str, str]]]]] = {
    "ORDER_SOMETIMES_DELAYED": (
        201,
        [KNOWN, [KNOWN[0], ("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS"), KNOWN[1]]],
    ),
}
"""What a gateway hears by chance: one of these, and the same for the same address."""

LATER: dict[str, tuple[str, int, list[tuple[str, str]]]] = {
    "AMENDMENT_ACCEPTED": ("amend", 201, KNOWN),
    "AMENDMENT_PENDING": ("amend", 202, [("AMENDED", "ACKNOWLEDGED"), *KNOWN]),
    "AMENDMENT_REJECTED": ("amend", 422, KNOWN),
    "AMENDMENT_REJECTED_LATER": ("amend", 202, [("AMENDMENT_REJECTED", "ACKNOWLEDGED"), *KNOWN]),
    "CANCELLATION_ACCEPTED": ("cancel", 201, []),
    "CANCELLATION_ANSWER_LOST": ("cancel", 202, [("CANCELLED", "CANCELLED")]),
    "CANCELLATION_PENDING": ("cancel", 202, [("CANCELLED", "CANCELLED")]),
    "CANCELLATION_REJECTED": ("cancel", 422, KNOWN),
    "CANCELLATION_REJECTED_LATER": (
        "cancel",
        202,
        [("CANCELLATION_REJECTED", "ACKNOWLEDGED"), *KNOWN],
    ),
}
BEGUN: dict[str, tuple[list[tuple[str, str]], int, list[tuple[str, str]]]] = {
    "UNSOLICITED_CEASE": (
        [("CREATED", "ACKNOWLEDGED"), KNOWN[0], ("UPDATE", "IN_PROGRESS"), KNOWN[1]],
        201,
        [],
    ),
    "UNSOLICITED_CEASE_CONTESTED": (
        [("CREATED", "IN_PROGRESS"), KNOWN[1]],
        202,
        [("CANCELLED", "CANCELLED")],
    ),
    "UNSOLICITED_CEASE_UPHELD": (
        [("CREATED", "ACKNOWLEDGED"), *KNOWN],
        202,
        [("CANCELLATION_REJECTED", "ACKNOWLEDGED"), *KNOWN],
    ),
}
"""What the losing side hears of a cease that nobody asked for; how its objection is answered, and
what it hears then.
"""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, Receiver]]:
    from simulator import config

    with Receiver() as receiver:
        folder = tmp_path_factory.mktemp("heard")
        overrides = {
            "server": {"port": 0},
            "store": {"url": f"sqlite:///{folder}/s.db"},
            "clock": {"mode": "manual"},
        }
        settings = config.load(
            environment={}, overrides={**overrides, "gateway": {"url": receiver.url}}
        )
        with Embedded(settings) as running:
            yield running, receiver


def heard_of(receiver: Receiver, order: int | str) -> list[tuple[str, str]]:
    kcis = receiver.by_order().get(order, [])
    check_by_the_contract(kcis)
    return [
        (kci["reasonCode"], next(kci[key] for key in ENTITIES if key in kci)["status"])
        for kci in kcis
    ]


def place(gateway: Gateway, name: str) -> tuple[int, Any]:
    operation = rehearsal.rehearse(BOOK.scenarios[name], DIALECT).operation
    gateway.serial = len(gateway.admin("GET", "/orders?limit=1000")["items"]) + 5000
    sample = DIALECT.sample(operation, None, gateway.serial)
    return gateway.serial, gateway.post(sample.path, sample.body, X_Scenario=name)


def test_every_shipped_scenario_is_expected_here() -> None:
    assert {*EXPECTED, *DRAWN, *SPOILT, *LATER, *BEGUN} == set(BOOK.scenarios)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_stranger_hears_exactly_what_the_reference_prescribes(
    heard: tuple[Embedded, Receiver], name: str
) -> None:
    simulator, receiver = heard
    code, expected = EXPECTED[name]
    with Gateway(simulator.url) as gateway:
        order, response = place(gateway, name)
        assert response.status_code == code
        gateway.advance()
    assert heard_of(receiver, order) == expected


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_stranger_hears_one_of_what_may_be_drawn(
    heard: tuple[Embedded, Receiver], name: str
) -> None:
    simulator, receiver = heard
    code, expected = DRAWN[name]
    told = []
    with Gateway(simulator.url) as gateway:
        for _ in range(2):
            order, response = place(gateway, name)
            assert response.status_code == code
            gateway.advance()
            told.append(heard_of(receiver, order))
    assert told[0] == told[1] and told[0] in expected


@pytest.mark.parametrize("name", sorted(SPOILT))
def test_a_stranger_who_repeats_a_lost_order_hears_of_one_order(
    heard: tuple[Embedded, Receiver], name: str
) -> None:
    simulator, receiver = heard
    answers, expected = SPOILT[name]
    with Gateway(simulator.url) as gateway:
        gateway.serial = 9000 + sorted(SPOILT).index(name)
        body = gateway.provide()
        told = gateway.codes("/service-orders", body, len(answers), X_Scenario=name)
        assert told == answers
        gateway.advance()
    assert heard_of(receiver, body["id"]) == expected


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_stranger_hears_how_a_later_request_ends(
    heard: tuple[Embedded, Receiver], name: str
) -> None:
    simulator, receiver = heard
    verb, code, expected = LATER[name]
    with Gateway(simulator.url) as gateway:
        order, _ = place(gateway, "ORDER_ACKNOWLEDGED")
        path = {"amend": "/service-order-amendments", "cancel": "/service-order-cancellations"}
        why = {"amend": {"notes": "Ring twice"}, "cancel": {"reasonCode": "CUSTOMER_CHANGED_MIND"}}
        body = {"id": order + 50_000, "orderId": order, **why[verb]}
        lost = [None] if name.endswith("ANSWER_LOST") else []
        told = gateway.codes(path[verb], body, len(lost) + 1, X_Scenario=name)
        assert told == [*lost, code]
        gateway.advance()
    assert heard_of(receiver, order) == expected


@pytest.mark.parametrize("name", sorted(BEGUN))
def test_the_losing_side_hears_of_a_cease_that_it_did_not_ask_for(
    heard: tuple[Embedded, Receiver], name: str
) -> None:
    simulator, receiver = heard
    story, code, objected = BEGUN[name]
    document = {
        "serviceId": "SVC-1",
        "reason": "CHANGE_OF_CP",
        "requestedCeaseDate": "2026-03-05T00:00:00Z",
    }
    with Gateway(simulator.url) as gateway:
        gateway.serial = 7000 + 10 * sorted(BEGUN).index(name)
        references = []
        for _ in range(2):
            begun = gateway.admin(
                "POST", "/start", {"scenario": name, "tenant": "TENANT1", "document": document}, 201
            )
            gateway.advance("1s")
            references.append(gateway.admin("GET", f"/orders/{begun['id']}")["number"])
        objection = {
            "id": gateway.serial + 1,
            "reasonCode": "NO_AUTHORISATION",
            "supplierOrderReference": references[1],
        }
        assert gateway.cancel({"id": 88_000 + gateway.serial}, **objection).status_code == code
        gateway.advance()
        assert gateway.order({"id": 88_000 + gateway.serial - 1})["number"] == references[1], (
            "the gateway's id is known from now on"
        )
    assert heard_of(receiver, references[0]) == story
    assert heard_of(receiver, references[1]) == [story[0], *objected]


def test_a_stranger_hears_the_rest_when_the_signals_are_given(
    heard: tuple[Embedded, Receiver],
) -> None:
    simulator, receiver = heard
    with Gateway(simulator.url) as gateway:
        order, _ = place(gateway, "ORDER_ON_SIGNAL")
        gateway.advance()
        for signal, expected in (("survey", HAPPY[:2]), ("install", HAPPY)):
            gateway.admin("POST", f"/orders/{gateway.order({'id': order})['id']}/signals/{signal}")
            gateway.advance()
            assert heard_of(receiver, order) == expected


def test_a_stranger_hears_of_a_survey_that_is_late_but_comes(
    heard: tuple[Embedded, Receiver],
) -> None:
    simulator, receiver = heard
    with Gateway(simulator.url) as gateway:
        order, _ = place(gateway, "ORDER_SURVEY_IN_TIME")
        gateway.advance("3d")
        gateway.admin("POST", f"/orders/{gateway.order({'id': order})['id']}/signals/survey")
        gateway.advance()
    late = [("DELAY", "HELD"), ("RESUMED", "IN_PROGRESS")]
    assert heard_of(receiver, order) == [*HAPPY[:2], *late, HAPPY[2]]


def test_a_stranger_is_reminded_until_it_amends(heard: tuple[Embedded, Receiver]) -> None:
    simulator, receiver = heard
    with Gateway(simulator.url) as gateway:
        order, _ = place(gateway, "ORDER_REMINDED")
        gateway.advance("100s")
        assert gateway.amend({"id": order}, notes="Ring Bo Lane").status_code == 201
        gateway.advance()
    asked = [("INFORMATION_REQUIRED", "PENDING"), ("UPDATE", "PENDING")]
    assert heard_of(receiver, order) == [HAPPY[0], *asked, *HAPPY[1:]]


@pytest.mark.parametrize(
    ("name", "code", "last"),
    [
        ("ORDER_PENDING", 202, "AMENDED"),
        ("ORDER_REAPPOINT", 201, "REAPPOINT"),
        ("ORDER_PENDING_EARLY", 201, "COMMITTED"),
        ("ORDER_REAPPOINT_HELD", 202, "RESUMED"),
    ],
)
def test_a_stranger_cures_a_pending_order(
    heard: tuple[Embedded, Receiver], name: str, code: int, last: str
) -> None:
    simulator, receiver = heard
    with Gateway(simulator.url) as gateway:
        order, _ = place(gateway, name)
        gateway.advance()
        response = gateway.amend(
            {"id": order}, appointmentReservationId=9, appointmentReservationReference="APT-9"
        )
        assert response.status_code == code
        gateway.advance()
    assert [code for code, _ in heard_of(receiver, order)][-2:] == [last, "COMPLETED"]
    assert heard_of(receiver, order)[-1] == ("COMPLETED", "COMPLETED")


@pytest.mark.parametrize("name", sorted(BOOK.scenarios))
def test_the_printed_story_is_the_golden_one(name: str) -> None:
    told = as_text(rehearsal.rehearse(BOOK.scenarios[name], DIALECT), {}) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(told)
    assert told == path.read_text(), (
        f"the story of {name} changed: UPDATE_GOLDEN=1 keeps the new one"
    )


def test_every_gap_of_a_shipped_scenario_is_a_parameter() -> None:
    for scenario in BOOK.scenarios.values():
        entries = (entry for listed in scenario.entries.values() for entry in listed)
        timelines = [scenario.timeline, *(entry.timeline for entry in entries)]
        steps = [step for timeline in timelines for step in every_step(timeline)]
        assert all(
            step.at is None and (step.after in ("{{ gap }}", 0) or not step.send) for step in steps
        ), scenario.name
        if steps:
            gap = scenario.params["gap"]
            assert (gap.kind, gap.default, gap.header) == ("duration", "30s", "X-Kci-Delay"), (
                scenario.name
            )
