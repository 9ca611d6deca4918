"""Heads and bodies: what is read of them, and what is refused, whatever pieces they come in."""

from __future__ import annotations

import pytest

from simulator.web.worker.heads import BadRequest
from simulator.web.worker.reader import Reader, Request

MOST = 50


def requests(raw: bytes, size: int = 0) -> list[Request]:
    """All requests that bytes hold, when they come in pieces of `size`."""
    reader = Reader(MOST, is_trusted=True)
    found = []
    for start in range(0, len(raw), size or len(raw)):
        reader.feed(raw[start : start + (size or len(raw))])
        while request := reader.next():
            found.append(request)
    return found


def one(raw: bytes) -> Request:
    (request,) = requests(raw)
    return request


REFUSED: list[tuple[str, int, bytes]] = [
    ("no request line", 400, b"hello\r\n\r\n"),
    ("two words", 400, b"GET /\r\n\r\n"),
    ("HTTP/2", 400, b"GET / HTTP/2.0\r\n\r\n"),
    ("HTTP/0.9", 400, b"GET / HTTP/0.9\r\n\r\n"),
    ("a lower-case method", 400, b"get / HTTP/1.1\r\n\r\n"),
    ("a space in the path", 400, b"GET /a b HTTP/1.1\r\n\r\n"),
    ("a path that is not ASCII", 400, b"GET /\xe9 HTTP/1.1\r\n\r\n"),
    ("a target that is no path", 400, b"GET orders HTTP/1.1\r\n\r\n"),
    ("a URL that is none", 400, b"GET http://[ HTTP/1.1\r\n\r\n"),
    ("a star", 400, b"GET * HTTP/1.1\r\n\r\n"),
    ("a long request line", 414, b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n"),
    ("a request line without end", 414, b"G" * 5000),
    ("a bare LF", 400, b"GET / HTTP/1.1\nHost: h\n\n"),
    ("a folded line", 400, b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
    ("a folded line with a tab", 400, b"GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n"),
    ("a fold before any field", 400, b"GET / HTTP/1.1\r\n A: b\r\n\r\n"),
    ("a space in a name", 400, b"GET / HTTP/1.1\r\nA b: c\r\n\r\n"),
    ("a space after a name", 400, b"GET / HTTP/1.1\r\nA : c\r\n\r\n"),
    ("no name", 400, b"GET / HTTP/1.1\r\n: c\r\n\r\n"),
    ("no colon", 400, b"GET / HTTP/1.1\r\nnothing\r\n\r\n"),
    ("a name that is not ASCII", 400, b"GET / HTTP/1.1\r\n\xe9: c\r\n\r\n"),
    ("a NUL in a value", 400, b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"),
    ("a bare CR in a value", 400, b"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n"),
    ("two hosts", 400, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ("two types", 400, b"GET / HTTP/1.1\r\nContent-Type: a\r\nContent-Type: b\r\n\r\n"),
    ("two lengths", 400, b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    ("one length twice", 400, b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n"),
    ("a negative length", 400, b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
    ("a length with a sign", 400, b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n1"),
    ("two lengths in one", 400, b"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n1"),
    (
        "length and chunks",
        400,
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "chunks and length",
        400,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    ),
    ("chunks in HTTP/1.0", 400, b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("no chunks at the end", 400, b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
    ("gzip in chunks", 501, b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    ("chunks twice", 400, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"),
    ("another expectation", 417, b"POST / HTTP/1.1\r\nExpect: the best\r\n\r\n"),
    ("a long field", 431, b"GET / HTTP/1.1\r\nA: " + b"a" * 9000 + b"\r\n\r\n"),
    ("many fields", 431, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n"),
    ("many fields without end", 431, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200),
    ("a head without end", 431, b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000),
    (
        "two schemes",
        400,
        b"GET / HTTP/1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n\r\n",
    ),
]


@pytest.mark.parametrize("size", [0, 1, 7], ids=["whole", "by bytes", "by sevens"])
@pytest.mark.parametrize(
    ("status", "raw"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_head_that_is_refused(status: int, raw: bytes, size: int) -> None:
    size *= 1 if len(raw) < 10_000 else 100  # a long head byte by byte takes seconds
    with pytest.raises(BadRequest) as caught:
        requests(raw, size)
    # by single bytes the first of two mistakes may be seen first
    assert caught.value.status == status or (size and status == 400)


CHUNKS = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN: list[tuple[str, bytes]] = [
    ("no number", b"x\r\n"),
    ("no size", b"\r\n"),
    ("a sign", b"+2\r\n"),
    ("0x", b"0x2\r\n"),
    ("a bare LF", b"2\nab\r\n"),
    ("longer than its size", b"2\r\nabc\r\n0\r\n\r\n"),
    ("a long size", b"2;" + b"x" * 2000),
    ("a huge number", b"f" * 30 + b"\r\n"),
    ("a CR in an extension", b"2;a\rb\r\nab\r\n"),
    ("an odd trailer", b"0\r\nno field\r\n\r\n"),
    ("a trailer without end", b"0\r\nA: " + b"a" * 9000),
]


@pytest.mark.parametrize("raw", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_chunks_that_are_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        requests(CHUNKS + raw)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_requests_that_follow_each_other_in_any_pieces(size: int) -> None:
    raw = (
        b"\r\nPOST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
        + CHUNKS
        + b"3;x=y\r\nabc\r\n02\r\nde\r\n0\r\nA: b\r\n\r\n"
        + b"GET /%C3%A9#f HTTP/1.0\r\n\r\n"
    )
    found = requests(raw, size)
    assert [(one.head.method, one.body, one.keeps) for one in found] == [
        ("POST", b"abc", True),
        ("POST", b"abcde", True),
        ("GET", b"", False),
    ]
    assert found[0].head.query == "b=c" and found[2].head.decoded_path == "/é"


def test_any_method_is_read() -> None:
    assert one(b"BREW-IT /pot HTTP/1.1\r\nHost: h\r\n\r\n").head.method == "BREW-IT"


def test_a_whole_url_has_a_path() -> None:
    incoming = one(b"GET http://a/b?c HTTP/1.1\r\nHost: h\r\n\r\n").incoming(("s", 1))
    assert (incoming.path, incoming.query, incoming.base_url) == ("/b", "c", "http://h")


def test_fields_as_in_wsgi() -> None:
    head = one(
        b"GET / HTTP/1.1\r\nX-A:  b \r\nx-a: c\r\nX_A: d\r\nY: \xe9\r\nContent-Type:\r\n\r\n"
    ).head
    assert head.headers == {"x-a": "b,c", "y": "é"}


def test_a_proxy_on_this_machine_may_say_that_it_was_https() -> None:
    raw = b"GET / HTTP/1.1\r\nHost: h:443\r\nX-Forwarded-Proto: https\r\n\r\n"
    assert one(raw).incoming(("s", 1)).base_url == "https://h"
    foreign = Reader(MOST, is_trusted=False)
    foreign.feed(raw)
    request = foreign.next()
    assert request is not None and request.incoming(("s", 1)).base_url == "http://h:443"


@pytest.mark.parametrize(
    ("raw", "keeps"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nConnection: keep-alive, Close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nHost: h\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", True),
        (b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", False),
    ],
)
def test_which_connections_are_kept(raw: bytes, keeps: bool) -> None:
    assert one(raw).keeps == keeps


def test_a_body_that_is_too_long_is_left() -> None:
    request = one(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MOST + 1))
    assert (request.body, request.is_last) == (b"", True)
    cut = one(CHUNKS + b"%x\r\n" % 4000 + b"a" * 4000)
    assert (len(cut.body), cut.is_last) == (MOST + 1, True)


def test_a_body_that_breaks_off() -> None:
    reader = Reader(MOST, is_trusted=False)
    reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}")
    assert reader.next() is None
    reader.feed(b"")
    request = reader.next()
    assert request is not None and (request.body, request.is_last) == (b"{}", True)


def test_whoever_waits_to_be_told_is_told() -> None:
    asking = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: %d\r\n\r\n"
    for length, said, is_awaited in [(2, b"", True), (2, b"{", False), (MOST + 1, b"", False)]:
        reader = Reader(MOST, is_trusted=False)
        reader.feed(asking % length + said)
        reader.next()
        assert reader.is_awaited == is_awaited
