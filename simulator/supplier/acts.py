"""What an operator does to one order's outbox: send a KCI again, withdraw or skip one, let an order
go on or give it up, signal.

And to all of them: stop what goes to the gateway, and let it go on.

Each act locks the order's lane first, as a sender and an amendment do, and leaves a line in the
journal (direction `act`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from simulator import engine
from simulator.base.errors import Illegal, Refused
from simulator.model import Exchange, Kci, Lane
from simulator.store import Store, Tx, clocks, gateway_states, journal, orders, outbox

ACTS_ON_ORDERS = ("resume", "abandon")
ACTS_ON_GATEWAYS = ("stop", "resume")
FROM = {
    "resend": ("delivered", "dead", "skipped"),
    "withdraw": ("waiting", "paused"),
    "skip": ("dead", "attempted"),
}
"""The acts on a KCI, and in which of its states each can be done."""

DONE = {"withdraw": "withdrawn", "skip": "skipped"}
SAID = {"resend": "sent again", "withdraw": "withdrawn", "skip": "skipped"}


class Acts:
    """The acts on one supplier's orders and KCIs. Refused (not_found, or conflict with the state
    that forbids it).
    """

    def __init__(self, store: Store, supplier: str) -> None:
        self.store = store
        self.name = supplier

    def on_kci(self, act: str, kci_id: str) -> Kci:
        """`resend`, `withdraw` or `skip` a KCI: the KCI as it is then."""
        with self.store.write() as tx:
            found = outbox.one(tx, kci_id)
            if found is None or orders.by_id(tx, self.name, found.order) is None:
                raise Refused("not_found", [f"no KCI {kci_id[:80]}"])
            with self._lane(tx, found.order, act, kci_id) as lane:
                kci = outbox.one(tx, kci_id) or found  # as it is now that nobody else can change it
                _check(act, kci, lane)
                changed = (
                    _again(kci, clocks.get(tx, self.name).now(tx.wall))
                    if act == "resend"
                    else replace(kci, state=DONE[act])
                )
                outbox.save(tx, [changed])
                outbox.move(tx, {changed.id: changed.due_at} if changed.state == "waiting" else {})
                self._rest(
                    tx,
                    lane,
                    given_up=act == "skip" and kci.state == "attempted",
                    unpark=act != "withdraw",
                )
            return outbox.one(tx, kci_id) or changed

    def on_order(self, act: str, order_id: str) -> None:
        """`resume` an order whose KCI was given up (what follows it goes on), or `abandon` all that
        it still has to send.
        """
        with self.store.write() as tx:
            if orders.by_id(tx, self.name, order_id) is None:
                raise Refused("not_found", [f"no order {order_id[:80]}"])
            with self._lane(tx, order_id, act, "") as lane:
                waiting = outbox.open_of(tx, [order_id])[order_id]
                if act == "resume" and lane.state != "parked":
                    raise Refused(
                        "conflict", [f"the order is not parked: its lane is {lane.state}"]
                    )
                if act == "abandon" and not waiting:
                    raise Refused("conflict", ["the order has nothing to send any more"])
                if act == "abandon" and lane.state == "sending":
                    raise Refused(
                        "conflict", ["a KCI is on its way to the gateway in this moment: try again"]
                    )
                if act == "abandon":
                    outbox.withdraw(tx, [kci.id for kci in waiting if kci.state != "attempted"])
                    outbox.save(
                        tx,
                        [
                            replace(kci, state="skipped")
                            for kci in waiting
                            if kci.state == "attempted"
                        ],
                    )
                self._rest(tx, lane, given_up=act == "abandon", unpark=True)

    def signal(self, name: str, order_id: str) -> None:
        """Give the signal that an order's story waits for (`wait: NAME`)."""
        with self.store.write() as tx:
            if orders.by_id(tx, self.name, order_id) is None:
                raise Refused("not_found", [f"no order {order_id[:80]}"])
            with self._lane(tx, order_id, f"signal {name}", "") as lane:
                now = clocks.get(tx, self.name).now(tx.wall)
                try:
                    outbox.regate(
                        tx, engine.signalled(outbox.open_of(tx, [order_id])[order_id], name, now)
                    )
                except Illegal as error:
                    raise Refused("conflict", [str(error)]) from None
                self._rest(tx, lane, given_up=False, unpark=False)

    def on_gateway(self, act: str) -> None:
        """`stop` sending to the gateway, or `resume` whatever it was that kept messages back."""
        with self.store.write() as tx:
            if not clocks.lock_supplier(tx, self.name):
                raise Refused("not_found", [f"there is no supplier {self.name} any more"])
            gateway = gateway_states.lock(tx, self.name)
            if (gateway.state == "stopped") if act == "stop" else not gateway.state:
                raise Refused(
                    "conflict",
                    [f"the gateway is {'stopped already' if act == 'stop' else 'not held back'}"],
                )
            if act == "stop":
                gateway = replace(
                    gateway,
                    state="stopped",
                    reason="an operator stopped it",
                    since_wall=tx.wall,
                    until_wall=None,
                    good=0,
                )
            else:
                gateway = gateway_states.released(gateway)
            gateway_states.save(tx, gateway)
            now = clocks.get(tx, self.name).now(tx.wall)
            act_done = Exchange(
                at=now,
                direction="act",
                method="",
                path="",
                findings=(f"an operator's {act} of the gateway",),
            )
            journal.note(tx, self.name, act_done)
            tx.wake_senders()

    @contextmanager
    def _lane(self, tx: Tx, order_id: str, act: str, kci_id: str) -> Iterator[Lane]:
        """The order's lane, locked; the act is journaled when it was done."""
        yield orders.lock(tx, order_id)
        order = orders.by_id(tx, self.name, order_id)
        now = clocks.get(tx, self.name).now(tx.wall)
        said = f"an operator's {act}" + (
            f" of {kci.send or kci.status}" if (kci := outbox.one(tx, kci_id)) else ""
        )
        exchange = Exchange(
            at=now,
            direction="act",
            method="",
            path="",
            order=order_id,
            kci=kci_id,
            scenario=order.scenario if order else "",
            findings=(said,),
        )
        journal.note(tx, self.name, exchange)

    def _rest(self, tx: Tx, lane: Lane, *, given_up: bool, unpark: bool) -> None:
        """Let the lane rest anew; `given_up`: what it waited to try again is not tried again."""
        if lane.state == "retry" and given_up:
            lane = replace(lane, state="due")
        outbox.rest(tx, lane, clocks.get(tx, self.name), unpark=unpark)


def _check(act: str, kci: Kci, lane: Lane) -> None:
    """Refused (conflict) when this cannot be done to a KCI in this state."""
    if not kci.send or kci.state not in FROM[act]:
        raise Refused("conflict", [f"a KCI that is {kci.state} cannot be {SAID[act]}"])
    if act == "skip" and kci.state == "attempted" and lane.state == "sending":
        raise Refused(
            "conflict", ["the KCI is on its way to the gateway in this moment: try again"]
        )
    if act == "resend" and kci.state == "delivered" and lane.state == "parked":
        raise Refused(
            "conflict",
            [
                "the order is parked: resend or skip the KCI that was given up, or resume the order, first"
            ],
        )


def _again(kci: Kci, now: int) -> Kci:
    """The same bytes once more, as if it had been tried once; what never became a message happens
    anew, now.
    """
    if kci.body is None:
        return replace(kci, state="waiting", due_at=now, attempts=0, last=None)
    return replace(kci, state="attempted", attempts=1)
