"""What callers send as X-Seed-Key, and the counters that hang on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from simulator.client import Client
from simulator.store.tables import seed_keys
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.dialects.mef import Buyer, published


@pytest.fixture
def seeded(simulator: Embedded) -> Iterator[Gateway]:
    """The gateway of a supplier whose identifiers are drawn from a seed."""
    with Client(simulator.url) as admin:
        made = admin.make_supplier(seed="7", clock={"mode": "manual"})
        with Gateway(simulator.url + made["path"]) as gateway:
            yield gateway
        admin.delete_supplier(made["name"])


def drawn(gateway: Gateway, key: str) -> str:
    """Our reference of a new order with a key of the caller's."""
    response = gateway.post(
        "/service-orders", gateway.provide(), X_Scenario="ORDER_ACKNOWLEDGED", X_Seed_Key=key
    )
    assert response.status_code == 201, response.text
    return str(response.json()["supplierOrderReference"])


def test_a_key_that_looks_like_a_repeated_one_is_another_key(seeded: Gateway) -> None:
    keys = ["a", "a", "a#1", "a#", "a#", "a##1", "a#1", "a#1#1"]
    references = [drawn(seeded, key) for key in keys]
    assert len(set(references)) == len(keys)


def test_without_a_seed_no_content_is_counted(simulator: Embedded, gateway: Gateway) -> None:
    references = {drawn(gateway, key) for key in ("a", "a", "b")}
    assert len(references) == 3
    with simulator.world.store.read() as tx:
        counted = tx.execute(sa.select(seed_keys.c.key).where(seed_keys.c.supplier == "default"))
        assert counted.all() == []


def test_no_key_of_a_caller_moves_the_numbers_of_orders(simulator: Embedded) -> None:
    numbers = []
    with Buyer(simulator.url) as buyer:
        for serial, key in enumerate(("", "#serial", "#serial", "##serial", "")):
            body = published("create_request", buyerPurchaseOrderNumber=f"PO-KEY-{serial}")
            response = buyer.send("POST", "/orders", body, X_Seed_Key=key)
            assert response.status_code == 201, response.text
            numbers.append(int(response.json()["id"].rpartition("-")[2]))
    assert numbers == list(range(numbers[0], numbers[0] + 5))


def test_where_a_later_request_may_draw_its_orders_are_counted(simulator: Embedded) -> None:
    drawing = "scenario: D\nfor: amendment\nreply: {reject: ['{{ fake.word }}']}\n"
    with Client(simulator.url) as admin:
        made = admin.make_supplier(clock={"mode": "manual"}, scenarios=[drawing])
        with Gateway(simulator.url + made["path"]) as gateway:
            drawn(gateway, "a")
        with simulator.world.store.read() as tx:
            found = tx.execute(
                sa.select(seed_keys.c.key).where(seed_keys.c.supplier == made["name"])
            )
            assert found.scalars().all() == ["a"]
        admin.delete_supplier(made["name"])
