"""The background sender: claims due lanes, lets each step happen, posts the message, settles the answer.

One short transaction a turn settles what came back and claims what is due; no post is made inside it, and none before its
commit. The lease and the fence on the lane make it safe to have many senders, and to lose one at any moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from simulator import engine, instants, logs, metrics, redact, seed, strict_json
from simulator.clock import Clock
from simulator.config import Delivery, Gateway, JournalConfig, Policy
from simulator.dialects import Dialect
from simulator.errors import Conflict, Illegal, RenderFailed, SimulatorError, Unavailable
from simulator.gateway import Client, Decision, Result, decide
from simulator.model import Exchange, Kci, Lane, Order, Request
from simulator.store import WORK, Store, Tx, clocks, journal, orders, outbox, upkeep

log = logging.getLogger("simulator.sender")

POLL = 1.0
TIDY_EVERY = 10.0
MOST_SILENT = 100
BEAT_EVERY = 2 * instants.SECOND
LOOK_AGAIN = instants.MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the sender knows of one supplier; chance of its orders hangs on `run_seed`, which was asked for when `fixed_seed`.

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
class Parcel:
    """One KCI in flight: everything that its post and its settling want, under the fence of the claim."""

    supplier: str
    target: Target
    order: Order
    kci: Kci
    fence: int
    path: str
    at: int


@dataclass(kw_only=True, slots=True)
class _Changes:
    """What one lane's turn changes, written together at the end of the transaction."""

    orders: list[Order] = field(default_factory=list)
    kcis: list[Kci] = field(default_factory=list)
    lanes: list[dict[str, Any]] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)


