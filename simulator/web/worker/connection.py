"""One connection of the loop, and how far it is."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from simulator.web.worker.reader import Reader, Request

PIECE = 65_536

Step = Callable[["Connection"], None]
"""What is done with a connection next."""


class Phase(Enum):
    """How far a connection is: between two requests, in a head, in a body, waiting for its answer,
    taking its answer, in a fault that lasts, taking its leave, gone.
    """

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    BUSY = auto()
    WRITING = auto()
    PLAYING = auto()
    LEAVING = auto()
    CLOSED = auto()


HALFWAY = (Phase.HEAD, Phase.BODY)
IN_FLIGHT = (*HALFWAY, Phase.BUSY, Phase.WRITING)


class Connection:
    """A socket that never blocks, the requests on it, and what has not left yet. `deadline` is when
    its phase must have ended (monotonic microseconds, 0 for never), `events` what the selector
    watches (0 for not at all). `ending` is what comes behind the answer, where that is neither the
    next request nor the leave.
    """

    __slots__ = (
        "deadline",
        "ending",
        "events",
        "keeps",
        "left",
        "peer",
        "phase",
        "reader",
        "request",
        "socket",
        "unsent",
    )

    def __init__(self, accepted: socket.socket, peer: tuple[Any, ...], most_body: int) -> None:
        self.socket = accepted
        self.peer = peer
        is_near = not peer or str(peer[0]).startswith(("127.", "::1"))
        self.reader = Reader(most_body, is_trusted=is_near)
        self.request: Request | None = None
        self.phase = Phase.IDLE
        self.deadline = 0
        self.events = 0
        self.keeps = True
        self.ending: Step | None = None
        self.unsent: bytes | memoryview = b""
        self.left = 0

    def receive(self) -> bytes | None:
        """What came, nothing at its end, None when nothing is there. OSError when it broke."""
        try:
            return self.socket.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return None

    def send(self) -> bool:
        """Send what has not left yet; whether all has. OSError when it broke."""
        while self.unsent:
            try:
                sent = self.socket.send(self.unsent)
            except (BlockingIOError, InterruptedError):
                return False
            self.unsent = memoryview(self.unsent)[sent:]
        return True

    def take_leave(self) -> None:
        """No more answers: the client may read to the end before the connection is closed."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def reset(self) -> None:
        """Let the socket's end be a reset (RST): what was not read or sent yet is lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
