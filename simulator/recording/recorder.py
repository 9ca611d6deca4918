"""Finding the scenario of a life: each answer and each KCI is the one of the contract's own that
comes nearest to what was recorded, and what still differs becomes `set` and `with`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.base import instants
from simulator.base.errors import Illegal, Invalid, Problem, Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.engine import Changed, Opened
from simulator.model import Request, Step, Submission
from simulator.recording.answering import Answering
from simulator.recording.differences import left_out
from simulator.recording.following import CREATE, Following, Happened
from simulator.recording.lives import Life, Sent
from simulator.recording.lives import Request as Asked
from simulator.recording.sending import Sending
from simulator.recording.timing import Timeline
from simulator.recording.writing import Answer, Part, Recording, plain

NEAR = instants.SECOND
"""What follows a step of an entry so soon stays behind it, in the same timeline: rounded delays of
two timelines could change their order.
"""

_UNTOLD = "Nobody was told of this status: it must have come before what followed."


@dataclass(slots=True)
class _Entry:
    """A later request that was accepted, and what the file says of it."""

    request: Request
    at: int
    part: Answer
    timeline: Timeline


def record(life: Life, dialect: Dialect, name: str) -> Recording:
    """The scenario of a life. Invalid where its beginning is missing."""
    return _Recorder(life, dialect, name).run()


class _Recorder:
    """What was found so far."""

    def __init__(self, life: Life, dialect: Dialect, name: str) -> None:
        self.life = life
        self.dialect = dialect
        self.vocabulary = dialect.vocabulary
        self.follower = Following(dialect)
        self.answering = Answering(self.follower)
        self.sending = Sending(self.follower)
        self.alone = Following(dialect)
        """The same order without its later requests: a step belongs to the order's own timeline
        where that can have it without them.
        """
        self.recording = Recording({"scenario": name}, remarks=list(life.notes))
        self.main = Timeline()
        self.number = 0
        """That of the last KCI."""

        self.entries: list[_Entry] = []
        self.blocking: _Entry | None = None
        """The entry whose request keeps the order's own timeline from going on."""

    def run(self) -> Recording:
        events = sorted(self.life.events, key=_moment)
        first = next(filter(_is_create, events), events[0])
        if isinstance(first, Sent):
            self._begin(first)
        elif _is_create(first):
            self._create(first)
        else:
            raise _no_beginning(self.life)
        for event in events:
            if not _is_create(event):
                self._go_on(event)
        self._number_the_entries()
        return self.recording

    def _go_on(self, event: Asked | Sent) -> None:
        if self.follower.order is None:
            said = "something came after the order was refused: it is left out"
            self.recording.remarks += [] if said in self.recording.remarks else [said]
        elif isinstance(event, Sent):
            self._sent(event)
        else:
            self._later(event)

    # ---- the beginning

    def _create(self, asked: Asked) -> None:
        submission, last = asked.submission, asked.last
        head = self.recording.head
        head["about"] = f"Recorded: {submission.operation}, answered {last.response.get('code')}."
        head["dialect"] = self.dialect.name
        head["when"] = {"operation": submission.operation}
        reply, answered = self.answering.reply(asked, self.recording.remarks, illegal=False)
        if reply is not None:
            head["reply"] = reply
        if answered is not None and isinstance(answered.plan, Opened):
            for following in (self.follower, self.alone):
                following.take(answered.plan)
                expected = following.written(submission, answered.plan)
                following.learn(expected, last.response.get("body"))
        self.main.begin(last.at)

    def _begin(self, first: Sent) -> None:
        """An order that nobody asked for begins with its first KCI."""
        submission = self._begun(first)
        if submission is None:
            raise _no_beginning(self.life)
        self.recording.head["about"] = "Recorded: begun by the supplier."
        self.recording.head["dialect"] = self.dialect.name
        self.recording.head["begins"] = "supplier"
        for following in (self.follower, self.alone):
            following.begin(submission, first.at)
        self.main.begin(first.at)

    def _begun(self, first: Sent) -> Submission | None:
        """The order that the first KCI shows, where the supplier may begin such a one: those of its
        members that the contract takes.
        """
        try:
            _, sample = self.dialect.sample_beginning()
            tenant = self.dialect.identify_kci(first.document).order.partition("/")[0]
            for shown in (first.document, *_maps(first.document)):
                if set(sample) <= set(shown):
                    given = {
                        name: value for name, value in shown.items() if self._takes(name, value)
                    }
                    return self.dialect.begin(tenant, given)
        except Refused:
            pass
        return None

    def _takes(self, name: str, value: Any) -> bool:
        tenant, sample = self.dialect.sample_beginning()
        try:
            self.dialect.begin(tenant, {**sample, name: value})
        except Refused:
            return False
        return name in self.vocabulary.order and name not in self.vocabulary.fixed

    # ---- later requests

    def _later(self, asked: Asked) -> None:
        submission, last = asked.submission, asked.last
        if self.follower.refused(submission, last.at) == last.response.get("code"):
            return  # the contract says so by itself
        if silent := self.answering.silent(asked, self.follower.requests[0]):
            self._happen(silent, last.at, [_UNTOLD])
        part = Answer({})
        illegal = bool(self.follower.refused(submission, last.at))
        reply, answered = self.answering.reply(asked, part.remarks, illegal=illegal)
        part.members = plain({"reply": reply, "illegal": illegal})
        if reply is None:
            return
        self.recording.entries.setdefault(submission.action, []).append(part)
        if answered is None or not isinstance(answered.plan, Changed):
            return
        self.follower.take(answered.plan)
        timeline = Timeline()
        timeline.begin(last.at)
        entry = _Entry(answered.plan.request, last.at, part, timeline)
        self.entries.append(entry)
        self._block(entry)

    def _block(self, entry: _Entry) -> None:
        """What an accepted request makes of the order's own timeline."""
        action = entry.request.action
        if action in self.dialect.pauses.values():
            if self.blocking and self.blocking.request.action in self.dialect.pauses:
                self.main.shift(entry.at - self.blocking.at)
                self.blocking = None
        elif action in self.dialect.pauses or self.dialect.default_pending(action) == "withdraw":
            self.blocking = entry

    def _number_the_entries(self) -> None:
        """An entry answers once where another one of its kind follows."""
        for listed in self.recording.entries.values():
            for entry in listed[:-1]:
                entry.members = {"times": 1, **entry.members}

    # ---- KCIs

    def _sent(self, sent: Sent) -> None:
        if silent := self.sending.silent(sent, self._owners()):
            self._happen(silent, sent.at, [_UNTOLD])
        happened = self.sending.step_of(sent, self._owners())
        due, self.number = self.number + 1, sent.number
        if happened is None:
            said = f"KCI {sent.number} is nothing that the contract has: it is left out"
            self.recording.remarks.append(said)
            return
        remarks = left_out(f"KCI {sent.number}", happened.changes)
        if sent.number != due:
            said = f"a KCI had the number {sent.number} where {due} was due"
            remarks.append(f"{said}: the number is not repeated")
        self._happen(happened, sent.at, remarks)
        self.follower.learn(happened.message, sent.document)

    def _happen(self, happened: Happened, at: int, remarks: list[str]) -> None:
        """Let a step happen, and write it into its timeline."""
        entry = self._entry_of(happened, at)
        self.follower.happen(happened.advance)
        timeline = entry.timeline if entry else self.main
        steps = entry.part.steps if entry else self.recording.steps
        steps.append(Part({"after": timeline.step(at), **_as_written(happened.step)}, remarks))
        settled = happened.advance.request
        if entry is self.blocking and settled and settled.status == "refused":
            self.blocking = None

    def _owners(self) -> list[Request]:
        """The requests that a KCI may be about: open ones, the one that keeps the order from going
        on, and the order's own.
        """
        requests = self.follower.requests
        blocking = self.blocking.request.id if self.blocking else ""
        later = [
            request
            for request in reversed(requests[1:])
            if request.status == "open" or request.id == blocking
        ]
        return [*later, requests[0]]

    def _entry_of(self, happened: Happened, at: int) -> _Entry | None:
        """The entry in whose timeline a step belongs; None for the order's own timeline."""
        owner, settles = happened.owner, happened.advance.request is not None
        if settles or (self.blocking and self.follower.requests[0] is not owner):
            return next(one for one in self.entries if one.request.id == owner.id)
        if self.blocking:
            return self.blocking
        last = self.entries[-1] if self.entries else None
        if last is not None and at - last.timeline.last < NEAR:
            return last
        return None if self._goes_alone(happened.step, at) else last

    def _goes_alone(self, step: Step, at: int) -> bool:
        """Whether the order's own timeline can have a step without any later request."""
        try:
            self.alone.happen(self.alone.advanced(step, self.alone.requests[0], at))
        except (Illegal, RenderFailed):
            return False
        return True


def _as_written(step: Step) -> dict[str, Any]:
    """A step as the file has it, without its time."""
    return plain(
        {
            "send": step.send,
            "status": step.status,
            "with": dict(step.fields),
            "set": dict(step.set),
            "illegal": step.illegal,
        }
    )


def _moment(event: Asked | Sent) -> int:
    return event.at if isinstance(event, Sent) else event.last.at


def _is_create(event: Asked | Sent) -> bool:
    return isinstance(event, Asked) and event.submission.action == CREATE


def _maps(document: Any) -> Iterator[dict[str, Any]]:
    yield from (value for value in document.values() if isinstance(value, dict))


def _no_beginning(life: Life) -> Invalid:
    said = f"the recording does not have the beginning of order {life.title}"
    return Invalid([Problem(message=said)])
