"""The WSGI application of one process: the admin API on Flask, all other paths by the front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wsgi import get_path_info

from simulator.base.errors import Unavailable
from simulator.front import AdminGuard, Front
from simulator.web.admin import ADMIN, make_admin
from simulator.web.answers import problem
from simulator.web.limiter import Limiter
from simulator.web.wsgi import Application, application
from simulator.world import World


def create_app(world: World) -> Flask:
    """The application over an open world."""
    server = world.config.server
    limiter = Limiter(server.threads, server.max_body)
    guard = AdminGuard(world.config)
    app = Flask("simulator", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = server.max_body
    app.url_map.merge_slashes = False
    app.register_blueprint(make_admin(world, guard, limiter))
    app.register_error_handler(Unavailable, lambda error: problem(503, "unavailable", str(error)))
    app.register_error_handler(HTTPException, _refuse)
    front = application(Front(world, guard).answer, server.max_body, limiter.sleep)
    app.wsgi_app = limiter.around(_divided(app.wsgi_app, front))  # type: ignore[method-assign]
    return app


def _divided(admin: Application, front: Application) -> Application:
    """The admin API has the paths below its prefix."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        path = get_path_info(environ)
        owner = admin if path == ADMIN or path.startswith(ADMIN + "/") else front
        return owner(environ, start_response)

    return answer


def _refuse(error: HTTPException) -> Response:
    code = error.name.lower().replace(" ", "_")
    response = problem(error.code or 500, code, error.description or error.name)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response
