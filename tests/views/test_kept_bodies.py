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

BODIES = {
    "deep": b"[" * 5000,
    "surrogate": b'{"id": "\\ud800"}',
    "infinite": b'{"id": 1e999}',
    "not a number": b'{"id": NaN}',
    "digits": b'{"id": ' + b"9" * 5000 + b"}",
    "not UTF-8": b'{"id": "\xff"}',
    "twice": b'{"id": 1, "id": 2}',
}
"""Bodies that are refused, or that no program should have to read."""


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


def assert_shown(url: str, match: dict[str, Any], name: str) -> None:
    """Each way of looking at the journal works; `body` is asked for, so that it is read."""
    asked = match | {"body.id": {"exists": False}}
    assert ask(url, "/journal").json()["items"], name
    export = ask(url, "/journal/export")
    assert export.status_code == 200 and export.text.count("\n") >= 1, name
    assert ask(url, "/journal/find", {"match": match}).json()["items"], name
    assert ask(url, "/journal/count", {"match": asked}).status_code == 200, name
    assert ask(url, "/verify", {"match": asked, "at_least": 0}).status_code == 200, name
    found = ask(url, "/wait", {"for": "request", "match": asked, "within": "1ms"})
    assert found.status_code in (200, 408), (name, found.text)


def test_refused_requests_are_shown(running: Embedded) -> None:
    """One after another in one journal: the first that cannot be shown is the one that fails."""
    with Gateway(running.url) as gateway:
        for name, body in BODIES.items():
            assert gateway.post("/service-orders", body).status_code == 400, name
            assert_shown(running.url, {"direction": "in"}, name)


@pytest.mark.slow  # hundreds of answers
def test_odd_answers_of_the_gateway_are_shown(running: Embedded, receiver: Receiver) -> None:
    with Gateway(running.url) as gateway:
        for name, body in BODIES.items():
            receiver.answer = lambda number, arrival, body=body: (500, {}, body)
            order = gateway.place("ORDER_ACKNOWLEDGED")
            ask(running.url, "/clock/advance", {"by": "30s", "settle": False})
            number = gateway.order(order)["id"]
            match = {"order": number, "state": "attempted", "last.code": 500}
            asked = {"for": "kci", "match": match, "within": "10s"}
            assert ask(running.url, "/wait", asked).status_code == 200, name
            assert_shown(running.url, {"direction": "out"}, name)
            assert ask(running.url, f"/orders/{number}/story").json()["events"], name
