"""A scenario as the parser reads it: parameters, conditions, replies, steps, entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from simulator.base.copies import replace
from simulator.model.conditions import Conditions
from simulator.model.expectations import Expectation

PendingVerb = Literal["keep", "withdraw", "pause"]
FlowWord = Literal["branch", "repeat", "otherwise", "on_answer"]

Path = tuple[Hashable, ...]
"""The keys and indices that lead to a part of a scenario file: `("timeline", 2, "after")`."""


class Where(NamedTuple):
    """Line and column of something in a scenario file, counted from 1. `file` is named where it is
    not the scenario's own, but one that it extends.
    """

    line: int
    column: int
    file: str = ""


MOST_STEPS = 1000
"""How many steps a timeline has at most, those of all its rounds counted."""


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

    `round` is the round of a step that is repeated, from 1, and 0 for others. `flow` is there in a
    file alone: a plan has the steps of all ways that the story may go.

    Where a plan parts, all ways are planned, and a step that `decides` takes one of them: the first
    whose answers have the one that the message got, `answer_of` steps before this one; with `wait`
    the only one, as the signal did not come `within` this time. Way 0 is the rest of the timeline.
    `lies_on` says on which way a step lies: how often its timeline has parted before it; for a step
    that lies beside the rest also the number of its way, and how often that has parted. The answers
    `settled_by` settle the message, because a way begins with them.

    The outbox keeps a step as JSON, so every member holds JSON values only, but for `path` and
    `flow`, which it does not keep.
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
    round: int = 0
    within: Any = None
    lies_on: Sequence[int] = ()
    decides: Sequence[tuple[int, Sequence[str]]] = ()
    answer_of: int = 0
    settled_by: Sequence[str] = ()
    key: str = ""
    path: Path = ()
    flow: Flow | None = None

    @property
    def word(self) -> str:
        """What it does, in one word of the file; empty where it only lets time pass."""
        return self.send or self.mark or self.wait or self.start or self.signal or self.status

    @property
    def is_errand(self) -> bool:
        """Whether it does something to other orders."""
        return bool(self.start or self.signal)

    @property
    def is_told(self) -> bool:
        """Whether a story tells of it: it neither only lets time pass nor only decides."""
        return bool(self.send or self.mark or self.status or self.is_errand)

    @property
    def is_at_once(self) -> bool:
        """Whether it happens with the step before it: it has no time."""
        return self.after is None and self.at is None

    @property
    def time_path(self) -> Path:
        """Where its time stands in the file."""
        return (*self.path, "at" if self.after is None else "after")


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A timeline on which a story may go on. A branch takes the first way whose `when` holds; of
    those without a `when` it draws one by `weight`. `answered` are the answers that begin a way of
    `on_answer`.
    """

    timeline: tuple[Step, ...] = ()
    when: Conditions = ()
    weight: float = 1
    answered: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """How a story goes on at a step: on one of the `ways` of a branch, or on the one way of a
    repetition, so many `times`. With `by`, the draw of a branch hangs on what stands at this path.

    Of `otherwise` (behind a wait, which may have no other way) and `on_answer` the ways are taken
    instead of the rest of the story.
    """

    word: FlowWord
    ways: tuple[Way, ...]
    by: str = ""
    times: Any = 1

    @property
    def weights(self) -> dict[int, float]:
        """The ways that a branch may draw, by their numbers from 1, each with its weight."""
        return {
            number: way.weight
            for number, way in enumerate(self.ways, 1)
            if not way.when and way.weight
        }

    @property
    def draws(self) -> bool:
        """Whether it takes one of several ways by chance."""
        return self.word == "branch" and len(self.weights) > 1

    @property
    def is_choice(self) -> bool:
        """Whether only one of several ways is taken."""
        return self.word != "repeat"

    @property
    def parts(self) -> bool:
        """Whether its ways are planned, and one of them is taken later."""
        return self.word in ("otherwise", "on_answer")


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a timeline, and those of all ways."""
    for step in steps:
        yield step
        for way in step.flow.ways if step.flow else ():
            yield from every_step(way.timeline)


def with_changed(steps: Iterable[Step], change: Callable[[Step], Step]) -> tuple[Step, ...]:
    """A timeline with each of its steps changed, those of all ways first."""
    return tuple(change(_with_changed_ways(step, change)) for step in steps)


def _with_changed_ways(step: Step, change: Callable[[Step], Step]) -> Step:
    if step.flow is None:
        return step
    ways = (replace(way, timeline=with_changed(way.timeline, change)) for way in step.flow.ways)
    return replace(step, flow=replace(step.flow, ways=tuple(ways)))


def keyed(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps of a timeline with their keys: which of the steps of its kind each is. A key that
    a step has already is where it stands (in a round, on a way): it becomes the key's beginning.
    """
    seen: Counter[str] = Counter()
    found = []
    for step in steps:
        kind = step.key + (f"{step.word}/{step.fault}" if step.fault else step.word)
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

    @property
    def steps(self) -> Iterator[Step]:
        """All its steps: of its timeline, of its entries, and of all their ways."""
        yield from every_step(self.timeline)
        for entries in self.entries.values():
            for entry in entries:
                yield from every_step(entry.timeline)

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
    may hold. `fixed` are those of its members that no step sets, each with the reason; `ours` are
    those of them that the simulator writes itself, so that not even an illegal step sets them.
    `coded` is the member of a message that holds its code. `headers` are the request headers that
    have a meaning in the contract. `takes` maps each later action to the statuses of an order in
    which the contract takes it; nothing is known of one that is not here.
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
    ours: tuple[str, ...] = ()
    coded: str = ""
    headers: tuple[str, ...] = ()
    takes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def actions(self) -> tuple[str, ...]:
        """The later requests that a scenario may have entries for."""
        return tuple(action for action in self.replies if action != "create")
