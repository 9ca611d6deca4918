"""The JSON Schema and `check` agree on what a `set`, a `mix` and an `extends` may hold."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from simulator import dialects
from simulator.formats import strict_yaml
from simulator.rehearsal.books import bases_in
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import read
from simulator.scenario.json_schema import json_schema

DIALECT = dialects.get("fibre_cafe")
VALIDATOR = jsonschema.Draft202012Validator(json_schema(DIALECT.vocabulary))
BASES = bases_in([shipped_folder("fibre_cafe")])


def checked(document: dict[str, Any]) -> bool:
    """Whether `check` finds no mistake, before it plays the story."""
    text = yaml.safe_dump(document)
    return not read(strict_yaml.read(text, "x.yaml"), text, DIALECT.vocabulary, BASES).problems


@pytest.mark.parametrize(
    ("changes", "is_right"),
    [
        ({"targetDate": "2026-03-02T09:00:00Z"}, True),
        ({"targetDate": "{{ now }}"}, True),
        ({"notes": None}, True),
        ({"address.id": "1"}, True),
        ({"appointmentTimeslot.classification": "SUNDAY"}, True),
        ({"appointmentTimeslot.classification": "{{ fake.slot }}"}, True),
        ({"serviceOrderItem.serviceCharacteristics[name=SPEED].value": "1000/115"}, True),
        ({"serviceOrderItem.serviceCharacteristics[+]": {"name": "A", "value": "1"}}, True),
        ({"serviceOrderItem.serviceCharacteristics[0].name": "1"}, True),
        ({"targetDat": "2026-03-02T09:00:00Z"}, False),
        ({"address.ids": "1"}, False),
        ({"appointmentTimeslot.classification": "SUNDAE"}, False),
        ({"orderType": "START"}, False),
        ({"status": "COMPLETED"}, False),
        ({"serviceOrderItem.serviceCharacteristics[*].value": "1"}, False),
        ({"serviceOrderItem.serviceCharacteristics[name=SPEED].valu": "1"}, False),
    ],
)
def test_a_set_of_a_step(changes: dict[str, Any], is_right: bool) -> None:
    step = {"after": "1s", "send": "ACKNOWLEDGED", "set": changes}
    document = {"scenario": "X", "timeline": [step]}
    assert VALIDATOR.is_valid(document) is is_right
    assert checked(document) is is_right
    illegal = {"scenario": "X", "timeline": [{**step, "illegal": True}]}
    reaches_the_wire = "status" not in changes
    if "[*]" not in str(changes):
        assert checked(illegal) is reaches_the_wire
    assert VALIDATOR.is_valid(illegal) is reaches_the_wire


def test_an_editor_completes_the_members_of_the_order() -> None:
    schema = json_schema(DIALECT.vocabulary)["$defs"]
    for name in ("set", "any_set"):
        assert {"targetDate", "address.id", "notes"} <= schema[name]["properties"].keys()
        assert not {"status", "id", "tenant"} & schema[name]["properties"].keys()
    assert "SUNDAY_AM" in str(schema["set"]["properties"]["appointmentTimeslot.classification"])


@pytest.mark.parametrize("dialect", dialects.names())
def test_all_members_that_check_knows_are_in_the_schema(dialect: str) -> None:
    vocabulary = dialects.get(dialect).vocabulary
    validator = jsonschema.Draft202012Validator(json_schema(vocabulary))
    for path in vocabulary.order:
        step = {"after": "1s", "set": {path.replace("[]", "[0]"): None}}
        is_fixed = path.partition(".")[0].partition("[")[0] in vocabulary.fixed
        document = {"scenario": "X", "timeline": [step]}
        assert validator.is_valid(document) is not is_fixed, path


@pytest.mark.parametrize(
    ("members", "is_right"),
    [
        ({"mix": {"ORDER_SUCCESSFUL": 60, "ORDER_DELAYED": 0.5}}, True),
        ({"mix": {"ORDER_SUCCESSFUL": 1}, "by": "address.id"}, True),
        ({"extends": "ORDER_DELAYED"}, True),
        ({"mix": {}}, False),
        ({"mix": {"ORDER_SUCCESSFUL": 0}}, False),
        ({"mix": {"ORDER_SUCCESSFUL": "most"}}, False),
        ({"mix": ["ORDER_SUCCESSFUL"]}, False),
        ({"extends": ["ORDER_DELAYED"]}, False),
        ({"mix": {"ORDER_SUCCESSFUL": 1}, "by": 7}, False),
    ],
)
def test_other_scenarios_that_a_file_names(members: dict[str, Any], is_right: bool) -> None:
    document = {"scenario": "X", **members}
    assert VALIDATOR.is_valid(document) is is_right
    assert checked(document) is is_right
