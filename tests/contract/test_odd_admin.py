"""The admin API never faults: every member of every body, and every part of every path, with values
that nobody means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.web import Embedded
from tests.conftest import Gateway

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    "x",
    "\x00",
    [],
    [[]],
    {},
    {"a": 1},
    {"exists": True},
    {"exists": 1},
    {"matches": "("},
    {"matches": 5},
    ["a", {"b": 1}],
    "99999d",
    "1d",
    "-1s",
    "2026-13-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "a" * 5000,
    "'",
    "../..",
    "%00",
    "🙂",
]
BODIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "wait": ({"for": "kci", "within": "0s"}, ["for", "match", "count", "after", "within"]),
    "journal/find": ({}, ["match", "since", "until", "limit", "after"]),
    "journal/count": ({}, ["match", "since", "until"]),
    "verify": ({"match": {}}, ["match", "count", "at_least", "at_most", "sequence"]),
    "clock/advance": ({"by": "1s", "within": "1s"}, ["by", "to", "to_next", "settle", "within"]),
    "pins": ({"scenario": "ORDER_DELAYED"}, ["scenario", "times", "when"]),
    "start": (
        {"scenario": "UNSOLICITED_CEASE", "tenant": "T", "document": {}},
        ["scenario", "tenant", "document", "params"],
    ),
    "scenarios/explain": (
        {"path": "/service-orders", "body": {"id": 1}},
        ["method", "path", "query", "headers", "body"],
    ),
    "suppliers": (
        {},
        [
            "name",
            "dialect",
            "contract",
            "clock",
            "gateway",
            "auth",
            "delivery",
            "default",
            "seed",
            "scenarios",
            "tenant",
            "client",
            "instead_of",
        ],
    ),
}
PATHS = [
    "status",
    "send",
    "order",
    "body.x",
    "header.x",
    "request.body[0]",
    "request.body[*]",
    "a..b",
    "[0]",
    "state",
    "path",
    "at",
    "id",
    "last.code",
    "tenant",
    "operation",
    "now",
    "x" * 300,
    "kcis.waiting",
    "document.a[b=c]",
]
NAMES = ["a" * 3000, "%00", "%F0%9F%99%82", "..", "'", "%2e%2e%2f", "%ff", "%0a"]
TEXTS = [
    b"",
    b"\x00",
    b"\xff",
    b"scenario: A",
    b"scenario: A\nreply: accept\ntimeline: [{after: 1s, wait: x}]",
    b"[",
    b"{}",
    b"a: b: c",
    b"&a [*a]",
    b"scenario: A\n" * 5000,
    b"- " * 20000,
    "scenario: A\nabout: \ud83d".encode("utf-8", "surrogatepass"),
]

Ask = Callable[..., None]


@pytest.fixture
def ask(make_config: Callable[..., Any], store_url: str) -> Iterator[Ask]:
    """Ask the admin API of a simulator with one order; a 500 fails."""
    with (
        Embedded(make_config(store={"url": store_url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place("ORDER_DELAYED")
        gateway.advance("31s")

        def one(method: str, path: str, **options: Any) -> None:
            response = gateway.http.request(
                method, f"{gateway.url}/__admin/{path}", timeout=60, stream=True, **options
            )
            response.close()
            assert response.status_code < 500, (
                method,
                path[:200],
                str(options)[:200],
                response.status_code,
            )

        yield one


@pytest.mark.parametrize("path", BODIES)
def test_no_body_is_a_fault(ask: Ask, path: str) -> None:
    base, members = BODIES[path]
    for odd in ODD:
        ask("POST", path, json=odd)
        for member in members:
            ask("POST", path, json={**base, member: odd})


@pytest.mark.parametrize("kind", ["kci", "request", "status", "idle"])
def test_no_match_is_a_fault(ask: Ask, kind: str) -> None:
    for path in PATHS:
        for odd in ODD:
            ask(
                "POST",
                "wait",
                json={
                    "for": kind,
                    "within": "0s",
                    "match": {"status": "X", path: odd} if kind == "status" else {path: odd},
                },
            )
            if kind == "request":
                ask("POST", "journal/find", json={"match": {path: odd}})
                ask("POST", "verify", json={"sequence": [{path: odd}]})


def test_no_body_of_an_act_is_a_fault(ask: Ask) -> None:
    """Acts that take no body do what they are asked, whatever comes along."""
    for odd in ODD:
        ask("POST", "gateway/stop", json=odd)
        ask("POST", "gateway/resume", json=odd)


def test_no_name_is_a_fault(ask: Ask) -> None:
    for name in NAMES:
        for act in ("resend", "withdraw", "skip"):
            ask("POST", f"kcis/{name}/{act}")
        for act in ("resume", "abandon", "signals/go", f"signals/{name}"):
            ask("POST", f"orders/{name}/{act}")
        for place in ("orders/", "scenarios/", "suppliers/"):
            ask("GET", place + name)
        for path in (f"scenarios/{name}", f"suppliers/{name}"):
            ask("DELETE", path)
        ask("PUT", f"scenarios/{name}", data=b"scenario: A\n")
        queries = [
            f"journal?order={name}",
            f"journal?direction={name}",
            f"journal?after={name}",
            f"journal/export?order={name}",
        ]
        queries += [
            f"kcis?order={name}",
            f"kcis?state={name}",
            f"orders?ref={name}&tenant={name}",
            f"orders?status={name}",
        ]
        for query in queries:
            ask("GET", query)


def test_no_text_of_a_scenario_is_a_fault(ask: Ask) -> None:
    for text in TEXTS:
        ask("PUT", "scenarios/A", data=text)
        ask("POST", "scenarios/check", data=text, headers={"Content-Type": "text/yaml"})


def test_a_stream_begins_where_it_can(ask: Ask) -> None:
    for known in ("", "0", "99999999999999999", "x", "-1", "1" * 30):
        ask("GET", f"events?after={known}")
        ask("GET", "events", headers={"Last-Event-ID": known})


def test_the_list_of_what_is_tried_is_whole(make_config: Callable[..., Any]) -> None:
    """Every path that takes a body is here."""
    with Embedded(make_config()) as simulator:
        rules = [
            rule
            for rule in simulator.site.app.url_map.iter_rules()
            if rule.rule.startswith("/__admin/")
        ]
    posted = {
        rule.rule.removeprefix("/__admin/")
        for rule in rules
        if "POST" in (rule.methods or ()) and "<" not in rule.rule
    }
    bare = {"reset", "scenarios/check", "scenarios/reload", "gateway/stop", "gateway/resume"}
    assert posted - bare == set(BODIES)
