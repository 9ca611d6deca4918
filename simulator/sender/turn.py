"""One turn of the sender, in one transaction: book what came back, claim what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.base import instants
from simulator.base.copies import replace
from simulator.gateway import Decision, Outcome, Result, decide
from simulator.model import KciState, Lane, LaneState
from simulator.ops import crash
from simulator.sender.beat import Beat
from simulator.sender.flow import Allowance, FlowControl
from simulator.sender.lane_turn import (
    Attempt,
    Changes,
    FindAndLock,
    LaneTurn,
    Lease,
    Target,
    given_up,
)
from simulator.sender.records import line_of, say
from simulator.store import Tx, clocks, lanes, locks, orders, outbox
from simulator.store.outbox import Queued

LOOK_AGAIN = instants.MINUTE
"""When a lane is looked at again whose supplier is not served here."""

STATE_AFTER = {
    Outcome.DELIVERED: KciState.DELIVERED,
    Outcome.RETRY: KciState.ATTEMPTED,
    Outcome.DEAD: KciState.DEAD,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """The lanes of one supplier that a turn has claimed, and what may leave of it."""

    supplier: str
    target: Target
    allowance: Allowance
    lanes: Sequence[Lane]


class Turn:
    """The turns of one sender. Everything here may be run again: log lines and metrics wait for the
    commit (`tx.after`).

    Locks are taken in one order by everybody: suppliers by name, each with its clock, then lanes.
    """

    def __init__(self, lease: Lease, find_and_lock: FindAndLock, flow: FlowControl) -> None:
        self.lease = lease
        self.find_and_lock = find_and_lock
        self.flow = flow
        self.beat = Beat(lease.owner, lease.length)

    def run(
        self, tx: Tx, results: Sequence[tuple[Attempt, Result]], free: int
    ) -> tuple[list[Attempt], int | None]:
        """What is to be posted now, and how long (microseconds) until the next lane is due."""
        self.beat.give(tx)
        self.flow.begin(tx)
        if results:
            self._book(tx, results)
            crash.point("book-before-commit")
        attempts_out, next_wake = self._claim(tx, free) if free > 0 else ([], None)
        return attempts_out, None if next_wake is None else max(0, next_wake - tx.wall)

    # ---- what came back

    def _book(self, tx: Tx, results: Sequence[tuple[Attempt, Result]]) -> None:
        names = sorted({attempt.supplier for attempt, _ in results})
        served = {name for name in names if self._lock(tx, name)}
        fences = {attempt.order.id: attempt.fence for attempt, _ in results}
        leased = lanes.leased(tx, fences, self.lease.owner)
        waiting = outbox.rest_of(tx, list(leased))
        changes = Changes()
        for attempt, result in sorted(results, key=lambda pair: pair[0].supplier):
            if attempt.supplier not in served:
                continue  # deleted meanwhile, with its lanes and its journal
            lane, policy = leased.get(attempt.order.id), attempt.target.policy
            decision = decide(result, attempt.kci, attempt.target.dialect.accepted, policy)
            counts = self.flow.hear(tx, attempt.supplier, policy, attempt.order.id, decision)
            if decision.outcome != Outcome.DELIVERED and not counts:
                # the gateway is down: even a KCI that would be dead by this answer is tried again
                wait = decision.wait or policy.breaker.probe_every
                decision = replace(decision, outcome=Outcome.RETRY, counts=False, wait=wait)
            if not result.silent:
                line = line_of(attempt, result, decision, leased=lane is not None)
                changes.notes.append((attempt.supplier, line))
                say(tx, attempt, result, decision)
            if lane:
                rest = [kci for kci in waiting[lane.order] if kci.id != attempt.kci.id]
                self._book_one(tx, attempt, result, decision, lane, rest, changes)
        changes.save(tx)

    def _book_one(
        self,
        tx: Tx,
        attempt: Attempt,
        result: Result,
        decision: Decision,
        lane: Lane,
        rest: Sequence[Queued],
        changes: Changes,
    ) -> None:
        policy, clock = attempt.target.policy, clocks.get(tx, attempt.supplier)
        error = result.error or (
            None if decision.outcome == Outcome.DELIVERED else result.body[:200]
        )
        last = {
            "at_wall": tx.wall,
            "code": result.code,
            "error": error,
            "took_ms": result.took / instants.MILLISECOND,
        }
        state = STATE_AFTER[decision.outcome]
        tries = attempt.kci.attempts - (not decision.counts)
        changes.kcis.append(replace(attempt.kci, state=state, last=last, attempts=tries))
        row = lanes.row(lane)
        if decision.outcome == Outcome.RETRY:
            row |= {"state": LaneState.RETRY, "wake": tx.wall + decision.wait, "owner": ""}
        elif decision.outcome == Outcome.DEAD:
            row |= given_up(tx, changes, policy, attempt.kci, attempt.supplier, rest, clock)
        else:
            row |= lanes.resting(rest, clock, tx.wall)
        changes.lanes.append(row)
        if policy.queue == "supplier":
            tx.wake_senders()  # the next order's turn: another sender may wait for it

    # ---- what may leave

    def _claim(self, tx: Tx, free: int) -> tuple[list[Attempt], int | None]:
        """Hand out what may leave, in even shares for the suppliers with something due. Returns the
        attempts, and when the next lane is due.
        """
        pending = lanes.pending(tx)
        due = [name for name, wake in pending if wake <= tx.wall]
        changes = Changes()
        blocked: dict[str, int | None] = {}
        claims: list[_Claim] = []
        left = free
        for place, name in enumerate(due):
            fair = -(-left // (len(due) - place))
            if fair <= 0:
                break
            if target := self.find_and_lock(tx, name):
                claim = self._claim_of(tx, name, target, fair)
                if claim.allowance.most <= 0:
                    blocked[name] = claim.allowance.later
                claims.append(claim)
                left -= len(claim.lanes)
            else:
                # they must neither keep this sender awake nor take the place of other lanes
                strange = lanes.claim(tx, name, free)
                wake = {"wake": tx.wall + LOOK_AGAIN}
                changes.lanes += [lanes.row(lane) | wake for lane in strange]
        blocked |= self._hand_out(tx, claims, changes)
        changes.save(tx)
        if len(changes.attempts_out) >= free:
            return changes.attempts_out, None  # the next result wakes us
        wakes = [blocked.get(name, wake) for name, wake in (lanes.pending(tx) if due else pending)]
        return changes.attempts_out, min((wake for wake in wakes if wake is not None), default=None)

    def _claim_of(self, tx: Tx, supplier: str, target: Target, fair: int) -> _Claim:
        """Claim what may leave of one supplier, `fair` lanes at most."""
        allowance = self.flow.allowance(tx, supplier, target.policy, fair)
        claimed: list[Lane] = []
        if allowance.most > 0:
            locks.share(tx, supplier)
            claimed = lanes.claim(tx, supplier, allowance.most, in_front=allowance.in_front)
        return _Claim(supplier=supplier, target=target, allowance=allowance, lanes=claimed)

    def _hand_out(
        self, tx: Tx, claims: Sequence[_Claim], changes: Changes
    ) -> dict[str, int | None]:
        """Let the steps of all claimed lanes happen. Returns for suppliers of which not all may
        leave when to look again.
        """
        ids = [lane.order for claim in claims for lane in claim.lanes]
        if not ids:
            return {}
        waiting, requests = outbox.open_of(tx, ids), orders.requests_in_play(tx, ids)
        found = orders.many(tx, ids)
        again: dict[str, int | None] = {}
        for claim in claims:
            before = len(changes.attempts_out)
            for lane in claim.lanes:
                of_order = (found[lane.order], requests[lane.order], waiting[lane.order])
                LaneTurn(self.lease, tx, lane, claim.target, *of_order).run(changes)
            count = len(changes.attempts_out) - before
            policy, allowance = claim.target.policy, claim.allowance
            later = self.flow.left(tx, claim.supplier, policy, allowance, count)
            if later is not None:
                again[claim.supplier] = later
        return again

    def _lock(self, tx: Tx, supplier: str) -> bool:
        """Lock a supplier against deletion, and its clock. False when it is not there any more."""
        if self.find_and_lock(tx, supplier) is None:
            return False
        locks.share(tx, supplier)
        return True
