"""An order in memory that follows a recorded one: the real engine and the real dialect say what the
contract would give by itself at each point of its life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import engine
from simulator.base import instants, seed
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.engine import Advance, Opened, Plan
from simulator.formats import strict_json
from simulator.model import (
    Entry,
    Exchange,
    Kci,
    Order,
    Pending,
    Reply,
    Request,
    Scenario,
    Step,
    Submission,
)
from simulator.recording.differences import Changes, differences, values_at, without

CREATE = "create"
_NAME = "recorded"
_FAULTS = (Refused, Illegal, RenderFailed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One way to answer a request, and what of the recorded answer it does not give."""

    reply: Reply
    plan: Plan | None
    changes: Changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """One step, the order after it, its message, and what of the recorded message it does not
    give.
    """

    step: Step
    owner: Request
    advance: Advance
    message: Mapping[str, Any]
    changes: Changes


@dataclass(slots=True)
class Following:
    """One order in memory."""

    dialect: Dialect
    order: Order | None = None
    requests: list[Request] = field(default_factory=list)
    number: str = ""
    """The order's real number, once a document has told it."""

    @property
    def names(self) -> dict[str, str]:
        """The expressions that stand for what identifies the order."""
        if self.order is None:
            return {}
        return {"order.ref": self.order.ref, "order.number": self.order.number}

    # ---- requests

    def answers(
        self, submission: Submission, exchange: Exchange, replies: Iterable[Reply], *, illegal: bool
    ) -> Iterator[Answered]:
        """What each reply would make of a request. One that the contract forbids is left out."""
        for reply in replies:
            try:
                plans = [self._plan(submission, exchange.at, reply, illegal, n) for n in (1, 2)]
                written = [self._written(submission, plan, reply) for plan in plans]
            except _FAULTS:
                continue
            code, body = exchange.response.get("code"), exchange.response.get("body")
            if written[0][0] == code:
                plan = plans[0]
                number = plan.request.number if isinstance(plan, engine.Changed) else ""
                changes = self._changes(written[0][1], written[1][1], body, plan.order, number)
                yield Answered(reply=reply, plan=plans[0], changes=changes)

    def by_itself(self, submission: Submission, at: int) -> Answered | None:
        """What the contract makes of a request without a scenario; None where it forbids it."""
        reply = Reply()
        try:
            plan = self._plan(submission, at, reply, False, 1)
        except _FAULTS:
            return None
        return Answered(reply=reply, plan=plan, changes={})

    def refused(self, submission: Submission, at: int) -> int:
        """The status by which the contract itself refuses a request; 0 when it does not."""
        try:
            self._plan(submission, at, Reply(), False, 1)
        except Refused as refused:
            return self.dialect.refuse(refused).code
        except (Illegal, RenderFailed):
            pass
        return 0

    def begin(self, submission: Submission, at: int) -> None:
        """Begin an order that nobody asked for."""
        plan = engine.create(self._situation(submission, at, _script(begins=True), 1), self.dialect)
        assert isinstance(plan, Opened)
        self.take(plan)

    def take(self, plan: Plan) -> None:
        """Take over what the engine decided of a request."""
        if isinstance(plan, Opened):
            self.order, self.requests = plan.order, [plan.request]
        elif isinstance(plan, engine.Changed):
            self.order = plan.order
            self.requests = [
                replace(request, status="lapsed") if request.id in plan.lapsed else request
                for request in self.requests
            ]
            self.requests.append(plan.request)

    def learn(self, expected: Any, recorded: Any) -> None:
        """Give the order its real number, where a recorded document tells it."""
        assert self.order is not None
        if not self.number and (number := _told(expected, recorded, self.order.number)):
            self.number = number
            self.order = replace(self.order, number=number)

    def written(self, submission: Submission, plan: Plan) -> Any:
        """The body by which a plan is answered."""
        return self.dialect.write(submission, plan).body

    def _plan(
        self, submission: Submission, at: int, reply: Reply, illegal: bool, serial: int
    ) -> Plan:
        if submission.action == CREATE:
            script = _script(reply=reply)
            return engine.create(self._situation(submission, at, script, serial), self.dialect)
        if self.order is None:
            raise Refused("not_found", ["there is no order"])
        entry = Entry(reply=reply, pending=Pending(verb="keep"), illegal=illegal)
        script = _script(entries={submission.action: (entry,)})
        situation = self._situation(submission, at, script, serial)
        return engine.answer_later(situation, self.order, self.dialect)

    def _situation(
        self, submission: Submission, at: int, script: Scenario, serial: int
    ) -> engine.Situation:
        return engine.Situation(
            submission=submission,
            scenario=script,
            params={},
            supplier=_NAME,
            now=at,
            chance=seed.Chance(_NAME, (str(serial),), True),
            order=self.order,
            requests=tuple(self.requests),
            serial=serial,
        )

    def _written(self, submission: Submission, plan: Plan, reply: Reply) -> tuple[int, Any]:
        outgoing = self.dialect.write(submission, plan)
        body = plan.answer.body if reply.has_body else outgoing.body
        return reply.status or outgoing.code, body

    def _changes(
        self, expected: Any, again: Any, recorded: Any, order: Order | None, number: str = ""
    ) -> Changes:
        """What a recorded document has that the expected one has not, but for what identifies: what
        differs `again`, our references (`number` is that of a new request), and members that no
        step sets. The status counts.
        """
        changes = without(differences(expected, recorded), differences(expected, again))
        fixed = self.dialect.vocabulary.fixed
        ours = {number, *(request.number for request in self.requests)} - {""}
        status = order.status if order else None
        statuses = set(values_at(expected, lambda value: value == status and value is not None))
        names = set(values_at(expected, lambda value: isinstance(value, str) and value in ours))
        return {
            path: value
            for path, value in changes.items()
            if path in statuses or not (path in names or fixed.keys() & set(path.split(".")[:2]))
        }

    # ---- steps

    def step(
        self, step: Step, owner: Request, at: int, recorded: Mapping[str, Any], number: int
    ) -> Happened | None:
        """What a step would make of the order, and how its message differs from the recorded one;
        None when it is not possible.
        """
        try:
            advance = self.advanced(step, owner, at)
            messages = [self._message(advance, owner, number, again) for again in (False, True)]
        except _FAULTS:
            return None
        changes = self._changes(messages[0], messages[1], recorded, advance.order)
        return Happened(
            step=step, owner=owner, advance=advance, message=messages[0], changes=changes
        )

    def advanced(self, step: Step, owner: Request, at: int) -> Advance:
        """The order after a step. Illegal and RenderFailed as `engine.advance`."""
        assert self.order is not None
        chance = seed.Chance(_NAME, ("step",), True)
        kci = Kci(
            id=chance.uuid("kci"),
            order=self.order.id,
            request=owner.id,
            position=1,
            due_at=at,
            step=step,
        )
        requests = self.requests
        return engine.advance(self.order, kci, requests, (), self.dialect, at, chance)

    def silently(self, owner: Request, at: int) -> Iterator[tuple[Happened, Following]]:
        """Each status that the order could get without a message, and the order in it."""
        for status in self.dialect.vocabulary.statuses:
            step = Step(status=status)
            try:
                advance = self.advanced(step, owner, at)
            except _FAULTS:
                continue
            happened = Happened(step=step, owner=owner, advance=advance, message={}, changes={})
            yield happened, replace(self, order=advance.order)

    def happen(self, advance: Advance) -> None:
        """Take over what a step changed."""
        self.order = advance.order
        self.requests = advance.requests_after(self.requests)

    def _message(
        self, advance: Advance, owner: Request, number: int, again: bool
    ) -> Mapping[str, Any]:
        """The message of a step. The one `again` has another identity: what differs between the two
        is never the same twice.
        """
        order, kci = advance.order, replace(advance.kci, sequence=number)
        if again:
            chance = seed.Chance(_NAME, ("again",), True)
            issued = (kci.issued_at or 0) + instants.DAY
            kci = replace(kci, id=chance.uuid("kci"), sequence=number + 1, issued_at=issued)
            order = replace(order, number=order.number if self.number else f"{order.number}0")
        owner = next((one for one in self.requests if one.id == owner.id), owner)
        document: Mapping[str, Any] = strict_json.loads(
            self.dialect.write_kci(order, kci, owner).body.encode()
        )
        return document


