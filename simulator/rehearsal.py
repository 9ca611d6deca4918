"""Playing a scenario without a store, a clock or a gateway: what `explain` prints, what `check` proves, what the demo expects.

It is the real dialect and the real engine on sample requests; only the outbox is a list here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator import engine, matching, seed, strict_json
from simulator.dialects import Dialect, Route
from simulator.errors import Illegal, Problem, Refused, RenderFailed
from simulator.model import Document, Entry, Incoming, Kci, Order, Request, Scenario, Where
from simulator.scenario import params_of
from simulator.story import Line

START = 1_772_442_000_000_000  # 2026-03-02T09:00:00Z: rehearsals have a date of their own, so that they print the same every day
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a story cannot go on: `certain` when the contract forbids it, else the sample request may only lack what a template asks for."""

    message: str
    where: Where
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryTale:
    """How one entry plays: the request comes `after` microseconds; `natural` when the sample request fits its `when`."""

    action: str
    index: int
    entry: Entry
    operation: str = ""
    after: int = 0
    natural: bool = False
    lines: tuple[Line, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tale:
    """A whole scenario: its own story on the sample `operation`, and one tale for each entry."""

    scenario: Scenario
    operation: str
    natural: bool
    lines: tuple[Line, ...]
    length: int
    entries: tuple[EntryTale, ...] = ()
    fault: Fault | None = None


def tell(scenario: Scenario, dialect: Dialect, params: Mapping[str, Any] | None = None) -> Tale:
    """Rehearse a scenario with given parameters. Refused when a parameter is wrong; a scenario's own faults are in the tale."""
    values = params_of(scenario, {}, given=params or {})
    operation, natural = _operation(scenario, dialect, values)
    stage = _Stage(scenario, dialect, values, operation)
    fault = stage.play_out()
    moments = sorted({line.at for line in stage.lines} | {START})
    entries = [
        _entry_tale(scenario, dialect, values, operation, action, index, moments)
        for action, listed in scenario.entries.items()
        for index in range(len(listed))
    ]
    return Tale(
        scenario=scenario, operation=operation, natural=natural, lines=tuple(stage.lines), length=stage.now - START,
        entries=tuple(entries), fault=fault,
    )  # fmt: skip


def faults(scenario: Scenario, dialect: Dialect, *, certain: bool = True) -> list[Problem]:
    """What of a scenario the contract forbids, each at its step; with `certain=False`, what may not be rendered for some orders."""
    tale = tell(scenario, dialect)
    found = [fault for fault in (tale.fault, *(entry.fault for entry in tale.entries)) if fault and fault.certain is certain]
    code, hint = (
        ("illegal", "a step that breaks the contract on purpose says `illegal: true`") if certain else ("template", "| default(...)")
    )
    return [
        Problem(message=fault.message, file=scenario.file, line=fault.where[0] or 1, column=fault.where[1] or 1, code=code, hint=hint)
        for fault in found
    ]


def _operation(scenario: Scenario, dialect: Dialect, params: Mapping[str, Any]) -> tuple[str, bool]:
    """The first sample request that the scenario's `when` would take, else the plainest one."""
    operations = dialect.sample_operations("create")
    for operation in operations:
        submission = _read(dialect, dialect.sample(operation, None, 1))
        facts = {
            "body": submission.document, "header": {}, "param": params, "order": {}, "tenant": submission.tenant,
            "operation": submission.operation, "marked": (), "open": (), "now": "",
        }  # fmt: skip
        if not matching.first_difference(scenario.when, facts):
            return operation, True
    return operations[0], False


def _entry_tale(
    scenario: Scenario, dialect: Dialect, params: Mapping[str, Any], operation: str, action: str, index: int, moments: Sequence[int]
) -> EntryTale:
    """Send the sample request at each moment of the story until the entry plays to its end; first as it is, then whatever its `when`."""
    entry = scenario.entries[action][index]
    forced = replace(scenario, entries={action: (replace(entry, when=()),)})
    last = EntryTale(action=action, index=index, entry=entry)
    for played, natural in ((scenario, True), (forced, False)):
        for moment in moments:
            stage = _Stage(played, dialect, params, operation)
            stage.play_out(until=moment)
            before = len(stage.lines)
            try:
                label = stage.submit(action, dialect.sample_operations(action)[0])
            except Refused:
                continue
            except (Illegal, RenderFailed) as error:
                last = replace(last, fault=Fault(str(error), entry.where, isinstance(error, Illegal)))
                continue
            if natural and label != f"{action}[{index}]":
                continue
            fault = stage.play_out()
            last = EntryTale(
                action=action, index=index, entry=entry, operation=action, after=moment - START, natural=natural,
                lines=tuple(stage.lines[before:]), fault=fault,
            )  # fmt: skip
            if fault is None:
                return last
    return last


def _read(dialect: Dialect, incoming: Incoming) -> Any:
    return dialect.read(incoming, route_of(dialect, incoming.path))


def route_of(dialect: Dialect, path: str) -> Route:
    """The route of a sample request; sample paths have no variable parts."""
    return next(route for route in dialect.routes if route.path == path)


@dataclass(slots=True)
class _Stage:
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
            self.submit("create", self.operation)
        except (Refused, Illegal, RenderFailed) as error:
            self.fault = Fault(str(error), (1, 1), not isinstance(error, RenderFailed))

    def submit(self, action: str, operation: str) -> str:
        """Send a sample request now; the label of the entry that answered it."""
        self.serial += 1
        incoming = self.dialect.sample(operation, self.order, self.serial)
        submission = _read(self.dialect, incoming)
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        turn = engine.Turn(
            submission=submission, scenario=self.scenario, params=self.params, supplier="default", now=self.now, chance=chance,
            order=self.order, requests=tuple(self.requests), waiting=tuple(self.waiting), position=self.position,
        )  # fmt: skip
        plan = engine.play(turn, self.dialect)
        entry = self.scenario.entries.get(action, ())
        steps = self.scenario.timeline if action == "create" else ()
        if plan.entry and action != "create":
            steps = entry[int(plan.entry.split("[")[1][:-1])].timeline
        self.places |= {kci.position: step.where for kci, step in zip(plan.kcis, steps, strict=False)}
        self.position += len(plan.kcis)
        self.requests = [replace(request, status="lapsed") if request.id in plan.lapsed else request for request in self.requests]
        self.requests += [plan.request] if plan.request else []
        kept = [replace(kci, due_at=plan.moved.get(kci.id, kci.due_at)) for kci in self.waiting if kci.id not in plan.withdraw]
        withdrawn = [kci.send for kci in self.waiting if kci.id in plan.withdraw and kci.send]
        self.waiting = sorted((*kept, *plan.kcis), key=lambda kci: (kci.due_at, kci.position))
        self.order = plan.order or self.order
        outgoing = self.dialect.write(submission, plan)
        self._say("request", f"{incoming.method} {incoming.path} ({submission.operation})")
        status = f", the order is {self.order.status}" if self.order else ", no order"
        self._say("reply", f"{plan.answer.status or outgoing.code} {plan.answer.word}{status}")
        if withdrawn:
            self._say("waiting", f"withdrawn: {', '.join(withdrawn)}")
        if plan.moved:
            self._say("waiting", f"paused: {', '.join(kci.send for kci in kept if kci.id in plan.moved and kci.send)}")
        return plan.entry

    def play_out(self, until: int | None = None) -> Fault | None:
        """Let every step happen that is due by `until`; a fault ends the story."""
        if self.fault:
            return self.fault
        for _ in range(MOST_STEPS):
            if not self.waiting or (until is not None and self.waiting[0].due_at > until):
                break
            head = self.waiting.pop(0)
            try:
                self._happen(head)
            except (Illegal, RenderFailed) as error:
                return Fault(str(error), self.places.get(head.position, (1, 1)), isinstance(error, Illegal))
        self.now = max(self.now, until or self.now)
        return None

    def _happen(self, head: Kci) -> None:
        assert self.order is not None
        self.now = max(self.now, head.due_at)
        chance = seed.Chance("rehearsal", (self.scenario.name,), True)
        step = engine.advance(self.order, head, self.requests, self.waiting, self.dialect, self.now, chance)
        self.order = step.order
        if step.request is not None:
            self.requests = [step.request if request.id == step.request.id else request for request in self.requests]
        self.waiting = [kci for kci in self.waiting if kci.id not in step.withdraw]
        if not head.send:
            self._say("status", f"mark {head.mark}" if head.mark else f"{self.order.status} (nothing is sent)")
            return
        self.sequence += 1
        request = next((request for request in self.requests if request.id == head.request), None)
        numbered = replace(step.kci, sequence=self.sequence, id=head.id)
        notice = self.dialect.notice(self.order, numbered, request)
        self._say("kci", self.dialect.describe(notice))
        if not head.illegal:
            self._check_notice(notice)

    def _check_notice(self, notice: Document) -> None:
        """Read the message as a gateway would. Illegal when it would be refused."""
        try:
            self.dialect.check_notice(strict_json.dumps(notice).encode(), {"content-type": "application/json", "x-request-id": "rehearsal"})
        except Refused as refused:
            raise Illegal(f"a gateway would refuse this message: {'; '.join(refused.messages)}") from None

    def _say(self, kind: str, text: str) -> None:
        self.lines.append(Line(at=self.now, kind=kind, text=text))
