"""The loop and a WSGI server give the same answers to the same requests, apart from ids and times.

Two worlds that are alike, one behind werkzeug's server and one behind the loop, are sent the same
bytes in the same order. What a server may say in its own words (Server, Date, Connection) is not
compared, and neither is what the two refuse before it is a request.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from simulator import config
from simulator.front.paths import is_admin
from simulator.web import Site, create_app
from simulator.web.worker import Loop
from simulator.web.worker.beside import environ_of
from simulator.web.worker.reader import Reader
from simulator.web.wsgi import await_body, incoming_of
from simulator.world import World, open_world
from tests.conftest import Gateway
from tests.web.worker.serving import Answer, Client

OWN = ("server", "date", "connection")
ODD = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|127\.0\.0\.1:\d+"
    r'|"(?:uptime_s|took_ms|duration_ms|ms|took)": ?[\d.]+'
)
"""Ids, times, tokens, and where a server listens."""


@contextmanager
def worlds(folder: Path) -> Iterator[tuple[World, World]]:
    """Two worlds that are alike."""
    with ExitStack() as resources:
        made = []
        for name in ("wsgi", "loop"):
            overrides: dict[str, Any] = {
                "server": {"port": 0, "max_body": 20_000},
                "store": {"url": f"sqlite:///{folder}/{name}.db"},
                "clock": {"mode": "manual"},
                "seed": "the same",
            }
            world = open_world(config.load(environment={}, overrides=overrides), "http://h")
            resources.callback(world.close)
            made.append(world)
        yield made[0], made[1]


@contextmanager
def behind_werkzeug(world: World) -> Iterator[tuple[str, int]]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, create_app(world), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield ("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        thread.join(timeout=20)
        server.server_close()


@contextmanager
def behind_loop(world: World) -> Iterator[tuple[str, int]]:
    site = Site(world)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loop = Loop(
            [listener],
            site.front.answer_all,
            site.app,
            is_beside=is_admin,
            most_body=world.config.server.max_body,
            threads=4,
        )
        thread = threading.Thread(target=loop.run, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            loop.stop()
            thread.join(timeout=20)
            loop.beside.pool.shutdown(wait=True)


def raw(
    method: str, path: str, body: bytes | None = None, *fields: str, is_chunked: bool = False
) -> bytes:
    """The bytes of a request, for a connection of its own."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost:8080", "Connection: close", *fields]
    if is_chunked:
        lines.append("Transfer-Encoding: chunked")
    elif body is not None:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    if not is_chunked:
        return head + (body or b"")
    pieces = [(body or b"")[start : start + 100] for start in range(0, len(body or b""), 100)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


HEADERS = (
    "Content-Type: application/json",
    "X-Request-ID: r-1",
    "X-Conversation-ID: c-1",
    "Tenant: TENANT1",
)


def odd_paths() -> Iterator[bytes]:
    paths = [
        *(
            "/",
            "/nothing",
            "/service-orders",
            "/service-orders/",
            "/service-orders/1",
            "/openapi.json",
        ),
        *(
            "/service%2Dorders",
            "/service-orders%2F",
            "/%",
            "/%zz",
            "/%00",
            "/%FF%FE",
            "/%C3%A9",
            "/a+b",
        ),
        *(
            "/./service-orders",
            "/a/../service-orders",
            "/service-orders;a=b",
            "/SERVICE-ORDERS",
            "/~a!$&'()",
        ),
        *(
            "/service-orders?",
            "/service-orders?a=b&a=c",
            "/service-orders?a=%C3%A9&b=%FF",
            "/?%00",
            "/?a?b",
        ),
        *(
            "/mef",
            "/mef/",
            "/mef/orders",
            "/mef/orders?state=x",
            "/mef/openapi.json",
            "/mef/productOrder/1",
        ),
        *(
            "/gateway/kcis",
            "/gateway/kcis?limit=1",
            "/gateway",
            "/gateway/none",
            "/gateway/kcis?limit=x",
        ),
        *(
            "/__administrator",
            "/__admin",
            "/__admin/",
            "/__admin/health",
            "/__admin/none",
            "/__admin/orders",
        ),
        *(
            "/__admin/orders?limit=0",
            "/__admin/orders?x=y",
            "/__admin/journal?limit=3",
            "/__%61dmin/health",
        ),
        *(
            "/__admin/scenarios",
            "/__admin/suppliers/default/clock",
            "/__admin/clock",
            "/oauth/token",
        ),
        *(
            "/made/none/service-orders",
            "/favicon.ico",
            "/robots.txt",
            "/" + "a" * 3000,
            "/a%20b%2fc%3f",
        ),
    ]
    for path in paths:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            body = b"{}" if method in ("POST", "PUT", "PATCH") else None
            yield raw(method, path, body, *HEADERS)
    yield raw("BREW", "/service-orders", b"{}", *HEADERS)


def odd_headers() -> Iterator[bytes]:
    for field in (
        *(
            "Content-Type: text/plain",
            "Content-Type:",
            "Content-Type: application/json; charset=utf-8",
        ),
        *(
            "Content-Type: application/json;charset=latin-1",
            "X-Empty:",
            "X-Odd: \xe9\xff",
            "X-Tab: a\tb",
        ),
        *(
            "Authorization: Basic x",
            "Authorization: Bearer y",
            "Content-Encoding: gzip",
            "Accept: text/html",
        ),
        *(
            "X-Scenario: NOBODY",
            "X-Scenario: ORDER_REJECTED",
            "Tenant: other",
            "Tenant: \xe9",
            "X_Under: a",
        ),
        *(
            "Prefer: respond-async",
            "If-None-Match: *",
            "Range: bytes=0-1",
            "Origin: http://evil.test",
        ),
        *(
            "Forwarded: for=1",
            "X-Forwarded-For: 1.2.3.4",
            "Cookie: a=b; c=d",
            "Accept-Encoding: gzip",
        ),
        *("X-Problem-Code: 1", "X-Kci-Delay: x", "X-" + "a" * 500 + ": b", "X-Long: " + "b" * 6000),
    ):
        for path in ("/service-orders", "/mef/orders", "/__admin/pins", "/gateway/kcis"):
            yield raw("POST", path, b"{}", field, *HEADERS[1:])
        yield raw("GET", "/__admin/orders", None, field)
    twice = ("X-Request-ID: r-2", "X-A: 1", "X-a: 2")
    yield raw("POST", "/service-orders", b"{}", *HEADERS, *twice)
    for host in (
        "h",
        "h:80",
        "h:443",
        "[::1]:8080",
        "HOST.test",
        "a b",
        "",
        "\xe9.test",
        "127.0.0.1:1",
    ):
        for path in (
            "/openapi.json",
            "/mef/openapi.json",
            "/__admin/openapi.json",
            "/__admin/health",
        ):
            asked = raw("GET", path).replace(b"localhost:8080", host.encode("latin-1"))
            yield asked


def bodies(order: Callable[..., dict[str, Any]]) -> Iterator[bytes]:
    texts: list[bytes] = [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b'""',
            b"1",
            b"nan",
            b"{}",
            b" {} ",
            b"\xff\xfe{}",
            b"\xef\xbb\xbf{}",
        ),
        *(
            b'{"id":1,"id":2}',
            b'{"a":' * 200 + b"1" + b"}" * 200,
            b"\0",
            b'{"id":"\\u0000"}',
            b"{}" * 5000,
        ),
        *(b"[" + b"1," * 9000 + b"1]", b" " * 20_000, b" " * 20_001, b" " * 30_000),
    ]
    changes: list[dict[str, Any]] = [
        *(
            {},
            {"id": None},
            {"id": "x"},
            {"id": -1},
            {"tenant": ""},
            {"tenant": "OTHER"},
            {"orderType": "X"},
        ),
        *(
            {"address": {}},
            {"address": None},
            {"primaryContact": {}},
            {"extra": "é\u2028😀"},
            {"extra": [1, 2.5]},
        ),
        *(
            {"serviceOrderItem": {}},
            {"serviceOrderItem": []},
            {"desiredCompletionDate": "tomorrow"},
        ),
    ]
    texts += [json.dumps(order(**change)).encode() for change in changes]
    texts += [json.dumps(order(), ensure_ascii=False, indent=3).encode()]
    for text in texts:
        for path in ("/service-orders", "/mef/orders"):
            for is_chunked in (False, True):
                yield raw("POST", path, text, *HEADERS, is_chunked=is_chunked)
        yield raw("POST", "/__admin/pins", text, "Content-Type: application/json")
        yield raw("POST", "/__admin/pins", text, "Content-Type: application/json", is_chunked=True)


