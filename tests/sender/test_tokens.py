"""The sender and its credentials: tokens that are refused, run out, or cannot be had."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.sender.conftest import FAST, answering


def test_a_refused_token_is_replaced_once_within_the_same_try(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: (
        204 if arrival.headers["authorization"] == "Bearer token-2" else 401
    )
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance()
        assert [kci["attempts"] for kci in gateway.kcis(order)] == [1, 1, 1]
    assert receiver.tokens == ["token-1", "token-2"]


def test_many_refusals_at_once_make_one_token_request(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (
        401 if arrival.headers["authorization"] == "Bearer token-1" else 204
    )
    with running() as simulator, Gateway(simulator.url) as gateway:
        for _ in range(20):
            gateway.place()
        gateway.advance("31s")
    assert receiver.tokens == ["token-1", "token-2"]


@pytest.mark.slow
def test_a_gateway_that_refuses_every_token_costs_few_of_them_and_is_taken_to_be_down(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 401
    breaker = {"failures": 5, "successes": 1, "probe_every": "20ms"}
    with (
        running(delivery={**FAST, "retry": ["10ms"] * 5, "breaker": breaker}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        for _ in range(20):
            gateway.place()
        gateway.admin("POST", "/clock/advance", {"by": "31s", "settle": False})
        gateway.admin("PUT", "/clock", {"mode": "scaled", "rate": 1})
        shown = {"state": "failing"}
        for count in range(40, 60):  # the last answers may not be settled yet
            receiver.wait_for(count)
            shown = gateway.admin("GET", "/gateway")
            if shown["state"] != "failing":
                break
        lines = gateway.admin("GET", "/journal?direction=out&limit=1000")["items"]
        asked = len(receiver.tokens)
        receiver.answer = lambda number, arrival: 204
        gateway.admin("POST", "/wait", {"for": "kci", "count": 20})
    assert asked <= 3, "one, one in its place, and another when the first wait was over"
    assert (shown["state"], shown["reason"]) in (
        ("down", "answered 401"),
        ("trying", "answered 401"),
    )
    found = [finding for line in lines for finding in line["findings"]]
    assert {finding["rule"] for finding in found} == {"delivery.token_refused"}
    assert "no other one is fetched for " in found[0]["message"]


def test_a_gateway_that_takes_its_tokens_again_costs_no_other_one(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = answering(401, 401, 401)
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        assert [(kci["state"], kci["attempts"]) for kci in gateway.kcis(order)[:1]] == [
            ("delivered", 3)
        ]
    assert receiver.tokens == ["token-1", "token-2"]


@pytest.mark.slow
def test_a_short_lived_token_is_renewed(running: Any, receiver: Receiver) -> None:
    receiver.lifetime = 1
    receiver.answer = lambda number, arrival: 204
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.advance("31s")
        first = len(receiver.tokens)
        for _ in range(400):
            gateway.place()
            gateway.advance("31s")
            if len(receiver.tokens) > first:
                break
    assert len(receiver.tokens) > first


@pytest.mark.slow
def test_a_broken_token_endpoint_costs_no_try(running: Any, receiver: Receiver) -> None:
    receiver.token_answer = lambda number: 503 if number == 1 else 200
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        kci = gateway.kcis(order)[0]
        lines = gateway.admin("GET", "/journal?direction=out")["items"]
    assert (kci["state"], kci["attempts"]) == ("delivered", 1)
    assert "answered 503" in lines[0]["response"]["error"]


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"kind": "none"}, None),
        ({"kind": "bearer", "token": "fixed"}, "Bearer fixed"),
        ({"kind": "basic", "username": "u", "password": "p"}, "Basic dTpw"),
    ],
)
def test_other_credentials(
    running: Any, receiver: Receiver, auth: dict[str, str], header: str | None
) -> None:
    with (
        running(gateway={"url": receiver.url, "auth": auth}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        gateway.advance("31s")
    assert receiver.arrivals[0].headers.get("authorization") == header
    assert receiver.tokens == []


@pytest.mark.parametrize("code", [404, 405, 501, 204])
def test_a_gateway_without_a_token_endpoint_gets_its_kcis_and_it_is_said(
    running: Any, receiver: Receiver, code: int
) -> None:
    receiver.token_answer = lambda number: code
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.advance()
        lines = gateway.admin("GET", "/journal?direction=out")["items"]
    assert [arrival.headers.get("authorization") for arrival in receiver.arrivals] == [
        None,
        None,
        None,
    ]
    assert len(receiver.tokens) == 1
    findings = [line["findings"][0] for line in lines]
    assert {finding["rule"] for finding in findings} == {"delivery.no_token"}
    assert {finding["message"] for finding in findings} == {
        f"sent without a token: {receiver.url}/auth/supplier/access-token answered {code}"
    }


def test_without_a_token_endpoint_kcis_wait_if_the_settings_say_so(
    running: Any, receiver: Receiver
) -> None:
    receiver.token_answer = lambda number: 404
    with (
        running(gateway={"url": receiver.url, "auth": {"optional": False}}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        assert len(gateway.advance("31s")["overdue"]) == 1
    assert receiver.arrivals == []
