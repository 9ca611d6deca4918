"""The faults of answers under another WSGI server: those that need no socket are played, of the
others the log tells.
"""

from __future__ import annotations

import logging

import pytest
from werkzeug.test import Client

from simulator.formats.reply_faults import FAULTS
from simulator.model import Outgoing, ReplyFault
from simulator.web.wsgi import application

BODY = {"id": 4101, "notes": "Rear entrance"}
TEXT = b'{"id":4101,"notes":"Rear entrance"}'


def client(word: str) -> Client:
    outgoing = Outgoing(code=201, body=BODY, fault=ReplyFault(word, 5))
    return Client(application(lambda incoming: outgoing, 1000))


def test_a_body_that_is_no_json() -> None:
    response = client("bad_json").get("/")
    assert response.data == TEXT[: len(TEXT) // 2]
    assert response.headers["Content-Length"] == str(len(TEXT) // 2)


def test_a_wrong_content_type() -> None:
    response = client("wrong_content_type").get("/")
    assert (response.content_type, response.data) == ("text/html; charset=utf-8", TEXT)


@pytest.mark.parametrize(
    "word", [word for word in FAULTS if word not in ("bad_json", "wrong_content_type")]
)
def test_what_needs_the_socket_is_answered_whole_and_logged(
    word: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="simulator.web")
    assert client(word).get("/orders").data == TEXT
    said = f"GET /orders: the fault {word} is not played here, only by `simulator serve`"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_an_answer_without_a_body_leaves_whole() -> None:
    outgoing = Outgoing(code=202, fault=ReplyFault("bad_json"))
    response = Client(application(lambda incoming: outgoing, 1000)).get("/")
    assert (response.status_code, response.data) == (202, b"")
