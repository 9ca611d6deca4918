"""What one order expects of its gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.model import Expectation, Order, Request, Scenario
from simulator.scenario import expected
from simulator.store import Tx, orders
from simulator.supplier.repeats import edition_of
from simulator.supplier.scenario_set import ScenarioSet


def keep_expectations(tx: Tx, scenario: Scenario, order: Order) -> str:
    """Keep the edition of a scenario that answers a later request, and return its digest: what it
    expects is asked for later. Empty where it expects nothing, or is the order's own.
    """
    if not scenario.expect or scenario.digest == order.digest:
        return ""
    orders.keep_edition(tx, scenario.digest, scenario.name, scenario.dialect, scenario.source)
    return scenario.digest


def expectations_of(
    tx: Tx, scenarios: ScenarioSet, order: Order, requests: Sequence[Request]
) -> Iterator[tuple[str, Expectation]]:
    """What the scenario of an order expects, and what those do that answered its later requests,
    each with the scenario's name: in the editions that answered, with their parameters.
    """
    for request in requests:
        digest = order.digest if request.action == "create" else _edition(tx, order, request)
        if digest:
            scenario = scenarios.edition(tx, digest)
            for expectation in expected(scenario, request.params):
                yield scenario.name, expectation


def _edition(tx: Tx, order: Order, request: Request) -> str:
    asked = request.action, request.tenant, request.ref
    kept = orders.remembered(tx, order.supplier, *asked)
    return edition_of(kept.answer) if kept else ""
