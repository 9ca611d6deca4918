"""One claimed lane: its silent steps happen, and the first KCI that is due gets its number and its
body and becomes an attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.clock import Clock
from simulator.base.copies import replace
from simulator.base.errors import Illegal, RenderFailed, SimulatorError
from simulator.config import Policy
from simulator.dialects import sending
from simulator.language.faults import fault_of
from simulator.model import Act, Kci, KciState, Lane, LaneState, Message, Order, Request
from simulator.ops import metrics
from simulator.sender.changes import Attempt, Changes, Errand, Target
from simulator.store import Tx, clocks, lanes, outbox
from simulator.store.orders import Settled
from simulator.store.outbox import Queued

log = logging.getLogger("simulator.sender")

MOST_SILENT = 100
_REPEATABLE = (KciState.DELIVERED, KciState.SILENCED)


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
        changes: Changes,
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
        self.changes = changes

    def run(self) -> None:
        """Let the lane's steps happen, and add what they change."""
        self.changes.before[self.order.id] = before = self.order
        columns = self._until_message()
        if self.order is not before:
            self.changes.orders.append(self.order)
        self.changes.lanes[self.lane.order] = replace(self.lane, **columns)

    def _until_message(self) -> dict[str, Any]:
        """The columns of the lane when a KCI was handed out, or nothing is due any more."""
        for _ in range(MOST_SILENT):
            head = self.waiting[0] if self.waiting else None
            if (
                head is None
                or head.state == KciState.PAUSED
                or (head.state == KciState.WAITING and head.due_at > self.now)
            ):
                break
            try:
                if head.state == KciState.WAITING and not head.is_timed:
                    self._time(head)
                    continue
                if head.step.is_errand:
                    return self._send_on_an_errand(head)
                after, message = self._take_step(head)
            except (Illegal, RenderFailed) as error:
                self.changes.kcis.append(self._dead(head, error))
                self.waiting.pop(0)
                if self.target.policy.after_dead != "skip":
                    return self._give_up(head)
                continue
            self.changes.kcis.append(after)
            if message is not None:
                return self._hand_out(after, message)
            self.waiting.pop(0)
        return lanes.resting(self.waiting, self.clock, self.tx.wall)

    def _take_step(self, head: Kci) -> tuple[Kci, Message | None]:
        """The KCI after its step or its retry, with its message; without one for a silent step.

        A waiting step happens now and its message gets the next number. The number and the body
        are kept: a retry repeats them. Nothing of a step happens when its message cannot be
        written.
        """
        if head.state != KciState.WAITING:
            with self._contained():
                message = sending.write_again(
                    self.dialect, self.order, head, self._request_of(head)
                )
            return self._attempted(head, message)
        if head.step.decides:
            return self._decide(head), None
        return self._send_again(head) if head.step.echo else self._send(head)

    def _decide(self, head: Kci) -> Kci:
        """A step decides on which way the story goes on."""
        message = self._at(head.position - head.step.answer_of)
        way, why = engine.decided(head, message)
        taken = engine.taken(self.waiting[1:], head, way)
        self.changes.replanned += taken.moved
        self.changes.withdrawn += taken.withdraw
        self.waiting = [head, *engine.after(self.waiting[1:], taken)]
        if why:
            self._act("order.way", why)
        return self._silent(replace(head, issued_at=self.now), "nothing to send")

    def _send(self, head: Kci) -> tuple[Kci, Message | None]:
        """A step happens, and its message is written. What only tries the gateway out moves
        nothing.
        """
        is_probe = fault_of(head.step).is_probe
        advanced = self._advanced(head)
        with self._contained():
            why = self._why_not_sent(advanced.order, advanced.kci)
        if why:
            self._happen(advanced, is_probe)
            return self._silent(advanced.kci, why), None
        request, number = advanced.request or self._request_of(head), self.lane.next_sequence
        with self._contained():
            written = sending.write(self.dialect, self.order, advanced, request, number)
        self._happen(advanced, is_probe)
        self.lane = replace(self.lane, next_sequence=written.next_number)
        if written.message is None:
            return self._silent(written.kci, f"the fault {head.step.fault} holds it back"), None
        self._note_late()
        return self._attempted(written.kci, written.message)

    def _advanced(self, head: Kci) -> engine.Advance:
        """What the order and its steps are when this one has happened; nothing is changed yet."""
        with self._contained():
            return engine.advance(
                self.order,
                head,
                self.requests,
                self.waiting[1:],
                self.dialect,
                self.now,
                self._chance(),
            )

    def _send_again(self, head: Kci) -> tuple[Kci, Message | None]:
        """A message that was written before is sent once more, on purpose."""
        earlier = self._at(head.position - head.step.echo)
        head = replace(head, issued_at=self.now)
        if earlier is None or earlier.body is None or earlier.state not in _REPEATABLE:
            return self._silent(head, "there is no message that could be sent again"), None
        with self._contained():
            head, message = sending.write_echo(self.dialect, self.order, head, earlier.body)
        self._note_late()
        return self._attempted(head, message)

    def _attempted(self, head: Kci, message: Message) -> tuple[Kci, Message]:
        attempts = head.attempts + 1
        return replace(
            head, state=KciState.ATTEMPTED, body=message.body, attempts=attempts
        ), message

    def _at(self, position: int) -> Kci | None:
        """The order's KCI at a place of the outbox, as this turn leaves it."""
        mine = (kci for kci in self.changes.kcis if kci.order == self.order.id)
        changed = [kci for kci in mine if kci.position == position]
        return changed[-1] if changed else outbox.at(self.tx, self.order.id, position)

    def _note_late(self) -> None:
        late = self.tx.wall - (self.lane.wake or self.tx.wall)
        self.tx.after(lambda: metrics.late(self.target.label, late))

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
        self.changes.replanned += changed
        self.waiting = engine.replaced(self.waiting, changed)

    def _happen(self, advanced: engine.Advance, is_probe: bool) -> None:
        """Let a step happen: the order moves, and what the step withdraws is withdrawn. With a
        probe, nothing does.
        """
        if is_probe:
            return
        settled = self.changes.settled
        if done := advanced.request:
            settled.append(Settled(self.order.id, done.id, done.status))
        settled += [Settled(self.order.id, lapsed, "lapsed") for lapsed in advanced.lapsed]
        self.changes.withdrawn += advanced.withdraw
        self.requests = advanced.requests_after(self.requests)
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
        self._act("kci.silence", f"{head.send} is not sent: {why}", head)
        return replace(
            head,
            state=KciState.SILENCED,
            last={"at_wall": self.tx.wall, "code": None, "error": why, "took_ms": 0},
        )

    def _hand_out(self, head: Kci, message: Message) -> dict[str, Any]:
        """Make an attempt of a message. Returns the lane's columns: this sender leases it."""
        leased = self._leased()
        attempt = Attempt(
            supplier=self.lane.supplier,
            target=self.target,
            order=self.order,
            kci=head,
            message=message,
            fence=leased["fence"],
            at=self.now,
            is_manual=self.clock.mode == "manual",
        )
        self.changes.attempts_out.append(attempt)
        return leased

    def _send_on_an_errand(self, head: Kci) -> dict[str, Any]:
        """Hand out a step that changes other orders. It happens in a transaction of its own
        (`errands`), so that this one locks no lanes out of turn.
        """
        leased = self._leased()
        errand = Errand(
            supplier=self.lane.supplier,
            order=self.order.id,
            kci=head.id,
            fence=leased["fence"],
        )
        self.changes.errands.append(errand)
        return leased

    def _leased(self) -> dict[str, Any]:
        """The columns of a lane that this sender leases."""
        lease = self.tx.wall + self.lease.length
        return {
            "state": LaneState.SENDING,
            "wake": lease,
            "owner": self.lease.owner,
            "fence": self.lane.fence + 1,
        }

    def _act(self, what: str, message: str, kci: Kci | None = None) -> None:
        act = Act(
            at=self.now,
            what=what,
            by="sender",
            message=message,
            order=self.order.id,
            kci=kci.id if kci else "",
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
        self._act("kci.fail", f"{name} could not happen: {error}", head)
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
    """The lane's columns when one of its KCIs is dead (`delivery.after_dead`). With `abandon`, what
    the order still had to send is withdrawn.
    """
    if policy.after_dead == "park":
        return {"state": LaneState.PARKED, "wake": None, "due": None, "owner": ""}
    if policy.after_dead == "skip":
        return lanes.resting(rest, clock, tx.wall)
    changes.withdrawn += [kci.id for kci in rest]
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
    return kci.step.word or "a step"
