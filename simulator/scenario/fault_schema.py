"""Faults, and the answers that a step wants, as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.formats.reply_faults import FAULTS as REPLY_FAULTS
from simulator.language.faults import FAULTS
from simulator.scenario.fault_fields import BOUNDS
from simulator.scenario.reply_faults import MOST_BYTES

_ANSWER = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": "^[1-5](xx|[0-9]{2})$"},
    ]
}


def answered_schema() -> dict[str, Any]:
    """What a gateway ought to answer."""
    return {"anyOf": [_ANSWER, {"type": "array", "items": _ANSWER, "minItems": 1}]}


def step_fault_schema() -> dict[str, Any]:
    """A fault of a step's message."""
    kinds: dict[str, dict[str, Any]] = {
        "path": {"type": "string"},
        **{
            kind: {"type": "integer", "minimum": least, "maximum": most}
            for kind, (least, most) in BOUNDS.items()
        },
    }
    arguments = {word: fault.argument for word, fault in FAULTS.items() if fault.argument}
    needed = {word for word, argument in arguments.items() if argument.default is None}
    alone = [word for word in FAULTS if word not in needed]
    return _word_or_map(alone, {word: kinds[argument.kind] for word, argument in arguments.items()})


def reply_fault_schema() -> dict[str, Any]:
    """A fault of a reply."""
    kinds = {
        "bytes": {"type": "integer", "minimum": 0, "maximum": MOST_BYTES},
        "duration": {"type": ["string", "number"]},
    }
    return _word_or_map(
        REPLY_FAULTS,
        {word: kinds[kind.argument] for word, kind in REPLY_FAULTS.items() if kind.argument},
    )


def _word_or_map(words: Iterable[str], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A word alone, or one word with its argument."""
    with_argument = {
        "type": "object",
        "properties": dict(arguments),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [{"enum": list(words)}, with_argument]}
