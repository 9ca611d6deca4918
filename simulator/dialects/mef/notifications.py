"""Notifications, and which of them a Buyer wants (docs/contract/mef.md 2.17, 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Illegal
from simulator.dialects.mef import content
from simulator.dialects.mef.transitions import CANCELLED, COMPLETED, PENDING, SELLER
from simulator.engine.rules import Event
from simulator.model import Document, Kci, Order, Request

_DATES = ("expectedCompletionDate", "completionDate")
_WITH_IDS = ("CONFIGURATION", "CONFIRMATION", "COMPLETION")
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


def why_not_sent(order: Order, code: str) -> str:
    """Why a Buyer does not want this notification, by `desiredResponses` (contract 5.1, U25); empty
    when it is sent.
    """
    wish = order.document.get("desiredResponses")
    if wish == "NONE" or (wish == "CONFIRMATION_ONLY" and code == "CONFIGURATION"):
        return f"desiredResponses is {wish}"
    return ""


def keep_members(order: Order, event: Event) -> Order:
    """What a notification says of its order (`with`) stands in the order too: the Seller's dates,
    and whether the Buyer is to correct it. Illegal when it contradicts the order.

    A step that says `illegal: true` may contradict the order; then the order stays as it is.
    """
    members = {name: value for name, value in event.members.items() if value is not None}
    if "correctionOrderExpected" in members and order.memo.get("heldBy") == SELLER:
        asked = members["correctionOrderExpected"] is True
        order = replace(order, memo={**order.memo, "correction": asked})
    if event.illegal:
        return order
    _check_members(order, event.send, members)
    dates = {name: members[name] for name in _DATES if name in members}
    return replace(order, document={**order.document, **dates}) if dates else order


def _check_members(order: Order, code: str, members: Document) -> None:
    impossible = ["completionDate"] if order.status != COMPLETED else []
    impossible += ["expectedCompletionDate"] if order.status == CANCELLED else []
    for name in impossible:
        if name in members:
            raise Illegal(f"with.{name}: an order that is {order.status} has none")
    own = content.common_members(order)
    if code in _WITH_IDS:
        own |= _ids(order)
    for name, value in members.items():
        if name in own and name not in _DATES and value != own[name]:
            raise Illegal(f"with.{name}: contradicts the order, which says {own[name]}")


def notification(order: Order, kci: Kci, request: Request | None) -> Document:
    """orderNotification (contract 2.17, 5.1). Its mandatory members are always there, unless `with`
    sets one to null (`illegal: true`).

    Illegal past the 99th: `notificationVersion` has two digits.
    """
    version = kci.sequence or 1
    if version > _LATEST_VERSION:
        said = f"an order has at most {_LATEST_VERSION} notifications"
        raise Illegal(f"notificationVersion has two digits: {said}")
    document: Document = {"objectType": "orderNotification", **content.common_members(order)}
    document |= {"notificationType": kci.send, "notificationVersion": f"{version:02d}"}
    issued = kci.issued_at or 0
    if kci.send in _WITH_IDS:
        document |= _ids(order)
    if kci.send == "CANCELLATION":
        document |= {
            "orderCancellationDate": instants.format_instant(issued),
            "orderCancellationReason": _cancellation_reason(request),
        }
    expected = kci.step.fields.get(
        "correctionOrderExpected", kci.send == "ERROR_OR_INFORMATION" and order.status == PENDING
    )
    if expected:
        document |= {
            "correctionOrderExpected": True,
            "correctionOrderDueDate": instants.format_instant(issued + _CORRECTION_WITHIN),
        }
    members = dict(kci.step.fields)
    if kci.send in _TEXTS or "orderMessages" in members:
        plain = _message(kci.send, request, expected=bool(expected))
        given = members.get("orderMessages", [{}])
        members["orderMessages"] = (
            [{**plain, **each} if isinstance(each, dict) else each for each in given]
            if given
            else given
        )
    return {key: value for key, value in {**document, **members}.items() if value is not None}


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
    """The billing account, and the Seller's ids of the items."""
    billing = order.document.get("billingInfo")
    account = billing.get("existingBillingAccountNumber") if isinstance(billing, dict) else None
    document: Document = {
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
    return document | {key: listed for key, listed in lists.items() if listed}


def _assignment(seller: Any, buyer: Any, reference: str) -> list[Document]:
    """The names that both sides have for one thing; empty where the Seller has none."""
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
    """A text of the Buyer's where it fits into a notification, else an empty one: details are taken
    whatever they hold.
    """
    return value if isinstance(value, str) and 0 < len(value) <= most else ""


def describe_notification(document: Mapping[str, Any]) -> str:
    """A notification in one line: its version, its type, the order's status, and dates and
    messages.
    """
    version, kind = int(document["notificationVersion"]), document.get("notificationType")
    text = f"{version} {kind} -> {document.get('orderStatus')}"
    dates = {
        "CONFIRMATION": "expectedCompletionDate",
        "COMPLETION": "completionDate",
        "CANCELLATION": "orderCancellationReason",
    }
    member = dates.get(str(kind), "")
    notes = [f"{member} {document[member]}"] if member in document else []
    if document.get("correctionOrderExpected"):
        notes.append(f"a correction is expected by {document.get('correctionOrderDueDate')}")
    notes += [
        str(message.get("messageInformation"))
        for message in document.get("orderMessages", [])
        if isinstance(message, dict)
    ]
    return f"{text} ({', '.join(notes)})" if notes else text
