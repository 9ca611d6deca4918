"""Schemathesis against our own OpenAPI: no document ends in a fault, and every answer is one that the contract lists.

Slow, and so in a target of its own (`make contract`). As it stands the examples are the same at every run, so that a change is
judged by what it changed; `CONTRACT_EXAMPLES=1000 make contract` draws that many new ones for each operation and mode.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from simulator import config
from simulator.web import create_app
from simulator.world import World, open_world

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "150"))
SAME = "CONTRACT_EXAMPLES" not in os.environ
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, negative_data_rejection,
)  # fmt: skip


@contextmanager
def opened() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        overrides = {"store": {"url": f"sqlite:///{folder}/s.db"}, "clock": {"mode": "manual"}}
        world = open_world(config.load(environment={}, overrides=overrides), "http://127.0.0.1:1")
        yield world
        world.close()


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    with opened() as world:
        yield schemathesis.openapi.from_wsgi("/openapi.json", create_app(world))


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(
    "path", ["/service-orders", "/ethernet/service-orders", "/service-order-amendments", "/service-order-cancellations"]
)
def test_every_answer_keeps_the_contract(schema: Any, path: str, mode: str) -> None:
    operation = schema[path]["POST"]
    strategy = operation.as_strategy(generation_mode=GenerationMode(mode))

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=SAME, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def fuzz(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    fuzz()
