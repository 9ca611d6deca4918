"""What an operator does to an order's outbox: resend, withdraw, skip, resume, abandon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver


@pytest.fixture
def picky(make_config: Callable[..., Any], receiver: Receiver) -> Iterator[Gateway]:
    """A gateway side that talks to a receiver, whose answers a test may change."""
    settings = make_config(
        gateway={"url": receiver.url, "auth": {"kind": "none"}}, delivery={"retry": ["5m"]}
    )
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        yield gateway


def codes(receiver: Receiver) -> list[tuple[str, int]]:
    return [(arrival.body["reasonCode"], arrival.answered) for arrival in receiver.arrivals]


def states(gateway: Gateway, order: dict[str, Any]) -> list[str]:
    items = gateway.admin("GET", f"/kcis?order={gateway.order(order)['id']}")["items"]
    return [kci["state"] for kci in items]


def act(gateway: Gateway, path: str, code: int = 200) -> Any:
    shown = gateway.admin("POST", path, code=code)
    gateway.admin("POST", "/wait", {"for": "idle"})
    return shown


def parked(gateway: Gateway, receiver: Receiver) -> tuple[dict[str, Any], Any]:
    """An order whose first KCI was refused for good, and that KCI."""
    receiver.answer = lambda number, arrival: 422
    order = gateway.place()
    gateway.advance()
    receiver.answer = lambda number, arrival: 204
    (dead,) = gateway.admin("GET", "/kcis?state=dead")["items"]
    return order, dead


def test_a_delivered_kci_is_sent_again_with_the_same_bytes(
    picky: Gateway, receiver: Receiver
) -> None:
    picky.place()
    picky.advance("31s")
    (kci,) = picky.admin("GET", "/kcis?state=delivered")["items"]
    act(picky, f"/kcis/{kci['id']}/resend")
    first, second = receiver.arrivals
    assert first.raw == second.raw
    assert [item["sequence"] for item in picky.advance()["kcis"]] == [2, 3], "and no number is lost"


def test_a_dead_kci_is_sent_again_and_the_order_goes_on(picky: Gateway, receiver: Receiver) -> None:
    order, dead = parked(picky, receiver)
    assert states(picky, order) == ["dead", "waiting", "waiting"] and len(receiver.arrivals) == 1
    act(picky, f"/kcis/{dead['id']}/resend")
    assert codes(receiver) == [
        ("ACKNOWLEDGED", 422),
        ("ACKNOWLEDGED", 204),
        ("COMMITTED", 204),
        ("COMPLETED", 204),
    ]


def test_a_dead_kci_is_skipped_and_the_order_goes_on(picky: Gateway, receiver: Receiver) -> None:
    order, dead = parked(picky, receiver)
    assert act(picky, f"/kcis/{dead['id']}/skip")["state"] == "skipped"
    assert states(picky, order) == ["skipped", "delivered", "delivered"]


def test_a_parked_order_is_resumed_behind_what_was_given_up(
    picky: Gateway, receiver: Receiver
) -> None:
    order, _ = parked(picky, receiver)
    act(picky, f"/orders/{picky.order(order)['id']}/resume")
    assert states(picky, order) == ["dead", "delivered", "delivered"]
    assert "lane is idle" in act(picky, f"/orders/{picky.order(order)['id']}/resume", 409)["detail"]


def test_a_waiting_kci_is_withdrawn_and_leaves_no_gap(picky: Gateway, receiver: Receiver) -> None:
    order = picky.place("ORDER_DELAYED")
    kcis = picky.admin("GET", "/kcis")["items"]
    first, delay, resumed = kcis[0], kcis[2], kcis[3]
    for kci in (delay, resumed):
        assert act(picky, f"/kcis/{kci['id']}/withdraw")["state"] == "withdrawn"
    assert [item["sequence"] for item in picky.advance()["kcis"]] == [1, 2, 3]
    assert states(picky, order) == ["delivered", "delivered", "withdrawn", "withdrawn", "delivered"]
    for path in (
        f"/kcis/{delay['id']}/withdraw",
        f"/kcis/{delay['id']}/resend",
        f"/kcis/{first['id']}/skip",
    ):
        shown = act(picky, path, 409)
        assert shown["code"] == "conflict" and "a KCI that is" in shown["detail"]


def test_a_kci_that_waits_for_another_try_is_skipped_or_abandoned(
    picky: Gateway, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 503 if number == 1 else 204
    order = picky.place()
    (stuck,) = picky.advance("30s")["overdue"]
    act(picky, f"/kcis/{stuck['id']}/skip")
    picky.advance()
    assert states(picky, order) == ["skipped", "delivered", "delivered"]
    receiver.answer = lambda number, arrival: 503
    other = picky.place()
    picky.advance("30s")
    shown = act(picky, f"/orders/{picky.order(other)['id']}/abandon")
    assert shown["kcis"] == {"waiting": 0, "delivered": 0, "dead": 0, "withdrawn": 2, "skipped": 1}
    assert (
        "nothing to send"
        in act(picky, f"/orders/{picky.order(other)['id']}/abandon", 409)["detail"]
    )


def test_what_is_on_its_way_in_this_moment_is_neither_skipped_nor_abandoned(
    picky: Gateway, receiver: Receiver
) -> None:
    let_go = threading.Event()
    receiver.answer = lambda number, arrival: 204 if let_go.wait(20) else 500
    order = picky.place()
    picky.admin("POST", "/clock/advance", {"by": "31s", "settle": False})
    receiver_has_it = {"for": "kci", "match": {"state": "attempted"}}
    (kci,) = picky.admin("POST", "/wait", receiver_has_it)["evidence"]
    for path in (f"/kcis/{kci['id']}/skip", f"/orders/{picky.order(order)['id']}/abandon"):
        assert "on its way" in picky.admin("POST", path, code=409)["detail"]
    let_go.set()
    picky.admin("POST", "/wait", {"for": "idle"})
    act(picky, f"/orders/{picky.order(order)['id']}/abandon")
    assert states(picky, order) == ["delivered", "withdrawn", "withdrawn"]


def test_a_parked_order_is_abandoned(picky: Gateway, receiver: Receiver) -> None:
    order, _ = parked(picky, receiver)
    act(picky, f"/orders/{picky.order(order)['id']}/abandon")
    assert states(picky, order) == ["dead", "withdrawn", "withdrawn"]
    picky.advance()
    assert len(receiver.arrivals) == 1


def test_an_advance_tells_which_orders_are_parked(picky: Gateway, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 422 if arrival.body["sequenceNumber"] == 2 else 204
    order = picky.place()
    first = picky.advance("31s")
    assert [kci["sequence"] for kci in first["kcis"]] == [1] and first["parked"] == []
    second = picky.advance("31s")
    (dead,) = picky.admin("GET", "/kcis?state=dead")["items"]
    assert second["kcis"] == second["parked"] == [dead] and dead["last"]["code"] == 422
    third = picky.advance()
    assert third["kcis"] == [] and third["parked"] == [dead], "it still holds the third one up"
    assert "unsettled" not in third
    act(picky, f"/kcis/{dead['id']}/skip")
    fourth = picky.advance("1s")
    assert fourth["parked"] == [] and states(picky, order) == ["delivered", "skipped", "delivered"]


def test_a_parked_order_does_not_go_on_by_another_act(picky: Gateway, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 204 if number == 1 else 422
    order = picky.place()
    picky.advance()
    done, dead, last = picky.admin("GET", "/kcis")["items"]
    assert "parked" in act(picky, f"/kcis/{done['id']}/resend", 409)["detail"]
    act(picky, f"/kcis/{last['id']}/withdraw")
    assert states(picky, order) == ["delivered", "dead", "withdrawn"] and dead["state"] == "dead"


def test_acts_stand_in_the_journal_and_in_the_story(picky: Gateway, receiver: Receiver) -> None:
    order, dead = parked(picky, receiver)
    act(picky, f"/kcis/{dead['id']}/skip")
    (line,) = picky.admin("GET", "/journal?direction=act")["items"]
    assert line["act"] == {
        "what": "kci.skip",
        "by": "operator",
        "message": "an operator's skip of ACKNOWLEDGED",
    }
    assert (line["kci"], line["order"]) == (dead["id"], dead["order"])
    assert (line["method"], line["path"], line["findings"]) == (None, None, [])
    wanted = {"match": {"act.what": "kci.skip", "act.by": "operator"}}
    assert picky.admin("POST", "/journal/find", wanted)["items"] == [line]
    missing = {"sequence": [{"act.what": "kci.skip"}, {"act.what": "kci.resend"}]}
    detail = picky.admin("POST", "/verify", missing, 409)["detail"]
    assert f"after act {line['id']} kci.skip" in detail
    events = picky.admin("GET", f"/orders/{picky.order(order)['id']}/story")["events"]
    assert [event["text"] for event in events if event["kind"] == "act"] == [
        "an operator's skip of ACKNOWLEDGED"
    ]


def test_nobodys_kci_or_order_is_404(picky: Gateway) -> None:
    for path in (
        "/kcis/nobody/resend",
        "/kcis/nobody/withdraw",
        "/kcis/nobody/skip",
        "/orders/nobody/resume",
        "/orders/nobody/abandon",
    ):
        picky.admin("POST", path, code=404)
