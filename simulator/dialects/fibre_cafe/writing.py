"""From the engine's answers to the contract's documents: 201, 202, errors, and KCIs
(docs/contract/fibre-cafe.md 3, 4.4, 4.14, 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants, seed
from simulator.base.errors import Refused
from simulator.dialects.fibre_cafe.reading import entity_in
from simulator.dialects.fibre_cafe.schemas import PROBLEM_CODES
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.dialects.fibre_cafe.transitions import REASONS, UNASKED
from simulator.engine.plan import Plan
from simulator.model import Document, Kci, Order, Outgoing, Request, Submission

_ERRORS = {
    "malformed": (400, "malformed"),
    "too_large": (413, "malformed"),
    "invalid": (422, "invalid"),
    "unauthorised": (401, "unauthorised"),
    "not_found": (404, "not_found"),
    "unknown_path": (404, "not_found"),
    "wrong_method": (405, "malformed"),
    "not_implemented": (501, "not_implemented"),
    "fault": (500, "fault"),
}
"""The HTTP status of each kind of refusal, and whose `code` it has in the settings (contract 3)."""

_KINDS = {
    400: "malformed",
    401: "unauthorised",
    404: "not_found",
    422: "invalid",
    501: "not_implemented",
    503: "unavailable",
}
_TEXTS = {
    "INFORMATION_REQUIRED": "More information is needed: please amend the order",
    "AMENDMENT_REJECTED": "The amendment cannot be made",
    "CANCELLATION_REJECTED": "The order cannot be cancelled any more",
    "ORDER_REJECTED": "The order failed validation",
}
DEFAULT_PROBLEM = "UNKNOWN_FAULT"
_INTRODUCES = ("CREATED", "ACKNOWLEDGED", "COMMITTED")
"""The codes that may be the first to tell our reference: it is in them whatever the settings leave
out (contract 6).
"""
_TOLD = {
    "CREATED": ("reason", "serviceId", "requestedCeaseDate"),
    "COMMITTED": ("committedDate", "targetDate"),
    "UPDATE": ("targetDate", "requestedCeaseDate"),
    "DELAY": ("targetDate",),
    "REAPPOINTED": ("targetDate",),
    **dict.fromkeys(("AMENDED", "AMENDMENT_REJECTED"), ("serviceOrderAmendmentId",)),
    **dict.fromkeys(("CANCELLED", "CANCELLATION_REJECTED"), ("serviceOrderCancellationId",)),
}
"""What of the order a person wants to hear with each code."""


def write(submission: Submission, plan: Plan, settings: Settings) -> Outgoing:
    """201 with the order or the request, 202 (by default without a body, contract 10.2), or 422
    with the reasons.
    """
    word = plan.answer.word
    if word == "reject":
        kind = _KINDS.get(plan.answer.status or 422, "fault")
        return refuse(
            Refused(
                kind, plan.answer.messages or [f"The supplier rejects this {submission.operation}"]
            ),
            settings,
        )
    if word == "accept" or plan.order is None or plan.request is None:
        bodies = {"none": None, "empty": {}, "request": submission.document}
        return Outgoing(code=202, body=bodies[settings.accepted_body])
    if submission.action == "create":
        return Outgoing(code=201, body=order_body(plan.order))
    return Outgoing(
        code=201, body={"supplierReference": plan.request.number, **submission.document}
    )


def refuse(refused: Refused, settings: Settings) -> Outgoing:
    """The contract's error body `{uuid, code, messages}`; 503 has none (contract 3)."""
    if refused.kind == "unavailable":
        return Outgoing(code=503)
    code, paired = _ERRORS[refused.kind]
    code = {"malformed": settings.malformed, "not_found": settings.unknown_order}.get(
        refused.kind, code
    )
    headers = {"Allow": ", ".join(refused.allow)} if refused.allow else {}
    body = {
        "uuid": seed.unique(),
        "code": settings.error_codes[paired],
        "messages": list(refused.messages),
    }
    return Outgoing(code=code, body=body, headers=headers)


