"""The statuses of a MEF/OBF order, and which follows which, as tables (docs/contract/mef.md 3.1 to
3.4). `life` moves orders by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.engine.rules import Settlement

ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD = "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
CANCELLED, REJECTED, COMPLETED, FAILED, PARTIAL = (
    "CANCELLED",
    "REJECTED",
    "COMPLETED",
    "FAILED",
    "PARTIAL",
)
IN_FLIGHT = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)
ENDED = (CANCELLED, REJECTED, COMPLETED, FAILED, PARTIAL)
STATUSES = (*IN_FLIGHT, *ENDED)
BUYER, SELLER = "BUYER", "SELLER"
BEFORE = ""
"""In the table: the status before the hold."""

REQUESTS: dict[str, dict[str, str]] = {
    "replace": {
        ACKNOWLEDGED: ACKNOWLEDGED,
        IN_PROGRESS: IN_PROGRESS,
        PENDING: IN_PROGRESS,
        HELD: HELD,
    },
    "patch": {
        ACKNOWLEDGED: ACKNOWLEDGED,
        IN_PROGRESS: IN_PROGRESS,
        PENDING: IN_PROGRESS,
        HELD: HELD,
    },
    "cancellation": dict.fromkeys(IN_FLIGHT, CANCELLED),
    "hold": {ACKNOWLEDGED: HELD, IN_PROGRESS: HELD},
    "release": {HELD: BEFORE},
}
"""What each request of the Buyer's makes of each status; what is not here is a 409 (contract 3.3).

Two cells depend on who holds the order: only a Buyer's hold can be released, and a replacement
answers a Seller's hold that asked for one.
"""

SELLER_MOVES: dict[str, dict[str, str]] = {
    "start": {ACKNOWLEDGED: IN_PROGRESS},
    "reject": {ACKNOWLEDGED: REJECTED},
    "need information": {IN_PROGRESS: PENDING},
    "information received": {PENDING: IN_PROGRESS},
    "information timeout": {PENDING: CANCELLED},
    "block": {IN_PROGRESS: HELD},
    "unblock": {HELD: IN_PROGRESS},
    "cannot unblock": {HELD: CANCELLED},
    "cancel": dict.fromkeys(IN_FLIGHT, CANCELLED),
    "complete": {IN_PROGRESS: COMPLETED},
    "partial": {IN_PROGRESS: PARTIAL},
    "fail": {IN_PROGRESS: FAILED},
}
"""What the Seller may do in each status (contract 3.3). "unblock" ends the Seller's own hold only.
"""

EDGES = {edge for row in SELLER_MOVES.values() for edge in row.items()}

ROLL_UP: tuple[tuple[str, set[str], set[str]], ...] = (
    (REJECTED, set(STATUSES), {REJECTED}),
    (ACKNOWLEDGED, {ACKNOWLEDGED}, {ACKNOWLEDGED}),
    (PENDING, {PENDING, CANCELLED}, {PENDING}),
    (HELD, {HELD, CANCELLED}, {HELD}),
    (CANCELLED, {CANCELLED}, {CANCELLED}),
    (PARTIAL, {COMPLETED, FAILED, CANCELLED}, {COMPLETED, FAILED}),
    (FAILED, {FAILED, CANCELLED}, {FAILED}),
    (COMPLETED, {COMPLETED, CANCELLED}, {COMPLETED}),
    (IN_PROGRESS, set(STATUSES), set()),
)
"""The order has the first status here whose items all have one of the second, and each of the third
is there (contract 3.4).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationType:
    """A notification type (contract 5.1, 8.3). `sources` are the statuses that it may be sent from,
    `brings` the one that it brings (empty: unchanged), `choices` those that a step's `status` may
    choose instead. `settles` says how it settles an open request.
    """

    sources: tuple[str, ...] = IN_FLIGHT
    brings: str = ""
    choices: tuple[str, ...] = ()
    settles: Mapping[str, Settlement] = field(default_factory=dict)


NOTIFICATIONS: dict[str, NotificationType] = {
    "STATUS_UPDATE": NotificationType(
        choices=(IN_PROGRESS, PENDING, HELD, PARTIAL, FAILED), settles={"amendment": "applied"}
    ),
    "CONFIGURATION": NotificationType(sources=(IN_PROGRESS,)),
    "CONFIRMATION": NotificationType(sources=(IN_PROGRESS,)),
    "JEOPARDY": NotificationType(sources=(IN_PROGRESS,), brings=HELD, choices=(IN_PROGRESS,)),
    "ERROR_OR_INFORMATION": NotificationType(
        choices=(PENDING, HELD), settles={"amendment": "refused", "cancellation": "refused"}
    ),
    "REJECTION": NotificationType(sources=(ACKNOWLEDGED, REJECTED), brings=REJECTED),
    "CANCELLATION": NotificationType(
        sources=(*IN_FLIGHT, CANCELLED), brings=CANCELLED, settles={"cancellation": "applied"}
    ),
    "COMPLETION": NotificationType(sources=(IN_PROGRESS,), brings=COMPLETED),
}
CREATED = {
    "acknowledge": ACKNOWLEDGED,
    "accept": ACKNOWLEDGED,
    "commit": IN_PROGRESS,
    "reject_as_order": REJECTED,
}
