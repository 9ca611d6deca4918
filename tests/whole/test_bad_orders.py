"""Bad input from a gateway (A), row by row: what the supplier API answers, and what the web server
itself refuses. What needs a real web server is marked slow.
"""

from __future__ import annotations

import gzip
import itertools
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.cli.test_processes import serving
from tests.conftest import Gateway
from tests.receiver import Receiver


def amended(members: dict[str, Any]) -> bytes:
    """An order document with some members changed."""
    return json.dumps({**Gateway("").provide(), **members}).encode()


@dataclass(frozen=True)
class Sent:
    """A request, and what must come back: the status and a word of the body."""

    body: bytes = b"{}"
    status: int = 400
    word: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    path: str = "/service-orders"


LONG_DATE = "9999-12-31T23:59:59Z"
A: list[tuple[str, Sent]] = [
    ("A1 a body larger than the limit", Sent(b" " * 1_100_000, 413, "larger than")),
    ("A5 text/plain", Sent(amended({}), 400, "Content-Type", (("Content-Type", "text/plain"),))),
    ("A5 no content type", Sent(amended({}), 400, "Content-Type", (("Content-Type", ""),))),
    (
        "A6 gzip",
        Sent(
            gzip.compress(b"0" * 10_000_000),
            400,
            "Content-Encoding",
            (("Content-Encoding", "gzip"),),
        ),
    ),
    ("A7 deep nesting", Sent(b"[" * 100_000, 400, "too_deep")),
    ("A7 deep objects", Sent(b'{"a":' * 5_000, 400, "too_deep")),
    ("A8 an integer of 5 000 digits", Sent(b'{"id": ' + b"9" * 5000 + b"}", 400, "number_range")),
    ("A8 1e999", Sent(b'{"id": 1e999}', 400, "number_range")),
    ("A9 NaN", Sent(b'{"id": NaN}', 400, "not_json")),
    ("A9 -Infinity", Sent(b'{"id": -Infinity}', 400, "not_json")),
    ("A11 a lone surrogate", Sent(b'{"id": "\\ud800"}', 400, "bad_text")),
    ("A12 a NUL", Sent(b'{"id": "a\\u0000b"}', 400, "bad_text")),
    ("A13 UTF-16", Sent('{"id": 1}'.encode("utf-16"), 400, "not_utf8")),
    ("A13 a BOM", Sent(b"\xef\xbb\xbf{}", 400, "not_utf8")),
    ("A13 invalid UTF-8", Sent(b'{"a": "\xff"}', 400, "not_utf8")),
    ("A14 nothing", Sent(b"", 400, "not_json")),
    ("A14 null", Sent(b"null", 400, "type")),
    ("A14 a list", Sent(b"[]", 400, "type")),
    ("A14 a string", Sent(b'"x"', 400, "type")),
    ("A14 spaces", Sent(b"   ", 400, "not_json")),
    (
        "A15 a missing member and a wrong type",
        Sent(amended({"id": "x", "tenant": None}), 400, "tenant"),
    ),
    ("A15 an enumeration in the wrong case", Sent(amended({"orderType": "new"}), 422, "orderType")),
    ("A15 an id below its range", Sent(amended({"id": -1}), 422, "id")),
    ("A15 a text that is too long", Sent(amended({"notes": "x" * 100_000}), 422, "notes")),
    (
        "A21 30 February",
        Sent(amended({"requestedCompletionDate": "2026-02-30"}), 400, "requestedCompletionDate"),
    ),
    ("A29 an unknown path", Sent(b"{}", 404, "", path="/service-order")),
    ("A29 dots", Sent(b"{}", 404, "", path="//service-orders/../x")),
    ("A29 dots that are escaped", Sent(b"{}", 404, "", path="/%2e%2e%2fservice-orders")),
    ("A29 a wrong method", Sent(b"{}", 405, "MALFORMED_REQUEST", method="PUT")),
]


