"""One turn of the sender: book what came back, claim what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.base import instants
from simulator.base.copies import replace
from simulator.gateway import Decision, Outcome, Result, decide
from simulator.model import KciState, Lane, LaneState
from simulator.sender.beat import Beat
from simulator.sender.changes import Attempt, Changes, FindAndLock, Target
from simulator.sender.flow import Allowance, FlowControl
from simulator.sender.lane_turn import LaneTurn, Lease, given_up
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

    @property
    def is_full(self) -> bool:
        """Whether more of its lanes may be due."""
        return len(self.lanes) >= self.allowance.most


class Turn:
    """The turns of one sender, each worked out before it is written. This may be run again: log
    lines and metrics wait for the commit (`tx.after`).

    Locks are taken in one order by everybody: suppliers by name, each with its clock, then lanes.
    """

    def __init__(self, lease: Lease, find_and_lock: FindAndLock, flow: FlowControl) -> None:
        self.lease = lease
        self.find_and_lock = find_and_lock
        self.flow = flow
        self.beat = Beat(lease.owner, lease.length)

    def look(self, tx: Tx, results: Sequence[tuple[Attempt, Result]], free: int) -> Changes:
        """Work out what the answers change, and what is to be posted now, `free` KCIs at most."""
        self.beat.give(tx)
        self.flow.begin(tx)
        changes = Changes(of_view=tx.is_view, kept_back=dict(self.flow.kept_back))
        self._book(tx, results, changes)
        if free > 0:
            next_wake = self._claim(tx, free, changes)
            changes.wait = None if next_wake is None else max(0, next_wake - tx.wall)
        return changes

    # ---- what came back

    def _book(self, tx: Tx, results: Sequence[tuple[Attempt, Result]], changes: Changes) -> None:
        names = sorted({attempt.supplier for attempt, _ in results})
        served = {name for name in names if self._lock(tx, name, changes)}
        fences = {attempt.order.id: attempt.fence for attempt, _ in results}
        leased = lanes.leased(tx, fences, self.lease.owner)
        waiting = outbox.rest_of(tx, list(leased))
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
        if decision.outcome == Outcome.RETRY:
            lane = replace(lane, **lanes.retrying(clock, tx.wall, decision.wait))
        elif decision.outcome == Outcome.DEAD:
            gone = given_up(tx, changes, policy, attempt.kci, attempt.supplier, rest, clock)
            lane = replace(lane, **gone)
        else:
            lane = replace(lane, **lanes.resting(rest, clock, tx.wall))
        changes.lanes[lane.order] = lane
        if policy.queue == "supplier":
            tx.wake_senders()  # the next order's turn: another sender may wait for it

    # ---- what may leave

    def _claim(self, tx: Tx, free: int, changes: Changes) -> int | None:
        """Hand out what may leave, in even shares for the suppliers with something due. Returns the
        wall time of the next turn; None when the next answer comes first, or nothing is due.
        """
        wakes = lanes.pending(tx)
        _earlier(wakes, changes.lanes.values())
        due = sorted(
            (name for name, wake in wakes.items() if wake <= tx.wall), key=wakes.__getitem__
        )
        later: dict[str, int] = lanes.pending(tx, tx.wall) if due else wakes
        claims: list[_Claim] = []
        left = free
        for place, name in enumerate(due):
            fair = -(-left // (len(due) - place))
            if fair > 0 and (target := self._lock(tx, name, changes)):
                claims.append(self._claim_of(tx, name, target, fair, changes))
                left -= len(claims[-1].lanes)
            elif fair > 0:
                self._put_off(tx, name, free, changes)
                continue
            if fair <= 0 or claims[-1].is_full:
                later[name] = tx.wall
        blocked = {
            claim.supplier: claim.allowance.later for claim in claims if claim.allowance.most <= 0
        }
        blocked |= self._hand_out(tx, claims, changes)
        if len(changes.attempts_out) >= free:
            return None
        _earlier(later, changes.lanes.values())
        found = [blocked.get(name, wake) for name, wake in later.items()]
        return min((wake for wake in found if wake is not None), default=None)

    def _claim_of(
        self, tx: Tx, supplier: str, target: Target, fair: int, changes: Changes
    ) -> _Claim:
        """Claim what may leave of one supplier, `fair` lanes at most. Lanes that are booked in this
        turn come first: in the store they are still leased.
        """
        booked = {name: lane for name, lane in changes.lanes.items() if lane.supplier == supplier}
        allowance = self.flow.allowance(tx, supplier, target.policy, fair, booked)
        most = max(0, allowance.most)
        claimed: list[Lane] = []
        if most:
            found = lanes.claim(tx, supplier, most, in_front=allowance.in_front)
            claimed = [lane for lane in found if lane.order not in booked]
            if not allowance.in_front:
                claimed = [*(lane for lane in booked.values() if _is_due(lane, tx.wall)), *claimed]
        return _Claim(supplier=supplier, target=target, allowance=allowance, lanes=claimed[:most])

    def _put_off(self, tx: Tx, supplier: str, free: int, changes: Changes) -> None:
        """The lanes of a supplier that is not served here must neither keep this sender awake nor
        take the place of other lanes.
        """
        for lane in lanes.claim(tx, supplier, free):
            changes.lanes[lane.order] = replace(lane, wake=tx.wall + LOOK_AGAIN)

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
        found, booked = orders.many(tx, ids), {kci.id for kci in changes.kcis}
        again: dict[str, int | None] = {}
        for claim in claims:
            before = len(changes.attempts_out)
            for lane in claim.lanes:
                queue = [kci for kci in waiting[lane.order] if kci.id not in booked]
                of_order = (found[lane.order], requests[lane.order], queue)
                LaneTurn(self.lease, tx, changes, lane, claim.target, *of_order).run()
            count = len(changes.attempts_out) - before
            policy, allowance = claim.target.policy, claim.allowance
            later = self.flow.left(tx, claim.supplier, policy, allowance, count)
            if later is not None:
                again[claim.supplier] = later
        return again

    def _lock(self, tx: Tx, supplier: str, changes: Changes) -> Target | None:
        """Lock a supplier against deletion, and its clock. None when it is not there any more."""
        target = self.find_and_lock(tx, supplier)
        if target is not None:
            locks.share(tx, supplier)
            changes.clocks[supplier] = clocks.get(tx, supplier)
        return target


def _is_due(lane: Lane, wall: int) -> bool:
    """Whether the next KCI of a lane may leave; one that is tried again waits for the next turn."""
    return lane.state == LaneState.DUE and lane.wake is not None and lane.wake <= wall


def _earlier(wakes: dict[str, int], changed: Iterable[Lane]) -> None:
    """The first wake of each supplier, with lanes whose wake is changed but not written yet."""
    for lane in changed:
        if lane.wake is not None:
            wakes[lane.supplier] = min(lane.wake, wakes.get(lane.supplier, lane.wake))
