"""The document of an order: replacing and patching it, its items, what the Seller adds.

The document is the Buyer's own JSON. What the Seller adds are members that a Buyer never sets
(docs/contract/mef.md 1.2, 3.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.model import Document, Order, Request

NEVER_CHANGES = ("buyerPurchaseOrderNumber", "buyerId", "sellerId")
SELLERS = (
    "expectedCompletionDate",
    "completionDate",
    "correctionOrderExpected",
    "correctionOrderDueDate",
)
"""Members that only the Seller sets. A replacement leaves them."""

NOT_THE_BUYERS = ("id", "link", "orderStatus", "status", *SELLERS)
"""Members of a request that are not taken, and noted: they are ours. `orderItemStatus` of an item
is another (contract Q24).
"""


def take_away(document: Document) -> list[str]:
    """Remove from a request what only the Seller sets; the paths of what was removed."""
    found = [key for key in NOT_THE_BUYERS if key in document]
    for key in found:
        document.pop(key)
    for item in items(document):
        if "orderItemStatus" in item:
            item.pop("orderItemStatus")
            found.append(f"{item_path(reference(item))}.orderItemStatus")
    return found


def common_members(order: Order) -> Document:
    """What a status answer and a notification have in common."""
    document = order.document
    members: Document = {"orderId": order.number}
    members |= {
        key: document[key]
        for key in ("buyerId", "sellerId", "buyerPurchaseOrderNumber", "buyerOrderVersion")
        if key in document
    }
    dates = ("projectId", "requestedCompletionDate", "expectedCompletionDate", "completionDate")
    return {
        **members,
        "orderStatus": order.status,
        **{key: document[key] for key in dates if key in document},
    }


def unknown(order: Order) -> Order:
    """The same order under ids that the Buyer does not have."""
    known = {"buyerPurchaseOrderNumber"} & order.document.keys()
    document = {**order.document, **dict.fromkeys(known, "UNKNOWN")}
    return replace(order, number=f"{order.number}-UNKNOWN", document=document)


def of_another_buyer(order: Order) -> Order:
    """The same order of a Buyer that this one is not."""
    return replace(order, document={**order.document, "buyerId": "UNKNOWN"})


# ---- changing


def merged(order: Order, request: Request) -> Order:
    """The order after an applied request. A replacement replaces the whole document but the
    Seller's members, a patch only what it names (contract 1.2, Q25, U40).
    """
    if request.action != "amendment":
        return order
    if request.operation == "replace":
        document = _replaced(order, request.document)
    else:
        document = patched(
            order.document,
            {key: value for key, value in request.document.items() if key != "objectType"},
        )
    if document.get("requestedCompletionDate") != order.document.get("requestedCompletionDate"):
        document.pop("expectedCompletionDate", None)  # what was confirmed was another date
    return replace(order, document=document)


def _replaced(order: Order, wanted: Document) -> Document:
    document = {**wanted, **{key: order.document[key] for key in SELLERS if key in order.document}}
    kept = {
        reference(item): item["orderItemStatus"]
        for item in items(order.document)
        if "orderItemStatus" in item
    }
    changed = []
    for item in items(document):
        given = {"orderItemStatus": kept[reference(item)]} if reference(item) in kept else {}
        changed.append({**item, **given})
    return _assigned({**document, "orderItems": changed}, order.memo.get("assigned", {}))


def patched(document: Document, change: Mapping[str, Any]) -> Document:
    """The document after a patch: objects are merged, order items found by their reference, other
    arrays replaced. An object of another type replaces the one that is there.
    """
    result = dict(document)
    for key, value in change.items():
        known = result.get(key)
        if key == "orderItems" and isinstance(value, list):
            changes = {reference(item): item for item in value}
            result[key] = [
                patched(item, changes[reference(item)]) if reference(item) in changes else item
                for item in items(document)
            ]
        elif isinstance(value, dict) and isinstance(known, dict) and _same_type(known, value):
            result[key] = patched(known, value)
        else:
            result[key] = value
    return result


def _same_type(known: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return bool(value.get("objectType", known.get("objectType")) == known.get("objectType"))


# ---- items


def items(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The order items that are objects."""
    found = document.get("orderItems")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def reference(item: Mapping[str, Any]) -> str:
    """An item's reference on its order; empty when it has none."""
    name = item.get("orderItemReference")
    return name if isinstance(name, str) else ""


def item_path(name: str) -> str:
    """An item in a message's path, by its reference as in scenario files."""
    return f"orderItems[orderItemReference={name}]"


def detail(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item's product; empty where there is none."""
    found = item.get("orderItemDetail")
    return found if isinstance(found, dict) else {}


def item_statuses(document: Mapping[str, Any]) -> list[str]:
    """The status of every item; empty where one item has none."""
    found = [item["orderItemStatus"] for item in items(document) if "orderItemStatus" in item]
    return found if len(found) == len(items(document)) else []


def ended_items(document: Document, status: str, ended: Sequence[str]) -> Document:
    """The document with each item that was under way in the order's final status."""
    changed = [
        item if item.get("orderItemStatus") in ended else {**item, "orderItemStatus": status}
        for item in items(document)
    ]
    return {**document, "orderItems": changed}


# ---- what the Seller adds


def configured(order: Order) -> Order:
    """Give every product a Seller's id, where the Buyer gave none: `OVC-` or `UNI-` and a number
    (contract U26).
    """
    number = order.number.rpartition("-")[2]
    assigned = dict(order.memo.get("assigned", {}))
    for item in items(order.document):
        member, prefix = _id_member(item)
        if member and member not in detail(item):
            assigned[reference(item)] = {member: f"{prefix}-{number}{reference(item)}"}
    return replace(
        order,
        document=_assigned(order.document, assigned),
        memo={**order.memo, "assigned": assigned},
    )


def _id_member(item: Mapping[str, Any]) -> tuple[str, str]:
    kind = str(detail(item).get("objectType", "")).lower()
    if kind.startswith("access"):
        return "sellerOvcId", "OVC"
    return ("sellerUniId", "UNI") if kind.startswith("uni") else ("", "")


def _assigned(document: Document, assigned: Mapping[str, Mapping[str, str]]) -> Document:
    if not assigned:
        return document
    changed = []
    for item in items(document):
        ids = assigned.get(reference(item), {})
        changed.append(
            {**item, "orderItemDetail": {**ids, **detail(item)}} if ids and detail(item) else item
        )
    return {**document, "orderItems": changed}


def dated(order: Order, code: str, now: int) -> Order:
    """The order with the dates that a notification brings, without those that its end removes."""
    document = order.document
    if code == "CONFIRMATION" and "expectedCompletionDate" not in document:
        document = {**document, "expectedCompletionDate": _expected(document, now)}
    if order.status == "COMPLETED":
        document = {
            **document,
            "completionDate": document.get("completionDate", instants.format_instant(now)),
        }
    if order.status == "CANCELLED" and "expectedCompletionDate" in document:
        document = {
            key: value for key, value in document.items() if key != "expectedCompletionDate"
        }
    return replace(order, document=document) if document is not order.document else order


def _expected(document: Mapping[str, Any], now: int) -> str:
    """The requested date where it lies ahead, as the Buyer wrote it, else ten days from now."""
    wanted = document.get("requestedCompletionDate")
    try:
        if (
            isinstance(wanted, str)
            and instants.parse_instant(wanted if len(wanted) > 10 else f"{wanted}T00:00Z") > now
        ):
            return wanted
    except (ValueError, OverflowError):
        pass
    return instants.format_instant(now + 10 * instants.DAY)
