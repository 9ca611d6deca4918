"""What the engine asks a dialect (`Rules`), and the events that move an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from simulator.model import Entry, Order, PendingVerb, Reply, Request, Submission

Settlement = Literal["applied", "refused", ""]
"""How a KCI settles an open request; empty when it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that moves an order.

    A create, with the reply's word in `answer`. Or a later request, with an `outcome`. Or a step's
    `send` or `status`; then `action` and `outcome` say which open request the KCI settles, if any.
    `operation` is the dialect's finer name of the action, `serial` counts a supplier's creates from
    1. `members` is the step's `with`, rendered: only `Rules.keep_members` gets it.
    """

    action: str = ""
    operation: str = ""
    answer: str = ""
    outcome: Literal["", "opened", "applied", "refused"] = ""
    send: str = ""
    status: str = ""
    request: str = ""
    illegal: bool = False
    serial: int = 0
    members: Mapping[str, Any] = field(default_factory=dict)


class Rules(Protocol):
    """What the engine asks a dialect. Pure functions; Illegal and Refused are their only
    exceptions. A dialect leaves out what has a default here.
    """

    pauses: Mapping[str, str] = {}
    """Actions whose `pause` does not end with their own last step, and the action that ends it."""

    history: tuple[str, ...] = ()
    """Actions whose settled requests `guard` wants to see. Of all others it sees the open ones, and
    always the create.
    """

    lookups: tuple[str, ...] = ()
    """Actions that create and change nothing: their answer is all there is."""

    counts_orders: bool = False
    """Whether our order numbers count: then each create is told its place among the supplier's
    (`Event.serial`).
    """

    def default_reply(self, action: str) -> str:
        """The reply word when the scenario gives none."""
        return "accept"

    def default_pending(self, action: str) -> PendingVerb:
        """What an accepted request of this kind does to the order's KCIs that wait."""
        return "keep"

    def default_entry(self, action: str) -> Entry:
        """How a later request is answered when no entry of the scenario fits."""
        return Entry(reply=Reply(answer="acknowledge"))

    def guard(self, order: Order, submission: Submission, requests: Sequence[Request]) -> None:
        """Refused when the contract forbids this request of this order now. `requests` are those of
        the order that still matter (`history`).
        """
        return

    def settles(self, code: str, action: str) -> Settlement:
        """What a KCI of this code does to an open request of this kind; empty for others."""
        return ""

    def move(self, order: Order, event: Event, now: int) -> Order:
        """The order after an event: status, stack, memo, number. Illegal when the contract forbids
        it.
        """

    def complete(self, order: Order, event: Event, now: int) -> Order:
        """The order's document with the members filled in that the contract makes mandatory for
        this event.
        """
        return order

    def keep_members(self, order: Order, event: Event) -> Order:
        """The order after its KCI's own members (`with`) are known: what they say of the order
        stands in it too. Illegal when one contradicts the order. It is asked where there are some.
        """
        return order

    def merge(self, order: Order, request: Request) -> Order:
        """The order after an applied request: what its document asked for is in the order's
        document.
        """
        return order

    def ends(self, status: str) -> bool:
        """Whether an order in this status is over for good."""

    def request_number(self, order: Order, action: str, count: int) -> str:
        """Our reference of the order's `count`-th request of this kind."""
        return ""
