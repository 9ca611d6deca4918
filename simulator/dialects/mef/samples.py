"""Valid requests for rehearsals and the demo, in the shapes of docs/contract/mef.md 6. The values
are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.base import instants
from simulator.dialects.mef import content
from simulator.formats import strict_json
from simulator.model import Document, Incoming, Order, Step

BUYER = "Example Buyer"
PLAIN = tuple(
    Step(after=30 * instants.SECOND, send=code)
    for code in ("CONFIGURATION", "CONFIRMATION", "COMPLETION")
)
"""The timeline of an order that goes well: a scenario for one later request is rehearsed with it.
"""

_METHODS = {
    "replace": ("PUT", ""),
    "patch": ("PATCH", ""),
    "cancellation": ("POST", "/cancel"),
    "hold": ("POST", "/hold"),
}


def sample_operations(action: str) -> Sequence[str]:
    """The plainest first."""
    return {"create": ("install", "change", "disconnect"), "amendment": ("replace", "patch")}.get(
        action, (action,)
    )


def sample(operation: str, order: Order | None, serial: int) -> Incoming:
    """A request of an operation. `serial` makes a create's purchase order number; `order` is the
    order of a later request.
    """
    if order is None:
        return _incoming("POST", "/orders", _CREATES[operation](serial))
    method, tail = _METHODS.get(operation, ("POST", f"/{operation}"))
    body = (
        _replacement(order)
        if operation == "replace"
        else _patch(order)
        if operation == "patch"
        else None
    )
    return _incoming(method, f"/orders/{order.number}{tail}", body)


def _incoming(method: str, path: str, body: Document | None) -> Incoming:
    if body is None:
        return Incoming(method=method, path=path)
    return Incoming(
        method=method,
        path=path,
        headers={"content-type": "application/json"},
        body=strict_json.dumps(body).encode(),
    )


def _replacement(order: Order) -> Document:
    """The whole order again: a new version with another date."""
    items = [
        {key: value for key, value in item.items() if key != "orderItemStatus"}
        for item in content.items(order.document)
    ]
    body = {
        key: value for key, value in order.document.items() if key not in content.NOT_THE_BUYERS
    }
    version = str(order.document.get("buyerOrderVersion", ""))
    changed = str(int(version) + 1) if version.isdigit() else "2"
    return {
        **body,
        "buyerOrderVersion": changed,
        "requestedCompletionDate": "2026-04-20T17:20+01:00",
        "orderItems": items,
    }


def _patch(order: Order) -> Document:
    """Another bandwidth for the first item, or another note where there is none."""
    first = next(
        (
            item
            for item in content.items(order.document)
            if "uniIngressBandwidthProfile" in content.detail(item)
        ),
        None,
    )
    if first is None:
        return {"objectType": "order-create-update", "notes": "Ring twice"}
    detail = {
        "objectType": content.detail(first)["objectType"],
        "uniIngressBandwidthProfile": _bandwidth(5),
    }
    item = {
        "objectType": "orderItem",
        "orderItemReference": content.reference(first),
        "orderItemDetail": detail,
    }
    return {"objectType": "order-create-update", "orderItems": [item]}


def _create(serial: int, activity: str, items: list[Document]) -> Document:
    return {
        "objectType": "order-create-update",
        "buyerId": BUYER,
        "sellerId": "Example Seller",
        "buyerPurchaseOrderNumber": f"PO-{serial}",
        "buyerOrderVersion": "1",
        "orderDate": "2026-03-01T13:20+01:00",
        "orderActivity": activity,
        "desiredResponses": "CONFIRMATION_AND_ENGINEERING_DESIGN",
        "requestedCompletionDate": "2026-04-11T17:20+01:00",
        "billingInfo": {
            "objectType": "billingInformation",
            "existingBillingAccountNumber": "12345678",
        },
        "buyerOrderContact": _contact("Ada Park"),
        "buyerImplementationContact": _contact("Bo Lane"),
        "buyerTechnicalContact": _contact("Cy Dale"),
        "orderType": "ACCESS_EPL",
        "orderItems": items,
    }


def _install(serial: int) -> Document:
    access = {
        "objectType": "accessEplProductOrder",
        "buyerOvcId": "OVC-123-xyz",
        "productSpecification": "accessEpl-Superfast",
        "enniReference": {"objectType": "existingEnniReference", "sellerEnniId": "ENNI-123-abc"},
        "uniReference": {"objectType": "orderedUniReference", "orderItemReference": "02"},
        "uniIngressBandwidthProfile": _bandwidth(1),
    }
    uni = {
        "objectType": "uniProductOrder",
        "buyerUniId": "UNI-343",
        "productSpecification": "uni-100",
        "physicalLayer": "10GBASE_SR",
    }
    return _create(serial, "INSTALL", [_item("01", "INSTALL", access), _item("02", "INSTALL", uni)])


def _change(serial: int) -> Document:
    uni = {
        "objectType": "uniProductOrder",
        "sellerUniId": "UNI-334",
        "productSpecification": "uni-100",
        "physicalLayer": "10GBASE_LR",
    }
    return {**_create(serial, "CHANGE", [_item("01", "CHANGE", uni)]), "orderType": "UNI"}


def _disconnect(serial: int) -> Document:
    ending = {
        "objectType": "disconnectOrderItemDetail",
        "sellerNetworkIdentifier": "UNI-334",
        "buyerNetworkIdentifier": "UNI-343",
    }
    return {
        **_create(serial, "DISCONNECT", [_item("01", "DISCONNECT", ending)]),
        "orderType": "UNI",
    }


def _item(reference: str, action: str, detail: Document) -> Document:
    return {
        "objectType": "orderItem",
        "orderItemReference": reference,
        "action": action,
        "quantity": 1,
        "orderItemDetail": detail,
    }


def _contact(name: str) -> Document:
    return {"objectType": "contact", "name": name, "telephoneNumber": "01632 960101"}


def _bandwidth(amount: int) -> Document:
    rate: dict[str, Any] = {
        "objectType": "informationRateQuantity",
        "amount": amount,
        "units": "Gbps",
    }
    return {"objectType": "bandwidthProfile", "committedInformationRate": rate}


_CREATES = {"install": _install, "change": _change, "disconnect": _disconnect}
