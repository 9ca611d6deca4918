"""The JSON Schema of a `set`: the paths of the contract's order, with their words."""

from __future__ import annotations

import re
from typing import Any

from simulator.model import Known, Vocabulary

SET, ANY_SET = "set", "any_set"
"""What a step sets, and what a reply or an illegal step does: anything that reaches the wire."""

_ENTRY = r"\[([0-9]+|\+|[^\[\]=]+=[^\[\]]*)\]"
_DEEPER = rf"(\.[^.\[\]]+|{_ENTRY})+"
_NO_TEXT = {"type": ["number", "boolean", "null", "object", "array"]}
_TEMPLATE = {"type": "string", "pattern": r"\{\{"}


def set_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The definitions of both. Paths without brackets are told by name, so that an editor completes
    them; those into lists by a pattern.
    """
    members = {
        path: known
        for path, known in vocabulary.order.items()
        if re.split(r"[.\[]", path)[0] not in vocabulary.fixed
    }
    named = {path: _value(known) for path, known in members.items() if "[]" not in path}
    lists = {_pattern(path): _value(known) for path, known in members.items() if "[]" in path}
    free: dict[str, Any] = {
        f"{_pattern(path)[:-1]}{_DEEPER}$": {} for path, known in members.items() if known.free
    }
    closed = {
        "type": "object",
        "properties": named,
        "patternProperties": {**lists, **free},
        "additionalProperties": not members,
    }
    return {
        SET: closed,
        ANY_SET: {
            "type": "object",
            "properties": {path: {} for path in named},
            "patternProperties": {
                rf"^{re.escape(name)}([.\[]|$)": False for name in vocabulary.ours
            },
        },
    }


def of_step(step: dict[str, Any]) -> None:
    """Say in the schema of a step what its `set` may name: with `illegal: true` anything."""
    step["properties"]["set"] = {"$ref": f"#/$defs/{ANY_SET}"}
    step["if"] = {"properties": {"illegal": {"const": True}}, "required": ["illegal"]}
    step["else"] = {"properties": {"set": {"$ref": f"#/$defs/{SET}"}}}


def _pattern(path: str) -> str:
    return f"^{_ENTRY.join(map(re.escape, path.split('[]')))}$"


def _value(known: Known) -> dict[str, Any]:
    if not known.values:
        return {}
    return {"anyOf": [{"enum": [*known.values]}, _NO_TEXT, _TEMPLATE]}
