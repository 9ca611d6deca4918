"""The examples in the OpenAPI document: what our own code writes of our own samples."""

from __future__ import annotations

import json
from typing import Any

from simulator.dialects.fibre_cafe import samples, transitions, writing
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.model import Kci, Order, Request, Step

_MOMENT = 1_772_442_000_000_000  # 2026-03-02T09:00:00Z

SHOWN = (
    ("provide", "ACKNOWLEDGED"),
    ("provide", "COMMITTED"),
    ("provide", "DELAY"),
    ("provide", "COMPLETED"),
    ("modify", "ACKNOWLEDGED"),
    ("cease", "ACKNOWLEDGED"),
    ("ethernet", "ACKNOWLEDGED"),
    (transitions.UNASKED, "CREATED"),
    ("provide", "AMENDED"),
)
"""The KCIs that are shown: the operation of their order, and their reason code."""


def uuid(number: int) -> str:
    """An id that is the same in each document."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _order(operation: str, status: str) -> Order:
    if operation == transitions.UNASKED:
        tenant, given = samples.sample_beginning()
        document: dict[str, Any] = {"tenant": tenant, **given}
    else:
        document = json.loads(samples.sample(operation, None, 4101).body)
    dates = {"committedDate": "2026-03-12T09:00:00.000Z", "targetDate": "2026-03-12T09:00:00.000Z"}
    return Order(
        id=uuid(1),
        supplier="default",
        tenant=samples.TENANT,
        ref="" if operation == transitions.UNASKED else "4101",
        operation=operation,
        document=document if status == "ACKNOWLEDGED" else {**document, **dates},
        scenario="",
        digest="",
        seed_key="",
        number="SIM-0000000041",
        status=status,
    )


def request(name: str) -> Any:
    """The body of a request: an operation of orders, `amendment` or `cancellation`."""
    order = _order("provide", "IN_PROGRESS") if name in transitions.REQUESTS else None
    return json.loads(samples.sample(name, order, 77 if order else 4101).body)


def answer(name: str) -> Any:
    """The body that answers the request of that name."""
    if name in transitions.REQUESTS:
        return {"supplierReference": f"SIM-0000000041-{name[0].upper()}1", **request(name)}
    return writing.order_body(_order(name, "ACKNOWLEDGED"))


def kci(operation: str, code: str, settings: Settings) -> Any:
    """The body of a KCI with a reason code, for an order of that operation."""
    reason = transitions.REASONS[code]
    settled = None
    if reason.settles:
        action = reason.settles[0]
        settled = Request(
            id=uuid(2),
            order=uuid(1),
            action=action,
            operation=action,
            ref="77",
            tenant=samples.TENANT,
            document=request(action),
            number=f"SIM-0000000041-{action[0].upper()}1",
        )
    sent = Kci(
        id=uuid(3),
        order=uuid(1),
        request="",
        position=1,
        due_at=0,
        step=Step(send=code),
        sequence=1,
        issued_at=_MOMENT,
    )
    order = _order(operation, reason.brings or "IN_PROGRESS")
    return writing.kci_document(order, sent, settled, settings)
