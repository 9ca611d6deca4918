"""Several pretend gateways on one server: which of them a path belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from simulator.base.errors import Refused
from simulator.formats import oauth
from simulator.model import Incoming, Outgoing
from simulator.pretend_gateway.book import Book
from simulator.pretend_gateway.gateway import PretendGateway
from simulator.supplier import Supplier
from simulator.world import MADE, World, pretend_path


class PretendGateways(Protocol):
    """Answers requests for pretend gateways. Refused: not_found, unknown_path, wrong_method."""

    def answer(self, incoming: Incoming) -> Outgoing: ...


class Mounted:
    """Pretend gateways, each below a path. Of several at one path, the first that has the rest of a
    request's path answers.
    """

    def __init__(self, mounts: Sequence[tuple[str, PretendGateway]]) -> None:
        self.mounts = sorted(mounts, key=lambda mount: -len(mount[0]))

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one request. Refused: unknown_path or wrong_method."""
        path = incoming.path
        unknown = Refused("unknown_path", [f"no pretend gateway answers at {path[:200]}"])
        for prefix, gateway in self.mounts:
            if path == prefix or path.startswith(prefix + "/"):
                try:
                    return gateway.answer(replace(incoming, path=path[len(prefix) :] or "/"))
                except Refused as error:
                    if error.kind != "unknown_path":
                        raise
                    unknown = error
        raise unknown


class PretendGatewaysOfWorld:
    """The pretend gateways of all suppliers of a world. Throw-away suppliers are looked up at each
    request: any process may have made them.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = token_key(world.store.root_seed)
        self.made = world.config.pretend_gateway.path + MADE + "/"
        self.standing = Mounted(
            [
                (pretend_path(world.config, supplier.name), self._of(supplier))
                for supplier in world.suppliers.values()
            ]
        )

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one request. Refused: not_found, unknown_path or wrong_method."""
        path = incoming.path
        if not path.startswith(self.made):
            return self.standing.answer(incoming)
        name, _, rest = path[len(self.made) :].partition("/")
        supplier = self.world.made(name)
        if supplier is None:
            raise Refused("not_found", [f"no supplier {name[:80]}"])
        return self._of(supplier).answer(replace(incoming, path="/" + rest))

    def _of(self, supplier: Supplier) -> PretendGateway:
        book = Book(supplier.store, supplier.name, supplier.dialect)
        return PretendGateway(book, supplier.config.gateway, supplier.dialect, self.key)


def token_key(root_seed: str) -> str:
    """The key that signs the tokens of all pretend gateways of a store."""
    return oauth.key_of(root_seed, "pretend gateway")
