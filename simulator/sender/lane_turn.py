"""One claimed lane: its silent steps happen, and the first KCI that is due gets its number and its
body and becomes an attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.clock import Clock
from simulator.base.copies import replace
from simulator.base.errors import Illegal, RenderFailed, SimulatorError
from simulator.base.working_days import Calendar
from simulator.config import Gateway, Policy
from simulator.dialects import Dialect
from simulator.model import (
    Act,
    JournalLine,
    Kci,
    KciState,
    Lane,
    LaneState,
    Message,
    Order,
    Request,
)
from simulator.ops import metrics
from simulator.store import Tx, clocks, journal, lanes, orders, outbox
from simulator.store.outbox import Queued

log = logging.getLogger("simulator.sender")

MOST_SILENT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the sender knows of one supplier. Metrics name it `label`.

    What is random in its orders depends on `run_seed`; `fixed_seed`: somebody set it.
    """

    dialect: Dialect
    gateway: Gateway
    policy: Policy
    run_seed: str
    fixed_seed: bool
    calendar: Calendar
    label: str


FindAndLock = Callable[[Tx, str], Target | None]
"""Finds a supplier's target by name, and locks the supplier against deletion until the transaction
ends. None when there is no such supplier, or not any more.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One KCI in flight, with everything that posting and booking it need. Its result counts only
    while the lane has this `fence`.
    """

    supplier: str
    target: Target
    order: Order
    kci: Kci
    message: Message
    fence: int
    at: int


@dataclass(kw_only=True, slots=True)
class Changes:
    """What the lanes' turns change, saved together at the end of the transaction. `before` are the
    orders as they were.
    """

    before: dict[str, Order] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    kcis: list[Kci] = field(default_factory=list)
    lanes: list[dict[str, Any]] = field(default_factory=list)
    attempts_out: list[Attempt] = field(default_factory=list)
    notes: list[tuple[str, JournalLine]] = field(default_factory=list)

    def save(self, tx: Tx) -> None:
        """Write everything but the attempts, which leave after the commit."""
        journal.note_all(tx, self.notes)
        orders.save(tx, self.orders, self.before)
        outbox.save(tx, self.kcis)
        lanes.save(tx, self.lanes)


@dataclass(frozen=True, slots=True)
class Lease:
    """The sender that owns a claimed lane, and for how long (microseconds)."""

    owner: str
    length: int


