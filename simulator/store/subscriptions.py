"""Subscriptions: threads of this process wait for what any process commits, without polling.

A notification may be lost, so a subscription also returns after a while without one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Unavailable
from simulator.store.notifier import NEWS, Change, Notifier

LOOK_EVERY = 250 * instants.MILLISECOND
_SLICE = 250 * instants.MILLISECOND
"""How soon a subscription notices that this process ends."""


class Subscription:
    """One thread that waits for changes of one supplier, or of all (`supplier` empty)."""

    def __init__(self, registry: Subscriptions, supplier: str) -> None:
        self.registry = registry
        self.supplier = supplier
        self.lock = threading.Condition()
        self.changes: set[Change] = set()
        self.has_news = False
        self.unsure = False

    def hear(self, changes: list[Change]) -> None:
        """Take in what changed; an empty list says that anything may have changed."""
        mine = {change for change in changes if not self.supplier or change[0] == self.supplier}
        if mine or not changes:
            with self.lock:
                self.changes |= mine
                self.has_news = True
                self.unsure = self.unsure or not changes
                self.lock.notify_all()

    def next(self, deadline: int, look_every: int = LOOK_EVERY) -> set[Change] | None:
        """Wait until something changed, at most until `deadline` (monotonic). Returns what changed.
        Unavailable when this process ends.

        Returns None when anything may have changed: after `look_every` microseconds without a
        message, and when messages were lost.
        """
        look_at = monotonic() + look_every
        with self.lock:
            while (
                not self.has_news
                and not self.registry.ended
                and monotonic() < min(deadline, look_at)
            ):
                self.lock.wait(
                    min(_SLICE, max(0, min(deadline, look_at) - monotonic())) / instants.SECOND
                )
            if self.registry.ended:
                raise Unavailable("the simulator is ending: ask again when it runs")
            sure = self.has_news and not self.unsure
            changes, self.changes, self.has_news, self.unsure = self.changes, set(), False, False
            return changes if sure else None


class Subscriptions:
    """All subscriptions of this process. It listens from the first one on."""

    def __init__(self, notifier: Notifier) -> None:
        self.notifier = notifier
        self.lock = threading.Lock()
        self.subscriptions: set[Subscription] = set()
        self.stop: Callable[[], None] | None = None
        self.ended = False

    @contextmanager
    def subscribe(self, supplier: str = "") -> Iterator[Subscription]:
        """Subscribe before you read the store: then no later commit is missed."""
        subscription = Subscription(self, supplier)
        with self.lock:
            self.subscriptions.add(subscription)
            if self.stop is None:
                self.stop = self.notifier.listen(NEWS, self._heard)
        try:
            yield subscription
        finally:
            with self.lock:
                self.subscriptions.discard(subscription)

    def end(self) -> None:
        """End every wait: this process ends. No lock is taken, so signal handlers may call it."""
        self.ended = True

    def close(self) -> None:
        """End every wait, and stop listening."""
        self.end()
        if self.stop is not None:
            self.stop()

    def _heard(self, changes: list[Change]) -> None:
        with self.lock:
            subscriptions = list(self.subscriptions)
        for subscription in subscriptions:
            subscription.hear(changes)
