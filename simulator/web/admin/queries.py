"""Orders, their stories, and KCIs."""

from __future__ import annotations

from flask import Response, request

from simulator.base.errors import Refused
from simulator.views import story
from simulator.views.expectations import in_words
from simulator.views.resources import STATES, show_kci, show_order
from simulator.web.admin import shapes
from simulator.web.admin.answers import answer, cursor, filters, limit, page
from simulator.web.admin.operations import PAGED, TEXT, Call, Views

VIEWS = Views(of_supplier=True)


_OF_ORDERS = ("tenant", "ref", "number", "status")


@VIEWS.add("GET", "/orders", query={**PAGED, **dict.fromkeys(_OF_ORDERS, TEXT)})
def orders(call: Call) -> Response:
    """Orders."""
    size = limit()
    found = call.supplier.orders(limit=size, after=cursor(), **filters(*_OF_ORDERS))
    keys = [(view.order.received_at, view.order.id) for view in found]
    return page([show_order(view) for view in found], keys, size)


@VIEWS.add("GET", "/orders/{order_id}")
def order(call: Call, order_id: str) -> Response:
    """One order."""
    return answer(show_order(call.supplier.order(order_id)))


@VIEWS.add(
    "GET",
    "/orders/{order_id}/story",
    query={"format": {"enum": ["text", "json"]}},
    shape=shapes.STORY,
)
def order_story(call: Call, order_id: str) -> Response:
    """Its life on one time axis, and what it expects of the gateway."""
    told = call.supplier.story(order_id)
    if not _wants_text():
        return answer(shapes.show_story(told))
    found = told.order
    name = f"order {found.tenant}/{found.ref} ({found.number or 'no reference yet'})"
    head = [f"{name}, {found.scenario}, now {found.status}"]
    head += [f"{scenario} expects: {in_words(each)}" for scenario, each in told.expects]
    text = "\n".join([*head, story.as_text(told.lines, found.received_at), ""])
    return Response(text, content_type="text/plain; charset=utf-8")


def _wants_text() -> bool:
    if request.args.get("format") == "text":
        return True
    return request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain"


@VIEWS.add("GET", "/kcis", query={**PAGED, "state": TEXT, "order": TEXT})
def kcis(call: Call) -> Response:
    """The outbox."""
    size = limit()
    asked = filters("state", "order")
    if asked["state"] and asked["state"] not in STATES:
        raise Refused("malformed", [f"state: one of {', '.join(STATES)}"])
    found = call.supplier.kcis(limit=size, after=cursor(), **asked)
    return page([show_kci(kci) for kci in found], [(kci.due_at, kci.id) for kci in found], size)
