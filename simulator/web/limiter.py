"""How many requests are worked on at once, and how many only wait: a long poll, an advance, a
scripted delay hold up nobody else.

The web server has a thread for each (`MOST_WAITING` more than `server.threads`; a thread that waits
costs next to nothing). Whoever waits steps aside, so that ordinary requests find `server.threads`
places whatever is waited for. A body is waited for before a place is taken: a slow client keeps
nobody from his.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from simulator.base import clock
from simulator.base.errors import Refused
from simulator.web.wsgi import await_body

MOST_WAITING = 256
"""The most requests of one process that may wait at once."""


class Limiter:
    """As WSGI middleware it lets `places` requests through at once; of a body it waits for no more
    than `most_body` bytes.
    """

    def __init__(self, places: int, most_body: int) -> None:
        self.places = threading.BoundedSemaphore(places)
        self.most_body = most_body
        self.waiting_slots = threading.BoundedSemaphore(MOST_WAITING)

    def around(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The application behind the gate; what is streamed after its first answer holds no place
        any more.
        """

        def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
            await_body(environ, self.most_body)
            with self.places:
                return inner(environ, start_response)

        return answer

    def sleep(self, length: int) -> None:
        """Sleep while one's place is free for others; where too many wait, it costs a place."""
        try:
            with self.waiting():
                clock.sleep(length)
        except Refused:
            clock.sleep(length)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Give one's place to others while one waits. Refused (unavailable) when too many wait
        already.
        """
        with self.waiting_slot():
            self.places.release()
            try:
                yield
            finally:
                self.places.acquire()

    @contextmanager
    def waiting_slot(self) -> Iterator[None]:
        """A place to wait at, for what holds no other. Refused (unavailable) when all are taken."""
        if not self.waiting_slots.acquire(blocking=False):
            raise Refused(
                "unavailable",
                [f"{MOST_WAITING} requests wait in this process already: ask again in a moment"],
            )
        try:
            yield
        finally:
            self.waiting_slots.release()
