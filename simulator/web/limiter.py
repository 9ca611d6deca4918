"""How many requests of a process work at once, and how many may wait beside them.

`server.threads` requests work at once. A long poll, an advance and a delay of a scenario give their
place to another request while they wait; `MOST_WAITING` requests may wait. The web server has a
thread for each. A body is read before a place is taken, so that a slow client takes none. Under
`simulator.web.worker` only the requests of the admin API come here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from simulator.base import clock
from simulator.base.errors import Refused
from simulator.web.worker import MOST_WAITING
from simulator.web.wsgi import await_body


class Limiter:
    """Lets `places` requests work at once. Of a body it reads no more than `most_body` bytes."""

    def __init__(self, places: int, most_body: int) -> None:
        self.places = threading.BoundedSemaphore(places)
        self.most_body = most_body
        self.waiting_slots = threading.BoundedSemaphore(MOST_WAITING)

    def around(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The same WSGI application, limited. A stream has no place once its answer has begun."""

        def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
            await_body(environ, self.most_body)
            with self.places:
                return inner(environ, start_response)

        return answer

    def sleep(self, length: int) -> None:
        """Sleep without a place; with one where too many requests wait already."""
        try:
            with self.waiting():
                clock.sleep(length)
        except Refused:
            clock.sleep(length)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Give the place to another request until the block ends. Refused (unavailable) when too
        many requests wait already.
        """
        with self.waiting_slot():
            self.places.release()
            try:
                yield
            finally:
                self.places.acquire()

    @contextmanager
    def waiting_slot(self) -> Iterator[None]:
        """Be counted as waiting until the block ends. Refused (unavailable) as `waiting`."""
        if not self.waiting_slots.acquire(blocking=False):
            said = f"{MOST_WAITING} requests wait in this process already: ask again in a moment"
            raise Refused("unavailable", [said])
        try:
            yield
        finally:
            self.waiting_slots.release()
