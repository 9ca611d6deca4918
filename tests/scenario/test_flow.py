"""Timelines within timelines: how they are read, and what an editor knows of them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from simulator import dialects
from simulator.base.instants import DAY
from simulator.model import Condition, every_step
from simulator.scenario import parse
from simulator.scenario.json_schema import json_schema

VOCABULARY = dialects.get("fibre_cafe").vocabulary
STORY = """
scenario: X
params: {times: 3}
timeline:
  - {after: 1s, send: COMMITTED, fault: duplicate}
  - {after: 1s, branch: [{when: {orderType: NEW}}, {weight: 2, timeline: [{after: 1s, mark: M}]}]}
  - repeat: {times: "{{ times }}", timeline: [{after: 1s, send: WARNING, fault: no_token}]}
"""
PARTING = """
scenario: X
timeline:
  - {after: 1s, send: COMMITTED, on_answer: [{answered: [404, 5xx], timeline: []}]}
  - {after: 1s, wait: go, within: 2d}
  - {after: 1s, wait: on, within: "{{ 5 }}", otherwise: [{after: 1s, mark: M}]}
  - {after: 1s, send: COMPLETED}
"""


def test_a_tree_is_read_with_the_place_of_each_step() -> None:
    sent, branch, repeat = parse(STORY, "x.yaml", VOCABULARY).timeline
    assert sent.fault == "duplicate" and sent.key == ""  # it becomes two steps in a plan
    assert branch.flow and repeat.flow and repeat.flow.times == "{{ times }}"
    assert branch.flow.ways[0].when == (Condition(path="orderType", tests={"equal": "NEW"}),)
    assert [way.weight for way in branch.flow.ways] == [1, 2]
    assert [step.path for step in every_step((branch, repeat))] == [
        ("timeline", 1),
        ("timeline", 1, "branch", 1, "timeline", 0),
        ("timeline", 2),
        ("timeline", 2, "repeat", "timeline", 0),
    ]


def test_where_a_story_may_part_is_read_with_its_ways() -> None:
    sent, go, on, _ = parse(PARTING, "x.yaml", VOCABULARY).timeline
    assert sent.flow and [way.answered for way in sent.flow.ways] == [("404", "5xx")]
    assert go.flow and go.flow.ways == () and go.within == 2 * DAY
    assert on.flow and on.within == "{{ 5 }}" and sent.flow.parts and go.flow.parts
    (aside,) = on.flow.ways[0].timeline
    assert aside.path == ("timeline", 2, "otherwise", 0) and aside.mark == "M"


@pytest.mark.parametrize(
    ("step", "is_right"),
    [
        ("branch: [{timeline: [{after: 1s, send: WARNING}]}]", True),
        ("branch: [{timeline: [{after: 1s, send: WARNNING}]}]", False),
        ("branch: [{when: {operation: provide}}]", True),
        ("branch: [{wehn: {operation: provide}}]", False),
        ("branch: [{weight: many}]", False),
        ("branch: []", False),
        ("{by: address.id, branch: [{weight: 1}, {weight: 2}]}", True),
        ("{by: 7, branch: [{weight: 1}, {weight: 2}]}", False),
        ("repeat: {times: 3, timeline: [repeat: {times: 2, timeline: []}]}", True),
        ("repeat: {times: 3, timeline: [repeat: {tiems: 2, timeline: []}]}", False),
        ("repeat: {times: 0, timeline: []}", False),
        ("repeat: {times: 3}", False),
        ("{after: 1s, wait: go, within: 2d, otherwise: [{after: 1s, mark: M}]}", True),
        ("{after: 1s, wait: go, within: 2d, otherwise: [{after: 1s, makr: M}]}", False),
        ("{after: 1s, wait: go, within: [2d]}", False),
        ("{after: 1s, send: WARNING, on_answer: [{answered: [404, 4xx], timeline: []}]}", True),
        ("{after: 1s, send: WARNING, on_answer: [{answered: 404}]}", False),
        ("{after: 1s, send: WARNING, on_answer: [{answered: [40], timeline: []}]}", False),
        ("{after: 1s, send: WARNING, on_answer: []}", False),
    ],
)
def test_the_json_schema_knows_timelines_within_timelines(step: str, is_right: bool) -> None:
    document: Any = {"scenario": "X", "timeline": [yaml.safe_load(step)]}
    validator = jsonschema.Draft202012Validator(json_schema(VOCABULARY))
    assert (not list(validator.iter_errors(document))) is is_right
