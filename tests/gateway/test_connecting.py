"""How a connection is made: names, one address after another, and how long it may take."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from simulator.config import Config
from simulator.gateway import Result
from simulator.gateway.names import Names
from tests.gateway.raw import TAKEN, Post, Raw, codes, names, one, with_client

Settings = Callable[..., Config]


@pytest.mark.parametrize("first", ["127.0.0.2", "::1"])
def test_the_next_address_is_tried_when_the_first_takes_no_connection(
    settings_for: Settings, first: str
) -> None:
    with Raw([(TAKEN, False)]) as server:
        config = settings_for(f"http://both.test:{server.port}")
        result = with_client(config, one, names([first, "127.0.0.1"]))
    assert result.code == 204


def test_the_next_address_is_tried_when_the_first_does_not_answer(settings_for: Settings) -> None:
    with Raw([(TAKEN, False)]) as server, full("127.0.0.2", server.port):
        config = settings_for(f"http://both.test:{server.port}", connect_timeout="5s")
        result = with_client(config, one, names(["127.0.0.2", "127.0.0.1"]))
    assert result.code == 204 and result.took < 3_000_000


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1"])
def test_the_system_is_asked_for_names(settings_for: Settings, host: str) -> None:
    with Raw([(TAKEN, False)]) as server:
        result = with_client(settings_for(f"http://{host}:{server.port}"), one)
    assert result.code == 204
    assert f"Host: {host.lower()}:{server.port}\r\n".encode() in server.received[0]


def has_ipv6() -> bool:
    """Whether this machine has an address ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_an_ipv6_address_is_posted_to(settings_for: Settings) -> None:
    with Raw([(TAKEN, False)], host="::1") as server:
        result = with_client(settings_for(f"http://[::1]:{server.port}"), one)
    assert result.code == 204
    assert f"Host: [::1]:{server.port}\r\n".encode() in server.received[0]


@pytest.mark.parametrize(
    ("host", "why"),
    [("127.0.0.1", "Connection refused"), ("no.such.host.invalid", "not known")],
)
def test_why_there_is_no_connection_is_said_in_one_sentence(
    settings_for: Settings, host: str, why: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    result = with_client(settings_for(f"http://{host}:{port}"), one)
    assert result.error.startswith(f"cannot connect to {host}:{port}: ") and why in result.error


def test_a_name_is_looked_up_once_for_all_who_ask(settings_for: Settings) -> None:
    asked: list[str] = []

    async def look_up(host: str) -> list[str]:
        asked.append(host)
        await asyncio.to_thread(lambda: None)
        if len(asked) == 1:
            raise OSError("try again")
        return ["127.0.0.1"]

    async def work(post: Post) -> list[Result]:
        failed = await post()
        return [failed, *await asyncio.gather(*(post() for _ in range(4)))]

    with Raw([(TAKEN, True)] * 4) as server:
        config = settings_for(f"http://once.test:{server.port}")
        results = with_client(config, work, look_up)
    assert codes(results) == [None, 204, 204, 204, 204]
    assert asked == ["once.test"] * 2, "a failure is not remembered"


def test_each_connection_begins_with_another_address_of_a_name() -> None:
    async def run() -> list[list[str]]:
        known = Names(names(["a", "b", "c"], []))
        return [await known.addresses("three.test") for _ in range(3)]

    assert asyncio.run(run()) == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]]


# ---- how long


@contextmanager
def full(host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of a listener that takes no more connections: who connects there waits."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server((host, port), backlog=0))
        for _ in range(4):
            one_more = opened.enter_context(socket.socket())
            one_more.setblocking(False)
            one_more.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_gateway_that_takes_no_connection_is_given_up_early(settings_for: Settings) -> None:
    with full() as port:
        config = settings_for(f"http://127.0.0.1:{port}", connect_timeout="200ms", timeout="9s")
        result = with_client(config, one)
    assert result.error == "timeout: no complete answer in time"
    assert 200_000 <= result.took < 5_000_000
