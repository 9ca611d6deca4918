"""The background sender. It claims due lanes, lets their steps happen, posts the messages, and
books the answers.

Each turn books what came back and claims what is due. It works out both before it writes: on
SQLite nobody waits for it meanwhile. A post is made after the commit, never inside the transaction.
The lease and the fence of a lane make it safe to have many senders, and to lose one at any moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

from simulator.base import clock, instants, seed
from simulator.base.errors import Unavailable
from simulator.config import Delivery, Targets
from simulator.gateway import Client, Result
from simulator.ops import crash
from simulator.sender.alarm import Alarm
from simulator.sender.changes import Attempt, Changes, Errand, FindAndLock, Target
from simulator.sender.errands import Errands
from simulator.sender.flow import FlowControl
from simulator.sender.lane_turn import Lease
from simulator.sender.turn import Turn
from simulator.store import WORK, Change, Store, Tx, upkeep

__all__ = ["Attempt", "FindAndLock", "Sender", "Target"]

log = logging.getLogger("simulator.sender")

POLL = 1.0
CHECKPOINT_EVERY = 0.25


class Sender:
    """Run it with `asyncio.run(sender.run())`; `stop()` from any thread lets it finish what is in
    flight and return.
    """

    def __init__(
        self,
        store: Store,
        find_and_lock: FindAndLock,
        delivery: Delivery,
        tidying: upkeep.Upkeep,
        targets: Targets,
    ) -> None:
        self.store = store
        self.tidying = tidying
        self.delivery = delivery
        self.lease = Lease(seed.unique(), delivery.lease)
        self.client = Client(delivery, targets)
        self.flow = FlowControl(delivery)
        self.turn = Turn(self.lease, find_and_lock, self.flow)
        self.errands = Errands(store, self.lease, find_and_lock)
        self.results: list[tuple[Attempt, Result]] = []
        self.in_flight: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.alarm: Alarm | None = None
        self.ahead = 0  # microseconds that the store's clock is ahead of ours

    def stop(self) -> None:
        """Claim nothing more, and return from `run` when everything in flight is booked."""
        self.stopping = True
        self.wake()

    def wake(self) -> None:
        """Begin the next turn now. Safe from any thread."""
        if self.alarm is not None:
            self.alarm.call(0)

    def _hear(self, moments: Sequence[Change]) -> None:
        """There will be work at these moments of the store's clock; at once where none is said."""
        first = min((int(moment) for moment, _ in moments), default=0)
        if self.alarm is not None:
            self.alarm.call(max(0, first - self.ahead - clock.wall()) / instants.SECOND)

    async def run(self) -> None:
        """Send until `stop` is called."""
        self.alarm = alarm = Alarm()
        await self.client.open()
        unlisten = self.store.notifier.listen(WORK, self._hear)
        if self.store.is_sqlite:
            await asyncio.to_thread(self._take_all)
        beside = [asyncio.create_task(work()) for work in (self._tidy, self._checkpoint)]
        try:
            while not (self.stopping and not self.in_flight and not self.results):
                alarm.clear()
                alarm.ring_in(await self._safe_turn())
                if not self.results:
                    await alarm.wait()
            await asyncio.to_thread(self._leave)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.to_thread(unlisten)
            await self.client.close()

    def _take_all(self) -> None:
        if freed := self.store.run(self.turn.beat.take_all):
            log.info("goes on with %d orders that the last sender was sending", freed)

    def _leave(self) -> None:
        with suppress(Unavailable):
            self.store.run(self.turn.beat.leave)

    async def _tidy(self) -> None:
        """Keep the store within its bounds, beside the turns. Requests and turns come between two
        pieces of this work.
        """
        while True:
            turn = self.tidying.turn()
            try:
                while await asyncio.to_thread(next, turn, None) is not None:
                    await asyncio.sleep(upkeep.PAUSE)
            except Unavailable as error:
                log.warning("the store cannot be kept in bounds now: %s", error)
            # a defect of ours must not let the store grow for ever
            except Exception:
                log.exception("the store cannot be kept in bounds now")
            await asyncio.sleep(upkeep.EVERY)

    async def _checkpoint(self) -> None:
        """Copy the store's write-ahead log into its file, beside the turns."""
        while self.store.is_sqlite:
            await asyncio.sleep(CHECKPOINT_EVERY)
            try:
                await asyncio.to_thread(self.store.checkpoint)
            except Unavailable as error:
                log.warning("the write-ahead log cannot be copied now: %s", error)

    async def _safe_turn(self) -> float:
        """One turn. While the store cannot be used, the results wait for it."""
        results, self.results = self.results, []
        free = 0 if self.stopping else self.delivery.in_flight - len(self.in_flight)
        try:
            changes = await asyncio.to_thread(self._turn, results, free)
        except Unavailable as error:
            log.warning("the store is not available, trying again: %s", error)
            self.results = results + self.results
            await asyncio.sleep(0.2)
            return 0.0
        if changes.attempts_out or changes.errands:
            crash.point("claim-committed")
        for attempt in changes.attempts_out:
            self.flow.sent(attempt.supplier)
            self._fly(self._deliver(attempt))
        if changes.errands:
            self._fly(self._run(changes.errands))
        wait = POLL if changes.wait is None else changes.wait / instants.SECOND
        return min(POLL, wait)

    def _fly(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the turns; `run` does not return before it is done."""
        task = asyncio.create_task(work)
        self.in_flight.add(task)
        task.add_done_callback(self.in_flight.discard)

    async def _run(self, errands: Sequence[Errand]) -> None:
        await asyncio.to_thread(self.errands.run, errands)
        if self.alarm is not None:
            self.alarm.ring()

    async def _deliver(self, attempt: Attempt) -> None:
        crash.point("post-before")
        try:
            result = await self.client.post(
                attempt.target.gateway,
                attempt.target.policy,
                attempt.message,
                patient=not attempt.is_manual,
            )
        # a defect of ours must not lose the attempt: the try counts, and the log names the defect
        except Exception as error:
            log.exception("posting %s failed in an unexpected way", attempt.kci.id)
            result = Result(error=f"internal: {type(error).__name__}")
        crash.point("post-after")
        self.results.append((attempt, result))
        self.flow.back(attempt.supplier)
        if self.alarm is not None:
            self.alarm.ring()

    def _turn(self, results: Sequence[tuple[Attempt, Result]], free: int) -> Changes:
        """One turn, on a worker thread."""

        def look(tx: Tx) -> Changes:
            self.ahead = tx.wall - clock.wall()
            return self.turn.look(tx, results, free)

        def save(tx: Tx, changes: Changes) -> Changes:
            changes.save(tx)
            if results:
                crash.point("book-before-commit")
            return changes

        return self.store.look_and_save(look, save)
