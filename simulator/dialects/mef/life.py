"""The life of a MEF/OBF order: its nine statuses, and which follows which, as tables
(docs/contract/mef.md 3.1 to 3.4).

`Order.memo` remembers what is not on the wire: `heldBy` (BUYER or SELLER), `correction` (a Seller's
hold that asks for one), `restarted` (a replacement put the order back to its start), `assigned`
(the ids that the Seller gave, by order item). `Order.before` holds the status before a hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.base.errors import Illegal, Refused
from simulator.dialects.mef import content
from simulator.dialects.mef.settings import Settings
from simulator.engine.rules import Event, Settlement
from simulator.model import Entry, Frame, Order, PendingVerb, Reply, Request, Step, Submission

ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD = "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
CANCELLED, REJECTED, COMPLETED, FAILED, PARTIAL = (
    "CANCELLED",
    "REJECTED",
    "COMPLETED",
    "FAILED",
    "PARTIAL",
)
IN_FLIGHT = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)
ENDED = (CANCELLED, REJECTED, COMPLETED, FAILED, PARTIAL)
STATUSES = (*IN_FLIGHT, *ENDED)
BUYER, SELLER = "BUYER", "SELLER"
BEFORE = ""
"""In the table: the status before the hold."""

REQUESTS: dict[str, dict[str, str]] = {
    "replace": {
        ACKNOWLEDGED: ACKNOWLEDGED,
        IN_PROGRESS: IN_PROGRESS,
        PENDING: IN_PROGRESS,
        HELD: HELD,
    },
    "patch": {
        ACKNOWLEDGED: ACKNOWLEDGED,
        IN_PROGRESS: IN_PROGRESS,
        PENDING: IN_PROGRESS,
        HELD: HELD,
    },
    "cancellation": dict.fromkeys(IN_FLIGHT, CANCELLED),
    "hold": {ACKNOWLEDGED: HELD, IN_PROGRESS: HELD},
    "release": {HELD: BEFORE},
}
"""Contract 3.3, the Buyer's half: what each request makes of each status; what is not here is a 409.

