"""From the engine's answers to the contract's documents: 201, 202, errors, and KCIs (reference sections 3, 4.4, 4.14, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import instants, seed
from simulator.dialects.fibre_cafe.life import REASONS
from simulator.dialects.fibre_cafe.schemas import ENTITIES, PROBLEM_CODES
from simulator.errors import Refused
from simulator.model import Document, Kci, Order, Outgoing, Request, Submission
from simulator.rules import Plan

_ERRORS = {
    "malformed": (400, "MALFORMED_REQUEST"),
    "too_large": (413, "MALFORMED_REQUEST"),
    "invalid": (422, "INVALID_REQUEST"),
    "unauthorised": (401, "NOT_AUTHORISED"),
    "not_found": (404, "NOT_FOUND"),
    "unknown_path": (404, "NOT_FOUND"),
    "wrong_method": (405, "MALFORMED_REQUEST"),
    "not_implemented": (501, "NOT_IMPLEMENTED"),
    "fault": (500, "SUPPLIER_FAULT"),
}
_KINDS = {400: "malformed", 401: "unauthorised", 404: "not_found", 422: "invalid", 501: "not_implemented", 503: "unavailable"}
_TEXTS = {
    "INFORMATION_REQUIRED": "More information is needed: please amend the order",
    "AMENDMENT_REJECTED": "The amendment cannot be made",
    "CANCELLATION_REJECTED": "The order cannot be cancelled any more",
    "ORDER_REJECTED": "The order failed validation",
}
DEFAULT_PROBLEM = "UNKNOWN_FAULT"


def write(submission: Submission, plan: Plan) -> Outgoing:
    """201 with the order or the request, 202 without a body (ASSUMPTION, reference 10.2), or 422 with the reasons."""
    word = plan.answer.word
    if word == "reject":
        kind = _KINDS.get(plan.answer.status or 422, "fault")
        return refuse(Refused(kind, plan.answer.messages or [f"The supplier rejects this {submission.operation}"]))
    if word == "accept" or plan.order is None or plan.request is None:
        return Outgoing(code=202)
    if submission.action == "create":
        return Outgoing(code=201, body=order_body(plan.order))
    return Outgoing(code=201, body={"supplierReference": plan.request.number, **submission.document})


def refuse(refused: Refused) -> Outgoing:
    """The contract's error body `{uuid, code, messages}`; 503 has none (reference section 3)."""
    if refused.kind == "unavailable":
        return Outgoing(code=503)
    code, word = _ERRORS[refused.kind]
    headers = {"Allow": ", ".join(refused.allow)} if refused.allow else {}
    return Outgoing(code=code, body={"uuid": seed.unique(), "code": word, "messages": list(refused.messages)}, headers=headers)


def order_body(order: Order) -> Document:
    """The newest order: what came, amended and completed, with our reference and its status in front."""
    document = order.document
    head: Document = {key: document[key] for key in ("id", "orderType", "tenant") if key in document}
    ours: Document = {"supplierOrderReference": order.number} if order.number else {}
    ours["status"] = order.status
    rest = {key: value for key, value in document.items() if key not in head and key not in ("supplierOrderReference", "status")}
    return {**head, **ours, **rest}


def notice(order: Order, kci: Kci, request: Request | None) -> Document:
    """A KCI: its mandatory members are always there, unless `with` sets one to null (`illegal: true`)."""
    entity = order_body(order)
    reason = REASONS.get(kci.send)
    answered = request if request and reason and reason.settles and reason.settles[0] == request.action else None
    if answered:
        name = f"serviceOrder{answered.action.capitalize()}"
        entity |= {f"{name}Id": answered.document["id"], f"{name}Reference": answered.number}
    needed = _needed(kci.send, answered)
    members = {key: value for key, value in {**needed, **kci.fields}.items() if value is not None}
    if members.get("problemCode") == "OTHER" and not {"text", "supplierCodes", "supplierCode"} & members.keys():
        members["text"] = "Other: no listed problem code fits"
    return {
        "id": kci.id,
        "sequenceNumber": kci.sequence,
        "issuedOn": instants.format_instant(kci.issued_at or 0),
        "reasonCode": kci.send,
        **members,
        ENTITIES[order.operation]: entity,
    }


def describe(document: Mapping[str, Any]) -> str:
    """A KCI, a refusal, an order or a request in one line."""
    if "reasonCode" in document and "sequenceNumber" in document:
        return _describe_kci(document)
    if "messages" in document:
        return f"{document.get('code')}: {'; '.join(map(str, document['messages']))}"
    ours = [str(document[key]) for key in ("supplierOrderReference", "supplierReference", "status") if key in document]
    return " ".join(ours) if ours else f"id {document['id']}" if "id" in document else ""


def _describe_kci(kci: Mapping[str, Any]) -> str:
    entity: Mapping[str, Any] = next((kci[key] for key in ENTITIES.values() if isinstance(kci.get(key), dict)), {})
    text = f"{kci['sequenceNumber']} {kci['reasonCode']} -> {entity.get('status', 'no status')}"
    told = [f"{key} {kci[key]}" for key in ("problemCode", "text") if key in kci]
    told += [f"{key} {entity[key]}" for key in ("committedDate", "targetDate") if key in entity and kci["reasonCode"] == "COMMITTED"]
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
    """The problem code where the scenario names none: the caller's own reason for a cancellation, else the stubs' default (8.16)."""
    if code == "INFORMATION_REQUIRED":
        return "INFORMATION_REQUIRED"
    if code.endswith("_REJECTED"):
        return "INVALID_REQUEST"
    asked = answered.document.get("reasonCode") if answered else None
    return asked if code == "CANCELLED" and asked in PROBLEM_CODES else DEFAULT_PROBLEM
