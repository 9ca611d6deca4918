"""A scenario as the parser reads it: parameters, conditions, replies, steps, entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from simulator.base.copies import replace
from simulator.model.conditions import Conditions
from simulator.model.expectations import Expectation

PendingVerb = Literal["keep", "withdraw", "pause"]

Path = tuple[Hashable, ...]
"""The keys and indices that lead to a part of a scenario file: `("timeline", 2, "after")`."""


class Where(NamedTuple):
    """Line and column of something in a scenario file, counted from 1. `file` is named where it is
    not the scenario's own, but one that it extends.
    """

    line: int
    column: int
    file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Param:
    """A scenario's parameter; `kind` is string, integer, boolean, duration or choice."""

    name: str
    kind: str = "string"
    default: Any = None
    choices: tuple[str, ...] = ()
    header: str = ""


@dataclass(frozen=True, slots=True)
class ReplyFault:
    """How an answer is spoilt on its way: a word of `formats.reply_faults`, and its argument, a
    number. In a scenario a template may stand for it.
    """

    word: str
    argument: Any = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The synchronous answer. `answer` is a word of the format (acknowledge, commit, accept,
    reject), empty for the default.

    `status`, `headers` and `body` overwrite what the dialect would send, `fault` spoils it on its
    way. `attempts` are walked by the caller's repeats.
    """

    answer: str = ""
    messages: tuple[str, ...] = ()
    delay: Any = None
    set: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False
    fault: ReplyFault | None = None
    attempts: tuple[Reply, ...] = ()

    @property
    def is_only_about_the_way(self) -> bool:
        """Whether it says how an answer leaves, and not which."""
        return self == Reply(delay=self.delay, fault=self.fault)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a timeline: a time (`after` or `at`), at most one verb (`send`, `status`, `mark`,
    `wait`, `start`, `signal`) and what belongs to it. `hours` are those that it waits for, `fields`
    the format's `with`.

    `start` names the scenario of an order that is begun for `tenant`, with `params`; `fields` are
    its document. `editions` are the digests of that scenario and of all that it starts in turn, by
    name, as they were when the step was planned. `signal` is given to the linked orders.

    `fault` is the word of a fault, with its `argument`. `answered` is what the gateway ought to
    answer, where that is not the contract's own: codes, and classes such as `4xx`. `echo` is how
    many steps before this one the message stands that is sent once more. `key` tells it from the
    other steps of its order, and stays when steps beside it come or go: chance hangs on it.

    The outbox keeps a step as JSON, so every member holds JSON values only, `path` left out.
    """

    after: Any = None
    at: Any = None
    hours: str = ""
    send: str = ""
    status: str = ""
    mark: str = ""
    wait: str = ""
    start: str = ""
    tenant: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    signal: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    illegal: bool = False
    fault: str = ""
    argument: Any = None
    answered: Sequence[str] = ()
    echo: int = 0
    key: str = ""
    path: Path = ()

    @property
    def word(self) -> str:
        """What it does, in one word of the file."""
        return self.send or self.mark or self.wait or self.start or self.signal or self.status

    @property
    def is_errand(self) -> bool:
        """Whether it does something to other orders."""
        return bool(self.start or self.signal)


def keyed(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps of a timeline with their keys: which of the steps of its kind each is."""
    seen: Counter[str] = Counter()
    found = []
    for step in steps:
        kind = f"{step.word}/{step.fault}" if step.fault else step.word
        seen[kind] += 1
        found.append(replace(step, key=f"{kind}/{seen[kind]}"))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """What becomes of the story's waiting KCIs; `withdraw` means all, or the listed `codes`."""

    verb: PendingVerb
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """How a later request is answered. The first entry whose `when` holds plays."""

    when: Conditions = ()
    times: int | None = None
    reply: Reply = Reply()
    pending: Pending | None = None
    timeline: tuple[Step, ...] = ()
    status: str = ""
    illegal: bool = False
    path: Path = ()


@dataclass(frozen=True, slots=True)
class EntryName:
    """The entry of a scenario that answered. As text it is the key in `Order.used`, and stands in
    the journal.
    """

    name: str
    index: int

    def __str__(self) -> str:
        return f"{self.name}[{self.index}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One edition of a scenario: `digest` names its exact source."""

    name: str
    dialect: str
    about: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    when: Conditions = ()
    reply: Reply = Reply()
    timeline: tuple[Step, ...] = ()
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    file: str = ""
    source: str = ""
    digest: str = ""
    answers: str = "create"
    """What it is for: a new order, or one later request (the format's `for`); then its one entry is
    in `entries`.
    """

    begins: str = "gateway"
    """Who begins its orders; `supplier`: nobody asks for them."""

    expect: tuple[Expectation, ...] = ()
    """What the gateway ought to do."""

    mix: Mapping[str, float] = field(default_factory=dict)
    """The scenarios of which an order plays one instead, by name, each with its weight."""

    by: str = ""
    """The path of what decides which scenario of `mix` plays; empty: the order's own chance."""

    draws: bool = False
    """Whether anything in it hangs on chance."""

    places: Mapping[Path, Where] = field(default_factory=dict)
    """Where the parts of the file stand."""

    def where(self, path: Path) -> Where:
        """Where a part of the file stands, or the nearest one around it."""
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, Where(1, 1))
        return place if place.file else place._replace(file=self.file)

    def entry_name(self, action: str, index: int) -> EntryName:
        """The name of an entry: its action's, or its file's where that holds one entry alone."""
        return EntryName(action if self.answers == "create" else self.name, index)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A member of a contract's documents: the `values` it may have (none: any), whether a request
    with another value is `refused`, and whether it is `free`: a map that may hold anything.
    """

    values: tuple[str, ...] = ()
    refused: bool = True
    free: bool = False


Members = Mapping[str, Known]
"""What a document may hold, by paths with `[]` for the entries of a list: `items[].id`. Where
nothing is said, anything goes.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The words of a dialect that a scenario file may use; everything else is an error of `check`.

    `codes` maps each message code to the statuses that `status:` beside it may choose; `replies`
    each action to its reply words; `members` are what `with:` may hold; `operations` what
    `operation:` may equal, each with its action; `begins` are those of them that the supplier may
    begin by itself.

    `requests` maps each action to what its documents may hold, `order` is what an order's document
    may hold; `fixed` are those of its members that no step sets, each with the reason; `headers`
    are the request headers that have a meaning in the contract. `takes` maps each later action to
    the statuses of an order in which the contract takes it; nothing is known of one that is not
    here.
    """

    dialect: str
    codes: Mapping[str, tuple[str, ...]]
    statuses: tuple[str, ...]
    replies: Mapping[str, tuple[str, ...]]
    operations: Mapping[str, str]
    members: tuple[str, ...]
    default_scenario: str
    begins: tuple[str, ...] = ()
    requests: Mapping[str, Members] = field(default_factory=dict)
    order: Members = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    takes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def actions(self) -> tuple[str, ...]:
        """The later requests that a scenario may have entries for."""
        return tuple(action for action in self.replies if action != "create")
