"""How much may leave towards each gateway now. It depends on the gateway's breaker, the time that
it asked for, its rate, its queue, and its share of this sender.

What all senders must agree on is a row of the store (`GatewayState`), locked while it is used. Each
sender counts the failures in a row for itself.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.base import instants
from simulator.base.clock import Clock
from simulator.base.copies import replace
from simulator.config import Delivery, Policy
from simulator.gateway import Decision
from simulator.model import Act, FlowState, GatewayState, Lane, LaneState, Sign
from simulator.store import Tx, clocks, gateway_states, journal, lanes

log = logging.getLogger("simulator.sender")

GLANCE = 50 * instants.MILLISECOND
BURST = 100 * instants.MILLISECOND
MOST_FAILING = 1000
"""For so many suppliers failures are counted: throw-away ones come and go."""

KEPT_FREE = 8
"""One supplier never has the last eighth of a sender's slots. When its gateway hangs, the KCIs of
the others still leave.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """How many KCIs of one supplier may leave now. If none may, `later` is when to look again.
    `in_front` as in `lanes.claim`.
    """

    most: int
    later: int | None = None
    in_front: bool = False
    gateway: GatewayState | None = None


class FlowControl:
    """What one sender knows of all gateways. Call `begin` at the start of each turn."""

    def __init__(self, delivery: Delivery) -> None:
        self.lease = delivery.lease
        self.share = delivery.in_flight - delivery.in_flight // KEPT_FREE
        self.out: Counter[str] = Counter()
        self.failing: dict[str, set[str]] = {}
        self.committed: dict[str, set[str]] = {}
        self.kept_back: dict[str, GatewayState] = {}

    def begin(self, tx: Tx) -> None:
        """Read what is kept back now. A turn that is not committed changes nothing here."""
        self.kept_back = gateway_states.every(tx)
        newest = list(self.committed.items())[-MOST_FAILING:]
        self.failing = {name: set(orders) for name, orders in newest}
        tx.after(self._keep_failing)

    def _keep_failing(self) -> None:
        """The turn was committed: the next one begins from what it counted."""
        self.committed = self.failing

    def sent(self, supplier: str) -> None:
        """Count a KCI of a supplier that is on its way."""
        self.out[supplier] += 1

    def back(self, supplier: str) -> None:
        """Count it no more: its answer came."""
        self.out[supplier] -= 1
        if not self.out[supplier]:
            del self.out[supplier]

    # ---- before: what may leave

    def allowance(
        self,
        tx: Tx,
        supplier: str,
        policy: Policy,
        wanted: int,
        booked: Mapping[str, Lane],
    ) -> Allowance:
        """How many KCIs of a supplier may leave now: at most `wanted`, and at most its share.
        `booked` are lanes as they are to be written.
        """
        most = min(wanted, self.share - self.out[supplier])
        if supplier not in self.kept_back and policy.queue == "order" and policy.rate is None:
            return Allowance(most=most)
        known, clock = self.kept_back.get(supplier), clocks.get(tx, supplier)
        if known and (nothing := _nothing_now(known, clock, tx.wall)):
            return nothing
        gateway = gateway_states.try_lock(tx, supplier)
        if gateway is None:
            return Allowance(most=0, later=tx.wall + GLANCE)  # another sender has the row
        if nothing := _nothing_now(gateway, clock, tx.wall):
            return nothing
        most = min(most, 1) if gateway.state else most
        if policy.rate is not None:
            slot = max(gateway.slot_wall, tx.wall - BURST)
            if slot > tx.wall:
                return Allowance(most=0, later=slot)
            most = min(most, int((tx.wall - slot) * policy.rate / instants.SECOND) + 1)
        if policy.queue == "supplier":
            front = [booked.get(lane.order, lane) for lane in lanes.in_front(tx, supplier)]
            return self._in_line(tx, front, min(most, 1), gateway)
        return Allowance(most=most, gateway=gateway)

    def _in_line(
        self, tx: Tx, front: Sequence[Lane], most: int, gateway: GatewayState
    ) -> Allowance:
        """The allowance of one queue for all orders: a KCI that was tried before goes first."""
        front = [lane for lane in front if lane.state in lanes.IN_FRONT]
        if any(lane.state == LaneState.PARKED for lane in front):
            return Allowance(most=0)
        waiting = [lane.wake for lane in front if lane.wake is None or lane.wake > tx.wall]
        if waiting:
            known = (wake for wake in waiting if wake is not None)
            return Allowance(most=0, later=min(known, default=None))
        return Allowance(most=most, in_front=bool(front), gateway=gateway)

    def left(
        self, tx: Tx, supplier: str, policy: Policy, allowance: Allowance, count: int
    ) -> int | None:
        """Note that `count` KCIs leave now. Returns when the next one may leave; None where that
        depends on nothing here.
        """
        gateway = allowance.gateway
        if gateway is None or not count:
            return None
        later = None
        if policy.rate is not None:
            slot = max(gateway.slot_wall, tx.wall - BURST) + round(
                count * instants.SECOND / policy.rate
            )
            gateway, later = replace(gateway, slot_wall=slot), slot
        if gateway.state:
            later = tx.wall + self.lease
            gateway = replace(gateway, state=FlowState.TRYING, until_wall=later, until=None)
            self.kept_back[supplier] = gateway
        gateway_states.save(tx, gateway)
        return later

    # ---- after: what an answer says of its gateway

    def hear(self, tx: Tx, supplier: str, policy: Policy, order: str, decision: Decision) -> bool:
        """Learn from an answer how the gateway is. Returns whether the try counts: it does not
        while the gateway is known to be down.
        """
        known = supplier in self.kept_back
        if not known and not self._note_sign(supplier, policy, order, decision):
            return True
        old = gateway_states.lock(tx, supplier)
        if known and not old.state and not self._note_sign(supplier, policy, order, decision):
            self.kept_back.pop(supplier)  # another sender found out that it works again
            return True
        new = _heard(old, decision, policy, clocks.get(tx, supplier), tx.wall)
        if new != old:
            gateway_states.save(tx, new)
            tx.wake_senders()
        if bool(new.state) != bool(old.state):
            _tell(tx, supplier, old, new, clocks.get(tx, supplier))
        self.failing.pop(supplier, None)
        self.kept_back.pop(supplier, None)
        if new.state:
            self.kept_back[supplier] = new
        return not old.state or decision.sign in (Sign.WELL, Sign.GONE)

    def _note_sign(self, supplier: str, policy: Policy, order: str, decision: Decision) -> bool:
        """Note what an answer says of a gateway that counted as well until now. Returns whether it
        does not any more.

        One order that fails again and again never says so: its KCI may be the reason.
        """
        if decision.sign == Sign.WELL:
            self.failing.pop(supplier, None)
        if decision.sign != Sign.ILL or not policy.breaker.failures:
            return decision.sign not in (Sign.WELL, Sign.ILL)
        failing = self.failing.setdefault(supplier, set())
        failing.add(order)
        return len(failing) >= policy.breaker.failures


