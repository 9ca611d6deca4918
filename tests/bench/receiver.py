"""The gateway, a process of its own: takes KCIs, answers 204, and notes which came and when.

`python -m tests.bench.receiver [DELAY]` prints its port. The line `count` asks for the number of
KCIs so far, `take` for all of them, after which they are forgotten. `DELAY` is how many seconds an
answer takes. Whoever asks for a token gets one.
"""

from __future__ import annotations

import gc
import json
import re
import select
import socket
import sys
from collections import deque
from contextlib import suppress
from time import monotonic

import httptools

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
TOKEN = b'{"access_token":"t","token_type":"Bearer","expires_in":3600}'
GRANTED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(TOKEN)
) + TOKEN
ORDER = re.compile(rb'"id": ?(\d+)')
"""The order's id is the only one that is a number; a peer's KCI may have it in its path instead."""
NUMBER = re.compile(rb'"sequenceNumber": ?(\d+)')

Arrival = tuple[int, int, float]
"""The order's id (0 where a KCI does not say it), the KCI's number, and when it came."""


class Sender:
    """One connection of a server's."""

    def __init__(self, receiver: Receiver, connection: socket.socket) -> None:
        self.receiver = receiver
        self.socket = connection
        self.parser = httptools.HttpRequestParser(self)
        self.body = self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        url, body = self.url, self.body
        self.body = self.url = b""
        if url.endswith(b"access-token"):
            self.answer(GRANTED)
        else:
            self.receiver.take(self, url, body)

    def answer(self, text: bytes) -> None:
        with suppress(OSError):  # it hung up meanwhile
            self.socket.sendall(text)

    def read(self) -> bool:
        """Whether the connection goes on."""
        try:
            data = self.socket.recv(65536)
            # the parser would take the offer of another protocol, and read no body
            self.parser.feed_data(data.replace(b"\r\nUpgrade:", b"\r\nIgnored:"))
        except (OSError, httptools.HttpParserError):
            return False
        return bool(data)


class Receiver:
    """All connections, and what came over them."""

    def __init__(self, delay: float = 0) -> None:
        self.delay = delay
        self.arrivals: list[Arrival] = []
        self.unanswered: deque[tuple[float, Sender]] = deque()
        self.senders: dict[int, Sender] = {}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.epoll = select.epoll()
        self.epoll.register(self.listener, select.EPOLLIN)
        self.epoll.register(sys.stdin, select.EPOLLIN)

    def run(self) -> None:
        sys.stdout.write(f"{self.listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            wait = self.unanswered[0][0] - monotonic() if self.unanswered else None
            for number, _ in self.epoll.poll(wait if wait is None else max(wait, 0)):
                sender = self.senders.get(number)
                if sender is not None:
                    self.hear(sender, number)
                elif number == self.listener.fileno():
                    self.accept()
                elif not self.obey():
                    return
            self.answer_due()

    def accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.senders[connection.fileno()] = Sender(self, connection)
        self.epoll.register(connection, select.EPOLLIN)

    def hear(self, sender: Sender, number: int) -> None:
        if not sender.read():
            del self.senders[number]
            sender.socket.close()

    def take(self, sender: Sender, url: bytes, body: bytes) -> None:
        """A KCI has come whole."""
        at = monotonic()
        order, number = ORDER.search(body), NUMBER.search(body)
        last = url.rpartition(b"/")[2]
        named = int(order[1]) if order else int(last) if last.isdigit() else 0
        self.arrivals.append((named, int(number[1]) if number else 1, at))
        if self.delay:
            self.unanswered.append((at + self.delay, sender))
        else:
            sender.answer(NO_CONTENT)

    def answer_due(self) -> None:
        while self.unanswered and self.unanswered[0][0] <= monotonic():
            _, sender = self.unanswered.popleft()
            sender.answer(NO_CONTENT)

    def obey(self) -> bool:
        """Do what a line of the standard input says; False at its end."""
        line = sys.stdin.readline().strip()
        if line == "take":
            told: object = self.arrivals
            self.arrivals = []
            gc.collect()  # each closed connection is a cycle of its parser and itself
        else:
            told = len(self.arrivals)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        return bool(line)


if __name__ == "__main__":
    gc.disable()
    Receiver(float(sys.argv[1]) if len(sys.argv) > 1 else 0).run()
