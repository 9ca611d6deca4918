"""The faults of answers as a raw socket sees them: the reset, the half body, the silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from simulator.base import clock, instants
from simulator.formats.reply_faults import FAULTS, GARBAGE
from simulator.model import Incoming, Outgoing, ReplyFault
from simulator.web.worker import Loop
from simulator.web.worker.connection import Phase
from tests.running import until
from tests.web.worker.serving import QUICK, Client, looping

BODY = {"id": 4101, "status": "ACKNOWLEDGED", "notes": "Rear entrance, ring twice"}
TEXT = json.dumps(BODY, separators=(",", ":")).encode()
HOUR = 3600 * instants.SECOND
Address = tuple[str, int]

asked: list[str] = []


def answer_all(incomings: list[Incoming]) -> list[Outgoing]:
    """`/WORD/ARGUMENT` is answered with that fault, any other path without one; `code` and `delay`
    (milliseconds) are asked for by the query.
    """

    def one(incoming: Incoming) -> Outgoing:
        asked.append(incoming.path)
        word, _, argument = incoming.path[1:].partition("/")
        query = dict(pair.split("=") for pair in incoming.query.split("&") if pair)
        fault = ReplyFault(word, int(argument or FAULTS[word].default)) if word in FAULTS else None
        delay = int(query.get("delay", 0)) * instants.MILLISECOND
        body = None if "empty" in query else BODY
        headers = {"X-Broken": "a\r\nb"} if "broken" in query else {}
        code = int(query.get("code", 201))
        return Outgoing(code=code, body=body, headers=headers, delay=delay, fault=fault)

    return [one(incoming) for incoming in incomings]


def get(path: str, method: str = "GET", version: str = "1.1", field: str = "") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: h\r\n{field}\r\n".encode()


@pytest.fixture
def address() -> Iterator[Address]:
    asked.clear()
    with looping(answer_all) as (_, address):
        yield address


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def until_reset(client: Client) -> bytes:
    """What comes until the connection is reset; an end in order fails the test."""
    got = b""
    with pytest.raises(ConnectionResetError):
        while True:
            piece = client.socket.recv(65_536)
            assert piece, "the connection ended in order"
            got += piece
    return got


def is_answered(address: Address) -> bool:
    with Client(address) as other:
        return other.send(get("/other")).answer().body == TEXT


def are_playing(loop: Loop, count: int) -> bool:
    phases = [one.phase for one in loop.crowd.connections]
    return phases == [Phase.PLAYING] * count


# ---- each fault, byte by byte


def test_a_reset_comes_before_any_byte(client: Client) -> None:
    assert until_reset(client.send(get("/connection_reset"))) == b""


@pytest.mark.parametrize("count", [1, 20, 150])
def test_a_reset_comes_after_so_many_bytes(client: Client, count: int) -> None:
    honest = client.send(get("/x")).answer()
    got = until_reset(client.send(get(f"/connection_reset/{count}")))
    assert len(got) == count
    assert got[:20] == f"HTTP/1.1 {honest.status}"[:20].encode()[: len(got)]


def test_a_reset_behind_the_whole_answer(client: Client) -> None:
    assert until_reset(client.send(get("/connection_reset/100000"))).endswith(TEXT)


def test_an_empty_reply_is_the_end_of_the_connection(client: Client) -> None:
    assert client.send(get("/empty_reply")).socket.recv(100) == b""


def test_garbage_is_no_http(client: Client) -> None:
    assert client.send(get("/garbage")).rest() == GARBAGE
    assert not GARBAGE.startswith(b"HTTP/")


def test_a_truncated_answer_promises_the_whole_body(client: Client) -> None:
    head, _, body = client.send(get("/truncate")).rest().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 CREATED\r\n")
    assert f"Content-Length: {len(TEXT)}".encode() in head
    assert b"Connection: keep-alive" in head, "nothing in the head tells of it"
    assert body == TEXT[: len(TEXT) // 2]


def test_bad_json_comes_under_a_head_that_fits_it(client: Client) -> None:
    answer = client.send(get("/bad_json")).answer()
    assert (answer.code, answer["content-type"]) == (201, "application/json")
    assert (answer.body, answer["content-length"]) == (
        TEXT[: len(TEXT) // 2],
        str(len(TEXT) // 2),
    )
    assert client.send(get("/next")).answer().body == TEXT, "the connection is kept"


def test_a_wrong_content_type_says_html_of_the_right_body(client: Client) -> None:
    answer = client.send(get("/wrong_content_type")).answer()
    assert (answer["content-type"], answer.body) == ("text/html; charset=utf-8", TEXT)
    assert client.send(get("/next")).answer().body == TEXT, "the connection is kept"


@pytest.mark.slow  # it waits a second
def test_a_slow_body_comes_in_pieces_behind_its_head(client: Client) -> None:
    begun = clock.monotonic()
    client.send(get(f"/slow_body/{instants.SECOND}"))
    pieces = [client.socket.recv(65_536)]
    while not b"".join(pieces).endswith(b"\r\n\r\n" + TEXT):
        pieces.append(client.socket.recv(65_536))
        assert pieces[-1], "the connection ended"
    assert clock.monotonic() - begun >= instants.SECOND
    assert pieces[0].startswith(b"HTTP/1.1 201 CREATED\r\n"), "the head is not kept back"
    assert 2 < len(pieces) <= 5, "the head and four pieces, unless this process was held up"
    assert client.send(get("/next")).answer().body == TEXT, "the connection is kept"


def test_a_body_that_is_slow_for_no_time(client: Client) -> None:
    assert client.send(get("/slow_body/1")).answer().body == TEXT


@pytest.mark.slow
def test_a_silent_connection_says_nothing_until_its_time_is_over(client: Client) -> None:
    begun = clock.monotonic()
    assert client.send(get("/never_answer/300000")).rest() == b""
    assert clock.monotonic() - begun >= 300 * instants.MILLISECOND


def test_a_silence_of_no_time_ends_at_once(client: Client) -> None:
    assert client.send(get("/never_answer/0")).rest() == b""


# ---- the request that comes behind, and the way it was asked


@pytest.mark.parametrize("word", ["connection_reset", "empty_reply", "garbage", "truncate"])
def test_what_was_sent_behind_a_fault_that_closes_is_never_done(client: Client, word: str) -> None:
    client.send(get(f"/{word}") + get("/behind"))
    assert TEXT not in client.rest()
    assert asked == [f"/{word}"]


def test_what_was_sent_behind_a_silence_is_never_done(client: Client) -> None:
    assert client.send(get("/never_answer/200000") + get("/behind")).rest() == b""
    assert asked == ["/never_answer/200000"]


@pytest.mark.parametrize("path", ["/bad_json", "/wrong_content_type", "/slow_body/500000"])
def test_what_was_sent_behind_a_whole_answer_is_answered_after_it(
    client: Client, path: str
) -> None:
    client.send(get(path) + get("/behind"))
    first, second = client.answer(), client.answer()
    assert (first.code, second.body) == (201, TEXT)
    assert asked == [path, "/behind"]


def test_a_fault_on_the_second_request_of_a_connection(client: Client) -> None:
    assert client.send(get("/first")).answer().body == TEXT
    assert until_reset(client.send(get("/connection_reset"))) == b""


@pytest.mark.parametrize("path", ["/bad_json", "/wrong_content_type", "/slow_body/1"])
def test_a_connection_that_is_not_kept_ends_behind_the_answer(client: Client, path: str) -> None:
    client.send(get(path, field="Connection: close\r\n"))
    assert client.answer()["connection"] == "close"
    assert client.rest() == b""


def test_an_old_client_meets_faults_too(client: Client) -> None:
    got = client.send(get("/truncate", version="1.0")).rest()
    assert got.startswith(b"HTTP/1.0 201") and got.endswith(TEXT[: len(TEXT) // 2])


@pytest.mark.parametrize("word", ["truncate", "slow_body", "bad_json", "wrong_content_type"])
def test_an_answer_without_a_body_leaves_whole(client: Client, word: str) -> None:
    for path, method in (
        (f"/{word}?empty=1", "GET"),
        (f"/{word}?code=204", "GET"),
        (f"/{word}", "HEAD"),
    ):
        answer = client.send(get(path, method)).answer(is_head=True)
        assert answer.code in (201, 204) and answer["connection"] == "keep-alive"
        assert answer["content-type"] != "text/html; charset=utf-8"


def test_a_delay_comes_before_the_fault(client: Client) -> None:
    begun = clock.monotonic()
    assert until_reset(client.send(get("/connection_reset?delay=100"))) == b""
    assert clock.monotonic() - begun >= 100 * instants.MILLISECOND


def test_a_head_that_cannot_be_sent_is_a_fault_of_ours(client: Client) -> None:
    assert client.send(get("/truncate?broken=1")).answer().code == 500


# ---- who is not held up


def test_a_hundred_silent_connections_and_slow_bodies_hold_up_nobody() -> None:
    patient = replace(QUICK, idle=HOUR, head=HOUR, silence=HOUR)
    with looping(answer_all, limits=patient) as (loop, address):
        asked = [get(f"/{word}/{HOUR}") for word in ("never_answer", "slow_body")]
        clients = [Client(address).send(asked[number % 2]) for number in range(200)]
        until(lambda: are_playing(loop, 200))
        assert all(is_answered(address) for _ in range(20))
        until(lambda: are_playing(loop, 200))
        for one in clients:
            one.__exit__()
        until(lambda: are_playing(loop, 100))  # a slow body tells at its next piece


def test_a_stop_waits_for_no_silence_and_for_no_slow_body() -> None:
    with looping(answer_all, limits=replace(QUICK, grace=HOUR)) as (loop, address):
        with Client(address) as silent, Client(address) as slow:
            silent.send(get(f"/never_answer/{HOUR}"))
            slow.send(get(f"/slow_body/{HOUR}"))
            until(lambda: are_playing(loop, 2))
            loop.stop()
            assert silent.rest() == b""
            assert slow.rest().endswith(b"\r\n\r\n"), "nothing but the head"


def test_silent_connections_make_room_for_those_that_ask() -> None:
    with looping(answer_all, limits=replace(QUICK, connections=3)) as (loop, address):
        clients = [Client(address).send(get(f"/never_answer/{HOUR + at}")) for at in range(3)]
        until(lambda: are_playing(loop, 3))
        assert is_answered(address)
        assert clients[0].rest() == b"", "the one that would have ended first"
        for one in clients:
            one.__exit__()


def test_a_silent_connection_makes_room_before_one_whose_request_is_on_its_way() -> None:
    slow = replace(QUICK, connections=2, head=20 * instants.SECOND)
    with looping(answer_all, limits=slow) as (loop, address):
        with Client(address) as silent, Client(address) as halfway:
            silent.send(get(f"/never_answer/{HOUR}"))
            halfway.send(get("/halfway")[:-2])
            until(
                lambda: {one.phase for one in loop.crowd.connections} == {Phase.PLAYING, Phase.HEAD}
            )
            assert is_answered(address)
            assert silent.rest() == b""
            assert halfway.send(b"\r\n").answer().body == TEXT


@pytest.mark.slow  # the second one waits a second
@pytest.mark.parametrize("path", [f"/never_answer/{HOUR}", f"/slow_body/{100 * instants.SECOND}"])
def test_a_client_that_leaves_is_forgotten(path: str) -> None:
    with looping(answer_all) as (loop, address):
        with Client(address) as client:
            client.send(get(path))
            until(lambda: are_playing(loop, 1))
        until(lambda: not loop.crowd.connections)


def test_who_floods_a_silent_connection_loses_it() -> None:
    with looping(answer_all, limits=replace(QUICK, unread=1000)) as (loop, address):
        with Client(address) as client:
            client.send(get(f"/never_answer/{HOUR}"))
            until(lambda: are_playing(loop, 1))
            assert client.send(b"x" * 5000).rest() == b""
