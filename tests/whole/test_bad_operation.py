"""Bad input from those who run a simulator, row by row: settings (D) and the admin API (E)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.base.errors import Invalid
from simulator.cli.serve import warn
from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway

D: list[tuple[str, str, str]] = [
    ("D1 an unknown key", "servr: {}", "c.yaml:1:1: unknown key `servr` (did you mean `server`?)"),
    ("D1 a port beyond", "server: {port: 70000}", "server.port: must be 0 to 65535"),
    ("D1 a port that is none", "server: {port: 80a}", "server.port: must be an integer"),
    ("D1 a negative limit", "server: {max_body: -1}", "server.max_body: must be"),
    ("D2 ftp", "gateway: {url: 'ftp://x'}", "must be an absolute http:// or https:// URL"),
    ("D2 credentials in the URL", "gateway: {url: 'http://u:p@x'}", "must have no credentials"),
    ("D2 a password alone", "gateway: {url: 'http://:p@x'}", "must have no credentials"),
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
