"""Server-sent events: every line of the journal as it is noted, and how orders, KCIs and clocks
change.

Exchanges and acts come each once and in order, also over a reconnection (`Last-Event-ID`). What changed of
orders and KCIs is told as it is when it is looked at: several quick changes may come as one. A
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
from simulator.supplier import Supplier
from simulator.views import resources
from simulator.web.resources import show_clock

log = logging.getLogger("simulator.web")

SLOW = 5000
"""Milliseconds that a reader may leave full what lies ready for it."""

HEARTBEAT = 15 * instants.SECOND
PIECE = 8192
MOST_ORDERS = 10_000


class Stream:
    """The events of one supplier, as the body of an answer; `after` is the last exchange that the
    reader knows.
    """

    def __init__(self, supplier: Supplier, after: int | None, socket: Any) -> None:
        self.supplier = supplier
        self.socket = socket
        self.tail = supplier.tail(after)
        self.told: dict[tuple[str, str], Any] = {}

    def pieces(self) -> Iterator[bytes]:
        """What is written, as it comes, until the reader goes, is too slow, or we end."""
        try:
            with self.supplier.subscribe() as subscription:
                yield b"retry: 1000\n: events of the simulator\n\n"
                beat = monotonic() + HEARTBEAT
                while True:
                    text = "".join(self._news(subscription.next(beat)))
                    if not text and monotonic() >= beat:
                        text = ": alive\n\n"
                    if not text:
                        continue
                    beat = monotonic() + HEARTBEAT
                    data = text.encode()
                    for start in range(0, len(data), PIECE):
                        if not self._ready():
                            log.warning(
                                "a reader of events reads too slowly: dropped (supplier %s)",
                                self.supplier.name,
                            )
                            return
                        yield data[start : start + PIECE]
        except Unavailable:
            return

    def _ready(self) -> bool:
        """Whether the reader takes more; without its socket nobody knows."""
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
            with suppress(Refused):  # gone meanwhile
                yield from (
                    self._of_order(order_id)
                    if order_id not in ("", EVERYTHING)
                    else self._of_clock()
                )

    def _of_order(self, order_id: str) -> Iterator[str]:
        shape = resources.show_order(self.supplier.order(order_id))
        if self._is_new(
            ("order", order_id), (shape["status"], shape["number"], shape["open_requests"])
        ):
            yield _event("order", shape)
        for kci in self.supplier.kcis(order=order_id, limit=1000):
            if self._is_new(("kci", kci.id), (kci.state, kci.attempts, kci.due_at)):
                yield _event("kci", resources.show_kci(kci))

    def _of_clock(self) -> Iterator[str]:
        clock, now = self.supplier.clock()
        if self._is_new(("clock", ""), (clock.mode, clock.rate, clock.anchor)):
            yield _event("clock", show_clock(clock, now))

    def _is_new(self, key: tuple[str, str], state: Any) -> bool:
        if self.told.get(key) == state:
            return False
        self.told.pop(key, None)
        self.told[key] = state
        while len(self.told) > MOST_ORDERS:
            self.told.pop(next(iter(self.told)))
        return True


def _event(kind: str, shape: Mapping[str, Any], number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {strict_json.dumps(shape)}\n\n"
