"""From the engine's answers to the contract's documents: orders, lists, statuses, errors,
notifications (docs/contract/mef.md 2, 3.5, 3.6, 5.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.base.errors import REFUSAL_KINDS, RefusalKind, Refused
from simulator.dialects.mef import content, notifications
from simulator.dialects.mef.settings import Settings
from simulator.engine.plan import Opened, Plan, Rejected
from simulator.model import Document, Order, Outgoing, Submission

_ACTS = ("cancellation", "hold", "release")
_REASONS: dict[RefusalKind, tuple[tuple[str, str], ...]] = {
    "bad_query": (
        (r"is required", "missingQueryParameter"),
        (r"has no value", "missingQueryValue"),
    ),
    "invalid": (
        (r"there is no item", "referenceNotFound"),
        (r"unknown member|is the Seller's", "unexpectedProperty"),
        (r"is no date", "invalidFormat"),
        (r"^(?![A-Za-z]\w*[:.\[])", "otherIssue"),  # about no member
    ),
}
_WHERE = re.compile(r"([A-Za-z]\w*(?:\.\w+|\[[^\]]*\])*): ")
_ITEM = re.compile(r"orderItems\[orderItemReference=([^\]]+)\]")


def write(submission: Submission, plan: Plan, settings: Settings) -> Outgoing:
    """201 with the order on create and acts, 200 on changes. A rejection is a 422, of an act a 409
    (contract 3.5).
    """
    if isinstance(plan, Rejected):
        return _rejected(submission, plan, settings)
    body = order_body(plan.order, submission.base_url, settings)
    if isinstance(plan, Opened):
        return Outgoing(code=201, body=body, headers={"Location": body["link"]["href"]})
    return Outgoing(code=settings.action_status if submission.action in _ACTS else 200, body=body)


def _rejected(submission: Submission, plan: Rejected, settings: Settings) -> Outgoing:
    messages = plan.answer.messages or [f"The Seller rejects this {submission.operation}"]
    denied_at_once = submission.action == "cancellation" and settings.cancel_denied == 201
    if denied_at_once and plan.order is not None:
        body = order_body(plan.order, submission.base_url, settings)
        return Outgoing(code=201, body={**body, "cancellationDeniedReason": "; ".join(messages)})
    kind: RefusalKind = "conflict" if submission.action in _ACTS else "invalid"
    if plan.answer.status:
        kind = _kind_of(plan.answer.status, settings)
    return refuse(Refused(kind, messages), settings)


def refuse(refused: Refused, settings: Settings) -> Outgoing:
    """`{code, reason, message, status}`, with `orderMessages` where the content is wrong (contract
    3.6).
    """
    code, reason = _error(refused.kind, settings)
    reason = next(
        (
            word
            for pattern, word in _REASONS.get(refused.kind, ())
            if re.search(pattern, refused.messages[0])
        ),
        reason,
    )
    body: Document = {
        "code": code,
        "reason": reason,
        "message": "; ".join(refused.messages),
        "status": code,
    }
    if refused.kind == "invalid":
        body["orderMessages"] = [_order_message(message) for message in refused.messages]
    headers = {"Allow": ", ".join(refused.allow)} if refused.allow else {}
    return Outgoing(code=code, body=body, headers=headers)


def _error(kind: RefusalKind, settings: Settings) -> tuple[int, str]:
    """The HTTP status and the `reason` of each kind of refusal (contract 3.5, 3.6). mypy checks
    that no kind is left out.
    """
    match kind:
        case "malformed":
            return settings.invalid_input, "invalidBody"
        case "bad_query":
            return 400, "invalidQuery"
        case "unauthorised":
            return 401, "invalidCredentials"
        case "not_found" | "unknown_path":
            return 404, "notFound"
        case "wrong_method":
            return 405, "methodNotAllowed"
        case "conflict":
            return 409, "conflict"
        case "too_large":
            return 413, "tooLarge"
        case "unsupported_media":
            return 415, "unsupportedMediaType"
        case "invalid":
            return 422, "invalidValue"
        case "fault":
            return 500, "internalError"
        case "not_implemented":
            return 501, "notImplemented"
        case "unavailable":
            return 503, "unavailable"


def _kind_of(status: int, settings: Settings) -> RefusalKind:
    """The kind of refusal that an HTTP status of a scenario stands for."""
    kinds = (kind for kind in REFUSAL_KINDS if _error(kind, settings)[0] == status)
    return next(kinds, "fault")


def _order_message(message: str) -> Document:
    where = found.group(1) if (found := _WHERE.match(message)) else ""
    item = _ITEM.match(where)
    error: Document = {
        "objectType": "orderError",
        "messageInformation": message[:150],
        "severity": "ERROR",
        "correctionRequired": True,
    }
    error |= {"field": where[:100]} if where else {}
    return error | ({"orderItemReference": item.group(1)[:4]} if item else {})


def order_body(order: Order, base_url: str, settings: Settings) -> Document:
    """The order as the Buyer gave and changed it, with `objectType`, `id`, `link` and `orderStatus`
    (contract 1.2, Q8, Q10, Q27).
    """
    base = "http:/" if settings.seed_links else base_url
    href = f"{base}/orders/{order.number}"
    body: Document = {"objectType": "order", "id": order.number, "link": {"href": href}}
    for key, value in order.document.items():
        if key not in body:
            body[key] = value
        if key == "orderActivity":
            body["orderStatus"] = order.status  # where the published examples have it
    return {**body, "orderStatus": order.status}


def status_body(order: Order) -> Document:
    """orderStatusResponse (contract 2.17), with the items' statuses where they have any."""
    statuses = [
        {"orderItemReference": content.reference(item), "orderItemStatus": item["orderItemStatus"]}
        for item in content.items(order.document)
        if "orderItemStatus" in item
    ]
    return {
        "objectType": "orderStatusResponse",
        **content.common_members(order),
        **({"orderItemStatuses": statuses} if statuses else {}),
    }


def describe(document: Mapping[str, Any]) -> str:
    """A notification, an error, a list, an order or a request in one line."""
    if "notificationVersion" in document:
        return notifications.describe_notification(document)
    if "reason" in document and "status" in document:
        return f"{document['reason']}: {document.get('message', '')}"
    if "available" in document:
        return f"{document.get('returned')} of {document['available']} orders"
    shown = [str(document[key]) for key in ("id", "orderId", "orderStatus") if key in document]
    if not shown and "buyerPurchaseOrderNumber" in document:
        shown = [str(document["buyerPurchaseOrderNumber"])]
    version = document.get("buyerOrderVersion")
    denied = document.get("cancellationDeniedReason")
    return " ".join(
        [
            *shown,
            *([f"version {version}"] if version else []),
            *([f"denied: {denied}"] if denied else []),
        ]
    )
