"""The life of a MEF/OBF order, by the tables of `transitions` (docs/contract/mef.md 3.1 to 3.4).

`Order.memo` has what is not on the wire: `heldBy` (BUYER or SELLER), `correction` (whether a
Seller's hold asks for one), `restarted` (a replacement put the order back to its start), `assigned`
(the ids that the Seller gave, by order item). `Order.before` has the status before a hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused
from simulator.dialects.mef import content
from simulator.dialects.mef.settings import Settings
from simulator.dialects.mef.transitions import (
    ACKNOWLEDGED,
    BUYER,
    CANCELLED,
    COMPLETED,
    CREATED,
    EDGES,
    ENDED,
    FAILED,
    HELD,
    IN_PROGRESS,
    NOTIFICATIONS,
    PARTIAL,
    REQUESTS,
    ROLL_UP,
    SELLER,
    STATUSES,
    NotificationType,
)
from simulator.engine.rules import Event, Settlement
from simulator.model import Entry, Frame, Order, PendingVerb, Reply, Request, Step, Submission

PAUSES = {"hold": "release"}
FIRST_NUMBER = 12345


def default_reply(action: str) -> str:
    """An order is in progress at once, as in the published example (contract Q18). Later requests
    are done at once.
    """
    return "commit" if action == "create" else "acknowledge"


def default_pending(action: str) -> PendingVerb:
    """A cancellation withdraws the KCIs that wait, a hold pauses them. A release withdraws what
    came with the hold alone.
    """
    verbs: dict[str, PendingVerb] = {
        "cancellation": "withdraw",
        "release": "withdraw",
        "hold": "pause",
    }
    return verbs.get(action, "keep")


def default_entry(action: str) -> Entry:
    """Everything is done at once. A notification confirms a cancellation (contract U38: "Seller or
    Buyer cancels").
    """
    timeline = (Step(after=0, send="CANCELLATION"),) if action == "cancellation" else ()
    return Entry(reply=Reply(answer="acknowledge"), timeline=timeline)


def ends(status: str) -> bool:
    """Whether a status is final."""
    return status in ENDED


def settles(code: str, action: str) -> Settlement:
    """How a notification in a request's own timeline settles it."""
    return NOTIFICATIONS[code].settles.get(action, "") if code in NOTIFICATIONS else ""


def request_number(order: Order, action: str, count: int) -> str:
    """The contract has no reference for a request."""
    return ""


def guard(order: Order, submission: Submission, requests: Sequence[Request]) -> None:
    """Refused (a 409) when the order's status forbids the request, and for a second open
    cancellation (contract 3.3, 3.5).
    """
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
    """The order after an event. Illegal when the table has no such move and the step does not say
    `illegal: true`.
    """
    if event.action == "create":
        return replace(
            order, status=CREATED[event.answer], number=f"ORD-CC-{FIRST_NUMBER - 1 + event.serial}"
        )
    if event.outcome == "opened":
        return order  # no status says that a request is being assessed (contract 8.2)
    if not event.action and order.memo.get("restarted"):
        order = _left(order, IN_PROGRESS)  # the next step of the timeline starts it anew
    if not event.illegal and (event.send or event.outcome != "applied"):
        _check(order, event)
    return (
        _requested(order, event, settings) if event.outcome == "applied" else _brought(order, event)
    )


def complete(order: Order, event: Event, now: int) -> Order:
    """The order with what a status and a notification make mandatory: ids and dates, and its status
    from its items' (contract 3.4).
    """
    if event.send in ("CONFIGURATION", "CONFIRMATION", "COMPLETION"):
        order = content.configured(order)
    order = content.dated(order, event.send, now)
    statuses = content.item_statuses(order.document)
    if not statuses or event.illegal:
        return order
    if strange := [status for status in statuses if status not in STATUSES]:
        raise Illegal(f"`{strange[0]}` is no status of an item: one of {', '.join(STATUSES)}")
    status = roll_up(statuses)
    follows = not event.status and not event.action and event.send in ("", "STATUS_UPDATE")
    if follows and status != order.status and status in NOTIFICATIONS["STATUS_UPDATE"].choices:
        derived = replace(event, status=status)
        _check(order, derived)
        order = _brought(order, derived)
    return _items_ended(order) if order.status in ENDED else order


def roll_up(items: Sequence[str]) -> str:
    """The order's status from its items' (contract 3.4)."""
    kinds = set(items)
    return next(status for status, among, all_of in ROLL_UP if kinds <= among and all_of <= kinds)


def _items_ended(order: Order) -> Order:
    """The items that are under way end with the order. Illegal when the items' statuses make
    another one of the order's, unless it was cancelled or rejected.
    """
    document = content.ended_items(order.document, order.status, ENDED)
    status = roll_up(content.item_statuses(document))
    if status != order.status and order.status in (COMPLETED, PARTIAL, FAILED):
        raise Illegal(f"the order is {order.status}, but its items make it {status}")
    return replace(order, document=document)


def _check(order: Order, event: Event) -> None:
    kind = NOTIFICATIONS.get(event.send) if event.send else NotificationType(choices=STATUSES)
    if kind is None:
        raise Illegal(f"{event.send} is no notification type of this contract")
    if order.status not in kind.sources:
        what, where = event.send or event.status, ", ".join(kind.sources)
        raise Illegal(f"{what} is not possible in {order.status}: only in {where}")
    if event.status and event.status not in kind.choices and event.status != kind.brings:
        raise Illegal(f"{event.send} never brings {event.status}")
    target = event.status or kind.brings
    if event.outcome == "applied" or not target or target == order.status:
        return
    if (order.status, target) not in EDGES:
        raise Illegal(f"{target} does not follow {order.status}")
    if order.status == HELD and target == IN_PROGRESS and order.memo.get("heldBy") != SELLER:
        raise Illegal("the Buyer holds this order: only its release lets it go on")


def _requested(order: Order, event: Event, settings: Settings) -> Order:
    """The order after a request of the Buyer's that is done."""
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


def _brought(order: Order, event: Event) -> Order:
    """The order after the Seller brought a status."""
    status = event.status or (
        NOTIFICATIONS[event.send].brings if event.send in NOTIFICATIONS else ""
    )
    if not status or status == order.status:
        return order
    if status == HELD:
        memo = _unheld(order) | {"heldBy": SELLER, "correction": False}
        return replace(order, status=HELD, before=(Frame(status=order.status),), memo=memo)
    return _left(order, status)


def _left(order: Order, status: str) -> Order:
    """The order out of any hold, in another status."""
    memo = {key: value for key, value in _unheld(order).items() if key != "restarted"}
    return replace(order, status=status, before=(), memo=memo)


def _unheld(order: Order) -> dict[str, Any]:
    """The memo of an order that nobody holds."""
    return {key: value for key, value in order.memo.items() if key not in ("heldBy", "correction")}
