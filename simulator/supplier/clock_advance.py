"""Moving a manual clock: it stops at every due moment, in order, and waits there for the gateway's
answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.base import instants, seed
from simulator.base.clock import Clock, monotonic
from simulator.base.errors import Refused
from simulator.model import Kci, KciState
from simulator.store import Store, Subscription, Tx, clocks, journal, outbox


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceResult:
    """What an advance did: the new supplier time, and the KCIs that were attempted.

    `not_sent` are those that their gateway does not want, although the order moved. `unsettled` are
    the heads of the orders that did not come to rest in time. `parked` are the dead KCIs behind
    which an order stands: nothing more of it is sent.
    """

    now: int
    moved: int
    kcis: tuple[Kci, ...]
    not_sent: tuple[Kci, ...] = ()
    unsettled: tuple[Kci, ...] = ()
    parked: tuple[Kci, ...] = ()


class ClockAdvance:
    """One advance of one supplier; `run` it once."""

    def __init__(self, store: Store, supplier: str, *, settle: bool, within: int) -> None:
        self.store = store
        self.name = supplier
        self.settle = settle
        self.within = within
        self.token = seed.unique()
        self.deadline = monotonic() + within

    def run(self, by: int | None, to: int | None, to_next: bool) -> AdvanceResult:
        """Move by a length, to an instant, or to the next due moment. Refused: see
        `Supplier.advance`.
        """
        begun, target, last_line = self.store.run(lambda tx: self._begin(tx, by, to))
        try:
            with self.store.subscriptions.subscribe(self.name) as subscription:
                # of an order whose KCI is in flight, nobody knows yet what is due next
                if self.settle:
                    self._settled(begun, subscription, retried=False)
                target = self._next_due(begun) if to_next else target
                now, unsettled = self._walk(target, subscription)
        finally:
            self.store.run(lambda tx: clocks.end_advance(tx, self.name, self.token))
        with self.store.read() as tx:
            ids = journal.kcis_since(tx, self.name, last_line)
            kcis = [kci for kci_id in ids if (kci := outbox.one(tx, kci_id)) is not None]
            waiting = [listed[0] for listed in outbox.open_of(tx, unsettled).values() if listed]
            parked = outbox.parked(tx, self.name)
        return AdvanceResult(
            now=now,
            moved=now - begun,
            kcis=tuple(kci for kci in kcis if kci.state != KciState.SILENCED),
            not_sent=tuple(kci for kci in kcis if kci.state == KciState.SILENCED),
            unsettled=tuple(waiting),
            parked=tuple(parked),
        )

    def _begin(self, tx: Tx, by: int | None, to: int | None) -> tuple[int, int, int]:
        """Where the clock is, where it goes, and the newest line of the journal."""
        now = self._manual(tx).now(tx.wall)
        target = to if to is not None else now + (by or 0)
        if target < now:
            raise Refused(
                "invalid",
                [f"to: supplier time is {instants.format_instant(now)} and only goes forward"],
            )
        if target > instants.LATEST_CLOCK:
            raise Refused(
                "invalid",
                [f"to: supplier time ends at {instants.format_instant(instants.LATEST_CLOCK)}"],
            )
        until = tx.wall + self.within + 5 * instants.SECOND
        if not clocks.take_advance(tx, self.name, self.token, until):
            raise Refused("conflict", ["another advance of this supplier is running"])
        return now, target, journal.last_id(tx)

    def _walk(self, target: int, subscription: Subscription) -> tuple[int, list[str]]:
        """Step to the target. Returns where it got to, and the orders that are not at rest."""
        while True:
            now, reached = self.store.run(lambda tx: self._step(tx, target))
            unsettled = self._settled(now, subscription) if self.settle else []
            if unsettled or reached:
                return now, unsettled
            if monotonic() >= self.deadline:
                with self.store.read() as tx:
                    return now, clocks.unsettled(tx, self.name, target)

    def _step(self, tx: Tx, target: int) -> tuple[int, bool]:
        """Move to the next due moment, or to the target. Returns whether it is there."""
        clock = self._manual(tx)
        due = clocks.next_due(tx, self.name)
        last = due is None or due > target or not self.settle
        now = target if due is None or last else max(clock.anchor, due)
        clocks.step(tx, self.name, now)
        return now, last

    def _manual(self, tx: Tx) -> Clock:
        """The clock, locked. Refused (conflict) when it runs by itself."""
        clock = clocks.lock(tx, self.name)
        if clock.mode != "manual":
            said = f"the clock runs by itself ({clock.mode}): set it to manual first"
            raise Refused("conflict", [said])
        return clock

    def _next_due(self, now: int) -> int:
        with self.store.read() as tx:
            return max(now, clocks.next_due(tx, self.name) or now)

    def _settled(self, now: int, subscription: Subscription, *, retried: bool = True) -> list[str]:
        """Wait until no lane is due, in flight or waiting for another try (`retried`). Returns the
        orders of those that still are at the deadline.
        """
        while True:
            with self.store.read() as tx:
                moving = clocks.unsettled(tx, self.name, now, retried=retried)
            if not moving or monotonic() >= self.deadline:
                return moving
            subscription.next(self.deadline)
