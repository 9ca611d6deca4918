"""A loop on a thread, and a client that says each byte itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any

from simulator.base import instants
from simulator.model import Incoming, Outgoing
from simulator.web.worker import Limits, Loop

QUICK = Limits(
    idle=10 * instants.SECOND,
    head=instants.SECOND // 4,
    body=instants.SECOND // 4,
    leave=5 * instants.SECOND,
    tick=20 * instants.MILLISECOND,
)
"""Time-outs that a test can wait for; idle connections are left alone."""

MOST_BODY = 2000


@dataclass
class Answer:
    """One answer as it came."""

    version: str
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        """A header field's value, None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def code(self) -> int:
        return int(self.status[:3])


class Client:
    """One connection."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=20)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> Client:
        """Say something; what the server does not want to hear any more is lost."""
        try:
            self.socket.sendall(data)
        except ConnectionError:
            pass
        return self

    def end(self) -> Client:
        """Say nothing more, and go on listening."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self, *, is_head: bool = False) -> Answer:
        """The next answer."""
        line = self.file.readline().decode("latin-1").rstrip("\r\n")
        assert line, "the connection ended without an answer"
        raw = b""
        while (field := self.file.readline()) != b"\r\n":
            assert field, raw
            raw += field
        fields = BytesParser().parsebytes(raw)
        version, _, status = line.partition(" ")
        answer = Answer(version, status, [(key, str(value)) for key, value in fields.items()], b"")
        if is_head or answer.code in (100, 204, 304):
            return answer
        if answer["transfer-encoding"] == "chunked":
            while size := int(self.file.readline(), 16):
                answer.body += self.file.read(size)
                self.file.readline()
            self.file.readline()
        elif (length := answer["content-length"]) is not None:
            answer.body = self.file.read(int(length))
        else:
            answer.body = self.file.read()
        return answer

    def rest(self) -> bytes:
        """What comes until the server ends the connection."""
        try:
            return self.file.read()
        except ConnectionError:
            return b""


def echo(incomings: list[Incoming]) -> list[Outgoing]:
    """Answers that tell what came; `/delay/N` waits N milliseconds, `/large` is long."""

    def one(incoming: Incoming) -> Outgoing:
        first, _, rest = incoming.path[1:].partition("/")
        if first == "large":
            return Outgoing(code=200, body="x" * int(rest))
        delay = int(rest) * instants.MILLISECOND if first == "delay" else 0
        told = {"path": incoming.path, "body": incoming.body.decode("latin-1")}
        return Outgoing(code=200, body=told, delay=delay)

    return [one(incoming) for incoming in incomings]


def no_app(environ: Any, start_response: Any) -> list[bytes]:
    """An application that streams its path in pieces."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"beside ", environ["PATH_INFO"].encode()]


@contextmanager
def looping(
    answer_all: Callable[[list[Incoming]], list[Outgoing]] = echo,
    app: Any = no_app,
    limits: Limits = QUICK,
    most_body: int = MOST_BODY,
    **more: Any,
) -> Iterator[tuple[Loop, tuple[str, int]]]:
    """A loop that serves until the block ends, and where."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        is_beside = more.pop("is_beside", lambda path: path.startswith("/beside"))
        loop = Loop(
            [listener],
            answer_all,
            app,
            is_beside=is_beside,
            most_body=most_body,
            threads=4,
            limits=limits,
            **more,
        )
        thread = threading.Thread(target=loop.run, daemon=True)
        thread.start()
        try:
            yield loop, listener.getsockname()
        finally:
            loop.stop()
            thread.join(timeout=20)
            loop.beside.pool.shutdown(wait=True)
            assert not thread.is_alive()


def is_served(address: tuple[str, int]) -> bool:
    """Whether a normal client is answered."""
    with Client(address) as other:
        return other.send(b"GET /other HTTP/1.1\r\nHost: h\r\n\r\n").answer().code == 200
