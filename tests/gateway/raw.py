"""A server that writes whatever bytes a test gives it, and a client to post to it."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from simulator.config import Config
from simulator.config.tls import Tls
from simulator.gateway import Client, Result
from simulator.gateway.names import LookUp, look_up
from simulator.model import Message

OK = b"HTTP/1.1 200 OK\r\n"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
PAUSE = b"<pause>"
MESSAGE = Message(path="/kcis", body="{}", headers={"Content-Type": "application/json"})

Found = TypeVar("Found")
Post = Callable[..., Awaitable[Result]]


@dataclass
class Raw:
    """A server that answers each request with the next of some bytes, then closes where told.

    `early`: it answers as soon as the head is there. `resets`: it closes so that the client gets an
    error, and not the end.
    """

    answers: Sequence[tuple[bytes, bool]]
    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    early: bool = False
    resets: bool = False
    connections: int = 0
    requests: int = 0
    most_at_once: int = 0
    received: list[bytes] = field(default_factory=list)
    open: set[socket.socket] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Raw:
        self.listener = socket.create_server(
            (self.host, self.port), family=socket.AF_INET6 if ":" in self.host else socket.AF_INET
        )
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if self.tls else ''}://{self.host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.listener.close()

    def hang_up(self) -> None:
        """Close all connections. The other side has the end of them when this returns."""
        with self.changed:
            for connection in self.open:
                connection.shutdown(socket.SHUT_RDWR)

    def wait_until_closed(self) -> None:
        """Wait until no connection is left."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.connections and not self.open, 30)

    def wait_for_requests(self, count: int) -> None:
        """Wait until so many requests have come."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.requests >= count, 30)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections += 1
                self.open.add(connection)
                self.most_at_once = max(self.most_at_once, len(self.open))
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), self._secured(connection) as secured:  # the client may close it
            while request := _request(secured, whole=not self.early):
                if self._answer(secured, request):
                    break
        with self.changed:
            self.open.discard(connection)
            self.changed.notify_all()

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self.tls is None:
            return connection
        with connection:
            return self.tls.wrap_socket(connection, server_side=True)

    def _answer(self, connection: socket.socket, request: bytes) -> bool:
        """Answer one request; whether the connection ends."""
        with self.changed:
            self.received.append(request)
            answer, closes = self.answers[self.requests]
            self.requests += 1
            self.changed.notify_all()
        first, *others = answer.split(PAUSE)
        connection.sendall(first)
        for part in others:
            threading.Event().wait(0.05)  # the parts come apart
            connection.sendall(part)
        if self.resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return closes


def _request(connection: socket.socket, *, whole: bool) -> bytes:
    """One request with a body of a known length, or its head; nothing at the end."""
    data = b""
    while piece := connection.recv(1 << 16):
        data += piece
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head) if end else None
        if length and (not whole or len(body) >= int(length[1])):
            return data
    return b""


def with_client(
    config: Config, work: Callable[[Post], Awaitable[Found]], names: LookUp = look_up
) -> Found:
    """What a test does with a client: `post(url, tls, ...)` posts a message with these parts."""

    async def run() -> Found:
        supplier = config.suppliers[0]
        client = Client(config.delivery, config.targets, names)
        await client.open()

        async def post(url: str | None = None, tls: Tls | None = None, **parts: object) -> Result:
            known = supplier.gateway
            gateway = replace(known, url=url or known.url, tls=tls or known.tls)
            return await client.post(gateway, supplier.policy, replace(MESSAGE, **parts))  # type: ignore[arg-type]

        try:
            return await work(post)
        finally:
            await client.close()

    return asyncio.run(run())


def names(*answers: list[str]) -> LookUp:
    """A name server that says this, in turn."""
    left = list(answers)

    async def look_up(host: str) -> list[str]:
        return left.pop(0) if len(left) > 1 else list(left[0])

    return look_up


async def one(post: Post) -> Result:
    """Post one message."""
    return await post()


async def two(post: Post) -> list[Result]:
    """Post two messages, one after the other."""
    return [await post(), await post()]


def codes(results: list[Result]) -> list[int | None]:
    return [result.code for result in results]
