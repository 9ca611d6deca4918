"""The tables, against rows written anew (docs/contract/mef.md 3.3, 3.4), and what `check` refuses
of a scenario.
"""

from __future__ import annotations

import pytest

from simulator import dialects, rehearsal
from simulator.dialects.mef import life, transitions
from simulator.scenario import parse

MEF = dialects.get("mef")

ROLL_UP = [
    ("REJECTED", "REJECTED COMPLETED"),
    ("ACKNOWLEDGED", "ACKNOWLEDGED ACKNOWLEDGED"),
    ("IN_PROGRESS", "ACKNOWLEDGED IN_PROGRESS"),
    ("IN_PROGRESS", "COMPLETED IN_PROGRESS"),
    ("IN_PROGRESS", "PENDING IN_PROGRESS"),
    ("PENDING", "PENDING CANCELLED"),
    ("HELD", "HELD CANCELLED"),
    ("IN_PROGRESS", "HELD PENDING"),
    ("CANCELLED", "CANCELLED CANCELLED"),
    ("PARTIAL", "COMPLETED FAILED CANCELLED"),
    ("FAILED", "FAILED CANCELLED"),
    ("COMPLETED", "COMPLETED CANCELLED"),
    ("COMPLETED", "COMPLETED"),
    ("IN_PROGRESS", "ACKNOWLEDGED CANCELLED"),
]

SELLER = {
    "ACKNOWLEDGED": {"IN_PROGRESS", "REJECTED", "CANCELLED"},
    "IN_PROGRESS": {"PENDING", "HELD", "COMPLETED", "PARTIAL", "FAILED", "CANCELLED"},
    "PENDING": {"IN_PROGRESS", "CANCELLED"},
    "HELD": {"IN_PROGRESS", "CANCELLED"},
}


@pytest.mark.parametrize(("order", "items"), ROLL_UP)
def test_an_orders_status_follows_from_its_items(order: str, items: str) -> None:
    assert life.roll_up(items.split()) == order


@pytest.mark.parametrize("source", transitions.STATUSES)
def test_the_sellers_moves_are_those_of_the_contract(source: str) -> None:
    reached = {target for start, target in transitions.EDGES if start == source}
    assert reached == SELLER.get(source, set())


def faults(text: str) -> list[str]:
    return [
        str(problem)
        for problem in rehearsal.flaws(parse(f"scenario: S\n{text}", "s.yaml", MEF.vocabulary), MEF)
    ]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "reply: acknowledge\ntimeline:\n  - {after: 1h, send: CONFIRMATION}",
            ":4:",
            "CONFIRMATION is not possible in ACKNOWLEDGED",
        ),
        (
            "timeline:\n  - {after: 1h, send: REJECTION}",
            ":3:",
            "REJECTION is not possible in IN_PROGRESS",
        ),
        (
            "timeline:\n  - {after: 1h, send: JEOPARDY}\n  - {after: 1h, send: COMPLETION}",
            ":4:",
            "COMPLETION is not possible in HELD",
        ),
        (
            (
                "timeline:\n  - {after: 1h, send: STATUS_UPDATE, status: PENDING}\n"
                "  - {after: 1h, status: COMPLETED}"
            ),
            ":4:",
            "COMPLETED does not follow PENDING",
        ),
        (
            (
                "hold:\n  - reply: acknowledge\n"
                "    timeline: [{after: 1h, send: STATUS_UPDATE, status: IN_PROGRESS}]"
            ),
            ":4:",
            "the Buyer holds this order",
        ),
        (
            (
                "timeline:\n"
                '  - {after: 1h, send: COMPLETION, set: {"orderItems[0].orderItemStatus": '
                'FAILED, "orderItems[1].orderItemStatus": COMPLETED}}'
            ),
            ":3:",
            "the order is COMPLETED, but its items make it PARTIAL",
        ),
        (
            (
                "timeline:\n"
                "  - {after: 1h, send: JEOPARDY, with: {orderMessages: [{messageInformation: x, "
                "severity: WARNING}]}}"
            ),
            ":3:",
            "a gateway would refuse this message: orderMessages[0].severity",
        ),
        (
            "timeline:\n  - {after: 1h, send: CONFIRMATION, with: {expectedCompletionDate: Dog}}",
            ":3:",
            "`Dog` is no date",
        ),
    ],
)
def test_check_refuses_what_the_contract_forbids(text: str, place: str, said: str) -> None:
    told = faults(text)
    assert len(told) == 1 and said in told[0] and place in told[0], told


def test_an_illegal_step_breaks_the_contract_on_purpose() -> None:
    assert (
        faults(
            "reply: acknowledge\ntimeline:\n"
            "  - {after: 1h, send: CONFIRMATION, illegal: true, with: {orderStatus: null}}"
        )
        == []
    )


def test_more_notifications_than_the_version_can_count_are_refused() -> None:
    steps = "".join("  - {after: 1s, send: STATUS_UPDATE}\n" for _ in range(100))
    (told,) = faults(f"timeline:\n{steps}")
    assert "at most 99 notifications" in told and ":102:" in told
