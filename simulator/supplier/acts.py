"""What an operator does: to one KCI (resend, withdraw, skip), to one order (resume, abandon,
signal), or to all that goes to the gateway (stop, resume).

Each act on an order locks its lane first, as the sender and an amendment do. Each act is a line of
the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from simulator import engine
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused
from simulator.model import Act, FlowState, GatewayState, Kci, KciState, Lane, LaneState
from simulator.store import Store, Tx, clocks, gateway_states, journal, lanes, locks, orders, outbox

ACTS_ON_ORDERS = ("resume", "abandon")
ACTS_ON_GATEWAYS = ("stop", "resume")
FROM = {
    "resend": (KciState.DELIVERED, KciState.DEAD, KciState.SKIPPED),
    "withdraw": (KciState.WAITING, KciState.PAUSED),
    "skip": (KciState.DEAD, KciState.ATTEMPTED),
}
"""The acts on a KCI, and in which of its states each can be done."""

DONE = {"withdraw": KciState.WITHDRAWN, "skip": KciState.SKIPPED}
DONE_IN_WORDS = {"resend": "sent again", **DONE}


class Acts:
    """The acts on one supplier's orders and KCIs. Refused: not_found, or a conflict with the state
    that forbids the act.
    """

    def __init__(self, store: Store, supplier: str) -> None:
        self.store = store
        self.name = supplier

    def on_kci(self, act: str, kci_id: str) -> Kci:
        """`resend`, `withdraw` or `skip` a KCI. Returns the KCI as it is then."""
        return self.store.run(lambda tx: self._on_kci(tx, act, kci_id))

    def _on_kci(self, tx: Tx, act: str, kci_id: str) -> Kci:
        self._lock(tx)
        found = outbox.one(tx, kci_id)
        if found is None or orders.by_id(tx, self.name, found.order) is None:
            raise Refused("not_found", [f"no KCI {kci_id[:80]}"])
        with self._lane(tx, found.order, f"kci.{act}", found) as lane:
            kci = outbox.one(tx, kci_id) or found  # as it is now that the lane is locked
            _check(act, kci, lane)
            changed = self._changed(tx, act, kci)
            outbox.save(tx, [changed])
            outbox.move(
                tx, {changed.id: changed.due_at} if changed.state == KciState.WAITING else {}
            )
            given_up = act == "skip" and kci.state == KciState.ATTEMPTED
            self._rest(tx, lane, given_up=given_up, unpark=act != "withdraw")
        return outbox.one(tx, kci_id) or changed

    def _changed(self, tx: Tx, act: str, kci: Kci) -> Kci:
        if act == "resend":
            return _again(kci, clocks.get(tx, self.name).now(tx.wall))
        return replace(kci, state=DONE[act])

    def on_order(self, act: str, order_id: str) -> None:
        """`resume` an order that stands behind a dead KCI, or `abandon` all that it still has to
        send.
        """
        self.store.run(lambda tx: self._on_order(tx, act, order_id))

    def _on_order(self, tx: Tx, act: str, order_id: str) -> None:
        self._find(tx, order_id)
        with self._lane(tx, order_id, f"order.{act}") as lane:
            if act == "abandon":
                self._abandon(tx, lane)
            elif lane.state != LaneState.PARKED:
                said = f"the order is not parked: its lane is {lane.state}"
                raise Refused("conflict", [said])
            self._rest(tx, lane, given_up=act == "abandon", unpark=True)

    def _abandon(self, tx: Tx, lane: Lane) -> None:
        waiting = outbox.open_of(tx, [lane.order])[lane.order]
        if not waiting:
            raise Refused("conflict", ["the order has nothing to send any more"])
        if lane.state == LaneState.SENDING:
            raise Refused("conflict", [_ON_ITS_WAY.format("a KCI")])
        outbox.withdraw(tx, [kci.id for kci in waiting if kci.state != KciState.ATTEMPTED])
        attempted = [kci for kci in waiting if kci.state == KciState.ATTEMPTED]
        outbox.save(tx, [replace(kci, state=KciState.SKIPPED) for kci in attempted])

    def signal(self, name: str, order_id: str) -> None:
        """Give the signal that an order's story waits for (`wait: NAME`)."""
        self.store.run(lambda tx: self._signal(tx, name, order_id))

    def _signal(self, tx: Tx, name: str, order_id: str) -> None:
        self._find(tx, order_id)
        with self._lane(tx, order_id, "order.signal", detail=name) as lane:
            now = clocks.get(tx, self.name).now(tx.wall)
            waiting = outbox.open_of(tx, [order_id])[order_id]
            try:
                outbox.take(tx, engine.signalled(waiting, name, now))
            except Illegal as error:
                raise Refused("conflict", [str(error)]) from None
            self._rest(tx, lane, given_up=False, unpark=False)

    def on_gateway(self, act: str) -> None:
        """`stop` sending to the gateway, or `resume` it, whatever keeps messages back."""
        self.store.run(lambda tx: self._on_gateway(tx, act))

    def _on_gateway(self, tx: Tx, act: str) -> None:
        self._lock(tx)
        gateway = gateway_states.lock(tx, self.name)
        gateway_states.save(tx, _stopped(gateway, tx) if act == "stop" else _resumed(gateway))
        self._note(tx, f"gateway.{act}", f"an operator's {act} of the gateway")
        tx.wake_senders()

    def _lock(self, tx: Tx) -> None:
        if not locks.share(tx, self.name):
            raise Refused("not_found", [f"there is no supplier {self.name} any more"])

    def _find(self, tx: Tx, order_id: str) -> None:
        self._lock(tx)
        if orders.by_id(tx, self.name, order_id) is None:
            raise Refused("not_found", [f"no order {order_id[:80]}"])

    @contextmanager
    def _lane(
        self, tx: Tx, order_id: str, what: str, kci: Kci | None = None, detail: str = ""
    ) -> Iterator[Lane]:
        """The order's lane, locked; the act is noted when it was done."""
        yield lanes.lock(tx, order_id)
        order = orders.by_id(tx, self.name, order_id)
        said = f"an operator's {what.partition('.')[2]}"
        if kci is not None:
            said += f" of {kci.send or kci.step.status}"
        if detail:
            said += f" {detail}"
        self._note(
            tx,
            what,
            said,
            order=order_id,
            kci=kci.id if kci else "",
            scenario=order.scenario if order else "",
        )

    def _note(
        self, tx: Tx, what: str, message: str, order: str = "", kci: str = "", scenario: str = ""
    ) -> None:
        act = Act(
            at=clocks.get(tx, self.name).now(tx.wall),
            what=what,
            by="operator",
            message=message,
            order=order,
            kci=kci,
            scenario=scenario,
        )
        journal.act(tx, self.name, act)

    def _rest(self, tx: Tx, lane: Lane, *, given_up: bool, unpark: bool) -> None:
        """Find out anew what the lane waits for. `given_up`: the KCI that waited for another try
        does not any more.
        """
        if lane.state == LaneState.RETRY and given_up:
            lane = replace(lane, state=LaneState.DUE)
        lanes.rest(tx, lane, clocks.get(tx, self.name), unpark=unpark)


