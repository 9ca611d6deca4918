"""Requests of one moment share a commit; each is answered as if it had come alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.front import AdminGuard, Front
from simulator.model import Incoming, Outgoing
from simulator.world import World, open_world
from tests.conftest import TENANT, Gateway

HEADERS = {
    "content-type": "application/json",
    "x-request-id": "r-1",
    "x-conversation-id": "c-1",
    "tenant": TENANT,
}


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[World]]:
    opened = [
        open_world(
            config.load(
                environment={},
                overrides={
                    "store": {"url": f"sqlite:///{tmp_path}/{name}.db"},
                    "clock": {"mode": "manual"},
                    "seed": "same",
                },
            ),
            "http://127.0.0.1",
        )
        for name in ("together", "alone")
    ]
    yield opened
    for world in opened:
        world.close()


def post(path: str, body: Any, **headers: str) -> Incoming:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Incoming(
        method="POST",
        path=path,
        base_url="http://127.0.0.1",
        headers={**HEADERS, **headers},
        body=raw,
    )


def requests_of_one_moment() -> list[Incoming]:
    with Gateway("") as gateway:
        orders = [gateway.provide() for _ in range(4)]
    first, second, third, fourth = orders
    cancel = {"id": 9001, "orderId": first["id"], "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return [
        post("/service-orders", first, **{"x-scenario": "ORDER_SUCCESSFUL"}),
        post("/service-orders", second, **{"x-scenario": "ORDER_REJECTED"}),
        post("/service-orders", b"[" * 100),
        post("/service-orders", third, **{"x-scenario": "ORDER_ACKNOWLEDGED"}),
        post("/service-orders", third, **{"x-scenario": "ORDER_ACKNOWLEDGED"}),
        post("/service-orders", {**third, "orderType": "CEASE"}),
        post("/service-orders", fourth, **{"x-scenario": "NO_SUCH_ONE"}),
        post("/service-order-cancellations", cancel),
        post("/nowhere", {}),
        post("/gateway/nowhere", {}),
        Incoming(method="GET", path="/openapi.json", base_url="http://127.0.0.1", headers=HEADERS),
    ]


def new_orders_of_one_moment() -> list[Incoming]:
    with Gateway("") as gateway:
        orders = [gateway.provide() for _ in range(4)]
    names = ["ORDER_SUCCESSFUL", "ORDER_REJECTED", "ORDER_ACKNOWLEDGED", "ORDER_ACKNOWLEDGED"]
    return [
        post("/service-orders", order, **{"x-scenario": name})
        for order, name in zip(orders, names, strict=True)
    ]


def with_repeats() -> list[Incoming]:
    moment = new_orders_of_one_moment()
    rejected = replace(moment[2], headers={**moment[2].headers, "x-scenario": "ORDER_REJECTED"})
    return [*moment, moment[0], moment[1], rejected]


def said(answer: Outgoing) -> Any:
    """An answer's body without what is random in it."""
    if not isinstance(answer.body, dict):
        return answer.body
    return {name: value for name, value in answer.body.items() if name != "uuid"}


@pytest.mark.parametrize(
    ("moment_of", "codes", "unkept"),
    [
        (requests_of_one_moment, {200, 202, 400, 404, 422}, 2),
        (new_orders_of_one_moment, {201, 202, 422}, 0),
        (with_repeats, {201, 202, 422}, 0),
    ],
)
def test_answers_are_those_of_requests_that_came_alone(
    worlds: list[World],
    moment_of: Callable[[], list[Incoming]],
    codes: set[int],
    unkept: int,
) -> None:
    together, alone = (Front(world, AdminGuard(None, "127.0.0.1")) for world in worlds)
    moment = moment_of()
    answers = together.answer_all(moment)
    singly = [alone.answer(incoming) for incoming in moment]
    assert [(answer.code, answer.headers) for answer in answers] == [
        (answer.code, answer.headers) for answer in singly
    ]
    assert [said(answer) for answer in answers] == [said(answer) for answer in singly]
    assert {answer.code for answer in answers} >= codes
    told = [
        sorted(
            (line.path, line.response["code"])
            for line in world.suppliers["default"].journal(limit=100)
        )
        for world in worlds
    ]
    assert told[0] == told[1] and len(told[0]) == len(moment) - unkept
