"""One of several things by weight: a way of a branch, a scenario of a mix, a time of a draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from simulator.base.seed import Chance
from simulator.formats import strict_json
from simulator.language import matching

_Thing = TypeVar("_Thing")


def picked(weights: Mapping[_Thing, float], number: float) -> _Thing:
    """One of some things, by their weights and a number from 0 to 1."""
    left = number * sum(weights.values())
    for thing, weight in weights.items():
        left -= weight
        if left < 0:
            return thing
    return max(weights, key=lambda thing: weights[thing])


def share(weights: Mapping[_Thing, float], thing: _Thing) -> str:
    """The share of a thing, in words."""
    return f"{weights[thing]:g} of {sum(weights.values()):g}"


def chance_by(chance: Chance, path: str, facts: Mapping[str, Any]) -> Chance | None:
    """The chance of a draw that is the same wherever the same stands at a path (the format's `by`);
    None where nothing stands there, or there is no path.
    """
    found = matching.look_up(path, facts) if path else []
    return chance.at("by", strict_json.canonical(found)) if found else None
