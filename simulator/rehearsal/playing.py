"""One order in memory: the real dialect and the real engine, with a list for the outbox and lines
for the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.dialects.routes import router_of
from simulator.engine import Advance, Answered, Changed, Opened, Plan, QueueChange, Rejected
from simulator.formats.http import header_problem
from simulator.model import (
    EntryName,
    Incoming,
    Kci,
    KciState,
    Message,
    Order,
    Path,
    Query,
    Reply,
    Request,
    Scenario,
    Step,
    Submission,
)
from simulator.rehearsal.faults import (
    HEADER,
    UNREACHED,
    Fault,
    fault_of,
    in_reply,
    in_step,
    refusals,
    time_of,
)
from simulator.views.story import Line, parsed

# 2026-03-02T09:00:00Z: rehearsals have a date of their own, so that they print the same every day
START = 1_772_442_000_000_000


def attempts_of(scenario: Scenario, action: str) -> int:
    """How often a request of this kind is sent at most, until `attempts` are walked."""
    replies = (
        [scenario.reply]
        if action == "create"
        else [entry.reply for entry in scenario.entries.get(action, ())]
    )
    return max((len(reply.attempts) for reply in replies), default=0) or 1


def read_sample(dialect: Dialect, incoming: Incoming) -> Submission:
    """What the dialect reads from one of its own samples."""
    submission = read(dialect, incoming)
    assert isinstance(submission, Submission)
    return submission


def read(dialect: Dialect, incoming: Incoming) -> Submission | Query:
    """What the dialect reads from any request. Refused as it would be on the wire."""
    route, variables = router_of(dialect.routes).match(incoming.method, incoming.path)
    return dialect.read(replace(incoming, variables=variables), route)


@dataclass(slots=True)
class Playing:
    """One order in memory."""

    scenario: Scenario
    dialect: Dialect
    params: Mapping[str, Any]
    operation: str
    first: Incoming | None = None
    """The request that begins the order, instead of a sample."""

    now: int = START
    order: Order | None = None
    requests: list[Request] = field(default_factory=list)
    queue: list[Kci] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    sequence: int = 0
    position: int = 1
    serial: int = 0
    faults: list[Fault] = field(default_factory=list)
    shown: int | None = None
    """How many of the lines really happen: those before the first fault."""

    def __post_init__(self) -> None:
        """Begin the order. What is wrong with the reply or with the times is left out, so that the
        rest can be rehearsed.
        """
        for _ in range(len(self.scenario.timeline) + 2):
            try:
                if self.scenario.begins == "supplier":
                    self._begin()
                else:
                    self.submit("create", self.operation)
                return
            except (Refused, Illegal, RenderFailed) as error:
                if not self._leave_out(error):
                    return

    def _leave_out(self, error: Exception) -> bool:
        """Whether there was something to leave out."""
        scenario = self.scenario
        number = error.step if isinstance(error, RenderFailed) else None
        if number is None:
            self.fault(fault_of(error, in_reply(scenario.reply, ("reply",), error)))
            plain = Reply(answer=scenario.reply.answer, status=scenario.reply.status)
            self.scenario = replace(scenario, reply=plain)
            return plain != scenario.reply
        step = scenario.timeline[number]
        self.fault(fault_of(error, time_of(step)))
        steps = list(scenario.timeline)
        steps[number] = replace(step, after=0, at=None)
        self.scenario = replace(scenario, timeline=tuple(steps))
        return True

    def fault(self, fault: Fault) -> None:
        """Note what is wrong. The rehearsal goes on as the author meant it."""
        if self.shown is None:
            self.shown = len(self.lines)
        self.faults.append(fault)

    def submit(self, action: str, operation: str) -> EntryName | None:
        """Send a sample request now, again while its `attempts` refuse it; the name of the entry
        that answered it.
        """
        if action != "create" and self.order is None:
            raise Refused("not_found", ["there is no order"])
        self.serial += 1
        given = self.first if action == "create" else None
        incoming = given or self.dialect.sample(operation, self.order, self.serial)
        submission = read_sample(self.dialect, incoming)
        entry = None
        for attempt in range(1, attempts_of(self.scenario, action) + 1):
            entry, code = self._submit(incoming, submission, attempt)
            if code < 400:
                break
        return entry

    def _begin(self) -> None:
        """What the supplier begins by itself."""
        tenant, document = self.dialect.sample_beginning()
        submission = self.dialect.begin(tenant, document)
        self._take(engine.play(self._situation(submission, 1), self.dialect))
        self._say("act", f"begun by the supplier: {submission.operation} of {tenant}")

    def _submit(
        self, incoming: Incoming, submission: Submission, attempt: int
    ) -> tuple[EntryName | None, int]:
        result = engine.play(self._situation(submission, attempt), self.dialect)
        before = self.queue
        self._take(result)
        if isinstance(result, Answered):
            outgoing = self.dialect.write_lookup(submission, result)
        else:
            outgoing = self.dialect.write(submission, result)
        code = result.answer.status or outgoing.code
        name = None if isinstance(result, Opened) else result.entry
        self._check_headers(submission.action, name, result.answer.headers)
        status = f", the order is {self.order.status}" if self.order else ", no order"
        asked = f"{incoming.method} {incoming.path} ({submission.operation})"
        self._say("request", asked, submission.document or None)
        body = result.answer.body if result.answer.has_body else outgoing.body
        self._say("reply", f"{code} {result.answer.word}{status}", body)
        if isinstance(result, Changed):
            self._say_queue(before, result.queue, submission.action)
        return name, code

    def _check_headers(
        self, action: str, name: EntryName | None, headers: Mapping[str, str]
    ) -> None:
        """The headers of the answer, as they are once their templates are filled in."""
        path: Path = ("reply",)
        reply = self.scenario.reply
        if action != "create" and name is not None:
            entry = self.scenario.entries[action][name.index]
            path, reply = (*entry.path, "reply"), entry.reply
        for header, value in headers.items():
            if said := header_problem(header, value):
                error = RenderFailed(said, source=str(reply.headers.get(header, "")))
                self.fault(Fault(said, in_reply(reply, path, error), HEADER))

    def _situation(self, submission: Submission, attempt: int) -> engine.Situation:
        return engine.Situation(
            submission=submission,
            scenario=self.scenario,
            params=self.params,
            supplier="default",
            now=self.now,
            chance=seed.Chance("rehearsal", (self.scenario.name,), True),
            order=self.order,
            requests=tuple(self.requests),
            waiting=tuple(self.queue),
            position=self.position,
            serial=1,
            repeat_number=attempt,
        )

    def _take(self, result: Plan | Answered) -> None:
        """Take over what the engine decided, as the store does."""
        match result:
            case Opened():
                self.order, self.requests = result.order, [result.request]
                self.queue = engine.in_order(result.kcis)
                self.position += len(result.kcis)
            case Changed():
                self.order = result.order
                self.requests = [
                    replace(request, status="lapsed") if request.id in result.lapsed else request
                    for request in self.requests
                ]
                self.requests.append(result.request)
                self.queue = engine.changed(self.queue, result.queue, result.kcis)
                self.position += len(result.kcis)
            case Rejected():
                self.order = result.order or self.order
            case Answered():
                pass

    def afterwards(self) -> tuple[str, ...]:
        """What the contract answers to later requests once the order has ended. It ends this
        rehearsal.
        """
        if self.order is None or not self.dialect.ends(self.order.status):
            return ()
        said = []
        for action in self.dialect.vocabulary.actions:
            try:
                self.submit(action, self.dialect.sample_operations(action)[0])
            except Refused as refused:
                answer = self.dialect.refuse(refused)
                shown = self.dialect.describe(answer.body) if answer.body else ""
                said.append(f"{action}: {answer.code} {shown}".rstrip())
            except (Illegal, RenderFailed):
                continue
        return tuple(said)

    def _say_queue(self, before: Sequence[Kci], change: QueueChange, action: str) -> None:
        """What a request did to the messages that waited."""
        resumed = [
            kci.id for kci in before if kci.id in change.moved and kci.state == KciState.PAUSED
        ]
        effects = (
            ("withdrawn", change.withdraw),
            (f"paused until a {self.dialect.pauses.get(action, '')}", change.paused),
            ("going on", resumed),
            ("paused", [kci_id for kci_id in change.moved if kci_id not in resumed]),
        )
        for what, ids in effects:
            codes = [kci.send for kci in before if kci.id in ids and kci.send]
            if codes:
                self._say("waiting", f"{what}: {', '.join(codes)}")

    def play_out(self, until: int | None = None) -> None:
        """Let every step happen that is due by `until`."""
        for _ in range(2 * engine.MOST_STEPS):
            if self.queue and self.queue[0].state == KciState.PAUSED:
                self._signal(until)
            if (
                not self.queue
                or self.queue[0].state == KciState.PAUSED
                or (until is not None and self.queue[0].due_at > until)
            ):
                break
            head = self.queue[0]
            if not head.is_timed:
                self._time(head)
                continue
            self.queue.pop(0)
            self._happen(head)
        self.now = max(self.now, until or self.now)

    def _signal(self, until: int | None) -> None:
        """Where everything waits for a signal, it comes at once."""
        signalled = [kci for kci in self.queue if kci.signal and kci.signal_at is not None]
        if not signalled or any(engine.is_paused_by_request(kci) for kci in self.queue):
            return
        first = min(signalled, key=lambda kci: kci.position)
        if first.signal_at is None or (until is not None and first.signal_at > until):
            return
        self.now = max(self.now, first.signal_at)
        self._say("waiting", f"until the signal {first.signal}")
        changed = engine.signalled(self.queue, first.signal, self.now)
        self.queue = engine.replaced(self.queue, changed)

    def _time(self, head: Kci) -> None:
        """Evaluate the time of a step that kept it; one that cannot be evaluated is due at once."""
        assert self.order is not None
        self.now = max(self.now, head.due_at)
        request = next((request for request in self.requests if request.id == head.request), None)
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        try:
            changed = engine.timed(self.order, head, request, self.queue, self.now, chance)
        except RenderFailed as error:
            self.fault(fault_of(error, time_of(head.step)))
            changed = (replace(head, step=replace(head.step, after=None, at=None)),)
        self.queue = engine.replaced(self.queue, changed)

    def _happen(self, head: Kci) -> None:
        """Let a step happen; one that cannot happens without what is wrong."""
        self.now = max(self.now, head.due_at)
        before = self.queue
        try:
            advanced = self._advance(head)
        except (Illegal, RenderFailed) as error:
            self.fault(fault_of(error, in_step(head.step, error)))
            plain = replace(head.step, illegal=True, set={}, fields={})
            with suppress(Illegal, RenderFailed):
                self._advance(replace(head, step=plain))
            return
        ended = [kci for kci in before if kci.id in advanced.withdraw]
        self._note_unreached(head, ended)
        try:
            self._send(head, advanced)
        except (Illegal, RenderFailed) as error:
            self.fault(fault_of(error, in_step(head.step, error)))

    def _advance(self, head: Kci) -> Advance:
        assert self.order is not None
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        advanced = engine.advance(
            self.order, head, self.requests, self.queue, self.dialect, self.now, chance
        )
        self.order = advanced.order
        settled = {advanced.request.id: advanced.request} if advanced.request else {}
        self.requests = [
            replace(request, status="lapsed")
            if request.id in advanced.lapsed
            else settled.get(request.id, request)
            for request in self.requests
        ]
        self.queue = [kci for kci in self.queue if kci.id not in advanced.withdraw]
        return advanced

    def _note_unreached(self, head: Kci, ended: Sequence[Kci]) -> None:
        """Steps of the same timeline that never happen, because this one ends the order."""
        for kci in ended:
            if kci.request == head.request and kci.step.path and head.step.path:
                line = self.scenario.where(head.step.path)[0]
                said = (
                    f"this step never happens: {head.send or head.step.status} on line {line} "
                    "ends the order"
                )
                self.faults.append(Fault(said, in_step(kci.step, ""), UNREACHED))

    def _send(self, head: Kci, advanced: Advance) -> None:
        """Write the message of a step, and read it as a gateway would."""
        order = advanced.order
        if not head.send:
            mark = head.step.mark
            self._say("status", f"mark {mark}" if mark else f"{order.status} (nothing is sent)")
            return
        if why := self.dialect.why_not_sent(order, head.send):
            self._say("status", f"{head.send} -> {order.status} is not sent: {why}")
            return
        self.sequence += 1
        request = next((request for request in self.requests if request.id == head.request), None)
        numbered = replace(advanced.kci, sequence=self.sequence, id=head.id)
        message = self.dialect.write_kci(order, numbered, request)
        document = parsed(message.body)
        self._say("kci", self.dialect.describe(document), document)
        if not head.step.illegal:
            self._read(message, head.step)

    def _read(self, message: Message, step: Step) -> None:
        """Read a message as a gateway would: each part that it would refuse is a fault."""
        assert self.order is not None
        incoming = Incoming(
            method=message.method,
            path=message.path,
            headers={name.lower(): value for name, value in message.headers.items()},
            body=message.body.encode(),
            variables={"id": self.order.number},
        )
        try:
            self.dialect.read_kci(incoming)
        except Refused as refused:
            for fault in refusals(step, refused.messages):
                self.fault(fault)

    def _say(self, kind: str, text: str, document: Any = None) -> None:
        self.lines.append(Line(at=self.now, kind=kind, text=text, document=document))
