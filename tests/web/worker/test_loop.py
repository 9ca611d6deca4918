"""Clients of every kind at a loop on a thread: slow, hostile, hasty, half gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from simulator.base import clock, instants
from simulator.model import Incoming, Outgoing
from tests.running import until
from tests.web.worker.serving import MOST_BODY, QUICK, Client, echo, is_served, looping

GET = b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: h\r\n"
Address = tuple[str, int]


@pytest.fixture
def address() -> Iterator[Address]:
    with looping() as (_, address):
        yield address


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with Client(address) as client:
        yield client


# ---- connections that are kept, and those that are not


def test_a_connection_takes_many_requests(client: Client) -> None:
    for name in (b"a", b"b", b"c"):
        answer = client.send(GET % name).answer()
        assert answer.body == b'{"path":"/%b","body":""}' % name
        assert (answer.version, answer.status, answer["connection"]) == (
            "HTTP/1.1",
            "200 OK",
            "keep-alive",
        )


def test_pipelined_requests_are_answered_in_their_order(client: Client) -> None:
    client.send(GET % b"delay/50" + GET % b"b" + GET % b"beside/c" + GET % b"d")
    bodies = [client.answer().body for _ in range(4)]
    assert bodies == [
        b'{"path":"/delay/50","body":""}',
        b'{"path":"/b","body":""}',
        b"beside /beside/c",
        b'{"path":"/d","body":""}',
    ]


@pytest.mark.parametrize("path", [b"a", b"beside", b"delay/30"])
def test_a_client_that_says_nothing_more_is_answered(client: Client, path: bytes) -> None:
    client.send(GET % path).end()
    assert client.answer().code == 200
    assert client.rest() == b""


@pytest.mark.parametrize("path", [b"a", b"beside"])
@pytest.mark.parametrize(
    ("version", "field", "keeps"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: keep-alive\r\n", True),
    ],
)
def test_who_wants_the_connection_kept(
    client: Client, path: bytes, version: bytes, field: bytes, keeps: bool
) -> None:
    client.send(b"GET /%b HTTP/%b\r\nHost: h\r\n%b\r\n" % (path, version, field))
    answer = client.answer()
    if path == b"beside" and version == b"1.0":
        keeps = False  # only the end of the connection ends what has no length
    assert (answer.version, answer["connection"]) == (
        f"HTTP/{version.decode()}",
        "keep-alive" if keeps else "close",
    )
    if keeps:
        assert client.send(GET % b"again").answer().code == 200
    else:
        assert client.rest() == b""


def test_an_idle_connection_is_closed_after_a_while() -> None:
    limits = replace(QUICK, idle=instants.SECOND // 10)
    with looping(limits=limits) as (_, address), Client(address) as client:
        client.send(GET % b"a").answer()
        assert client.rest() == b""


def test_a_client_that_never_says_anything_is_closed(client: Client) -> None:
    assert client.rest() == b""


def test_the_oldest_idle_connection_makes_room() -> None:
    with looping(limits=replace(QUICK, connections=3)) as (loop, address):
        clients = [Client(address) for _ in range(3)]
        for one in clients:
            assert one.send(GET % b"a").answer().code == 200
        assert clients[0].send(GET % b"a").answer().code == 200  # now the second is the oldest
        assert is_served(address)
        assert clients[1].rest() == b""
        assert clients[0].send(GET % b"a").answer().code == 200
        assert len(loop.crowd.connections) <= 3
        for one in clients:
            one.__exit__()


def test_slow_heads_make_room_too() -> None:
    slow = replace(QUICK, connections=3, head=20 * instants.SECOND)
    with looping(limits=slow) as (loop, address):
        clients = [Client(address).send(b"GET /") for _ in range(3)]
        until(lambda: len(loop.crowd.connections) == 3 and not loop.crowd.idle)
        assert is_served(address)
        for one in clients:
            one.__exit__()


@pytest.mark.slow
def test_where_all_are_busy_the_next_one_waits() -> None:
    with looping(limits=replace(QUICK, connections=2)) as (loop, address):
        with Client(address) as first, Client(address) as second:
            first.send(GET % b"delay/300")
            second.send(GET % b"delay/300")
            until(lambda: len(loop.timers) == 2)
            assert is_served(address)
            assert first.answer().code == second.answer().code == 200


# ---- slow and broken requests


@pytest.mark.slow
@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        GET[:20],
        POST + b"Content-Length: 5\r\n\r\nab",
        POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\na",
    ],
    ids=["line", "head", "body", "chunk"],
)
def test_what_does_not_come_in_time_is_refused(address: Address, begun: bytes) -> None:
    limits = replace(QUICK, body_rate=MOST_BODY * 10)
    with looping(limits=limits) as (_, address), Client(address) as client:
        client.send(begun)
        assert is_served(address)
        answer = client.answer()
        assert answer.status == "408 REQUEST TIMEOUT" and answer["connection"] == "close"


def test_a_head_that_trickles_has_no_more_time(address: Address) -> None:
    with Client(address) as client:
        stopped = threading.Event()

        def trickle() -> None:
            client.send(b"GET / HTTP/1.1\r\nA: ")
            while not stopped.wait(0.02):
                client.send(b"a")

        thread = threading.Thread(target=trickle)
        thread.start()
        assert client.answer().code == 408
        stopped.set()
        thread.join()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"nonsense\r\n\r\n", 400),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (POST + b"A: b\r\n c\r\n\r\n", 400),
        (POST + b"A b: c\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (POST + b"A: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (POST + b"A: " + b"a" * 9_000_000, 431),
        (POST + b"A: b\r\n" * 500 + b"\r\n", 431),
        (GET % (b"a" * 5000), 414),
        (POST + b"Expect: luck\r\n\r\n", 417),
    ],
)
def test_nothing_is_read_behind_what_is_refused(address: Address, raw: bytes, code: int) -> None:
    with Client(address) as client:
        client.send(raw + GET % b"smuggled")
        answer = client.answer()
        assert answer.code == code and answer["content-type"] == "application/problem+json"
        assert client.rest() == b""
    assert is_served(address)


def test_a_body_that_is_declared_too_long_is_answered_before_it_comes(client: Client) -> None:
    client.send(POST + b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
    answer = client.answer()
    assert answer.code == 200 and answer["connection"] == "close", "the front says what is too long"
    assert client.rest() == b""


def test_the_answer_reaches_a_client_that_goes_on_sending(client: Client) -> None:
    client.send(POST + b"Content-Length: 1000000\r\n\r\n" + b"a" * 1_000_000)
    assert client.answer().code == 200


def test_chunks_without_end_are_cut() -> None:
    came: list[Incoming] = []

    def answer_all(incomings: list[Incoming]) -> list[Outgoing]:
        came.extend(incomings)
        return echo(incomings)

    with looping(answer_all) as (_, address), Client(address) as client:
        chunk = b"400\r\n" + b"a" * 1024 + b"\r\n"
        client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 5000)
        assert client.answer()["connection"] == "close"
    assert [len(one.body) for one in came] == [MOST_BODY + 1]


def test_a_body_that_breaks_off_is_short(client: Client) -> None:
    client.send(POST + b"Content-Length: 9\r\n\r\n{}").end()
    assert client.answer().body == b'{"path":"/p","body":"{}"}'


def test_chunks_that_break_off_are_refused(client: Client) -> None:
    client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab").end()
    assert client.answer().code == 400


@pytest.mark.parametrize("path", [b"p", b"beside"])
def test_whoever_expects_it_is_told_to_go_on(client: Client, path: bytes) -> None:
    head = b"POST /%b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert client.send(head % path).answer().code == 100
    answer = client.send(b"{}").answer()
    assert answer.code == 200 and (path != b"p" or b'"body":"{}"' in answer.body)


def test_a_body_in_chunks_is_joined(client: Client) -> None:
    client.send(
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\nA: b\r\n\r\n"
    )
    assert client.answer().body == b'{"path":"/p","body":"abc"}'
    assert client.send(GET % b"next").answer().code == 200


def test_clients_that_vanish_cost_nothing(address: Address) -> None:
    for begun in (
        b"",
        b"GET",
        POST + b"Content-Length: 9\r\n\r\n{",
        GET % b"delay/30",
        GET % b"beside",
    ):
        with Client(address) as client:
            client.send(begun)
    assert is_served(address)


# ---- answers


def test_an_answer_to_head_has_no_body(client: Client) -> None:
    client.send(b"HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
    assert client.answer(is_head=True)["content-length"] == "23"
    assert client.send(GET % b"a").answer().code == 200


@pytest.mark.slow
def test_a_delay_holds_up_nobody_else(client: Client, address: Address) -> None:
    begun = clock.monotonic()
    client.send(GET % b"delay/400")
    assert is_served(address) and clock.monotonic() - begun < 300 * instants.MILLISECOND
    assert client.answer().code == 200
    assert clock.monotonic() - begun >= 400 * instants.MILLISECOND


def test_a_large_answer_leaves_as_it_is_read(client: Client, address: Address) -> None:
    client.send(GET % b"large/30000000")
    assert is_served(address)
    assert len(client.answer().body) == 30_000_002


def test_a_client_that_reads_nothing_is_given_up() -> None:
    limits = replace(QUICK, silence=instants.SECOND // 10)
    with looping(limits=limits) as (loop, address), Client(address) as client:
        client.send(GET % b"large/30000000")
        until(lambda: loop.crowd.connections)
        until(lambda: not loop.crowd.connections)


def test_a_fault_of_the_front_is_a_500_for_each() -> None:
    def broken(incomings: list[Incoming]) -> list[Outgoing]:
        raise RuntimeError

    with looping(broken) as (_, address), Client(address) as client:
        assert client.send(GET % b"a").answer().status == "500 INTERNAL SERVER ERROR"
        assert client.send(GET % b"beside").answer().code == 200


def test_a_line_break_in_a_header_is_a_500() -> None:
    split = Outgoing(code=200, headers={"X": "a\r\nSet-Cookie: b"})
    with looping(lambda incomings: [split for _ in incomings]) as (_, address):
        with Client(address) as client:
            assert client.send(GET % b"a").answer().code == 500


def test_what_is_readable_at_once_is_answered_by_one_call() -> None:
    sizes: list[int] = []
    began, goes_on = threading.Event(), threading.Event()

    def answer_all(incomings: list[Incoming]) -> list[Outgoing]:
        sizes.append(len(incomings))
        began.set()
        assert goes_on.wait(20)
        return echo(incomings)

    with looping(answer_all) as (_, address):
        clients = [Client(address) for _ in range(5)]
        clients[0].send(GET % b"a")
        assert began.wait(20)
        for one in clients[1:]:
            one.send(GET % b"a")
        goes_on.set()
        assert all(one.answer().code == 200 for one in clients)
        for one in clients:
            one.__exit__()
    assert sum(sizes) == 5 and len(sizes) < 5


@pytest.mark.slow
def test_whoever_asks_while_others_are_answered_is_not_taken_for_idle() -> None:
    began, goes_on = threading.Event(), threading.Event()

    def answer_all(incomings: list[Incoming]) -> list[Outgoing]:
        if incomings[0].path == "/slow":
            began.set()
            assert goes_on.wait(20)
        return echo(incomings)

    limits = replace(QUICK, idle=instants.SECOND // 10)
    with looping(answer_all, limits=limits) as (_, address):
        with Client(address) as first, Client(address) as second:
            first.send(GET % b"a").answer()
            second.send(GET % b"slow")
            assert began.wait(20)
            first.send(GET % b"b")
            goes_on.wait(0.3)
            goes_on.set()
            assert first.answer().body == b'{"path":"/b","body":""}'
            assert second.answer().code == 200


def test_no_call_has_more_than_so_many_requests() -> None:
    sizes: list[int] = []
    began, goes_on = threading.Event(), threading.Event()

    def answer_all(incomings: list[Incoming]) -> list[Outgoing]:
        sizes.append(len(incomings))
        began.set()
        assert goes_on.wait(20)
        return echo(incomings)

    with looping(answer_all, limits=replace(QUICK, at_once=2)) as (_, address):
        clients = [Client(address) for _ in range(6)]
        clients[0].send(GET % b"a")
        assert began.wait(20)
        for one in clients[1:]:
            one.send(GET % b"a")
        goes_on.set()
        assert all(one.answer().code == 200 for one in clients)
        for one in clients:
            one.__exit__()
    assert sum(sizes) == 6 and max(sizes) <= 2
