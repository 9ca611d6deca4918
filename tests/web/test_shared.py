"""How a caller reached this server, as its Host header says."""

from __future__ import annotations

import pytest

from simulator.web.shared import base_url_of, status_of


@pytest.mark.parametrize(
    ("scheme", "host", "expected"),
    [
        ("http", "h", "http://h"),
        ("http", "H.Example:8080", "http://h.example:8080"),
        ("http", "h:80", "http://h"),
        ("http", "h:443", "http://h:443"),
        ("https", "h:443", "https://h"),
        ("http", "[::1]:8080", "http://[::1]:8080"),
        ("http", "10.0.0.1", "http://10.0.0.1"),
        ("http", None, "http://server:8080"),
        ("http", "", "http://"),
        ("http", "h:99999", "http://"),
        ("http", "h:0", "http://"),
        ("http", "h/evil", "http://"),
        ("http", "user@h", "http://"),
        ("http", "h\n", "http://"),
    ],
)
def test_the_url_of_this_server(scheme: str, host: str | None, expected: str) -> None:
    assert base_url_of(scheme, host, ("server", 8080)) == expected


def test_an_address_of_ipv6_is_bracketed() -> None:
    assert base_url_of("http", None, ("::1", 8080)) == "http://[::1]:8080"


@pytest.mark.parametrize(
    ("code", "expected"), [(202, "202 ACCEPTED"), (299, "299 UNKNOWN"), (418, "418 I'M A TEAPOT")]
)
def test_a_status_has_its_phrase(code: int, expected: str) -> None:
    assert status_of(code) == expected
