"""Who may ask what is the operator's: hosts, origins, content types, and the admin token."""

from __future__ import annotations

import pytest

from simulator.front import AdminGuard
from simulator.model import Incoming

HOST = "127.0.0.1:8080"
OURS = f"http://{HOST}"
EVIL = "http://evil.test"
YAML = "text/yaml; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


def asked(
    method: str = "GET", path: str = "/__admin/orders", body: bytes = b"", **headers: str
) -> Incoming:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Incoming(method=method, path=path, body=body, headers={"host": HOST, **given})


def code(incoming: Incoming, token: str | None = None, host: str = "127.0.0.1") -> str:
    """The code of the problem, empty when the request may be answered."""
    refused = AdminGuard(token, host).check(incoming)
    return "" if refused is None else refused.body["code"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, ""),
        ({"sec_fetch_site": "same-origin"}, ""),
        ({"sec_fetch_site": "none"}, ""),
        ({"sec_fetch_site": "cross-site"}, "foreign_origin"),
        ({"sec_fetch_site": "same-site"}, "foreign_origin"),
        ({"sec_fetch_site": "same-site", "origin": OURS}, "foreign_origin"),
        ({"sec_fetch_site": "same-origin", "origin": EVIL}, ""),
        ({"origin": OURS}, ""),
        ({"origin": OURS.upper()}, ""),
        ({"origin": EVIL}, "foreign_origin"),
        ({"origin": "http://127.0.0.1:3000"}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"origin": "http://["}, "foreign_origin"),
        ({"referer": f"{OURS}/console"}, ""),
        ({"referer": f"{EVIL}/page"}, "foreign_origin"),
        ({"referer": EVIL, "origin": OURS}, ""),
    ],
)
def test_what_changes_something_comes_from_no_page_of_another_origin(
    method: str, headers: dict[str, str], expected: str
) -> None:
    assert code(asked(method, **headers)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, ""),
        ({"sec_fetch_site": "cross-site"}, ""),  # a link, or a bookmark
        ({"referer": EVIL}, ""),
        ({"origin": OURS}, ""),
        ({"origin": EVIL}, "foreign_origin"),
    ],
)
def test_what_only_looks_may_come_by_a_link(headers: dict[str, str], expected: str) -> None:
    assert code(asked("GET", **headers)) == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "", ""),
        (b"", "application/json", ""),
        (b"{}", "application/json", ""),
        (b"{}", "application/json; charset=utf-8", ""),
        (b"a: 1", YAML, ""),
        (b"a: 1", "application/yaml", ""),
        (b"", FORM, "unsupported_media"),
        (b"a=1", FORM, "unsupported_media"),
        (b"a=1", "multipart/form-data; boundary=x", "unsupported_media"),
        (b"{}", "text/plain", "unsupported_media"),
        (b"", "text/plain", "unsupported_media"),
        (b"{}", "", "unsupported_media"),
        (b"{}", "text/plain; application/json", "unsupported_media"),
    ],
)
def test_a_post_that_any_form_could_send_is_refused(body: bytes, kind: str, expected: str) -> None:
    headers = {"content_type": kind} if kind else {}
    assert code(asked("POST", body=body, **headers)) == expected
    assert code(asked("POST", body=body, origin=OURS, **headers)) == "", "it tells its origin"
    assert code(asked("PUT", body=body, **headers)) == "", "a browser asks before a PUT"
    proven = asked("POST", body=body, authorization="Bearer t0ken", **headers)
    assert code(proven, token="t0ken") == "", "no page knows the token"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8080", ""),
        ("localhost", ""),
        ("[::1]:8080", ""),
        ("[::1]", ""),
        ("simulator.localhost:80", ""),
        ("192.0.2.7:8080", "foreign_host"),
        ("evil.test", "foreign_host"),
        ("127.0.0.1.evil.test", "foreign_host"),
        ("", "foreign_host"),
        ("[", "foreign_host"),
    ],
)
def test_a_server_on_loopback_answers_for_loopback_names(host: str, expected: str) -> None:
    incoming = Incoming(method="GET", path="/__admin/orders", headers={"host": host})
    assert code(incoming) == expected
    assert code(incoming, host="0.0.0.0") == ""


@pytest.mark.parametrize(
    ("given", "expected"),
    [("Bearer t0ken", ""), ("Bearer wrong", "unauthorised"), ("t0ken", "unauthorised")],
)
def test_a_token_is_wanted_where_one_is_set(given: str, expected: str) -> None:
    assert code(asked(authorization=given), token="t0ken") == expected
    assert code(asked(), token="t0ken") == "unauthorised"
    guard = AdminGuard("t0ken", "127.0.0.1")
    assert guard.check(asked(), is_open=True) is None


@pytest.mark.parametrize("query", ["a=%00", "%00", "a=\0"])
def test_a_nul_is_refused_before_the_store_sees_it(query: str) -> None:
    incoming = Incoming(method="GET", path="/", query=query, headers={"host": HOST})
    assert code(incoming) == "malformed"
