"""What the engine says (a Plan, an Advance) and what it asks of a dialect (the Rules): the seam between the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.model import Document, Entry, Kci, Order, Request


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that moves an order.

    Either an `action` with its `outcome` (create: acknowledge, commit, accept; later requests: opened, applied, refused), or
    a `send`/`status` of the story, where `action` and `outcome` say which open request the message settles, if any.
    """

    action: str = ""
    outcome: str = ""
    send: str = ""
    status: str = ""
    request: str = ""
    illegal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The reply as the engine decided it: the word that was meant, and what the scenario overwrites."""

    word: str
    messages: tuple[str, ...] = ()
    delay: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All that must be committed, and nothing else. `order` is None when the request created and changed nothing.

    `moved` gives waiting KCIs a new due moment (a pause), `withdraw` names those that will never be sent.
    """

    answer: Answer
    order: Order | None = None
    request: Request | None = None
    kcis: tuple[Kci, ...] = ()
    withdraw: tuple[str, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()
    entry: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """One step that happened: the order and the KCI after it, the request it settled, and what lapsed with the order's end."""

    order: Order
    kci: Kci
    request: Request | None = None
    withdraw: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()


class Rules(Protocol):
    """What the engine asks a dialect. Pure functions; Illegal and Refused are their only exceptions."""

    def default_reply(self, action: str) -> str:
        """The reply word when the scenario gives none."""

    def default_pending(self, action: str) -> str:
        """keep, withdraw or pause: what an accepted request of this kind does to the story's waiting KCIs."""

    def default_entry(self, action: str) -> Entry:
        """How a later request is answered when no entry of the scenario fits."""

    def guard(self, order: Order, action: str, requests: Sequence[Request]) -> None:
        """Refused when the contract forbids this request of this order now; `requests` are all of the order."""

    def settles(self, code: str) -> tuple[str, str] | None:
        """The (action, outcome) that a message of this code brings to an open request; None for the others."""

    def move(self, order: Order, event: Event, now: int) -> Order:
        """The order after an event: status, stack, memo, number. Illegal when the contract forbids it."""

    def complete(self, order: Order, event: Event, now: int) -> Order:
        """The order's document with the members filled in that the contract makes mandatory for this event."""

    def merge(self, document: Document, change: Document, action: str) -> Document:
        """The order's document after an applied request."""

    def ends(self, status: str) -> bool:
        """Whether an order in this status is over for good."""

    def request_number(self, order: Order, action: str, count: int) -> str:
        """Our reference of the order's `count`-th request of this kind."""
