"""From the engine's answers to the contract's documents: 201, 202, errors, and KCIs
(docs/contract/fibre-cafe.md 3, 4.4, 4.14, 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants, seed
from simulator.base.copies import replace
from simulator.base.errors import RefusalKind, Refused
from simulator.dialects.fibre_cafe.reading import entity_in
from simulator.dialects.fibre_cafe.schemas import PROBLEM_CODES
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.dialects.fibre_cafe.transitions import REASONS, UNASKED
from simulator.engine.plan import Opened, Plan, Rejected
from simulator.model import Document, Kci, Order, Outgoing, Request, Submission

_KINDS: dict[int, RefusalKind] = {
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
_SHOWN = {
    "CREATED": ("reason", "serviceId", "requestedCeaseDate"),
    "COMMITTED": ("committedDate", "targetDate"),
    "UPDATE": ("targetDate", "requestedCeaseDate"),
    "DELAY": ("targetDate",),
    "REAPPOINTED": ("targetDate",),
    **dict.fromkeys(("AMENDED", "AMENDMENT_REJECTED"), ("serviceOrderAmendmentId",)),
    **dict.fromkeys(("CANCELLED", "CANCELLATION_REJECTED"), ("serviceOrderCancellationId",)),
}
"""The members of the order that `describe` shows with each code."""


def write(submission: Submission, plan: Plan, settings: Settings) -> Outgoing:
    """201 with the order or the request, 202 (by default without a body, contract 10.2), or 422
    with the reasons.
    """
    if isinstance(plan, Rejected):
        kind = _KINDS.get(plan.answer.status or 422, "fault")
        said = plan.answer.messages or [f"The supplier rejects this {submission.operation}"]
        return refuse(Refused(kind, said), settings)
    if plan.answer.leaves_open:
        bodies = {"none": None, "empty": {}, "request": submission.document}
        return Outgoing(code=202, body=bodies[settings.accepted_body])
    if isinstance(plan, Opened):
        return Outgoing(code=201, body=order_body(plan.order))
    body = {"supplierReference": "", **submission.document}
    return Outgoing(code=201, body=body | {"supplierReference": plan.request.number})


def refuse(refused: Refused, settings: Settings) -> Outgoing:
    """The contract's error body `{uuid, code, messages}`; 503 has none (contract 3)."""
    status, error = _error(refused.kind, settings)
    if not error:
        return Outgoing(code=status)
    headers = {"Allow": ", ".join(refused.allow)} if refused.allow else {}
    body = {
        "uuid": seed.unique(),
        "code": settings.error_codes[error],
        "messages": list(refused.messages),
    }
    return Outgoing(code=status, body=body, headers=headers)


def _error(kind: RefusalKind, settings: Settings) -> tuple[int, str]:
    """The HTTP status of each kind of refusal, and the kind of error whose `code` the settings name
    (contract 3); empty where the answer has no body. mypy checks that no kind is left out.
    """
    match kind:
        case "malformed" | "bad_query" | "unsupported_media":
            return settings.malformed, "malformed"
        case "too_large":
            return 413, "malformed"
        case "wrong_method":
            return 405, "malformed"
        case "invalid" | "conflict":
            return 422, "invalid"
        case "unauthorised":
            return 401, "unauthorised"
        case "not_found":
            return settings.unknown_order, "not_found"
        case "unknown_path":
            return 404, "not_found"
        case "not_implemented":
            return 501, "not_implemented"
        case "fault":
            return 500, "fault"
        case "unavailable":
            return 503, ""


def order_body(order: Order) -> Document:
    """The newest order: the gateway's document, amended and completed. Our reference and the status
    stand in front.
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
    """A KCI. Its mandatory members are always there, unless an `illegal` step sets one to null. It
    may give any other member too, and the order itself.
    """
    reason = REASONS.get(kci.send)
    answered = (
        request
        if request and reason and reason.settles and reason.settles[0] == request.action
        else None
    )
    needed = _needed(kci.send, answered)
    given = {
        key: value
        for key, value in kci.step.fields.items()
        if value is not None or kci.step.illegal
    }
    members = {key: value for key, value in {**needed, **given}.items() if value is not None}
    if (
        members.get("problemCode") == "OTHER"
        and not {"text", "supplierCodes", "supplierCode"} & members.keys()
    ):
        members["text"] = "Other: no listed problem code fits"
    entity = settings.entities[order.operation]
    if entity not in given:
        members[entity] = _entity(order, kci.send, answered, settings)
    return {
        "id": kci.id,
        "sequenceNumber": kci.sequence,
        "issuedOn": instants.format_instant(kci.issued_at or 0),
        "reasonCode": "UPDATE"
        if kci.send == "TERMINATED" and not settings.terminated
        else kci.send,
        **members,
    }


def _entity(order: Order, code: str, answered: Request | None, settings: Settings) -> Document:
    """The newest order, with the identifiers of the request that is answered. The settings say
    which half of a pair is sent (contract 4.1, 10.61).
    """
    entity = order_body(order)
    if order.operation == UNASKED and order.ref:
        # the gateway gave this id, and its first request brought it
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
    shown = [f"{key} {kci[key]}" for key in ("problemCode", "text") if key in kci]
    shown += [f"{key} {entity[key]}" for key in _SHOWN.get(kci["reasonCode"], ()) if key in entity]
    return f"{text} ({', '.join(shown)})" if shown else text


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
    """The problem code where the scenario names none: the reason of a cancellation, else the
    default of the published stubs (contract 8.16, 10.62).
    """
    if code == "INFORMATION_REQUIRED":
        return "INFORMATION_REQUIRED"
    if code.endswith("_REJECTED"):
        return "INVALID_REQUEST"
    asked = answered.document.get("reasonCode") if answered else None
    return asked if code == "CANCELLED" and asked in PROBLEM_CODES else DEFAULT_PROBLEM


_UNKNOWN_ID = 999_999_999


def unknown(order: Order) -> Order:
    """The same order under an id and a reference that the gateway does not have."""
    document = {**order.document, "id": _UNKNOWN_ID} if "id" in order.document else order.document
    ref = str(_UNKNOWN_ID) if order.ref else ""
    return replace(order, ref=ref, number=f"{order.number}-UNKNOWN", document=document)


def of_another_tenant(order: Order) -> Order:
    """The same order of a tenant that the gateway does not have."""
    return replace(order, document={**order.document, "tenant": "UNKNOWN_TENANT"})


def reissued(document: Document, kci_id: str) -> Document:
    """The same KCI under another id."""
    return {**document, "id": kci_id}
