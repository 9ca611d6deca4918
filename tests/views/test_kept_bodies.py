"""What is kept can always be shown, whatever a gateway sent or answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver

BODIES = [
    b"[" * 5000,
    b'{"id": "\\ud800"}',
    b'{"id": 1e999}',
    b'{"id": NaN}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"id": "\xff"}',
    b'{"id": 1, "id": 2}',
]
"""Bodies that are refused, or that no program should have to read."""

IDS = ["deep", "surrogate", "infinite", "not a number", "digits", "not UTF-8", "twice"]


@pytest.fixture
def running(
    make_config: Callable[..., Config], store_url: str, receiver: Receiver
) -> Iterator[Embedded]:
    settings = make_config(
        store={"url": store_url}, gateway={"url": receiver.url, "auth": {"kind": "none"}}
    )
    with Embedded(settings) as simulator:
        yield simulator


def ask(url: str, path: str, body: Any = None) -> requests.Response:
    method = "GET" if body is None else "POST"
    return requests.request(method, f"{url}/__admin{path}", json=body, timeout=30)


def assert_shown(url: str, match: dict[str, Any]) -> None:
    """Each way of looking at the journal works; `body` is asked for, so that it is read."""
    asked = match | {"body.id": {"exists": False}}
    assert ask(url, "/journal").json()["items"]
    export = ask(url, "/journal/export")
    assert export.status_code == 200 and export.text.count("\n") >= 1
    assert ask(url, "/journal/find", {"match": match}).json()["items"]
    assert ask(url, "/journal/count", {"match": asked}).status_code == 200
    assert ask(url, "/verify", {"match": asked, "at_least": 0}).status_code == 200
    found = ask(url, "/wait", {"for": "request", "match": asked, "within": "1ms"})
    assert found.status_code in (200, 408), found.text


@pytest.mark.parametrize("body", BODIES, ids=IDS)
def test_a_refused_request_is_shown(running: Embedded, body: bytes) -> None:
    with Gateway(running.url) as gateway:
        assert gateway.post("/service-orders", body).status_code == 400
    assert_shown(running.url, {"direction": "in"})


@pytest.mark.parametrize("body", BODIES, ids=IDS)
def test_an_odd_answer_of_the_gateway_is_shown(
    running: Embedded, receiver: Receiver, body: bytes
) -> None:
    receiver.answer = lambda number, arrival: (204, {}, b"") if number > 1 else (500, {}, body)
    with Gateway(running.url) as gateway:
        gateway.place()
        order = ask(running.url, "/orders").json()["items"][0]
        ask(running.url, "/clock/advance", {"by": "30s", "settle": False})
        match = {"for": "kci", "match": {"state": "attempted", "last.code": 500}, "within": "10s"}
        assert ask(running.url, "/wait", match).status_code == 200
    assert_shown(running.url, {"direction": "out"})
    assert ask(running.url, f"/orders/{order['id']}/story").json()["events"]
