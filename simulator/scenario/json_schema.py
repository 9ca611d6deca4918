"""The scenario file's JSON Schema, for editors: made from the schemas that read it, with the
dialect's words filled in.
"""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from simulator.model import Vocabulary
from simulator.scenario.expect.json_schema import expect_schema, fill_expect
from simulator.scenario.fault_fields import Answered, FaultField
from simulator.scenario.fault_schema import answered_schema, reply_fault_schema, step_fault_schema
from simulator.scenario.fields import KINDS, ParamsField, PendingField, ReplyField
from simulator.scenario.lookup import LookupPath
from simulator.scenario.mixing import MixField
from simulator.scenario.schema import Rounds, StepSchema, Timeline, schema_for
from simulator.scenario.set_schema import ANY_SET, of_step, set_schema
from simulator.scenario.time_field import Hours, Time, Within
from simulator.scenario.time_schema import TIME, hours_schema, time_schema
from simulator.scenario.when_field import When
from simulator.scenario.when_schema import WHEN, when_schema

_STEP = "step"
_VALUE: dict[str, Any] = {"type": ["string", "number", "boolean", "null", "array", "object"]}


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """A JSON Schema (2020-12) of one scenario file of a dialect."""
    resolver: Any = lambda schema: False  # noqa: E731  # each schema stands where it is used
    plugin = MarshmallowPlugin(schema_name_resolver=resolver)
    APISpec("scenario", "1", "3.1.0", plugins=[plugin])
    converter: Any = plugin.converter
    converter.add_attribute_function(_own_fields)
    schema = converter.schema2jsonschema(schema_for(vocabulary))
    schema["required"] = ["scenario"]
    step = converter.schema2jsonschema(StepSchema())
    _close(schema)
    _close(step)
    _fill_step(step, vocabulary)
    _fill(schema, vocabulary, "create")
    fill_expect(schema["properties"]["expect"], vocabulary)
    schema["properties"]["for"]["enum"] = ["order", *vocabulary.actions]
    for action in vocabulary.actions:
        _fill(schema["properties"][action]["items"], vocabulary, action)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A scenario of {vocabulary.dialect}",
        **schema,
        "$defs": {
            _STEP: step,
            **time_schema(),
            **when_schema(vocabulary),
            **set_schema(vocabulary),
        },
    }


def _own_fields(converter: Any, field: Any, **options: Any) -> dict[str, Any]:
    if isinstance(field, When):
        return {"$ref": f"#/$defs/{WHEN}"}
    if isinstance(field, (Time, Within)):
        return {"$ref": f"#/$defs/{TIME}"}
    if isinstance(field, Timeline):
        return {"type": "array", "items": {"$ref": f"#/$defs/{_STEP}"}}
    if isinstance(field, Rounds):
        return {"type": ["integer", "string"], "minimum": 1}
    if isinstance(field, LookupPath):
        return {"type": "string"}
    if isinstance(field, Hours):
        return hours_schema()
    if isinstance(field, FaultField):
        return step_fault_schema()
    if isinstance(field, Answered):
        return answered_schema()
    if isinstance(field, PendingField):
        withdraw = {
            "type": "object",
            "required": ["withdraw"],
            "properties": {"withdraw": {"type": "array", "items": {"type": "string"}}},
        }
        return {"anyOf": [{"enum": list(PendingField.WORDS)}, withdraw]}
    if isinstance(field, ParamsField):
        entry = {
            "type": "object",
            "properties": dict.fromkeys(ParamsField.KEYS, _VALUE) | {"type": {"enum": list(KINDS)}},
        }
        return {"type": "object", "additionalProperties": {"anyOf": [entry, _VALUE]}}
    if isinstance(field, MixField):
        weight = {"type": "number", "exclusiveMinimum": 0}
        return {"type": "object", "minProperties": 1, "additionalProperties": weight}
    if isinstance(field, ReplyField):
        keys: dict[str, Any] = {key: {} for key in ReplyField.KEYS}
        keys |= {"delay": {"$ref": f"#/$defs/{TIME}"}, "fault": reply_fault_schema()}
        keys["set"] = {"$ref": f"#/$defs/{ANY_SET}"}
        keys["attempts"] = {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "object", "properties": dict(keys)}]},
        }
        return {"anyOf": [{"type": "string"}, {"type": "object", "properties": keys}]}
    return expect_schema(field)


def _close(schema: Any) -> None:
    """No unknown keys where the loader admits none: in its own schemas, which list what they
    require.
    """
    schema["additionalProperties"] = False
    for inner in schema.get("properties", {}).values():
        each = inner.get("items", {}) if inner.get("type") == "array" else inner
        if "properties" in each:
            _close(each)


def _fill(part: dict[str, Any], vocabulary: Vocabulary, action: str) -> None:
    properties = part["properties"]
    properties["reply"]["anyOf"][0] = {"enum": list(vocabulary.replies[action])}


def _fill_step(step: dict[str, Any], vocabulary: Vocabulary) -> None:
    properties = step["properties"]
    properties["send"]["enum"] = list(vocabulary.codes)
    properties["status"]["enum"] = list(vocabulary.statuses)
    if not vocabulary.begins:
        for key in ("start", "tenant", "params", "signal"):
            del properties[key]
    of_step(step)