def _stopped(gateway: GatewayState, tx: Tx) -> GatewayState:
    if gateway.state == FlowState.STOPPED:
        raise Refused("conflict", ["the gateway is stopped already"])
    return replace(
        gateway,
        state=FlowState.STOPPED,
        reason="an operator stopped it",
        since_wall=tx.wall,
        until_wall=None,
        good=0,
    )


def _resumed(gateway: GatewayState) -> GatewayState:
    if not gateway.state:
        raise Refused("conflict", ["the gateway is not held back"])
    return gateway_states.released(gateway)


_ON_ITS_WAY = "{} is on its way to the gateway in this moment: try again"


def _check(act: str, kci: Kci, lane: Lane) -> None:
    """Refused (conflict) when this cannot be done to a KCI in this state."""
    if not kci.send or kci.state not in FROM[act]:
        raise Refused("conflict", [f"a KCI that is {kci.state} cannot be {DONE_IN_WORDS[act]}"])
    if act == "skip" and kci.state == KciState.ATTEMPTED and lane.state == LaneState.SENDING:
        raise Refused("conflict", [_ON_ITS_WAY.format("the KCI")])
    if act == "resend" and kci.state == KciState.DELIVERED and lane.state == LaneState.PARKED:
        said = "resend or skip the KCI that was given up, or resume the order, first"
        raise Refused("conflict", [f"the order is parked: {said}"])


def _again(kci: Kci, now: int) -> Kci:
    """The same bytes once more, as if they had been tried once. A step that never became a message
    happens again, now.
    """
    if kci.body is None:
        return replace(kci, state=KciState.WAITING, due_at=now, attempts=0, last=None)
    return replace(kci, state=KciState.ATTEMPTED, attempts=1)