class LaneTurn:
    """One claimed lane. Silent steps happen at once, up to the first KCI that is due.

    A KCI that this order's gateway does not want is a silent step too: the order moves, and no
    number is used.
    """

    def __init__(
        self,
        lease: Lease,
        tx: Tx,
        lane: Lane,
        target: Target,
        order: Order,
        requests: Sequence[Request],
        waiting: Sequence[Kci],
    ) -> None:
        self.lease, self.tx, self.lane, self.target, self.order = lease, tx, lane, target, order
        self.requests, self.waiting = list(requests), list(waiting)
        self.clock = clocks.get(tx, lane.supplier)
        self.dialect = target.dialect
        self.now = self.clock.now(tx.wall)
        self.changes = Changes()

    def run(self, changes: Changes) -> None:
        """Let the lane's steps happen, and add what they change."""
        self.changes = changes
        changes.before[self.order.id] = before = self.order
        row = self._until_message()
        if self.order is not before:
            changes.orders.append(self.order)
        changes.lanes.append(row)

    def _until_message(self) -> dict[str, Any]:
        """The lane's row when a KCI was handed out, or nothing is due any more."""
        row = lanes.row(self.lane)
        for _ in range(MOST_SILENT):
            head = self.waiting[0] if self.waiting else None
            if (
                head is None
                or head.state == KciState.PAUSED
                or (head.state == KciState.WAITING and head.due_at > self.now)
            ):
                return row | lanes.resting(self.waiting, self.clock, self.tx.wall)
            try:
                if head.state == KciState.WAITING and not head.is_timed:
                    self._time(head)
                    continue
                after, message = self._take_step(head, row)
            except (Illegal, RenderFailed) as error:
                self.changes.kcis.append(self._dead(head, error))
                self.waiting.pop(0)
                if self.target.policy.after_dead != "skip":
                    return row | self._give_up(head)
                continue
            self.changes.kcis.append(after)
            if message is not None:
                return self._hand_out(after, message, row)
            self.waiting.pop(0)
        return row | lanes.resting(self.waiting, self.clock, self.tx.wall)

    def _take_step(self, head: Kci, row: dict[str, Any]) -> tuple[Kci, Message | None]:
        """The KCI after its step or its retry, with its message; without one for a silent step.

        A waiting step happens now and its message gets the next number. The number and the body
        are kept: a retry repeats them. Nothing of a step happens when its message cannot be
        written.
        """
        if head.state != KciState.WAITING:
            with self._contained():
                message = self.dialect.write_kci(self.order, head, self._request_of(head))
            return replace(head, body=message.body, attempts=head.attempts + 1), message
        with self._contained():
            advanced = engine.advance(
                self.order,
                head,
                self.requests,
                self.waiting[1:],
                self.dialect,
                self.now,
                self._chance(),
            )
            why = self._why_not_sent(advanced.order, advanced.kci)
        if why:
            self._happen(advanced)
            return self._silent(advanced.kci, why), None
        head = replace(advanced.kci, state=KciState.ATTEMPTED, sequence=row["next_sequence"])
        request = advanced.request or self._request_of(head)
        with self._contained():
            message = self.dialect.write_kci(advanced.order, head, request)
        self._happen(advanced)
        row["next_sequence"] += 1
        late = self.tx.wall - (self.lane.wake or self.tx.wall)
        self.tx.after(lambda: metrics.late(self.target.label, late))
        return replace(head, body=message.body, attempts=head.attempts + 1), message

    def _why_not_sent(self, order: Order, head: Kci) -> str:
        if not head.send:
            return "nothing to send"
        return self.dialect.why_not_sent(order, head.send)

    def _request_of(self, kci: Kci) -> Request | None:
        return next((request for request in self.requests if request.id == kci.request), None)

    def _chance(self) -> seed.Chance:
        names = (self.order.supplier, self.order.scenario, self.order.seed_key)
        return seed.Chance(self.target.run_seed, names, self.target.fixed_seed)

    def _time(self, head: Kci) -> None:
        """Evaluate the time of a step. Another step may be due before it then."""
        request = self._request_of(head)
        with self._contained():
            changed = engine.timed(
                self.order,
                head,
                request,
                self.waiting,
                self.now,
                self._chance(),
                self.target.calendar,
            )
        outbox.retime(self.tx, changed)
        self.waiting = engine.replaced(self.waiting, changed)

    def _happen(self, advanced: engine.Advance) -> None:
        """Let a step happen: the order moves, and what the step withdraws is withdrawn."""
        if advanced.request is not None:
            settled = advanced.request
            orders.settle_request(self.tx, self.order.id, settled.id, settled.status)
            self.requests = [
                advanced.request if request.id == advanced.request.id else request
                for request in self.requests
            ]
        for request_id in advanced.lapsed:
            orders.settle_request(self.tx, self.order.id, request_id, "lapsed")
        outbox.withdraw(self.tx, advanced.withdraw)
        head, *rest = self.waiting
        self.waiting = [head, *(kci for kci in rest if kci.id not in advanced.withdraw)]
        self.order = advanced.order

    @contextmanager
    def _contained(self) -> Iterator[None]:
        """Make a defect of ours in a step or a message cost this one KCI, and not the sender and
        all other orders.
        """
        try:
            yield
        except SimulatorError:
            raise
        except Exception as error:
            said = f"a step of order {self.order.id} failed in an unexpected way"
            self.tx.after(partial(log.error, said, exc_info=error))
            raise RenderFailed(f"an internal fault: {type(error).__name__}: {error}") from None

    def _silent(self, head: Kci, why: str) -> Kci:
        """A step without a message, of its own or because the order's gateway does not want it."""
        if not head.send:
            return replace(head, state=KciState.DELIVERED, attempts=1)
        self._act(head, "kci.silence", f"{head.send} is not sent: {why}")
        return replace(
            head,
            state=KciState.SILENCED,
            last={"at_wall": self.tx.wall, "code": None, "error": why, "took_ms": 0},
        )

    def _hand_out(self, head: Kci, message: Message, row: dict[str, Any]) -> dict[str, Any]:
        """Make an attempt of a message. Returns the row of the lane, which this sender leases."""
        fence = self.lane.fence + 1
        attempt = Attempt(
            supplier=self.lane.supplier,
            target=self.target,
            order=self.order,
            kci=head,
            message=message,
            fence=fence,
            at=self.now,
        )
        self.changes.attempts_out.append(attempt)
        lease = self.tx.wall + self.lease.length
        return row | {
            "state": LaneState.SENDING,
            "wake": lease,
            "owner": self.lease.owner,
            "fence": fence,
        }

    def _act(self, head: Kci, what: str, message: str) -> None:
        act = Act(
            at=self.now,
            what=what,
            by="sender",
            message=message,
            order=self.order.id,
            kci=head.id,
            scenario=self.order.scenario,
        )
        self.changes.notes.append((self.lane.supplier, act))

    def _give_up(self, dead: Kci) -> dict[str, Any]:
        supplier, policy = self.lane.supplier, self.target.policy
        return given_up(self.tx, self.changes, policy, dead, supplier, self.waiting, self.clock)

    def _dead(self, head: Kci, error: SimulatorError) -> Kci:
        name = _name(head)
        order = f"{self.order.tenant}/{self.order.ref or self.order.number}"
        said = "%s of order %s cannot happen: %s"
        self.tx.after(partial(log.error, said, name, order, error))
        self._act(head, "kci.fail", f"{name} could not happen: {error}")
        return replace(
            head,
            state=KciState.DEAD,
            last={"at_wall": self.tx.wall, "code": None, "error": str(error), "took_ms": 0},
        )


def given_up(
    tx: Tx,
    changes: Changes,
    policy: Policy,
    dead: Kci,
    supplier: str,
    rest: Sequence[Kci | Queued],
    clock: Clock,
) -> dict[str, Any]:
    """The lane's row when one of its KCIs is dead (`delivery.after_dead`). With `abandon`, what the
    order still had to send is withdrawn.
    """
    if policy.after_dead == "park":
        return {"state": LaneState.PARKED, "wake": None, "due": None, "owner": ""}
    if policy.after_dead == "skip":
        return lanes.resting(rest, clock, tx.wall)
    outbox.withdraw(tx, [kci.id for kci in rest])
    said = f"abandoned: {_name(dead)} was given up, and so is all that came after it"
    act = Act(
        at=clock.now(tx.wall),
        what="order.abandon",
        by="sender",
        message=f"{said} (delivery.after_dead)",
        order=dead.order,
        kci=dead.id,
    )
    changes.notes.append((supplier, act))
    return lanes.resting((), clock, tx.wall)


def _name(kci: Kci) -> str:
    return kci.send or kci.step.status or kci.step.mark or "a step"
