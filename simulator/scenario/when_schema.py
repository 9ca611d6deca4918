"""The JSON Schema of a `when`: its nests, its tests, and the contract's paths with their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.language import matching
from simulator.language.comparing import MOMENT_HINT
from simulator.model import Known, Vocabulary
from simulator.scenario.templates import ORDER_NAMES

WHEN, _SOME, _WANTED, _TESTS = "when", "conditions", "wanted", "tests"

_PLAIN: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_TEMPLATE = {"type": "string", "pattern": r"\{\{"}
_TEXT = {"type": ["string", "number"], "minLength": 1}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?[0-9.]+$|\{\{"}]}
_MOMENT = {"type": "string", "pattern": r"^now|^[0-9]{4}-[0-9]{2}-[0-9]{2}|\{\{"}


def when_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The definitions that a `when` needs; `WHEN` is the one to begin with."""
    paths = {
        **{path: _ref(_WANTED) for path in _paths(vocabulary)},
        **{path: _one_of(words) for path, words in _words(vocabulary).items()},
    }
    nests = {"type": "array", "minItems": 1, "items": _ref(_SOME)}
    conditions = {
        "type": "object",
        "properties": {
            "any": {"description": "one of these must hold", **nests},
            "all": {"description": "all of these must hold", **nests},
            "not": {"description": "these must not all hold", **_ref(_SOME)},
            **paths,
        },
        "additionalProperties": _ref(_WANTED),
    }
    values = {"type": "array", "minItems": 1, "items": _PLAIN}
    return {
        WHEN: conditions,
        _SOME: {"minProperties": 1, **_ref(WHEN)},
        _WANTED: {"anyOf": [_PLAIN, values, _ref(_TESTS)]},
        _TESTS: {
            "type": "object",
            "minProperties": 1,
            "properties": _tests(values),
            "additionalProperties": False,
        },
    }


def _tests(values: dict[str, Any]) -> dict[str, Any]:
    described = {
        "in": ("one of these values", values),
        "not": ("anything else, or nothing: a value, a list of values, or tests", _ref(_WANTED)),
        "exists": ("whether something stands there", {"type": "boolean"}),
        "matches": ("a regular expression", {"type": "string"}),
        "contains": ("a part of the text, or an entry of the list", _TEXT),
        "starts": ("how the text begins", _TEXT),
        "ends": ("how the text ends", _TEXT),
        "less": ("a number that is greater", _NUMBER),
        "more": ("a number that is smaller", _NUMBER),
        "before": (MOMENT_HINT, _MOMENT),
        "after": (MOMENT_HINT, _MOMENT),
    }
    return {test: {"description": said, **kind} for test, (said, kind) in described.items()}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _one_of(words: Iterable[str]) -> dict[str, Any]:
    """One of a few words, a list of them, or tests."""
    known = [*words]
    plain = [word == "true" for word in known if word in ("true", "false")]
    word = {"anyOf": [{"enum": [*known, *plain]}, _TEMPLATE]}
    several = {"type": "array", "minItems": 1, "items": word}
    return {"anyOf": [word, several, _ref(_TESTS)]}


def _members(vocabulary: Vocabulary) -> dict[str, list[Known]]:
    """The members of all requests, each with what the contract says of it in each of them."""
    found: dict[str, list[Known]] = {}
    for members in vocabulary.requests.values():
        for path, known in members.items():
            found.setdefault(path.replace("[]", "[*]"), []).append(known)
    return found


def _paths(vocabulary: Vocabulary) -> list[str]:
    return [
        *_members(vocabulary),
        *matching.WORDS,
        *(f"order.{name}" for name in ORDER_NAMES),
        *(f"order.document.{path}".replace("[]", "[*]") for path in vocabulary.order),
    ]


def _words(vocabulary: Vocabulary) -> dict[str, Iterable[str]]:
    """The paths that can only have a few words."""
    closed = {
        path: dict.fromkeys(word for known in alike for word in known.values)
        for path, alike in _members(vocabulary).items()
        if all(known.values and known.refused for known in alike)
    }
    return {
        **closed,
        "operation": vocabulary.operations,
        "open": vocabulary.actions,
        "order.status": vocabulary.statuses,
        "order.operation": vocabulary.operations,
    }
