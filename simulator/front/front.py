"""Answering every request but the admin API's: which supplier or pretend gateway a path belongs to.

GET `/` lists what there is. What is not a pretend gateway's belongs to a supplier, by the longest
path. Known or unknown, it is answered by that supplier's contract and stands in its journal.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from simulator.base.errors import Outdated, Unavailable
from simulator.front.directory import directory
from simulator.front.endpoint import Endpoint
from simulator.front.guard import AdminGuard
from simulator.front.pretend import GuardedPretend
from simulator.front.problems import problem
from simulator.model import Incoming, Outgoing
from simulator.pretend_gateway import PretendGatewaysOfWorld
from simulator.store import Task, run_tasks
from simulator.world import MADE, World

log = logging.getLogger("simulator.front")


class Front:
    """The suppliers and pretend gateways of one process."""

    def __init__(self, world: World, guard: AdminGuard) -> None:
        self.world = world
        self.pretend_path = world.config.pretend_gateway.path
        self.pretend: GuardedPretend | None = None
        if world.config.pretend_gateway.mount:
            self.pretend = GuardedPretend(
                PretendGatewaysOfWorld(world), guard, world.config.server.max_body
            )
        self.standing = sorted(
            (Endpoint(world, supplier) for supplier in world.suppliers.values()),
            key=lambda endpoint: -len(endpoint.prefix),
        )

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one request. `incoming.path` is the whole path, decoded; `incoming.base_url` is
        how the caller reached this server.
        """
        return self.answer_all([incoming])[0]

    def answer_all(self, requests: Sequence[Incoming]) -> list[Outgoing]:
        """Answer requests that came at the same moment: they share a commit, and each is answered
        after it. One that fails costs the others nothing.
        """
        return run_tasks(self.world.store, [self._answer(incoming) for incoming in requests])

    def _answer(self, incoming: Incoming) -> Task[Outgoing]:
        try:
            path = incoming.path
            if path == "/" and incoming.method in ("GET", "HEAD"):
                return directory(self.world, incoming)
            if self.pretend and _is_below(path, self.pretend_path):
                return self.pretend.answer(incoming)
            while True:
                endpoint, found_by = self._endpoint(path)
                if endpoint is None:
                    return problem(404, "not_found", f"no supplier answers at {path[:200]}")
                try:
                    return (yield from endpoint.answer(incoming, found_by))
                except Outdated:
                    self.world.routes.forget()
        except Unavailable as error:
            log.error("%s %s: %s", incoming.method, incoming.path, error)
            return problem(503, "unavailable", str(error))
        except Exception:
            log.exception("%s %s: an internal fault", incoming.method, incoming.path)
            said = "an internal fault of the simulator: its log has the details"
            return problem(500, "fault", said)

    def _endpoint(self, path: str) -> tuple[Endpoint | None, str]:
        """Whose path it is, and by which version of the list of suppliers that was found."""
        found_by = ""
        if path.startswith(MADE + "/"):
            made, found_by = self.world.made_at(path[len(MADE) + 1 :].partition("/")[0])
            if made is not None:
                return Endpoint(self.world, made), found_by
        return next((one for one in self.standing if _is_below(path, one.prefix)), None), found_by


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
