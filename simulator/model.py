"""The types that every layer speaks. Documents are plain dicts: a conformance tool must carry members it does not know.

Instants are microseconds since 1970 UTC in *supplier* time, unless a name ends in `_wall`. Nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

RECEIVED = "RECEIVED"
"""The status of an order before its first move; it never appears on the wire."""


# ---- the wire, neutral -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One request as it came: header names in lower case, the body's bytes untouched; `variables` are its path's variable parts."""

    method: str
    path: str
    base_url: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One answer to send. `body` is JSON, None for none; `delay` is real time in microseconds."""

    code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a dialect read from a request: which action on which order, with which document.

    `action` is create or the name of a later request (amendment, cancellation, ...), `operation` the dialect's finer name of
    it. `ref` is the caller's id of this request, by which a repeat is known; empty where the contract has none. The order is
    `order_ref` (theirs, with `tenant`) or `order_number` (ours, and of any tenant when `tenant` is empty); `ref_path` and
    `order_path` say where the caller wrote them, for messages. `base_url` is how the caller reached this supplier.
    """

    action: str
    operation: str
    document: Document
    ref: str = ""
    tenant: str = ""
    order_ref: str = ""
    order_number: str = ""
    ref_path: str = "id"
    order_path: str = ""
    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    conversation_id: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question about orders that changes nothing: every filter that is not empty must fit.

    `show` writes the contract's answer from the orders found (a page of them: `offset`, `limit`) and their whole number; it may
    raise Refused.
    """

    show: Callable[[Sequence[Order], int], Outgoing]
    tenant: str = ""
    ref: str = ""
    number: str = ""
    offset: int = 0
    limit: int | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a gateway makes of a message: which order (`TENANT/REF`), the message's own identity, its place among the order's."""

    order: str
    id: str
    number: int


# ---- the scenario, parsed ----------------------------------------------------------------------------------------------

