"""The life of a Fibre Cafe order, by the tables of `transitions` (docs/contract/fibre-cafe.md 5.1
to 5.3, 6).

The stack `Order.before` holds frames. A frame of an open request keeps the status that its refusal
goes back to. A frame without a request stands under PENDING and keeps the status that a cure goes
back to. What the story itself does while a request is open moves the order below it, so that every
open request goes back to the newest status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulator.base import seed
from simulator.base.errors import Illegal, Refused
from simulator.dialects.fibre_cafe.transitions import (
    CANCELLED,
    COMPLETED,
    ENDED,
    ON_CREATE,
    ONLY_ANSWERS,
    ONLY_FROM,
    PARTIAL,
    PENDING,
    REASONS,
    REQUESTS,
    UNASKED,
    UNDER_WAY,
)
from simulator.engine.rules import Event, Settlement
from simulator.model import (
    RECEIVED,
    Document,
    Entry,
    Frame,
    Order,
    PendingVerb,
    Reply,
    Request,
    Submission,
)

OBJECTIONS = (
    "NO_AUTHORISATION",
    "CUSTOMER_NOT_AWARE",
    "DELIBERATE_MISLEAD",
    "PURCHASED_DIFFERENT_PRODUCT",
    "END_USER_NOT_MOVING",
)
"""The reasons of a "cancellation other": the losing side objects to a cease that it did not ask for
(contract 4.6).
"""

OURS = (
    "supplierOrderReference",
    "status",
    "committedDate",
    "targetDate",
    "appointmentTimeslot",
    "appointmentSupplierReference",
    "serviceOrderAmendmentId",
    "serviceOrderAmendmentReference",
    "serviceOrderCancellationId",
    "serviceOrderCancellationReference",
)
"""Members of an order that are the supplier's to give (contract 4.4): what a gateway writes there
is not taken over (contract 10.54).
"""


def default_reply(action: str) -> str:
    """A create is accepted for later (docs/scenarios.md, `reply`); what the scenario says nothing
    of is done at once.
    """
    return "accept" if action == "create" else "acknowledge"


def default_entry(action: str) -> Entry:
    """Amendments and cancellations are accepted at once."""
    return Entry(reply=Reply(answer="acknowledge"))


def default_pending(action: str) -> PendingVerb:
    """A cancellation withdraws what waits, an amendment leaves it."""
    return "withdraw" if action == "cancellation" else "keep"


def ends(status: str) -> bool:
    """Whether a status is final."""
    return status in ENDED


def settles(code: str, action: str) -> Settlement:
    """How a reason code answers an open request, if it does."""
    reason = REASONS.get(code)
    return reason.settles[1] if reason and reason.settles and reason.settles[0] == action else ""


def request_number(order: Order, action: str, count: int) -> str:
    """`SIM-...-A1`, `SIM-...-C1`: the pair's supplier half (contract 4.1)."""
    return f"{order.number or _number(order)}-{action[0].upper()}{count}"


def guard(order: Order, submission: Submission, requests: Sequence[Request]) -> None:
    """What the contract forbids, as a 422 (contract 4.5, 4.6, 5.3, 10.19, 10.20, 10.50).

    No change after the end, no amendment outside its statuses or of a cease that nobody asked for,
    no second open cancellation.
    """
    action = submission.action
    asking = REQUESTS[action]
    if order.status in ENDED:
        raise Refused(
            "invalid",
            [f"orderId: order {order.ref} is {order.status}: no {action} is possible any more"],
        )
    if order.operation == UNASKED and action == "amendment":
        raise Refused(
            "invalid",
            [f"orderId: order {order.ref} is an unsolicited cease, which cannot be amended"],
        )
    if order.status not in asking.sources:
        shown = "not yet acknowledged" if order.status == RECEIVED else order.status
        raise Refused(
            "invalid",
            [
                f"orderId: order {order.ref} is {shown}: it takes an {action} in {', '.join(asking.sources)}"
            ],
        )
    if asking.at_most_one and any(
        request.action == action and request.status == "open" for request in requests
    ):
        raise Refused("invalid", [f"orderId: a {action} of order {order.ref} is open already"])
    _check_content(order, submission)


def _check_content(order: Order, submission: Submission) -> None:
    """What an amendment or cancellation may not say of this kind of order."""
    said: list[str] = []
    reason = submission.document.get("reasonCode")
    if submission.action == "amendment":
        said += _half_contacts(order, submission.document)
        if order.operation == "cease" and "serviceCharacteristics" in submission.document:
            said.append("serviceCharacteristics: a cease order has none")
    elif order.operation == UNASKED and reason not in OBJECTIONS:
        said.append(
            f"reasonCode: `{reason}` does not object to an unsolicited cease; one of: {', '.join(OBJECTIONS)}"
        )
    elif order.operation != UNASKED and reason in OBJECTIONS:
        said.append(f"reasonCode: `{reason}` is for an unsolicited cease only")
    if said:
        raise Refused("invalid", said)


def _half_contacts(order: Order, change: Document) -> list[str]:
    """What a contact would lack after an amendment that names only a part of one that is not there,
    or takes a part away (contract 4.10, 10.39).
    """
    known = {name: order.document[name] for name in _CONTACTS if name in order.document}
    after = _merged(known, {name: change[name] for name in _CONTACTS if name in change})
    return [
        f"{name}.{member}: is required: the order has none to go with the rest"
        for name in _CONTACTS
        for member in ("name", "phoneNumber")
        if name in change and isinstance(after.get(name), dict) and member not in after[name]
    ]


