"""What the engine gets (`Situation`) and what it decides: a `Plan` or an answer alone for a
request, an `Advance` for a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base.copies import replace
from simulator.base.seed import Chance
from simulator.base.working_days import UK, Calendar
from simulator.engine.queue import QueueChange
from simulator.model import EntryName, Kci, Order, ReplyFault, Request, Scenario, Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """Everything that a request meets: the order (None for a create), those of its requests that
    still matter (`Rules.history`, `Rules.pauses`), its waiting and paused KCIs.

    `repeat_number` is 1 for a request that comes for the first time; the caller's repeats go on
    from there. `earlier` is the number of the order's requests of the same kind; without it, those
    in `requests` count. `position` is the outbox position of the next step, `serial` the place of a
    create among the supplier's. `calendar` is the supplier's.
    """

    submission: Submission
    scenario: Scenario
    params: Mapping[str, Any]
    supplier: str
    now: int
    chance: Chance
    calendar: Calendar = UK
    seed_key: str = ""
    order: Order | None = None
    requests: Sequence[Request] = ()
    waiting: Sequence[Kci] = ()
    repeat_number: int = 1
    earlier: int | None = None
    position: int = 1
    serial: int = 0

    @property
    def count(self) -> int:
        """Which of the order's requests of its kind this one is, from 1."""
        if self.earlier is not None:
            return self.earlier + 1
        action = self.submission.action
        return 1 + sum(1 for request in self.requests if request.action == action)


REJECT, ACCEPT, BEGUN = "reject", "accept", "begun"
"""The words of an answer that the engine knows: a rejection, a request that stays open until its
KCI, an order that the supplier began. A dialect has others; they do what was asked at once.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The reply as the engine decided it: its word, and what the scenario overwrites."""

    word: str
    messages: tuple[str, ...] = ()
    delay: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False
    fault: ReplyFault | None = None

    @property
    def rejects(self) -> bool:
        return self.word == REJECT

    @property
    def leaves_open(self) -> bool:
        """Whether a KCI is to follow that does what was asked."""
        return self.word == ACCEPT


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """The request is refused. `order` is the order that it was about, with its entry counted; None
    for a create or a lookup. `passed` says which entries could not be asked.
    """

    answer: Answer
    order: Order | None = None
    entry: EntryName | None = None
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A new order, the request that made it, and the KCIs of its timeline. `branches` says how
    those of the timeline were decided.
    """

    answer: Answer
    order: Order
    request: Request
    kcis: tuple[Kci, ...] = ()
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A later request of an order, done or open: the order after it, the request's own KCIs, what
    happens to those that waited, and the open requests that lapse. `ended`: the order is over.
    `branches` says how those of the timeline were decided, `passed` which entries could not be
    asked.
    """

    answer: Answer
    order: Order
    request: Request
    kcis: tuple[Kci, ...] = ()
    branches: tuple[str, ...] = ()
    queue: QueueChange
    lapsed: tuple[str, ...] = ()
    ended: bool = False
    entry: EntryName | None = None
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer alone: a lookup, a quote. Nothing is refused, and nothing is kept. `passed` says
    which entries could not be asked.
    """

    answer: Answer
    entry: EntryName | None = None
    passed: tuple[str, ...] = ()


Plan = Rejected | Opened | Changed
"""All that a request does to orders: committed whole, or not at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """A step that happened: the order and the KCI after it, the request that it settled, and what
    its end withdraws and lapses.
    """

    order: Order
    kci: Kci
    request: Request | None = None
    withdraw: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()

    def requests_after(self, requests: Sequence[Request]) -> list[Request]:
        """The order's requests as the step leaves them."""
        settled = {self.request.id: self.request} if self.request else {}
        return [
            replace(request, status="lapsed")
            if request.id in self.lapsed
            else settled.get(request.id, request)
            for request in requests
        ]
