"""The admin API: look at everything, move the clock, pin scenarios, begin anew. Every path also per supplier under `suppliers/NAME/`.

Errors are `application/problem+json`. With `admin.token` set, all but `health` and `ready` want `Authorization: Bearer`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, request

from simulator import instants, rehearsal, story
from simulator.config.table import Duration, SupplierSettings
from simulator.errors import Conflict, Invalid, Refused, Unavailable
from simulator.schema import Boolean, Integer, Mapped, Moment, Number, OneOf, Range, Strict, String
from simulator.supplier import Supplier
from simulator.web import shapes
from simulator.web.answers import answer, body_as, cursor, limit, page, problem
from simulator.world import World

ADMIN = "/__admin"
OPEN = ("health", "ready")
_WHERE = re.compile(r"([\w.\[\]]+): ")
_View = Callable[..., Response]
_Register = Callable[[str, str], Callable[[_View], _View]]
LONGEST_WAIT = 5 * instants.MINUTE
_STATUS = {"malformed": 400, "invalid": 422, "not_found": 404, "conflict": 409, "unknown_path": 404}


class ClockInput(Strict):
    mode = String(validate=OneOf(["real", "scaled", "manual"]))
    rate = Number(validate=Range(min=0.001, max=10_000_000))
    now = Moment()


class AdvanceInput(Strict):
    by = Duration()
    to = Moment()
    to_next = Boolean()
    settle = Boolean()
    within = Duration(validate=Range(max=LONGEST_WAIT))


_SUPPLIER = SupplierSettings(exclude=("path", "scenarios"), partial=("name",))
"""What may be given of a throw-away supplier: an entry of the settings; the path is ours, the scenarios are those that are here."""


class PinInput(Strict):
    scenario = String(required=True)
    times = Integer(validate=Range(min=1), allow_none=True)
    when = Mapped()


def make_admin(world: World) -> Blueprint:
    """The blueprint over an open world."""
    admin = Blueprint("admin", __name__, url_prefix=ADMIN)
    _guard(admin, world)
    _whole(admin, world)
    _per_supplier(admin, world)
    return admin


def _guard(admin: Blueprint, world: World) -> None:
    @admin.before_request
    def check_caller() -> Response | None:
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            return problem(403, "foreign_origin", "a page of another origin may not use this API")
        if world.config.admin_token is None or request.path.rsplit("/", 1)[-1] in OPEN:
            return None
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {world.config.admin_token}".encode()):
            response = problem(401, "unauthorised", "this path wants the admin token: Authorization: Bearer ...")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return None

    @admin.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        where = found.group(1) if (found := _WHERE.match(error.messages[0])) else ""
        return problem(_STATUS.get(error.kind, 500), error.kind, "; ".join(error.messages), where)

    @admin.errorhandler(Invalid)
    def invalid(error: Invalid) -> Response:
        return problem(404, "not_found", str(error))

    @admin.errorhandler(Unavailable)
    @admin.errorhandler(Conflict)
    def unavailable(error: Exception) -> Response:
        return problem(503, "unavailable", str(error))


def _whole(admin: Blueprint, world: World) -> None:
    @admin.get("/health")
    def health() -> Response:
        return answer(world.health())

    @admin.get("/ready")
    def ready() -> Response:
        state = world.health()["sender"]["alive"]
        return answer({"ready": state, "failed": []}, 200 if state else 503)

    @admin.get("/suppliers")
    def suppliers() -> Response:
        return answer({"items": [_supplier_shape(supplier) for supplier in world.every()], "next": None})

    @admin.post("/suppliers")
    def make() -> Response:
        return answer(_supplier_shape(world.make(body_as(_SUPPLIER))), 201)

    @admin.get("/suppliers/<name>")
    def supplier(name: str) -> Response:
        return answer(_supplier_shape(world.supplier(name)))

    @admin.delete("/suppliers/<name>")
    def remove(name: str) -> Response:
        world.remove(name)
        return answer({"deleted": name})


def _supplier_shape(supplier: Supplier) -> dict[str, Any]:
    base = request.host_url.rstrip("/")
    clock = shapes.clock_shape(*supplier.clock())
    return {
        "name": supplier.name, "path": supplier.config.path or "/", "url": base + supplier.config.path, "dialect": supplier.dialect.name,
        "clock": clock, "gateway": {"url": supplier.config.gateway.url}, "default": supplier.book.default,
        "seed": supplier.run_seed if supplier.fixed_seed else None,
    }  # fmt: skip


def _per_supplier(admin: Blueprint, world: World) -> None:
    @admin.url_value_preprocessor
    def find_supplier(endpoint: str | None, values: dict[str, Any] | None) -> None:
        name = values.pop("supplier_name", None) if values else None
        g.supplier = world.supplier(name) if name else world.default

    def route(path: str, method: str) -> Callable[[_View], _View]:
        def register(view: _View) -> _View:
            for prefix in ("", "/suppliers/<supplier_name>"):
                admin.add_url_rule(prefix + path, f"{prefix and 'supplier_'}{method}_{view.__name__}", view, methods=[method])
            return view

        return register

    _looking(route)
    _acting(route)


def _looking(route: _Register) -> None:
    @route("/orders", "GET")
    def orders() -> Response:
        filters = {name: request.args.get(name, "") for name in ("tenant", "ref", "status")}
        size = limit()
        views = g.supplier.orders(limit=size, after=cursor(), **filters)
        return page(views, [shapes.order_shape(view) for view in views], [(view.order.received_at, view.order.id) for view in views], size)

    @route("/orders/<order_id>", "GET")
    def order(order_id: str) -> Response:
        return answer(shapes.order_shape(g.supplier.order(order_id)))

    @route("/orders/<order_id>/story", "GET")
    def order_story(order_id: str) -> Response:
        found, lines = g.supplier.story(order_id)
        wants_text = (
            request.args.get("format") == "text" or request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain"
        )
        if wants_text:
            head = f"order {found.tenant}/{found.ref} ({found.number or 'no reference yet'}), {found.scenario}, now {found.status}\n"
            return Response(head + story.as_text(lines, found.received_at) + "\n", content_type="text/plain; charset=utf-8")
        return answer(shapes.story_shape(found, lines))

    @route("/kcis", "GET")
    def kcis() -> Response:
        size = limit()
        state = request.args.get("state", "")
        if state and state not in shapes.STATES:
            raise Refused("malformed", [f"state: one of {', '.join(shapes.STATES)}"])
        found = g.supplier.kcis(limit=size, after=cursor(), state=state, order=request.args.get("order", ""))
        return page(found, [shapes.kci_shape(kci) for kci in found], [(kci.due_at, kci.id) for kci in found], size)

    @route("/journal", "GET")
    def journal() -> Response:
        size, after = limit(), cursor()
        filters = {name: request.args.get(name, "") for name in ("order", "direction")}
        found = g.supplier.journal(limit=size, after=after[0] if after else 0, **filters)
        return page(found, [shapes.exchange_shape(exchange) for exchange in found], [(exchange.id, "") for exchange in found], size)

    @route("/scenarios", "GET")
    def scenarios() -> Response:
        return answer({"items": [_scenario(g.supplier, name) for name in g.supplier.book.scenarios], "next": None})

    @route("/scenarios/<name>", "GET")
    def scenario(name: str) -> Response:
        if name not in g.supplier.book.scenarios:
            raise Refused("not_found", [f"no scenario {name[:80]}"])
        return answer(_scenario(g.supplier, name))


def _scenario(supplier: Supplier, name: str) -> dict[str, Any]:
    scenario = supplier.book.scenarios[name]
    return shapes.scenario_shape(scenario, supplier.dialect, rehearsal.tell(scenario, supplier.dialect).operation)


def _acting(route: _Register) -> None:
    @route("/pins", "GET")
    def pins() -> Response:
        return answer({"items": list(g.supplier.pins()), "next": None})

    @route("/pins", "POST")
    def pin() -> Response:
        given = body_as(PinInput())
        return answer(g.supplier.pin(given["scenario"], given.get("times"), given.get("when", {})), 201)

    @route("/pins", "DELETE")
    def unpin() -> Response:
        return answer({"removed": g.supplier.unpin()})

    @route("/clock", "GET")
    def clock() -> Response:
        return answer(shapes.clock_shape(*g.supplier.clock()))

    @route("/clock", "PUT")
    def set_clock() -> Response:
        given = body_as(ClockInput())
        now = instants.parse_instant(given["now"]) if "now" in given else None
        return answer(shapes.clock_shape(*g.supplier.set_clock(mode=given.get("mode"), rate=given.get("rate"), now=now)))

    @route("/clock/advance", "POST")
    def advance() -> Response:
        given = body_as(AdvanceInput())
        if sum((("by" in given), ("to" in given), bool(given.get("to_next")))) != 1:
            raise Refused("malformed", ["body: one of by, to, to_next"])
        advanced = g.supplier.advance(
            by=given.get("by"), to=instants.parse_instant(given["to"]) if "to" in given else None, to_next=given.get("to_next", False),
            settle=given.get("settle", True), within=given.get("within", 30 * instants.SECOND),
        )  # fmt: skip
        return answer(shapes.advanced_shape(advanced), 408 if advanced.unsettled else 200)

    @route("/reset", "POST")
    def reset() -> Response:
        g.supplier.reset()
        return answer({"reset": g.supplier.name})