@pytest.mark.parametrize(("row", "sent"), A, ids=[row for row, _ in A])
def test_what_a_gateway_sends(gateway: Gateway, row: str, sent: Sent) -> None:
    headers = {**gateway.headers(X_Scenario="ORDER_SUCCESSFUL"), **dict(sent.headers)}
    response = gateway.http.request(
        sent.method,
        gateway.url + sent.path,
        data=sent.body,
        headers={name: value for name, value in headers.items() if value},
        timeout=30,
    )
    assert response.status_code == sent.status, response.text
    assert set(response.json()) == {"uuid", "code", "messages"}
    assert sent.word in response.text and len(response.text) < 10_000
    assert all(len(message) < 400 for message in response.json()["messages"]), (
        "never an echo of what came"
    )
    assert gateway.admin("GET", "/orders")["items"] == [], "nothing is stored"
    if sent.status == 405:
        assert response.headers["Allow"]


@pytest.mark.parametrize("when", ["9999-12-31", "0001-01-01"])
def test_a21_a_date_at_the_edge_of_the_calendar_is_taken_and_the_order_ends_well(
    gateway: Gateway, when: str
) -> None:
    response = gateway.post("/service-orders", gateway.provide(requestedCompletionDate=when))
    assert response.status_code == 202, response.text
    gateway.advance()
    assert [kci["body"]["reasonCode"] for kci in gateway.received()] == [
        "ACKNOWLEDGED",
        "COMMITTED",
        "COMPLETED",
    ]


@pytest.mark.parametrize(
    "when", [LONG_DATE, "2026-03-29T01:30", "2026-02-30", "2026-13-01", "tomorrow"]
)
def test_a21_what_is_no_date_is_refused_and_named(gateway: Gateway, when: str) -> None:
    response = gateway.post("/service-orders", gateway.provide(requestedCompletionDate=when))
    assert response.status_code == 400, response.text
    (message,) = response.json()["messages"]
    assert message.startswith("requestedCompletionDate: ") and message.endswith("(date_range)")


def test_a15_all_violations_at_once_and_unknown_members_are_carried(gateway: Gateway) -> None:
    wrong = gateway.post(
        "/service-orders", {"id": "x", "orderType": "NEW", "address": 1, "primaryContact": []}
    )
    assert len(wrong.json()["messages"]) >= 5
    order = gateway.place(somethingNew={"a": [1]})
    shown = gateway.order(order)
    assert shown["document"]["somethingNew"] == {"a": [1]}
    line = gateway.admin("GET", f"/journal?order={shown['id']}&direction=in")["items"][0]
    assert any(finding["where"] == "somethingNew" for finding in line["findings"])


def test_a17_the_same_order_twice_has_one_timeline(gateway: Gateway) -> None:
    body = gateway.provide()
    first, second = gateway.post("/service-orders", body), gateway.post("/service-orders", body)
    assert (first.status_code, first.text) == (second.status_code, second.text)
    gateway.advance()
    assert len(gateway.received()) == 3


def test_a19_a_later_request_that_cannot_be_is_refused_with_the_state(gateway: Gateway) -> None:
    unknown = gateway.amend({"id": 987654})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    order = gateway.place()
    gateway.advance()
    finished = gateway.amend(order)
    assert finished.status_code == 422 and "COMPLETED" in finished.text