def orders(order: Callable[..., dict[str, Any]]) -> Iterator[bytes]:
    for name in ("ORDER_SUCCESSFUL", "ORDER_REJECTED", "ORDER_DELAYED", "", "NOBODY"):
        placed = json.dumps(order()).encode()
        yield raw("POST", "/service-orders", placed, f"X-Scenario: {name}", *HEADERS)
        yield raw("POST", "/service-orders", placed, f"X-Scenario: {name}", *HEADERS)
        cancelled = {"id": 9, "orderId": json.loads(placed)["id"], "reasonCode": "X"}
        for path in ("/service-order-cancellations", "/service-order-amendments"):
            yield raw("POST", path, json.dumps(cancelled).encode(), *HEADERS)
    yield raw("POST", "/__admin/clock/advance", b'{"by":"1h","settle":false}', HEADERS[0])
    yield raw("GET", "/__admin/orders")
    yield raw("GET", "/__admin/kcis")
    yield raw("POST", "/oauth/token", b"grant_type=client_credentials&client_id=a&client_secret=b")


def all_requests() -> list[bytes]:
    order = Gateway("").provide
    return [*orders(order), *odd_paths(), *odd_headers(), *bodies(order)]


def ask(address: tuple[str, int], request: bytes) -> Answer:
    with Client(address) as client:
        # werkzeug's server reads on after an answer until the client has ended
        answer = client.send(request).end().answer(is_head=request.startswith(b"HEAD "))
        assert client.rest() == b""
        return answer


