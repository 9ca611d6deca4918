"""What there is at this server: the answer to GET `/`."""

from __future__ import annotations

from typing import Any

from simulator import __version__
from simulator.front.paths import ADMIN
from simulator.model import Incoming, Outgoing
from simulator.pretend_gateway import RECEIVED
from simulator.world import World, pretend_path


def directory(world: World, incoming: Incoming) -> Outgoing:
    """The standing suppliers with their addresses, and where to read on. `incoming` says how the
    caller reached this server.
    """
    return Outgoing(code=200, body=_listed(world, incoming.base_url))


def _listed(world: World, server: str) -> dict[str, Any]:
    return {
        "simulator": __version__,
        "suppliers": [_supplier(world, name, server) for name in world.suppliers],
        "admin": f"{server}{ADMIN}",
        "health": f"{server}{ADMIN}/health",
        "ready": f"{server}{ADMIN}/ready",
    }


def _supplier(world: World, name: str, server: str) -> dict[str, Any]:
    supplier = world.suppliers[name]
    pretend = pretend_path(world.config, name)
    gateway = supplier.config.gateway.url or ""
    is_pretend = world.config.pretend_gateway.mount and gateway.endswith(pretend)
    url = server + supplier.config.path
    return {
        "name": name,
        "contract": supplier.dialect.title,
        "url": url,
        "openapi": f"{url}/openapi.json",
        "orders": f"{server}{ADMIN}/suppliers/{name}/orders",
        "received": f"{server}{pretend}{RECEIVED}" if is_pretend else None,
    }
