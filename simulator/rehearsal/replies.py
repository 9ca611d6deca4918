"""The replies of a rehearsal: which part of the file answers, and how its answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from simulator import engine
from simulator.base.errors import Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.dialects.overwriting import overwritten
from simulator.engine import Rejected, Situation
from simulator.formats.http import header_problem
from simulator.formats.reply_faults import FAULTS, tell
from simulator.model import EntryName, Order, Outgoing, Path, Reply, Scenario
from simulator.rehearsal.flaws import HEADER, NO_BODY, Flaw, in_reply
from simulator.views.story import told_fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a request got: by which entry, the contract's own answer, and what was sent. It is
    `done` unless it was refused: an answer may also tell of a failure that was none.
    """

    entry: EntryName | None
    written: Outgoing
    sent: Outgoing
    done: bool


def attempts_of(scenario: Scenario, action: str) -> int:
    """How often a request of this kind is sent at most, until `attempts` are walked."""
    replies = (
        [scenario.reply]
        if action == "create"
        else [entry.reply for entry in scenario.entries.get(action, ())]
    )
    return max((len(reply.attempts) for reply in replies), default=0) or 1


def reply_of(scenario: Scenario, action: str, name: EntryName | None) -> tuple[Path, Reply]:
    """The reply that answered: the file's own, or that of an entry. The dialect's default is in no
    file.
    """
    if action == "create":
        return ("reply",), scenario.reply
    if name is None:
        return (), Reply()
    entry = scenario.entries[action][name.index]
    return (*entry.path, "reply"), entry.reply


def is_read(outgoing: Outgoing) -> bool:
    """Whether a gateway knows from an answer that its request was done; else it sends it again."""
    fault = outgoing.fault
    return outgoing.code < 400 and not (fault and FAULTS[fault.word].spoils)


def repeats(
    dialect: Dialect,
    reply: Reply,
    order: Order,
    situations: Iterable[Situation],
    given: Given,
) -> Iterator[tuple[Outgoing, str]]:
    """What the repeats of a request get that was done, and what a story says of it: until one is
    read, or the contract refuses it.
    """
    sent = given.sent
    for situation in situations:
        if is_read(sent):
            return
        submission = situation.submission
        try:
            dialect.guard_repeat(submission, order, same=True)
        except Refused as refused:
            yield refusal(dialect, refused)
            return
        answer = engine.answer_again(situation, order, reply, dialect)
        if answer.rejects:
            about = None if submission.action == "create" else order
            rejected = Rejected(answer=answer, order=about)
            sent = overwritten(dialect.write(submission, rejected), answer)
            yield sent, answer.word
        else:
            sent = overwritten(given.written, answer)
            yield sent, "the first answer again" if sent.code < 400 else answer.word


def refusal(dialect: Dialect, refused: Refused) -> tuple[Outgoing, str]:
    """What the contract says to a repeat that it does not take."""
    outgoing = dialect.refuse(refused)
    return outgoing, f"by the contract: {dialect.describe(outgoing.body or {})}"


def told(outgoing: Outgoing) -> str:
    """How an answer leaves, behind what it says; empty where it just leaves."""
    if (fault := outgoing.fault) is None:
        return ""
    sent = tell(fault.word, fault.argument, has_body=outgoing.body is not None)
    return told_fault(fault.word, sent)


def wrong_in(
    reply: Reply, path: Path, attempt: int, headers: Mapping[str, str], outgoing: Outgoing
) -> Iterator[Flaw]:
    """What is wrong with a reply once its templates are filled in; `headers` are its own."""
    for header, value in headers.items():
        if said := header_problem(header, value):
            error = RenderFailed(said, source=str(reply.headers.get(header, "")))
            yield Flaw(said, in_reply(reply, path, error), HEADER)
    fault = outgoing.fault
    if fault and FAULTS[fault.word].of_body and outgoing.body is None:
        index = min(attempt, len(reply.attempts)) - 1
        place = (*path, "attempts", index) if reply.attempts else path
        said = f"`{fault.word}` breaks a body, and the answer to the sample request has none"
        yield Flaw(said, (*place, "fault"), NO_BODY)
