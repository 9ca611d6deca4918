"""The connections of a loop: they are accepted, counted, watched and closed."""

from __future__ import annotations

import logging
import selectors
import socket
from collections.abc import Sequence
from selectors import EVENT_READ

from simulator.base import clock
from simulator.web.worker.connection import HALFWAY, Connection, Phase
from simulator.web.worker.limits import Limits

log = logging.getLogger("simulator.web")

YIELDING = (Phase.PLAYING, *HALFWAY)
"""Whoever is here is closed where there is no idle connection to make room."""

ACCEPTS = 32
"""The most connections that are accepted in one round."""


class Crowd:
    """All connections of `listeners`, and the selector that watches them. Whoever comes when there
    are as many as may be takes the place of the oldest idle one.
    """

    def __init__(self, listeners: Sequence[socket.socket], limits: Limits, most_body: int) -> None:
        self.listeners = listeners
        self.limits = limits
        self.most_body = most_body
        self.selector = selectors.DefaultSelector()
        self.connections: set[Connection] = set()
        self.idle: dict[Connection, None] = {}  # the oldest first
        self.is_accepting = False

    def accept_more(self, accepts: bool) -> None:
        if accepts and len(self.connections) >= self.limits.connections and not self._is_room():
            return
        if accepts != self.is_accepting:
            self.is_accepting = accepts
            for listener in self.listeners:
                if accepts:
                    self.selector.register(listener, EVENT_READ)
                else:
                    self.selector.unregister(listener)

    def _is_room(self) -> bool:
        return any(one.phase is Phase.IDLE or one.phase in YIELDING for one in self.connections)

    def accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTS):
            if len(self.connections) >= self.limits.connections and not self._is_room():
                self.accept_more(False)
                return
            try:
                accepted, peer = listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError as error:
                log.error("no connection can be accepted: %s", error)
                self._make_room()
                self.accept_more(False)  # until the next tick
                return
            if len(self.connections) >= self.limits.connections:
                self._make_room()
            accepted.setblocking(False)
            peer = peer if isinstance(peer, tuple) else ()
            connection = Connection(accepted, peer, self.most_body)
            self.connections.add(connection)
            self.enter(connection, Phase.IDLE, self.limits.head)
            self.watch(connection, EVENT_READ)

    def _make_room(self) -> None:
        """Close the oldest idle connection, or else one that is in a fault, or else one that is
        halfway: each time the one that would end first.
        """
        oldest = next(iter(self.idle), None)
        if oldest is None:
            yielding = [one for one in self.connections if one.phase in YIELDING]
            oldest = min(yielding, key=_patience, default=None)
        if oldest is not None:
            self.close(oldest)

    def enter(self, connection: Connection, phase: Phase, length: int = 0) -> None:
        """Begin a phase that may last so long; for ever when 0."""
        if connection.phase is Phase.IDLE:
            self.idle.pop(connection, None)
        if phase is Phase.IDLE:
            self.idle[connection] = None
        connection.phase = phase
        connection.deadline = clock.monotonic() + length if length else 0

    def watch(self, connection: Connection, events: int) -> None:
        if events == connection.events:
            return
        if not events:
            self.selector.unregister(connection.socket)
        elif not connection.events:
            self.selector.register(connection.socket, events, connection)
        else:
            self.selector.modify(connection.socket, events, connection)
        connection.events = events

    def close(self, connection: Connection) -> None:
        if connection.phase is Phase.CLOSED:
            return
        self.watch(connection, 0)
        self.enter(connection, Phase.CLOSED)
        self.connections.discard(connection)
        connection.socket.close()

    def reset(self, connection: Connection) -> None:
        """End it so that the client hears of a broken connection."""
        connection.reset()
        self.close(connection)

    def leave(self, connection: Connection) -> None:
        """After the last answer: closing at once could cost the client that answer."""
        connection.take_leave()
        connection.left = self.limits.unread
        self.enter(connection, Phase.LEAVING, self.limits.leave)
        self.watch(connection, EVENT_READ)


def _patience(connection: Connection) -> tuple[bool, int]:
    """Whose end costs least: nobody waits for the end of a fault."""
    return connection.phase is not Phase.PLAYING, connection.deadline
