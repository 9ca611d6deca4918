"""Gateways that are slow, hasty, rude or no gateways at all, and what the client does not do."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from simulator.config import Config
from simulator.gateway import Result
from tests.gateway.raw import OK, PAUSE, TAKEN, Post, Raw, codes, one, two, with_client

LARGE = "x" * 8_000_000
Settings = Callable[..., Config]


@pytest.mark.slow
def test_a_gateway_that_sends_a_byte_now_and_then_has_no_more_time_than_others(
    settings_for: Settings,
) -> None:
    drips = PAUSE.join([OK + b"X-Slow: ", *[b"x"] * 100])
    with Raw([(drips, True)]) as server:
        result = with_client(settings_for(server.url, timeout="300ms"), one)
        server.wait_until_closed()
    assert result.error == "timeout: no complete answer in time"
    assert 300_000 <= result.took < 3_000_000


def test_a_gateway_that_reads_nothing_is_given_up_and_nothing_is_left(
    settings_for: Settings,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        config = settings_for(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout="200ms")
        result = with_client(config, lambda post: post(body=LARGE))
        assert result.error == "timeout: no complete answer in time"
        connection, _ = listener.accept()
        with connection:
            read = 0
            while piece := connection.recv(1 << 20):
                read += len(piece)
    assert 0 < read < len(LARGE)


def test_a_post_that_is_given_up_ends_its_connection(settings_for: Settings) -> None:
    async def work(post: Post) -> None:
        posting = asyncio.ensure_future(post())
        await asyncio.to_thread(server.wait_for_requests, 1)
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        await asyncio.to_thread(server.wait_until_closed)

    with Raw([(OK, False)]) as server:
        with_client(settings_for(server.url), work)


# ---- answers that come too early, or not at all


@pytest.mark.parametrize("closes", [False, True])
def test_an_answer_counts_that_comes_before_the_message_has_left(
    settings_for: Settings, closes: bool
) -> None:
    refused = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"

    async def work(post: Post) -> list[Result]:
        return [await post(body=LARGE), await post()]

    with Raw([(refused + PAUSE, closes), (TAKEN, False)], early=True) as server:
        assert codes(with_client(settings_for(server.url), work)) == [413, 204]
        assert server.connections == 2, "the rest of the message would be read as the next one"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "no answer: Connection reset by peer"),
        (b"HTTP/1.1 200 OK\r\nConte", "no answer: Connection reset by peer"),
        (
            OK + b"\r\nhalf",
            "the answer 200 broke off behind 4 bytes of its body: Connection reset by peer",
        ),
    ],
)
def test_an_answer_ends_with_its_connection_but_not_with_a_reset(
    settings_for: Settings, answer: bytes, error: str
) -> None:
    with Raw([(answer + PAUSE, True)], resets=True) as server:
        result = with_client(settings_for(server.url), one)
    assert (result.code, result.error) == (None, error)


def test_what_is_no_http_is_said_in_one_sentence(settings_for: Settings) -> None:
    with Raw([(b"\x00\xff not http at all\r\n\r\n", True)]) as server:
        result = with_client(settings_for(server.url), one)
    assert result.error.startswith("the answer is no HTTP: Expected HTTP/")
    assert result.findings == ()


# ---- what the client does not do


def test_redirects_are_not_followed_and_cookies_not_kept(settings_for: Settings) -> None:
    with Raw([(TAKEN, False)]) as other:
        elsewhere = f"HTTP/1.1 307 There\r\nLocation: {other.url}/\r\nSet-Cookie: a=b\r\n"
        answer = elsewhere.encode() + b"Content-Length: 0\r\n\r\n"
        with Raw([(answer, False), (TAKEN, False)]) as server:
            assert codes(with_client(settings_for(server.url), two)) == [307, 204]
        assert other.connections == 0
    assert b"ookie" not in server.received[1]


def test_a_header_that_would_end_its_line_is_not_sent(settings_for: Settings) -> None:
    with Raw([]) as server:
        headers = {"X-Request-ID": "a\r\nX-Injected: 1"}
        result = with_client(settings_for(server.url), lambda post: post(headers=headers))
        assert server.connections == 0
    assert (result.code, result.error) == (None, "X-Request-ID has a control character in it")


@pytest.mark.slow
def test_no_proxy_of_the_environment_is_used() -> None:
    posting = """
import asyncio, ssl, sys
from simulator.config import Targets
from simulator.gateway.outbound import Outbound

async def run():
    outbound = Outbound(Targets(anywhere=True), 1)
    answer = await outbound.request(
        "POST", sys.argv[1], headers={}, body="", tls=ssl.create_default_context(),
        timeout=9, connect_timeout=9, keep=1, most=1,
    )
    await outbound.close()
    assert answer.status == 204, answer

asyncio.run(run())
"""
    proxy = "http://127.0.0.1:9"
    environment = {**os.environ, "HTTP_PROXY": proxy, "http_proxy": proxy, "ALL_PROXY": proxy}
    with Raw([(TAKEN, False)]) as server:
        subprocess.run(
            [sys.executable, "-c", posting, server.url], env=environment, check=True, timeout=60
        )
        assert server.requests == 1
