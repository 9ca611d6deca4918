"""Bad input and the right answer, row by row: each row has the number and the words of what may
come, whoever sends it.

A: what a gateway sends; B: scenario files; C: templates; D: settings; E: the admin API. What needs
a real web server is marked slow.
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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from simulator import config
from simulator.base.errors import Invalid
from simulator.cli.serve import warn
from simulator.config import Config
from simulator.web import Embedded
from tests.cli.test_processes import serving
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.scenario.test_scenario_file import STEPS, problems


def amended(members: dict[str, Any]) -> bytes:
    """An order document with some members changed."""
    return json.dumps({**Gateway("").provide(), **members}).encode()


# ---- A: the supplier API


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
    assert message.startswith("date_range: requestedCompletionDate:")


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


# ---- A, at the door of the real server

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


# ---- B: scenario files

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
B: list[tuple[str, str, str]] = [
    (
        "B1 a tag that would run something",
        "scenario: !!python/object/apply:os.system [ls]",
        "x.yaml:1:11: the tag",
    ),
    ("B2 an alias bomb", BOMB, "aliases expand to more than"),
    ("B3 an anchor that holds itself", "a: &a [*a]", "an anchor that holds itself"),
    ("B4 twenty thousand brackets", "x: " + "[" * 20_000, "nested deeper than 32 levels"),
    ("B5 two megabytes", "scenario: X\nabout: " + "x" * 2_000_000, "more than 262144 bytes"),
    (
        "B6 a key twice",
        "scenario: X\nreply: accept\nreply: reject",
        "x.yaml:3:1: the key `reply` occurs twice: first on line 2",
    ),
    ("B8 tabs", "scenario: X\n\treply: accept", "x.yaml:2:1: not YAML"),
    ("B8 a BOM", "\ufeffscenario: [", "not YAML"),
    ("B8 two documents", "a: 1\n---\nb: 2", "x.yaml:2:1: a second document"),
    ("B8 nothing", "", "the file is empty"),
    ("B8 binary", "\x00\x01\x02", "x.yaml:1:1: not YAML: the character '\\x00' is not allowed"),
    (
        "B8 a character that is none",
        "scenario: X\nabout: ü\x07",
        "x.yaml:2:9: not YAML: the character '\\x07' is not allowed",
    ),
    ("B9 an unknown key", "scenario: X\nreply: {dealy: 5s}", "did you mean `delay`?"),
    ("B10 a negative time", STEPS + "{after: -5s, send: COMMITTED}", "never negative"),
    ("B10 not a number", STEPS + "{after: .nan, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 infinity", STEPS + "{after: .inf, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 an absurd length", STEPS + "{after: 1e30s, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 parsecs", STEPS + "{after: 5 parsecs, send: COMMITTED}", "is not a duration"),
    ("B10 999 years", STEPS + "{after: P999Y, send: COMMITTED}", "x.yaml:4:13"),
    ("B12 a loop", "scenario: X\nreply: acknowledge\ntimeline:\n  - {repeat: 5}", "repeat"),
    (
        "B15 a pattern that RE2 cannot compile",
        "scenario: X\nwhen: {notes: {matches: '(a)\\1'}}",
        "not a linear-time regular expression",
    ),
    ("B17 another file", "scenario: X\ninclude: ../../etc/passwd", "unknown key `include`"),
    (
        "B20 an event that the contract has not",
        STEPS + "{after: 1s, send: CANCELED}",
        "did you mean `CANCELLED`?",
    ),
    (
        "B20 an event that is not possible then",
        STEPS + "{after: 1s, send: ACKNOWLEDGED}",
        "not possible in ACKNOWLEDGED",
    ),
]


@pytest.mark.parametrize(("row", "text", "said"), B, ids=[row for row, _, _ in B])
def test_a_scenario_file(row: str, text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found
    assert all(len(problem) < 500 for problem in found)


def test_b7_words_that_yaml_takes_for_something_else_stay_what_they_are() -> None:
    from tests.scenario.test_scenario_file import read

    scenario = read("scenario: X\nabout: NO\nwhen: {country: NO, at: 12:30:00, id: 010, ver: 1.10}")
    assert scenario.about == "NO"
    assert [condition.value for condition in scenario.when] == ["NO", "12:30:00", "010", 1.1], (
        "no booleans, no base sixty, no octals"
    )


def test_b14_two_scenarios_for_one_order_are_chosen_between_and_it_is_said(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from simulator.cli import main

    for name, when in (("ONE", "{operation: provide}"), ("TWO", "{operation: provide}")):
        (tmp_path / f"{name.lower()}.yaml").write_text(
            f"scenario: {name}\nwhen: {when}\nreply: accept\n"
        )
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 0 and "two.yaml:2:7: when: a request may fit ONE" in result.output, (
        result.output
    )


def test_b21_a_file_that_changes_changes_no_order_that_plays(gateway: Gateway) -> None:
    text = "scenario: CHANGING\nreply: acknowledge\ntimeline:\n  - {after: 10s, send: %s}\n"
    gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=text % "COMMITTED"
    ).raise_for_status()
    first = gateway.place("CHANGING")
    half = gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=(text % "COMMITTED")[:-9]
    )
    assert half.status_code == 422, "half a file is refused, the whole one stays"
    gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=text % "UPDATE"
    ).raise_for_status()
    second = gateway.place("CHANGING")
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/CHANGING")
    assert [gateway.kcis(order)[0]["send"] for order in (first, second)] == ["COMMITTED", "UPDATE"]


# ---- C: templates

STORY = """
scenario: {name}
reply: acknowledge
timeline:
  - {{after: 1s, send: WARNING, with: {{text: "{text}"}}}}