def _script(**members: Any) -> Scenario:
    begins = "supplier" if members.pop("begins", False) else "gateway"
    return Scenario(name=_NAME, dialect="", begins=begins, **members)


def number_in(dialect: Dialect, submission: Submission, exchange: Exchange) -> str:
    """Our number of an order, where the answer to its create tells it; empty otherwise."""
    for word in dialect.vocabulary.replies[CREATE]:
        follower = Following(dialect)
        reply = Reply(answer=word)
        for answered in follower.answers(submission, exchange, [reply], illegal=False):
            if isinstance(answered.plan, Opened):
                expected = follower.written(submission, answered.plan)
                recorded = exchange.response.get("body")
                if number := _told(expected, recorded, answered.plan.order.number):
                    return number
    return ""


def _told(expected: Any, recorded: Any, number: str) -> str:
    """What stands in a recorded document where the expected one has our number."""
    if not number:
        return ""
    for path in values_at(expected, lambda value: value == number):
        found = set(values_at(recorded, lambda value: isinstance(value, str)))
        if path in found:
            return str(_at(recorded, path))
    return ""


def _at(document: Any, path: str) -> Any:
    for part in path.replace("[", ".[").split("."):
        document = document[int(part[1:-1])] if part.startswith("[") else document[part]
    return document
