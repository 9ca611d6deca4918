"""The WSGI application of one process: the admin API on Flask, all other paths by the front."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.wsgi import get_path_info

from simulator.front import AdminGuard, Front
from simulator.web.admin import ADMIN, make_admin
from simulator.web.limiter import Limiter
from simulator.web.wsgi import Application, application
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class Site:
    """What one process serves: `app` answers everything, for any WSGI server; `front` answers all
    but what `is_admin` says of a path.
    """

    app: Flask
    front: Front


def make_site(world: World) -> Site:
    """The site over an open world."""
    server = world.config.server
    limiter = Limiter(server.threads, server.max_body)
    guard = AdminGuard(world.config.admin_token, server.host)
    app = make_admin(world, guard, limiter)
    front = Front(world, guard)
    slow_way = application(front.answer, server.max_body, limiter.sleep)
    app.wsgi_app = limiter.around(_divided(app.wsgi_app, slow_way))  # type: ignore[method-assign]
    return Site(app=app, front=front)


def create_app(world: World) -> Flask:
    """The application over an open world."""
    return make_site(world).app


def is_admin(path: str) -> bool:
    """Whether a decoded path is the admin API's."""
    return path == ADMIN or path.startswith(ADMIN + "/")


def _divided(admin: Application, front: Application) -> Application:
    """The admin API has the paths below its prefix."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        owner = admin if is_admin(get_path_info(environ)) else front
        return owner(environ, start_response)

    return answer
