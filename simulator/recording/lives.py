"""Whose life an exchange belongs to: the exchanges of a recording, sorted by order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from simulator.base.copies import replace
from simulator.base.errors import Invalid, Problem, Refused
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.model import Document, Exchange, Incoming, Query, Submission
from simulator.recording.following import CREATE, number_in
from simulator.rehearsal.sampling import read

MOST_NAMED = 10


@dataclass(slots=True)
class Request:
    """A request with its answers: the first, and those of its repeats until one is no refusal."""

    submission: Submission
    tries: list[Exchange]

    @property
    def last(self) -> Exchange:
        """The answer that counts."""
        return self.tries[-1]


@dataclass(slots=True)
class Sent:
    """A KCI: its document, and when it was sent for the first time."""

    document: Document
    at: int
    id: str
    number: int


@dataclass(slots=True)
class Life:
    """One order: what happened to it, in time, and what cannot be kept of it, as notes."""

    names: set[str] = field(default_factory=set)
    events: list[Request | Sent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The order as a caller would name it: `TENANT/REF` where that is known."""
        return min(self.names, key=lambda name: ("/" not in name, name), default="?")

    def is_called(self, name: str) -> bool:
        """Whether this is a name of the order, with its tenant or without."""
        return any(name in (known, known.partition("/")[2]) for known in self.names)


def lives_of(exchanges: Iterable[Exchange], dialect: Dialect) -> tuple[list[Life], list[str]]:
    """The orders of a recording, in the order of their first exchange, and what was left out."""
    sorting = _Sorting(dialect)
    for exchange in sorted(exchanges, key=lambda exchange: exchange.at):
        if exchange.direction == "in":
            sorting.request(exchange)
        else:
            sorting.kci(exchange)
    left_out = [f"{count} left out: {why}" for why, count in sorting.left_out.items()]
    return sorting.lives, left_out


def chosen(lives: Sequence[Life], name: str) -> Life:
    """The life that is meant. Invalid lists those that there are."""
    found = [life for life in lives if not name or life.is_called(name)]
    if len(found) == 1:
        return found[0]
    titles = [life.title for life in (found or lives)]
    known = ", ".join(titles[:MOST_NAMED]) + (" ..." if len(titles) > MOST_NAMED else "")
    if not lives:
        said = "there is no order in this recording"
    elif name:
        said = f"--order {name[:80]}: {'several' if found else 'none'} of these orders: {known}"
    else:
        said = f"there are {len(lives)} orders: choose one with --order: {known}"
    raise Invalid([Problem(message=said)])


class _Sorting:
    """The lives as they are found."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.lives: list[Life] = []
        self.left_out: dict[str, int] = {}

    def request(self, exchange: Exchange) -> None:
        try:
            submission = read(self.dialect, self._incoming(exchange))
        except Refused:
            self._leave_out("requests that the contract refuses by itself")
            return
        if isinstance(submission, Query):
            self._leave_out("reads")
            return
        names = _names(exchange, submission)
        life = self._life(names) or self._by_ref(submission)
        if submission.action == CREATE:
            life = life or self._new()
            if number := number_in(self.dialect, submission, exchange):
                names |= {number, f"{submission.tenant}/{number}"}
        if life is None:
            self._leave_out("requests about orders that are not in this recording")
            return
        life.names |= names
        _add(life, submission, exchange)

    def kci(self, exchange: Exchange) -> None:
        document = exchange.request.get("body")
        try:
            if not isinstance(document, dict):
                raise ValueError
            identity = self.dialect.identify_kci(document)
            if not isinstance(identity.number, int):
                raise ValueError
        except (KeyError, ValueError, TypeError, AttributeError):
            self._leave_out("messages that are no KCIs of this contract")
            return
        names = {identity.order, *({exchange.order} if exchange.order else ())}
        life = self._life(names) or self._new()
        life.names |= names
        sent = Sent(document, exchange.at, identity.id, identity.number)
        if any(isinstance(known, Sent) and known.id == sent.id for known in life.events):
            note = f"KCI {sent.number} was sent more than once: the first time is kept"
            life.notes += [note] if note not in life.notes else []
        else:
            life.events.append(sent)

    def _incoming(self, exchange: Exchange) -> Incoming:
        """The request as the contract reads it. A header that it needs, and that was not recorded,
        is that of a sample.
        """
        operation = self.dialect.sample_operations("create")[0]
        needed = self.dialect.sample(operation, None, 1).headers
        given = {name.lower(): value for name, value in exchange.request.get("headers", {}).items()}
        body = exchange.request.get("body")
        incoming = Incoming(
            method=exchange.method,
            path=exchange.path.partition("?")[0],
            query=exchange.path.partition("?")[2],
            headers=given,
            body=b""
            if body is None
            else (body if isinstance(body, str) else strict_json.dumps(body)).encode(),
        )
        if named := self.dialect.tenant_of(incoming):
            needed = {**needed, **({"tenant": named} if "tenant" in needed else {})}
        return replace(incoming, headers={**needed, **given})

    def _life(self, names: set[str]) -> Life | None:
        return next((life for life in self.lives if life.names & names), None)

    def _by_ref(self, submission: Submission) -> Life | None:
        """The one order with this reference: a later request may have been recorded without its
        tenant.
        """
        if submission.action == CREATE or not submission.order_ref:
            return None
        found = [life for life in self.lives if life.is_called(submission.order_ref)]
        return found[0] if len(found) == 1 else None

    def _new(self) -> Life:
        self.lives.append(Life())
        return self.lives[-1]

    def _leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


def _names(exchange: Exchange, submission: Submission) -> set[str]:
    """The names of the order that a request is about. A caller's reference is unique with its
    tenant alone.
    """
    ref, number, tenant = submission.order_ref, submission.order_number, submission.tenant
    names = {name for name in (exchange.order, number) if name}
    return names | {f"{tenant}/{name}" for name in (ref, number) if name and tenant}


def _add(life: Life, submission: Submission, exchange: Exchange) -> None:
    """A repeat goes to the request that it repeats."""
    for event in life.events:
        if (
            isinstance(event, Request)
            and submission.ref
            and (event.submission.action, event.submission.ref)
            == (submission.action, submission.ref)
        ):
            life.notes += _repeated(event, exchange)
            return
    life.events.append(Request(submission, [exchange]))


def _repeated(request: Request, exchange: Exchange) -> list[str]:
    """Take a repeat for a try, where the one before was refused; notes about what is left out."""
    code = request.last.response.get("code")
    if not isinstance(code, int):
        request.tries[-1] = exchange
        return [f"a {request.submission.action} was not answered at first: this is left out"]
    if code < 400:
        return [f"a repeat of the {request.submission.action} is left out"]
    request.tries.append(exchange)
    return []
