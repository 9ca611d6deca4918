"""One claimed lane: its silent steps happen, the first message that is due is numbered, rendered
and handed out as a attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from simulator import engine
from simulator.base import seed
from simulator.base.clock import Clock
from simulator.base.errors import Illegal, RenderFailed, SimulatorError
from simulator.config import Gateway, Policy
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.model import Exchange, Kci, Lane, Order, Request
from simulator.ops import metrics
from simulator.store import Tx, clocks, journal, orders, outbox
from simulator.store.outbox import Queued

log = logging.getLogger("simulator.sender")

MOST_SILENT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the sender knows of one supplier; chance of its orders hangs on `run_seed`, which was
    asked for when `fixed_seed`.

    It is counted as `label`.
    """

    dialect: Dialect
    gateway: Gateway
    policy: Policy
    run_seed: str
    fixed_seed: bool
    label: str


Find = Callable[[Tx, str], Target | None]
"""A supplier's target by name, None when there is no such supplier (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One KCI in flight: everything that its post and its settling want, under the fence of the
    claim.
    """

    supplier: str
    target: Target
    order: Order
    kci: Kci
    fence: int
    path: str
    at: int


@dataclass(kw_only=True, slots=True)
class Changes:
    """What the lanes' turns change, written together at the end of the transaction; `before` are
    the orders as they were.
    """

    before: dict[str, Order] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    kcis: list[Kci] = field(default_factory=list)
    lanes: list[dict[str, Any]] = field(default_factory=list)
    attempts_out: list[Attempt] = field(default_factory=list)
    notes: list[tuple[str, Exchange]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lease:
    """The sender that owns a claimed lane, and for how long (microseconds)."""

    owner: str
    length: int


class LaneTurn:
    """One claimed lane: silent steps happen on the spot, the first message that is due is numbered,
    rendered and handed out.

    A message that this order's gateway does not want is a silent step too: the order moves, no
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
        self.requests, self.waiting, self.moment = (
            list(requests),
            list(waiting),
            clocks.get(tx, lane.supplier),
        )
        self.dialect = target.dialect
        self.now = self.moment.now(tx.wall)

    def run(self, changes: Changes) -> None:
        before = self.order
        row = self._until_message(changes)
        if self.order is not before:
            changes.orders.append(self.order)
        changes.lanes.append(row)

    def _until_message(self, changes: Changes) -> dict[str, Any]:
        row = outbox.lane_row(self.lane)
        for _ in range(MOST_SILENT):
            head = self.waiting[0] if self.waiting else None
            if (
                head is None
                or head.state == "paused"
                or (head.state == "waiting" and head.due_at > self.now)
            ):
                return row | outbox.resting(self.waiting, self.moment)
            if head.state == "waiting":
                try:
                    head, request = self._happen(head)
                    silence = (
                        self.dialect.silences(self.order, head.send)
                        if head.send
                        else "nothing to send"
                    )
                    head = head if silence else self._number(head, request, row)
                except (Illegal, RenderFailed) as error:
                    changes.kcis.append(self._dead(head, error))
                    self.waiting.pop(0)
                    if self.target.policy.after_dead != "skip":
                        return row | given_up(
                            self.tx,
                            self.target.policy,
                            head,
                            self.lane.supplier,
                            self.waiting,
                            self.moment,
                        )
                    continue
                if silence:
                    changes.kcis.append(self._silent(head, silence))
                    self.waiting.pop(0)
                    continue
            return self._hand_out(replace(head, attempts=head.attempts + 1), row, changes)
        return row | outbox.resting(self.waiting, self.moment)

    def _happen(self, head: Kci) -> tuple[Kci, Request | None]:
        rest = self.waiting[1:]
        names = (self.order.supplier, self.order.scenario, self.order.seed_key)
        chance = seed.Chance(self.target.run_seed, names, self.target.fixed_seed)
        with self._contained():
            step = engine.advance(
                self.order, head, self.requests, rest, self.dialect, self.now, chance
            )
        if step.request is not None:
            orders.settle_request(self.tx, step.request.id, step.request.status)
            self.requests = [
                step.request if request.id == step.request.id else request
                for request in self.requests
            ]
        for request_id in step.lapsed:
            orders.settle_request(self.tx, request_id, "lapsed")
        outbox.withdraw(self.tx, step.withdraw)
        self.waiting = [head, *(kci for kci in rest if kci.id not in step.withdraw)]
        self.order = step.order
        return step.kci, next(
            (request for request in self.requests if request.id == head.request), None
        )

    @contextmanager
    def _contained(self) -> Iterator[None]:
        """A defect of ours in a step or a message costs this one message, not the sender and every
        other order.
        """
        try:
            yield
        except SimulatorError:
            raise
        except Exception as error:
            log.exception("a step of order %s failed in an unexpected way", self.order.id)
            raise RenderFailed(f"an internal fault: {type(error).__name__}: {error}") from None

    def _silent(self, head: Kci, why: str) -> Kci:
        """A step without a message: of its own, or because the order's gateway does not want this
        one.
        """
        if not head.send:
            return replace(head, state="delivered", attempts=1)
        return replace(
            head,
            state="silenced",
            last={"at_wall": self.tx.wall, "code": None, "error": why, "took_ms": 0},
        )

    def _number(self, head: Kci, request: Request | None, row: dict[str, Any]) -> Kci:
        """Give the message its number and its body; both are kept, a retry repeats them to the
        byte.
        """
        numbered = replace(head, state="attempted", sequence=row["next_sequence"])
        with self._contained():
            body = strict_json.dumps(self.dialect.notice(self.order, numbered, request))
        row["next_sequence"] += 1
        metrics.late(self.target.label, self.tx.wall - (self.lane.wake or self.tx.wall))
        return replace(numbered, body=body)

    def _hand_out(self, head: Kci, row: dict[str, Any], changes: Changes) -> dict[str, Any]:
        changes.kcis.append(head)
        path = self.target.gateway.kcis.replace("{id}", quote(self.order.number, safe=""))
        fence = self.lane.fence + 1
        attempt = Attempt(
            supplier=self.lane.supplier,
            target=self.target,
            order=self.order,
            kci=head,
            fence=fence,
            path=path,
            at=self.now,
        )
        changes.attempts_out.append(attempt)
        lease = self.tx.wall + self.lease.length
        return row | {"state": "sending", "wake": lease, "owner": self.lease.owner, "fence": fence}

    def _dead(self, head: Kci, error: SimulatorError) -> Kci:
        log.error(
            "%s of order %s/%s cannot happen: %s",
            head.send or head.status or "a step",
            self.order.tenant,
            self.order.ref or self.order.number,
            error,
        )
        exchange = Exchange(
            at=self.now,
            direction="out",
            method="",
            path="",
            order=self.order.id,
            kci=head.id,
            scenario=self.order.scenario,
            findings=(f"{head.send or head.status}: {error}",),
        )
        journal.note(self.tx, self.lane.supplier, exchange)
        return replace(
            head,
            state="dead",
            last={"at_wall": self.tx.wall, "code": None, "error": str(error), "took_ms": 0},
        )


def given_up(
    tx: Tx, policy: Policy, dead: Kci, supplier: str, rest: Sequence[Kci | Queued], moment: Clock
) -> dict[str, Any]:
    """What becomes of an order whose message is dead: its lane, and with `abandon` what it still
    had to send.
    """
    if policy.after_dead == "park":
        return {"state": "parked", "wake": None, "due": None, "owner": ""}
    if policy.after_dead == "skip":
        return outbox.resting(rest, moment)
    outbox.withdraw(tx, [kci.id for kci in rest])
    said = f"abandoned: {dead.send or dead.status} was given up, and so is all that came after it (delivery.after_dead)"
    act = Exchange(
        at=moment.now(tx.wall),
        direction="act",
        method="",
        path="",
        order=dead.order,
        kci=dead.id,
        findings=(said,),
    )
    journal.note(tx, supplier, act)
    return outbox.resting((), moment)
