"""The admin API: shapes, pages, filters, the clock, pins, and errors as problem+json."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver


def problem(
    gateway: Gateway, method: str, path: str, status: int, body: Any = None, **options: Any
) -> dict[str, Any]:
    response = gateway.http.request(
        method, f"{gateway.url}/__admin{path}", json=body, timeout=30, **options
    )
    assert (response.status_code, response.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), response.text
    shown: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail", "where"} <= set(shown) and shown[
        "status"
    ] == status
    return shown


def test_health_tells_us_and_the_gateway_apart(gateway: Gateway) -> None:
    gateway.place()
    gateway.advance("31s")
    health = gateway.admin("GET", "/health")
    assert (
        health["status"] == "ok"
        and health["sender"].items() >= {"alive": True, "waiting": 2, "dead": 0}.items()
    )
    assert [one["pid"] for one in health["sender"]["running"]] == [os.getpid()]
    assert health["gateways"][0]["state"] == "ok"
    assert gateway.admin("GET", "/ready") == {
        "ready": True,
        "failed": [],
        "scenarios": [],
    }


def test_an_order_has_its_documented_shape(gateway: Gateway) -> None:
    order = gateway.place()
    shown = gateway.order(order)
    assert set(shown) >= {
        "id",
        "supplier",
        "tenant",
        "ref",
        "number",
        "status",
        "action",
        "scenario",
        "received_at",
        "updated_at",
        "document",
        "open_requests",
        "kcis",
        "begun_by",
        "began",
    }
    assert (shown["tenant"], shown["ref"], shown["number"], shown["status"]) == (
        "TENANT1",
        str(order["id"]),
        None,
        "RECEIVED",
    )
    assert shown["kcis"] == {"waiting": 3, "delivered": 0, "dead": 0, "withdrawn": 0, "skipped": 0}
    assert gateway.admin("GET", f"/orders/{shown['id']}") == shown


def test_kcis_and_exchanges_have_their_documented_shapes(gateway: Gateway) -> None:
    gateway.place()
    gateway.advance("31s")
    kci = gateway.admin("GET", "/kcis?state=delivered")["items"][0]
    assert set(kci) == {
        "id",
        "order",
        "position",
        "fault",
        "send",
        "state",
        "due_at",
        "sequence",
        "attempts",
        "last",
        "waits_for",
        "body",
    }
    assert set(kci["last"]) == {"at_wall", "code", "error", "took_ms"}
    exchange = gateway.admin("GET", "/journal?direction=out")["items"][0]
    assert set(exchange) >= {
        "id",
        "at",
        "direction",
        "order",
        "method",
        "path",
        "request",
        "response",
        "scenario",
        "reasons",
        "findings",
        "fault",
        "took_ms",
    }
    assert exchange["act"] is None
    assert exchange["response"]["code"] == 204 and exchange["request"]["body"] == kci["body"]


def test_lists_are_paged_with_a_cursor(gateway: Gateway) -> None:
    for _ in range(5):
        gateway.place()
    for path in ("/orders", "/kcis", "/journal"):
        seen: list[Any] = []
        after = ""
        while True:
            page = gateway.admin("GET", f"{path}?limit=2{after}")
            assert len(page["items"]) <= 2
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert len(seen) == len(set(seen)) == {"/orders": 5, "/kcis": 15, "/journal": 5}[path]


def test_the_journal_says_why_a_scenario_was_chosen_and_the_others_not(gateway: Gateway) -> None:
    gateway.post("/service-orders", gateway.provide())
    reasons = gateway.admin("GET", "/journal")["items"][0]["reasons"]
    assert reasons[0] == "the supplier's default: no `when` fits"
    assert "not CEASE_SUCCESSFUL: operation is cease, but it is provide" in reasons
    assert "not ORDER_DELAYED: it has no `when`" in reasons


def test_a_story_is_json_for_programs_and_text_for_people(gateway: Gateway) -> None:
    order = gateway.order(gateway.place("ORDER_ACKNOWLEDGED"))
    gateway.advance("31s")
    events = gateway.admin("GET", f"/orders/{order['id']}/story")["events"]
    assert [event["kind"] for event in events] == ["request", "reply", "kci", "answer", "waiting"]
    url = f"{gateway.url}/__admin/orders/{order['id']}/story"
    for options in ({"headers": {"Accept": "text/plain"}}, {"params": {"format": "text"}}):
        text = gateway.http.get(url, timeout=30, **options).text  # type: ignore[arg-type]
        assert "+30s           kci      1 COMMITTED -> IN_PROGRESS" in text


def test_pins_play_for_so_many_orders_and_only_where_they_fit(gateway: Gateway) -> None:
    gateway.admin(
        "POST",
        "/pins",
        {"scenario": "ORDER_REJECTED", "times": 2, "when": {"address.id": "1"}},
        201,
    )
    dear = {"any": [{"address.id": {"more": 1}}, {"notes": {"before": "now"}}]}
    gateway.admin("POST", "/pins", {"scenario": "ORDER_REJECTED", "when": dear}, 201)
    gateway.admin("POST", "/pins", {"scenario": "ORDER_ACKNOWLEDGED"}, 201)
    there = {"id": "1", "type": "UPRN"}
    codes = [
        gateway.post(
            "/service-orders", gateway.provide(address=there), X_Scenario="ORDER_SUCCESSFUL"
        ).status_code
        for _ in range(3)
    ]
    assert codes == [422, 422, 201]
    assert [pin["scenario"] for pin in gateway.admin("GET", "/pins")["items"]] == [
        "ORDER_REJECTED",
        "ORDER_ACKNOWLEDGED",
    ]
    assert gateway.admin("DELETE", "/pins") == {"removed": 2}
    assert gateway.post("/service-orders", gateway.provide()).status_code == 202


def test_the_clock_is_shown_set_and_moved(make_config: Callable[..., Config]) -> None:
    with Embedded(make_config()) as simulator, Gateway(simulator.url) as gateway:
        assert gateway.admin("GET", "/clock")["mode"] == "manual"
        past = gateway.admin("PUT", "/clock", {"now": "2020-02-29T12:00:00Z"})
        assert past["now"] == "2020-02-29T12:00:00.000Z"
        order = gateway.place()
        assert gateway.order(order)["received_at"] == "2020-02-29T12:00:00.000Z"
        moved = gateway.admin("POST", "/clock/advance", {"to_next": True})
        assert (moved["now"], moved["moved"]) == ("2020-02-29T12:00:30.000Z", "30s")
        assert [kci["send"] for kci in moved["kcis"]] == ["ACKNOWLEDGED"]
        assert (
            problem(gateway, "PUT", "/clock", 422, {"now": "2020-01-01T00:00:00Z"})["where"]
            == "now"
        )
        assert (
            problem(gateway, "POST", "/clock/advance", 422, {"to": "2020-01-01T00:00:00Z"})["where"]
            == "to"
        )
        assert (
            gateway.admin("POST", "/clock/advance", {"to": "2020-03-01T00:00:00Z"})["now"]
            == "2020-03-01T00:00:00.000Z"
        )
        assert gateway.admin("PUT", "/clock", {"mode": "scaled", "rate": 60})["rate"] == 60
        assert problem(gateway, "POST", "/clock/advance", 409, {"by": "1d"})["code"] == "conflict"
        assert gateway.admin("PUT", "/clock", {"mode": "real"})["mode"] == "real"


@pytest.mark.slow
def test_an_advance_that_does_not_settle_is_408_with_what_it_waits_for(
    make_config: Callable[..., Config], receiver: Receiver
) -> None:
    hanging = threading.Event()
    receiver.answer = lambda number, arrival: 204 if hanging.wait(30) else 503
    with (
        Embedded(make_config(gateway={"url": receiver.url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        shown = gateway.admin("POST", "/clock/advance", {"by": "1d", "within": "200ms"}, 408)
        assert [kci["send"] for kci in shown["unsettled"]] == ["ACKNOWLEDGED"]
        assert (
            gateway.admin("POST", "/clock/advance", {"by": "1d", "settle": False})["moved"] == "1d"
        )
        hanging.set()


@pytest.mark.slow  # a scaled clock runs in wall time
def test_a_scaled_clock_delivers_by_itself(
    make_config: Callable[..., Config], receiver: Receiver
) -> None:
    settings = make_config(clock={"mode": "scaled", "rate": 3600}, gateway={"url": receiver.url})
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        receiver.wait_for(3)


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "where"),
    [
        ("GET", "/nothing", 404, None, ""),
        ("GET", "/orders/nobody", 404, None, ""),
        ("GET", "/orders/nobody/story", 404, None, ""),
        ("GET", "/scenarios/NOBODY", 404, None, ""),
        ("GET", "/suppliers/nobody/orders", 404, None, ""),
        ("DELETE", "/orders", 405, None, ""),
        ("GET", "/orders?limit=0", 400, None, "limit"),
        ("GET", "/orders?limit=x", 400, None, "limit"),
        ("GET", "/orders?limit=%C2%B2", 400, None, "limit"),
        ("GET", "/kcis?limit=%C2%B2", 400, None, "limit"),
        ("GET", "/journal?limit=%D9%A3", 400, None, "limit"),
        ("GET", "/events?after=%C2%B2", 400, None, "after"),
        ("POST", "/suppliers", 400, {"name": "a\n"}, "name"),
        ("GET", "/orders?after=x", 400, None, "after"),
        ("GET", "/kcis?state=lost", 400, None, "state"),
        ("POST", "/pins", 400, {}, "scenario"),
        ("POST", "/pins", 400, {"scenario": "ORDER_DELAYED", "tims": 1}, "tims"),
        ("POST", "/pins", 422, {"scenario": "ORDER_DELAID"}, "scenario"),
        (
            "POST",
            "/pins",
            422,
            {"scenario": "ORDER_DELAYED", "when": {"a": {"equls": 1}}},
            "when.a.equls",
        ),
        ("POST", "/pins", 422, {"scenario": "ORDER_DELAYED", "when": {"not": {}}}, "when.not"),
        ("POST", "/pins", 400, {"scenario": "ORDER_DELAYED", "times": 0}, "times"),
        ("PUT", "/clock", 400, {"mode": "fast"}, "mode"),
        ("PUT", "/clock", 400, {"now": "yesterday"}, "now"),
        ("POST", "/pins", 400, {"scenario": "ORDER_DELAYED", "times": 10**30}, "times"),
        ("POST", "/wait", 400, {"for": "kci", "within": 1e308}, "within"),
        ("POST", "/journal/find", 400, {"after": 10**30}, "after"),
        ("POST", "/clock/advance", 400, {"by": 1e308}, "by"),
        ("POST", "/clock/advance", 400, {}, "body"),
        ("POST", "/clock/advance", 400, {"by": "soon"}, "by"),
        ("POST", "/clock/advance", 400, {"by": "-1h"}, "by"),
        ("POST", "/clock/advance", 400, {"by": "200000d"}, "by"),
        ("POST", "/clock/advance", 422, {"to": "9999-12-31T00:00:00Z"}, "to"),
        ("POST", "/clock/advance", 400, [], "body"),
    ],
)
def test_mistakes_are_problems_that_name_the_place(
    gateway: Gateway, method: str, path: str, status: int, body: Any, where: str
) -> None:
    assert problem(gateway, method, path, status, body)["where"] == where


@pytest.mark.parametrize("query", ["limit=%C2%B2", "after=%C2%B2", "limit=0", "limit=", "after=-1"])
def test_the_pretend_gateway_takes_plain_numbers_only(gateway: Gateway, query: str) -> None:
    response = gateway.http.get(f"{gateway.url}/gateway/kcis?{query}", timeout=30)
    assert response.status_code == 400
    assert response.json()["messages"] == ["after and limit (1 to 1000) are numbers"]


def test_an_unreadable_admin_body_is_a_problem(gateway: Gateway) -> None:
    for data, kind, code in (
        (b"{", "application/json", 400),
        (b"{}", "text/yaml", 400),
        (b"{}", "text/plain", 415),
    ):
        response = gateway.http.post(
            f"{gateway.url}/__admin/pins", data=data, headers={"Content-Type": kind}, timeout=30
        )
        assert (response.status_code, response.headers["Content-Type"]) == (
            code,
            "application/problem+json",
        )


def test_what_flask_itself_refuses_is_a_problem_too(gateway: Gateway) -> None:
    large = {"data": b" " * 2_000_000, "headers": {"Content-Type": "application/json"}}
    assert problem(gateway, "POST", "/pins", 413, **large)["code"] == "request_entity_too_large"
    assert problem(gateway, "GET", "/nothing", 404)["code"] == "not_found"
    assert problem(gateway, "GET", "/orders/", 404)["code"] == "not_found"
    assert problem(gateway, "PATCH", "/pins", 405)["code"] == "method_not_allowed"
    response = gateway.http.put(f"{gateway.url}/__admin/pins", timeout=30)
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST", "DELETE"}


def test_scenarios_are_listed_with_a_sample_that_works(gateway: Gateway) -> None:
    shown = gateway.admin("GET", "/scenarios")["items"]
    assert {item["name"] for item in shown} >= {"ORDER_SUCCESSFUL", "CEASE_SUCCESSFUL"}
    cease = next(item for item in shown if item["name"] == "CEASE_SUCCESSFUL")
    assert (
        cease["when"] == ["operation is cease"]
        and cease["params"]["gap"]["header"] == "X-Kci-Delay"
    )
    sample = cease["sample"]
    response = gateway.http.request(
        sample["method"],
        gateway.url + sample["path"],
        json=sample["body"],
        headers=sample["headers"],
        timeout=30,
    )
    assert response.status_code == 202
    assert gateway.admin("GET", "/scenarios/CEASE_SUCCESSFUL") == cease


def test_two_suppliers_share_a_server_and_know_nothing_of_each_other(
    make_config: Callable[..., Config], receiver: Receiver
) -> None:
    suppliers = [
        {"name": "one", "path": "/"},
        {
            "name": "two",
            "path": "/networks/two",
            "gateway": {"url": receiver.url},
            "default": "ORDER_ACKNOWLEDGED",
        },
    ]
    with Embedded(make_config(suppliers=suppliers)) as simulator, Gateway(simulator.url) as gateway:
        body = gateway.provide()
        assert gateway.post("/service-orders", body).status_code == 202
        assert gateway.post("/networks/two/service-orders", body).status_code == 201
        assert len(gateway.admin("GET", "/suppliers/two/orders")["items"]) == 1
        gateway.admin("POST", "/suppliers/two/clock/advance", {"by": "1d"})
        gateway.admin("POST", "/suppliers/two/reset")
        assert len(gateway.admin("GET", "/orders")["items"]) == 1
        assert {item["name"] for item in gateway.admin("GET", "/suppliers")["items"]} == {
            "one",
            "two",
        }
        document = gateway.http.get(f"{gateway.url}/networks/two/openapi.json", timeout=30).json()
        assert document["servers"][0]["url"] == f"{gateway.url}/networks/two"
    assert len(receiver.arrivals) == 2


@pytest.mark.slow
def test_a_clock_asked_for_at_start_is_set_and_otherwise_the_stores_goes_on(
    make_config: Callable[..., Config],
) -> None:
    def shown(**clock: Any) -> dict[str, Any]:
        with Embedded(make_config(clock=clock)) as simulator, Gateway(simulator.url) as gateway:
            found: dict[str, Any] = gateway.admin("GET", "/clock")
            if clock.get("mode") == "manual":
                gateway.advance("42d")
            return found

    assert shown()["mode"] == "real"
    before = shown(mode="manual")
    assert before["mode"] == "manual"
    kept = shown()
    assert kept["mode"] == "manual" and kept["now"][:7] > before["now"][:7]
    assert shown(mode="scaled", rate=60)["rate"] == 60
    assert shown(mode="real")["now"] >= kept["now"]
