"""An order that was amended often takes the next request as fast as the first."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulator.config import Config
from simulator.dialects.routes import router_of
from simulator.model import Outgoing
from simulator.store import orders, run_tasks
from simulator.supplier import Supplier
from simulator.world import World, open_world

AMENDMENTS = "/service-order-amendments"


@pytest.fixture
def supplier(make_config: Callable[..., Config], store_url: str) -> Iterator[Supplier]:
    world: World = open_world(make_config(store={"url": store_url}), "http://127.0.0.1:1")
    yield world.default
    world.close()


def send(supplier: Supplier, path: str, document: Any, scenario: str = "") -> Outgoing:
    sample = supplier.dialect.sample("provide", None, 1)
    headers = {**sample.headers, "x-scenario": scenario} if scenario else sample.headers
    body = json.dumps(document).encode()
    route, variables = router_of(supplier.dialect.routes).match("POST", path)
    incoming = replace(sample, path=path, headers=headers, body=body, variables=variables)
    return run_tasks(supplier.store, [supplier.receive(incoming, route)])[0]


def place(supplier: Supplier) -> str:
    body = json.loads(supplier.dialect.sample("provide", None, 1).body)
    assert send(supplier, "/service-orders", {**body, "id": 1}, "ORDER_ACKNOWLEDGED").code == 201
    return supplier.orders()[0].order.id


def amend(supplier: Supplier, number: int, scenario: str = "") -> Outgoing:
    document = {"id": number, "orderId": 1, "notes": f"note {number}"}
    return send(supplier, AMENDMENTS, document, scenario)


def test_settled_amendments_are_not_read_for_the_next_one(supplier: Supplier) -> None:
    order = place(supplier)
    assert amend(supplier, 100, "AMENDMENT_PENDING").code == 202
    for number in range(5):
        assert amend(supplier, 200 + number).code == 201
    with supplier.store.read() as tx:
        whole = orders.requests_of(tx, [order])[order]
        beside = orders.requests_in_play(tx, [order, "unknown"])
        history = orders.requests_in_play(tx, [order], ["amendment"])[order]
        assert orders.count_requests(tx, order, "amendment") == 6
    assert len(whole) == 7 and history == whole
    assert beside["unknown"] == []
    assert {(one.action, one.ref, one.status) for one in beside[order]} == {
        ("create", "1", "applied"),
        ("amendment", "100", "open"),
    }


def test_the_references_of_requests_go_on(supplier: Supplier) -> None:
    place(supplier)
    references = [amend(supplier, 101 + number).body["supplierReference"] for number in range(3)]
    assert [reference.rpartition("-")[2] for reference in references] == ["A1", "A2", "A3"]


def test_eight_clients_may_amend_one_order_at_once(supplier: Supplier) -> None:
    order = place(supplier)
    answers: list[Outgoing] = []

    def client(first: int) -> None:
        answers.extend(amend(supplier, first + number) for number in range(5))

    threads = [threading.Thread(target=client, args=(1000 * (one + 1),)) for one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.code for answer in answers] == [201] * 40
    assert len({answer.body["supplierReference"] for answer in answers}) == 40
    assert len(supplier.order(order).requests) == 41
