"""What templates and conditions see: the order, the request, the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.base import instants
from simulator.base.seed import Chance
from simulator.model import Order, Request, Submission


def names_for(order: Order, request: Request | None, now: int, chance: Chance) -> dict[str, Any]:
    """What a template sees: order, request (the document that is answered), now, fake, supplier and
    the parameters.
    """
    return {
        **(request.params if request else {}),
        "order": order_names(order),
        "request": request.document if request else {},
        "now": instants.format_instant(now),
        "fake": chance.fake(),
        "supplier": {"name": order.supplier},
    }


def in_round(names: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """What the templates of a step see that is repeated: the number of its round too."""
    return {**names, "round": number} if number else names


def names_without_order(
    submission: Submission, params: Mapping[str, Any], supplier: str, now: int, chance: Chance
) -> dict[str, Any]:
    """What the templates of a lookup see: `order` has no members."""
    return {
        **params,
        "order": {},
        "request": submission.document,
        "now": instants.format_instant(now),
        "fake": chance.at(submission.action).fake(),
        "supplier": {"name": supplier},
    }


def facts_of(
    submission: Submission,
    order: Order | None,
    requests: Sequence[Request],
    params: Mapping[str, Any],
    now: int,
) -> dict[str, Any]:
    """What the conditions of a `when` are tested on."""
    return {
        "body": submission.document,
        "order": order_names(order) if order else {},
        "header": submission.headers,
        "param": params,
        "tenant": order.tenant if order else submission.tenant,
        "operation": submission.operation,
        "marked": order.marks if order else (),
        "open": [request.action for request in requests if request.status == "open"],
        "now": instants.format_instant(now),
    }


def order_names(order: Order) -> dict[str, Any]:
    """The order as templates and conditions see it."""
    return {
        "id": order.id,
        "ref": order.ref,
        "tenant": order.tenant,
        "number": order.number,
        "status": order.status,
        "operation": order.operation,
        "scenario": order.scenario,
        "document": order.document,
        "received_at": instants.format_instant(order.received_at),
        **({"begun_by": order.begun_by} if order.begun_by else {}),
    }
