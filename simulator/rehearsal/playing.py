"""One order on its way, in memory: the real dialect and the real engine, but a list for the outbox
and lines for the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.dialects.routes import router_of
from simulator.engine.plan import Plan
from simulator.model import (
    Incoming,
    Kci,
    Message,
    Order,
    Request,
    Scenario,
    Submission,
    Where,
)
from simulator.views.story import Line, parsed

# 2026-03-02T09:00:00Z: rehearsals have a date of their own, so that they print the same every day
START = 1_772_442_000_000_000
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a story cannot go on: `certain` when the contract forbids it, else the sample request may
    only lack what a template asks for.
    """

    message: str
    where: Where
    certain: bool


def attempts_of(scenario: Scenario, action: str) -> int:
    """How often a request of this kind has to be sent at most, until a scenario's `attempts` are
    walked.
    """
    replies = (
        [scenario.reply]
        if action == "create"
        else [entry.reply for entry in scenario.entries.get(action, ())]
    )
    return max((len(reply.attempts) for reply in replies), default=0) or 1


def read_sample(dialect: Dialect, incoming: Incoming) -> Submission:
    """What the dialect reads from one of its own samples."""
    route, variables = router_of(dialect.routes).match(incoming.method, incoming.path)
    submission = dialect.read(replace(incoming, variables=variables), route)
    assert isinstance(submission, Submission)
    return submission


