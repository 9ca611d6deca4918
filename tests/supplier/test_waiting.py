"""Waiting without sleeping: `wait` and `events`, over real HTTP and between processes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from simulator.base.errors import Unavailable
from simulator.config import JournalConfig
from simulator.dialects.routes import router_of
from simulator.store import run_tasks, upkeep
from simulator.supplier import Supplier
from simulator.web import Embedded
from simulator.web.admin.events import Stream
from simulator.world import open_world
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.running import sending, until


@pytest.fixture
def later() -> Iterator[Callable[..., Future[Any]]]:
    """Run something on another thread meanwhile."""
    with ThreadPoolExecutor(32) as pool:
        yield pool.submit


def wait(gateway: Gateway, kind: str, code: int = 200, **given: Any) -> Any:
    """The answer of a wait; a connection of its own, because several may wait at once."""
    given.setdefault("within", "20s")
    response = requests.post(f"{gateway.url}/__admin/wait", json={"for": kind, **given}, timeout=60)
    assert response.status_code == code, response.text
    return response.json()


def test_what_is_true_already_is_answered_at_once_with_the_evidence(gateway: Gateway) -> None:
    order = gateway.place()
    (request,) = wait(
        gateway,
        "request",
        match={"path": "/service-orders", "body.id": order["id"], "header.Tenant": "TENANT1"},
    )["evidence"]
    assert request["request"]["body"] == order and request["response"]["code"] == 202


def test_a_wait_returns_when_the_request_comes(
    gateway: Gateway, simulator: Embedded, later: Callable[..., Future[Any]]
) -> None:
    waiting = later(wait, gateway, "request", match={"status": 202}, count=2)
    until(lambda: simulator.world.waits.waits)
    gateway.place()
    gateway.place()
    assert [shape["response"]["code"] for shape in waiting.result()["evidence"]] == [202, 202]


def test_a_kci_counts_when_it_was_delivered_unless_the_match_names_another_state(
    gateway: Gateway,
) -> None:
    gateway.place()
    assert (
        wait(gateway, "kci", match={"send": "COMPLETED", "state": "waiting"})["evidence"][0][
            "sequence"
        ]
        is None
    )
    shown = wait(gateway, "kci", 408, match={"send": "COMPLETED"}, within="0s")
    assert (
        "state is delivered, but it is waiting" in shown["detail"]
        and "advance it" in shown["detail"]
    )
    assert shown["nearest"][0]["item"]["send"] == "COMPLETED"
    gateway.advance()
    assert wait(gateway, "kci", match={"send": "COMPLETED"})["evidence"][0]["last"]["code"] == 204
    undelivered = {"send": "COMPLETED", "state": {"not": "delivered"}}
    assert wait(gateway, "kci", 408, match=undelivered, within="0s")["evidence"] == []


def test_a_status_is_waited_for(gateway: Gateway, later: Callable[..., Future[Any]]) -> None:
    order = gateway.place()
    waiting = later(wait, gateway, "status", match={"ref": str(order["id"]), "status": "COMPLETED"})
    gateway.advance()
    assert waiting.result()["evidence"][0]["ref"] == str(order["id"])
    either = {"any": [{"status": "HELD"}, {"status": {"starts": "COMP"}}]}
    assert len(wait(gateway, "status", match=either)["evidence"]) == 1
    shown = wait(gateway, "status", 408, match={"status": "HELD"}, within="0s")
    assert "status is HELD, but it is COMPLETED" in shown["detail"]


def test_idle_means_that_nothing_more_happens_by_itself(
    make_config: Callable[..., Any], receiver: Receiver
) -> None:
    let_go = threading.Event()
    receiver.answer = lambda number, arrival: 204 if let_go.wait(20) else 500
    with (
        Embedded(make_config(gateway={"url": receiver.url, "auth": {"kind": "none"}})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        order = gateway.place()
        assert wait(gateway, "idle") == {"evidence": []}, "a stopped clock: nothing moves"
        gateway.admin("POST", "/clock/advance", {"by": "31s", "settle": False})
        shown = wait(gateway, "idle", 408, within="50ms")
        assert (
            "1 orders still move" in shown["detail"]
            and shown["nearest"][0]["item"]["send"] == "ACKNOWLEDGED"
        )
        assert wait(gateway, "idle", match={"order": "another"}) == {"evidence": []}
        let_go.set()
        assert wait(gateway, "idle", match={"order": gateway.order(order)["id"]}) == {
            "evidence": []
        }
        gateway.admin("PUT", "/clock", {"mode": "real"})
        assert "still move" in wait(gateway, "idle", 408, within="0s")["detail"], (
            "a running clock: the rest comes by itself"
        )


@pytest.mark.slow
def test_one_order_among_many_that_move_is_not_idle(make_config: Callable[..., Any]) -> None:
    with (
        Embedded(make_config(clock={"mode": "real"})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        orders = [gateway.place() for _ in range(120)]
        found = {
            shape["ref"]: shape["id"]
            for shape in gateway.admin("GET", "/orders?limit=1000")["items"]
        }
        for order in orders:
            wait(gateway, "idle", 408, match={"order": found[str(order["id"])]}, within="0s")


def test_what_came_nearest_is_told(gateway: Gateway) -> None:
    order = gateway.place()
    shown = wait(
        gateway,
        "request",
        408,
        match={"path": "/service-orders", "body.id": 7, "status": 202},
        within="0s",
    )
    assert (
        shown["code"] == "timeout" and f"body.id is 7, but it is {order['id']}" in shown["detail"]
    )
    assert (
        shown["nearest"][0]["differences"] == [f"body.id is 7, but it is {order['id']}"]
        and shown["evidence"] == []
    )
    assert (
        "there are no other"
        in wait(gateway, "status", 408, match={"status": "RECEIVED"}, count=2, within="0s")[
            "detail"
        ]
    )


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({}, 400, "for: is required"),
        ({"for": "kcis"}, 400, "for: "),
        ({"for": "kci", "match": {"sent": "X"}}, 422, "did you mean `send`?"),
        ({"for": "kci", "match": {"send": {"is": "X"}}}, 422, "unknown test"),
        ({"for": "status", "match": {"ref": "1"}}, 422, "match.status"),
        ({"for": "idle", "match": {"send": "X"}}, 422, "match.send"),
        ({"for": "idle", "match": {"order": {"exists": True}}}, 422, "match.order"),
        ({"for": "idle", "match": {"order": {"not": "1"}}}, 422, "match.order"),
        ({"for": "request", "match": {"body.id": {"matches": "("}}}, 422, "regular expression"),
        ({"for": "request", "count": 0}, 400, "count"),
        ({"for": "request", "within": "1d"}, 400, "within"),
        ({"for": "request", "untill": 1}, 400, "untill"),
    ],
)
def test_a_wrong_wait_is_a_problem_that_names_the_place(
    gateway: Gateway, body: Any, code: int, said: str
) -> None:
    assert said in gateway.admin("POST", "/wait", body, code)["detail"]


def test_long_polls_hold_up_nobody(
    make_config: Callable[..., Any], later: Callable[..., Future[Any]]
) -> None:
    with (
        Embedded(make_config(server={"port": 0, "threads": 2})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        waiting = [later(wait, gateway, "request", match={"body.id": 4101}) for _ in range(20)]
        until(lambda: len(simulator.world.waits.waits.get("default", ())) == 20)
        gateway.place()
        assert all(len(found.result()["evidence"]) == 1 for found in waiting)


@pytest.mark.slow  # it waits a second
def test_a_scripted_delay_holds_up_nobody(
    make_config: Callable[..., Any],
    scenario_folder: Callable[..., str],
    later: Callable[..., Future[Any]],
) -> None:
    folder = scenario_folder(
        SLOW="reply: {answer: accept, delay: 1s}\n", ORDER_SUCCESSFUL="reply: accept\n"
    )
    settings = make_config(
        server={"port": 0, "threads": 1},
        suppliers=[{"name": "default", "path": "/", "scenarios": folder}],
    )
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        body = gateway.provide()
        slow = later(
            requests.post,
            f"{gateway.url}/service-orders",
            json=body,
            headers=gateway.headers(X_Scenario="SLOW"),
            timeout=60,
        )
        wait(gateway, "request", match={"body.id": body["id"]})
        gateway.place()
        assert not slow.done() and slow.result().status_code == 202


def test_news_travel_between_processes(
    make_config: Callable[..., Any], store_url: str, later: Callable[..., Future[Any]]
) -> None:
    settings = make_config(store={"url": store_url})
    with Embedded(settings) as simulator, sending() as start, Gateway(simulator.url) as gateway:
        other = open_world(settings, simulator.url, beginning=False)
        start(other)
        waiting = later(other.default.wait, "kci", {"send": "COMPLETED"}, within=20_000_000)
        until(lambda: other.waits.waits)
        gateway.place()
        assert len(gateway.advance()["kcis"]) == 3
        assert waiting.result().came_true


def test_whoever_waits_is_let_go_when_the_simulator_ends(
    make_config: Callable[..., Any], later: Callable[..., Future[Any]]
) -> None:
    world = open_world(make_config(), "http://127.0.0.1:1")
    waiting = later(world.default.wait, "request", {}, within=60_000_000)
    until(lambda: world.waits.waits)
    world.store.subscriptions.end()
    with pytest.raises(Unavailable, match="ending"):
        waiting.result()
    world.close()


# ---- events


def events(
    gateway: Gateway, wanted: Callable[[list[tuple[str, Any]]], bool], **headers: str
) -> list[tuple[str, Any]]:
    """Read events until there are enough."""
    found: list[tuple[str, Any]] = []
    kind = ""
    with requests.get(
        f"{gateway.url}/__admin/events", headers=headers, stream=True, timeout=30
    ) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        gateway.place("ORDER_ACKNOWLEDGED")
        for line in response.iter_lines(chunk_size=1):
            text = line.decode()
            if text.startswith("event: "):
                kind = text[7:]
            elif text.startswith("data: "):
                found.append((kind, json.loads(text[6:])))
                if wanted(found):
                    return found
    raise AssertionError(found)


def test_events_tell_of_exchanges_orders_and_kcis(gateway: Gateway) -> None:
    found = events(
        gateway, lambda found: {"exchange", "order", "kci"} <= {kind for kind, _ in found}
    )
    assert found[0][0] == "exchange" and found[0][1]["path"] == "/service-orders"


def test_events_tell_of_acts(gateway: Gateway) -> None:
    gateway.admin("POST", "/gateway/stop")
    (line,) = gateway.admin("GET", "/journal?direction=act")["items"]
    before = {"Last-Event-ID": str(line["id"] - 1)}
    kind, shape = events(gateway, lambda found: bool(found), **before)[0]
    assert (kind, shape) == ("act", line)


def test_events_go_on_behind_the_last_one_that_was_read(gateway: Gateway) -> None:
    first = gateway.place()
    (line,) = gateway.admin("GET", "/journal")["items"]
    second = gateway.place()
    found = events(
        gateway,
        lambda found: len([1 for kind, _ in found if kind == "exchange"]) == 2,
        **{"Last-Event-ID": str(line["id"])},
    )
    assert (
        next(shape["request"]["body"]["id"] for kind, shape in found if kind == "exchange")
        == second["id"]
        != first["id"]
    )
    assert requests.get(f"{gateway.url}/__admin/events?after=x", timeout=30).status_code == 400


@pytest.mark.slow
def test_a_reader_that_does_not_read_is_dropped(simulator: Embedded, gateway: Gateway) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                ours.send(b"x" * 65536)
        gateway.place()
        pieces = Stream(simulator.world.default, 0, ours).pieces()
        assert len(list(pieces)) == 1, "the greeting alone; then it ends"


# ---- the journal's bounds


def post(supplier: Supplier, serial: int) -> None:
    sample = supplier.dialect.sample("provide", None, serial)
    route, variables = router_of(supplier.dialect.routes).match(sample.method, sample.path)
    run_tasks(supplier.store, [supplier.receive(replace(sample, variables=variables), route)])[0]


def test_the_journal_is_bounded_and_says_what_it_dropped(
    make_config: Callable[..., Any], store_url: str
) -> None:
    settings = make_config(store={"url": store_url}, journal={"most": 100})
    world = open_world(settings, "http://127.0.0.1:1")
    for serial in range(1, 106):
        post(world.default, serial)
    world.close()
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        until(lambda: gateway.admin("GET", "/journal?limit=1")["dropped"])
        shown = gateway.admin("GET", "/journal?limit=1000")
        assert (
            shown["dropped"]["count"] == 5
            and len(shown["items"]) == 100
            and shown["items"][0]["id"] == shown["dropped"]["last"] + 1
        )
        wrong = gateway.admin("POST", "/verify", {"match": {"body.id": 1}}, 409)
        assert "5 older exchanges were dropped (journal.most, journal.keep)" in wrong["detail"]
        assert (
            gateway.http.get(f"{gateway.url}/__admin/journal/export", timeout=30).headers[
                "X-Journal-Dropped"
            ]
            == "5"
        )
        oldest = gateway.admin("GET", "/orders?ref=1")["items"][0]
        events = gateway.admin("GET", f"/orders/{oldest['id']}/story")["events"]
        assert "does not have its beginning any more: 5 exchanges were dropped" in events[0]["text"]
        old = JournalConfig(most=100, keep=0)
        assert sum(upkeep.tidy_lists(simulator.world.store, old)) == 100, "and by age"
        gateway.admin("POST", "/reset")
        assert gateway.admin("GET", "/journal")["dropped"] is None
