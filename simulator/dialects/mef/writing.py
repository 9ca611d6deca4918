"""From the engine's answers to the contract's documents: orders, lists, statuses, errors,
notifications (docs/contract/mef.md 2, 3.5, 3.6, 5.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.base import instants
from simulator.base.errors import REFUSAL_KINDS, Illegal, RefusalKind, Refused
from simulator.dialects.mef import content
from simulator.dialects.mef.life import PENDING
from simulator.dialects.mef.settings import Settings
from simulator.engine.plan import Plan
from simulator.model import Document, Kci, Order, Outgoing, Request, Submission

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
_LATEST_VERSION = 99
_CORRECTION_WITHIN = 45 * instants.DAY  # contract U16
_TEXTS = {
    "REJECTION": ("PRD16", "The order failed our feasibility check", "ERROR"),
    "JEOPARDY": ("JEP001", "The expected completion date is at risk", "ERROR"),
    "ERROR_OR_INFORMATION": ("", "For your information", "INFORMATION"),
}
_REFUSALS = {
    "amendment": "The change cannot be made",
    "cancellation": "The order cannot be cancelled any more",
}


def write(submission: Submission, plan: Plan, settings: Settings) -> Outgoing:
    """201 with the order on create and acts, 200 on changes; a rejection is a 422, of an act a 409
    (contract 3.5).
    """
    acts = submission.action in ("cancellation", "hold", "release")
    if plan.answer.word == "reject" or plan.order is None:
        return _rejected(submission, plan, settings, acts=acts)
    body = order_body(plan.order, submission.base_url, settings)
    if submission.action == "create":
        return Outgoing(code=201, body=body, headers={"Location": body["link"]["href"]})
    return Outgoing(code=settings.action_status if acts else 200, body=body)


def _rejected(submission: Submission, plan: Plan, settings: Settings, *, acts: bool) -> Outgoing:
    messages = plan.answer.messages or [f"The Seller rejects this {submission.operation}"]
    if (
        submission.action == "cancellation"
        and settings.cancel_denied == 201
        and plan.order is not None
    ):
        body = order_body(plan.order, submission.base_url, settings)
        return Outgoing(code=201, body={**body, "cancellationDeniedReason": "; ".join(messages)})
    kind: RefusalKind = "conflict" if acts else "invalid"
    if plan.answer.status:
        kind = _kind_of(plan.answer.status, settings)
    return refuse(Refused(kind, messages), settings)


def refuse(refused: Refused, settings: Settings) -> Outgoing:
    """`{code, reason, message, status}`, with `orderMessages` where the content is at fault
    (contract 3.6).
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
    """The kind of refusal that a scenario means by an HTTP status."""
    kinds = (kind for kind in REFUSAL_KINDS if _error(kind, settings)[0] == status)
    return next(kinds, "fault")


def _order_message(message: str) -> Document:
    where = found.group(1) if (found := _WHERE.match(message)) else ""
    item = _ITEM.match(where)
    told: Document = {
        "objectType": "orderError",
        "messageInformation": message[:150],
        "severity": "ERROR",
        "correctionRequired": True,
    }
    told |= {"field": where[:100]} if where else {}
    return told | ({"orderItemReference": item.group(1)[:4]} if item else {})


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


def _common(order: Order) -> Document:
    """What a status answer and a notification say of an order."""
    document = order.document
    told: Document = {"orderId": order.number}
    told |= {
        key: document[key]
        for key in ("buyerId", "sellerId", "buyerPurchaseOrderNumber", "buyerOrderVersion")
        if key in document
    }
    dates = ("projectId", "requestedCompletionDate", "expectedCompletionDate", "completionDate")
    return {
        **told,
        "orderStatus": order.status,
        **{key: document[key] for key in dates if key in document},
    }


def status_body(order: Order) -> Document:
    """orderStatusResponse (contract 2.17), with the items' statuses where they have any."""
    statuses = [
        {"orderItemReference": content.reference(item), "orderItemStatus": item["orderItemStatus"]}
        for item in content.items(order.document)
        if "orderItemStatus" in item
    ]
    return {
        "objectType": "orderStatusResponse",
        **_common(order),
        **({"orderItemStatuses": statuses} if statuses else {}),
    }


# ---- notifications


def why_not_sent(order: Order, code: str) -> str:
    """Why a Buyer does not want this notification, by its `desiredResponses` (contract 5.1, U25)."""
    wish = order.document.get("desiredResponses")
    if wish == "NONE" or (wish == "CONFIRMATION_ONLY" and code == "CONFIGURATION"):
        return f"desiredResponses is {wish}"
    return ""


