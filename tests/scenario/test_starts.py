"""`start: SCENARIO` over all files: whether it is there, takes what it is given, and ends."""

from __future__ import annotations

import pytest

from simulator import dialects
from simulator.base.errors import Illegal
from simulator.model import Scenario
from simulator.scenario import parse, started, unstartable
from simulator.scenario.json_schema import json_schema

VOCABULARY = dialects.get("fibre_cafe").vocabulary
PLAIN = "reply: acknowledge"


def begun(*starts: str, params: str = "") -> str:
    steps = [*(f"{{after: 0s, start: {name}}}" for name in starts), "{after: 0s, send: CREATED}"]
    return f"begins: supplier\nparams: {{{params}}}\ntimeline: [{', '.join(steps)}]"


def read(**texts: str) -> list[Scenario]:
    return [
        parse(f"scenario: {name}\n{text}\n", f"{name}.yaml", VOCABULARY)
        for name, text in texts.items()
    ]


def said(about: tuple[str, ...] | None = None, /, **texts: str) -> list[str]:
    return [str(problem) for problem in unstartable(read(**texts), about)]


def one(step: str) -> str:
    return f"reply: acknowledge\ntimeline:\n  - {{after: 1s, {step}}}"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "start: LOSNG",
            "ONE.yaml:4:24: start: no scenario `LOSNG` is here (did you mean `LOSING`?)",
        ),
        ("start: NOBODY", "ONE.yaml:4:24: start: no scenario `NOBODY` is here (one of: LOSING)"),
        ("start: TWO", "ONE.yaml:4:24: start: TWO is begun by the gateway (one of: LOSING)"),
        ("start: ONE", "ONE.yaml:4:24: start: ONE is begun by the gateway (one of: LOSING)"),
        (
            "start: LOSING, params: {gp: 1s, day: 2}",
            "ONE.yaml:4:45: LOSING has no parameter `gp` (did you mean `gap`?)",
        ),
        (
            "start: LOSING, params: {gap: soon}",
            "ONE.yaml:4:46: gap: ",
        ),
        ("start: LOSING, params: {day: many}", "ONE.yaml:4:46: day: must be a whole number"),
    ],
)
def test_a_start_that_cannot_be_is_told_at_its_place(step: str, told: str) -> None:
    losing = begun(params="gap: 1h, day: 1")
    (found,) = said(ONE=one(step), TWO=PLAIN, LOSING=losing)
    assert found.startswith(told)


def test_what_an_entry_starts_is_looked_at_too() -> None:
    entry = "cancellation: [{reply: accept, timeline: [{after: 1s, start: NOBODY}]}]"
    assert len(said(ONE=f"{PLAIN}\n{entry}")) == 1
    alone = "for: cancellation\nreply: accept\ntimeline: [{after: 1s, start: NOBODY}]"
    assert len(said(ONE=alone)) == 1


NESTED = (
    "{branch: [{weight: 1, timeline: [{after: 1s, start: X}]}, {weight: 1}]}",
    "{repeat: {times: 2, timeline: [{after: 1s, start: X}]}}",
    "{after: 1s, wait: word, within: 1d, otherwise: [{after: 1s, start: X}]}",
    "{after: 1s, send: CREATED, on_answer: [{answered: 4xx, timeline: [{after: 1s, start: X}]}]}",
    "{branch: [{timeline: [{repeat: {times: 2, timeline: [{after: 1s, start: X}]}}]}]}",
)
"""Steps with a start on one of their ways."""


@pytest.mark.parametrize("step", NESTED)
def test_a_start_on_a_way_is_looked_at_too(step: str) -> None:
    (told,) = said(ONE=f"{begun()[:-1]}, {step}]")
    assert "start: no scenario `X` is here" in told
    entry = f"cancellation: [{{reply: accept, timeline: [{step}]}}]"
    assert len(said(ONE=f"{PLAIN}\n{entry}")) == 1


@pytest.mark.parametrize("step", NESTED)
def test_a_start_on_a_way_may_be_a_part_of_a_circle(step: str) -> None:
    together = {each.name: each for each in read(A=f"{begun()[:-1]}, {step}]", X=begun("A"))}
    with pytest.raises(Illegal, match="A starts X starts A"):
        started(together, "A")
    assert [problem.code for problem in unstartable(together.values())] == ["circle", "circle"]


def test_a_start_that_is_right_is_not_told() -> None:
    losing = begun(params="gap: 1h, day: 1")
    steps = "start: LOSING, params: {gap: '{{ now }}', day: 3}"
    assert said(ONE=one(steps), LOSING=losing) == []


def test_a_circle_is_told_at_each_of_its_starts() -> None:
    found = said(
        ONE=one("start: A"), A=begun("B"), B=begun("C", "D"), C=begun("A"), D=begun(), E=begun("E")
    )
    assert found == [
        "A.yaml:4:31: start: a circle without an end: A starts B starts C starts A",
        "B.yaml:4:31: start: a circle without an end: B starts C starts A starts B",
        "C.yaml:4:31: start: a circle without an end: C starts A starts B starts C",
        "E.yaml:4:31: start: a circle without an end: E starts E",
    ]


def test_what_starts_again_at_each_later_request_is_no_circle() -> None:
    again = "cancellation: [{reply: accept, timeline: [{after: 1d, start: A}]}]"
    assert said(A=f"{begun()}\n{again}") == []
    (found,) = read(A=f"{begun()}\n{again}")
    assert list(started({"A": found}, "A")) == ["A"]


def test_an_editor_offers_a_start_where_the_supplier_begins_orders() -> None:
    offered = []
    for name in ("fibre_cafe", "mef"):
        schema = json_schema(dialects.get(name).vocabulary)
        step = schema["$defs"]["step"]["properties"]
        offered.append({"start", "tenant", "params", "signal"} & step.keys())
    assert offered == [{"start", "tenant", "params", "signal"}, set()]


def test_only_the_scenarios_that_are_asked_about_are_told() -> None:
    texts = {"ONE": one("start: X"), "TWO": one("start: X")}
    assert [text[:8] for text in said(("TWO",), **texts)] == ["TWO.yaml"]


def test_of_two_scenarios_of_one_name_the_first_counts() -> None:
    first, second = read(A=begun())[0], read(A=PLAIN)[0]
    (starter,) = read(ONE=one("start: A"))
    assert unstartable([starter, first, second]) == []
    assert len(unstartable([starter, second, first])) == 1


def test_a_plan_knows_all_that_its_start_leads_to() -> None:
    together = {each.name: each for each in read(A=begun("B", "C"), B=begun("C"), C=begun())}
    assert sorted(started(together, "A")) == ["A", "B", "C"]
    assert sorted(started(together, "C")) == ["C"]


@pytest.mark.parametrize("step", NESTED)
def test_a_plan_knows_what_a_way_starts(step: str) -> None:
    together = {each.name: each for each in read(A=f"{begun()[:-1]}, {step}]", X=begun())}
    assert sorted(started(together, "A")) == ["A", "X"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("A", "a circle without an end: A starts B starts A"),
        ("D", "a circle without an end: D starts A starts B starts A"),
        ("X", "no scenario `X` is here"),
        ("E", "no scenario `X` is here"),
        ("F", "F is begun by the gateway"),
    ],
)
def test_a_plan_that_leads_nowhere_is_refused(name: str, told: str) -> None:
    found = read(A=begun("B"), B=begun("A"), D=begun("A"), E=begun("X"), F=PLAIN)
    with pytest.raises(Illegal, match=told):
        started({each.name: each for each in found}, name)
