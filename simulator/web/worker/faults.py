"""The faults of answers, played on the connections of a loop by its timers: nothing waits here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from selectors import EVENT_READ

from simulator.base import clock, instants
from simulator.formats.reply_faults import Ending, Sending, sending_of
from simulator.model import Outgoing
from simulator.web.worker.answers import has_no_body, head_bytes, parts_of
from simulator.web.worker.connection import Connection, Phase, Step
from simulator.web.worker.crowd import Crowd

GAP = instants.SECOND // 4
"""The shortest time between two pieces of a slow body."""


def faulty_answer(outgoing: Outgoing, *, method: str, minor: int, keeps: bool) -> Sending:
    """What leaves of an answer with a fault. ValueError as `head_bytes`."""
    fault = outgoing.fault
    assert fault is not None
    status, headers, body = parts_of(outgoing)
    return sending_of(
        fault.word,
        fault.argument,
        headers,
        b"" if has_no_body(method, outgoing.code) else body,
        lambda fields: head_bytes(status, fields, minor=minor, keeps=keeps),
    )


class FaultPlayer:
    """Plays faults on the connections of `crowd`. `flush` sends what has not left yet and ends the
    answer; `later` takes a step at a moment (monotonic microseconds).
    """

    def __init__(
        self, crowd: Crowd, flush: Step, later: Callable[[int, Connection, Step], None]
    ) -> None:
        self.crowd = crowd
        self.flush = flush
        self.later = later

    def play(self, connection: Connection, sending: Sending) -> None:
        """Begin to send, and say what comes behind it."""
        connection.ending = self._ending(sending)
        connection.unsent = sending.data
        if sending.slowly:
            self._send_slowly(connection, sending)
        else:
            self.flush(connection)

    def _ending(self, sending: Sending) -> Step | None:
        match sending.ending:
            case Ending.ASKED:
                return None
            case Ending.CLOSED:
                return self.crowd.leave
            case Ending.RESET:
                return self.crowd.reset
            case Ending.SILENT:
                return partial(self._be_silent, length=sending.silence)

    def _be_silent(self, connection: Connection, length: int) -> None:
        """Say nothing until the client leaves or the time is over."""
        connection.left = self.crowd.limits.unread
        self.crowd.enter(connection, Phase.PLAYING, max(1, length))  # 0 would be for ever
        self.crowd.watch(connection, EVENT_READ)

    def _send_slowly(self, connection: Connection, sending: Sending) -> None:
        """The head now, then pieces of the body at equal distances; the last at the end of the
        time.
        """
        body = sending.slowly
        count = max(1, min(len(body), sending.over // GAP))
        edges = [len(body) * number // count for number in range(count + 1)]
        pieces = deque(body[start:end] for start, end in pairwise(edges))
        begun = clock.monotonic()

        def next_piece(connection: Connection) -> None:
            connection.unsent = bytes(connection.unsent) + pieces.popleft()
            if pieces:
                connection.send()
                await_piece()
            else:
                self.flush(connection)

        def await_piece() -> None:
            past = count - len(pieces) + 1
            self.later(begun + sending.over * past // count, connection, next_piece)

        self.crowd.enter(connection, Phase.PLAYING, sending.over + self.crowd.limits.silence)
        self.crowd.watch(connection, 0)
        connection.send()
        await_piece()