def notification(order: Order, kci: Kci, request: Request | None) -> Document:
    """orderNotification (contract 2.17, 5.1): its mandatory members are always there, unless `with`
    sets one to null (`illegal: true`).

    Illegal past the 99th: `notificationVersion` has two digits.
    """
    version = kci.sequence or 1
    if version > _LATEST_VERSION:
        raise Illegal(
            f"notificationVersion has two digits: an order has at most {_LATEST_VERSION} notifications"
        )
    told: Document = {"objectType": "orderNotification", **_common(order)}
    told |= {"notificationType": kci.send, "notificationVersion": f"{version:02d}"}
    issued = kci.issued_at or 0
    if kci.send in ("CONFIGURATION", "CONFIRMATION", "COMPLETION"):
        told |= _ids(order)
    if kci.send == "CANCELLATION":
        told |= {
            "orderCancellationDate": instants.format_instant(issued),
            "orderCancellationReason": _cancellation_reason(request),
        }
    expected = kci.fields.get(
        "correctionOrderExpected", kci.send == "ERROR_OR_INFORMATION" and order.status == PENDING
    )
    if expected:
        told |= {
            "correctionOrderExpected": True,
            "correctionOrderDueDate": instants.format_instant(issued + _CORRECTION_WITHIN),
        }
    members = dict(kci.fields)
    if kci.send in _TEXTS or "orderMessages" in members:
        plain = _message(kci.send, request, expected=bool(expected))
        given = members.get("orderMessages", [{}])
        members["orderMessages"] = (
            [{**plain, **each} if isinstance(each, dict) else each for each in given]
            if given
            else given
        )
    return {key: value for key, value in {**told, **members}.items() if value is not None}


def _message(code: str, request: Request | None, *, expected: bool) -> Document:
    word, text, severity = _TEXTS.get(code, _TEXTS["ERROR_OR_INFORMATION"])
    if code == "ERROR_OR_INFORMATION" and expected:
        word, text, severity = (
            "PRD045",
            "More information is needed: please send a new version of the order",
            "ERROR",
        )
    elif code == "ERROR_OR_INFORMATION" and request is not None and request.action in _REFUSALS:
        word, text, severity = "", _REFUSALS[request.action], "ERROR"
    message: Document = {
        "objectType": "orderError",
        "messageInformation": text,
        "severity": severity,
        "correctionRequired": expected,
    }
    return {**message, **({"code": word} if word else {})}


def _cancellation_reason(request: Request | None) -> str:
    if request is None or request.action != "cancellation":
        return "Cancelled by the Seller"
    given = request.document.get("cancellationReason", request.document.get("notes"))
    return str(given)[:300] if given else "Cancelled by the Buyer"


def _ids(order: Order) -> Document:
    """The billing account and the Seller's ids, item by item."""
    billing = order.document.get("billingInfo")
    account = billing.get("existingBillingAccountNumber") if isinstance(billing, dict) else None
    told: Document = {
        "billingAccountNumber": _name(account, 13) or f"BA{order.number.rpartition('-')[2]}"[:13]
    }
    ovcs, unis, ennis, svlans = [], [], [], []
    for item in content.items(order.document):
        detail, reference = content.detail(item), content.reference(item)
        enni = detail.get("enniReference")
        enni = enni if isinstance(enni, dict) else {}
        ovcs += _assignment(detail.get("sellerOvcId"), detail.get("buyerOvcId"), reference)
        unis += _assignment(detail.get("sellerUniId"), detail.get("buyerUniId"), reference)
        ennis += _assignment(enni.get("sellerEnniId"), enni.get("buyerEnniId"), reference)
        svlan = detail.get("enniSvlanId")
        if (
            _name(enni.get("sellerEnniId"))
            and isinstance(svlan, int)
            and not isinstance(svlan, bool)
            and svlan >= 0
        ):
            svlans.append(
                {
                    "objectType": "svlanIdAssignment",
                    "sellerEnniId": enni["sellerEnniId"],
                    "svlanId": svlan,
                }
            )
    lists = {
        "sellerOvcId": ovcs[0] if ovcs else None,
        "sellerUniIds": unis,
        "sellerEnniIds": ennis,
        "enniSvlanIds": svlans,
    }
    return told | {key: listed for key, listed in lists.items() if listed}


def _assignment(seller: Any, buyer: Any, reference: str) -> list[Document]:
    """What one thing is called by both sides; nothing where the Seller has no name for it."""
    if not _name(seller):
        return []
    theirs = {"buyerAssignedId": buyer} if _name(buyer) else {}
    return [
        {
            "objectType": "idAssignment",
            "sellerAssignedId": seller,
            **theirs,
            "orderItemReference": reference,
        }
    ]


def _name(value: Any, most: int = 45) -> str:
    """A Buyer's value where it can stand in a notification: details are carried as they come,
    whatever they hold.
    """
    return value if isinstance(value, str) and 0 < len(value) <= most else ""


# ---- for people


def describe(document: Mapping[str, Any]) -> str:
    """A notification, an error, a list, an order or a request in one line."""
    if "notificationVersion" in document:
        return _describe_notice(document)
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


def _describe_notice(told: Mapping[str, Any]) -> str:
    text = f"{int(told['notificationVersion'])} {told.get('notificationType')} -> {told.get('orderStatus')}"
    dates = {
        "CONFIRMATION": "expectedCompletionDate",
        "COMPLETION": "completionDate",
        "CANCELLATION": "orderCancellationReason",
    }
    member = dates.get(str(told.get("notificationType")), "")
    notes = [f"{member} {told[member]}"] if member in told else []
    if told.get("correctionOrderExpected"):
        notes.append(f"a correction is expected by {told.get('correctionOrderDueDate')}")
    notes += [
        str(message.get("messageInformation"))
        for message in told.get("orderMessages", [])
        if isinstance(message, dict)
    ]
    return f"{text} ({', '.join(notes)})" if notes else text
