"""Timelines within timelines: how they are read, and what an editor knows of them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from simulator import dialects
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
    ],
)
def test_the_json_schema_knows_timelines_within_timelines(step: str, is_right: bool) -> None:
    document: Any = {"scenario": "X", "timeline": [yaml.safe_load(step)]}
    validator = jsonschema.Draft202012Validator(json_schema(VOCABULARY))
    assert (not list(validator.iter_errors(document))) is is_right
