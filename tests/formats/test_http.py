"""Which headers and which bodies an HTTP answer may have."""

from __future__ import annotations

import pytest

from simulator.formats.http import LONGEST_VALUE, has_no_body, header_problem, whole_number


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Note", "plain"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Set-Cookie", "a=b"),
        ("X-Note", ""),
        ("X-Note", "tab\tand \xe9"),
        ("x~!#$%&'*+.^_`|", "v" * LONGEST_VALUE),
    ],
)
def test_an_answer_may_have_these_headers(name: str, value: str) -> None:
    assert header_problem(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("X-Note", "a\r\nSet-Cookie: b", r"the value of X-Note has the control character '\r'"),
        ("X-Note", "a\nb", r"'\n'"),
        ("X-Note", "a\x00", r"'\x00'"),
        ("X-Note", "a\x7f", r"'\x7f'"),
        ("X-Note", "price: \u20ac", r"the value of X-Note has '\u20ac': a header is Latin-1"),
        ("X-Note", "v" * (LONGEST_VALUE + 1), "8001 characters, at most 8000"),
        ("X Note", "", "'X Note' is not the name of an HTTP header"),
        ("X-Note:", "", "is not the name"),
        ("X-Note\n", "", r"'X-Note\n' is not the name"),
        ("", "", "'' is not the name"),
        ("\xdcber", "", "is not the name"),
        ("Content-Length", "3", "the server sets Content-Length itself, an answer cannot"),
        ("transfer-encoding", "chunked", "the server sets transfer-encoding itself"),
        ("HOST", "", "the server sets HOST itself"),
        ("Connection", "close", "the server sets Connection itself"),
        ("Keep-Alive", "timeout=1", "the server sets Keep-Alive itself"),
        ("Upgrade", "h2c", "the server sets Upgrade itself"),
        ("TE", "gzip", "the server sets TE itself"),
        ("Trailer", "X-Sum", "the server sets Trailer itself"),
    ],
)
def test_an_answer_cannot_have_these_headers(name: str, value: str, said: str) -> None:
    assert said in header_problem(name, value)


@pytest.mark.parametrize("status", [100, 101, 204, 304])
def test_no_body_goes_with_these_statuses(status: int) -> None:
    assert has_no_body(status)


@pytest.mark.parametrize("status", [200, 201, 202, 205, 301, 400, 409, 500, 503])
def test_a_body_may_go_with_these_statuses(status: int) -> None:
    assert not has_no_body(status)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 17, 10**17 - 1)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "\xb2", "\u0663", "1\n", "9" * 18])
def test_what_is_no_whole_number_in_ascii_is_none(text: str) -> None:
    assert whole_number(text) is None
