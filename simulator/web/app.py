"""The WSGI application of one process: the admin API on Flask, all other paths by the front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.wsgi import get_path_info

from simulator.front import AdminGuard, Front
from simulator.web.admin import ADMIN, make_admin
from simulator.web.limiter import Limiter
from simulator.web.wsgi import Application, application
from simulator.world import World


def create_app(world: World) -> Flask:
    """The application over an open world."""
    server = world.config.server
    limiter = Limiter(server.threads, server.max_body)
    guard = AdminGuard(world.config.admin_token, server.host)
    app = make_admin(world, guard, limiter)
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