def comparable(answer: Answer, request: bytes) -> tuple[str, list[tuple[str, str]], str]:
    """What must be the same. The length of a body with ids and times in it is compared without
    them.
    """
    text = answer.body.decode()
    fields = {
        name: ODD.sub("*", value) for name, value in answer.headers if name.lower() not in OWN
    }
    if ODD.search(text):
        assert fields.pop("Content-Length") == str(len(answer.body))
    elif request.startswith(b"HEAD /__admin/"):
        fields.pop("Content-Length", None)  # of a body that may have times in it
    return answer.status, list(fields.items()), ODD.sub("*", text)


@pytest.mark.slow
def test_the_same_requests_have_the_same_answers(tmp_path: Path) -> None:
    asked = all_requests()
    assert len(asked) > 500
    with (
        worlds(tmp_path) as (first, second),
        behind_werkzeug(first) as slow,
        behind_loop(second) as quick,
    ):
        for request in asked:
            expected = comparable(ask(slow, request), request)
            got = comparable(ask(quick, request), request)
            assert got == expected, request[:300]


def test_a_request_is_read_as_through_wsgi() -> None:
    server, most = ("127.0.0.1", 8080), 20_000
    for raw_request in all_requests():
        reader = Reader(most, is_trusted=True)
        reader.feed(raw_request)
        request = reader.next()
        assert request is not None
        with socket.socket() as unused:
            environ = environ_of(request, unused, ("127.0.0.1", 1), server)
        await_body(environ, most)
        assert request.incoming(server) == incoming_of(environ), raw_request[:300]
