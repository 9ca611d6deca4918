"""What a turn of the sender finds out: the attempts that leave, and what is to be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.base.clock import Clock
from simulator.base.errors import Conflict
from simulator.base.working_days import Calendar
from simulator.config import Gateway, Policy
from simulator.dialects import Dialect
from simulator.model import GatewayState, JournalLine, Kci, Lane, Message, Order
from simulator.store import Tx, clocks, gateway_states, journal, lanes, locks, orders, outbox
from simulator.store.orders import Settled


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the sender knows of one supplier. Metrics name it `label`.

    What is random in its orders depends on `run_seed`; `fixed_seed`: somebody set it.
    """

    dialect: Dialect
    gateway: Gateway
    policy: Policy
    run_seed: str
    fixed_seed: bool
    calendar: Calendar
    label: str


FindAndLock = Callable[[Tx, str], Target | None]
"""Finds a supplier's target by name, and locks the supplier against deletion until the transaction
ends. None when there is no such supplier, or not any more.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One KCI in flight, with everything that posting and booking it need. Its result counts only
    while the lane has this `fence`.
    """

    supplier: str
    target: Target
    order: Order
    kci: Kci
    message: Message
    fence: int
    at: int


@dataclass(kw_only=True, slots=True)
class Changes:
    """What a turn changes, collected first and then written at once.

    `of_view`: it was worked out in a view, with these `kept_back` and `clocks`. `before` are the
    orders as they were. `lanes` are the lanes as they will be, each with the `version` that it was
    read with. `wait` is how long (microseconds) until the next lane is due, None where none is.
    """

    of_view: bool
    kept_back: dict[str, GatewayState]
    clocks: dict[str, Clock] = field(default_factory=dict)
    before: dict[str, Order] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    replanned: list[Kci] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    kcis: list[Kci] = field(default_factory=list)
    lanes: dict[str, Lane] = field(default_factory=dict)
    attempts_out: list[Attempt] = field(default_factory=list)
    notes: list[tuple[str, JournalLine]] = field(default_factory=list)
    wait: int | None = None

    def save(self, tx: Tx) -> None:
        """Write everything but the attempts, which leave after the commit. Conflict when something
        has changed since it was read.
        """
        if self.of_view and not self._is_as_seen(tx):
            raise Conflict("a clock or a gateway state was changed meanwhile")
        lanes.save(tx, list(self.lanes.values()))
        journal.note_all(tx, self.notes)
        orders.save(tx, self.orders, self.before)
        orders.settle(tx, self.settled)
        outbox.replan(tx, self.replanned)
        outbox.withdraw(tx, self.withdrawn)
        outbox.save(tx, self.kcis)

    def _is_as_seen(self, tx: Tx) -> bool:
        """Whether the clocks and gateway states are as they were; of a lane, its version tells."""
        return gateway_states.every(tx) == self.kept_back and all(
            locks.share(tx, name) and clocks.get(tx, name) == clock
            for name, clock in self.clocks.items()
        )
