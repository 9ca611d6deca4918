"""Connections that are kept for the next request."""

from __future__ import annotations

import asyncio

from simulator.gateway.connection import Connection
from simulator.gateway.wire import Place

KEPT_FOR = 1.5
"""Seconds: servers close what is idle, some of them after two."""


class Pool:
    """Idle connections, each with its place and the moment since when; the oldest is the first."""

    def __init__(self, kept_for: float = KEPT_FOR) -> None:
        self.kept_for = kept_for
        self.loop = asyncio.get_running_loop()
        self.idle: dict[Connection, tuple[Place, float]] = {}
        self.sweeping: asyncio.TimerHandle | None = None

    def take(self, place: Place) -> Connection | None:
        """The connection to a place that was used last, if there is one that is still good."""
        oldest = self.loop.time() - self.kept_for
        for connection, (leads_to, since) in reversed(self.idle.items()):
            if since < oldest:
                return None
            if leads_to == place and connection.is_quiet:
                del self.idle[connection]
                return connection
        return None

    def keep(self, place: Place, connection: Connection) -> None:
        """Keep a connection for a while."""
        self.idle[connection] = place, self.loop.time()
        if self.sweeping is None:
            self.sweeping = self.loop.call_later(self.kept_for, self._sweep)

    def keep_at_most(self, count: int) -> None:
        """Close the oldest of more than so many connections."""
        while len(self.idle) > count:
            self._drop_oldest()

    async def close(self) -> None:
        """Close all."""
        if self.sweeping is not None:
            self.sweeping.cancel()
        left = list(self.idle)
        self.keep_at_most(0)
        for connection in left:
            await connection.ended.wait()

    def _sweep(self) -> None:
        oldest = self.loop.time() - self.kept_for
        while self.idle and next(iter(self.idle.values()))[1] < oldest:
            self._drop_oldest()
        self.sweeping = self.loop.call_later(self.kept_for, self._sweep) if self.idle else None

    def _drop_oldest(self) -> None:
        connection = next(iter(self.idle))
        del self.idle[connection]
        connection.abort()
