"""What a gateway and an operator see of an order that was deleted because it was finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from simulator.base import instants
from simulator.config import Config
from simulator.store.tables import lanes
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.dialects.mef import Buyer
from tests.ops.test_observing import metrics
from tests.running import until

pytestmark = pytest.mark.slow  # orders come to rest in wall time

SUPPLIERS = [
    {"name": "default", "path": "/"},
    {"name": "mef", "path": "/mef", "dialect": "mef"},
]


@pytest.fixture
def keeping(make_config: Callable[..., Config], store_url: str) -> Config:
    """Finished orders are kept for an hour."""
    return make_config(store={"url": store_url}, orders={"keep": "1h"}, suppliers=SUPPLIERS)


@pytest.fixture
def simulator(keeping: Config) -> Iterator[Embedded]:
    with Embedded(keeping) as running:
        yield running


def two_hours_later(simulator: Embedded) -> int:
    """How many orders are deleted then."""
    simulator.world.store.skew += 2 * instants.HOUR
    return sum(simulator.sender.tidying.turn())


def test_a_deleted_order_is_not_found_and_its_repeat_is_a_new_order(
    simulator: Embedded, gateway: Gateway
) -> None:
    order = gateway.place()
    gateway.advance()
    first = gateway.order(order)
    assert first["status"] == "COMPLETED"
    before = metrics(simulator.url).get(("simulator_orders_deleted_total", "default"), 0)
    assert two_hours_later(simulator) == 1
    assert metrics(simulator.url)["simulator_orders_deleted_total", "default"] == before + 1
    for path in (f"/orders/{first['id']}", f"/orders/{first['id']}/story"):
        gateway.admin("GET", path, code=404)
    assert gateway.admin("GET", f"/kcis?order={first['id']}")["items"] == []
    assert gateway.admin("GET", f"/journal?order={first['id']}")["items"], "by its own bounds"
    assert gateway.amend(order).status_code == gateway.cancel(order).status_code == 404
    again = gateway.post("/service-orders", order, X_Scenario="ORDER_SUCCESSFUL")
    assert again.status_code == 202
    second = gateway.order(order)
    assert (second["id"] != first["id"], second["status"]) == (True, "RECEIVED")


def test_an_order_that_is_not_ended_can_be_cancelled_much_later(
    simulator: Embedded, gateway: Gateway
) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    assert two_hours_later(simulator) == 0
    assert gateway.cancel(order).status_code in (201, 202)
    gateway.advance()
    assert gateway.order(order)["status"] == "CANCELLED"
    assert two_hours_later(simulator) == 1


def test_an_order_behind_a_dead_kci_waits_for_an_operator(
    simulator: Embedded, gateway: Gateway
) -> None:
    order = gateway.place("ORDER_SUCCESSFUL")
    gateway.advance()
    (*_, last) = gateway.kcis(order)
    store = simulator.world.store
    with store.write() as tx:
        tx.execute(sa.text("UPDATE kcis SET state = 'dead' WHERE id = :id"), {"id": last["id"]})
        tx.execute(sa.text("UPDATE lanes SET state = 'parked', rested_wall = NULL"))
    assert two_hours_later(simulator) == 0
    gateway.admin("POST", f"/orders/{gateway.order(order)['id']}/resume")
    assert two_hours_later(simulator) == 1


def test_the_numbers_of_orders_go_on_and_a_list_has_what_is_left(simulator: Embedded) -> None:
    with Buyer(simulator.url) as buyer:
        first = buyer.place()
        buyer.advance()
        assert buyer.status(first) == "COMPLETED"
        assert two_hours_later(simulator) == 1
        assert buyer.send("GET", f"/orders/{first['id']}").status_code == 404
        second = buyer.place()
        numbers = [int(order["id"].rpartition("-")[2]) for order in (first, second)]
        assert numbers[1] == numbers[0] + 1
        found: Any = buyer.get("/orders")
        assert first["id"] not in str(found) and second["id"] in str(found)


def test_a_sender_does_it_by_itself(keeping: Config) -> None:
    with Embedded(keeping) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance()
        with simulator.world.store.write() as tx:
            earlier = lanes.c.rested_wall - 2 * instants.HOUR
            tx.execute(sa.update(lanes).values(rested_wall=earlier))
    with Embedded(keeping) as simulator, Gateway(simulator.url) as gateway:
        until(lambda: not gateway.admin("GET", f"/orders?ref={order['id']}")["items"])
