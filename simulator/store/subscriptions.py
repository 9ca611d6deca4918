"""Waiting in this process for what any process commits: no look at the store before there is news,
or a while has passed.

News may be lost (`bell`), so that whoever waits looks again after a while in any case.
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
_SLICE = 250 * instants.MILLISECOND  # how soon the end of this process is noticed


class Subscription:
    """Whoever waits for news of one supplier, or of all (`supplier` empty)."""

    def __init__(self, registry: Subscriptions, supplier: str) -> None:
        self.registry = registry
        self.supplier = supplier
        self.lock = threading.Condition()
        self.changes: set[Change] = set()
        self.told = False
        self.unsure = False

    def tell(self, changes: list[Change]) -> None:
        """Take news in; an empty list says that anything may have changed."""
        mine = {change for change in changes if not self.supplier or change[0] == self.supplier}
        if mine or not changes:
            with self.lock:
                self.changes |= mine
                self.told = True
                self.unsure = self.unsure or not changes
                self.lock.notify_all()

    def next(self, deadline: int, look_every: int = LOOK_EVERY) -> set[Change] | None:
        """Wait for news, at most until `deadline` (monotonic): what changed; None where anything
        may have. Unavailable at the end of us.

        Anything may have changed when nothing was heard for `look_every` microseconds, or when news
        were lost for certain.
        """
        look_at = monotonic() + look_every
        with self.lock:
            while (
                not self.told and not self.registry.ended and monotonic() < min(deadline, look_at)
            ):
                self.lock.wait(
                    min(_SLICE, max(0, min(deadline, look_at) - monotonic())) / instants.SECOND
                )
            if self.registry.ended:
                raise Unavailable("the simulator is ending: ask again when it runs")
            sure = self.told and not self.unsure
            changes, self.changes, self.told, self.unsure = self.changes, set(), False, False
            return changes if sure else None


class Subscriptions:
    """All subscriptions of this process; the bell is listened to from the first one on."""

    def __init__(self, notifier: Notifier) -> None:
        self.notifier = notifier
        self.lock = threading.Lock()
        self.subscriptions: set[Subscription] = set()
        self.stop: Callable[[], None] | None = None
        self.ended = False

    @contextmanager
    def subscribe(self, supplier: str = "") -> Iterator[Subscription]:
        """Begin to wait, before the first look at the store: nothing that is committed after that
        look goes unheard.
        """
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
        """Let every subscription go, at its next look: this process ends. Safe in a signal's
        handler: no lock is taken.
        """
        self.ended = True

    def close(self) -> None:
        """End, and listen no more."""
        self.end()
        if self.stop is not None:
            self.stop()

    def _heard(self, changes: list[Change]) -> None:
        with self.lock:
            subscriptions = list(self.subscriptions)
        for subscription in subscriptions:
            subscription.tell(changes)
