"""Every operation of the admin API is described, and one table has them all."""

from __future__ import annotations

import base64
import json

import pytest

from simulator.supplier import acts
from simulator.web.admin import OPERATIONS
from simulator.web.admin.acts import ON_GATEWAYS, ON_KCIS, ON_ORDERS
from tests.conftest import Gateway


def test_no_operation_is_there_twice_and_each_has_a_summary() -> None:
    names = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert [one.path for one in OPERATIONS if not one.summary or one.summary.endswith(".")] == []


def test_every_act_of_an_operator_has_a_path() -> None:
    assert set(ON_KCIS) == set(acts.FROM)
    assert set(ON_ORDERS) == set(acts.ACTS_ON_ORDERS)
    assert set(ON_GATEWAYS) == set(acts.ACTS_ON_GATEWAYS)


def test_the_openapi_document_has_every_operation(gateway: Gateway) -> None:
    paths = gateway.admin("GET", "/openapi.json")["paths"]
    described = {(method.upper(), path) for path, found in paths.items() for method in found}
    expected = {
        (operation.method, f"/__admin{prefix}{operation.path}")
        for operation in OPERATIONS
        for prefix in operation.prefixes
    }
    assert described == expected
    assert len(expected) > 60


@pytest.mark.parametrize(
    "key",
    [
        [10**30, "x"],
        [True, "x"],
        [1.5, "x"],
        [1],
        {},
        "x",
        [1, "\ud800"],
        [1, "\0"],
        json.loads("[" * 100 + "]" * 100),
    ],
)
@pytest.mark.parametrize("path", ["orders", "kcis", "journal"])
def test_a_cursor_that_no_page_gave_is_malformed(gateway: Gateway, path: str, key: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    shown = gateway.admin("GET", f"/{path}?after={cursor}", code=400)
    assert (shown["code"], shown["where"]) == ("malformed", "after")


def test_a_path_or_method_that_is_not_there_is_told_with_what_is(gateway: Gateway) -> None:
    told = gateway.admin("GET", "/ordres", code=404)
    said = "there is nothing at /__admin/ordres: /__admin/openapi.json lists every path"
    assert (told["code"], told["detail"]) == ("not_found", said)
    told = gateway.admin("PUT", "/verify", code=405)
    assert told["detail"].startswith("PUT is not possible at /__admin/verify, only ")
    assert "POST" in told["detail"]
