"""The WSGI application of one process: the admin API on Flask, all other paths by the front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.wsgi import get_path_info

from simulator.front import AdminGuard, Front
from simulator.front.paths import is_admin
from simulator.web.admin import make_admin
from simulator.web.limiter import Limiter
from simulator.web.shared import Application
from simulator.web.wsgi import application
from simulator.world import World


def make_app(world: World, guard: AdminGuard, front: Front) -> Flask:
    """The application over an open world and its front."""
    server = world.config.server
    limiter = Limiter(server.threads, server.max_body)
    app = make_admin(world, guard, limiter)
    slow_way = application(front.answer, server.max_body, limiter.sleep)
    app.wsgi_app = limiter.around(_divided(app.wsgi_app, slow_way))  # type: ignore[method-assign]
    return app


def _divided(admin: Application, front: Application) -> Application:
    """The admin API has the paths below its prefix."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        owner = admin if is_admin(get_path_info(environ)) else front
        return owner(environ, start_response)

    return answer
