"""What runs on threads beside the loop, and how the loop ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulator.base import instants
from simulator.web.worker import Loop
from tests.running import until
from tests.web.worker.serving import QUICK, Client, is_served, looping

GET = b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: h\r\n"
Address = tuple[str, int]


# ---- the application beside the loop


def test_a_stream_comes_as_it_is_made() -> None:
    goes_on = threading.Event()

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b"one"
        assert goes_on.wait(20)
        yield b"two"

    with looping(app=app) as (_, address), Client(address) as client:
        client.send(GET % b"beside")
        while client.file.readline() != b"\r\n":
            pass
        assert client.file.readline() + client.file.readline() == b"3\r\none\r\n"
        assert is_served(address)
        goes_on.set()
        assert client.file.read(13) == b"3\r\ntwo\r\n0\r\n\r\n"
        assert client.send(GET % b"a").answer().code == 200


@pytest.mark.parametrize("is_begun", [False, True])
def test_an_application_that_fails_ends_its_connection(is_begun: bool) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        if is_begun:
            start_response("200 OK", [])
            yield b"begun"
        raise RuntimeError

    with looping(app=app) as (_, address), Client(address) as client:
        came = client.send(GET % b"beside").rest()
        assert came.startswith(b"HTTP/1.1 200" if is_begun else b"HTTP/1.1 500")
        assert not is_begun or came.endswith(b"5\r\nbegun\r\n"), "nobody takes it for whole"


def test_the_environment_of_the_application() -> None:
    seen: dict[str, Any] = {}

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("204 NO CONTENT", [])
        return []

    with looping(app=app) as (_, address), Client(address) as client:
        client.send(
            b"PUT /beside/%C3%A9?q HTTP/1.1\r\nHost: h\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}"
        )
        assert client.answer().code == 204
    expected = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/beside/Ã©",
        "QUERY_STRING": "q",
        "CONTENT_LENGTH": "2",
        "HTTP_X_A": "b",
        "SERVER_PORT": str(address[1]),
        "wsgi.url_scheme": "http",
        "body": b"{}",
    }
    assert {name: seen[name] for name in expected} == expected


# ---- the end


def stopped(loop: Loop) -> None:
    """Ask a loop to stop, and wait until it has heard."""
    loop.stop()
    until(lambda: loop.is_stopping)


@pytest.mark.slow
def test_a_stop_closes_what_is_idle_and_answers_what_is_in_flight() -> None:
    ended = threading.Event()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        assert ended.wait(20)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"over"]

    with looping(app=app, end=ended.set) as (loop, address):
        clients = [Client(address) for _ in range(3)]
        idle, delayed, polling = clients
        idle.send(GET % b"a").answer()
        delayed.send(GET % b"delay/300")
        polling.send(GET % b"beside")
        until(lambda: loop.timers and loop.away)
        stopped(loop)
        assert idle.rest() == b""
        assert polling.answer().body == b"over"
        assert delayed.answer()["connection"] == "close"
        for one in clients:
            one.__exit__()


def test_a_stop_does_not_wait_for_ever() -> None:
    with looping(limits=replace(QUICK, grace=instants.SECOND // 10)) as (loop, address):
        with Client(address) as client:
            client.send(GET % b"delay/20000")
            until(lambda: loop.timers)
            loop.stop()
            assert client.rest() == b""


def test_a_loop_has_a_heartbeat_from_the_beginning() -> None:
    beats: list[int] = []
    with looping(heartbeat=lambda: beats.append(1)):
        until(lambda: beats)
