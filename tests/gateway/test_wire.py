"""Requests as bytes: what is in them, and what never gets into them."""

from __future__ import annotations

import ssl

import pytest

from simulator import __version__
from simulator.gateway.wire import Site, request_bytes, site_of

SITE = site_of("http://gateway.example")
OURS = f"User-Agent: supplier-simulator/{__version__}\r\nAccept: */*\r\nAccept-Encoding: identity"


def first_line(path: str, site: Site = SITE) -> str:
    return request_bytes("POST", site, path, {}, "").partition(b"\r\n")[0].decode()


def test_a_request_says_what_a_message_says_and_little_more() -> None:
    headers = {"X-Request-ID": "r-1", "Content-Type": "application/json", "X-Empty": ""}
    expected = (
        f"PUT /kcis HTTP/1.1\r\nHost: gateway.example\r\n{OURS}\r\n"
        "X-Request-ID: r-1\r\nContent-Type: application/json\r\nX-Empty: \r\n"
        'Content-Length: 4\r\n\r\n"\u00e9"'
    )
    assert request_bytes("PUT", SITE, "/kcis", headers, '"\u00e9"') == expected.encode()


@pytest.mark.parametrize(
    ("url", "host", "port", "named"),
    [
        ("http://gateway.example", "gateway.example", 80, "gateway.example"),
        ("http://gateway.example:80", "gateway.example", 80, "gateway.example"),
        ("https://gateway.example:443/", "gateway.example", 443, "gateway.example"),
        ("https://gateway.example:80", "gateway.example", 80, "gateway.example:80"),
        ("http://GateWay.Example.:8080/x", "gateway.example.", 8080, "gateway.example:8080"),
        ("http://[::1]:8080", "::1", 8080, "[::1]:8080"),
        ("http://[fd00::1]", "fd00::1", 80, "[fd00::1]"),
        ("http://user:secret@gateway.example", "gateway.example", 80, "gateway.example"),
    ],
)
def test_a_url_says_where_to_connect_and_what_to_call_it(
    url: str, host: str, port: int, named: str
) -> None:
    site = site_of(url)
    context = ssl.create_default_context()
    assert site.place(context) == (host, port, context if url.startswith("https") else None)
    assert site.named == named
    assert b"secret" not in request_bytes("POST", site, "/kcis", {}, "")


@pytest.mark.parametrize(
    "url", ["ftp://gateway.example", "http:///x", "gateway", "http://[::1", "http://h:99999"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        site_of(url)


@pytest.mark.parametrize(
    ("url", "path", "line"),
    [
        ("http://h", "/kcis", "POST /kcis HTTP/1.1"),
        ("http://h", "", "POST / HTTP/1.1"),
        ("http://h/base", "/kcis", "POST /base/kcis HTTP/1.1"),
        ("http://h/b%20c", "/%2F", "POST /b%20c/%2F HTTP/1.1"),
        ("http://h//b", "//c", "POST //b//c HTTP/1.1"),
        ("http://h", "/a b", "POST /a%20b HTTP/1.1"),
        ("http://h/\u00e9", "/\u20ac", "POST /%C3%A9/%E2%82%AC HTTP/1.1"),
        ("http://h", "/50%", "POST /50%25 HTTP/1.1"),
        ("http://h", "/?a=b&c=\u00e9", "POST /?a=b&c=%C3%A9 HTTP/1.1"),
        ("http://h", "/a;b=c,d@e:f!$&'()*+~", "POST /a;b=c,d@e:f!$&'()*+~ HTTP/1.1"),
        ("http://h", '/|^`{}[]<>"\\#', "POST /%7C%5E%60%7B%7D%5B%5D%3C%3E%22%5C%23 HTTP/1.1"),
    ],
)
def test_a_path_is_quoted_once(url: str, path: str, line: str) -> None:
    assert first_line(path, site_of(url)) == line


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\r", "\x00", "\x7f", "\x1b"])
def test_a_control_character_is_refused_wherever_it_stands(bad: str) -> None:
    secret = f"Bearer s3cret{bad}X-Injected: 1"
    for path, headers in (
        (f"/kcis{bad}X: 1", {}),
        ("/kcis", {"Authorization": secret}),
        ("/kcis", {f"X-A{bad}X-Injected": "1"}),
    ):
        with pytest.raises(ValueError, match=r"control character|cannot have") as told:
            request_bytes("POST", SITE, path, headers, "{}")
        assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "name", ["", "X A", "X:A", "\u00e9", "Host", "content-LENGTH", "Connection"]
)
def test_a_message_cannot_say_what_only_the_client_says(name: str) -> None:
    with pytest.raises(ValueError, match="a message cannot have the header"):
        request_bytes("POST", SITE, "/kcis", {name: "1"}, "")


def test_a_tab_and_letters_of_any_language_may_stand_in_a_header() -> None:
    sent = request_bytes("POST", SITE, "/kcis", {"X-A": "a\tb \u20ac"}, "")
    assert b"\r\nX-A: a\tb \xe2\x82\xac\r\n" in sent
