"""Throw-away suppliers that a tenant or an OAuth client calls, for a gateway that cannot change its
path.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import dialects
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.world.conftest import Made


def jwt(**claims: str) -> str:
    def part(members: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}."


def test_a_tenant_calls_its_own_supplier_at_the_standing_ones_path(
    simulator: Embedded, gateway: Gateway, make: Callable[..., Made]
) -> None:
    made = make(tenant="T-ALONE", default="ORDER_ACKNOWLEDGED")
    assert made.shape["called"] == {"instead_of": "default", "tenant": "T-ALONE", "client": None}
    body = gateway.provide(tenant="T-ALONE")
    assert gateway.post("/service-orders", body, Tenant="T-ALONE").status_code == 201
    assert gateway.post("/service-orders", body).status_code == 202, (
        "everybody else's are the standing one's"
    )
    assert [order["tenant"] for order in made.client.orders()] == ["T-ALONE"]
    assert [order["tenant"] for order in gateway.admin("GET", "/orders")["items"]] == ["TENANT1"]
    gateway.post("/service-ordes", {}, Tenant="T-ALONE")
    assert [line["response"]["code"] for line in made.client.journal()] == [201, 404], (
        "what it gets wrong is its own too"
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic " + base64.b64encode(b"gw-7:secret").decode(),
        "Bearer " + jwt(client_id="gw-7"),
        "Bearer " + jwt(azp="gw-7", sub="x"),
        "Bearer " + jwt(sub="gw-7"),
    ],
)
def test_an_oauth_client_calls_its_own_supplier(
    gateway: Gateway, make: Callable[..., Made], authorization: str
) -> None:
    made = make(client="gw-7")
    gateway.post("/service-orders", gateway.provide(), Authorization=authorization)
    gateway.post("/service-orders", gateway.provide(), Authorization="Bearer opaque")
    gateway.post("/service-orders", gateway.provide(), Authorization="Bearer a.%%%.c")
    assert (
        len(list(made.client.orders())) == 1 and len(gateway.admin("GET", "/orders")["items"]) == 2
    )


def test_a_buyer_calls_its_own_seller(simulator: Embedded, make: Callable[..., Made]) -> None:
    sample = dialects.get("mef").sample("install", None, 1)
    buyer = json.loads(sample.body)["buyerId"]
    made = make(dialect="mef", tenant=buyer)
    response = requests.post(
        f"{simulator.url}/mef{sample.path}", data=sample.body, headers=sample.headers, timeout=30
    )
    assert response.status_code == 201 and len(list(made.client.orders())) == 1
    found = requests.get(f"{simulator.url}/mef/orders", params={"buyerId": buyer}, timeout=30)
    assert found.status_code == 200 and buyer in found.text


def test_one_tenant_calls_at_most_one_throw_away_supplier(
    simulator: Embedded, make: Callable[..., Made]
) -> None:
    made = make(tenant="T-ONE")
    for given, code, said in (
        ({"tenant": "T-ONE"}, 409, f"T-ONE calls the supplier {made.name} already"),
        ({"tenant": "T-TWO", "instead_of": "defalt"}, 422, "did you mean `default`?"),
        ({"tenant": ""}, 400, "tenant"),
    ):
        response = requests.post(f"{simulator.url}/__admin/suppliers", json=given, timeout=30)
        assert response.status_code == code and said in response.json()["detail"], response.text
    made.delete()
    make(tenant="T-ONE")


def test_a_nul_in_the_name_of_a_caller_is_no_server_error(
    make_config: Callable[..., Any], store_url: str
) -> None:
    mef = [{"name": "mef", "path": "/", "dialect": "mef"}]
    with Embedded(make_config(store={"url": store_url}, suppliers=mef)) as running:
        assert requests.get(f"{running.url}/orders?buyerId=%00", timeout=30).status_code < 500
        nul = base64.b64encode(b"a\x00b:c").decode()
        assert (
            requests.get(
                f"{running.url}/orders/X", headers={"Authorization": f"Basic {nul}"}, timeout=30
            ).status_code
            == 404
        )