"""
WITH = STEPS + "{{after: 1s, send: WARNING, with: {{text: '{}'}}}}"
C: list[tuple[str, str]] = [
    ("C1 attributes of Python", "{{ order.__class__.__mro__ }}"),
    ("C1 globals", "{{ cycler.__init__.__globals__ }}"),
    ("C2 a gigabyte", '{{ "a" * 1000000000 }}'),
    ("C2 a format of a gigabyte", '{{ "%1000000000d" % 1 }}'),
    ("C2 center", '{{ "a" | center(1000000000) }}'),
    ("C2 powers", "{{ 9 ** 999999 }}"),
    ("C3 a loop", "{% for a in range(99999) %}x{% endfor %}"),
    ("C3 a comment", "{# hidden #}"),
    ("C3 a raw block", "{% raw %}x{% endraw %}"),
    ("C3 a call", "{{ range(9) }}"),
    ("C3 too long", "{{ now }}" + "x" * 5000),
    ("C4 an unknown name", "{{ nobody }}"),
    ("C7 the environment", "{{ env.SECRET }}"),
    ("C7 the settings", "{{ config.oauth.client_secret }}"),
    ("C7 a file", '{{ file("/etc/passwd") }}'),
]


@pytest.mark.parametrize(("row", "text"), C, ids=[row for row, _ in C])
def test_a_template(row: str, text: str) -> None:
    found = problems(WITH.format(text.replace("'", "''")))
    assert found and all(problem.startswith("x.yaml:4:") for problem in found), found


def test_c4_what_only_shows_when_it_runs_parks_its_order(gateway: Gateway) -> None:
    text = STORY.format(name="ODD", text="{{ order.document.none }}")
    gateway.http.put(f"{gateway.url}/__admin/scenarios/ODD", data=text).raise_for_status()
    order = gateway.place("ODD")
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/ODD")
    kcis = gateway.admin("GET", f"/kcis?order={gateway.order(order)['id']}")["items"]
    assert [(kci["state"], kci["sequence"]) for kci in kcis] == [
        ("dead", None)
    ] and gateway.received() == []


@pytest.mark.parametrize("notes", ["{{ now }}", "${now}", 'a "quoted"\nline', "{% raw %}"])
def test_c5_and_c6_what_came_in_an_order_is_data(gateway: Gateway, notes: str) -> None:
    text = STORY.format(name="ECHO", text="{{ order.document.extra }}")
    gateway.http.put(f"{gateway.url}/__admin/scenarios/ECHO", data=text).raise_for_status()
    gateway.place("ECHO", extra=notes)
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/ECHO")
    assert json.dumps(notes) in json.dumps(gateway.received()[0]["body"])


def test_c9_chance_and_time_are_the_orders_own(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    step = '{after: 1s, send: WARNING, with: {text: "{{ fake.name }} {{ now }}"}}'
    folder = scenario_folder(CHANCE=f"reply: acknowledge\ntimeline:\n  - {step}\n")
    suppliers = [{"name": "default", "path": "/", "scenarios": folder}]
    with (
        Embedded(make_config(suppliers=suppliers, seed="s")) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.admin("PUT", "/clock", {"mode": "manual", "now": "2040-01-01T00:00:00Z"})
        gateway.place("CHANCE")
        gateway.advance()
        assert "2040-01-01" in json.dumps(gateway.received()[0]["body"])


# ---- D: settings

D: list[tuple[str, str, str]] = [
    ("D1 an unknown key", "servr: {}", "c.yaml:1:1: unknown key `servr` (did you mean `server`?)"),
    ("D1 a port beyond", "server: {port: 70000}", "server.port: must be 0 to 65535"),
    ("D1 a port that is none", "server: {port: 80a}", "server.port: must be an integer"),
    ("D1 a negative limit", "server: {max_body: -1}", "server.max_body: must be"),
    ("D2 ftp", "gateway: {url: 'ftp://x'}", "must be an absolute http:// or https:// URL"),
    ("D2 credentials in the URL", "gateway: {url: 'http://u:p@x'}", "must have no credentials"),
    (
        "D2 a fragment",
        "gateway: {url: 'http://x/#a'}",
        "must have no credentials, query or fragment",
    ),
    ("D2 spaces", "gateway: {url: 'http://x y'}", "must be an absolute"),
    ("D2 a homograph", "gateway: {url: 'http://gаteway.test'}", "must name its host in ASCII"),
    (
        "D3 a lease that is too short",
        "server: {}\ndelivery: {lease: 14s}",
        "c.yaml:2:19: delivery.lease must be at least delivery.timeout + 5s",
    ),
    ("D5 no such file", "gateway: {auth: {client_secret: {file: /none/secret}}}", "cannot be read"),
    ("D5 a folder", "gateway: {auth: {client_secret: {file: /tmp}}}", "cannot be read"),
    (
        "D5 an endless file",
        "gateway: {auth: {client_secret: {file: /dev/zero}}}",
        "it is a device, not a regular file",
    ),
    (
        "D5 an empty device",
        "gateway: {auth: {client_secret: {file: /dev/null}}}",
        "it is a device, not a regular file",
    ),
    (
        "D5 certificates",
        "gateway: {tls: {certificate: /none.pem}}",
        "c.yaml:1:30: gateway.tls.certificate: /none.pem cannot be used",
    ),
    (
        "D10 a variable",
        "gateway: {auth: {client_secret: '${SECRET}'}}",
        "variables are not filled in here (SECRET)",
    ),
]


@pytest.mark.parametrize(("row", "text", "said"), D, ids=[row for row, _, _ in D])
def test_a_setting(tmp_path: Path, row: str, text: str, said: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(Invalid) as caught:
        config.load(path, environment={})
    assert any(said in str(problem) for problem in caught.value.problems), caught.value


def test_d1_all_problems_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("server: {port: 80a, thread: 1}\nclock: {rate: fast}\n")
    with pytest.raises(Invalid) as caught:
        config.load(path, environment={})
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [
        (1, 16),
        (1, 21),
        (2, 15),
    ]


def test_d2_d4_d5_what_others_can_read_is_remarked_on(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o644)
    path = tmp_path / "c.yaml"
    path.write_text(
        f"gateway: {{url: 'http://gateway:8080', auth: {{client_secret: {{file: {secret}}}}}}}\n"
        "admin: {token: t0ken}\n"
    )
    loaded = config.load(path, environment={})
    assert loaded.suppliers[0].gateway.auth.client_secret == "s3cret", "without the newline"
    readable = "is not encrypted: our credentials (oauth2) can be read on the way"
    assert loaded.advice == (
        f"gateway.auth.client_secret: others can read the file {secret}: chmod 600",
        f"admin.token: a secret stands in {path}: better {{file: PATH}}, or the environment",
        f"suppliers: default: http://gateway:8080 {readable}",
    )
    assert "t0ken" not in str(loaded.advice)
    secret.chmod(0o600)
    path.write_text(f"gateway: {{auth: {{client_secret: {{file: {secret}}}}}}}\n")
    assert config.load(path, environment={}).advice == ()


def test_d6_an_open_admin_api_that_others_can_reach_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for host, token, warned in (
        ("0.0.0.0", None, True),
        ("::", None, True),
        ("0.0.0.0", "t", False),
        ("127.0.0.1", None, False),
    ):
        caplog.clear()
        warn(
            config.load(
                environment={}, overrides={"server": {"host": host}, "admin": {"token": token}}
            )
        )
        assert ("set admin.token" in caplog.text) == warned


# ---- E: the admin API


@dataclass(frozen=True)
class Asked:
    """A request to the admin API and its status."""

    method: str
    path: str
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


E: list[tuple[str, Asked]] = [
    (
        "E2 a page of another origin",
        Asked("POST", "/reset", 403, {}, (("Origin", "http://evil.test"),)),
    ),
    (
        "E2 a form of such a page",
        Asked(
            "POST",
            "/pins",
            403,
            b"{}",
            (("Origin", "http://evil.test"), ("Content-Type", "text/plain")),
        ),
    ),
    ("E2 not JSON", Asked("POST", "/pins", 415, b"{}", (("Content-Type", "text/plain"),))),
    ("E2 a name that was bound anew", Asked("GET", "/orders", 403, None, (("Host", "evil.test"),))),
    (
        "E2 the same with its own origin",
        Asked("POST", "/reset", 403, {}, (("Host", "evil.test"), ("Origin", "http://evil.test"))),
    ),
    ("E3 a path for a name", Asked("PUT", "/scenarios/..%2Fx.yaml", 404, b"scenario: X\n")),
    ("E3 an absolute path", Asked("PUT", "/scenarios/%2Fetc%2Fcron.d%2Fx", 404, b"scenario: X\n")),
    ("E3 another name", Asked("PUT", "/scenarios/CON", 422, b"scenario: X\nreply: accept\n")),
    (
        "E3 300 characters",
        Asked(
            "PUT", "/scenarios/" + "X" * 300, 422, b"scenario: " + b"X" * 300 + b"\nreply: accept\n"
        ),
    ),
    ("E3 a NUL", Asked("PUT", "/scenarios/A%00B", 400, b"scenario: X\n")),
    (
        "E4 a zip",
        Asked("PUT", "/scenarios/X", 415, b"PK\x03\x04", (("Content-Type", "application/zip"),)),
    ),
    ("E5 an unknown KCI", Asked("POST", "/kcis/nobody/resend", 404)),
    ("E7 back in time", Asked("POST", "/clock/advance", 400, {"by": "-1h"})),
    ("E7 a billion seconds", Asked("POST", "/clock/advance", 400, {"by": "PT1e9S"})),
    ("E7 two hundred years", Asked("POST", "/clock/advance", 400, {"by": "73000d"})),
    ("E7 soon", Asked("POST", "/clock/advance", 400, {"by": "soon"})),
]


@pytest.mark.parametrize(("row", "asked"), E, ids=[row for row, _ in E])
def test_the_admin_api(gateway: Gateway, row: str, asked: Asked) -> None:
    body = (
        asked.body
        if isinstance(asked.body, bytes)
        else json.dumps(asked.body)
        if asked.body is not None
        else None
    )
    headers = {
        "Content-Type": "application/json"
        if not isinstance(asked.body, bytes)
        else "application/yaml",
        **dict(asked.headers),
    }
    response = gateway.http.request(
        asked.method, f"{gateway.url}/__admin{asked.path}", data=body, headers=headers, timeout=30
    )
    assert response.status_code == asked.status, response.text
    assert (
        response.headers["Content-Type"] == "application/problem+json"
        and "Access-Control-Allow-Origin" not in response.headers
    )
    assert response.json()["code"] and "Traceback" not in response.text


def test_e1_tokens_of_the_admin_api(make_config: Callable[..., Config]) -> None:
    with (
        Embedded(make_config(admin={"token": "right"})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        codes = []
        for given in ("", "Bearer wrong", "Basic right", "Bearer right"):
            headers = {"Authorization": given} if given else {}
            codes.append(
                gateway.http.get(
                    f"{gateway.url}/__admin/orders", headers=headers, timeout=30
                ).status_code
            )
    assert codes == [401, 401, 401, 200]


def test_e5_e6_acts_that_cannot_be_and_a_skip_in_the_middle(gateway: Gateway) -> None:
    order = gateway.place("ORDER_DELAYED")
    gateway.advance("31s")
    kcis = gateway.admin("GET", f"/kcis?order={gateway.order(order)['id']}")["items"]
    delivered, middle = kcis[0]["id"], kcis[2]["id"]
    assert gateway.admin("POST", f"/kcis/{delivered}/withdraw", code=409)["code"] == "conflict"
    assert gateway.admin("POST", f"/kcis/{middle}/withdraw")["state"] == "withdrawn"
    assert gateway.admin("POST", f"/kcis/{middle}/withdraw", code=409)["code"] == "conflict"


def test_e10_markup_in_an_id_is_text(gateway: Gateway) -> None:
    order = gateway.place(tenant="<script>alert(1)</script>", **{"id": 4711})
    response = gateway.http.get(f"{gateway.url}/__admin/orders?ref={order['id']}", timeout=30)
    assert response.headers["Content-Type"] == "application/json"


def test_e11_a_reset_while_messages_leave_breaks_nothing(gateway: Gateway) -> None:
    for _ in range(20):
        gateway.place()
    gateway.admin("POST", "/clock/advance", {"by": "42d", "settle": False})
    gateway.admin("POST", "/reset")
    assert gateway.admin("GET", "/orders")["items"] == []
    order = gateway.place()
    gateway.advance()
    assert gateway.order(order)["status"] == "COMPLETED"


ROWS = {
    "A": (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 19, 21, 23, 24, 26, 29, 30),
    "B": (*range(1, 11), 12, 14, 15, 17, 20, 21),
    "C": (1, 2, 3, 4, 5, 6, 7, 9),
    "D": (1, 2, 3, 4, 5, 6, 8, 10),
    "E": (1, 2, 3, 4, 5, 6, 7, 10, 11),
}
ELSEWHERE = {
    "D8": "test_a_second_one_on_the_same_store_or_port_is_refused_in_one_line",
}


def test_every_row_is_here() -> None:
    here = Path(__file__).read_text()
    others = "".join(
        path.read_text()
        for path in Path(__file__).parent.parent.rglob("test_*.py")
        if path.name != Path(__file__).name
    )
    named = {
        name
        for row in [row for row, *_ in (*A, *RAW, *B, *C, *D, *E)]
        for name in [row.split(" ")[0]]
    }
    for letter, numbers in ROWS.items():
        for number in numbers:
            name = f"{letter}{number}"
            found = (
                name in named
                or f"_{name.lower()}_" in here
                or f"def {ELSEWHERE.get(name, '?')}" in others
            )
            assert found, f"no test names {name}"