class Sender:
    """Run it with `asyncio.run(sender.run())`; `stop()` from any thread lets it finish what is in flight and return."""

    def __init__(self, store: Store, find: Find, delivery: Delivery, bounds: JournalConfig) -> None:
        self.store = store
        self.bounds = bounds
        self.find = find
        self.delivery = delivery
        self.owner = seed.unique()
        self.client = Client(delivery)
        self.results: list[tuple[Parcel, Result]] = []
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
        unlisten = self.store.bell.listen(WORK, lambda changes: self.wake())
        if self.store.is_sqlite:
            await asyncio.to_thread(self._release)
        tidying = asyncio.create_task(self._tidy())
        try:
            while not (self.stopping and not self.in_flight and not self.results):
                wait = await self._safe_turn()
                if not self.results:
                    with suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self.awake.wait(), wait)
                self.awake.clear()
        finally:
            tidying.cancel()
            await asyncio.to_thread(unlisten)
            await self.client.close()

    def _release(self) -> None:
        with self.store.write() as tx:
            if released := outbox.release_all(tx):
                log.info("went on with %d orders that were being sent when the last sender ended", released)

    async def _tidy(self) -> None:
        """Keep the journals in bounds, beside the turns."""
        while True:
            try:
                await asyncio.to_thread(upkeep.tidy, self.store, most=self.bounds.most, keep=self.bounds.keep)
            except (Unavailable, Conflict) as error:
                log.warning("the journal cannot be kept in bounds now: %s", error)
            await asyncio.sleep(TIDY_EVERY)

    async def _safe_turn(self) -> float:
        """One turn; a store that cannot be used now loses nothing, the results wait for it."""
        results, self.results = self.results, []
        free = 0 if self.stopping else self.delivery.in_flight - len(self.in_flight)
        try:
            parcels, wait = await asyncio.to_thread(self._turn, results, free)
        except (Unavailable, Conflict) as error:
            log.warning("the store is not available, trying again: %s", error)
            self.results = results + self.results
            await asyncio.sleep(0.2)
            return 0.0
        for parcel in parcels:
            task = asyncio.create_task(self._deliver(parcel))
            self.in_flight.add(task)
            task.add_done_callback(self.in_flight.discard)
        return wait

    async def _deliver(self, parcel: Parcel) -> None:
        order, kci = parcel.order, parcel.kci
        headers = {"X-Request-ID": seed.unique()}
        if order.conversation_id:
            headers["X-Conversation-ID"] = order.conversation_id
        try:
            result = await self.client.post(parcel.target.gateway, parcel.target.policy, parcel.path, kci.body or "", headers)
        except Exception as error:  # a defect of ours must not lose the parcel: its try counts, and the log has it
            log.exception("posting %s failed in an unexpected way", kci.id)
            result = Result(error=f"internal: {type(error).__name__}")
        self.results.append((parcel, result))
        if self.awake is not None:
            self.awake.set()

    # ---- one turn, in one transaction, on a worker thread --------------------------------------------------------------

    def _turn(self, results: Sequence[tuple[Parcel, Result]], free: int) -> tuple[list[Parcel], float]:
        with self.store.write() as tx:
            if tx.wall - self.last_beat > BEAT_EVERY:
                tx.end_stuck()
                clocks.beat(tx)
                self.last_beat = tx.wall
            if results:
                self._settle(tx, results)
            parcels = self._claim(tx, free) if free > 0 else []
            next_wake = outbox.next_wake(tx)
            wait = POLL if next_wake is None or free <= len(parcels) else min(POLL, max(0, next_wake - tx.wall) / instants.SECOND)
            return parcels, wait

    def _settle(self, tx: Tx, results: Sequence[tuple[Parcel, Result]]) -> None:
        held = outbox.held(tx, {parcel.order.id: parcel.fence for parcel, _ in results}, self.owner)
        waiting = outbox.open_of(tx, list(held))
        changes = _Changes()
        for parcel, result in results:
            if self.find(tx, parcel.supplier) is None:
                continue  # deleted meanwhile, with its lanes and its journal
            lane = held.get(parcel.order.id)
            decision = decide(result, parcel.kci.attempts, parcel.target.dialect.accepted, parcel.target.policy)
            finding: tuple[str, ...] = (result.note,) if result.note else ()
            finding += () if lane else ("the lease had ended: this answer changes nothing",)
            if not result.silent:
                journal.note(tx, parcel.supplier, _exchange(parcel, result, finding))
                metrics.answer(parcel.target.label, result.code, result.took)
                _say(parcel, result, decision)
            if lane:
                rest = [kci for kci in waiting[lane.order] if kci.id != parcel.kci.id]
                self._settle_one(tx, parcel, result, decision, lane, rest, clocks.get(tx, parcel.supplier), changes)
        outbox.save(tx, changes.kcis)
        outbox.save_lanes(tx, changes.lanes)

    def _settle_one(
        self, tx: Tx, parcel: Parcel, result: Result, decision: Decision, lane: Lane, rest: Sequence[Kci], moment: Clock, changes: _Changes
    ) -> None:
        error = result.error or (None if decision.state == "delivered" else result.body[:200])
        last = {"at_wall": tx.wall, "code": result.code, "error": error, "took_ms": result.took / instants.MILLISECOND}
        state = "attempted" if decision.state == "retry" else decision.state
        changes.kcis.append(replace(parcel.kci, state=state, last=last, attempts=parcel.kci.attempts - (not decision.counts)))
        row = outbox.lane_row(lane)
        if decision.state == "retry":
            row |= {"state": "retry", "wake": tx.wall + decision.wait, "owner": ""}
        elif decision.state == "dead":
            row |= _given_up(tx, parcel.target.policy, parcel.kci, parcel.supplier, rest, moment)
        else:
            row |= outbox.resting(rest, moment)
        changes.lanes.append(row)

    def _claim(self, tx: Tx, free: int) -> list[Parcel]:
        claimed = outbox.claim(tx, free)
        targets = {name: self.find(tx, name) for name in {lane.supplier for lane in claimed}}
        lanes = [lane for lane in claimed if targets[lane.supplier] is not None]
        # a supplier that is not served here must neither keep us awake nor take the place of one that is
        strange = [outbox.lane_row(lane) | {"wake": tx.wall + LOOK_AGAIN} for lane in claimed if targets[lane.supplier] is None]
        outbox.save_lanes(tx, strange)
        if not lanes:
            return []
        ids = [lane.order for lane in lanes]
        waiting, requests, found = outbox.open_of(tx, ids), orders.requests_of(tx, ids), orders.many(tx, ids)
        changes = _Changes()
        for lane in lanes:
            if target := targets[lane.supplier]:
                _LaneTurn(self, tx, lane, target, found[lane.order], requests[lane.order], waiting[lane.order]).run(changes)
        orders.save(tx, changes.orders)
        outbox.save(tx, changes.kcis)
        outbox.save_lanes(tx, changes.lanes)
        return changes.parcels


