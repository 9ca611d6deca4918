"""Documents that somebody sends to the wrong API: which standard they are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KIN: tuple[tuple[str, type, str], ...] = (
    ("productOrderItem", object, "a product order of TMF622 or MEF Sonata"),
    ("orderItem", object, "an order of TMF622, TMF641 or an early MEF Sonata"),
    ("serviceOrderItem", list, "a service order of TMF641"),
    ("serviceOrderItem", dict, "an order of the Fibre Cafe Supplier API"),
    ("buyerPurchaseOrderNumber", object, "an order of the MEF/OBF Ordering API of 2016/17"),
    ("@type", object, "a document of a TM Forum API"),
    ("relatedParty", object, "a document of a TM Forum API"),
    ("externalId", object, "an order of a TM Forum API"),
)
"""Members that tell a standard, each with the type of its value there."""


def looks_like(document: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """What a document looks like, with the member that shows it; empty where nothing does. `own`
    are the members of the contract that it was sent to.
    """
    for member, kind, name in _KIN:
        value = document.get(member)
        is_own = member in own and kind is not list
        if value and not is_own and isinstance(value, kind):
            return f"{name} ({member})"
    return ""