def order_body(order: Order) -> Document:
    """The newest order: what came, amended and completed, with our reference and its status in
    front.
    """
    document = order.document
    head: Document = {
        key: document[key] for key in ("id", "orderType", "tenant") if key in document
    }
    ours: Document = {"supplierOrderReference": order.number} if order.number else {}
    ours["status"] = order.status
    rest = {
        key: value
        for key, value in document.items()
        if key not in head and key not in ("supplierOrderReference", "status")
    }
    return {**head, **ours, **rest}


def kci_document(order: Order, kci: Kci, request: Request | None, settings: Settings) -> Document:
    """A KCI: its mandatory members are always there, unless an `illegal` step sets one to null."""
    reason = REASONS.get(kci.send)
    answered = (
        request
        if request and reason and reason.settles and reason.settles[0] == request.action
        else None
    )
    needed = _needed(kci.send, answered)
    given = {key: value for key, value in kci.fields.items() if value is not None or kci.illegal}
    members = {key: value for key, value in {**needed, **given}.items() if value is not None}
    if (
        members.get("problemCode") == "OTHER"
        and not {"text", "supplierCodes", "supplierCode"} & members.keys()
    ):
        members["text"] = "Other: no listed problem code fits"
    return {
        "id": kci.id,
        "sequenceNumber": kci.sequence,
        "issuedOn": instants.format_instant(kci.issued_at or 0),
        "reasonCode": "UPDATE"
        if kci.send == "TERMINATED" and not settings.terminated
        else kci.send,
        **members,
        settings.entities[order.operation]: _entity(order, kci.send, answered, settings),
    }


def _entity(order: Order, code: str, answered: Request | None, settings: Settings) -> Document:
    """The newest order, with the identifiers of the request that is answered; pairs as the settings
    want them (contract 4.1, 10.61).
    """
    entity = order_body(order)
    if order.operation == UNASKED and order.ref:
        # the gateway gave it, and told it with its first request
        entity = {"id": int(order.ref), **entity}
    if answered:
        name = f"serviceOrder{answered.action.capitalize()}"
        entity |= {f"{name}Id": answered.document["id"], f"{name}Reference": answered.number}
        entity.pop(
            {"gateway": f"{name}Reference", "supplier": f"{name}Id"}.get(settings.ids, ""), None
        )
    if settings.ids == "gateway" and "id" in entity and code not in _INTRODUCES:
        entity.pop("supplierOrderReference", None)
    if settings.ids == "supplier" and "supplierOrderReference" in entity:
        entity.pop("id", None)
    return entity


def describe(document: Mapping[str, Any], settings: Settings) -> str:
    """A KCI, a refusal, an order or a request in one line."""
    if "reasonCode" in document and "sequenceNumber" in document:
        return _describe_kci(document, settings)
    if "messages" in document:
        return f"{document.get('code')}: {'; '.join(map(str, document['messages']))}"
    ours = [
        str(document[key])
        for key in ("supplierOrderReference", "supplierReference", "status")
        if key in document
    ]
    return " ".join(ours) if ours else f"id {document['id']}" if "id" in document else ""


def _describe_kci(kci: Mapping[str, Any], settings: Settings) -> str:
    entity = entity_in(kci, settings)
    text = f"{kci['sequenceNumber']} {kci['reasonCode']} -> {entity.get('status', 'no status')}"
    told = [f"{key} {kci[key]}" for key in ("problemCode", "text") if key in kci]
    told += [f"{key} {entity[key]}" for key in _TOLD.get(kci["reasonCode"], ()) if key in entity]
    return f"{text} ({', '.join(told)})" if told else text


def _needed(code: str, answered: Request | None) -> dict[str, Any]:
    reason = REASONS.get(code)
    members: dict[str, Any] = {}
    for member in reason.needs if reason else ():
        if member == "text":
            members["text"] = _TEXTS[code]
        else:
            members["problemCode"] = _problem(code, answered)
    return members


def _problem(code: str, answered: Request | None) -> str:
    """The problem code where the scenario names none: the caller's own reason for a cancellation,
    else the stubs' default (contract 8.16, 10.62).
    """
    if code == "INFORMATION_REQUIRED":
        return "INFORMATION_REQUIRED"
    if code.endswith("_REJECTED"):
        return "INVALID_REQUEST"
    asked = answered.document.get("reasonCode") if answered else None
    return asked if code == "CANCELLED" and asked in PROBLEM_CODES else DEFAULT_PROBLEM
