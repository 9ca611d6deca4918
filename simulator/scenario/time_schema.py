"""The JSON Schema of a step's time."""

from __future__ import annotations

from typing import Any

TIME = "time"

_LENGTH: dict[str, Any] = {"type": ["string", "number"]}
_HOURS = r"^office$|^[0-2][0-9]:[0-5][0-9]\s*-\s*[0-2][0-9]:[0-5][0-9]$"


def time_schema() -> dict[str, Any]:
    """The definition that a time needs."""
    ends = {"min": _LENGTH, "max": _LENGTH}
    weights = {"type": "object", "minProperties": 1}
    draws = {
        "uniform": {"type": "array", "minItems": 2, "maxItems": 2, "items": _LENGTH},
        "normal": _map({"mean": _LENGTH, "deviation": _LENGTH}, ends),
        "lognormal": _map(
            {"median": _LENGTH, "sigma": {"type": "number", "minimum": 0, "maximum": 10}}, ends
        ),
        "pick": {**weights, "additionalProperties": {"type": "number", "minimum": 0}},
    }
    one = {"type": "object", "minProperties": 1, "maxProperties": 1}
    drawn = {**one, "properties": draws, "additionalProperties": False}
    return {TIME: {"anyOf": [{**_LENGTH, "examples": _EXAMPLES}, drawn]}}


_EXAMPLES = ["5s", "3m", "2h", "4d", "2wd", "1wd 08:00", "next 08:00"]


def hours_schema() -> dict[str, Any]:
    """What `hours` may be."""
    return {"type": "string", "pattern": _HOURS, "examples": ["office", "08:00-18:00"]}


def _map(needed: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*needed],
        "properties": needed | others,
        "additionalProperties": False,
    }
