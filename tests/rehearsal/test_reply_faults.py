"""A rehearsal tells how an answer leaves, and what the repeats of a request get."""

from __future__ import annotations

import pytest

from simulator import dialects, rehearsal
from simulator.scenario import parse

RESET = "; fault connection_reset: 0 bytes of the answer, then a reset (RST)"
EMPTY = "; fault empty_reply: no byte, then the end of the connection (FIN)"
SLOW = "; fault slow_body: the head at once, the body in pieces over 20s"


def replies(text: str, dialect: str = "fibre_cafe") -> list[str]:
    """What the requests of a scenario are answered: those of its own story, then of its entries."""
    contract = dialects.get(dialect)
    told = rehearsal.rehearse(parse(f"scenario: X\n{text}", "x", contract.vocabulary), contract)
    assert told.flaws == ()
    lines = [*told.lines, *(line for entry in told.entries for line in entry.lines)]
    return [line.text for line in lines if line.kind == "reply"]


KNOWN = "201 acknowledge, the order is ACKNOWLEDGED"
AGAIN = "201 the first answer again"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("{answer: acknowledge, fault: connection_reset}", [KNOWN + RESET]),
        ("{answer: acknowledge, fault: {slow_body: 20s}}", [KNOWN + SLOW]),
        ("{attempts: [{fault: connection_reset}, acknowledge]}", [KNOWN + RESET, AGAIN]),
        ("{attempts: [{fault: {slow_body: 20s}}, acknowledge]}", [KNOWN + SLOW]),
        (
            "{attempts: [{fault: empty_reply}, {fault: connection_reset}, acknowledge, reject]}",
            [KNOWN + EMPTY, AGAIN + RESET, AGAIN],
        ),
        (
            "{attempts: [{fault: empty_reply}, reject, {answer: acknowledge, delay: 5s}]}",
            ["422 reject, no order" + EMPTY, "422 reject, no order", KNOWN],
        ),
        (
            "{attempts: [{answer: acknowledge, fault: empty_reply}, {status: 503}, acknowledge]}",
            [KNOWN + EMPTY, "503 reject", AGAIN],
        ),
        (
            "{attempts: [{answer: acknowledge, status: 504, body: ''}, acknowledge]}",
            ["504 acknowledge, the order is ACKNOWLEDGED", AGAIN],
        ),
        (
            "{attempts: [reject, {answer: accept, status: 504}, {answer: accept, status: 500}]}",
            ["422 reject, no order", "504 accept, the order is RECEIVED", "500 accept"],
        ),
        (
            "{attempts: [{fault: empty_reply}]}",
            ["202 accept, the order is RECEIVED" + EMPTY],
        ),
    ],
)
def test_a_request_is_sent_again_until_its_answer_can_be_read(
    reply: str, expected: list[str]
) -> None:
    assert replies(f"reply: {reply}") == expected


def test_a_repeat_that_the_contract_refuses_ends_it() -> None:
    create, again = replies("reply: {attempts: [{fault: empty_reply}, commit]}", "mef")
    assert create == "201 commit, the order is IN_PROGRESS" + EMPTY
    assert again.startswith("409 by the contract: conflict: buyerPurchaseOrderNumber: ")


@pytest.mark.parametrize(
    ("entry", "first"),
    [
        ("amendment", "200 acknowledge, the order is IN_PROGRESS"),
        ("hold", "201 acknowledge, the order is HELD"),
    ],
)
def test_a_repeat_of_a_request_without_an_id_is_another_request(entry: str, first: str) -> None:
    text = f"""
reply: commit
timeline: [{{after: 1d, send: COMPLETION}}]
{entry}: [{{reply: {{attempts: [{{fault: empty_reply}}, acknowledge]}}}}]
"""
    _, done, refused = replies(text, "mef")
    assert done == first + EMPTY
    assert refused.startswith("409 by the contract: conflict: ")
