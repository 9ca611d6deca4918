"""Schemathesis against our own OpenAPI: no document ends in a fault, and every answer is one that
the contract lists.

Slow, and so in a target of its own (`make contract`). As it stands the examples are the same at
every run, so that a change is judged by what it changed; `CONTRACT_EXAMPLES=1000 make contract`
draws that many new ones for each operation and mode.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from simulator import config, dialects
from simulator.web import create_app
from simulator.world import World, open_world

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "150"))
SERIALS = count(1_000_000)
SAME = "CONTRACT_EXAMPLES" not in os.environ
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)


@contextmanager
def opened() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        overrides = {"store": {"url": f"sqlite:///{folder}/s.db"}, "clock": {"mode": "manual"}}
        world = open_world(config.load(environment={}, overrides=overrides), "http://127.0.0.1:1")
        yield world
        world.close()


OPERATIONS = {
    "/": [
        ("POST", "/service-orders"),
        ("POST", "/ethernet/service-orders"),
        ("POST", "/service-order-amendments"),
        ("POST", "/service-order-cancellations"),
    ],
    "/mef": [
        ("GET", "/orders"),
        ("POST", "/orders"),
        ("GET", "/orders/{id}"),
        ("PUT", "/orders/{id}"),
        ("PATCH", "/orders/{id}"),
        ("GET", "/orders/{id}/status"),
        ("POST", "/orders/{id}/cancel"),
        ("POST", "/orders/{id}/hold"),
        ("POST", "/orders/{id}/release"),
    ],
}


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    with opened() as world:
        yield create_app(world)


@pytest.fixture(scope="module")
def schemas(app: Flask) -> dict[str, Any]:
    return {
        path: schemathesis.openapi.from_wsgi(f"{path.rstrip('/')}/openapi.json", app)
        for path in OPERATIONS
    }


@pytest.fixture
def placed(app: Flask) -> Callable[[], str]:
    """Place an order of the second contract; its id."""

    def place() -> str:
        sample = dialects.get("mef").sample("install", None, next(SERIALS))
        answer = (
            app.test_client()
            .post("/mef/orders", data=sample.body, headers=dict(sample.headers))
            .json
        )
        return str(answer["id"])

    return place


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(
    ("root", "method", "path"),
    [(root, *operation) for root, listed in OPERATIONS.items() for operation in listed],
)
def test_every_answer_keeps_the_contract(
    schemas: dict[str, Any], placed: Callable[[], str], root: str, method: str, path: str, mode: str
) -> None:
    operation = schemas[root][path][method]
    strategy = operation.as_strategy(generation_mode=GenerationMode(mode))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=SAME,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def fuzz(case: Any) -> None:
        if mode == "positive" and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = placed()  # else nearly every example would only meet a 404
        case.call_and_validate(checks=CHECKS)

    fuzz()
