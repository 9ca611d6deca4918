"""An advance of a manual clock, and what is on its way to the gateway meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from simulator.base import instants
from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.faults.stage import wait_for
from tests.receiver import Answer, Arrival, Receiver

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("asked", [{"by": "42d"}, {"to_next": True}])
def test_an_advance_begins_when_what_is_in_flight_has_settled(
    asked: dict[str, object], make_config: Callable[..., Config], receiver: Receiver
) -> None:
    """The first KCI is answered only when the advance has begun: then the second one is due next,
    and not the end of the advance.
    """
    with (
        Embedded(make_config(gateway={"url": receiver.url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        waiting = simulator.world.store.subscriptions.subscriptions

        def answer(number: int, arrival: Arrival) -> int:
            if number == 1:
                wait_for(lambda: len(waiting) > 0, 20, "the advance begins")
                with Gateway(simulator.url) as other:
                    shown.update(other.admin("GET", "/clock")["now"] for _ in range(20))
            return 204

        shown: set[str] = set()
        receiver.answer = answer
        order = gateway.place()
        gateway.admin("POST", "/clock/advance", {"by": "30s", "settle": False})
        receiver.wait_for(1)
        told = gateway.admin("POST", "/clock/advance", asked)
        second = gateway.kcis(order)[1]
    assert len(shown) == 1, "the clock stands while nobody knows what is due next"
    assert second["body"]["issuedOn"] == second["due_at"]
    assert told["moved"] == ("42d" if "by" in asked else "30s")


@pytest.fixture
def running(make_config: Callable[..., Config], receiver: Receiver, store_url: str) -> Any:
    """A simulator with a manual clock that sends to the receiver without tokens, under a policy."""

    def run(**policy: Any) -> Embedded:
        gateway = {"url": receiver.url, "auth": {"kind": "none"}}
        return Embedded(make_config(store={"url": store_url}, gateway=gateway, delivery=policy))

    return run


def test_the_waits_between_tries_move_with_a_manual_clock(running: Any, receiver: Receiver) -> None:
    """By default a KCI is tried again after 1, 2 and 5 s, each a fifth more or less."""
    receiver.answer = lambda number, arrival: 503 if number <= 3 else 204
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        at_once = gateway.advance("30s")
        gateway.admin("POST", "/wait", {"for": "idle", "within": "0s"})
        assert [kci["send"] for kci in at_once["overdue"]] == ["ACKNOWLEDGED"]
        assert (at_once["retried"], len(receiver.arrivals)) == ([], 1)
        told = gateway.advance("1h")
        lines = gateway.admin("GET", "/journal?direction=out")["items"]
        assert gateway.order(order)["status"] == "COMPLETED"
    assert [(kci["send"], kci["posts"]) for kci in told["retried"]] == [("ACKNOWLEDGED", 3)]
    assert told["overdue"] == [] and "unsettled" not in told
    at = [instants.parse_instant(line["at"]) for line in lines[:4]]
    waits = [(later - before) / instants.SECOND for before, later in pairwise(at)]
    assert [0.8 * wait <= waits[place] <= 1.2 * wait for place, wait in enumerate((1, 2, 5))] == (
        [True] * 3
    )
    assert len({arrival.raw for arrival in receiver.arrivals[:4]}) == 1


def test_weeks_without_a_gateway_pass_at_once_and_then_all_is_delivered_in_order(
    running: Any, receiver: Receiver
) -> None:
    """The breaker counts by order: twelve are enough for it. It would let one KCI through a second,
    and six weeks have 3.6 million of them.
    """
    receiver.answer = lambda number, arrival: 500
    with running() as simulator, Gateway(simulator.url) as gateway:
        orders = [gateway.place() for _ in range(12)]
        told = gateway.advance("42d")
        down, tried = gateway.admin("GET", "/gateway"), len(receiver.arrivals)
        receiver.answer = lambda number, arrival: 204
        again = gateway.advance("10m")
        assert {gateway.order(order)["status"] for order in orders} == {"COMPLETED"}
        up = gateway.admin("GET", "/gateway")["state"]
    assert (told["moved"], told["parked"], len(told["overdue"])) == ("42d", [], 12)
    assert (down["state"], down["reason"], up) == ("down", "answered 500", "ok")
    assert tried < 80
    assert again["overdue"] == [] and len(again["kcis"]) == 36
    for order in orders:
        mine = [
            arrival.body["sequenceNumber"]
            for arrival in receiver.arrivals[tried:]
            if arrival.body["provideServiceOrder"]["id"] == order["id"]
        ]
        assert mine == [1, 2, 3]


def test_one_order_uses_up_its_tries_in_supplier_time(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 500
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        told = gateway.advance("42d")
    (dead,) = told["parked"]
    assert (told["moved"], dead["attempts"], len(receiver.arrivals)) == ("42d", 11, 11)


def test_a_pause_that_the_gateway_asked_for_moves_with_a_manual_clock(
    running: Any, receiver: Receiver
) -> None:
    def answer(number: int, arrival: Arrival) -> int | Answer:
        return (503, {"Retry-After": "120"}, b"") if number == 1 else 204

    receiver.answer = answer
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.place()
        first = gateway.advance("30s")
        shown, clock = gateway.admin("GET", "/gateway"), gateway.admin("GET", "/clock")["now"]
        gateway.advance("119s")
        posts = len(receiver.arrivals)
        last = gateway.advance("1s")
    until = instants.parse_instant(clock) + 120 * instants.SECOND
    assert (shown["state"], shown["until"]) == ("waits", instants.format_instant(until))
    assert len(first["overdue"]) >= 1 and posts <= 2, "one may have been on its way already"
    assert len(last["kcis"]) >= 1 and last["overdue"] == []


def test_a_clock_that_is_let_go_takes_its_waits_along(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 503 if number == 1 else 204
    with running(retry=["200ms"]) as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        assert len(gateway.advance("30s")["overdue"]) == 1
        gateway.admin("PUT", "/clock", {"mode": "scaled", "rate": 1})
        receiver.wait_for(2)


def test_a_queue_of_all_orders_waits_for_the_next_try_of_its_first(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 503 if number <= 2 else 204
    with running(queue="supplier") as simulator, Gateway(simulator.url) as gateway:
        for _ in range(3):
            gateway.place()
        first = gateway.advance("30s")
        posts = len(receiver.arrivals)
        gateway.admin("POST", "/wait", {"for": "idle", "within": "0s"})
        second = gateway.advance("4s")
    assert (posts, len(first["overdue"]), second["overdue"]) == (1, 3, [])
    ids = [arrival.body["provideServiceOrder"]["id"] for arrival in receiver.arrivals]
    assert ids[0] == ids[1] == ids[2] and len(set(ids)) == 3


def test_a_gateway_and_its_token_endpoint_may_be_off_for_weeks(
    make_config: Callable[..., Config], store_url: str, receiver: Receiver
) -> None:
    receiver.token_answer = lambda number: 503
    settings = make_config(store={"url": store_url}, gateway={"url": receiver.url})
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        told = gateway.advance("42d")
        assert (told["moved"], len(told["overdue"])) == ("42d", 1)
        assert "token endpoint" in gateway.admin("GET", "/gateway")["reason"]
        receiver.token_answer = lambda number: 200
        gateway.advance("10s")
        assert gateway.order(order)["status"] == "COMPLETED"
    assert 2 < len(receiver.tokens) < 40
