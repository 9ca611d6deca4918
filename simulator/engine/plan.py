"""What the engine is given (`Turn`) and what it decides (`Plan`, `Advance`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base.seed import Chance
from simulator.model import Kci, Order, Request, Scenario, Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """All that one request meets: the order as it is (None for a create), its requests, its waiting
    KCIs.

    `waiting` holds the paused ones too. `attempt` counts the caller's repeats of this very request
    from 1; `position` is the outbox position of the next step, `serial` which of the supplier's
    creates this is.
    """

    submission: Submission
    scenario: Scenario
    params: Mapping[str, Any]
    supplier: str
    now: int
    chance: Chance
    seed_key: str = ""
    order: Order | None = None
    requests: Sequence[Request] = ()
    waiting: Sequence[Kci] = ()
    attempt: int = 1
    position: int = 1
    serial: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The reply as the engine decided it: the word that was meant, and what the scenario
    overwrites.
    """

    word: str
    messages: tuple[str, ...] = ()
    delay: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All that must be committed, and nothing else. `order` is None when the request created and
    changed nothing.

    `withdraw` names the KCIs that will never be sent, `paused` those that wait for another request,
    and `moved` gives waiting or paused ones the moment at which they are due now.
    """

    answer: Answer
    order: Order | None = None
    request: Request | None = None
    kcis: tuple[Kci, ...] = ()
    withdraw: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()
    entry: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """One step that happened: the order and the KCI after it, the request it settled, and what
    lapsed with the order's end.
    """

    order: Order
    kci: Kci
    request: Request | None = None
    withdraw: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()
