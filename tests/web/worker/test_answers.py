"""An answer's parts are those that werkzeug would send."""

from __future__ import annotations

import pytest

from simulator.model import Outgoing
from simulator.web.worker.answers import answer_bytes, parts_of
from simulator.web.wsgi import response_of

ANSWERS = [
    Outgoing(code=202),
    Outgoing(code=200, body={"a": "é"}),
    Outgoing(code=200, body=""),
    Outgoing(code=201, body={}, headers={"Location": "http://h/a b/é"}),
    Outgoing(code=201, headers={"Content-Location": "/é"}),
    Outgoing(code=400, body=[], headers={"content-type": "application/problem+json", "X": "y"}),
    Outgoing(code=405, headers={"Allow": "GET", "Content-Type": "text/plain"}),
    Outgoing(code=204, body={"a": 1}),
    Outgoing(code=304, body={"a": 1}, headers={"ETag": "x"}),
    Outgoing(code=418, body=None),
    Outgoing(code=299, body=1),
    Outgoing(code=599),
    Outgoing(code=200, body=1, headers={"Content-Length": "7"}),
]


@pytest.mark.parametrize("outgoing", ANSWERS, ids=str)
def test_the_parts_of_an_answer(outgoing: Outgoing) -> None:
    response = response_of(outgoing)
    expected = (response.status, list(response.get_wsgi_headers({})), response.get_data())
    assert parts_of(outgoing) == expected


@pytest.mark.parametrize(("method", "code"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_that_ends_with_its_head(method: str, code: int) -> None:
    outgoing = Outgoing(code=code, body={"a": 1})
    said = answer_bytes(outgoing, method=method, minor=1, keeps=True)
    assert said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("value", ["a\r\nB: c", "a\nB: c", "a\0", "\u20ac"])
def test_a_field_that_would_end_its_line(value: str) -> None:
    with pytest.raises(ValueError):
        answer_bytes(Outgoing(code=200, headers={"A": value}), method="GET", minor=1, keeps=True)
