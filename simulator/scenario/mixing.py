"""`mix`: whole scenarios by weight. Reading it, checking it, and drawing one of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from marshmallow import ValidationError

from simulator.base.seed import Chance
from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Located
from simulator.language.weights import chance_by, picked
from simulator.model import Scenario, Vocabulary
from simulator.scenario.bases import Bases
from simulator.scenario.constructs import Construct, read_each
from simulator.scenario.extending import extended
from simulator.scenario.findings import Findings
from simulator.scenario.lookup import check_by

_ABOUT = ("scenario", "about", "dialect", "extends", "when", "mix", "by")
"""The keys of a file with a `mix`: all that a request plays is in the scenarios that it mixes."""


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
    check_by(findings, vocabulary, "create", ("by",))
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


def _why_not(document: Located) -> str:
    """Why a mix cannot hold a scenario; empty where it can."""
    value: Mapping[str, Any] = document.value
    if "mix" in value:
        return "is a mix itself: write its scenarios here"
    if value.get("begins") == "supplier":
        return "is begun by the supplier, and a mix is for requests"
    answers = value.get("for", "order")
    return "" if answers == "order" else f"is for one {answers}, and a mix is for new orders"


def drawn(mix: Scenario, chance: Chance, key: str, facts: Mapping[str, Any]) -> str:
    """The name of one of a mix's scenarios. The draw hangs on what stands at the path `by`, or else
    on the order's key.
    """
    own = chance.at(mix.name)
    chance = chance_by(own, mix.by, facts) or own.at("key", key)
    return picked(mix.mix, chance.random().random())
