"""Linked orders: one began the other. What a step of one does to the others (`start`, `signal`)."""

from __future__ import annotations

from simulator import engine
from simulator.base.errors import Illegal
from simulator.model import Act, Lane, Order, Step
from simulator.store import Tx, clocks, journal, lanes, order_views, orders, outbox
from simulator.supplier.new_orders import NewOrders
from simulator.views.story import named


class Links:
    """The linked orders of one supplier."""

    def __init__(self, new_orders: NewOrders) -> None:
        self.new_orders = new_orders
        self.name = new_orders.name

    def touched(self, tx: Tx, order: Order, step: Step) -> list[str]:
        """The orders that a step of this one changes: their lanes are to be locked."""
        return [other.id for other in self._linked(tx, order)] if step.signal else []

    def follow(self, tx: Tx, order: Order, step: Step) -> None:
        """Do what a step says, its templates rendered. Refused, Illegal and RenderFailed when it
        cannot be done; then nothing of this transaction may be kept.
        """
        if step.start:
            begun = self.new_orders.begin_for(tx, order, step)
            self._note(tx, order, "order.start", f"began order {named(begun)}")
        else:
            self._signal(tx, order, step.signal)

    def _signal(self, tx: Tx, order: Order, name: str) -> None:
        """Give a signal to all linked orders. Where one does not wait for it, nothing happens."""
        others = self._linked(tx, order)
        for other in others:
            try:
                give_signal(tx, lanes.lock(tx, other.id), name)
            except Illegal as error:
                said = f"the signal {name} changes nothing at order {named(other)}: {error}"
            else:
                given = f"the signal {name} was given by order {named(order)}"
                self._note(tx, other, "order.signal", given)
                said = f"gave the signal {name} to order {named(other)}"
            self._note(tx, order, "order.signal", said)
        if not others:
            said = f"the signal {name} reaches nobody: no order is linked to this one"
            self._note(tx, order, "order.signal", said)

    def _linked(self, tx: Tx, order: Order) -> list[Order]:
        """The order that began this one, and those that this one began, as far as they are kept."""
        ids = [order.begun_by, *order_views.begun_by(tx, [order.id])[order.id]]
        found = orders.many(tx, [order_id for order_id in ids if order_id])
        return [found[order_id] for order_id in ids if order_id in found]

    def _note(self, tx: Tx, order: Order, what: str, message: str) -> None:
        act = Act(
            at=clocks.get(tx, self.name).now(tx.wall),
            what=what,
            by="supplier",
            message=message,
            order=order.id,
            scenario=order.scenario,
        )
        journal.act(tx, self.name, act)


def give_signal(tx: Tx, lane: Lane, name: str) -> None:
    """Let the steps of an order go on that wait for a signal. Its lane is locked. Illegal says
    which signal is awaited instead.
    """
    clock = clocks.get(tx, lane.supplier)
    waiting = outbox.open_of(tx, [lane.order])[lane.order]
    outbox.take(tx, engine.signalled(waiting, name, clock.now(tx.wall)))
    lanes.rest(tx, lane, clock)