@dataclass(slots=True)
class Playing:
    """One order on its way, in memory."""

    scenario: Scenario
    dialect: Dialect
    params: Mapping[str, Any]
    operation: str
    now: int = START
    order: Order | None = None
    requests: list[Request] = field(default_factory=list)
    waiting: list[Kci] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    places: dict[int, Where] = field(default_factory=dict)
    sequence: int = 0
    position: int = 1
    serial: int = 0
    fault: Fault | None = None

    def __post_init__(self) -> None:
        try:
            if self.scenario.begins == "supplier":
                self._begin()
            else:
                self.submit("create", self.operation)
        except (Refused, Illegal, RenderFailed) as error:
            self.fault = Fault(str(error), (1, 1), not isinstance(error, RenderFailed))

    def submit(self, action: str, operation: str) -> str:
        """Send a sample request now, again while its `attempts` refuse it; the label of the entry
        that answered it.
        """
        if action != "create" and self.order is None:
            raise Refused("not_found", ["there is no order"])
        self.serial += 1
        incoming = self.dialect.sample(operation, self.order, self.serial)
        submission = read_sample(self.dialect, incoming)
        label = ""
        for attempt in range(1, attempts_of(self.scenario, action) + 1):
            label, code = self._submit(incoming, submission, attempt)
            if code < 400:
                break
        return label

    def _begin(self) -> None:
        """What the supplier begins by itself."""
        tenant, document = self.dialect.sample_beginning()
        submission = self.dialect.begin(tenant, document)
        self._play(submission, 1)
        self._say("act", f"begun by the supplier: {submission.operation} of {tenant}")

    def _submit(self, incoming: Incoming, submission: Submission, attempt: int) -> tuple[str, int]:
        plan, before = self._play(submission, attempt)
        outgoing = self.dialect.write(submission, plan)
        self._say("request", f"{incoming.method} {incoming.path} ({submission.operation})")
        status = f", the order is {self.order.status}" if self.order else ", no order"
        code = plan.answer.status or outgoing.code
        self._say("reply", f"{code} {plan.answer.word}{status}")
        self._say_queue(before, plan, submission.action)
        return plan.entry, code

    def _play(self, submission: Submission, attempt: int) -> tuple[Plan, Sequence[Kci]]:
        """Let the engine decide and take its plan over; with what waited before."""
        action = submission.action
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        turn = engine.Turn(
            submission=submission,
            scenario=self.scenario,
            params=self.params,
            supplier="default",
            now=self.now,
            chance=chance,
            order=self.order,
            requests=tuple(self.requests),
            waiting=tuple(self.waiting),
            position=self.position,
            serial=1,
            attempt=attempt,
        )
        plan = engine.play(turn, self.dialect)
        entry = self.scenario.entries.get(action, ())
        steps = self.scenario.timeline if action == "create" else ()
        if plan.entry and action != "create":
            steps = entry[int(plan.entry.split("[")[1][:-1])].timeline
        happening = [step for step in steps if not step.wait]
        self.places |= {
            kci.position: step.where for kci, step in zip(plan.kcis, happening, strict=False)
        }
        self.position += len(plan.kcis)
        self.requests = [
            replace(request, status="lapsed") if request.id in plan.lapsed else request
            for request in self.requests
        ]
        self.requests += [plan.request] if plan.request else []
        before, self.waiting = self.waiting, _queued(self.waiting, plan)
        self.order = plan.order or self.order
        return plan, before

    def afterwards(self) -> tuple[str, ...]:
        """What the contract says to later requests once the order has ended; it ends this
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
                said.append(
                    f"{action}: {answer.code} {self.dialect.describe(answer.body) if answer.body else ''}".rstrip()
                )
            except (Illegal, RenderFailed):
                continue
        return tuple(said)

    def _say_queue(self, before: Sequence[Kci], plan: Plan, action: str) -> None:
        """What a request did to the messages that waited."""
        resumed = [kci.id for kci in before if kci.id in plan.moved and kci.state == "paused"]
        told = (
            ("withdrawn", plan.withdraw),
            (f"paused until a {self.dialect.pauses.get(action, '')}", plan.paused),
            ("going on", resumed),
            ("paused", [kci_id for kci_id in plan.moved if kci_id not in resumed]),
        )
        for what, ids in told:
            codes = [kci.send for kci in before if kci.id in ids and kci.send]
            if codes:
                self._say("waiting", f"{what}: {', '.join(codes)}")

    def play_out(self, until: int | None = None) -> Fault | None:
        """Let every step happen that is due by `until`; a fault ends the story."""
        if self.fault:
            return self.fault
        for _ in range(MOST_STEPS):
            if self.waiting and self.waiting[0].state == "paused":
                self._signal(until)
            if (
                not self.waiting
                or self.waiting[0].state == "paused"
                or (until is not None and self.waiting[0].due_at > until)
            ):
                break
            head = self.waiting.pop(0)
            try:
                self._happen(head)
            except (Illegal, RenderFailed) as error:
                return Fault(
                    str(error), self.places.get(head.position, (1, 1)), isinstance(error, Illegal)
                )
        self.now = max(self.now, until or self.now)
        return None

    def _signal(self, until: int | None) -> None:
        """A story that waits for a signal is told as if it came at once."""
        signalled = [kci for kci in self.waiting if kci.signal and kci.signal_at is not None]
        if not signalled or any(engine.is_paused_by_request(kci) for kci in self.waiting):
            return
        first = min(signalled, key=lambda kci: kci.position)
        if first.signal_at is None or (until is not None and first.signal_at > until):
            return
        self.now = max(self.now, first.signal_at)
        self._say("waiting", f"until the signal {first.signal}")
        changed = {kci.id: kci for kci in engine.signalled(self.waiting, first.signal, self.now)}
        self.waiting = _in_order(changed.get(kci.id, kci) for kci in self.waiting)

    def _happen(self, head: Kci) -> None:
        assert self.order is not None
        self.now = max(self.now, head.due_at)
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        step = engine.advance(
            self.order, head, self.requests, self.waiting, self.dialect, self.now, chance
        )
        self.order = step.order
        if step.request is not None:
            self.requests = [
                step.request if request.id == step.request.id else request
                for request in self.requests
            ]
        self.waiting = [kci for kci in self.waiting if kci.id not in step.withdraw]
        if not head.send:
            self._say(
                "status",
                f"mark {head.step.mark}"
                if head.step.mark
                else f"{self.order.status} (nothing is sent)",
            )
            return
        if why := self.dialect.why_not_sent(self.order, head.send):
            self._say("status", f"{head.send} -> {self.order.status} is not sent: {why}")
            return
        self.sequence += 1
        request = next((request for request in self.requests if request.id == head.request), None)
        numbered = replace(step.kci, sequence=self.sequence, id=head.id)
        message = self.dialect.write_kci(self.order, numbered, request)
        self._say("kci", self.dialect.describe(parsed(message.body)))
        if not head.step.illegal:
            self._read(message)

    def _read(self, message: Message) -> None:
        """Read a message as a gateway would. Illegal when it would be refused."""
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
            raise Illegal(
                f"a gateway would refuse this message: {'; '.join(refused.messages)}"
            ) from None

    def _say(self, kind: str, text: str) -> None:
        self.lines.append(Line(at=self.now, kind=kind, text=text))


def _queued(waiting: Sequence[Kci], plan: Plan) -> list[Kci]:
    """What waits after a request, the next to happen first, the paused ones last."""
    kept = [kci for kci in waiting if kci.id not in plan.withdraw]
    kept = [replace(kci, state="paused") if kci.id in plan.paused else kci for kci in kept]
    kept = [
        replace(kci, due_at=plan.moved[kci.id], state="waiting") if kci.id in plan.moved else kci
        for kci in kept
    ]
    return _in_order((*kept, *plan.kcis))


def _in_order(waiting: Iterable[Kci]) -> list[Kci]:
    return sorted(waiting, key=lambda kci: (kci.state == "paused", kci.due_at, kci.position))
