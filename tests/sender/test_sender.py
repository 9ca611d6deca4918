"""The sender, judged from the other side: a receiver that knows nothing of our code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.sender.conftest import FAST, answering


def test_a_message_has_the_contracts_headers_and_a_token(running: Any, receiver: Receiver) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.post("/service-orders", gateway.provide(), X_Conversation_ID="journey-7")
        gateway.advance()
    arrivals = receiver.arrivals
    assert {arrival.path for arrival in arrivals} == {"/kcis"}
    assert {arrival.headers["x-conversation-id"] for arrival in arrivals} == {"journey-7"}
    assert len({arrival.headers["x-request-id"] for arrival in arrivals}) == 3
    assert {arrival.headers["content-type"] for arrival in arrivals} == {"application/json"}
    assert {arrival.headers["authorization"] for arrival in arrivals} == {"Bearer token-1"}
    assert receiver.tokens == ["token-1"]


@pytest.mark.parametrize("code", [500, 502, 503, 504, 429, 408, None])
def test_a_temporary_failure_is_tried_again_with_the_same_bytes(
    running: Any, receiver: Receiver, code: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = answering(code, code)
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        kci = gateway.kcis(order)[0]
    assert [arrival.answered for arrival in receiver.arrivals] == [code or 0, code or 0, 204]
    assert len({arrival.raw for arrival in receiver.arrivals}) == 1
    assert (kci["state"], kci["attempts"], kci["sequence"]) == ("delivered", 3, 1)
    assert [line.message for line in caplog.records if line.levelname == "ERROR"] == []


@pytest.mark.parametrize("code", [400, 404, 410, 422, 501, 302])
def test_a_refusal_is_final_visible_and_nothing_overtakes_it(
    running: Any, receiver: Receiver, code: int
) -> None:
    receiver.answer = lambda number, arrival: (
        code,
        {},
        b'{"code":"INVALID_REQUEST","messages":["no"]}',
    )
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance()
        kci = gateway.kcis(order)[0]
        states = gateway.order(order)["kcis"]
        health = gateway.admin("GET", "/health")
    assert len(receiver.arrivals) == 1
    assert (kci["state"], kci["last"]["code"]) == ("dead", code)
    assert states == {"waiting": 2, "delivered": 0, "dead": 1, "withdrawn": 0, "skipped": 0}
    assert health["sender"]["dead"] == 1 and health["gateways"][0]["state"] == (
        "stopped" if code == 410 else "failing"
    )


def test_what_follows_a_dead_kci_may_be_sent_if_the_settings_say_so(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = answering(400)
    with (
        running(delivery={**FAST, "after_dead": "skip"}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        gateway.advance()
    assert [arrival.body["sequenceNumber"] for arrival in receiver.arrivals] == [1, 2, 3]


def test_an_abandoned_order_sends_nothing_more_and_says_so(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = answering(400)
    with (
        running(delivery={**FAST, "after_dead": "abandon"}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        order = gateway.place()
        gateway.advance()
        shown = gateway.order(order)
        assert (shown["kcis"]["dead"], shown["kcis"]["withdrawn"], shown["kcis"]["waiting"]) == (
            1,
            2,
            0,
        )
        lines = gateway.admin("GET", "/journal")["items"]
        assert [line["direction"] for line in lines] == ["in", "out", "act"]
        assert [line["act"] for line in lines[2:]] == [
            {
                "what": "order.abandon",
                "by": "sender",
                "message": "abandoned: ACKNOWLEDGED was given up, and so is all that came after it"
                " (delivery.after_dead)",
            }
        ]
    assert len(receiver.arrivals) == 1


def test_a_step_that_cannot_happen_abandons_its_order_too(running: Any, receiver: Receiver) -> None:
    with (
        running(delivery={**FAST, "after_dead": "abandon"}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place("ORDER_SUCCESSFUL?targetDateOffset=999999")
        gateway.advance()
        assert gateway.admin("GET", "/orders")["items"][0]["kcis"]["withdrawn"] == 1
    assert [arrival.body["reasonCode"] for arrival in receiver.arrivals] == ["ACKNOWLEDGED"]


def test_each_supplier_has_a_policy_of_its_own(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (
        400 if arrival.body["reasonCode"] == "COMMITTED" else 204
    )
    suppliers = [{"name": "one", "path": "/"}, {"name": "two", "delivery": {"after_dead": "skip"}}]
    with running(suppliers=suppliers) as simulator, Gateway(simulator.url) as gateway:
        gateway.post("/service-orders", gateway.provide())
        gateway.post("/two/service-orders", gateway.provide())
        made = gateway.admin(
            "POST",
            "/suppliers",
            {"clock": {"mode": "manual"}, "delivery": {"after_dead": "abandon"}},
            201,
        )
        gateway.post(f"{made['path']}/service-orders", gateway.provide())
        states = []
        for name in ("one", "two", made["name"]):
            gateway.admin("POST", f"/suppliers/{name}/clock/advance", {"by": "1d"})
            states.append(
                [kci["state"] for kci in gateway.admin("GET", f"/suppliers/{name}/kcis")["items"]]
            )
    assert states == [
        ["delivered", "dead", "waiting"],
        ["delivered", "dead", "delivered"],
        ["delivered", "dead", "withdrawn"],
    ]


def test_a_made_supplier_whose_tries_outlast_their_lease_is_refused(gateway: Gateway) -> None:
    told = gateway.admin("POST", "/suppliers", {"delivery": {"timeout": "1m"}}, 422)
    assert "delivery.lease must be at least delivery.timeout + 5s" in told["detail"]


def test_a_cancellation_frees_a_parked_order(running: Any, receiver: Receiver) -> None:
    receiver.answer = answering(400)
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("ORDER_ACKNOWLEDGED")
        gateway.advance("31s")
        assert gateway.cancel(order, "CANCELLATION_PENDING").status_code == 202
        gateway.advance()
    assert [arrival.body["reasonCode"] for arrival in receiver.arrivals] == [
        "COMMITTED",
        "CANCELLED",
    ]


def test_cookies_are_not_kept(make_config: Callable[..., Config], receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (
        204,
        {"Set-Cookie": f"session={number}; Path=/"},
        b"",
    )
    by_name = receiver.url.replace("127.0.0.1", "localhost")  # addresses have no cookies anyway
    with (
        Embedded(make_config(gateway={"url": by_name})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        gateway.advance()
    assert len(receiver.arrivals) == 3 and not any(
        "cookie" in arrival.headers for arrival in receiver.arrivals
    )


def test_tries_end_and_then_the_kci_is_dead(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 500
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        assert gateway.kcis(order)[0]["state"] == "dead"
    assert len(receiver.arrivals) == 4


def test_a_conflict_after_a_lost_answer_means_that_it_arrived(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = answering(None, 409)
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        assert gateway.kcis(order)[0]["state"] == "delivered"


@pytest.mark.slow
def test_one_orders_kcis_keep_their_order_through_failures(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 500 if number % 3 == 1 else 204
    with running() as simulator, Gateway(simulator.url) as gateway:
        orders = [gateway.place("ORDER_DELAYED") for _ in range(10)]
        gateway.advance()
    delivered: dict[int, list[int]] = {order["id"]: [] for order in orders}
    for arrival in receiver.arrivals:
        if arrival.answered == 204:
            delivered[arrival.body["provideServiceOrder"]["id"]].append(
                arrival.body["sequenceNumber"]
            )
    assert set(map(tuple, delivered.values())) == {(1, 2, 3, 4, 5)}


def test_retry_after_is_kept(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: (
        (429, {"Retry-After": "1"}, b"") if number == 1 else 204
    )
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        moved = gateway.advance("30s")
        assert [kci["send"] for kci in moved["overdue"]] == ["ACKNOWLEDGED"]
        assert gateway.advance("999ms")["kcis"] == []
        assert [kci["send"] for kci in gateway.advance("1ms")["kcis"]] == ["ACKNOWLEDGED"]


def test_a_restart_in_the_middle_goes_on_where_it_was(running: Any, receiver: Receiver) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("ORDER_DELAYED")
        gateway.advance("61s")
    assert len(receiver.arrivals) == 2
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.advance()
        assert gateway.order(order)["status"] == "COMPLETED"
    assert [arrival.body["sequenceNumber"] for arrival in receiver.arrivals] == [1, 2, 3, 4, 5]


def test_an_order_is_played_by_its_own_edition_after_its_file_changed(
    make_config: Callable[..., Config], receiver: Receiver, scenario_folder: Callable[..., str]
) -> None:
    def run(text: str) -> Embedded:
        folder = scenario_folder(ONE=text)
        return Embedded(
            make_config(
                gateway={"url": receiver.url},
                suppliers=[{"name": "default", "path": "/", "scenarios": folder}],
            )
        )

    cancel = "cancellation: [{{reply: {{reject: [{}]}}}}]\n"
    with (
        run("reply: acknowledge\n" + cancel.format("the first edition")) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        order = gateway.place("ONE")
    with (
        run("reply: acknowledge\n" + cancel.format("the second edition")) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        assert gateway.cancel(order).json()["messages"] == ["the first edition"]
        assert gateway.cancel(gateway.place("ONE")).json()["messages"] == ["the second edition"]


def test_a_step_that_cannot_be_rendered_is_dead_and_says_why(
    make_config: Callable[..., Config], receiver: Receiver, scenario_folder: Callable[..., str]
) -> None:
    text = "Every {{ 1 / (order.document.engineerTasks | default([1]) | length) }} h"
    step = f'{{after: 1s, send: WARNING, with: {{text: "{text}"}}}}'
    folder = scenario_folder(ODD=f"reply: acknowledge\ntimeline:\n  - {step}\n")
    settings = make_config(
        gateway={"url": receiver.url},
        suppliers=[{"name": "default", "path": "/", "scenarios": folder}],
    )
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("ODD", engineerTasks=[])
        gateway.advance("2s")
        kci = gateway.admin("GET", "/kcis?state=dead")["items"][0]
        story = gateway.admin("GET", f"/orders/{gateway.order(order)['id']}/story")
        (line,) = gateway.admin("GET", "/journal?direction=act")["items"]
        assert gateway.admin("GET", "/journal?direction=out")["items"] == []
    assert "division by zero" in kci["last"]["error"] and kci["sequence"] is None
    assert (line["act"]["what"], line["act"]["by"], line["kci"]) == (
        "kci.fail",
        "sender",
        kci["id"],
    )
    assert "division by zero" in line["act"]["message"]
    assert any("could not happen" in event["text"] for event in story["events"])
    assert receiver.arrivals == []
