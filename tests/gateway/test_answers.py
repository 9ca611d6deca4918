"""Answers read from bytes, wherever the network cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.gateway.answers import MOST_BETWEEN, Answer, NoAnswer, Reader
from tests.gateway.raw import OK, TAKEN

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE: dict[str, tuple[bytes, int, bytes]] = {
    "without a body": (TAKEN, 204, b""),
    "not modified, with the length of what is not sent": (
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        304,
        b"",
    ),
    "of a length": (OK + b"Content-Length: 4\r\n\r\ndone", 200, b"done"),
    "in chunks": (CHUNKED + b"1\r\nd\r\n3;a=b\r\none\r\n0\r\n\r\n", 200, b"done"),
    "in chunks with a space": (CHUNKED + b"4 \r\ndone\r\n0\r\n\r\n", 200, b"done"),
    "behind interim ones": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + TAKEN,
        204,
        b"",
    ),
    "of HTTP/1.0": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        200,
        b"ok",
    ),
    "without a reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, b""),
    "with lines that end without CR": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, b"ok"),
    "with a field of two lines": (OK + b"A: b\r\n  c\r\nContent-Length: 0\r\n\r\n", 200, b""),
    "that asks for another protocol": (
        OK + b"Upgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\nok",
        200,
        b"ok",
    ),
}
ENDLESS = {
    "a field": OK + b"X-A: " + b"x" * MOST_BETWEEN,
    "fields": OK + b"X-A: x\r\n" * (MOST_BETWEEN // 8),
    "a reason": b"HTTP/1.1 200 " + b"x" * MOST_BETWEEN,
    "interim answers": b"HTTP/1.1 102 Processing\r\n\r\n" * (MOST_BETWEEN // 20),
    "what is said of a chunk": CHUNKED + b"4;" + b"x" * MOST_BETWEEN,
    "a trailer": CHUNKED + b"4\r\ndone\r\n0\r\nX-A: " + b"x" * MOST_BETWEEN,
}
GARBAGE = {
    "other protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a page": b"<html>busy</html>",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "bytes": b"\x00\xff not http at all\r\n\r\n",
    "two lengths": OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\ndone",
    "a length beside chunks": OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a negative length": OK + b"Content-Length: -4\r\n\r\n",
    "a huge length": OK + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a name with a space": OK + b"X-A : b\r\n\r\n",
    "a long code": b"HTTP/1.1 2000 OK\r\n\r\n",
}


def read(*pieces: bytes, keep: int = 100, most: int = 1000) -> Reader:
    """A reader that was fed these pieces, as far as it wants them."""
    reader = Reader(keep, most)
    for piece in pieces:
        if reader.feed(piece):
            break
    return reader


def pieces_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_answer_is_read_and_the_connection_stays_good(name: str, size: int) -> None:
    data, status, body = WHOLE[name]
    reader = read(*pieces_of(data, size))
    assert (reader.is_done, reader.keeps) == (True, True)
    answer = reader.answer
    assert (answer.status, answer.kept, answer.length) == (status, body, len(body))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(min_value=1, max_value=60)))
def test_it_makes_no_difference_where_an_answer_is_cut(name: str, sizes: list[int]) -> None:
    data, _, _ = WHOLE[name]
    pieces, rest = [], data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert read(*[piece for piece in [*pieces, rest] if piece]).answer == read(data).answer


def test_header_fields_are_told_as_they_came_without_trailers_and_interim_ones() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nretry-AFTER: 3\r\nX-A: \xc3\xa9\xff\x00\r\n"
    body = b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: 1\r\nX-A: 2\r\n\r\n"
    assert read(interim + head + body).answer.headers == {
        "retry-AFTER": "3",
        "X-A": "\u00e9\ufffd\ufffd",
        "Transfer-Encoding": "chunked",
    }


@pytest.mark.parametrize("name", ENDLESS)
def test_what_goes_on_for_ever_without_a_body_is_no_answer(name: str) -> None:
    with pytest.raises(NoAnswer, match="more than 65536 bytes that are no body"):
        read(*pieces_of(ENDLESS[name] + b"x" * 8192, 4096))


def test_a_body_in_tiny_chunks_is_read() -> None:
    reader = read(*pieces_of(CHUNKED + b"1\r\nx\r\n" * 50_000, 4096), most=100_000)
    assert reader.answer.length == 50_000 and not reader.is_done


def test_a_body_is_counted_to_its_end_and_only_its_begin_is_kept() -> None:
    reader = read(OK + b"Content-Length: 500\r\n\r\n" + b"x" * 500, keep=3)
    assert (reader.answer.kept, reader.answer.length, reader.answer.is_cut) == (b"xxx", 500, False)


@pytest.mark.parametrize("framed", [b"Content-Length: 5000\r\n", b""])
def test_a_body_that_is_too_long_is_cut_and_the_connection_is_spent(framed: bytes) -> None:
    reader = read(OK + framed + b"\r\n" + b"x" * 600, b"x" * 600)
    assert reader.is_done and reader.answer.is_cut and not reader.keeps
    assert reader.answer.length == 1200


@pytest.mark.parametrize("name", GARBAGE)
def test_what_is_no_http_is_no_answer(name: str) -> None:
    with pytest.raises(NoAnswer, match=r"^the answer is no HTTP: [ -~]+$") as told:
        read(GARBAGE[name])
    assert told.value.answer == Answer()


def test_bad_chunks_break_an_answer_off() -> None:
    with pytest.raises(NoAnswer, match="the answer is no HTTP: ") as told:
        read(CHUNKED + b"4\r\ndoneX")
    assert (told.value.answer.status, told.value.answer.length) == (200, 4)


@pytest.mark.parametrize(
    "answer",
    [
        TAKEN + TAKEN,
        TAKEN + b"who asked for this?",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 204 No Content\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nbytes",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ],
)
def test_an_answer_counts_whatever_follows_but_its_connection_is_spent(answer: bytes) -> None:
    reader = read(answer)
    assert reader.is_done and not reader.keeps
    assert reader.answer.status in (101, 204)


@pytest.mark.parametrize(
    "head",
    [
        OK + b"\r\n",
        OK + b"Transfer-Encoding: gzip\r\n\r\n",
        OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
)
def test_an_answer_without_a_length_ends_with_its_connection(head: bytes) -> None:
    reader = read(head + b"half", b"rest")
    assert not reader.is_done
    reader.end()
    assert (reader.is_done, reader.keeps, reader.answer.kept) == (True, False, b"halfrest")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nConte", None),
        (b"HTTP/1.1 100 Continue\r\n\r\n", None),
        (OK + b"Content-Length: 5\r\n\r\nhalf", 200),
        (OK + b"Content-Length: 5\r\n\r\n", 200),
        (CHUNKED + b"4\r\nhalf\r\n", 200),
        (CHUNKED + b"4\r\nhalf\r\n0\r\nTransfer-Encoding: gzip\r\nX-A: ", 200),
        (OK + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha", 200),
    ],
)
def test_an_answer_that_says_where_it_ends_must_get_there(data: bytes, status: int | None) -> None:
    reader = read(data) if data else Reader(100, 1000)
    with pytest.raises(NoAnswer, match=r"the connection was closed$") as told:
        reader.end()
    assert told.value.answer.status == status
