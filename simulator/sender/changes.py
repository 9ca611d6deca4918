"""What a turn of the sender finds out: the attempts that leave, and what is to be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simulator.base.clock import Clock
from simulator.base.errors import Conflict
from simulator.base.working_days import Calendar
from simulator.config import Gateway, Policy
from simulator.dialects import Dialect
from simulator.model import GatewayState, JournalLine, Kci, Lane, Message, Order, Step
from simulator.store import Tx, clocks, gateway_states, journal, lanes, locks, orders, outbox
from simulator.store.orders import Settled


class Links(Protocol):
    """What the steps of one order do to other orders of its supplier."""

    def touched(self, tx: Tx, order: Order, step: Step) -> Sequence[str]:
        """The orders whose lanes are to be locked beside that of this one."""

    def follow(self, tx: Tx, order: Order, step: Step) -> None:
        """Do what a step says. A SimulatorError when it cannot be done; then nothing of the
        transaction may be kept.
        """


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
    links: Links


FindAndLock = Callable[[Tx, str], Target | None]
"""Finds a supplier's target by name, and locks the supplier against deletion until the transaction
ends. None when there is no such supplier, or not any more.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One KCI in flight, with everything that posting and booking it need. Its result counts only
    while the lane has this `fence`. `is_manual`: the supplier's clock stands meanwhile.
    """

    supplier: str
    target: Target
    order: Order
    kci: Kci
    message: Message
    fence: int
    at: int
    is_manual: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """A step that does something to other orders, handed out. It counts only while the order's lane
    has this `fence`.
    """

    supplier: str
    order: str
    kci: str
    fence: int


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
    errands: list[Errand] = field(default_factory=list)
    notes: list[tuple[str, JournalLine]] = field(default_factory=list)
    wait: int | None = None

    def save(self, tx: Tx) -> None:
        """Write everything but the attempts and the errands, which follow the commit. Conflict when
        something has changed since it was read.
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
