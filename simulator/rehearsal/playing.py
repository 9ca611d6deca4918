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
from simulator.base.working_days import Calendar
from simulator.dialects import Dialect
from simulator.dialects.overwriting import overwritten
from simulator.engine import Advance, Answered, Changed, Opened, Plan, QueueChange, Rejected
from simulator.language.faults import fault_of
from simulator.model import (
    MOST_STEPS,
    EntryName,
    Incoming,
    Kci,
    KciState,
    Order,
    Outgoing,
    Path,
    Reply,
    Request,
    Scenario,
    Submission,
    every_step,
)
from simulator.rehearsal.errands import errand_told, refused_start
from simulator.rehearsal.flaws import (
    FAULT,
    UNREACHED,
    Flaw,
    Refusals,
    flaw_of,
    in_reply,
    in_step,
)
from simulator.rehearsal.mending import without
from simulator.rehearsal.messages import Messages
from simulator.rehearsal.parting import Picks, going_of
from simulator.rehearsal.replies import (
    Given,
    attempts_of,
    is_read,
    refusal,
    repeats,
    reply_of,
    told,
    wrong_in,
)
from simulator.rehearsal.sampling import read_sample, refused
from simulator.views.story import Line

# 2026-03-02T09:00:00Z: rehearsals have a date of their own, so that they print the same every day
START = 1_772_442_000_000_000
WAY = "way"
"""The kind of a line that says how a branch was decided."""


