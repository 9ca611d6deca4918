"""What `expect` may hold, as JSON Schema."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from simulator.model import Vocabulary
from simulator.scenario.expect.fields import BOUNDS, MOST, Deadline, HowOften, Operations

_NUMBER = {"type": "integer", "minimum": 1, "maximum": MOST}
_DESCRIBED = {
    "every_kci": "how each KCI is answered",
    "kci": "how the KCIs with one code are answered",
    "no_kci": "no KCI is sent",
    "request": "a request that comes; without an operation, the one that the file answers",
    "no_request": "a request that does not come",
}


def expect_schema(field: fields.Field[Any]) -> dict[str, Any]:
    """A part of an expectation; empty for every other field."""
    if isinstance(field, Deadline):
        examples = ["2s", "3d", *(["2wd"] if field.calendar else [])]
        return {"type": ["string", "number"], "examples": examples}
    if isinstance(field, HowOften):
        bounds = dict.fromkeys(BOUNDS, _NUMBER)
        return {"anyOf": [_NUMBER, _map(bounds)]}
    if isinstance(field, Operations):
        word = {"type": "string"}
        return {"anyOf": [word, {"type": "array", "minItems": 1, "items": word}]}
    return {}


def fill_expect(expect: dict[str, Any], vocabulary: Vocabulary) -> None:
    """Close the maps of `expect`, and fill in the contract's words."""
    expect["minItems"] = 1
    expect["items"] |= {"minProperties": 1, "maxProperties": 1}
    for word, part in expect["items"]["properties"].items():
        part["description"] = _DESCRIBED[word]
        if part["type"] == "boolean":
            part["enum"] = [True]
            continue
        members = part["properties"]
        part |= _map(members)
        if "send" in members:
            members["send"]["enum"] = list(vocabulary.codes)
        if "same_body" in members:
            members["same_body"]["enum"] = [True]
        if "operation" in members:
            one, several = members["operation"]["anyOf"]
            one["enum"] = several["items"]["enum"] = list(vocabulary.operations)


def _map(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "minProperties": 1,
        "properties": members,
        "additionalProperties": False,
    }
