"""Answers that wait until a KCI has left: the fault `before_reply`."""

from __future__ import annotations

from collections.abc import Callable

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Unavailable
from simulator.engine import Changed, Opened, Plan
from simulator.language.faults import fault_of
from simulator.store import Store, outbox

PATIENCE = 10 * instants.SECOND
"""An answer waits no longer for its KCI: a gateway may take nothing before it has the answer."""


def may_leave(store: Store, plan: Plan) -> Callable[[], bool] | None:
    """Whether all KCIs that go before the answer were tried; None where there is none."""
    kcis = plan.kcis if isinstance(plan, (Opened, Changed)) else ()
    first = [kci.id for kci in kcis if fault_of(kci.step).goes_first]
    if not first:
        return None
    deadline = monotonic() + PATIENCE

    def ask() -> bool:
        if monotonic() >= deadline:
            return True
        try:
            with store.read() as tx:
                found = [outbox.one(tx, kci_id) for kci_id in first]
        except Unavailable:
            return False  # the deadline holds for this too
        return all(kci is None or kci.last is not None for kci in found)

    return ask
