"""The life of a Fibre Cafe order, by the tables of `transitions` (docs/contract/fibre-cafe.md 5.1
to 5.3, 6).

The stack `Order.before` holds frames. The frame of an open request keeps the status that its
refusal goes back to. A frame without a request stands under PENDING: it keeps the status that the
order has again when what was missing has come. A step of the order's own timeline moves the order
below its open requests, so that each of them goes back to the newest status.
"""

from __future__ import annotations

from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Illegal
from simulator.dialects.fibre_cafe.requests import OURS
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
    Frame,
    Order,
    PendingVerb,
)


def default_reply(action: str) -> str:
    """A create is accepted, and acknowledged by a KCI (docs/scenarios.md, `reply`). Later requests
    are done at once.
    """
    return "accept" if action == "create" else "acknowledge"


def default_pending(action: str) -> PendingVerb:
    """A cancellation withdraws the KCIs that wait, an amendment leaves them."""
    return "withdraw" if action == "cancellation" else "keep"


def ends(status: str) -> bool:
    """Whether a status is final."""
    return status in ENDED


def settles(code: str, action: str) -> Settlement:
    """How a reason code answers an open request, if it does."""
    reason = REASONS.get(code)
    return reason.settles[1] if reason and reason.settles and reason.settles[0] == action else ""


def request_number(order: Order, action: str, count: int) -> str:
    """The supplier's half of the pair: `SIM-...-A1`, `SIM-...-C1` (contract 4.1)."""
    return f"{order.number or _number(order)}-{action[0].upper()}{count}"


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
    return _numbered(_brought(order, status)) if status else order


def base(order: Order) -> str:
    """The status below every open request: that of the order's own timeline."""
    return next((frame.status for frame in order.before if frame.request), order.status)


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
        said = "the gateway does not know of this order yet"
        raise Illegal(f"{event.send} is not possible before CREATED: {said}")
    if event.send in ONLY_ANSWERS and not event.outcome:
        asked = reason.settles[0] if reason.settles else "request"
        raise Illegal(f"{event.send} answers an open {asked}, and none is open")
    status = base(order)
    if status not in reason.sources:
        raise Illegal(
            f"{event.send} is not possible in {status}: only in {', '.join(reason.sources)}"
        )
    if status == RECEIVED and not reason.brings and not event.status:
        said = "the order has no status yet that it could show"
        raise Illegal(f"{event.send} is not possible before the acknowledgement: {said}")
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
        return closed if event.status == base(closed) else _brought(closed, event.status)
    if closed.status == PENDING and closed.before and not closed.before[-1].request:
        return replace(closed, status=closed.before[-1].status, before=closed.before[:-1])
    return closed


def _closed(order: Order, request: str) -> Order:
    """The order without an open request's frame. The frame above it then keeps the status that this
    one kept.
    """
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


def _brought(order: Order, status: str) -> Order:
    """A step brings a status: it moves the order below its open requests."""
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
