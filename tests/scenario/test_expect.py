"""`expect` of a scenario file: how it is read, and what an editor says of it. What `check` refuses
stands in broken.txt.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from simulator import dialects
from simulator.base import instants
from simulator.model import (
    Condition,
    Count,
    ExpectedKcis,
    ExpectedRequest,
    NoKci,
    NoRequest,
)
from simulator.rehearsal.inspection import inspect
from simulator.scenario import parse
from simulator.scenario.json_schema import json_schema

DIALECT = dialects.get("fibre_cafe")
WHOLE = """
scenario: WHOLE
params: {patience: 2d}
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - {after: 1h, mark: LATE}
  - {after: 1h, send: COMPLETED}
expect:
  - {every_kci: {answered: 204, within: 2s, attempts: 3}}
  - {kci: {send: COMPLETED, answered: [204, 2xx], count: 1}}
  - request:
      operation: amendment
      when: {order.status: IN_PROGRESS, marked: LATE, not: {notes: OTHER}}
      within: "{{ patience }}"
      count: {at_least: 3}
      spaced: growing
      same_body: true
  - {no_request: {operation: [cancellation], within: 2wd}}
"""


def document(*expectations: Any) -> dict[str, Any]:
    timeline = [{"after": "1h", "send": "COMMITTED"}]
    expect = list(expectations)
    return {"scenario": "X", "reply": "acknowledge", "timeline": timeline, "expect": expect}


def judged(whole: Any, dialect: str = "fibre_cafe") -> list[str]:
    """What an editor says of a file."""
    validator = jsonschema.Draft202012Validator(json_schema(dialects.get(dialect).vocabulary))
    return [error.message for error in validator.iter_errors(whole)]


def test_each_word_is_read_into_its_type() -> None:
    every, one, request, silence = parse(WHOLE, "x.yaml", DIALECT.vocabulary).expect
    assert every == ExpectedKcis(answered=("204",), within=2 * instants.SECOND, attempts=3)
    once = Count(at_least=1, at_most=1)
    assert one == ExpectedKcis(send="COMPLETED", answered=("204", "2xx"), count=once)
    assert isinstance(request, ExpectedRequest) and len(request.when) == 3
    assert request.when[0] == Condition(path="order.status", tests={"equal": "IN_PROGRESS"})
    assert (request.operations, request.within) == (("amendment",), "{{ patience }}")
    assert (request.count, request.spaced) == (Count(at_least=3), "growing")
    assert request.same_body
    assert silence == NoRequest(operations=("cancellation",), within="2wd")


def test_a_right_file_has_neither_errors_nor_warnings() -> None:
    found = inspect(WHOLE, "x.yaml", DIALECT)
    assert (found.errors, found.warnings) == ((), ())
    assert judged(yaml.safe_load(WHOLE)) == []


@pytest.mark.parametrize(
    "text",
    [
        "scenario: X\nfor: cancellation\nreply: reject\n",
        "scenario: X\nbegins: supplier\n",
        "scenario: X\nreply: reject\n",
    ],
)
def test_every_kind_of_file_may_expect_something(text: str) -> None:
    expect = "expect:\n  - {no_kci: true}\n  - {no_request: {operation: cancellation}}\n"
    assert inspect(text + expect, "x.yaml", DIALECT).errors == ()
    assert parse(text + expect, "x.yaml", DIALECT.vocabulary).expect[0] == NoKci()


def test_a_request_without_an_operation_is_the_one_that_the_file_answers() -> None:
    """So its `when` knows the members of that request."""
    expect = "expect:\n  - {request: {when: {orderId: 7}}}\n"
    later = inspect(f"scenario: X\nfor: amendment\n{expect}", "x.yaml", DIALECT)
    assert (later.errors, later.warnings) == ((), ())
    first = inspect(f"scenario: X\n{expect}", "x.yaml", DIALECT)
    assert [problem.code for problem in first.warnings] == ["unknown_path"]


@pytest.mark.parametrize(
    ("wanted", "forbidden", "clash"),
    [
        ("{operation: amendment}", "{operation: amendment}", True),
        ("{operation: amendment}", "{operation: [cancellation, amendment]}", True),
        ("{operation: amendment, within: 1d}", "{operation: amendment, within: 24h}", True),
        ("{operation: amendment}", "{operation: cancellation}", False),
        ("{operation: amendment, within: 3d}", "{operation: amendment, within: 1d}", False),
        ("{operation: amendment}", "{operation: amendment, within: 1d}", False),
        ("{operation: amendment, within: 2wd}", "{operation: amendment, within: 1d}", False),
        ("{count: 1}", "{operation: provide}", False),
    ],
)
def test_a_request_may_be_wanted_later_than_it_is_forbidden(
    wanted: str, forbidden: str, clash: bool
) -> None:
    head = "scenario: X\nreply: accept\nexpect:\n"
    text = f"{head}  - {{request: {wanted}}}\n  - {{no_request: {forbidden}}}\n"
    found = [problem.code for problem in inspect(text, "x.yaml", DIALECT).errors]
    assert found == (["never"] if clash else [])


def test_an_answer_of_a_step_may_be_one_of_those_that_are_expected() -> None:
    step = "scenario: X\ntimeline:\n  - {after: 1s, send: ACKNOWLEDGED, answered: [404, 422]}\n"
    for answered, code in (("4xx", []), ("[204, 404]", []), ("2xx", ["never"])):
        text = f"{step}expect:\n  - {{kci: {{send: ACKNOWLEDGED, answered: {answered}}}}}\n"
        assert [one.code for one in inspect(text, "x.yaml", DIALECT).errors] == code


def test_a_wrong_expectation_hides_no_other_mistake_and_is_none_of_the_story() -> None:
    text = (
        "scenario: X\nreply: accept\ntimeline:\n  - {after: 1s, send: COMPLETED}\n"
        "expect:\n  - {kci: {send: 7}}\n  - {every_kci: {}}\n"
    )
    lines = [problem.line for problem in inspect(text, "x.yaml", DIALECT).errors]
    assert lines == [4, 6, 7]


@pytest.mark.parametrize(
    "expectation",
    [
        {},
        {"silence": True},
        {"every_kci": {}},
        {"every_kci": {"answered": 204, "send": "COMMITTED"}},
        {"every_kci": {"attempts": 0}},
        {"kci": {"answered": 204}},
        {"kci": {"send": "COMITTED"}},
        {"kci": {"send": "COMMITTED", "count": 0}},
        {"kci": {"send": "COMMITTED", "count": {"at_lest": 1}}},
        {"no_kci": False},
        {"no_kci": True, "every_kci": {"answered": 204}},
        {"request": {"operation": "cancel"}},
        {"request": {"operation": []}},
        {"request": {"spaced": "shrinking"}},
        {"request": {"same_body": False}},
        {"request": {"operation": "amendment", "when": {"order.status": "PENDNG"}}},
        {"no_request": {"within": "1d"}},
        "every_kci",
    ],
)
def test_an_editor_refuses_what_check_refuses(expectation: Any) -> None:
    assert judged(document(expectation))
    assert inspect(yaml.safe_dump(document(expectation)), "x.yaml", DIALECT).errors


def test_an_editor_completes_the_words_of_the_contract() -> None:
    assert judged(document()), "an empty list says nothing"
    for name, operation in (("mef", "replace"), ("fibre_cafe", "provide")):
        other = "fibre_cafe" if name == "mef" else "mef"
        whole = {"scenario": "X", "expect": [{"no_request": {"operation": operation}}]}
        assert judged(whole, name) == [] and judged(whole, other)
