"""Orders, KCIs and lines of the journal as the admin API shows them, and as a `match` sees them.

Instants are ISO 8601 UTC in supplier time, unless a name ends in `_wall`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants
from simulator.model import (
    Act,
    Exchange,
    FlowState,
    GatewayState,
    JournalLine,
    Kci,
    KciState,
    OrderView,
)
from simulator.views.story import parsed

COUNTED = (
    KciState.WAITING,
    KciState.DELIVERED,
    KciState.DEAD,
    KciState.WITHDRAWN,
    KciState.SKIPPED,
)
STATES = tuple(KciState)


def show_order(view: OrderView) -> dict[str, Any]:
    """An order, its open requests, and how many of its KCIs are in which state."""
    order, counts = view.order, view.counts
    opened = [
        {
            "action": request.action,
            "ref": request.ref,
            "number": request.number,
            "received_at": instants.format_instant(request.received_at),
        }
        for request in view.requests
        if request.status == "open"
    ]
    states = {state: counts.get(state, 0) for state in COUNTED}
    states[KciState.WAITING] += counts.get(KciState.ATTEMPTED, 0) + counts.get(KciState.PAUSED, 0)
    return {
        "id": order.id,
        "supplier": order.supplier,
        "tenant": order.tenant,
        "ref": order.ref,
        "number": order.number or None,
        "status": order.status,
        "action": order.operation,
        "scenario": order.scenario,
        "marks": list(order.marks),
        "conversation_id": order.conversation_id,
        "received_at": instants.format_instant(order.received_at),
        "updated_at": instants.format_instant(order.updated_at),
        "document": order.document,
        "open_requests": opened,
        "kcis": states,
        "begun_by": order.begun_by or None,
        "began": list(view.began),
    }


def show_kci(kci: Kci) -> dict[str, Any]:
    """A KCI; `body` is there from its first attempt, `due_at` as soon as it is known."""
    last = dict(kci.last) if kci.last else None
    if last:
        last["at_wall"] = instants.format_instant(last["at_wall"])
    return {
        "id": kci.id,
        "order": kci.order,
        "position": kci.position,
        "send": kci.send,
        "fault": kci.step.fault or None,
        "state": kci.state,
        "due_at": instants.format_instant(kci.due_at) if kci.is_timed else None,
        "sequence": kci.sequence,
        "attempts": kci.attempts,
        "last": last,
        "waits_for": kci.waits_for or None,
        "body": parsed(kci.body),
    }


def show_line(line: JournalLine) -> dict[str, Any]:
    """A line of the journal. Only an act has `act`; it has no method, path and answer."""
    shared: dict[str, Any] = {
        "id": line.id,
        "at": instants.format_instant(line.at),
        "direction": line.direction,
        "order": line.order or None,
        "kci": line.kci or None,
    }
    own = _act(line) if isinstance(line, Act) else _exchange(line)
    return shared | own | {"at_wall": instants.format_instant(line.at_wall)}


def _act(act: Act) -> dict[str, Any]:
    return {
        "method": None,
        "path": None,
        "request": {},
        "response": {},
        "scenario": act.scenario or None,
        "reasons": [],
        "findings": [],
        "fault": None,
        "took_ms": None,
        "act": {"what": act.what, "by": act.by, "message": act.message},
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, response = dict(exchange.request), dict(exchange.response)
    for side in (request, response):
        if "body" in side:
            side["body"] = parsed(side["body"])
    return {
        "method": exchange.method,
        "path": exchange.path,
        "request": request,
        "response": response,
        "scenario": exchange.scenario or None,
        "reasons": list(exchange.reasons),
        "findings": [finding.as_json() for finding in exchange.findings],
        "fault": response.pop("fault", None),
        "took_ms": exchange.took / instants.MILLISECOND,
        "act": None,
    }


def order_facts(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What a `match` of orders sees: the shape."""
    return {"body": shape, "tenant": shape["tenant"]}


def kci_facts(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What a `match` of KCIs sees: the shape."""
    return {"body": shape}


def line_facts(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What a `match` of lines of the journal sees: the shape, with `header.NAME` and `body` of the
    request, and `status` of the answer.
    """
    headers = {name.lower(): value for name, value in shape["request"].get("headers", {}).items()}
    short = {"body": shape["request"].get("body"), "status": shape["response"].get("code")}
    return {"body": {**shape, **short}, "header": headers}


def show_gateway(
    supplier: str, url: str | None, gateway: GatewayState, last: Exchange | None
) -> dict[str, Any]:
    """How a supplier's gateway is: kept back (down, trying, waits, stopped) and why, or ok,
    failing, unknown by its `last` answer.

    `since` and `until` are real time while it is kept back; under a manual clock `until` is
    supplier time.
    """
    shape: dict[str, Any] = {"supplier": supplier, "url": url, "until": None}
    if gateway.state:
        ends = gateway.until_wall if gateway.until is None else gateway.until
        if ends is None or gateway.state == FlowState.TRYING:
            until = None
        else:
            until = instants.format_instant(ends)
        return shape | {
            "state": gateway.state,
            "since": instants.format_instant(gateway.since_wall),
            "reason": gateway.reason,
            "until": until,
        }
    if last is None:
        return shape | {"state": "unknown", "since": None, "reason": "nothing was sent yet"}
    code = last.response.get("code")
    well = code is not None and 200 <= code < 300
    reason = "" if well else str(last.response.get("error") or f"answered {code}")
    return shape | {
        "state": "ok" if well else "failing",
        "since": instants.format_instant(last.at),
        "reason": reason,
    }
