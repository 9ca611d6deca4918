"""Waiting until something is true, without asking again and again.

One thread of each process hears what was committed. It reads what changed once, and lets every wait
judge it. A wait looks at everything when it begins; after that it sees changes only.
"""

from __future__ import annotations

import logging
import threading

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Conflict, Unavailable
from simulator.store import EVERYTHING, Change, Store, Tx, journal, orders, outbox
from simulator.supplier.wait import Changed, Wait, Waited, order_shapes
from simulator.views import resources

log = logging.getLogger("simulator.supplier")

LOOK_EVERY = 5 * instants.SECOND
"""How often everything is looked at without a notification: a notification may be lost."""


class Waits:
    """All waits of this process."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # held while reading and judging: what was read earlier must be judged earlier
        self.turn = threading.Lock()
        self.waits: dict[str, set[Wait]] = {}
        self.tails: dict[str, journal.Tail] = {}
        self.ended = False
        self.thread: threading.Thread | None = None

    def wait(self, wait: Wait) -> Waited:
        """Wait until it is true or its time is over. Unavailable when the simulator ends."""
        try:
            with self.turn:
                self._join(wait)
                with self.store.read() as tx:
                    wait.look(tx)
            wait.over.wait(max(0, wait.deadline - monotonic()) / instants.SECOND)
            if self.ended and not wait.is_true:
                raise Unavailable("the simulator is ending: ask again when it runs")
            with self.turn, self.store.read() as tx:
                if not wait.is_true:
                    wait.look(tx)
                return wait.ended(tx)
        finally:
            with self.turn:
                self._leave(wait)

    def _join(self, wait: Wait) -> None:
        self.waits.setdefault(wait.supplier, set()).add(wait)
        if wait.supplier not in self.tails:
            with self.store.read() as tx:
                self.tails[wait.supplier] = journal.Tail.from_now(tx, wait.supplier, direction="in")
        if self.thread is None:
            ready = threading.Event()
            self.thread = threading.Thread(
                target=self._watch, args=(ready,), name="waits", daemon=True
            )
            self.thread.start()
            ready.wait()

    def _leave(self, wait: Wait) -> None:
        mine = self.waits.get(wait.supplier, set())
        mine.discard(wait)
        if not mine:
            self.waits.pop(wait.supplier, None)
            self.tails.pop(wait.supplier, None)

    def _watch(self, ready: threading.Event) -> None:
        """Hear what was committed, and let every wait judge it, until this process ends."""
        with self.store.subscriptions.subscribe() as subscription:
            ready.set()
            while not self.ended:
                try:
                    changes = subscription.next(monotonic() + instants.HOUR, LOOK_EVERY)
                    with self.turn:
                        self._look(changes)
                except Unavailable as error:
                    if self.store.subscriptions.ended:
                        self._end()
                    else:
                        log.warning("waits cannot be judged now: %s", error)
                except Conflict as error:
                    log.warning("waits cannot be judged now: %s", error)
                # a defect of ours must not end this thread: all later waits would be in vain
                except Exception:
                    log.exception("waits cannot be judged now")

    def _end(self) -> None:
        with self.turn:
            self.ended = True
            for waits in self.waits.values():
                for wait in waits:
                    wait.over.set()

    def _look(self, changes: set[Change] | None) -> None:
        """Read what changed of each supplier that is waited for: once, for all its waits."""
        names = self.waits if changes is None else {name for name, _ in changes}
        if self.waits.keys().isdisjoint(names):
            return
        with self.store.read() as tx:
            for name, waits in self.waits.items():
                if changes is None or (name, EVERYTHING) in changes:
                    for wait in waits:
                        wait.look(tx)
                elif mine := {order for supplier, order in changes if supplier == name}:
                    changed = self._read(tx, name, mine - {""}, {wait.kind for wait in waits})
                    for wait in waits:
                        wait.look(tx) if wait.kind == "idle" else wait.take(changed)

    def _read(self, tx: Tx, supplier: str, order_ids: set[str], kinds: set[str]) -> Changed:
        changed = Changed()
        if "request" in kinds:
            changed.things["request"] = {
                line.id: resources.show_line(line) for line in self.tails[supplier].new(tx)
            }
        if "status" in kinds and order_ids:
            found = [
                order for order in orders.many(tx, order_ids).values() if order.supplier == supplier
            ]
            changed.things["status"] = {shape["id"]: shape for shape in order_shapes(tx, found)}
        if "kci" in kinds:
            found_kcis = (
                kci for order_id in order_ids for kci in outbox.all_of(tx, order_id) if kci.send
            )
            changed.things["kci"] = {kci.id: resources.show_kci(kci) for kci in found_kcis}
        return changed
