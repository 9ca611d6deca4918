"""The machine's clock is set back by an hour: what is due is sent all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.base import instants
from simulator.client import Client
from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver

BACK = -instants.HOUR

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(
    make_config: Callable[..., Config], store_url: str, receiver: Receiver
) -> Callable[[str], Config]:
    def make(mode: str) -> Config:
        return make_config(
            store={"url": store_url},
            clock={"mode": mode},
            gateway={"url": receiver.url, "auth": {"kind": "none"}},
        )

    return make


def place(gateway: Gateway, gap: str) -> None:
    body = gateway.provide()
    assert gateway.post("/service-orders", body, X_Kci_Delay=gap).status_code == 202


def wait_for_the_end(simulator: Embedded) -> None:
    with Client(simulator.url) as client:
        client.wait("status", {"status": "COMPLETED"}, within="20s")
        assert client.health()["status"] == "ok"


@pytest.mark.parametrize("mode", ["real", "scaled"])
def test_kcis_do_not_wait_until_the_clock_is_where_it_was(
    settings: Callable[[str], Config], receiver: Receiver, mode: str
) -> None:
    with Embedded(settings(mode)) as simulator, Gateway(simulator.url) as gateway:
        place(gateway, "1")
        before = gateway.admin("GET", "/clock")["now"]
        simulator.world.store.skew = BACK
        wait_for_the_end(simulator)
        assert gateway.admin("GET", "/clock")["now"] > before, "supplier time only goes forward"
    assert len(receiver.arrivals) == 3


def test_a_sender_that_starts_after_the_step_knows_of_it(
    settings: Callable[[str], Config], receiver: Receiver
) -> None:
    with Embedded(settings("real")) as simulator, Gateway(simulator.url) as gateway:
        place(gateway, "1")
    later = Embedded(settings("real"))
    later.world.store.skew = BACK
    with later:
        wait_for_the_end(later)
    assert len(receiver.arrivals) == 3


def test_a_sender_that_begins_after_the_first_order_knows_of_it_too(
    settings: Callable[[str], Config], receiver: Receiver
) -> None:
    simulator = Embedded(settings("scaled"))
    with Gateway("") as gateway:
        web = simulator.site.app.test_client()
        headers = gateway.headers(X_Kci_Delay="1")
        assert (
            web.post("/service-orders", json=gateway.provide(), headers=headers).status_code == 202
        )
    simulator.world.store.skew = BACK
    with simulator:
        wait_for_the_end(simulator)
    assert len(receiver.arrivals) == 3


def test_what_a_stopped_clock_made_due_is_sent(
    settings: Callable[[str], Config], receiver: Receiver
) -> None:
    answered: list[Any] = []

    def answer(number: int, arrival: Any) -> int:
        answered.append(number)
        return 503 if number == 1 else 204

    receiver.answer = answer
    with Embedded(settings("manual")) as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.admin("POST", "/clock/advance", {"by": "1d", "settle": False})
        receiver.wait_for(1)
        simulator.world.store.skew = BACK
        gateway.advance("2s")
        wait_for_the_end(simulator)
    assert len(receiver.arrivals) == 4, "the first one was tried again"
