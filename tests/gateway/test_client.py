"""The HTTP client towards gateways, against a server that writes whatever bytes a test gives it."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from simulator.config import Config
from simulator.gateway import Client, Result, decide
from simulator.gateway.client import MOST_READ
from simulator.model import Kci, Message, Step

OK = b"HTTP/1.1 200 OK\r\n"
PAUSE = b"<pause>"
MESSAGE = Message(path="/kcis", body="{}", headers={"Content-Type": "application/json"})


@dataclass
class Raw:
    """A server that answers each request with the next of some bytes, then closes where told."""

    answers: Sequence[tuple[bytes, bool]]
    connections: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Raw:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client may close at any moment
            while _has_request(connection):
                with self.lock:
                    answer, closes = self.answers[self.requests]
                    self.requests += 1
                for part in answer.split(PAUSE):
                    connection.sendall(part)
                    threading.Event().wait(0.05)  # the parts come apart
                if closes:
                    return


def _has_request(connection: socket.socket) -> bool:
    """Read one request with a body of a known length."""
    data = b""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and length and len(body) >= int(length[1]):
            return True
        piece = connection.recv(4096)
        if not piece:
            return False
        data += piece


@pytest.fixture
def post(make_config: Callable[..., Config]) -> Iterator[Callable[..., list[Result]]]:
    """Post as often as there are answers: what came of each."""

    def run(*answers: tuple[bytes, bool], timeout: str = "5s") -> list[Result]:
        with Raw(answers) as server:
            config = make_config(
                gateway={"url": server.url, "auth": {"kind": "none"}},
                delivery={"timeout": timeout},
            )
            results = asyncio.run(_post_all(config, len(answers)))
            run.connections = server.connections  # type: ignore[attr-defined]
        return results

    yield run


async def _post_all(config: Config, count: int) -> list[Result]:
    supplier = config.suppliers[0]
    client = Client(config.delivery, config.targets)
    await client.open()
    try:
        return [await client.post(supplier.gateway, supplier.policy, MESSAGE) for _ in range(count)]
    finally:
        await client.close()


def state(result: Result, config: Config) -> str:
    kci = Kci(id="k", order="o", request="r", position=1, due_at=0, step=Step(), attempts=1)
    return decide(result, kci, (), config.suppliers[0].policy).outcome


WHOLE = [
    OK + b"Content-Length: 0\r\n\r\n",
    OK + b"Content-Length: 4\r\n\r\ndone",
    OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n",
    OK + b"\r\nuntil the end of the connection",
    b"HTTP/1.1 204 No Content\r\n\r\n",
]
CUT = [
    OK + b"Content-Length: 100\r\n\r\ndone",
    OK + b"Content-Length: 100\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n40\r\ndone",
    OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 4000,
]


@pytest.mark.parametrize("answer", WHOLE)
def test_a_whole_answer_counts(
    post: Callable[..., list[Result]], make_config: Callable[..., Config], answer: bytes
) -> None:
    (result,) = post((answer, True))
    assert result.code in (200, 204) and result.findings == ()
    assert state(result, make_config()) == "delivered"


@pytest.mark.parametrize("answer", CUT)
def test_an_answer_that_breaks_off_is_a_failed_try(
    post: Callable[..., list[Result]], make_config: Callable[..., Config], answer: bytes
) -> None:
    (result,) = post((answer, True))
    (finding,) = result.findings
    came = len(answer.partition(b"\r\n\r\n")[2].replace(b"4\r\n", b"").replace(b"\r\n", b""))
    assert result.code is None and "200 broke off" in result.error
    assert (finding.rule, finding.message) == ("delivery.incomplete_answer", result.error)
    assert finding.got <= came
    assert state(result, make_config()) == "retry"


def test_an_answer_that_never_ends_is_a_failed_try(
    post: Callable[..., list[Result]], make_config: Callable[..., Config]
) -> None:
    (result,) = post((OK + b"Content-Length: 10\r\n\r\nhalf", False), timeout="300ms")
    assert result.code is None and "no complete answer in time" in result.error
    assert [finding.got for finding in result.findings] == [4]
    assert state(result, make_config()) == "retry"


def test_a_long_answer_is_read_to_its_end_and_its_connection_kept(
    post: Callable[..., list[Result]],
) -> None:
    long = OK + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000
    results = post((long, False), (long, False))
    assert [(result.code, len(result.body)) for result in results] == [(200, 1024)] * 2
    assert post.connections == 1  # type: ignore[attr-defined]


def test_an_answer_without_an_end_in_sight_is_not_read_and_its_connection_closed(
    post: Callable[..., list[Result]],
) -> None:
    size = MOST_READ * 4
    huge = OK + f"Content-Length: {size}\r\n\r\n".encode() + b"x" * size
    results = post((huge, False), (huge, False))
    assert [result.code for result in results] == [200, 200]
    rules = [finding.rule for result in results for finding in result.findings]
    assert rules == ["delivery.long_answer"] * 2
    assert post.connections == 2  # type: ignore[attr-defined]


def test_a_token_may_come_in_pieces(make_config: Callable[..., Config]) -> None:
    token = b'{"access_token": "t",' + PAUSE + b' "expires_in": 60}'
    length = len(token.replace(PAUSE, b""))
    given = OK + f"Content-Length: {length}\r\n\r\n".encode() + token
    taken = b"HTTP/1.1 204 No Content\r\n\r\n"
    with Raw([(given, False), (taken, False)]) as server:
        config = make_config(gateway={"url": server.url, "auth": {"kind": "oauth2"}})
        (result,) = asyncio.run(_post_all(config, 1))
    assert (result.code, result.sent["Authorization"]) == (204, "Bearer t")
