"""Orders as drafts of the Ordering API had them in September and October 2016: what of them has
another name or another place by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.dialects.mef import content

_DRAFT = "this looks like an order of a draft of this API, of September or October 2016"
_ITEMS = ("accessEplOrderItem", "uniOrderItem", "disconnectOrderItem")
_DETAILS = {
    "accessEplOrderItemSpec": "accessEplProductOrder",
    "accessEplOrderItemDetail": "accessEplProductOrder",
    "accessEplProduct": "accessEplProductOrder",
    "uniOrderItemSpec": "uniProductOrder",
    "uniOrderItemDetail": "uniProductOrder",
    "disconnectOrderItemSpec": "disconnectOrderItemDetail",
}
_WORDS = {
    "orderActivity": {"Install": "INSTALL", "Change": "CHANGE", "Disconnect": "DISCONNECT"},
    "desiredResponses": {
        "None": "NONE",
        "Confirmation Only": "CONFIRMATION_ONLY",
        "Confirmation And Engineering Design": "CONFIRMATION_AND_ENGINEERING_DESIGN",
    },
    "orderType": {"UNI Product": "UNI", "Access EPL Product": "ACCESS_EPL"},
}


def draft_of_2016(document: Mapping[str, Any]) -> list[str]:
    """What shows that an order is of such a draft, as one message; none where nothing does."""
    changes = [*_of_order(document), *_of_items(document)]
    return [f"body: {_DRAFT}: {'; '.join(changes)}"] if changes else []


def _of_order(document: Mapping[str, Any]) -> Iterator[str]:
    if "buyerBillingInfo" in document:
        yield "buyerBillingInfo is billingInfo now"
    for name, words in _WORDS.items():
        word = document.get(name)
        if isinstance(word, str) and word in words:
            yield f"{name}: `{word}` is {words[word]} now"


def _of_items(document: Mapping[str, Any]) -> Iterator[str]:
    for index, item in enumerate(content.items(document)):
        where = f"orderItems[{index}]"
        if item.get("objectType") in _ITEMS:
            yield f"{where} is an orderItem now, and what is ordered stands in its orderItemDetail"
        if "product" in item:
            yield f"{where}.product is orderItemDetail now"
        for name in ("product", "orderItemDetail"):
            detail = item.get(name)
            kind = detail.get("objectType") if isinstance(detail, dict) else None
            if isinstance(kind, str) and kind in _DETAILS:
                yield f"{where}.{name}.objectType: `{kind}` is {_DETAILS[kind]} now"
