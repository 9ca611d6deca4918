"""Server-sent events: each line of the journal, and changes of orders, KCIs and the clock.

Each line of the journal comes once and in order, also after a reconnection (`Last-Event-ID`). An
order or a KCI is sent as it is when it is read: several quick changes may come as one event. A
reader that does not read is dropped.
"""

from __future__ import annotations

import logging
import select
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Refused, Unavailable
from simulator.formats import strict_json
from simulator.store import EVERYTHING, Change
from simulator.store.subscriptions import Subscription
from simulator.supplier import Supplier
from simulator.views import resources
from simulator.web.admin.shapes import show_clock

log = logging.getLogger("simulator.web")

SLOW = 5000
"""Milliseconds for which a reader's socket may take nothing more."""

HEARTBEAT = 15 * instants.SECOND
PIECE = 8192
MOST_ORDERS = 10_000


class Stream:
    """The events of one supplier, as the body of an answer. `after` is the id of the last line of
    the journal that the reader knows; None begins now.
    """

    def __init__(self, supplier: Supplier, after: int | None, socket: Any) -> None:
        self.supplier = supplier
        self.socket = socket
        self.tail = supplier.tail(after)
        self.sent: dict[tuple[str, str], Any] = {}

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the stream, until the reader goes or is too slow, or the simulator ends."""
        with suppress(Unavailable), self.supplier.subscribe() as subscription:
            yield b"retry: 1000\n: events of the simulator\n\n"
            while True:
                data = self._next(subscription).encode()
                for start in range(0, len(data), PIECE):
                    if not self._is_read():
                        said = "the events of supplier %s: a reader that is too slow is dropped"
                        log.warning(said, self.supplier.name)
                        return
                    yield data[start : start + PIECE]

    def _next(self, subscription: Subscription) -> str:
        """Wait for the next events; a comment after a while without any."""
        beat = monotonic() + HEARTBEAT
        while True:
            text = "".join(self._news(subscription.next(beat)))
            if text:
                return text
            if monotonic() >= beat:
                return ": alive\n\n"

    def _is_read(self) -> bool:
        """Whether the reader's socket takes more; taken for granted where there is no socket."""
        if self.socket is None:
            return True
        asked = select.poll()
        asked.register(self.socket, select.POLLOUT)
        return bool(asked.poll(SLOW))

    def _news(self, changes: set[Change] | None) -> Iterator[str]:
        for line in self.supplier.new_lines(self.tail):
            kind = "act" if line.direction == "act" else "exchange"
            yield _event(kind, resources.show_line(line), line.id)
        for _, order_id in sorted(changes or ()):
            with suppress(Refused):  # deleted meanwhile
                is_order = order_id not in ("", EVERYTHING)
                yield from self._of_order(order_id) if is_order else self._of_clock()

    def _of_order(self, order_id: str) -> Iterator[str]:
        shape = resources.show_order(self.supplier.order(order_id))
        state = (shape["status"], shape["number"], shape["open_requests"])
        if self._is_new(("order", order_id), state):
            yield _event("order", shape)
        for kci in self.supplier.kcis(order=order_id, limit=1000):
            if self._is_new(("kci", kci.id), (kci.state, kci.attempts, kci.due_at)):
                yield _event("kci", resources.show_kci(kci))

    def _of_clock(self) -> Iterator[str]:
        clock, now = self.supplier.clock()
        if self._is_new(("clock", ""), (clock.mode, clock.rate, clock.anchor)):
            yield _event("clock", show_clock(clock, now))

    def _is_new(self, key: tuple[str, str], state: Any) -> bool:
        if self.sent.get(key) == state:
            return False
        self.sent.pop(key, None)
        self.sent[key] = state
        while len(self.sent) > MOST_ORDERS:
            self.sent.pop(next(iter(self.sent)))
        return True


def _event(kind: str, shape: Mapping[str, Any], number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {strict_json.dumps(shape)}\n\n"
