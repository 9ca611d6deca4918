"""Steps that change other orders, in a rehearsal: there is no other order, only what is said of
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.base.errors import Refused, split_hint
from simulator.dialects import Dialect
from simulator.model import Order, Step
from simulator.rehearsal.flaws import START, Flaw, in_step


def errand_told(order: Order, step: Step) -> tuple[str, Any]:
    """What a story says of such a step, and the document of the order that it starts."""
    if step.signal:
        return f"gives the signal {step.signal} to the linked orders", None
    params = ", ".join(f"{name}={value}" for name, value in step.params.items())
    given = f" with {params}" if params else ""
    return f"begins {step.start} of {step.tenant or order.tenant}{given}", dict(step.fields)


def refused_start(dialect: Dialect, order: Order, step: Step) -> Iterator[Flaw]:
    """What the contract refuses of an order that a step starts, each at its part of the step."""
    if not step.start:
        return
    try:
        dialect.begin(step.tenant or order.tenant, dict(step.fields))
    except Refused as refused:
        for said in refused.messages:
            text, hint = split_hint(said)
            path = in_step(step, said)
            if said.startswith("tenant: ") and "tenant" not in step.fields and step.tenant:
                path = (*step.path, "tenant")
            yield Flaw(f"{step.start} cannot be begun so: {text}", path, START, hint)
