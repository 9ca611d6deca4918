"""Connections that are kept for the next message, and how many there are."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from simulator.config import Config, Targets
from simulator.gateway import Result
from simulator.gateway.connection import Connection, Plain
from simulator.gateway.outbound import Outbound
from simulator.gateway.pool import Pool
from simulator.gateway.wire import Place
from tests.gateway.raw import OK, TAKEN, Post, Raw, codes, one, two, with_client

Settings = Callable[..., Config]


def test_a_connection_is_used_again(settings_for: Settings) -> None:
    with Raw([(TAKEN, False)] * 2) as server:
        assert codes(with_client(settings_for(server.url), two)) == [204, 204]
        assert server.connections == 1


def test_a_connection_is_not_used_again_where_the_gateway_says_so(settings_for: Settings) -> None:
    last = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    with Raw([(last, False)] * 2) as server:
        assert codes(with_client(settings_for(server.url), two)) == [204, 204]
        assert server.connections == 2


def test_idle_connections_are_closed_with_the_client(settings_for: Settings) -> None:
    with Raw([(TAKEN, False)]) as server:
        with_client(settings_for(server.url), one)
        server.wait_until_closed()


def test_a_connection_that_the_gateway_closed_meanwhile_is_not_used(
    settings_for: Settings,
) -> None:
    """Also where the event loop has had no moment to see it."""

    async def work(post: Post) -> list[Result]:
        first = await post()
        server.hang_up()
        return [first, await post()]

    with Raw([(TAKEN, False)] * 2) as server:
        assert codes(with_client(settings_for(server.url), work)) == [204, 204]
        assert (server.connections, server.requests) == (2, 2)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("resets", [False, True])
def test_a_message_is_sent_once_even_if_a_kept_connection_ends_without_an_answer(
    settings_for: Settings, method: str, resets: bool
) -> None:
    """The gateway may have it: sending it again is the sender's to decide, and to journal."""

    async def work(post: Post) -> list[Result]:
        return [await post(method=method), await post(method=method)]

    with Raw([(TAKEN, False), (b"", True), (TAKEN, False)]) as server:
        server.resets = resets
        results = with_client(settings_for(server.url), work)
        assert (server.connections, server.requests) == (1, 2)
    why = "Connection reset by peer" if resets else "the connection was closed"
    assert (results[1].code, results[1].error) == (None, f"no answer: {why}")


HERE, THERE = Place("gateway.test", 80, None), Place("gateway.test", 81, None)


@contextmanager
def listening() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener


async def kept(pool: Pool, listener: socket.socket, place: Place) -> Connection:
    """A connection that was just used."""
    raw = socket.create_connection(listener.getsockname())
    raw.setblocking(False)
    connection = Plain(raw, memoryview(bytearray(1024)))
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: connection, sock=raw)
    pool.keep(place, connection)
    return connection


def test_a_connection_that_is_idle_for_too_long_is_closed_and_not_used() -> None:
    async def run(listener: socket.socket) -> None:
        pool = Pool(kept_for=0.05)
        connection = await kept(pool, listener, HERE)
        pool.idle[connection] = HERE, pool.idle[connection][1] - 1
        assert pool.take(HERE) is None
        async with asyncio.timeout(30):
            await connection.ended.wait()

    with listening() as listener:
        asyncio.run(run(listener))


def test_a_connection_on_which_something_comes_that_nobody_asked_for_is_closed() -> None:
    """It would be taken for the answer to the next message."""

    async def run(listener: socket.socket) -> None:
        pool = Pool(kept_for=60)
        connection = await kept(pool, listener, HERE)
        peer, _ = listener.accept()
        with peer:
            peer.sendall(TAKEN)
            async with asyncio.timeout(30):
                await connection.ended.wait()
            assert pool.take(HERE) is None
            assert peer.recv(1) == b""
        await pool.close()

    with listening() as listener:
        asyncio.run(run(listener))


def test_the_connection_to_the_same_place_that_was_used_last_comes_first() -> None:
    async def run(listener: socket.socket) -> None:
        pool = Pool()
        first, second = [await kept(pool, listener, HERE) for _ in range(2)]
        other = await kept(pool, listener, THERE)
        assert [pool.take(HERE) for _ in range(3)] == [second, first, None]
        assert pool.take(THERE) is other
        for connection in (first, second, other):
            pool.keep(HERE, connection)
        await pool.close()

    with listening() as listener:
        asyncio.run(run(listener))


# ---- how many


def test_there_are_no_more_connections_than_messages_in_flight(settings_for: Settings) -> None:
    async def work(post: Post) -> list[Result]:
        return await asyncio.gather(*(post() for _ in range(10)))

    with Raw([(TAKEN, False)] * 10) as server:
        results = with_client(settings_for(server.url, in_flight=2), work)
        assert codes(results) == [204] * 10
        assert server.most_at_once == 2


def test_a_connection_to_one_gateway_makes_room_for_one_to_another() -> None:
    async def run(urls: list[str]) -> None:
        outbound = Outbound(Targets(anywhere=True), connections=2)
        for url in urls:
            await request(outbound, url)
            assert len(outbound.pool.idle) <= 2
        assert [place.port for place, _ in outbound.pool.idle.values()] == ports[1:]
        await outbound.close()

    with ExitStack() as opened:
        servers = [opened.enter_context(Raw([(TAKEN, False)])) for _ in range(3)]
        ports = [server.port for server in servers]
        asyncio.run(run([server.url for server in servers]))
        servers[0].wait_until_closed()


async def request(outbound: Outbound, url: str) -> None:
    await outbound.request(
        "POST",
        url,
        headers={},
        body="",
        tls=ssl.create_default_context(),
        timeout=30,
        connect_timeout=30,
        keep=1,
        most=1,
    )


@pytest.mark.slow
def test_waiting_for_a_connection_counts_for_the_time_out(settings_for: Settings) -> None:
    async def work(post: Post) -> list[Result]:
        return await asyncio.gather(*(post() for _ in range(10)))

    with Raw([(OK, False)] * 10) as server:
        results = with_client(settings_for(server.url, in_flight=1, timeout="300ms"), work)
    assert {result.error for result in results} == {"timeout: no complete answer in time"}
    assert max(result.took for result in results) < 2_000_000, "not one after another"
