"""The life of a Fibre Cafe order: which status follows which, as one table (reference sections 5.1 to 5.3 and 6).

The stack `Order.before` holds frames. A frame of an open request keeps the status that its refusal goes back to. A frame without
a request stands under PENDING and keeps the status that a cure goes back to. What the story itself does while a request is open
moves the order below it, so that every open request goes back to the newest status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator import instants, seed
from simulator.errors import Illegal, Refused
from simulator.model import RECEIVED, Document, Entry, Frame, Order, Reply, Request, Submission
from simulator.rules import Event

ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD = "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
PENDING_AMENDMENT, PENDING_CANCELLATION = "PENDING_AMENDMENT", "PENDING_CANCELLATION"
REJECTED, CANCELLED, FAILED, COMPLETED, PARTIAL = "REJECTED", "CANCELLED", "FAILED", "COMPLETED", "PARTIAL"

UNDER_WAY = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)
ALIVE = (RECEIVED, *UNDER_WAY)
ENDED = (REJECTED, CANCELLED, FAILED, COMPLETED, PARTIAL)
STATUSES = (*UNDER_WAY, PENDING_AMENDMENT, PENDING_CANCELLATION, *ENDED)
AMENDABLE = (ACKNOWLEDGED, IN_PROGRESS, PENDING, PENDING_AMENDMENT)
OPENED = {"amendment": PENDING_AMENDMENT, "cancellation": PENDING_CANCELLATION}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A KCI reason code: the statuses it may be sent from, the one it brings (empty: unchanged), those that `status:` may choose
    instead, the open request it settles, and the members of the message that the contract makes mandatory."""

    sources: tuple[str, ...] = ALIVE
    brings: str = ""
    choices: tuple[str, ...] = ()
    settles: tuple[str, str] | None = None
    needs: tuple[str, ...] = ()


REASONS: dict[str, Reason] = {
    "ACKNOWLEDGED": Reason(sources=(RECEIVED,), brings=ACKNOWLEDGED),
    "COMMITTED": Reason(sources=(RECEIVED, ACKNOWLEDGED), brings=IN_PROGRESS),
    "UPDATE": Reason(choices=(ACKNOWLEDGED, IN_PROGRESS, HELD, FAILED)),
    "ADDITIONAL": Reason(),
    "WARNING": Reason(needs=("problemCode",)),
    "DELAY": Reason(sources=(ACKNOWLEDGED, IN_PROGRESS), brings=HELD, choices=(ACKNOWLEDGED, IN_PROGRESS), needs=("problemCode",)),
    "RESUMED": Reason(sources=(HELD,), brings=IN_PROGRESS),
    "INFORMATION_REQUIRED": Reason(sources=(ACKNOWLEDGED, IN_PROGRESS, HELD), brings=PENDING, needs=("problemCode", "text")),
    "REAPPOINT": Reason(sources=(ACKNOWLEDGED, IN_PROGRESS, HELD), brings=PENDING, needs=("problemCode",)),
    "REAPPOINTED": Reason(sources=UNDER_WAY, brings=IN_PROGRESS, choices=UNDER_WAY, needs=("problemCode",)),
    "AMENDED": Reason(sources=UNDER_WAY, settles=("amendment", "applied"), choices=UNDER_WAY),
    "AMENDMENT_REJECTED": Reason(sources=UNDER_WAY, settles=("amendment", "refused"), needs=("problemCode", "text")),
    "CANCELLED": Reason(brings=CANCELLED, settles=("cancellation", "applied"), needs=("problemCode",)),
    "CANCELLATION_REJECTED": Reason(settles=("cancellation", "refused"), needs=("problemCode", "text")),
    "ORDER_REJECTED": Reason(sources=(RECEIVED,), brings=REJECTED, needs=("problemCode", "text")),
    "COMPLETED": Reason(sources=(IN_PROGRESS,), brings=COMPLETED, choices=(PARTIAL,)),
    "RESUBMIT": Reason(),
}

PAUSES: Mapping[str, str] = {}  # every pause ends with its own entry's last step

_CREATED = {"acknowledge": ACKNOWLEDGED, "commit": IN_PROGRESS, "accept": RECEIVED}
_ONLY_ANSWERS = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")


def default_reply(action: str) -> str:
    """A create is accepted for later (the format's section 3); what the scenario says nothing of is done at once."""
    return "accept" if action == "create" else "acknowledge"


def default_entry(action: str) -> Entry:
    """Amendments and cancellations are accepted at once."""
    return Entry(reply=Reply(answer="acknowledge"))


def default_pending(action: str) -> str:
    """A cancellation withdraws what waits, an amendment leaves it."""
    return "withdraw" if action == "cancellation" else "keep"


def ends(status: str) -> bool:
    """Whether a status is final."""
    return status in ENDED


def settles(code: str, action: str) -> str:
    """How a reason code answers an open request, if it does."""
    reason = REASONS.get(code)
    return reason.settles[1] if reason and reason.settles and reason.settles[0] == action else ""


def request_number(order: Order, action: str, count: int) -> str:
    """`SIM-...-A1`, `SIM-...-C1`: the pair's supplier half (reference 4.1)."""
    return f"{order.number or _number(order)}-{action[0].upper()}{count}"


