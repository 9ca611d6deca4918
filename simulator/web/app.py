"""The Flask application of one process.

What is not the admin's or the pretend gateway's belongs to a supplier, by the longest path: found,
misspelt or broken, it is answered by that supplier's contract and stands in its journal.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import cast

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from simulator.base import clock
from simulator.base.errors import Refused, Unavailable
from simulator.dialects.routes import router_of
from simulator.formats import oauth, strict_json
from simulator.model import Incoming, Outgoing
from simulator.ops import metrics
from simulator.pretend_gateway import make_pretend_gateway
from simulator.supplier import Supplier
from simulator.web.admin import ADMIN, make_admin
from simulator.web.answers import problem
from simulator.web.limiter import Limiter
from simulator.world import MADE, MOST_KNOWN, World, pretend_path

log = logging.getLogger("simulator.web")


def create_app(world: World) -> Flask:
    """The application over an open world."""
    app = Flask("simulator", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = world.config.server.max_body
    app.url_map.merge_slashes = False
    limiter = Limiter(world.config.server.threads, world.config.server.max_body)
    app.wsgi_app = limiter.around(app.wsgi_app)  # type: ignore[method-assign]
    own = [ADMIN]
    app.register_blueprint(make_admin(world, limiter))
    if world.config.pretend_gateway.mount:
        own.append(world.config.pretend_gateway.path)
        for supplier in world.suppliers.values():
            counterpart = make_pretend_gateway(
                world.store, supplier.name, supplier.config.gateway, supplier.dialect
            )
            app.register_blueprint(
                counterpart, url_prefix=pretend_path(world.config, supplier.name)
            )
    by_length = sorted(
        (_Door(world, supplier, limiter) for supplier in world.suppliers.values()),
        key=lambda door: -len(door.prefix),
    )
    made = _Made(world, limiter)

    @app.before_request
    def enter() -> Response | None:
        path = request.path
        if found := made.answer(path):
            return found
        if any(path == prefix or path.startswith(prefix + "/") for prefix in own):
            return None
        door = next(
            (
                door
                for door in by_length
                if path == door.prefix or path.startswith(door.prefix + "/")
            ),
            None,
        )
        return (
            door.answer(request)
            if door
            else problem(404, "not_found", f"no supplier answers at {path[:200]}")
        )

    @app.errorhandler(Unavailable)
    def unavailable(error: Unavailable) -> Response:
        return problem(503, "unavailable", str(error))

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        response = problem(
            error.code or 500, error.name.lower().replace(" ", "_"), error.description or error.name
        )
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(error.valid_methods)
        return response

    return app


class _Made:
    """The paths of throw-away suppliers, and of their pretend gateways: looked up at each request,
    any process may have made them.
    """

    def __init__(self, world: World, limiter: Limiter) -> None:
        self.world = world
        self.limiter = limiter
        self.mounted = world.config.pretend_gateway.mount
        self.pretend = world.config.pretend_gateway.path + MADE
        self.counterparts: dict[str, tuple[Supplier, Flask]] = {}

    def answer(self, path: str) -> Response | None:
        """What a made supplier or its counterpart answers; None where the path is neither's."""
        if self.mounted and path.startswith(self.pretend + "/"):
            name, _, rest = path[len(self.pretend) + 1 :].partition("/")
            supplier = self._find(name)
            if supplier is None:
                return problem(404, "not_found", f"no supplier {name[:80]}")
            inner = {**request.environ, "PATH_INFO": "/" + rest}
            return cast(
                Response,
                Response.from_app(self._counterpart(supplier).wsgi_app, inner, buffered=True),
            )
        if path.startswith(MADE + "/"):
            supplier = self._find(path[len(MADE) + 1 :].partition("/")[0])
            return _Door(self.world, supplier, self.limiter).answer(request) if supplier else None
        return None

    def _find(self, name: str) -> Supplier | None:
        with self.world.store.read() as tx:
            supplier = self.world.find(tx, name)
        return supplier if supplier and supplier.config.path.startswith(MADE + "/") else None

    def _counterpart(self, supplier: Supplier) -> Flask:
        known, app = self.counterparts.get(supplier.name, (None, None))
        if app is None or known is not supplier:
            app = Flask("pretend gateway", static_folder=None)
            app.register_blueprint(
                make_pretend_gateway(
                    self.world.store, supplier.name, supplier.config.gateway, supplier.dialect
                )
            )
            self.counterparts[supplier.name] = (supplier, app)
            for oldest in list(self.counterparts)[:-MOST_KNOWN]:
                self.counterparts.pop(oldest, None)
        return app


