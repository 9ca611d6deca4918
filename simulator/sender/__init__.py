"""The background sender: claims due lanes, lets each step happen, posts the message, settles the
answer.

One short transaction a turn settles what came back and claims what is due; no post is made inside
it, and none before its commit. The lease and the fence on the lane make it safe to have many
senders, and to lose one at any moment.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from simulator import __version__
from simulator.base import instants, seed
from simulator.base.errors import Conflict, Unavailable
from simulator.config import Delivery, JournalConfig, Targets
from simulator.gateway import Client, Decision, Result, decide
from simulator.model import Lane
from simulator.ops import crash
from simulator.sender.flow import FlowControl
from simulator.sender.lane_turn import Attempt, Changes, Find, LaneTurn, Lease, Target, given_up
from simulator.sender.records import tell
from simulator.store import (
    WORK,
    Store,
    Tx,
    clocks,
    gateway_states,
    journal,
    orders,
    outbox,
    senders,
    upkeep,
)
from simulator.store.outbox import Queued

__all__ = ["Attempt", "Find", "Sender", "Target"]

log = logging.getLogger("simulator.sender")

POLL = 1.0
TIDY_EVERY = 10.0
BEAT_EVERY = 2 * instants.SECOND
LOOK_AGAIN = instants.MINUTE


class Sender:
    """Run it with `asyncio.run(sender.run())`; `stop()` from any thread lets it finish what is in
    flight and return.
    """

    def __init__(
        self,
        store: Store,
        find: Find,
        delivery: Delivery,
        bounds: JournalConfig,
        targets: Targets,
    ) -> None:
        self.store = store
        self.bounds = bounds
        self.find = find
        self.delivery = delivery
        self.lease = Lease(seed.unique(), delivery.lease)
        self.client = Client(delivery, targets)
        self.flow = FlowControl(delivery)
        self.results: list[tuple[Attempt, Result]] = []
        self.in_flight: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.last_beat = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self.awake: asyncio.Event | None = None

    def stop(self) -> None:
        """Claim nothing more; what is in flight is waited for and settled."""
        self.stopping = True
        self.wake()

    def wake(self) -> None:
        """Look at the store now. Safe from any thread."""
        if self.loop is not None and self.awake is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self.loop.call_soon_threadsafe(self.awake.set)

    async def run(self) -> None:
        self.loop, self.awake = asyncio.get_running_loop(), asyncio.Event()
        await self.client.open()
        unlisten = self.store.notifier.listen(WORK, lambda changes: self.wake())
        if self.store.is_sqlite:
            await asyncio.to_thread(self._take_all)
        tidying = asyncio.create_task(self._tidy())
        try:
            while not (self.stopping and not self.in_flight and not self.results):
                wait = await self._safe_turn()
                if not self.results:
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self.awake.wait(), wait)
                self.awake.clear()
            await asyncio.to_thread(self._leave)
        finally:
            tidying.cancel()
            await asyncio.to_thread(unlisten)
            await self.client.close()

    def _take_all(self) -> None:
        with self.store.write() as tx:
            if freed := senders.take_all(tx):
                log.info(
                    "went on with %d orders that were being sent when the last sender ended", freed
                )

    def _leave(self) -> None:
        with suppress(Unavailable, Conflict), self.store.write() as tx:
            senders.leave(tx, self.lease.owner)

    async def _tidy(self) -> None:
        """Keep the journals in bounds, beside the turns."""
        while True:
            try:
                await asyncio.to_thread(
                    upkeep.tidy, self.store, most=self.bounds.most, keep=self.bounds.keep
                )
            except (Unavailable, Conflict) as error:
                log.warning("the journal cannot be kept in bounds now: %s", error)
            await asyncio.sleep(TIDY_EVERY)

    async def _safe_turn(self) -> float:
        """One turn; a store that cannot be used now loses nothing, the results wait for it."""
        results, self.results = self.results, []
        free = 0 if self.stopping else self.delivery.in_flight - len(self.in_flight)
        try:
            attempts_out, wait = await asyncio.to_thread(self._turn, results, free)
        except (Unavailable, Conflict) as error:
            log.warning("the store is not available, trying again: %s", error)
            self.results = results + self.results
            await asyncio.sleep(0.2)
            return 0.0
        if attempts_out:
            crash.point("claim-committed")
        for attempt in attempts_out:
            self.flow.sent(attempt.supplier)
            task = asyncio.create_task(self._deliver(attempt))
            self.in_flight.add(task)
            task.add_done_callback(self.in_flight.discard)
        return wait

    async def _deliver(self, attempt: Attempt) -> None:
        crash.point("post-before")
        try:
            result = await self.client.post(
                attempt.target.gateway, attempt.target.policy, attempt.message
            )
        # a defect of ours must not lose the attempt: its try counts, and the log has it
        except Exception as error:
            log.exception("posting %s failed in an unexpected way", attempt.kci.id)
            result = Result(error=f"internal: {type(error).__name__}")
        crash.point("post-after")
        self.results.append((attempt, result))
        self.flow.back(attempt.supplier)
        if self.awake is not None:
            self.awake.set()

    # ---- one turn, in one transaction, on a worker thread

    def _turn(
        self, results: Sequence[tuple[Attempt, Result]], free: int
    ) -> tuple[list[Attempt], float]:
        with self.store.write() as tx:
            if not 0 <= tx.wall - self.last_beat <= BEAT_EVERY:
                self._beat(tx)
            self.flow.begin(tx)
            if results:
                self._settle(tx, results)
                crash.point("settle-before-commit")
            attempts_out, next_wake = self._claim(tx, free) if free > 0 else ([], None)
        return attempts_out, POLL if next_wake is None else min(
            POLL, max(0, next_wake - tx.wall) / instants.SECOND
        )

    def _beat(self, tx: Tx) -> None:
        """Say that we live; take back what silent senders hold, unless the store was away for all
        of us a moment ago.
        """
        tx.end_stuck()
        if tx.wall < self.last_beat - instants.SECOND:
            log.warning(
                "this machine's clock went back by %s",
                instants.format_duration(self.last_beat - tx.wall),
            )
            outbox.clock_went_back(tx, self.delivery.lease)
            gateway_states.clock_went_back(tx)
        senders.beat(
            tx,
            self.lease.owner,
            {"host": socket.gethostname(), "pid": os.getpid(), "version": __version__},
        )
        if tx.wall - self.last_beat < 2 * BEAT_EVERY and (freed := senders.take_back(tx)):
            log.warning("took back %d orders from a sender that gives no sign of life", freed)
        self.last_beat = tx.wall

    def _settle(self, tx: Tx, results: Sequence[tuple[Attempt, Result]]) -> None:
        held = outbox.leased(
            tx, {attempt.order.id: attempt.fence for attempt, _ in results}, self.lease.owner
        )
        waiting = outbox.rest_of(tx, list(held))
        changes = Changes()
        # all senders lock what they share in one order
        for attempt, result in sorted(results, key=lambda pair: pair[0].supplier):
            if self.find(tx, attempt.supplier) is None:
                continue  # deleted meanwhile, with its lanes and its journal
            lane, policy = held.get(attempt.order.id), attempt.target.policy
            decision = decide(result, attempt.kci, attempt.target.dialect.accepted, policy)
            counts = self.flow.hear(tx, attempt.supplier, policy, attempt.order.id, decision)
            if decision.state != "delivered" and not counts:
                decision = replace(
                    decision,
                    state="retry",
                    counts=False,
                    wait=decision.wait or policy.breaker.probe_every,
                )
            if not result.silent:
                changes.notes.append(
                    (attempt.supplier, tell(attempt, result, decision, held=lane is not None))
                )
            if lane:
                rest = [kci for kci in waiting[lane.order] if kci.id != attempt.kci.id]
                self._settle_one(tx, attempt, result, decision, lane, rest, changes)
        journal.note_all(tx, changes.notes)
        outbox.save(tx, changes.kcis)
        outbox.save_lanes(tx, changes.lanes)

    def _settle_one(
        self,
        tx: Tx,
        attempt: Attempt,
        result: Result,
        decision: Decision,
        lane: Lane,
        rest: Sequence[Queued],
        changes: Changes,
    ) -> None:
        policy, moment = attempt.target.policy, clocks.get(tx, attempt.supplier)
        error = result.error or (None if decision.state == "delivered" else result.body[:200])
        last = {
            "at_wall": tx.wall,
            "code": result.code,
            "error": error,
            "took_ms": result.took / instants.MILLISECOND,
        }
        state = "attempted" if decision.state == "retry" else decision.state
        changes.kcis.append(
            replace(
                attempt.kci,
                state=state,
                last=last,
                attempts=attempt.kci.attempts - (not decision.counts),
            )
        )
        row = outbox.lane_row(lane)
        if decision.state == "retry":
            row |= {"state": "retry", "wake": tx.wall + decision.wait, "owner": ""}
        elif decision.state == "dead":
            row |= given_up(tx, policy, attempt.kci, attempt.supplier, rest, moment)
        else:
            row |= outbox.resting(rest, moment)
        changes.lanes.append(row)
        if policy.queue == "supplier":
            tx.wake_senders()  # the next order's turn: another sender may wait for it

    def _claim(self, tx: Tx, free: int) -> tuple[list[Attempt], int | None]:
        """Hand out what may leave, shared evenly among the suppliers that want it; and when the
        next lane wants a sender.
        """
        pending = outbox.pending(tx)
        due = [name for name, wake in pending if wake <= tx.wall]
        changes = Changes()
        blocked: dict[str, int | None] = {}
        for place, name in enumerate(due):
            fair = -(-(free - len(changes.attempts_out)) // (len(due) - place))
            if fair <= 0:
                break
            if target := self.find(tx, name):
                blocked |= self._claim_of(tx, name, target, fair, changes)
            else:
                # a supplier that is not served here must neither keep us awake nor take the place
                # of one that is
                strange = outbox.claim(tx, name, free)
                changes.lanes += [
                    outbox.lane_row(lane) | {"wake": tx.wall + LOOK_AGAIN} for lane in strange
                ]
        orders.save(tx, changes.orders, changes.before)
        outbox.save(tx, changes.kcis)
        outbox.save_lanes(tx, changes.lanes)
        if len(changes.attempts_out) >= free:
            return changes.attempts_out, None  # the next result wakes us
        wakes = [blocked.get(name, wake) for name, wake in (outbox.pending(tx) if due else pending)]
        return changes.attempts_out, min((wake for wake in wakes if wake is not None), default=None)

    def _claim_of(
        self, tx: Tx, supplier: str, target: Target, fair: int, changes: Changes
    ) -> dict[str, int | None]:
        """Hand out what may leave of one supplier; where that is not all, when to look at it again
        (None: our own results tell).
        """
        allowance = self.flow.allowance(tx, supplier, target.policy, fair)
        if allowance.most <= 0:
            return {supplier: allowance.later}
        lanes = outbox.claim(tx, supplier, allowance.most, in_front=allowance.in_front)
        ids = [lane.order for lane in lanes]
        before = len(changes.attempts_out)
        waiting, requests, found = (
            outbox.open_of(tx, ids),
            orders.requests_of(tx, ids),
            orders.many(tx, ids),
        )
        for lane in lanes:
            changes.before[lane.order] = found[lane.order]
            LaneTurn(
                self.lease,
                tx,
                lane,
                target,
                found[lane.order],
                requests[lane.order],
                waiting[lane.order],
            ).run(changes)
        later = self.flow.left(
            tx, supplier, target.policy, allowance, len(changes.attempts_out) - before
        )
        return {} if later is None else {supplier: later}
