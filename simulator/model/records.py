"""What the store keeps: orders, requests, KCIs, lanes, exchanges.

Instants are microseconds since 1970 UTC in *supplier* time, unless a name ends in `_wall`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from simulator.model.findings import Finding
from simulator.model.script import Step
from simulator.model.states import FlowState, KciState, LaneState

Document = dict[str, Any]

WAY_SIGNAL = "="
"""With this begins the signal that only the taking of a way gives. Behind another name it says
which wait that is, because each waits for a signal of its own. No name of a file has it.
"""

RECEIVED = "RECEIVED"
"""The status of an order before its first move; it never appears on the wire."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A status to go back to; `request` is the open request that put it aside, empty when the story
    itself did.
    """

    status: str
    request: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order. `ref` is theirs (unique with the tenant), `number` ours on the wire, `before` a
    stack of statuses.

    `memo` is the dialect's own; `marks` are the moments that a story remembered; `used` counts how
    often an entry answered. `begun_by` is the order whose step began this one, where one did.
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
    begun_by: str = ""


RequestStatus = Literal["open", "applied", "refused", "lapsed"]
"""A request that waits for its KCI is open; it lapses when its order ends first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One kept request, a create or a later one: by it a repeat is known and given the first answer
    again, and later KCIs answer it. A rejected one is not kept.

    `number` is our reference of it on the wire; `params` belong to its entry. `ref` is the caller's
    id of it, or our own where the contract has none.
    """

    id: str
    order: str
    action: str
    operation: str
    ref: str
    tenant: str
    document: Document
    number: str = ""
    status: RequestStatus = "applied"
    params: Mapping[str, Any] = field(default_factory=dict)
    received_at: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """An order with what belongs to it: its requests, how many KCIs of each state it has, and the
    ids of the orders that its steps began.
    """

    order: Order
    requests: tuple[Request, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    began: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kci:
    """One step of an order's life in the outbox: a message to send, or a silent step.

    `step` is what the scenario says of it. Its `set` and `fields` hold templates, which are
    rendered at the first attempt. `sequence`, `issued_at` and `body` are given at the first attempt
    and kept. `attempts` counts the tries that count; `last` says how the newest one ended
    (`took_ms` 0: nothing was posted). `signal` is the signal that the step waits for; until it
    comes, `due_at` is the due moment for a signal that comes at `signal_at`. A step that lies on a
    way which may not be taken waits for that in the same manner (`WAY_SIGNAL`).

    `step` has a time (`after`, `at`) only while the due moment is not known: until the step before
    it has happened. Then `due_at` is the earliest possible.
    """

    id: str
    order: str
    request: str
    position: int
    due_at: int
    step: Step
    state: KciState = KciState.WAITING
    sequence: int | None = None
    issued_at: int | None = None
    body: str | None = None
    attempts: int = 0
    last: Mapping[str, Any] | None = None
    signal: str = ""
    signal_at: int | None = None

    @property
    def send(self) -> str:
        """The code of its message; empty for a silent step."""
        return self.step.send

    @property
    def key(self) -> str:
        """On what its chance hangs: the key of its step, or its place, where an older version
        planned it.
        """
        return self.step.key or str(self.position)

    @property
    def waits_for(self) -> str:
        """The signal that somebody must give; empty where there is none."""
        return self.signal.partition(WAY_SIGNAL)[0]

    @property
    def is_timed(self) -> bool:
        """Whether its due moment is known."""
        return self.step.is_at_once


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """The queue of one order, which a sender claims whole.

    `wake` is when a sender must look at it, in wall time; `due` is when its head is due, in
    supplier time; `rested_wall` is since when the order is at rest. `owner` is the sender that has
    leased it, under a `fence` that counts up. `version` counts up with every change of the lane,
    and of its order, its requests and its KCIs.
    """

    order: str
    supplier: str
    state: LaneState = LaneState.IDLE
    due: int | None = None
    wake: int | None = None
    rested_wall: int | None = None
    owner: str = ""
    fence: int = 0
    next_sequence: int = 1
    next_position: int = 1
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayState:
    """What keeps a supplier's messages back: until a moment in wall time (`until_wall`), or in
    supplier time (`until`), where the clock is manual.

    `good` counts the successes in a row since it was tried again; `slot_wall` is when its rate
    allows the next message.
    """

    supplier: str
    state: FlowState = FlowState.FREE
    reason: str = ""
    since_wall: int = 0
    until_wall: int | None = None
    until: int | None = None
    good: int = 0
    slot_wall: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One line of the journal: a request and its answer, inward (`direction` in) or outward (out).

    `headers` are redacted before they come here. `at_wall` and `id` are given when it is noted.
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
    findings: tuple[Finding, ...] = ()
    kci: str = ""
    took: int = 0
    at_wall: int = 0
    id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One line of the journal that is not an exchange: what was done, to which order or KCI.

    `what` is a stable dotted name such as `kci.skip`, `by` is operator, sender or supplier,
    `message` is the sentence for people. `at_wall` and `id` are given when it is noted.
    """

    direction: ClassVar[str] = "act"

    at: int
    what: str
    by: str
    message: str
    order: str = ""
    kci: str = ""
    scenario: str = ""
    at_wall: int = 0
    id: int = 0


JournalLine = Exchange | Act