class _Door:
    """One supplier's paths; at a standing one's, a made supplier may be called by its tenant or
    OAuth client.
    """

    def __init__(self, world: World, supplier: Supplier, limiter: Limiter) -> None:
        self.world = world
        self.supplier = supplier
        self.limiter = limiter
        self.prefix = supplier.config.path
        self.router = router_of(supplier.dialect.routes)

    def answer(self, asked: Request) -> Response:
        path = asked.path[len(self.prefix) :] or "/"
        if path == "/openapi.json" and asked.method in ("GET", "HEAD"):
            return _json(self.supplier.openapi(asked.host_url.rstrip("/") + self.prefix), 200)
        incoming = Incoming(
            method=asked.method,
            path=path,
            base_url=asked.host_url.rstrip("/") + self.prefix,
            query=asked.query_string.decode("latin-1"),
            headers={name.lower(): value for name, value in asked.headers.items()},
        )
        begun = clock.monotonic()
        supplier, outgoing = self._outgoing(incoming, asked)
        metrics.request(supplier.label, incoming.method, outgoing.code, clock.monotonic() - begun)
        return self._respond(outgoing)

    def _outgoing(self, incoming: Incoming, asked: Request) -> tuple[Supplier, Outgoing]:
        """Who answers, and what."""
        try:
            incoming = _with_body(incoming, asked)
            supplier = self._called(incoming)
        except Refused as refused:
            return self.supplier, self.supplier.refuse(incoming, refused)
        except Unavailable as error:
            log.error("%s %s: %s", incoming.method, incoming.path, error)
            return self.supplier, self.supplier.dialect.refuse(Refused("unavailable", [str(error)]))
        if (granted := supplier.grant(incoming)) is not None:
            return supplier, granted
        try:
            supplier.admit(incoming)
            route, variables = self.router.match(incoming.method, incoming.path)
        except Refused as refused:
            return supplier, supplier.refuse(incoming, refused)
        return supplier, supplier.receive(replace(incoming, variables=variables), route)

    def _called(self, incoming: Incoming) -> Supplier:
        if self.supplier.name not in self.world.suppliers:
            return self.supplier
        said = (
            self.supplier.dialect.tenant_of(incoming),
            oauth.client_of(incoming.headers.get("authorization", "")),
        )
        tenant, client = (text if "\0" not in text else "" for text in said)
        with self.world.store.read() as tx:
            return self.world.called(tx, self.supplier, tenant, client)

    def _respond(self, outgoing: Outgoing) -> Response:
        if outgoing.delay:
            try:
                with self.limiter.waiting():
                    clock.sleep(outgoing.delay)
            except Refused:  # too many wait: then it costs this process a place
                clock.sleep(outgoing.delay)
        response = (
            _json(outgoing.body, outgoing.code)
            if outgoing.body is not None
            else Response(status=outgoing.code)
        )
        if outgoing.body is None:
            response.headers.pop("Content-Type", None)
        response.headers.update(outgoing.headers)
        return response


def _with_body(incoming: Incoming, asked: Request) -> Incoming:
    most = asked.max_content_length or 0
    too_large = Refused("too_large", [f"the body is larger than {most} bytes"])
    try:
        body = asked.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large from None
    if asked.content_length is None and len(body) >= most:
        raise too_large  # a chunked body is cut off at the limit without a word
    if len(body) < (asked.content_length or 0):
        raise Refused(
            "malformed", [f"the body breaks off after {len(body)} of {asked.content_length} bytes"]
        )
    return replace(incoming, body=body)


def _json(body: object, code: int) -> Response:
    return Response(strict_json.dumps(body), status=code, content_type="application/json")
