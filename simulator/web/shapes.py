"""What the admin API shows of each thing (instants as ISO 8601 UTC in supplier time, unless a name ends in `_wall`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import instants, matching
from simulator.clock import Clock
from simulator.dialects import Dialect
from simulator.model import Exchange, Kci, Order, Scenario
from simulator.story import Line, parsed
from simulator.supplier import OrderView
from simulator.supplier.timekeeping import Advanced

COUNTED = ("waiting", "delivered", "dead", "withdrawn", "skipped")
STATES = (*COUNTED, "attempted", "paused", "silenced")


def order_shape(view: OrderView) -> dict[str, Any]:
    """An order, its open requests and how its KCIs stand."""
    order, counts = view.order, view.counts or {}
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
    states["waiting"] += counts.get("attempted", 0) + counts.get("paused", 0)
    return {
        "id": order.id, "supplier": order.supplier, "tenant": order.tenant, "ref": order.ref, "number": order.number or None,
        "status": order.status, "action": order.operation, "scenario": order.scenario, "marks": list(order.marks),
        "conversation_id": order.conversation_id, "received_at": instants.format_instant(order.received_at),
        "updated_at": instants.format_instant(order.updated_at), "document": order.document, "open_requests": opened, "kcis": states,
    }  # fmt: skip


def kci_shape(kci: Kci) -> dict[str, Any]:
    """A KCI; `body` is there from its first attempt."""
    last = dict(kci.last) if kci.last else None
    if last:
        last["at_wall"] = instants.format_instant(last["at_wall"])
    return {
        "id": kci.id, "order": kci.order, "position": kci.position, "send": kci.send, "state": kci.state,
        "due_at": instants.format_instant(kci.due_at), "sequence": kci.sequence, "attempts": kci.attempts, "last": last,
        "body": parsed(kci.body),
    }  # fmt: skip


def exchange_shape(exchange: Exchange) -> dict[str, Any]:
    """A line of the journal."""
    request, response = dict(exchange.request), dict(exchange.response)
    for side in (request, response):
        if "body" in side:
            side["body"] = parsed(side["body"])
    return {
        "id": exchange.id, "at": instants.format_instant(exchange.at), "direction": exchange.direction, "order": exchange.order or None,
        "kci": exchange.kci or None, "method": exchange.method, "path": exchange.path, "request": request, "response": response,
        "scenario": exchange.scenario or None, "reasons": list(exchange.reasons), "findings": list(exchange.findings), "fault": None,
        "took_ms": exchange.took / instants.MILLISECOND,
    }  # fmt: skip


def story_shape(order: Order, lines: list[Line]) -> dict[str, Any]:
    """An order's story."""
    events = [{"at": instants.format_instant(line.at), "kind": line.kind, "text": line.text} for line in lines]
    return {"order": order.id, "events": events}


def clock_shape(clock: Clock, now: int) -> dict[str, Any]:
    """A clock and what it shows."""
    return {"mode": clock.mode, "rate": clock.rate, "now": instants.format_instant(now)}


def advanced_shape(advanced: Advanced) -> dict[str, Any]:
    """What an advance did."""
    shape: dict[str, Any] = {
        "now": instants.format_instant(advanced.now),
        "moved": instants.format_duration(advanced.moved),
        "kcis": [kci_shape(kci) for kci in advanced.kcis],
    }
    return shape | ({"unsettled": [kci_shape(kci) for kci in advanced.unsettled]} if advanced.unsettled else {})


def scenario_shape(scenario: Scenario, dialect: Dialect, operation: str) -> dict[str, Any]:
    """A scenario with a sample request that plays it."""
    sample = dialect.sample(operation, None, 1)
    params: Mapping[str, Any] = {
        name: {"type": param.kind, "default": param.default, "choices": list(param.choices), "header": param.header or None}
        for name, param in scenario.params.items()
    }
    return {
        "name": scenario.name, "dialect": scenario.dialect, "about": scenario.about, "params": params,
        "when": [matching.describe(condition) for condition in scenario.when], "source": scenario.source, "digest": scenario.digest,
        "sample": {"method": sample.method, "path": sample.path, "headers": dict(sample.headers), "body": parsed(sample.body.decode())},
        "errors": [],
    }  # fmt: skip
