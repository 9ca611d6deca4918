"""The admin API: look at everything, move the clock, pin scenarios, begin anew. Every path is also
there for each supplier, under `suppliers/NAME/`.

Errors are `application/problem+json`. `simulator.front.guard` says who may call.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from simulator.base.errors import Conflict, Invalid, Refused, Unavailable
from simulator.front import AdminGuard, refusal
from simulator.front.paths import ADMIN
from simulator.web.admin import acts, clocks, journal, queries, scenarios, service, suppliers, waits
from simulator.web.admin.answers import problem
from simulator.web.admin.operations import Operation, mount
from simulator.web.limiter import Limiter
from simulator.web.wsgi import incoming_of, response_of
from simulator.world import World

__all__ = ["OPERATIONS", "make_admin"]

OPEN = tuple(f"{ADMIN}/{name}" for name in ("health", "ready", "metrics"))
"""The paths that want no token."""

OPERATIONS: tuple[Operation, ...] = tuple(
    operation
    for module in (service, suppliers, queries, journal, scenarios, acts, clocks, waits)
    for operation in module.VIEWS.operations
)


def make_admin(world: World, guard: AdminGuard, limiter: Limiter) -> Flask:
    """The Flask application of the admin API over an open world."""
    app = Flask("simulator", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = world.config.server.max_body
    app.url_map.merge_slashes = False

    @app.before_request
    def check_caller() -> Response | None:
        refused = guard.check(incoming_of(request.environ), is_open=request.path in OPEN)
        return None if refused is None else response_of(refused)

    app.register_error_handler(Refused, lambda error: response_of(refusal(error)))
    app.register_error_handler(Invalid, lambda error: problem(404, "not_found", str(error)))
    for kind in (Unavailable, Conflict):
        app.register_error_handler(kind, lambda error: problem(503, "unavailable", str(error)))
    app.register_error_handler(HTTPException, _http_error)
    mount(app, world, limiter, OPERATIONS)
    return app


def _http_error(error: HTTPException) -> Response:
    """What Flask itself refuses: an unknown path, a wrong method, a large body, a fault of ours."""
    code = error.name.lower().replace(" ", "_")
    allowed = ", ".join(getattr(error, "valid_methods", None) or ())
    said = error.description or error.name
    if isinstance(error, NotFound):
        said = f"there is nothing at {request.path[:200]}: {ADMIN}/openapi.json lists every path"
    elif allowed:
        said = f"{request.method} is not possible at {request.path[:200]}, only {allowed}"
    response = problem(error.code or 500, code, said)
    if allowed:
        response.headers["Allow"] = allowed
    return response
