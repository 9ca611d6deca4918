"""Moving a manual clock: it stops at every due moment, in order, and waits there for the gateway's
answers. The moment of another try is a due moment too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from simulator.base import instants, seed
from simulator.base.clock import Clock, monotonic
from simulator.base.errors import Refused
from simulator.model import Kci, KciState
from simulator.store import Store, Subscription, Tx, clocks, gateway_states, journal, outbox


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceResult:
    """What an advance did: the new supplier time, and the KCIs that were attempted.

    `not_sent` are those that their gateway does not want, although the order moved. `retried` are
    those that were posted more than once, each with the number of its posts. `overdue` are those
    that were due and are not delivered: they wait, at this clock, for another try, or for a gateway
    that is kept back. `unsettled` are the heads of the orders that did not come to rest in time.
    `parked` are the dead KCIs behind which an order stands: nothing more of it is sent.
    """

    now: int
    moved: int
    kcis: tuple[Kci, ...]
    not_sent: tuple[Kci, ...] = ()
    retried: tuple[tuple[Kci, int], ...] = ()
    overdue: tuple[Kci, ...] = ()
    unsettled: tuple[Kci, ...] = ()
    parked: tuple[Kci, ...] = ()


MOST_TRIES = 20
"""So many times in a row an advance stops only to try a gateway again that is kept back. One that
stays down for weeks is then tried whenever something new is due, and at the end.
"""


class ClockAdvance:
    """One advance of one supplier; `run` it once. `in_line`: all its orders wait in one queue."""

    def __init__(
        self, store: Store, supplier: str, *, settle: bool, within: int, in_line: bool
    ) -> None:
        self.store = store
        self.name = supplier
        self.in_line = in_line
        self.tries = 0
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
            posts = journal.kcis_since(tx, self.name, last_line)
            kcis = [kci for kci_id in posts if (kci := outbox.one(tx, kci_id)) is not None]
            waiting = _heads(tx, unsettled)
            overdue = _heads(tx, set(clocks.overdue(tx, self.name)) - set(unsettled))
            parked = outbox.parked(tx, self.name)
        return AdvanceResult(
            now=now,
            moved=now - begun,
            kcis=tuple(kci for kci in kcis if kci.state != KciState.SILENCED),
            not_sent=tuple(kci for kci in kcis if kci.state == KciState.SILENCED),
            retried=tuple((kci, posts[kci.id]) for kci in kcis if posts[kci.id] > 1),
            overdue=tuple(kci for kci in overdue if self.settle and kci.due_at <= now),
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
                    return now, self._moving(tx, target)

    def _step(self, tx: Tx, target: int) -> tuple[int, bool]:
        """Move to the next due moment, or to the target. Returns whether it is there."""
        due = self._next_stop(tx, self._manual(tx)) if self.settle else None
        last = due is None or due > target
        now = target if due is None or last else due
        clocks.step(tx, self.name, now)
        return now, last

    def _next_stop(self, tx: Tx, clock: Clock) -> int | None:
        """The next due moment. While the gateway is kept back, so is the moment at which it may be
        tried again, a few times.
        """
        now, gateway = clock.anchor, gateway_states.one(tx, self.name)
        if not gateway_states.waits_for_clock(gateway, clock):
            self.tries = 0
            return clocks.next_due(tx, self.name, now)
        step = clocks.next_step(tx, self.name, now)
        if gateway.until is None or self.tries >= MOST_TRIES:
            return step
        self.tries += 1
        return gateway.until if step is None else min(step, gateway.until)

    def _manual(self, tx: Tx) -> Clock:
        """The clock, locked. Refused (conflict) when it runs by itself."""
        clock = clocks.lock(tx, self.name)
        if clock.mode != "manual":
            said = f"the clock runs by itself ({clock.mode}): set it to manual first"
            raise Refused("conflict", [said])
        return clock

    def _next_due(self, now: int) -> int:
        with self.store.read() as tx:
            return clocks.next_due(tx, self.name, now) or now

    def _settled(self, now: int, subscription: Subscription, *, retried: bool = True) -> list[str]:
        """Wait until no lane is due, in flight or waiting for another try (`retried`). Returns the
        orders of those that still are at the deadline.
        """
        while True:
            with self.store.read() as tx:
                moving = self._moving(tx, now, retried=retried)
            if not moving or monotonic() >= self.deadline:
                return moving
            subscription.next(self.deadline)

    def _moving(self, tx: Tx, now: int, *, retried: bool = True) -> list[str]:
        return clocks.unsettled(tx, self.name, now, retried=retried, in_line=self.in_line)


def _heads(tx: Tx, orders: Collection[str]) -> list[Kci]:
    """The next KCI of each of these orders."""
    return [listed[0] for listed in outbox.open_of(tx, sorted(orders)).values() if listed]
