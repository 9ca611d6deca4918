"""Scenarios that fit one request equally well: which one plays, and when `check` warns."""

from __future__ import annotations

import pytest

from simulator import dialects
from simulator.scenario import parse, ties

VOCABULARY = dialects.get("fibre_cafe").vocabulary


def tied(one: str, other: str, about: str = "") -> list[str]:
    head = "params: {word: a}\n"
    texts = (f"scenario: ONE\nwhen: {one}\n{head}", f"scenario: TWO\nwhen: {other}\n{head}")
    scenarios = [parse(text, f"{at}.yaml", VOCABULARY) for at, text in enumerate(texts)]
    return [str(problem) for problem in ties(scenarios, about)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{orderType: [NEW, START]}", "{orderType: [START, SWAP]}"),
        ("{notes: '{{ word }}'}", "{notes: '{{ word }}'}"),
        ("{orderType: NEW}", "{notes: {exists: true}}"),
        ("{'siteInformation[*].role': A-END}", "{'siteInformation[*].role': B-END}"),
        ("{notes: {matches: b}}", "{notes: b}"),
        ("{any: [{orderType: NEW}, {notes: a}]}", "{orderType: SWAP}"),
        ("{not: {orderType: NEW}}", "{orderType: [NEW, SWAP]}"),
        ("{address.id: {more: 5}}", "{address.id: {less: 7}}"),
        ("{notes: {starts: a}}", "{notes: {starts: ab}}"),
    ],
)
def test_two_scenarios_that_one_request_fits_equally_well_are_reported(
    one: str, other: str
) -> None:
    (said,) = tied(one, other)
    assert said.startswith("1.yaml:2:7: when: a request may fit ONE (0.yaml) just as well")
    assert "then that one plays: add a condition to one of them" in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{operation: provide}", "{operation: cease}"),
        ("{orderType: [NEW, START]}", "{orderType: [SWAP]}"),
        ("{orderType: NEW}", "{orderType: NEW, notes: a}"),
        ("{notes: {exists: true}}", "{notes: {exists: false}}"),
        ("{notes: a}", "{notes: {exists: false}}"),
        ("{notes: {matches: a}}", "{notes: b}"),
        ("{notes: {starts: a}}", "{notes: {starts: b}}"),
        ("{orderType: {not: [NEW, SWAP]}}", "{orderType: NEW}"),
        ("{not: {notes: {exists: true}}}", "{notes: {exists: true}}"),
        ("{address.id: {more: 5}}", "{address.id: {less: 5}}"),
        ("{requestedDate: {before: now}}", "{requestedDate: {after: now + 1d}}"),
        ("{any: [{orderType: NEW}, {orderType: START}]}", "{orderType: SWAP}"),
        ("{all: [{orderType: NEW}, {notes: a}]}", "{orderType: SWAP, notes: a}"),
        ("{orderType: NEW, any: [{notes: a}, {notes: b}]}", "{orderType: NEW}"),
    ],
)
def test_two_scenarios_that_no_request_fits_equally_well_are_not_reported(
    one: str, other: str
) -> None:
    assert tied(one, other) == []


def test_a_tie_of_a_named_scenario_is_reported_at_its_place() -> None:
    (said,) = tied("{notes: a}", "{hazards: b}", about="ONE")
    assert said.startswith("0.yaml:2:7: when: a request may fit TWO (1.yaml)")
    assert "then this one plays" in said
    assert tied("{notes: a}", "{hazards: b}", about="THREE") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{operation: provide}", "{operation: provide}"),
        ("{operation: provide, notes: a}", "{notes: a, operation: provide}"),
        ("{any: [{notes: a}, {notes: b}]}", "{any: [{notes: a}, {notes: b}]}"),
    ],
)
def test_a_scenario_that_asks_for_the_same_as_one_before_it_never_plays(
    one: str, other: str
) -> None:
    never = "just as well, and always does: TWO never plays by it"
    (said,) = tied(one, other)
    assert said.startswith(f"1.yaml:2:7: when: a request may fit ONE (0.yaml) {never}")
    (said,) = tied(one, other, about="ONE")
    assert said.startswith(f"0.yaml:2:7: when: a request may fit TWO (1.yaml) {never}")
