"""What the engine is given (`Turn`) and what it decides: a `Plan` or an answer alone for a request,
an `Advance` for a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base.seed import Chance
from simulator.engine.queue import QueueChange
from simulator.model import EntryName, Kci, Order, Request, Scenario, Submission


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
class Rejected:
    """The request is refused. `order` is the order that it was about, with its entry counted; None
    where it would have made one, or is about none.
    """

    answer: Answer
    order: Order | None = None
    entry: EntryName | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A new order, the request that made it, and all KCIs of its story."""

    answer: Answer
    order: Order
    request: Request
    kcis: tuple[Kci, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A later request of an order, done or open: the order after it, the request's own KCIs, what
    happens to those that waited, and the open requests that lapse. `ended`: the order is over.
    """

    answer: Answer
    order: Order
    request: Request
    kcis: tuple[Kci, ...] = ()
    queue: QueueChange
    lapsed: tuple[str, ...] = ()
    ended: bool = False
    entry: EntryName | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer alone: a lookup, a quote. Nothing is refused, and nothing is kept."""

    answer: Answer
    entry: EntryName | None = None


Plan = Rejected | Opened | Changed
"""All that a request does to orders: committed whole, or not at all."""


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
