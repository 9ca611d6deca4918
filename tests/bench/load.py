"""The load generator, a process of its own: places orders over keep-alive connections and notes
when each was answered.

`python -m tests.bench.load` reads a task a line and answers each with a line of JSON. A closed loop
(no `rate`) places the next order of a connection when the one before is answered. An open loop
places `rate` orders a second, each on a free connection. An order that finds none waits, and
its time counts from the moment at which it was due.
"""

from __future__ import annotations

import gc
import json
import select
import socket
import sys
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httptools

from tests.bench.work import request

TICK = 0.01
"""Orders that are due so shortly before the end may be left out."""
PATIENCE = 10.0
"""Seconds that orders under way are waited for at the end."""


@dataclass
class Task:
    """What is asked: `first` is the id of the first order, `port` the server's."""

    port: int
    first: int
    connections: int
    seconds: float
    rate: float | None = None


@dataclass
class Answers:
    """For each order when it was due, when its answer came (0 where none did), and the status."""

    first: int
    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    unsent: int = 0


class Caller:
    """One keep-alive connection, with at most one order under way."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.order = 0

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parser = httptools.HttpResponseParser(self)
        self.complete = self.stays = False

    def place(self, order: int, text: bytes) -> None:
        self.order, self.complete = order, False
        self.socket.sendall(text)

    def on_message_complete(self) -> None:
        self.complete = True
        self.stays = self.parser.should_keep_alive()  # the parser does not know it any more later

    def read(self) -> int:
        """The status of a whole answer, 0 while it is not whole, -1 where the server hung up."""
        try:
            data = self.socket.recv(65536)
            if not data:
                return -1
            self.parser.feed_data(data)
        except (OSError, httptools.HttpParserError):
            return -1
        return self.parser.get_status_code() if self.complete else 0


class Load:
    """One task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.text = request(task.port)
        self.found = Answers(task.first)
        self.epoll = select.epoll()
        self.callers: dict[int, Caller] = {}
        self.idle: list[Caller] = []
        for _ in range(task.connections):
            self.connect(Caller(task.port))

    def connect(self, caller: Caller) -> None:
        """Open a connection; a server that has gone is left alone."""
        try:
            caller.open()
        except OSError:
            return
        self.callers[caller.socket.fileno()] = caller
        self.epoll.register(caller.socket, select.EPOLLIN)
        self.idle.append(caller)

    def run(self) -> Answers:
        begun = monotonic()
        end = begun + self.task.seconds
        while (now := monotonic()) < end or self.waiting(now, end):
            due = self.place_due(begun, end, now)
            self.pause(due - monotonic() if self.idle and now < end else 0.05)
            for number, _ in self.epoll.poll(0):
                self.take(self.callers[number])
        self.close()
        return self.found

    def waiting(self, now: float, end: float) -> bool:
        return len(self.idle) < len(self.callers) and now < end + PATIENCE

    def place_due(self, begun: float, end: float, now: float) -> float:
        """Place what is due, and say when the next one is."""
        rate, due = self.task.rate, now
        while self.idle and now < end:
            due = begun + len(self.found.asked) / rate if rate else monotonic()
            if rate and due > now:
                break
            self.place(due)
        return due

    def place(self, due: float) -> None:
        found, caller = self.found, self.idle.pop()
        number = len(found.asked)
        serial = found.first + number
        found.asked.append(due)
        found.answered.append(0.0)
        found.codes.append(0)
        try:
            caller.place(number, self.text % (serial, serial, serial))
        except OSError:
            self.renew(caller)

    def pause(self, seconds: float) -> None:
        """Wait for an answer; epoll itself counts in milliseconds only."""
        if seconds > 0:
            select.select([self.epoll], [], [], seconds)

    def take(self, caller: Caller) -> None:
        code = caller.read()
        if code < 0:
            self.renew(caller)
        elif code:
            self.found.answered[caller.order] = monotonic()
            self.found.codes[caller.order] = code
            if caller.stays:
                self.idle.append(caller)
            else:
                self.renew(caller)

    def renew(self, caller: Caller) -> None:
        """A new connection in place of one that has ended."""
        self.drop(caller)
        if caller in self.idle:
            self.idle.remove(caller)
        self.connect(caller)

    def drop(self, caller: Caller) -> None:
        del self.callers[caller.socket.fileno()]
        caller.socket.close()

    def close(self) -> None:
        for caller in list(self.callers.values()):
            self.drop(caller)
        self.epoll.close()
        if self.task.rate:
            planned = round(self.task.rate * (self.task.seconds - TICK))
            self.found.unsent = max(0, planned - len(self.found.asked))


def main() -> None:
    gc.disable()
    for line in sys.stdin:
        task: dict[str, Any] = json.loads(line)
        found = Load(Task(**task)).run()
        sys.stdout.write(json.dumps(vars(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