class _LaneTurn:
    """One claimed lane: silent steps happen on the spot, the first message that is due is numbered, rendered and handed out.

    A message that this order's gateway does not want is a silent step too: the order moves, no number is used.
    """

    def __init__(
        self, sender: Sender, tx: Tx, lane: Lane, target: Target, order: Order, requests: Sequence[Request], waiting: Sequence[Kci]
    ) -> None:
        self.sender, self.tx, self.lane, self.target, self.order = sender, tx, lane, target, order
        self.requests, self.waiting, self.moment = list(requests), list(waiting), clocks.get(tx, lane.supplier)
        self.dialect = target.dialect
        self.now = self.moment.now(tx.wall)

    def run(self, changes: _Changes) -> None:
        before = self.order
        row = self._until_message(changes)
        if self.order is not before:
            changes.orders.append(self.order)
        changes.lanes.append(row)

    def _until_message(self, changes: _Changes) -> dict[str, Any]:
        row = outbox.lane_row(self.lane)
        for _ in range(MOST_SILENT):
            head = self.waiting[0] if self.waiting else None
            if head is None or head.state == "paused" or (head.state == "waiting" and head.due_at > self.now):
                return row | outbox.resting(self.waiting, self.moment)
            if head.state == "waiting":
                try:
                    head, request = self._happen(head)
                    silence = self.dialect.silences(self.order, head.send) if head.send else "nothing to send"
                    head = head if silence else self._number(head, request, row)
                except (Illegal, RenderFailed) as error:
                    changes.kcis.append(self._dead(head, error))
                    self.waiting.pop(0)
                    if self.target.policy.after_dead != "skip":
                        return row | _given_up(self.tx, self.target.policy, head, self.lane.supplier, self.waiting, self.moment)
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
            step = engine.advance(self.order, head, self.requests, rest, self.dialect, self.now, chance)
        if step.request is not None:
            orders.settle_request(self.tx, step.request.id, step.request.status)
            self.requests = [step.request if request.id == step.request.id else request for request in self.requests]
        for request_id in step.lapsed:
            orders.settle_request(self.tx, request_id, "lapsed")
        outbox.withdraw(self.tx, step.withdraw)
        self.waiting = [head, *(kci for kci in rest if kci.id not in step.withdraw)]
        self.order = step.order
        return step.kci, next((request for request in self.requests if request.id == head.request), None)

    @contextmanager
    def _contained(self) -> Iterator[None]:
        """A defect of ours in a step or a message costs this one message, not the sender and every other order."""
        try:
            yield
        except SimulatorError:
            raise
        except Exception as error:
            log.exception("a step of order %s failed in an unexpected way", self.order.id)
            raise RenderFailed(f"an internal fault: {type(error).__name__}: {error}") from None

    def _silent(self, head: Kci, why: str) -> Kci:
        """A step without a message: of its own, or because the order's gateway does not want this one."""
        if not head.send:
            return replace(head, state="delivered", attempts=1)
        return replace(head, state="silenced", last={"at_wall": self.tx.wall, "code": None, "error": why, "took_ms": 0})

    def _number(self, head: Kci, request: Request | None, row: dict[str, Any]) -> Kci:
        """Give the message its number and its body; both are kept, a retry repeats them to the byte."""
        numbered = replace(head, state="attempted", sequence=row["next_sequence"])
        with self._contained():
            body = strict_json.dumps(self.dialect.notice(self.order, numbered, request))
        row["next_sequence"] += 1
        metrics.late(self.target.label, self.tx.wall - (self.lane.wake or self.tx.wall))
        return replace(numbered, body=body)

    def _hand_out(self, head: Kci, row: dict[str, Any], changes: _Changes) -> dict[str, Any]:
        changes.kcis.append(head)
        path = self.target.gateway.kcis.replace("{id}", quote(self.order.number, safe=""))
        fence = self.lane.fence + 1
        parcel = Parcel(
            supplier=self.lane.supplier, target=self.target, order=self.order, kci=head, fence=fence, path=path, at=self.now
        )  # fmt: skip
        changes.parcels.append(parcel)
        lease = self.tx.wall + self.sender.delivery.lease
        return row | {"state": "sending", "wake": lease, "owner": self.sender.owner, "fence": fence}

    def _dead(self, head: Kci, error: SimulatorError) -> Kci:
        log.error(
            "%s of order %s/%s cannot happen: %s",
            head.send or head.status or "a step",
            self.order.tenant,
            self.order.ref or self.order.number,
            error,
        )
        exchange = Exchange(
            at=self.now, direction="out", method="", path="", order=self.order.id, kci=head.id, scenario=self.order.scenario,
            findings=(f"{head.send or head.status}: {error}",),
        )  # fmt: skip
        journal.note(self.tx, self.lane.supplier, exchange)
        return replace(head, state="dead", last={"at_wall": self.tx.wall, "code": None, "error": str(error), "took_ms": 0})


