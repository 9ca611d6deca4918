"""The admin API: look at everything, move the clock, pin scenarios, begin anew. Every path also per
supplier under `suppliers/NAME/`.

Errors are `application/problem+json`. With `admin.token` set, all but `health`, `ready` and
`metrics` want `Authorization: Bearer`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, request

from simulator.base.errors import Invalid, Refused, Unavailable
from simulator.config.table import SupplierSettings
from simulator.formats.schema import Length, String, listed
from simulator.front import AdminGuard, refusal
from simulator.ops import metrics
from simulator.supplier import Supplier
from simulator.web import resources
from simulator.web.acting import acting, operating, waiting
from simulator.web.answers import View, answer, body_as, not_valid, problem
from simulator.web.limiter import Limiter
from simulator.web.looking import asking, looking
from simulator.web.wsgi import incoming_of, response_of
from simulator.world import World

ADMIN = "/__admin"
OPEN = tuple(f"{ADMIN}/{name}" for name in ("health", "ready", "metrics"))


class SupplierInput(SupplierSettings):
    """A throw-away supplier: an entry of the settings, and who calls it at a standing supplier's
    path.
    """

    tenant = String(validate=Length(min=1, max=200))
    client = String(validate=Length(min=1, max=200))
    instead_of = String()
    own_scenarios = listed(String(), data_key="scenarios")


SUPPLIER = SupplierInput(exclude=("path", "scenarios"), partial=("name",))
"""The path is ours to give; scenarios are texts, not a folder of ours."""


def make_admin(world: World, guard: AdminGuard, limiter: Limiter) -> Blueprint:
    """The blueprint over an open world."""
    admin = Blueprint("admin", __name__, url_prefix=ADMIN)
    _guard(admin, guard)
    _whole(admin, world)
    _per_supplier(admin, world, limiter)
    return admin


def _guard(admin: Blueprint, guard: AdminGuard) -> None:
    @admin.before_request
    def check_caller() -> Response | None:
        refused = guard.check(incoming_of(request.environ), is_open=request.path in OPEN)
        return None if refused is None else response_of(refused)

    @admin.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return response_of(refusal(error))

    @admin.errorhandler(Invalid)
    def invalid(error: Invalid) -> Response:
        return problem(404, "not_found", str(error))

    @admin.errorhandler(Unavailable)
    def unavailable(error: Exception) -> Response:
        return problem(503, "unavailable", str(error))


def _whole(admin: Blueprint, world: World) -> None:
    @admin.get("/health")
    def health() -> Response:
        return answer(world.health())

    @admin.get("/ready")
    def ready() -> Response:
        failed = world.failures()
        return answer({"ready": not failed, "failed": failed}, 503 if failed else 200)

    @admin.get("/metrics")
    def shown_metrics() -> Response:
        text, kind = metrics.exposed(world.gauges())
        return Response(text, content_type=kind)

    @admin.get("/openapi.json")
    def openapi() -> Response:
        from simulator.web.openapi import document  # apispec is needed only here

        rules = [
            rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(ADMIN + "/")
        ]
        return answer(
            document(
                request.host_url.rstrip("/"), rules, guarded=world.config.admin_token is not None
            )
        )

    @admin.get("/suppliers")
    def suppliers() -> Response:
        return answer(
            {"items": [_show_supplier(supplier) for supplier in world.every()], "next": None}
        )

    @admin.post("/suppliers")
    def make() -> Response:
        given = body_as(SUPPLIER, _refuse_files)
        more = {
            name: given.pop(name) for name in ("tenant", "client", "instead_of") if name in given
        }
        try:
            return answer(
                _show_supplier(world.make(given, scenarios=given.pop("own_scenarios", ()), **more)),
                201,
            )
        except Invalid as error:
            return not_valid(error.problems)

    @admin.get("/suppliers/<name>")
    def supplier(name: str) -> Response:
        return answer(_show_supplier(world.supplier(name)))

    @admin.delete("/suppliers/<name>")
    def remove(name: str) -> Response:
        world.remove(name)
        return answer({"deleted": name})


def _refuse_files(asked: Any, path: str = "") -> None:
    """A secret that stands in a file is for the settings alone: over the network it would let a
    caller have our files sent to him.
    """
    if isinstance(asked, dict) and set(asked) == {"file"} and "auth" in path:
        raise Refused(
            "malformed",
            [f"{path}: a file is for the settings of this simulator: give the secret itself"],
        )
    if isinstance(asked, (dict, list)):
        for key, value in asked.items() if isinstance(asked, dict) else enumerate(asked):
            if key == "tls" and path == "gateway":
                raise Refused(
                    "malformed", ["gateway.tls: files are for the settings of this simulator"]
                )
            _refuse_files(value, f"{path}.{key}" if path else str(key))


def _show_supplier(supplier: Supplier) -> dict[str, Any]:
    base = request.host_url.rstrip("/")
    clock = resources.show_clock(*supplier.clock())
    return {
        "name": supplier.name,
        "path": supplier.config.path or "/",
        "url": base + supplier.config.path,
        "dialect": supplier.dialect.name,
        "clock": clock,
        "gateway": {"url": supplier.config.gateway.url},
        "default": supplier.book.default,
        "seed": supplier.run_seed if supplier.fixed_seed else None,
        "called": resources.show_called(supplier.called),
    }


def _per_supplier(admin: Blueprint, world: World, limiter: Limiter) -> None:
    @admin.url_value_preprocessor
    def find_supplier(endpoint: str | None, values: dict[str, Any] | None) -> None:
        name = values.pop("supplier_name", None) if values else None
        g.supplier = world.supplier(name) if name else world.default

    def route(path: str, method: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            for prefix in ("", "/suppliers/<supplier_name>"):
                admin.add_url_rule(
                    prefix + path,
                    f"{prefix and 'supplier_'}{method}_{view.__name__}",
                    view,
                    methods=[method],
                )
            return view

        return register

    looking(route)
    asking(route)
    acting(route)
    operating(route)
    waiting(route, limiter)