def move(order: Order, event: Event, now: int) -> Order:
    """The order after an event; Illegal when the table has no such move and the step does not say
    `illegal: true`.
    """
    if event.action == "create":
        document = {key: value for key, value in order.document.items() if key not in OURS}
        return _numbered(replace(order, status=ON_CREATE[event.answer], document=document))
    if event.send and not event.illegal:
        _check(order, event)
    if event.outcome == "opened":
        frame = Frame(status=order.status, request=event.request)
        return replace(order, status=REQUESTS[event.action].opens, before=(*order.before, frame))
    if event.outcome == "refused":
        return _closed(order, event.request)
    if event.outcome == "applied":
        return _applied(order, event)
    status = event.status or (REASONS[event.send].brings if event.send in REASONS else "")
    return _numbered(_told(order, status)) if status else order


def base(order: Order) -> str:
    """The status below every open request: what the story goes by."""
    return next((frame.status for frame in order.before if frame.request), order.status)


def merge(order: Order, request: Request) -> Order:
    """An applied amendment: absent is unchanged, objects are merged, arrays replaced whole, an
    empty value removes (contract 4.5, 10.53).
    """
    if request.action != "amendment":
        return order
    wanted = {key: value for key, value in request.document.items() if key not in _NOT_MERGED}
    if "serviceCharacteristics" in wanted and isinstance(
        order.document.get("serviceOrderItem"), dict
    ):
        wanted["serviceOrderItem"] = {
            "serviceCharacteristics": wanted.pop("serviceCharacteristics")
        }
    return replace(order, document=_merged(order.document, wanted))


_CONTACTS = ("primaryContact", "secondaryContact")
_NOT_MERGED = (
    "id",
    "orderId",
    "orderType",
    "tenant",
    "address",
    "serviceOrderItem",
    "serviceId",
    "supplierQuoteId",
    "siteInformation",
    "orderItems",
    *OURS,
)
"""What makes an order what it is: no amendment changes it (contract 10.52), though it may be noted
that one tried.
"""


def _merged(document: Document, change: Document) -> Document:
    merged = dict(document)
    for key, value in change.items():
        if value in (None, "", [], {}):
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged[key] if isinstance(merged.get(key), dict) else {}, value)
            if not merged[key]:
                del merged[key]  # all of it was removed
        else:
            merged[key] = value
    return merged


def _check(order: Order, event: Event) -> None:
    reason = REASONS.get(event.send)
    if reason is None:
        raise Illegal(f"{event.send} is no reason code of this contract")
    if order.operation == UNASKED and reason.unasked == "never":
        raise Illegal(f"{event.send} is not for an unsolicited cease")
    if order.operation != UNASKED and reason.unasked == "only":
        raise Illegal(
            f"{event.send} is for an unsolicited cease only: the tenant knows of this order"
        )
    if order.operation == UNASKED and order.status == RECEIVED and event.send != "CREATED":
        raise Illegal(
            f"{event.send} is not possible before CREATED: the gateway does not know of this order yet"
        )
    if event.send in ONLY_ANSWERS and not event.outcome:
        raise Illegal(
            f"{event.send} answers an open {reason.settles[0] if reason.settles else 'request'}, and none is open"
        )
    status = base(order)
    if status not in reason.sources:
        raise Illegal(
            f"{event.send} is not possible in {status}: only in {', '.join(reason.sources)}"
        )
    if status == RECEIVED and not reason.brings and not event.status:
        raise Illegal(
            f"{event.send} is not possible before the acknowledgement: the order has no status yet that it could show"
        )
    if event.status and event.status not in reason.choices and event.status != reason.brings:
        raise Illegal(f"{event.send} never brings {event.status}")
    brought = event.status or reason.brings
    if status not in ONLY_FROM.get(brought, (status,)):
        raise Illegal(f"{brought} is not possible in {status}: only before the acknowledgement")


def _applied(order: Order, event: Event) -> Order:
    closed = _closed(order, event.request)
    if event.action == "cancellation":
        return replace(closed, status=CANCELLED, before=())
    if event.status:
        return closed if event.status == base(closed) else _told(closed, event.status)
    if closed.status == PENDING and closed.before and not closed.before[-1].request:
        return replace(closed, status=closed.before[-1].status, before=closed.before[:-1])
    return closed


def _closed(order: Order, request: str) -> Order:
    """Take an open request's frame out; a frame above it goes back to what this one kept."""
    index = next(
        (index for index, frame in enumerate(order.before) if frame.request == request), None
    )
    if index is None:
        return order
    kept, above = order.before[index], list(order.before[index + 1 :])
    if not above:
        return replace(order, status=kept.status, before=order.before[:index])
    above[0] = replace(above[0], status=kept.status)
    return replace(order, before=(*order.before[:index], *above))


def _told(order: Order, status: str) -> Order:
    """The story brings a status: what it moves is the order below the open requests."""
    if status in ENDED:
        return replace(order, status=status, before=())
    frames = [replace(frame, status=status) for frame in order.before if frame.request]
    if status == PENDING and base(order) != PENDING:
        frames.insert(0, Frame(status=base(order)))
    elif status == PENDING:
        frames = [*(frame for frame in order.before if not frame.request), *frames]
    return replace(order, status=status, before=tuple(frames))


def _numbered(order: Order) -> Order:
    known = base(order) in (*UNDER_WAY, COMPLETED, PARTIAL)
    return replace(order, number=_number(order)) if known and not order.number else order


def _number(order: Order) -> str:
    return f"SIM-{seed.reference(order.id)}"
