"""An order that the gateway must not take as it is shown."""

from __future__ import annotations

from simulator.language.faults.fault import Fault, Parties
from simulator.model import Order


class StaleOrder(Fault):
    """The order as it was before this step; the code is the step's."""

    word = "stale_order"
    about = "with the order as it was before"

    def order(self, before: Order, after: Order, parties: Parties) -> Order:
        return before


class UnknownOrder(Fault):
    """A message about an order that the gateway does not have."""

    word = "unknown_order"
    about = "about an order that the gateway does not know"
    answered = ("4xx",)
    is_probe = True

    def order(self, before: Order, after: Order, parties: Parties) -> Order:
        return parties.unknown(after)


class WrongTenant(Fault):
    """A message about the order of a tenant that the gateway does not have."""

    word = "wrong_tenant"
    about = "of a tenant that the gateway does not know"
    answered = ("4xx",)
    is_probe = True

    def order(self, before: Order, after: Order, parties: Parties) -> Order:
        return parties.of_another_tenant(after)
