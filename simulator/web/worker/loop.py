"""The readiness loop of one process: one thread that reads requests and answers them.

Requests that are readable in one round are read first and then answered together by one call. An
answer that waits is a timer. What belongs to the WSGI application leaves the loop for a thread,
with its connection, and the connection comes back when it can take another request.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import socket
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE

from simulator.base import clock, instants
from simulator.front import problem
from simulator.model import Incoming, Outgoing
from simulator.web.shared import ASK_AGAIN, Application
from simulator.web.worker.answers import CONTINUE, answer_bytes, refusal_bytes
from simulator.web.worker.beside import Beside
from simulator.web.worker.connection import HALFWAY, IN_FLIGHT, PIECE, Connection, Phase, Step
from simulator.web.worker.crowd import Crowd
from simulator.web.worker.faults import FaultPlayer, faulty_answer
from simulator.web.worker.heads import BadRequest
from simulator.web.worker.limits import Limits
from simulator.web.worker.reader import Request

log = logging.getLogger("simulator.web")

AnswerAll = Callable[[list[Incoming]], list[Outgoing]]
FAULT = "an internal fault of the simulator: its log has the details"


class Loop:
    """Serves `listeners` until `stop`. `answer_all` answers all requests but those of the paths of
    which `is_beside` says that they are `app`'s, a WSGI application. `heartbeat` is called each
    tick; `end` ends what waits in the application.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        answer_all: AnswerAll,
        app: Application | None = None,
        *,
        is_beside: Callable[[str], bool] = lambda path: False,
        most_body: int,
        threads: int = 1,
        limits: Limits | None = None,
        heartbeat: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        self.listeners = listeners
        self.answer_all = answer_all
        self.is_beside = is_beside
        self.most_body = most_body
        self.limits = limits or Limits()
        self.heartbeat = heartbeat
        self.end = end
        name = listeners[0].getsockname()
        self.server: tuple[str, int] = (str(name[0]), int(name[1]))
        patience = self.limits.silence / instants.SECOND
        self.beside = Beside(app, threads, self.server, patience) if app else None
        self.crowd = Crowd(listeners, self.limits, most_body)
        self.faults = FaultPlayer(self.crowd, self._flush, self._later)
        self.waking, self.waker = socket.socketpair()
        self.ready: list[Connection] = []
        self.batch: list[tuple[Connection, Incoming]] = []
        self.timers: list[tuple[int, int, Connection, Step]] = []
        self.numbers = itertools.count()
        self.away: set[Connection] = set()  # with a thread
        self.returned: deque[tuple[Connection, bool]] = deque()
        self.is_asked_to_stop = False
        self.is_stopping = False
        self.is_closed = False
        self.next_tick = 0

    # ---- the life of the loop

    def run(self) -> None:
        """Serve until `stop`, then answer what is in flight."""
        for one in (self.waking, self.waker, *self.listeners):
            one.setblocking(False)
        self.crowd.selector.register(self.waking, EVENT_READ)
        self.crowd.accept_more(True)
        try:
            while not self.is_asked_to_stop:
                self._round()
            self._end()
        finally:
            self._close_all()

    def stop(self) -> None:
        """Ask the loop to stop: from a signal's handler, or from another thread."""
        self.is_asked_to_stop = True
        self._wake()

    def _end(self) -> None:
        """Idle connections are closed, what is in flight is answered, but not for ever."""
        self.is_stopping = True
        self.crowd.accept_more(False)
        self.end()
        for connection in list(self.crowd.idle):
            self._try(self._readable, connection)  # a request may be there already
        now = clock.monotonic()
        for connection in self.crowd.connections:
            if connection.phase in HALFWAY:
                connection.deadline = min(connection.deadline, now + self.limits.leave)
        self._answer()
        while clock.monotonic() < now + self.limits.grace:
            for connection in list(self.crowd.idle):
                self.crowd.close(connection)
            if not any(one.phase in IN_FLIGHT for one in self.crowd.connections):
                break
            self._round()

    def _close_all(self) -> None:
        self.is_closed = True
        if self.beside is not None:
            self.beside.close()
        for connection in self.crowd.connections - self.away:
            self.crowd.close(connection)
        for connection, _ in self.returned:
            connection.socket.close()
        self.crowd.selector.close()
        self.waking.close()
        self.waker.close()

    def _round(self) -> None:
        ready, self.ready = self.ready, []
        found = self.crowd.selector.select(0 if ready else self._until_next())
        for connection in ready:
            self._try(self._advance, connection)
        for key, events in found:
            if isinstance(key.data, Connection):
                step = self._writable if events & EVENT_WRITE else self._readable
                self._try(step, key.data)
            elif key.fileobj is self.waking:
                self._take_back()
        for key, _ in found:
            if key.data is None and key.fileobj is not self.waking:
                # last, so that nobody who has just asked something makes room
                self.crowd.accept(key.fileobj)  # type: ignore[arg-type]
        self._answer()
        now = clock.monotonic()
        while self.timers and self.timers[0][0] <= now:
            _, _, connection, then = heapq.heappop(self.timers)
            self._try(then, connection)
        if now >= self.next_tick:
            self._tick(now)

    def _until_next(self) -> float:
        """The seconds until something is due."""
        if self.batch:
            return 0
        due = min(self.next_tick, self.timers[0][0]) if self.timers else self.next_tick
        return max(0, due - clock.monotonic()) / instants.SECOND

    def _tick(self, now: int) -> None:
        self.next_tick = now + self.limits.tick
        self.heartbeat()
        for connection in list(self.crowd.connections):
            if connection.deadline and connection.deadline <= now:
                self._try(self._expire, connection)
        if not self.is_stopping:
            self.crowd.accept_more(True)

    def _try(self, step: Callable[..., None], connection: Connection, *more: Outgoing) -> None:
        """What goes wrong on a connection costs that connection alone."""
        if connection.phase is Phase.CLOSED:
            return
        try:
            step(connection, *more)
        except OSError:
            self.crowd.close(connection)
        except Exception:
            log.exception("a connection is given up: an internal fault")
            self.crowd.close(connection)

    # ---- reading

    def _expire(self, connection: Connection) -> None:
        phase = connection.phase
        if phase is Phase.IDLE or phase in HALFWAY:
            self._readable(connection)  # it may have come while others were answered
            if connection.phase is not phase:
                return
        if phase in HALFWAY:
            self._refuse(connection, BadRequest(408, "the request did not come in time"))
        else:
            self.crowd.close(connection)

    def _readable(self, connection: Connection) -> None:
        if connection.phase is Phase.BUSY or connection.phase is Phase.WRITING:
            return
        data = connection.receive()
        if data is None:
            return
        if connection.phase in (Phase.LEAVING, Phase.PLAYING):
            connection.left -= len(data)
            if not data or connection.left < 0:
                self.crowd.close(connection)
            return
        connection.reader.feed(data)
        self._advance(connection)

    def _advance(self, connection: Connection) -> None:
        """Take the next request, if it is there."""
        if connection.phase is not Phase.IDLE and connection.phase not in HALFWAY:
            return
        reader = connection.reader
        try:
            request = reader.next()
        except BadRequest as bad:
            peer = connection.peer[0] if connection.peer else "a client"
            log.warning("a request of %s is refused: %s", peer, bad.said)
            self._refuse(connection, bad)
            return
        if request is not None:
            self._take(connection, request)
        elif reader.has_ended:
            self.crowd.close(connection)
        else:
            if reader.is_awaited:
                reader.is_awaited = False
                connection.socket.send(CONTINUE)
            self._wait_for_rest(connection)

    def _wait_for_rest(self, connection: Connection) -> None:
        """A phase has one deadline, however slowly what belongs to it comes."""
        head = connection.reader.head
        if head is not None:
            if connection.phase is not Phase.BODY:
                length = self.most_body if head.length is None else head.length
                spent = length * instants.SECOND // self.limits.body_rate
                self.crowd.enter(connection, Phase.BODY, self.limits.body + spent)
        elif connection.reader.has_begun:
            if connection.phase is not Phase.HEAD:
                self.crowd.enter(connection, Phase.HEAD, self.limits.head)
        elif connection.phase is not Phase.IDLE:
            self.crowd.enter(connection, Phase.IDLE, self.limits.idle)

    def _take(self, connection: Connection, request: Request) -> None:
        connection.request = request
        beside = self.beside
        if beside is None or not self.is_beside(request.head.decoded_path):
            incoming = request.incoming(self.server)
            self.crowd.enter(connection, Phase.BUSY)
            self.batch.append((connection, incoming))
            return
        self.crowd.enter(connection, Phase.BUSY)
        self.crowd.watch(connection, 0)
        self.away.add(connection)

        def done(keeps: bool) -> None:
            self.returned.append((connection, keeps))
            self._wake()
            if self.is_closed:
                connection.socket.close()

        beside.submit(
            request, connection.socket, connection.peer, done, lambda: not self.is_asked_to_stop
        )

    def _wake(self) -> None:
        try:
            self.waker.send(b"\0")
        except OSError:
            pass  # it is awake, or has ended

    def _take_back(self) -> None:
        """The connections that the threads have done with."""
        try:
            self.waking.recv(PIECE)
        except BlockingIOError:
            pass
        while self.returned:
            connection, keeps = self.returned.popleft()
            self.away.discard(connection)
            connection.request = None
            connection.keeps = keeps
            connection.socket.setblocking(False)
            self._try(self._sent, connection)

    # ---- answering

    def _answer(self) -> None:
        """Answer what came in this round together, by as few calls as may be."""
        batch, self.batch = self.batch, []
        most = self.limits.at_once
        for start in range(0, len(batch), most):
            self._answer_together(batch[start : start + most])
            if start + most < len(batch) and clock.monotonic() >= self.next_tick:
                self._tick(clock.monotonic())

    def _answer_together(self, batch: list[tuple[Connection, Incoming]]) -> None:
        incomings = [incoming for _, incoming in batch]
        try:
            outgoings = self.answer_all(incomings)
        except Exception:
            log.exception("%s requests: an internal fault", len(batch))
            outgoings = [problem(500, "fault", FAULT) for _ in batch]
        for (connection, _), outgoing in zip(batch, outgoings, strict=True):
            if outgoing.delay or outgoing.may_leave:
                self.crowd.watch(connection, 0)
                due = clock.monotonic() + outgoing.delay
                self._later(due, connection, partial(self._write_in_turn, outgoing=outgoing))
            else:
                self._try(self._write, connection, outgoing)

    def _later(self, due: int, connection: Connection, step: Step) -> None:
        heapq.heappush(self.timers, (due, next(self.numbers), connection, step))

    def _write_in_turn(self, connection: Connection, outgoing: Outgoing) -> None:
        """Write an answer, unless something else has to leave before it."""
        if outgoing.may_leave is None or outgoing.may_leave():
            self._write(connection, outgoing)
        else:
            step = partial(self._write_in_turn, outgoing=outgoing)
            self._later(clock.monotonic() + ASK_AGAIN, connection, step)

    def _write(self, connection: Connection, outgoing: Outgoing) -> None:
        request = connection.request
        assert request is not None
        connection.request = None
        keeps = connection.keeps = request.keeps and not self.is_asked_to_stop
        method, minor = request.head.method, request.head.minor
        try:
            if outgoing.fault is not None:
                sending = faulty_answer(outgoing, method=method, minor=minor, keeps=keeps)
                self.faults.play(connection, sending)
                return
            data = answer_bytes(outgoing, method=method, minor=minor, keeps=keeps)
        except ValueError:
            log.exception("%s %s: an internal fault", method, request.head.path)
            fault = problem(500, "fault", FAULT)
            data = answer_bytes(fault, method=method, minor=minor, keeps=keeps)
        connection.unsent = data
        self._flush(connection)

    def _refuse(self, connection: Connection, bad: BadRequest) -> None:
        connection.keeps = False
        connection.unsent = refusal_bytes(bad)
        self._flush(connection)

    def _writable(self, connection: Connection) -> None:
        if connection.phase is Phase.WRITING:
            self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        if connection.send():
            self._sent(connection)
        else:
            self.crowd.enter(connection, Phase.WRITING, self.limits.silence)
            self.crowd.watch(connection, EVENT_WRITE)

    def _sent(self, connection: Connection) -> None:
        """The answer has left: what comes next."""
        if connection.ending is not None:
            connection.ending(connection)
            return
        if not connection.keeps:
            self.crowd.leave(connection)
            return
        self.crowd.watch(connection, EVENT_READ)
        if connection.reader.buffer or connection.reader.has_ended:
            self.crowd.enter(connection, Phase.HEAD, self.limits.head)
            self.ready.append(connection)
        else:
            self.crowd.enter(connection, Phase.IDLE, self.limits.idle)