@dataclass(slots=True)
class Playing:
    """One order in memory."""

    scenario: Scenario
    dialect: Dialect
    params: Mapping[str, Any]
    operation: str
    calendar: Calendar
    chance: seed.Chance
    first: Incoming | None = None
    """The request that begins the order, instead of a sample."""

    picks: Picks = field(default_factory=dict)
    """The ways that the story goes, beside those that the scenario itself decides."""

    now: int = START
    order: Order | None = None
    requests: list[Request] = field(default_factory=list)
    queue: list[Kci] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    messages: Messages = field(init=False)
    position: int = 1
    serial: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)
    planned: set[Path] = field(default_factory=set)
    happened: set[Path] = field(default_factory=set)
    """The steps that were to happen and that have happened, by their places in the file."""

    shown: int | None = None
    """How many of the lines really happen: those before the first flaw."""

    def __post_init__(self) -> None:
        """Begin the order. What is wrong with the reply or with the times is left out, so that the
        rest can be rehearsed.
        """
        self.messages = Messages(self.dialect)
        for _ in range(len(list(every_step(self.scenario.timeline))) + 2):
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
        path = error.path if isinstance(error, RenderFailed) else ()
        if not path:
            self.flaw(flaw_of(error, in_reply(scenario.reply, ("reply",), error), self.params))
            plain = Reply(answer=scenario.reply.answer, status=scenario.reply.status)
            self.scenario = replace(scenario, reply=plain)
            return plain != scenario.reply
        self.flaw(flaw_of(error, path, self.params))
        self.scenario = replace(scenario, timeline=without(scenario.timeline, path))
        return True

    def flaw(self, flaw: Flaw) -> None:
        """Note what is wrong. The rehearsal goes on as the author meant it."""
        if self.shown is None:
            self.shown = len(self.lines)
        self.flaws.append(flaw)

    def submit(self, action: str, operation: str) -> EntryName | None:
        """Send a sample request now, again while its `attempts` refuse it or spoil the answer; the
        name of the entry that answered it.
        """
        if action != "create" and self.order is None:
            raise Refused("not_found", ["there is no order"])
        self.serial += 1
        first = self.first if action == "create" else None
        incoming = first or self.dialect.sample(operation, self.order, self.serial)
        submission = read_sample(self.dialect, incoming)
        is_known_again = submission.ref and action not in self.dialect.lookups
        given = None
        for attempt in range(1, attempts_of(self.scenario, action) + 1):
            try:
                given = self._submit(incoming, submission, attempt)
            except Refused as refused:
                if attempt == 1:
                    raise
                sent, said = refusal(self.dialect, refused)
                self._say_reply(incoming, submission, sent, said)
                break
            if given.done and is_known_again:
                self._repeat(incoming, submission, given, attempt)
                break
            if is_read(given.sent):
                break
        return given.entry if given else None

    def _begin(self) -> None:
        """What the supplier begins by itself."""
        tenant, document = self.dialect.sample_beginning()
        submission = self.dialect.begin(tenant, document)
        self._take(engine.play(self._situation(submission, 1), self.dialect))
        self._say("act", f"begun by the supplier: {submission.operation} of {tenant}")

    def _submit(self, incoming: Incoming, submission: Submission, attempt: int) -> Given:
        result = engine.play(self._situation(submission, attempt), self.dialect)
        before = self.queue
        self._take(result)
        if isinstance(result, Answered):
            written = self.dialect.write_lookup(submission, result)
        else:
            written = self.dialect.write(submission, result)
        sent = overwritten(written, result.answer)
        name = None if isinstance(result, Opened) else result.entry
        path, reply = reply_of(self.scenario, submission.action, name)
        self.refusals.replies.append((path, reply))
        for flaw in wrong_in(reply, path, attempt, result.answer.headers, sent):
            self.flaw(flaw)
        status = f", the order is {self.order.status}" if self.order else ", no order"
        self._say_reply(incoming, submission, sent, f"{result.answer.word}{status}")
        for said in result.branches if isinstance(result, (Opened, Changed)) else ():
            self._say(WAY, said)
        if isinstance(result, Changed):
            self._say_queue(before, result.queue, submission.action)
        done = not isinstance(result, Rejected)
        return Given(entry=name, written=written, sent=sent, done=done)

    def _repeat(
        self, incoming: Incoming, submission: Submission, given: Given, attempt: int
    ) -> None:
        """Send a request again that was done, as long as nothing of that can be read."""
        assert self.order is not None
        _, reply = reply_of(self.scenario, submission.action, given.entry)
        numbers = range(attempt + 1, len(reply.attempts) + 1)
        later = (self._situation(submission, number) for number in numbers)
        for sent, said in repeats(self.dialect, reply, self.order, later, given):
            self._say_reply(incoming, submission, sent, said)

    def _say_reply(
        self, incoming: Incoming, submission: Submission, sent: Outgoing, said: str
    ) -> None:
        asked = f"{incoming.method} {incoming.path} ({submission.operation})"
        self._say("request", asked, submission.document or None)
        self._say("reply", f"{sent.code} {said}{told(sent)}", sent.body)

    def _situation(self, submission: Submission, attempt: int) -> engine.Situation:
        return engine.Situation(
            submission=submission,
            scenario=self.scenario,
            params=self.params,
            supplier="default",
            now=self.now,
            chance=self.chance,
            calendar=self.calendar,
            order=self.order,
            requests=tuple(self.requests),
            waiting=tuple(self.queue),
            position=self.position,
            serial=1,
            repeat_number=attempt,
        )

    def _take(self, result: Plan | Answered) -> None:
        """Take over what the engine decided, as the store does."""
        if isinstance(result, (Opened, Changed)):
            self.planned.update(kci.step.path for kci in result.kcis)
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
        for _ in range(3 * MOST_STEPS):
            if self.queue and (going := going_of(self.queue, self.picks, self.now, until)):
                self.now, self.queue = going.at, going.queue
                if going.said:
                    self._say("waiting", going.said)
                continue
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

    def _time(self, head: Kci) -> None:
        """Evaluate the time of a step that kept it; one that cannot be evaluated is due at once."""
        assert self.order is not None
        self.now = max(self.now, head.due_at)
        request = next((request for request in self.requests if request.id == head.request), None)
        try:
            changed = engine.timed(
                self.order, head, request, self.queue, self.now, self.chance, self.calendar
            )
        except RenderFailed as error:
            self.flaw(flaw_of(error, head.step.time_path, self.params))
            changed = (replace(head, step=replace(head.step, after=None, at=None)),)
        self.queue = engine.replaced(self.queue, changed)

    def _happen(self, head: Kci) -> None:
        """Let a step happen; one that cannot happens without what is wrong."""
        self.now = max(self.now, head.due_at)
        self.happened.add(head.step.path)
        before, order = self.queue, self.order
        assert order is not None
        if head.step.echo:
            self._send_again(head, order)
            return
        try:
            advanced = self._advance(head)
        except (Illegal, RenderFailed) as error:
            self.flaw(flaw_of(error, in_step(head.step, error), self.params))
            plain = replace(head.step, illegal=True, set={}, fields={})
            with suppress(Illegal, RenderFailed):
                self._advance(replace(head, step=plain))
            return
        for flaw in refused_start(self.dialect, advanced.order, advanced.kci.step):
            self.flaw(flaw)
        ended = [kci for kci in before if kci.id in advanced.withdraw]
        self._note_unreached(head, ended)
        try:
            self._send(head, order, advanced)
        except (Illegal, RenderFailed) as error:
            self.flaw(flaw_of(error, in_step(head.step, error), self.params))

    def _advance(self, head: Kci) -> Advance:
        assert self.order is not None
        advanced = engine.advance(
            self.order, head, self.requests, self.queue, self.dialect, self.now, self.chance
        )
        if fault_of(head.step).is_probe:
            return replace(advanced, withdraw=(), lapsed=())
        self.order = advanced.order
        self.requests = advanced.requests_after(self.requests)
        self.queue = [kci for kci in self.queue if kci.id not in advanced.withdraw]
        return advanced

    def _note_unreached(self, head: Kci, ended: Sequence[Kci]) -> None:
        """Steps of the same timeline that never happen, because this one ends the order."""
        for kci in ended:
            is_told = kci.step.path and head.step.path and kci.step.is_told
            if kci.request == head.request and is_told:
                line = self.scenario.where(head.step.path)[0]
                said = (
                    f"this step never happens: {head.send or head.step.status} on line {line} "
                    "ends the order"
                )
                self.flaws.append(Flaw(said, in_step(kci.step, ""), UNREACHED))

    def _send(self, head: Kci, before: Order, advanced: Advance) -> None:
        """Write the message of a step, and read it as a gateway would."""
        order = advanced.order
        if head.step.is_errand:
            self._say("act", *errand_told(order, advanced.kci.step))
            return
        if not head.send:
            mark = head.step.mark
            if head.step.is_told:
                self._say("status", f"mark {mark}" if mark else f"{order.status} (nothing is sent)")
            return
        if why := self.dialect.why_not_sent(order, head.send):
            self._say("status", f"{head.send} -> {order.status} is not sent: {why}")
            return
        request = next((request for request in self.requests if request.id == head.request), None)
        written = self.messages.write(before, advanced, request)
        self._say("kci", *self.messages.told(written.kci))
        if written.message and not (head.step.illegal or head.step.fault):
            assert self.order is not None
            said = refused(self.dialect, self.order, written.message)
            for flaw in self.refusals.of(head.step, said):
                self.flaw(flaw)

    def _send_again(self, head: Kci, order: Order) -> None:
        """Write a message once more that was written before."""
        try:
            if again := self.messages.write_again(order, head):
                self._say("kci", *self.messages.told(again))
        except Illegal as error:
            self.flaw(Flaw(str(error), (*head.step.path, "fault"), FAULT))

    def _say(self, kind: str, text: str, document: Any = None) -> None:
        self.lines.append(Line(at=self.now, kind=kind, text=text, document=document))
