"""A rehearsal plays the sample request that the `when` of its scenario takes."""

from __future__ import annotations

import pytest

from simulator import dialects, rehearsal
from simulator.formats import strict_json
from simulator.model import Document
from simulator.rehearsal import Rehearsal
from simulator.scenario import parse

FIBRE_CAFE = dialects.get("fibre_cafe")


def played(when: str) -> Rehearsal:
    text = f"scenario: X\nparams: {{role: A-END}}\nwhen: {when}\nreply: acknowledge\n"
    return rehearsal.rehearse(parse(text, "x", FIBRE_CAFE.vocabulary), FIBRE_CAFE)


def document(of: Rehearsal) -> Document:
    return next(line.document for line in of.lines if line.kind == "request") or {}


@pytest.mark.parametrize(
    ("when", "operation"),
    [
        ("{operation: cease, requestedCompletionDate: {before: now}}", "cease"),
        ("{operation: provide, requestedCompletionDate: {exists: true}}", "provide"),
        ("{all: [{operation: modify}, {notes: {starts: Ring}}]}", "modify"),
        ("{operation: cease, any: [{notes: Ring}, {operation: provide}]}", "cease"),
        ("{operation: ethernet, header.X-Mode: b, order.ref: {exists: false}}", "ethernet"),
        ("{orderType: [SWAP, START], notes: {not: Ring}}", "provide"),
        ('{notes: "{{ role }}"}', "provide"),
        ("{operation: cease}", "cease"),
    ],
)
def test_the_sample_has_what_the_when_asks_for(when: str, operation: str) -> None:
    told = played(when)
    assert (told.natural, told.operation) == (True, operation)


def test_a_member_that_is_asked_for_has_a_value_that_the_contract_takes() -> None:
    asked = document(played("{operation: provide, requestedCompletionDate: {after: now}}"))
    assert asked["requestedCompletionDate"] == "2026-03-16"


def test_the_sample_that_fits_best_is_played_where_none_fits() -> None:
    told = played("{operation: cease, requestedCompletionDate: {exists: true}, tenant: TENANT9}")
    assert (told.natural, told.operation) == (False, "cease")
    assert document(told)["requestedCompletionDate"] == "2026-03-16"


def test_the_request_that_is_given_stays_as_it_is() -> None:
    first = FIBRE_CAFE.sample("provide", None, 7)
    scenario = parse("scenario: X\nwhen: {notes: Ring}\n", "x", FIBRE_CAFE.vocabulary)
    told = rehearsal.rehearse(scenario, FIBRE_CAFE, first=first)
    assert (told.natural, document(told)) == (False, strict_json.loads(first.body))