Where = tuple[int, int]
"""Line and column of something in a scenario file, counted from 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Param:
    """A scenario's parameter; `kind` is string, integer, boolean, duration or choice."""

    name: str
    kind: str = "string"
    default: Any = None
    choices: tuple[str, ...] = ()
    header: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One line of a `when`: a path and the test that what stands there must pass (`equal`, `exists`, `matches`)."""

    path: str
    test: str
    value: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The synchronous answer. `answer` is a word of the format (acknowledge, commit, accept, reject), empty for the default.

    `status`, `headers` and `body` overwrite what the dialect would send; `attempts` are walked by the caller's own repeats.
    """

    answer: str = ""
    messages: tuple[str, ...] = ()
    delay: Any = None
    set: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    has_body: bool = False
    attempts: tuple[Reply, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a timeline: a time (`after` or `at`), at most one verb (`send`, `status`, `mark`, `wait`) and what belongs to it."""

    after: Any = None
    at: Any = None
    send: str = ""
    status: str = ""
    mark: str = ""
    wait: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    illegal: bool = False
    where: Where = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """What becomes of the story's waiting KCIs: `keep`, `withdraw` (all, or the listed `codes`) or `pause`."""

    verb: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """How a later request is answered: the first entry whose `when` holds plays."""

    when: tuple[Condition, ...] = ()
    times: int | None = None
    reply: Reply = Reply()
    pending: Pending | None = None
    timeline: tuple[Step, ...] = ()
    status: str = ""
    illegal: bool = False
    where: Where = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One edition of a scenario: `digest` names its exact source."""

    name: str
    dialect: str
    about: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    reply: Reply = Reply()
    timeline: tuple[Step, ...] = ()
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    file: str = ""
    source: str = ""
    digest: str = ""
    answers: str = "create"
    """What it is for: a new order, or one later request (the format's `for`); then its one entry is in `entries`."""

    begins: str = "gateway"
    """Who begins its orders; `supplier`: nobody asks for them."""

    def label(self, action: str, index: int) -> str:
        """How an entry is named where it is counted and told."""
        return f"{action if self.answers == 'create' else self.name}[{index}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The words of a dialect that a scenario file may use; everything else is an error of `check`.

    `codes` maps each message code to the statuses that `status:` beside it may choose; `replies` each action to its reply
    words; `members` are what `with:` may hold; `operations` what `operation:` may equal; `begins` are those of them that the
    supplier may begin by itself.
    """

    dialect: str
    codes: Mapping[str, tuple[str, ...]]
    statuses: tuple[str, ...]
    replies: Mapping[str, tuple[str, ...]]
    operations: tuple[str, ...]
    members: tuple[str, ...]
    default_scenario: str
    begins: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The later requests that a scenario may have entries for."""
        return tuple(action for action in self.replies if action != "create")


# ---- what is kept ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A status to go back to; `request` is the open request that put it aside, empty when the story itself did."""

    status: str
    request: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order. `ref` is theirs (unique with the tenant), `number` ours on the wire, `before` a stack of statuses.

    `memo` is the dialect's own; `marks` are the moments that a story remembered; `used` counts how often an entry answered.
    """

    id: str
    supplier: str
    tenant: str
    ref: str
    operation: str
    document: Document
    scenario: str
    digest: str
    seed_key: str
    number: str = ""
    status: str = RECEIVED
    before: tuple[Frame, ...] = ()
    memo: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    request_id: str = ""
    conversation_id: str = ""
    received_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request that created something: what makes a repeat a repeat, and what later KCIs answer.

    `status` is open, applied, refused or lapsed; `number` our reference of it on the wire; `params` belong to its entry. `ref`
    is the caller's id of it, or our own where the contract has none.
    """

    id: str
    order: str
    action: str
    operation: str
    ref: str
    tenant: str
    document: Document
    number: str = ""
    status: str = "applied"
    params: Mapping[str, Any] = field(default_factory=dict)
    received_at: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """An order with what belongs to it: its requests, and how many KCIs of each state it has."""

    order: Order
    requests: tuple[Request, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kci:
    """One step of an order's life in the outbox: an update to send, or a silent move (`send` empty).

    `state` is waiting, paused (until another request lets it go on), attempted, delivered, silenced (the order moved, but did not
    want to be told), withdrawn, dead or skipped. `sequence`, `issued_at` and `body` are given at the first attempt and kept.
    `attempts` are the tries that count; `last` is how the newest one ended (`took_ms` 0: nothing was posted).
    `fields` (the format's `with`) and `set` hold templates until then. `gate` is the signal without which it stays paused, and its
    `due_at` is what it were if the signal had come at `gate_at`.
    """

    id: str
    order: str
    request: str
    position: int
    due_at: int
    send: str = ""
    status: str = ""
    mark: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    illegal: bool = False
    state: str = "waiting"
    sequence: int | None = None
    issued_at: int | None = None
    body: str | None = None
    attempts: int = 0
    last: Mapping[str, Any] | None = None
    gate: str = ""
    gate_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """The queue of one order, which a sender claims whole. `wake` is wall time, `due` the head's supplier time.

    `state`: idle (nothing waits), due (the head waits for its moment), sending (leased to `owner`), retry (the head waits
    for another try), parked (the head is dead and nothing may overtake it).
    """

    order: str
    supplier: str
    state: str = "idle"
    due: int | None = None
    wake: int | None = None
    owner: str = ""
    fence: int = 0
    next_sequence: int = 1
    next_position: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """What keeps a supplier's messages back, all in wall time.

    `state`: empty (nothing does), down (its gateway fails: it is tried again at `until_wall`), trying (one message is on its way to
    see), waits (the gateway asked for time until then), stopped (until an operator lets it go on). `good` counts the successes in a
    row since it was tried again; `slot_wall` is when its rate allows the next message.
    """

    supplier: str
    state: str = ""
    reason: str = ""
    since_wall: int = 0
    until_wall: int | None = None
    good: int = 0
    slot_wall: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One line of the journal: a request and its answer, inward or outward. `headers` are redacted before they come here.

    `at_wall` and `id` are given when it is noted.
    """

    at: int
    direction: str
    method: str
    path: str
    order: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)
    scenario: str = ""
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    kci: str = ""
    took: int = 0
    at_wall: int = 0
    id: int = 0
