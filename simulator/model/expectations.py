"""What a scenario expects of the gateway: the format's `expect`. Nothing is judged here.

`within` is a length in microseconds, or a text: a time of the calendar, or a template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.model.conditions import Conditions


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many there are, both bounds included; `at_most` is None where there is none."""

    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedKcis:
    """How the gateway answers the KCIs with the code `send`; every one, where that is empty.

    `answered` are codes and classes such as `4xx`, empty for the contract's own. That answer comes
    in the end, after retries: `attempts` bounds them, `within` the time since the first attempt.
    """

    send: str = ""
    answered: tuple[str, ...] = ()
    within: Any = None
    attempts: int | None = None
    count: Count | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoKci:
    """No KCI is sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedRequest:
    """A request of one of these `operations`; of the one that the scenario answers, where there are
    none. `count` counts repeats too.

    `spaced` (`growing`) is about the time between one of these requests and the next.
    """

    operations: tuple[str, ...] = ()
    when: Conditions = ()
    within: Any = None
    count: Count | None = None
    spaced: str = ""
    same_body: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NoRequest:
    """No request of one of these operations comes."""

    operations: tuple[str, ...]
    within: Any = None


Expectation = ExpectedKcis | NoKci | ExpectedRequest | NoRequest