def _given_up(tx: Tx, policy: Policy, dead: Kci, supplier: str, rest: Sequence[Kci], moment: Clock) -> dict[str, Any]:
    """What becomes of an order whose message is dead: its lane, and with `abandon` what it still had to send."""
    if policy.after_dead == "park":
        return {"state": "parked", "wake": None, "due": None, "owner": ""}
    if policy.after_dead == "skip":
        return outbox.resting(rest, moment)
    outbox.withdraw(tx, [kci.id for kci in rest])
    said = f"abandoned: {dead.send or dead.status} was given up, and so is all that came after it (delivery.after_dead)"
    act = Exchange(at=moment.now(tx.wall), direction="act", method="", path="", order=dead.order, kci=dead.id, findings=(said,))
    journal.note(tx, supplier, act)
    return outbox.resting((), moment)


def _exchange(parcel: Parcel, result: Result, findings: tuple[str, ...]) -> Exchange:
    response = {"code": result.code, "headers": redact.headers(result.headers), "body": result.body}
    return Exchange(
        at=parcel.at, direction="out", method="POST", path=parcel.path, order=parcel.order.id, kci=parcel.kci.id,
        request={"headers": redact.headers(result.sent), "body": parcel.kci.body},
        response=response if result.code is not None else {"error": result.error},
        scenario=parcel.order.scenario, findings=findings, took=result.took,
    )  # fmt: skip


def _say(parcel: Parcel, result: Result, decision: Decision) -> None:
    outcome = {"delivered": "", "retry": f"; again in {instants.format_duration(decision.wait)}", "dead": "; given up"}[decision.state]
    answer = str(result.code) if result.code is not None else result.error
    level = logging.INFO if decision.state == "delivered" else logging.WARNING
    log.log(
        level, "KCI %s %s of order %s/%s -> %s in %.0f ms%s", parcel.kci.sequence, parcel.kci.send, parcel.order.tenant,
        parcel.order.ref or parcel.order.number, answer, result.took / instants.MILLISECOND, outcome, extra=logs.about(
            supplier=parcel.supplier, tenant=parcel.order.tenant, ref=parcel.order.ref, order=parcel.order.id, kci=parcel.kci.id,
            scenario=parcel.order.scenario, request_id=result.sent.get("X-Request-ID"), conversation_id=parcel.order.conversation_id,
            code=result.code,
        ),
    )  # fmt: skip
