"""One supplier's paths: its token endpoint, its OpenAPI document, and its contract's operations."""

from __future__ import annotations

import logging

from simulator.base import clock
from simulator.base.copies import replace
from simulator.base.errors import Refused, Unavailable
from simulator.dialects.routes import router_of
from simulator.formats import oauth
from simulator.front.body import check_size, check_values
from simulator.model import Incoming, Outgoing
from simulator.ops import metrics
from simulator.store import Task
from simulator.supplier import Supplier
from simulator.world import World

log = logging.getLogger("simulator.front")


class Endpoint:
    """The paths of one supplier. At those of a standing supplier, a throw-away one may be called by
    its tenant or its OAuth client.
    """

    def __init__(self, world: World, supplier: Supplier) -> None:
        self.world = world
        self.supplier = supplier
        self.prefix = supplier.config.path
        self.router = router_of(supplier.dialect.routes)

    def answer(self, incoming: Incoming, found_by: str = "") -> Task[Outgoing]:
        """Answer one request below the prefix, by the contract. `found_by` as in `Incoming`."""
        path = incoming.path[len(self.prefix) :] or "/"
        if path == "/openapi.json" and incoming.method in ("GET", "HEAD"):
            return Outgoing(code=200, body=self.supplier.openapi(incoming.base_url + self.prefix))
        begun = clock.monotonic()
        supplier, outgoing = yield from self._outgoing(incoming, path, found_by)
        metrics.request(supplier.label, incoming.method, outgoing.code, clock.monotonic() - begun)
        return outgoing

    def _outgoing(
        self, incoming: Incoming, path: str, found_by: str
    ) -> Task[tuple[Supplier, Outgoing]]:
        """Which supplier answers, and what."""
        server, supplier = self.world.config.server, self.supplier
        base_url = incoming.base_url + self.prefix
        try:
            check_size(incoming, server.max_body)
            check_values(incoming, server.max_values)
            if self.supplier.name in self.world.suppliers:
                supplier, found_by = self._called(incoming)
        except Refused as refused:
            unread = replace(incoming, path=path, base_url=base_url, body=b"", found_by=found_by)
            return supplier, (yield from supplier.refuse(unread, refused))
        except Unavailable as error:
            log.error("%s %s: %s", incoming.method, path, error)
            return supplier, supplier.dialect.refuse(Refused("unavailable", [str(error)]))
        incoming = replace(incoming, path=path, base_url=base_url, found_by=found_by)
        if supplier.is_token_path(path):
            return supplier, (yield from supplier.grant(incoming))
        try:
            supplier.admit(incoming)
            route, variables = self.router.match(incoming.method, path)
        except Refused as refused:
            return supplier, (yield from supplier.refuse(incoming, refused))
        read = replace(incoming, variables=variables) if variables else incoming
        return supplier, (yield from supplier.receive(read, route))

    def _called(self, incoming: Incoming) -> tuple[Supplier, str]:
        """The throw-away supplier that the tenant or the client calls, else this one; and by which
        version of the list of suppliers it was found.
        """
        said = (
            self.supplier.dialect.tenant_of(incoming),
            oauth.client_of(incoming.headers.get("authorization", "")),
        )
        tenant, client = (text if "\0" not in text else "" for text in said)
        return self.world.called(self.supplier, tenant, client)
