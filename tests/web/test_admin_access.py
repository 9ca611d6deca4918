"""Who may use the admin API: its token, and pages of another origin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.web.test_admin import problem


def test_a_token_closes_all_but_health_and_ready(make_config: Callable[..., Config]) -> None:
    with (
        Embedded(make_config(admin={"token": "s3cret"})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        assert gateway.admin("GET", "/health")["version"]
        assert problem(gateway, "GET", "/orders", 401)["code"] == "unauthorised"
        assert problem(gateway, "GET", "/orders", 401, headers={"Authorization": "Bearer wrong"})
        response = gateway.http.get(
            f"{gateway.url}/__admin/orders", headers={"Authorization": "Bearer s3cret"}, timeout=30
        )
        assert response.status_code == 200
        assert gateway.post("/service-orders", gateway.provide()).status_code == 202


@pytest.mark.parametrize("path", ["/suppliers/nobody", "/suppliers/nobody/orders", "/nothing"])
def test_without_the_token_nobody_learns_what_there_is(
    make_config: Callable[..., Config], path: str
) -> None:
    with (
        Embedded(make_config(admin={"token": "s3cret"})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        proof = {"Authorization": "Bearer s3cret"}
        assert problem(gateway, "GET", path, 401)["code"] == "unauthorised"
        assert problem(gateway, "GET", path, 404, headers=proof)["code"] == "not_found"


def test_a_page_of_another_origin_may_not_act(gateway: Gateway) -> None:
    assert (
        problem(gateway, "POST", "/reset", 403, headers={"Origin": "http://evil.test"})["code"]
        == "foreign_origin"
    )
    for headers in ({"Origin": gateway.url}, {"Sec-Fetch-Site": "same-origin"}):
        response = gateway.http.post(f"{gateway.url}/__admin/reset", headers=headers, timeout=30)
        assert response.status_code == 200
    for method, path in (("PUT", "/clock"), ("DELETE", "/pins"), ("POST", "/reset")):
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert problem(gateway, method, path, 403, headers=foreign)["code"] == "foreign_origin"


def test_a_form_of_another_page_may_not_act(gateway: Gateway) -> None:
    shown = problem(gateway, "POST", "/reset", 415, data={"a": "1"})
    assert (shown["code"], shown["where"]) == ("unsupported_media", "Content-Type")
