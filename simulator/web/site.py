"""What one process serves: the contracts by the front, the admin API by a Flask application."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.front import AdminGuard, Front
from simulator.world import World

if TYPE_CHECKING:
    from flask import Flask


class Site:
    """`front` answers all but what `is_admin` says of a path; `app` answers everything, for any
    WSGI server.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.guard = AdminGuard(world.config.admin_token, world.config.server.host)
        self.front = Front(world, self.guard)
        self._app: Flask | None = None
        self._making = threading.Lock()

    @property
    def app(self) -> Flask:
        """The Flask application, made when it is first asked for: with Flask it takes a tenth of
        the time and of the memory of a start, and an order needs none of it.
        """
        with self._making:
            if self._app is None:
                from simulator.web.app import make_app

                self._app = make_app(self.world, self.guard, self.front)
            return self._app

    def wsgi(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """`app` as a WSGI application, which is not made before the first request."""
        return self.app(environ, start_response)


def create_app(world: World) -> Flask:
    """The Flask application over an open world."""
    return Site(world).app