def _nothing_now(gateway: GatewayState, clock: Clock, wall: int) -> Allowance | None:
    """The allowance of a gateway that gets nothing now; None for another."""
    if not gateway_states.is_kept_back(gateway, clock, wall):
        return None
    return Allowance(most=0, later=gateway_states.looked_at(gateway, clock))


def _heard(
    gateway: GatewayState, decision: Decision, policy: Policy, clock: Clock, wall: int
) -> GatewayState:
    """The gateway's state after an answer. What it waits for moves with a manual clock."""
    since = gateway.since_wall if gateway.state else wall
    changed = replace(gateway, reason=decision.reason, since_wall=since, good=0)
    sign = decision.sign
    if sign == Sign.GONE:
        return replace(changed, state=FlowState.STOPPED, until_wall=None, until=None)
    if gateway.state == FlowState.STOPPED:
        return gateway
    if sign == Sign.BUSY:
        waits = replace(changed, state=FlowState.WAITS)
        waits = gateway_states.waiting(waits, clock, wall, decision.pause)
        return _later(gateway, waits) if gateway.state == FlowState.WAITS else waits
    if sign == Sign.UNREADY:
        down = replace(changed, state=FlowState.DOWN)
        return gateway_states.waiting(down, clock, wall, decision.pause)
    if sign == Sign.ILL:
        # once it is down, only the KCI that tries it says something new
        if gateway.state not in (FlowState.FREE, FlowState.TRYING):
            return gateway
        down = replace(changed, state=FlowState.DOWN)
        return gateway_states.waiting(down, clock, wall, policy.breaker.probe_every)
    if gateway.state != FlowState.TRYING:
        return gateway
    if gateway.good + 1 >= policy.breaker.successes:
        return gateway_states.released(gateway)
    return replace(gateway, good=gateway.good + 1, until_wall=wall, until=None)


def _later(one: GatewayState, other: GatewayState) -> GatewayState:
    """The other state, until the later of both moments."""
    if other.until is not None:
        return replace(other, until=max(other.until, one.until or 0))
    return replace(other, until_wall=max(other.until_wall or 0, one.until_wall or 0))


def _tell(tx: Tx, supplier: str, old: GatewayState, new: GatewayState, clock: Clock) -> None:
    """Write into the journal and the log that a gateway does not work any more, or works again."""
    if new.state == FlowState.WAITS:
        wait = (
            (new.until_wall or tx.wall) - tx.wall if new.until is None else new.until - clock.anchor
        )
        length = f" for {instants.format_duration(wait)}"
        what, message = "gateway.wait", f"the gateway gets nothing{length}: {new.reason}"
    elif new.state == FlowState.STOPPED:
        said = "the gateway gets nothing until an operator resumes it"
        what, message = "gateway.stop", f"{said}: {new.reason}"
    elif new.state:
        what, message = "gateway.down", f"the gateway is taken to be down: {new.reason}"
    else:
        length = instants.format_duration(tx.wall - old.since_wall)
        what, message = "gateway.resume", f"the gateway works again, after {length}"
    tx.after(lambda: log.warning("%s: %s", supplier, message))
    act = Act(at=clock.now(tx.wall), what=what, by="sender", message=message)
    journal.act(tx, supplier, act)
