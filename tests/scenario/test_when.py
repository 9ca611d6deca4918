"""The whole of `when` in a scenario file: which one plays, what is said of the others, and what an
editor knows of it.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from simulator import dialects
from simulator.cli import main
from simulator.rehearsal.inspection import inspect
from simulator.scenario import make_book
from simulator.scenario.json_schema import json_schema
from simulator.scenario.when_field import NESTS, TESTS

DIALECT = dialects.get("fibre_cafe")
CHOOSY = """
scenario: CHOOSY
params: {lead: 2d, most: 5}
when:
  any: [{orderType: {not: [SWAP, CEASE]}}, {"siteInformation[*].role": {starts: A}}]
  address.id: {more: 3, less: "{{ most }}"}
  requestedCompletionDate: {after: now, before: "now + {{ lead }}", exists: true}
  notes: {contains: lift, ends: up, matches: "^[a-z]", not: {starts: x}}
  header.X-Mode: {in: [a, b]}
timeline:
  - {after: 1s, mark: M}
cancellation:
  - when: {not: {marked: M}, all: [{order.status: {ends: D}}, {marked: {not: M}}]}
    reply: acknowledge
"""
BODY = {
    "orderType": "NEW",
    "address": {"id": 4},
    "notes": "a lift up",
    "requestedCompletionDate": "2026-03-02",
}
FACTS = {"body": BODY, "header": {"x-mode": "b"}, "now": "2026-03-01T09:00:00.000Z"}


def reasons(*texts: str, **facts: Any) -> tuple[str, ...]:
    """Why the first of some scenarios plays, and why each other one does not."""
    named = [(f"{place}.yaml", text) for place, text in enumerate(texts)]
    named.append(("plain.yaml", "scenario: PLAIN\n"))
    return make_book(named, DIALECT.vocabulary, "PLAIN").choose({**FACTS, **facts}).reasons


def test_a_file_may_have_every_test_and_every_nest() -> None:
    inspection = inspect(CHOOSY, "x.yaml", DIALECT)
    assert (inspection.errors, inspection.warnings) == ((), ())
    assert [word for word in (*TESTS, *NESTS) if f"{word}:" not in CHOOSY] == []


def test_a_scenario_plays_when_its_tests_and_nests_hold() -> None:
    chosen, *_ = reasons(CHOOSY)
    assert chosen == (
        "when any of (orderType is neither SWAP nor CEASE; siteInformation[*].role starts with A)"
        " and address.id is more than 3 and is less than {{ most }}"
        " and requestedCompletionDate is after now and is before now + {{ lead }} and exists"
        " and notes contains lift and ends with up and matches ^[a-z]"
        " and notes does not start with x and header.X-Mode is a or b"
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"body": {**BODY, "orderType": "SWAP"}},
            (
                "any of (orderType is neither SWAP nor CEASE; siteInformation[*].role starts with"
                " A), but orderType is SWAP and siteInformation[*].role is absent"
            ),
        ),
        (
            {"body": {**BODY, "address": {"id": 5}}},
            "address.id is more than 3 and is less than 5, but it is 5",
        ),
        (
            {"now": "2026-03-02T00:00:00.000Z"},
            (
                "requestedCompletionDate is after now and is before now + 2d and exists, but it is"
                " 2026-03-02"
            ),
        ),
        ({"header": {"x-mode": "c"}}, "header.X-Mode is a or b, but it is c"),
    ],
)
def test_the_journal_says_which_condition_did_not_hold(facts: Any, said: str) -> None:
    assert f"not CHOOSY: {said}" in reasons(CHOOSY, **facts)


def test_the_scenario_with_the_most_tests_plays() -> None:
    chosen = reasons(
        "scenario: ONE\nwhen: {any: [{address.id: 4, notes: a}, {address.id: 4}]}\n",
        "scenario: NOT\nwhen: {not: {address.id: 6, notes: b, hazards: a}}\n",
        "scenario: TWO\nwhen: {address.id: {more: 3, less: 9}}\n",
    )
    assert chosen == (
        "when address.id is more than 3 and is less than 9",
        "not ONE: fits too, with 1 condition",
        "not NOT: fits too, with 1 condition",
        "not PLAIN: it has no `when`",
    )


def test_explain_tells_a_when_in_words(tmp_path: Any) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(CHOOSY)
    said = CliRunner().invoke(main, ["explain", str(file)]).output
    assert "played when any of (orderType is neither SWAP nor CEASE; " in said
    assert (
        "cancellation 1, when marked is not M and order.status ends with D and marked is not M"
        in said
    )


@pytest.mark.parametrize("dialect", dialects.names())
def test_an_editor_completes_every_test_and_nest(dialect: str) -> None:
    known = json_schema(dialects.get(dialect).vocabulary)["$defs"]
    assert {*known["tests"]["properties"]} == {*TESTS}
    assert {*NESTS, "operation", "order.status"} <= {*known["when"]["properties"]}


def test_an_editor_takes_every_test_and_nest() -> None:
    assert judged(yaml.safe_load(CHOOSY)["when"]) == []


@pytest.mark.parametrize(
    "when",
    [
        {"any": []},
        {"any": {"notes": "a"}},
        {"all": [{}]},
        {"not": {}},
        {"notes": {}},
        {"notes": {"stars": "a"}},
        {"notes": {"exists": "yes"}},
        {"notes": {"in": "a"}},
        {"notes": {"less": "abc"}},
        {"notes": {"before": "tomorrow"}},
        {"notes": {"starts": ""}},
        {"notes": {"not": {"stars": "a"}}},
        {"orderType": "NWE"},
        {"any": [{"not": {"orderType": ["NEW", "NWE"]}}]},
        {"operation": "provyde"},
        {"order.status": "PENDNG"},
        {"siteInformation[*].role": "C-END"},
    ],
)
def test_an_editor_refuses_what_check_refuses(when: Any) -> None:
    assert judged(when)
    assert inspect(yaml.safe_dump({"scenario": "X", "when": when}), "x.yaml", DIALECT).errors


def judged(when: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema(DIALECT.vocabulary))
    entry = [{"when": when, "reply": "acknowledge"}]
    document = {"scenario": "X", "when": when, "cancellation": entry}
    return [error.message for error in validator.iter_errors(document)]