Two cells hang on who holds the order: only a Buyer's hold can be released, and a replacement
answers a Seller's hold that asked for one.
"""

SELLER_MOVES: dict[str, dict[str, str]] = {
    "start": {ACKNOWLEDGED: IN_PROGRESS},
    "reject": {ACKNOWLEDGED: REJECTED},
    "need information": {IN_PROGRESS: PENDING},
    "information received": {PENDING: IN_PROGRESS},
    "information timeout": {PENDING: CANCELLED},
    "block": {IN_PROGRESS: HELD},
    "unblock": {HELD: IN_PROGRESS},
    "cannot unblock": {HELD: CANCELLED},
    "cancel": dict.fromkeys(IN_FLIGHT, CANCELLED),
    "complete": {IN_PROGRESS: COMPLETED},
    "partial": {IN_PROGRESS: PARTIAL},
    "fail": {IN_PROGRESS: FAILED},
}
"""Contract 3.3, the Seller's half. "unblock" ends the Seller's own hold only."""

EDGES = {edge for row in SELLER_MOVES.values() for edge in row.items()}

ROLL_UP: tuple[tuple[str, set[str], set[str]], ...] = (
    (REJECTED, set(STATUSES), {REJECTED}),
    (ACKNOWLEDGED, {ACKNOWLEDGED}, {ACKNOWLEDGED}),
    (PENDING, {PENDING, CANCELLED}, {PENDING}),
    (HELD, {HELD, CANCELLED}, {HELD}),
    (CANCELLED, {CANCELLED}, {CANCELLED}),
    (PARTIAL, {COMPLETED, FAILED, CANCELLED}, {COMPLETED, FAILED}),
    (FAILED, {FAILED, CANCELLED}, {FAILED}),
    (COMPLETED, {COMPLETED, CANCELLED}, {COMPLETED}),
    (IN_PROGRESS, set(STATUSES), set()),
)
"""Contract 3.4: the order has the first status whose items are all among the second, and hold every
one of the third.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notification type: the statuses it may be sent from, the one it brings (empty: unchanged),
    those that `status:` may choose instead, and how it settles an open request of a kind
    (contract 5.1, 8.3).
    """

    sources: tuple[str, ...] = IN_FLIGHT
    brings: str = ""
    choices: tuple[str, ...] = ()
    settles: Mapping[str, Settlement] = field(default_factory=dict)


NOTICES: dict[str, Notice] = {
    "STATUS_UPDATE": Notice(
        choices=(IN_PROGRESS, PENDING, HELD, PARTIAL, FAILED), settles={"amendment": "applied"}
    ),
    "CONFIGURATION": Notice(sources=(IN_PROGRESS,)),
    "CONFIRMATION": Notice(sources=(IN_PROGRESS,)),
    "JEOPARDY": Notice(sources=(IN_PROGRESS,), brings=HELD, choices=(IN_PROGRESS,)),
    "ERROR_OR_INFORMATION": Notice(
        choices=(PENDING, HELD), settles={"amendment": "refused", "cancellation": "refused"}
    ),
    "REJECTION": Notice(sources=(ACKNOWLEDGED, REJECTED), brings=REJECTED),
    "CANCELLATION": Notice(
        sources=(*IN_FLIGHT, CANCELLED), brings=CANCELLED, settles={"cancellation": "applied"}
    ),
    "COMPLETION": Notice(sources=(IN_PROGRESS,), brings=COMPLETED),
}
CREATED = {
    "acknowledge": ACKNOWLEDGED,
    "accept": ACKNOWLEDGED,
    "commit": IN_PROGRESS,
    "reject_as_order": REJECTED,
}
PAUSES = {"hold": "release"}
FIRST_NUMBER = 12345


def default_reply(action: str) -> str:
    """An order is in progress at once, as in the published example (contract Q18); other requests are done
    at once.
    """
    return "commit" if action == "create" else "acknowledge"


def default_pending(action: str) -> PendingVerb:
    """A cancellation withdraws what waits, a hold pauses it, a release withdraws what only the hold
    made wait.
    """
    verbs: dict[str, PendingVerb] = {
        "cancellation": "withdraw",
        "release": "withdraw",
        "hold": "pause",
    }
    return verbs.get(action, "keep")


def default_entry(action: str) -> Entry:
    """Everything is done at once; a cancellation is also told by its notification (contract U38: "Seller or
    Buyer cancels").
    """
    told = (Step(after=0, send="CANCELLATION"),) if action == "cancellation" else ()
    return Entry(reply=Reply(answer="acknowledge"), timeline=told)


def ends(status: str) -> bool:
    """Whether a status is final."""
    return status in ENDED


def settles(code: str, action: str) -> Settlement:
    """How a notification in a request's own timeline answers it."""
    return NOTICES[code].settles.get(action, "") if code in NOTICES else ""


def request_number(order: Order, action: str, count: int) -> str:
    """The contract has no reference for a request."""
    return ""


def guard(order: Order, submission: Submission, requests: Sequence[Request]) -> None:
    """What the contract forbids in a status, and a second open cancellation: a 409 (contract 3.3, 3.5)."""
    operation, shown = submission.operation, f"order {order.number} is {order.status}"
    asked = {"replace": "PUT", "patch": "PATCH", "cancellation": "cancel"}.get(operation, operation)
    if order.status in ENDED:
        raise Refused("conflict", [f"id: {shown}: no {asked} is possible any more"])
    if order.status not in REQUESTS[operation]:
        raise Refused(
            "conflict", [f"id: {shown}: {asked} is possible in {', '.join(REQUESTS[operation])}"]
        )
    if operation == "release" and order.memo.get("heldBy") != BUYER:
        raise Refused(
            "conflict", [f"id: {shown} by the Seller: a Buyer releases its own holds only"]
        )
    if operation == "cancellation" and any(
        request.action == "cancellation" and request.status == "open" for request in requests
    ):
        raise Refused("conflict", [f"id: a cancellation of order {order.number} is being assessed"])


def move(order: Order, event: Event, now: int, settings: Settings) -> Order:
    """The order after an event; Illegal when the table has no such move and the step does not say
    `illegal: true`.
    """
    if event.action == "create":
        return replace(
            order, status=CREATED[event.answer], number=f"ORD-CC-{FIRST_NUMBER - 1 + event.serial}"
        )
    if event.outcome == "opened":
        return order  # no status says that a request is being assessed (contract 8.2)
    if not event.action and order.memo.get("restarted"):
        order = _left(order, IN_PROGRESS)  # its treatment starts anew as soon as the story goes on
    if not event.illegal and (event.send or event.outcome != "applied"):
        _check(order, event)
    return _requested(order, event, settings) if event.outcome == "applied" else _told(order, event)


def complete(order: Order, event: Event, now: int) -> Order:
    """What each status and notification makes mandatory: ids and dates, and the order's
    status from its items' (contract 3.4).
    """
    if event.send in ("CONFIGURATION", "CONFIRMATION", "COMPLETION"):
        order = content.configured(order)
    order = content.dated(order, event.send, now)
    statuses = content.item_statuses(order.document)
    if not statuses or event.illegal:
        return order
    if strange := [status for status in statuses if status not in STATUSES]:
        raise Illegal(f"`{strange[0]}` is no status of an item: one of {', '.join(STATUSES)}")
    told = roll_up(statuses)
    follows = not event.status and not event.action and event.send in ("", "STATUS_UPDATE")
    if follows and told != order.status and told in NOTICES["STATUS_UPDATE"].choices:
        derived = replace(event, status=told)
        _check(order, derived)
        order = _told(order, derived)
    return _items_ended(order) if order.status in ENDED else order


def roll_up(items: Sequence[str]) -> str:
    """The order's status from its items' (contract 3.4)."""
    kinds = set(items)
    return next(status for status, among, all_of in ROLL_UP if kinds <= among and all_of <= kinds)


def _items_ended(order: Order) -> Order:
    """What the items still did ends with the order; how they ended says how it did, unless it was
    called off whatever they did.
    """
    document = content.ended_items(order.document, order.status, ENDED)
    told = roll_up(content.item_statuses(document))
    if told != order.status and order.status in (COMPLETED, PARTIAL, FAILED):
        raise Illegal(f"the order is {order.status}, but its items make it {told}")
    return replace(order, document=document)


def _check(order: Order, event: Event) -> None:
    notice = NOTICES.get(event.send) if event.send else Notice(choices=STATUSES)
    if notice is None:
        raise Illegal(f"{event.send} is no notification type of this contract")
    if order.status not in notice.sources:
        raise Illegal(
            f"{event.send or event.status} is not possible in {order.status}: only in {', '.join(notice.sources)}"
        )
    if event.status and event.status not in notice.choices and event.status != notice.brings:
        raise Illegal(f"{event.send} never brings {event.status}")
    target = event.status or notice.brings
    if event.outcome == "applied" or not target or target == order.status:
        return
    if (order.status, target) not in EDGES:
        raise Illegal(f"{target} does not follow {order.status}")
    if order.status == HELD and target == IN_PROGRESS and order.memo.get("heldBy") != SELLER:
        raise Illegal("the Buyer holds this order: only its release lets it go on")


def _requested(order: Order, event: Event, settings: Settings) -> Order:
    """A request of the Buyer's is done."""
    if event.action == "hold":
        return replace(
            order,
            status=HELD,
            before=(Frame(status=order.status),),
            memo=_unheld(order) | {"heldBy": BUYER},
        )
    if event.action == "release":
        before = order.before[-1].status if order.before else IN_PROGRESS
        return replace(order, status=before, before=(), memo=_unheld(order))
    if event.action == "cancellation":
        return _left(order, CANCELLED)
    status = event.status or REQUESTS[event.operation].get(order.status, order.status)
    answered = (
        order.status == HELD and order.memo.get("heldBy") == SELLER and order.memo.get("correction")
    )
    if event.operation == "replace" and answered and not event.status:
        status = IN_PROGRESS
    if event.operation == "replace" and settings.amend_restarts and status == IN_PROGRESS:
        return replace(_left(order, ACKNOWLEDGED), memo=_unheld(order) | {"restarted": True})
    return order if status == order.status else _left(order, status)


def _told(order: Order, event: Event) -> Order:
    """The Seller brings a status."""
    status = event.status or (NOTICES[event.send].brings if event.send in NOTICES else "")
    if not status or status == order.status:
        return order
    if status == HELD:
        memo = _unheld(order) | {"heldBy": SELLER, "correction": False}
        return replace(order, status=HELD, before=(Frame(status=order.status),), memo=memo)
    return _left(order, status)


def _left(order: Order, status: str) -> Order:
    """Out of any hold, into another status."""
    memo = {key: value for key, value in _unheld(order).items() if key != "restarted"}
    return replace(order, status=status, before=(), memo=memo)


def _unheld(order: Order) -> dict[str, Any]:
    """What is remembered of an order that nobody holds."""
    return {key: value for key, value in order.memo.items() if key not in ("heldBy", "correction")}