def guard(order: Order, submission: Submission, requests: Sequence[Request]) -> None:
    """What the contract forbids, as a 422 (reference 5.3).

    No change after the end, no amendment outside its statuses, no second open cancellation.
    """
    action = submission.action
    if order.status in ENDED:
        raise Refused("invalid", [f"orderId: order {order.ref} is {order.status}: no {action} is possible any more"])
    if action == "amendment" and order.status not in AMENDABLE:
        shown = "not yet acknowledged" if order.status == RECEIVED else order.status
        raise Refused("invalid", [f"orderId: order {order.ref} is {shown}: it can be amended in {', '.join(AMENDABLE)}"])
    if action == "cancellation" and any(request.action == action and request.status == "open" for request in requests):
        raise Refused("invalid", [f"orderId: a cancellation of order {order.ref} is open already"])


def move(order: Order, event: Event, now: int) -> Order:
    """The order after an event; Illegal when the table has no such move and the step does not say `illegal: true`."""
    if event.action == "create":
        return _numbered(replace(order, status=_CREATED[event.outcome]))
    if event.send and not event.illegal:
        _check(order, event)
    if event.outcome == "opened":
        frame = Frame(status=order.status, request=event.request)
        return replace(order, status=OPENED[event.action], before=(*order.before, frame))
    if event.outcome == "refused":
        return _closed(order, event.request)
    if event.outcome == "applied":
        return _applied(order, event)
    status = event.status or (REASONS[event.send].brings if event.send in REASONS else "")
    return _numbered(_told(order, status)) if status else order


def base(order: Order) -> str:
    """The status below every open request: what the story goes by."""
    return next((frame.status for frame in order.before if frame.request), order.status)


def complete(order: Order, event: Event, now: int) -> Order:
    """Fill in what the contract makes mandatory: both dates at commitment (4.4), a new slot with REAPPOINTED (6)."""
    if event.send == "COMMITTED" or (event.action == "create" and event.outcome == "commit"):
        committed = order.document.get("committedDate") or _committed(order.document, now)
        dates = {"committedDate": committed, "targetDate": order.document.get("targetDate") or committed}
        return replace(order, document={**order.document, **dates})
    if event.send == "REAPPOINTED" and not {"appointmentTimeslot", "appointmentSupplierReference"} & order.document.keys():
        day = instants.format_instant(now + 7 * instants.DAY)[:10]
        slot = {"timeslotStartDateTime": f"{day}T08:00:00.000Z", "timeslotEndDateTime": f"{day}T13:00:00.000Z"}
        return replace(order, document={**order.document, "appointmentTimeslot": slot, "targetDate": slot["timeslotEndDateTime"]})
    return order


def merge(order: Order, request: Request) -> Order:
    """An applied amendment: absent is unchanged, objects are merged, arrays replaced whole, an empty value removes (4.5)."""
    if request.action != "amendment":
        return order
    wanted = {key: value for key, value in request.document.items() if key not in _NOT_MERGED}
    if "serviceCharacteristics" in wanted and isinstance(order.document.get("serviceOrderItem"), dict):
        wanted["serviceOrderItem"] = {"serviceCharacteristics": wanted.pop("serviceCharacteristics")}
    return replace(order, document=_merged(order.document, wanted))


_NOT_MERGED = ("id", "orderId", "orderType", "tenant", "status", "supplierOrderReference")


def _merged(document: Document, change: Document) -> Document:
    merged = dict(document)
    for key, value in change.items():
        if value in (None, "", [], {}):
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged[key] if isinstance(merged.get(key), dict) else {}, value)
        else:
            merged[key] = value
    return merged


def _check(order: Order, event: Event) -> None:
    reason = REASONS.get(event.send)
    if reason is None:
        raise Illegal(f"{event.send} is no reason code of this contract")
    if event.send in _ONLY_ANSWERS and not event.outcome:
        raise Illegal(f"{event.send} answers an open {reason.settles[0] if reason.settles else 'request'}, and none is open")
    status = base(order)
    if status not in reason.sources:
        raise Illegal(f"{event.send} is not possible in {status}: only in {', '.join(reason.sources)}")
    if status == RECEIVED and not reason.brings and not event.status:
        raise Illegal(f"{event.send} is not possible before the acknowledgement: the order has no status yet that it could show")
    if event.status and event.status not in reason.choices and event.status != reason.brings:
        raise Illegal(f"{event.send} never brings {event.status}")


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
    index = next((index for index, frame in enumerate(order.before) if frame.request == request), None)
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


def _committed(document: Document, now: int) -> str:
    """The requested date where it lies ahead, else ten days from now, at 09:00 UTC (ASSUMPTION: the contract leaves it to the supplier)."""
    wanted = document.get("requestedCompletionDate")
    if isinstance(wanted, str) and len(wanted) == 10 and wanted > instants.format_instant(now)[:10]:
        return f"{wanted}T09:00:00.000Z"
    return f"{instants.format_instant(now + 10 * instants.DAY)[:10]}T09:00:00.000Z"
