"""Reading orders: the list, one order by id or purchase order number, its status
(docs/contract/mef.md 1.1, 1.3, Q1 to Q7, U6 to U9).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from simulator.base.errors import Refused
from simulator.dialects.mef import writing
from simulator.dialects.mef.settings import Settings
from simulator.model import Document, Incoming, Order, Outgoing, Query, Rule

OPERATIONS = ("list", "order", "status", "ampersand")
PARAMETERS = ("buyerId", "id", "pon", "offset", "limit", "view")
MOST = 10_000
UNKNOWN_PARAMETER = Rule("mef.unknown_parameter")
ID = "[A-Za-z0-9._~-]{1,45}"
"""What an order's number may be, as a pattern."""

_ID = re.compile(ID)
_SEED_LIST = "http://orders/ord-list-234"


def read(incoming: Incoming, operation: str, settings: Settings) -> Query:
    """What a request asks for. Refused: bad_query (a parameter), or unknown_path (`/orders&...` in
    strict mode).
    """
    if operation in ("order", "status"):
        show = _show_one if operation == "order" else _show_status
        return Query(show=partial(show, incoming, settings), number=incoming.variables["id"])
    if operation == "ampersand" and settings.strict:
        raise Refused(
            "unknown_path", [f"there is nothing at {incoming.path[:200]}: a query begins with `?`"]
        )
    text = incoming.variables.get("query", "") if operation == "ampersand" else incoming.query
    given = {
        key.removeprefix("?"): value
        for key, value in reversed(parse_qsl(text, keep_blank_values=True))
    }
    findings = [
        UNKNOWN_PARAMETER.finding(
            f"the query parameter {key[:40]} is not known",
            where=f"query.{key[:40]}",
            expected=list(PARAMETERS),
        )
        for key in given
        if key not in PARAMETERS
    ]
    if settings.strict and findings:
        raise Refused("bad_query", [finding.message for finding in findings])
    if settings.strict and not given.keys() & {"buyerId", "id", "pon"}:
        raise Refused("bad_query", ["buyerId: one of buyerId, id, pon is required"])
    if given.get("id"):
        check_id(given["id"])
    wrong = [f"{key}: has no value" for key in ("buyerId", "id", "pon") if given.get(key) == ""]
    wrong += [
        f"{key[:40]}: holds a NUL, which no order's can"
        for key, value in given.items()
        if "\0" in value
    ]
    if wrong:
        raise Refused("bad_query", wrong)
    one = "id" in given or "pon" in given
    return Query(
        show=partial(_show_single if one else _show_list, incoming, settings),
        tenant=given.get("buyerId", ""),
        ref=given.get("pon", ""),
        number=given.get("id", ""),
        offset=0 if one else _count(given, "offset", 0),
        limit=MOST if one else min(MOST, _count(given, "limit", MOST)),
        findings=tuple(findings),
    )


def check_id(text: str) -> None:
    """Refused when a text cannot be an order's id."""
    if not _ID.fullmatch(text):
        raise Refused("bad_query", [f"id: `{text[:60]}` cannot be an order's id"])


def _count(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if name in given and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("bad_query", [f"{name}: must be a whole number"])
    return int(text) if text else default


def _show_one(
    incoming: Incoming, settings: Settings, found: Sequence[Order], total: int
) -> Outgoing:
    return Outgoing(
        code=200, body=writing.order_body(_only(found, "this id"), incoming.base_url, settings)
    )


def _show_status(
    incoming: Incoming, settings: Settings, found: Sequence[Order], total: int
) -> Outgoing:
    return Outgoing(code=200, body=writing.status_body(_only(found, "this id")))


def _show_single(
    incoming: Incoming, settings: Settings, found: Sequence[Order], total: int
) -> Outgoing:
    order = _only(found, "this id and purchase order number")
    if settings.single_as_list:
        return _show_list(incoming, settings, [order], 1)
    return Outgoing(code=200, body=writing.order_body(order, incoming.base_url, settings))


def _only(found: Sequence[Order], what: str) -> Order:
    """The one order. There are several where several buyers gave one number, or one buyer twice
    (contract Q6).
    """
    if not found:
        raise Refused("not_found", [f"there is no order with {what}"])
    buyers = sorted({order.tenant for order in found})
    if len(buyers) > 1:
        raise Refused(
            "bad_query",
            [f"buyerId: is needed here, {len(buyers)} buyers gave an order this number"],
        )
    return found[-1]


def _show_list(
    incoming: Incoming, settings: Settings, found: Sequence[Order], total: int
) -> Outgoing:
    if not found and settings.empty_list == 404:
        raise Refused("not_found", ["there is no such order"])
    shown: list[Document] = [
        writing.order_body(order, incoming.base_url, settings) for order in found
    ]
    # a name of the list itself; there is nothing to read at it (contract U5)
    name = f"ord-list-{zlib.crc32(incoming.query.encode()) % 900 + 100}"
    link = _SEED_LIST if settings.seed_links else f"{incoming.base_url}/orders/{name}"
    counts: dict[str, Any] = {"link": {"href": link}, "available": total, "returned": len(shown)}
    if settings.list_shape == "schema":
        return Outgoing(code=200, body={"objectType": "orderList", **counts, "orders": shown})
    return Outgoing(code=200, body={**counts, "items": shown})
