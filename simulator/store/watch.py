"""Waiting in this process for what any process commits: no look at the store before there is news, or a while has passed.

News may be lost (`bell`), so that whoever waits looks again after `LOOK_EVERY` at the latest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator import instants
from simulator.clock import monotonic
from simulator.errors import Unavailable
from simulator.store.bell import NEWS, Bell, Change

LOOK_EVERY = 250 * instants.MILLISECOND


class Waiter:
    """Whoever waits for news of one supplier, or of all (`supplier` empty)."""

    def __init__(self, watch: Watch, supplier: str) -> None:
        self.watch = watch
        self.supplier = supplier
        self.lock = threading.Condition()
        self.changes: set[Change] = set()
        self.told = False

    def tell(self, changes: list[Change]) -> None:
        """Take news in; an empty list says that anything may have changed."""
        mine = {change for change in changes if not self.supplier or change[0] == self.supplier}
        if mine or not changes:
            with self.lock:
                self.changes |= mine
                self.told = True
                self.lock.notify_all()

    def next(self, deadline: int) -> set[Change]:
        """Wait for news, at most until `deadline` (monotonic): what changed, as far as it is known. Unavailable at the end of us."""
        seconds = min(LOOK_EVERY, max(0, deadline - monotonic())) / instants.SECOND
        with self.lock:
            self.lock.wait_for(lambda: self.told, seconds)
            if self.watch.ended:
                raise Unavailable("the simulator is ending: ask again when it runs")
            changes, self.changes, self.told = self.changes, set(), False
            return changes


class Watch:
    """All waiters of this process; the bell is listened to from the first one on."""

    def __init__(self, bell: Bell) -> None:
        self.bell = bell
        self.lock = threading.Lock()
        self.waiters: set[Waiter] = set()
        self.stop: Callable[[], None] | None = None
        self.ended = False

    @contextmanager
    def waiting(self, supplier: str = "") -> Iterator[Waiter]:
        """Begin to wait, before the first look at the store: nothing that is committed after that look goes unheard."""
        waiter = Waiter(self, supplier)
        with self.lock:
            self.waiters.add(waiter)
            if self.stop is None:
                self.stop = self.bell.listen(NEWS, self._heard)
        try:
            yield waiter
        finally:
            with self.lock:
                self.waiters.discard(waiter)

    def end(self) -> None:
        """Let every waiter go, at its next look: this process ends. Safe in a signal's handler: no lock is taken."""
        self.ended = True

    def close(self) -> None:
        """End, and listen no more."""
        self.end()
        if self.stop is not None:
            self.stop()

    def _heard(self, changes: list[Change]) -> None:
        with self.lock:
            waiters = list(self.waiters)
        for waiter in waiters:
            waiter.tell(changes)