def test_a23_what_came_forges_no_line_of_the_log(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gateway.post(
        "/service-orders", gateway.provide(tenant="A\r\n12:00:00 simulator.sender: KCI 1 forged")
    )
    from simulator.ops.logs import _Lines

    shown = [_Lines().format(record) for record in caplog.records]
    assert shown and not any("\n" in line or "\r" in line for line in shown)


def test_a24_a_callback_in_the_payload_is_nobodys_address(
    make_config: Callable[..., Config], receiver: Receiver
) -> None:
    with (
        Receiver() as other,
        Embedded(make_config(gateway={"url": receiver.url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place(
            callbackUrl=other.url,
            callback={"url": "http://169.254.169.254/latest"},
            notifyTo="file:///etc/passwd",
        )
        gateway.advance()
        assert len(receiver.arrivals) == 3 and other.arrivals == []


def test_a30_tokens_that_are_none(
    make_config: Callable[..., Config], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings = make_config(
        auth={"kind": "oauth2", "clients": {"c": "a secret of some length, thirty-two"}}
    )
    none = jwt.encode({"sub": "c", "exp": 2**40}, None, algorithm="none")
    foreign = jwt.encode({"sub": "c", "exp": 2**40}, "k" * 40, algorithm="HS256")
    old = jwt.encode({"sub": "c", "exp": 1}, "k" * 40, algorithm="HS256")
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        for token in (none, foreign, old, "x", "x" * 60_000, ""):
            response = gateway.post(
                "/service-orders", gateway.provide(), Authorization=f"Bearer {token}"
            )
            assert response.status_code in (401, 431) and (
                response.status_code == 431 or response.headers["WWW-Authenticate"]
            )
    assert not any(secret in caplog.text for secret in (none, foreign, old))


HEAD = b"POST /service-orders HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /__admin/health HTTP/1.1\r\nHost: h\r\n\r\n"
RAW: list[tuple[str, bytes, tuple[bytes, ...]]] = [
    (
        "A2 chunks without end",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 40,
        (b"413",),
    ),
    (
        "A3 a negative length",
        b"POST /service-orders HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        (b"400",),
    ),
    (
        "A3 two lengths",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        (b"400",),
    ),
    (
        "A3 length and chunks",
        b"POST / HTTP/1.1\r\nHost: h\r\n"
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        (b"400",),
    ),
    (
        "A4 a header of 200 kB",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        (b"431", b"400"),
    ),
    (
        "A4 a thousand headers",
        b"GET / HTTP/1.1\r\nHost: h\r\n"
        + b"".join(b"X%d: 1\r\n" % n for n in range(1000))
        + b"\r\n",
        (b"431", b"400"),
    ),
    (
        "A30 a token of a megabyte",
        b"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + b"a" * 1_000_000 + b"\r\n\r\n",
        (b"431", b"400"),
    ),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("door")) as (_, url):
        yield url


@pytest.mark.slow
@pytest.mark.parametrize(("row", "raw", "answers"), RAW, ids=[row for row, _, _ in RAW])
def test_what_the_server_itself_refuses(
    door: str, row: str, raw: bytes, answers: tuple[bytes, ...]
) -> None:
    with socket.create_connection(
        (urlsplit(door).hostname or "", urlsplit(door).port or 0), timeout=20
    ) as connection:
        try:
            connection.sendall(raw)
        except OSError:
            pass  # it has seen enough
        came = b""
        try:
            while piece := connection.recv(65536):
                came += piece
        except OSError:
            pass
    assert came.split(b" ", 2)[1] in answers, came[:200]
    assert came.count(b"HTTP/1.1 ") == 1, "no second request was read out of it"


@pytest.mark.slow
def test_a3_a_body_that_breaks_off_is_no_body(door: str) -> None:
    with socket.create_connection(
        (urlsplit(door).hostname or "", urlsplit(door).port or 0), timeout=20
    ) as connection:
        connection.sendall(HEAD + b"Content-Length: 9\r\n\r\n{}")
        connection.shutdown(socket.SHUT_WR)
        came = connection.makefile("rb").read()
    assert came.startswith(b"HTTP/1.1 400") and b"the body breaks off after 2 of 9 bytes" in came


SLOWLY = (
    b"Content-Le",
    b"Content-Length: 500\r\n\r\n{",
    b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
)
"""How far a slow client has come: its head, its body, a chunk of it."""


@pytest.mark.slow
def test_a26_a_hundred_and_twenty_slow_connections_hold_nobody_up(door: str) -> None:
    where = (urlsplit(door).hostname or "", urlsplit(door).port or 0)
    slow = [socket.create_connection(where, timeout=20) for _ in range(120)]
    try:
        for connection, broken_off in zip(slow, itertools.cycle(SLOWLY), strict=False):
            connection.sendall(HEAD + broken_off)
        with Gateway(door) as gateway:
            done = threading.Event()
            threading.Thread(target=lambda: (gateway.place(), done.set()), daemon=True).start()
            assert done.wait(10), "a normal request is answered meanwhile"
    finally:
        for connection in slow:
            connection.close()
