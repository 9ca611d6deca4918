"""Errands: steps that change other orders of their supplier (`start`, `signal`).

A turn only hands them out, under a lease, because it holds the locks of many lanes. Each is then
done in a transaction of its own: what it does to the other orders, and that the step has happened,
are committed together. So it is done once, whenever a process dies: a lease that ends is claimed
anew, and finds the step done or not begun.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import RenderFailed, SimulatorError, Unavailable
from simulator.model import Kci, KciState, Lane
from simulator.ops import crash
from simulator.sender.changes import Changes, Errand, FindAndLock, Target
from simulator.sender.lane_turn import LaneTurn, Lease
from simulator.store import Store, Tx, lanes, locks, orders, outbox

log = logging.getLogger("simulator.sender")


class Errands:
    """The errands of one sender."""

    def __init__(self, store: Store, lease: Lease, find_and_lock: FindAndLock) -> None:
        self.store = store
        self.lease = lease
        self.find_and_lock = find_and_lock

    def run(self, errands: Sequence[Errand]) -> None:
        """Do them, one after another. One that finds no store is done when its lease has ended."""
        for errand in errands:
            crash.point("errand-before")
            try:
                self._run(errand)
            except Unavailable as error:
                log.warning("a step of order %s is done later: %s", errand.order, error)
            crash.point("errand-after")

    def _run(self, errand: Errand) -> None:
        try:
            self.store.run(partial(self._do, errand=errand))
        except Unavailable:
            raise
        except SimulatorError as error:  # nothing of it was kept
            self._give_up(errand, error)
        # a defect of ours costs this one step, and not the sender
        except Exception as error:
            log.exception("a step of order %s failed in an unexpected way", errand.order)
            said = f"an internal fault: {type(error).__name__}: {error}"
            self._give_up(errand, RenderFailed(said))

    def _give_up(self, errand: Errand, error: SimulatorError) -> None:
        self.store.run(partial(self._do, errand=errand, error=error))

    def _do(self, tx: Tx, errand: Errand, error: SimulatorError | None = None) -> None:
        """Do an errand, or give it up because of an `error`. Nothing happens where the supplier or
        the order was deleted, or another sender has the lane.
        """
        target = self.find_and_lock(tx, errand.supplier)
        if target is None or not locks.share(tx, errand.supplier):
            return
        if (lane := self._locked(tx, errand, target)) is None:
            return
        changes = Changes(of_view=False, kept_back={})
        _ErrandTurn(self.lease, tx, changes, lane, target, errand, error).run()
        changes.save(tx)
        crash.point("errand-before-commit")

    def _locked(self, tx: Tx, errand: Errand, target: Target) -> Lane | None:
        """The lane that this sender has leased for the errand, locked with those that the step
        changes, all in one sequence; None when it has the lease no more.
        """
        order, kci = orders.by_id(tx, errand.supplier, errand.order), outbox.one(tx, errand.kci)
        if order is None or kci is None:
            return None
        for order_id in sorted([order.id, *target.links.touched(tx, order, kci.step)]):
            lanes.lock(tx, order_id)
        return lanes.leased(tx, {order.id: errand.fence}, self.lease.owner).get(order.id)


class _ErrandTurn(LaneTurn):
    """The lane of an errand: its first step happens, and no other."""

    def __init__(
        self,
        lease: Lease,
        tx: Tx,
        changes: Changes,
        lane: Lane,
        target: Target,
        errand: Errand,
        error: SimulatorError | None,
    ) -> None:
        (order,) = orders.many(tx, [errand.order]).values()
        requests = orders.requests_in_play(tx, [order.id])[order.id]
        waiting = outbox.open_of(tx, [order.id])[order.id]
        super().__init__(lease, tx, changes, lane, target, order, requests, waiting)
        self.errand = errand
        self.error = error

    def _until_message(self) -> dict[str, Any]:
        if not self._is_its_turn():  # a request has withdrawn, paused or moved the step meanwhile
            return lanes.resting(self.waiting, self.clock, self.tx.wall)
        head = self.waiting[0]
        if self.error is not None:
            self.changes.kcis.append(self._dead(head, self.error))
            self.waiting.pop(0)
            return self._give_up(head)
        self._follow(head)
        self.waiting.pop(0)
        return lanes.resting(self.waiting, self.clock, self.tx.wall)

    def _is_its_turn(self) -> bool:
        head = self.waiting[0] if self.waiting else None
        return (
            head is not None
            and head.id == self.errand.kci
            and head.state == KciState.WAITING
            and head.due_at <= self.now
        )

    def _follow(self, head: Kci) -> None:
        advanced = self._advanced(head)
        self.target.links.follow(self.tx, advanced.order, advanced.kci.step)
        self._happen(advanced, is_probe=False)
        self.changes.kcis.append(replace(advanced.kci, state=KciState.DELIVERED, attempts=1))
