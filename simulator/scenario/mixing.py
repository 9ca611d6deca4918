"""`mix`: whole scenarios by weight. Reading it, checking it, and drawing one of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from random import Random
from typing import Any

from marshmallow import ValidationError

from simulator.base import seed
from simulator.formats import strict_json
from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Located
from simulator.language import matching, paths
from simulator.model import Scenario, Vocabulary
from simulator.scenario.bases import Bases
from simulator.scenario.constructs import Construct, read_each
from simulator.scenario.documents import strange
from simulator.scenario.extending import extended
from simulator.scenario.findings import Findings

_ABOUT = ("scenario", "about", "dialect", "extends", "when", "mix", "by")
"""The keys of a file with a `mix`: all that a request plays is in the scenarios that it mixes."""

_OF_ORDERS = ("order", "param", "marked", "open", "now")
"""Prefixes and words of a path that say nothing of a new order's request."""


class MixField(Construct):
    """A map of scenarios to weights."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, float]:
        if not isinstance(value, dict) or not value:
            raise ValidationError(
                Note("must be a map of scenarios to weights", hint="{ORDER_SUCCESSFUL: 60}")
            )
        return read_each(value, _weight)


def _weight(name: str, value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not isfinite(value) or value <= 0:
        raise ValidationError("a weight must be a number greater than 0")
    weight: float = value
    return weight


def looked_up(path: str) -> None:
    """A validator of `by`: a path to something in the request of a new order."""
    try:
        matching.check_path(path)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    if path.partition(".")[0] in _OF_ORDERS:
        said = f"`{path[:60]}` is no part of a request"
        raise ValidationError(Note(said, hint="a path into its body, header.NAME, tenant"))


def check_mix(findings: Findings, vocabulary: Vocabulary, bases: Bases) -> None:
    """Report the scenarios that no mix can hold, and keys that cannot stand beside one; warn of a
    path that no new order has.
    """
    mix = findings.document.get("mix")
    if mix is None:
        if "by" in findings.document:
            findings.wrong(("by",), "`by` needs `mix`", code="purpose", at_key=True)
        return
    for key in findings.document:
        if key not in _ABOUT:
            said, hint = f"`{key}` cannot stand beside `mix`", "it belongs to the scenarios in it"
            findings.wrong((key,), said, code="purpose", hint=hint, at_key=True)
    _check_by(findings, vocabulary)
    for name in mix if isinstance(mix, dict) else ():
        found = bases.find(name)
        if found is None:
            meant, hint = bases.near(name)
            said = f"mix: unknown scenario `{name[:80]}`"
            findings.wrong(
                ("mix", name), said, code="unknown_word", hint=hint, meant=meant, at_key=True
            )
        elif said := _why_not(extended(*found)):
            findings.wrong(("mix", name), f"mix: {name} {said}", code="purpose", at_key=True)


def _check_by(findings: Findings, vocabulary: Vocabulary) -> None:
    by, members = findings.document.get("by"), vocabulary.requests.get("create", {})
    if not isinstance(by, str) or by in matching.WORDS or by.startswith("header."):
        return
    if members and not findings.is_wrong(("by",)) and (found := strange(members, paths.parse(by))):
        said = f"by: {found.message}"
        findings.doubt(("by",), said, code="unknown_path", hint=found.hint)


def _why_not(document: Located) -> str:
    """Why a mix cannot hold a scenario; empty where it can."""
    value: Mapping[str, Any] = document.value
    if "mix" in value:
        return "is a mix itself: write its scenarios here"
    if value.get("begins") == "supplier":
        return "is begun by the supplier, and a mix is for requests"
    answers = value.get("for", "order")
    return "" if answers == "order" else f"is for one {answers}, and a mix is for new orders"


def chance_of(mix: Scenario, chance: seed.Chance, key: str, facts: Mapping[str, Any]) -> Random:
    """What decides an order's scenario: what stands at the path `by`, else the order's key."""
    found = matching.look_up(mix.by, facts) if mix.by else []
    if found:
        return chance.at(mix.name, "by", strict_json.canonical(found)).random()
    return chance.at(mix.name, "key", key).random()


def drawn(mix: Scenario, chance: Random) -> str:
    """The name of one of a mix's scenarios, by their weights."""
    left = chance.random() * sum(mix.mix.values())
    for name, weight in mix.mix.items():
        left -= weight
        if left < 0:
            return name
    return name  # rounding may leave a rest


def share(mix: Scenario, name: str) -> str:
    """A scenario's share of a mix, in words."""
    return f"{mix.mix[name]:g} of {sum(mix.mix.values()):g}"
