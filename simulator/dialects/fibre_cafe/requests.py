"""Later requests of a Fibre Cafe order: what the contract forbids, and what an amendment changes
(docs/contract/fibre-cafe.md 4.5, 4.6).
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.base.copies import replace
from simulator.base.errors import Refused
from simulator.dialects.fibre_cafe.transitions import ENDED, REQUESTS, UNASKED
from simulator.model import RECEIVED, Document, Order, Request, Submission

REASONS = (
    "CUSTOMER_CHANGED_MIND",
    "INSTALL_FAILED",
    "NETWORK_ISSUE",
    "NO_LONGER_REQUIRED",
    "OTHER",
)
"""Reasons for cancelling an order that the gateway placed (contract 4.6)."""

OBJECTIONS = (
    "NO_AUTHORISATION",
    "CUSTOMER_NOT_AWARE",
    "DELIBERATE_MISLEAD",
    "PURCHASED_DIFFERENT_PRODUCT",
    "END_USER_NOT_MOVING",
)
"""Reasons for cancelling an unsolicited cease: the losing side objects to it (contract 4.6)."""

OURS = (
    "supplierOrderReference",
    "status",
    "committedDate",
    "targetDate",
    "appointmentTimeslot",
    "appointmentSupplierReference",
    "serviceOrderAmendmentId",
    "serviceOrderAmendmentReference",
    "serviceOrderCancellationId",
    "serviceOrderCancellationReference",
)
"""Members of an order that the supplier gives (contract 4.4). What a gateway writes there is not
taken over (contract 10.54).
"""

_CONTACTS = ("primaryContact", "secondaryContact")
_NOT_MERGED = (
    "id",
    "orderId",
    "orderType",
    "tenant",
    "address",
    "serviceOrderItem",
    "serviceId",
    "supplierQuoteId",
    "siteInformation",
    "orderItems",
    *OURS,
)
"""Members that no amendment changes (contract 10.52)."""


def guard(order: Order, submission: Submission, requests: Sequence[Request]) -> None:
    """Refused (a 422) when the contract forbids the request (contract 4.5, 4.6, 5.3, 10.19, 10.20,
    10.50).

    A finished order takes none, an amendment has its statuses and is not for an unsolicited cease,
    and only one cancellation is open at a time.
    """
    action = submission.action
    asking = REQUESTS[action]
    if order.status in ENDED:
        raise Refused(
            "invalid",
            [f"orderId: order {order.ref} is {order.status}: no {action} is possible any more"],
        )
    if order.operation == UNASKED and action == "amendment":
        raise Refused(
            "invalid",
            [f"orderId: order {order.ref} is an unsolicited cease, which cannot be amended"],
        )
    if order.status not in asking.sources:
        shown = "not yet acknowledged" if order.status == RECEIVED else order.status
        said = f"it takes an {action} in {', '.join(asking.sources)}"
        raise Refused("invalid", [f"orderId: order {order.ref} is {shown}: {said}"])
    if asking.at_most_one and any(
        request.action == action and request.status == "open" for request in requests
    ):
        raise Refused("invalid", [f"orderId: a {action} of order {order.ref} is open already"])
    _check_content(order, submission)


def _check_content(order: Order, submission: Submission) -> None:
    """Refused when an amendment or a cancellation says what this kind of order does not have."""
    said: list[str] = []
    reason = submission.document.get("reasonCode")
    if submission.action == "amendment":
        said += _half_contacts(order, submission.document)
        if order.operation == "cease" and "serviceCharacteristics" in submission.document:
            said.append("serviceCharacteristics: a cease order has none")
    elif order.operation == UNASKED and reason not in OBJECTIONS:
        known = ", ".join(OBJECTIONS)
        said.append(
            f"reasonCode: `{reason}` does not object to an unsolicited cease; one of: {known}"
        )
    elif order.operation != UNASKED and reason in OBJECTIONS:
        known = ", ".join(REASONS)
        said.append(f"reasonCode: `{reason}` is for an unsolicited cease only; one of: {known}")
    if said:
        raise Refused("invalid", said)


def _half_contacts(order: Order, change: Document) -> list[str]:
    """The members that a contact would lack after this amendment (contract 4.10, 10.39)."""
    known = {name: order.document[name] for name in _CONTACTS if name in order.document}
    after = _merged(known, {name: change[name] for name in _CONTACTS if name in change})
    return [
        f"{name}.{member}: is required: the order has none to go with the rest"
        for name in _CONTACTS
        for member in ("name", "phoneNumber")
        if name in change and isinstance(after.get(name), dict) and member not in after[name]
    ]


def merge(order: Order, request: Request) -> Order:
    """The order after an applied amendment. Absent members stay, objects are merged, arrays are
    replaced whole, and an empty value removes (contract 4.5, 10.53).
    """
    if request.action != "amendment":
        return order
    wanted = {key: value for key, value in request.document.items() if key not in _NOT_MERGED}
    if "serviceCharacteristics" in wanted and isinstance(
        order.document.get("serviceOrderItem"), dict
    ):
        wanted["serviceOrderItem"] = {
            "serviceCharacteristics": wanted.pop("serviceCharacteristics")
        }
    return replace(order, document=_merged(order.document, wanted))


def _merged(document: Document, change: Document) -> Document:
    merged = dict(document)
    for key, value in change.items():
        if value in (None, "", [], {}):
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged[key] if isinstance(merged.get(key), dict) else {}, value)
            if not merged[key]:
                del merged[key]  # all of it was removed
        else:
            merged[key] = value
    return merged
