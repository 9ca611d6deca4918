"""Which status follows which, and what each KCI reason code needs: docs/contract/fibre-cafe.md 5.1
to 5.3, 6, 10.63, 10.64 as data.

`life` moves orders by these tables; nothing else knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.engine.plan import BEGUN
from simulator.engine.rules import Settlement
from simulator.model import RECEIVED

ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD = "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
PENDING_AMENDMENT, PENDING_CANCELLATION = "PENDING_AMENDMENT", "PENDING_CANCELLATION"
REJECTED, CANCELLED, FAILED, COMPLETED, PARTIAL = (
    "REJECTED",
    "CANCELLED",
    "FAILED",
    "COMPLETED",
    "PARTIAL",
)

UNDER_WAY = (ACKNOWLEDGED, IN_PROGRESS, PENDING, HELD)
ALIVE = (RECEIVED, *UNDER_WAY)
ENDED = (REJECTED, CANCELLED, FAILED, COMPLETED, PARTIAL)
STATUSES = (*UNDER_WAY, PENDING_AMENDMENT, PENDING_CANCELLATION, *ENDED)
"""The statuses that a supplier may send; three more are the gateway's own (contract 5.1)."""

UNASKED = "unsolicited_cease"
"""The one kind of order that the supplier begins (contract 4.15)."""

ON_CREATE = {
    "acknowledge": ACKNOWLEDGED,
    "commit": IN_PROGRESS,
    "accept": RECEIVED,
    BEGUN: RECEIVED,
}
"""The status that each answer to a create brings; `begun` is an order that the supplier began."""

ONLY_FROM = {REJECTED: (RECEIVED,)}
"""Statuses that only some others lead to: no rejection after the acknowledgement
(contract 5.1).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A later request: the statuses in which the contract takes it, and the order's status while it
    is open.
    """

    sources: tuple[str, ...]
    opens: str
    at_most_one: bool = False


REQUESTS = {
    "amendment": Asking(
        sources=(ACKNOWLEDGED, IN_PROGRESS, PENDING, PENDING_AMENDMENT), opens=PENDING_AMENDMENT
    ),
    "cancellation": Asking(
        sources=(*ALIVE, PENDING_AMENDMENT, PENDING_CANCELLATION),
        opens=PENDING_CANCELLATION,
        at_most_one=True,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A KCI reason code.

    `sources` are the statuses that it may be sent from, `brings` the one that it brings (empty:
    unchanged), `choices` those that a step's `status` may choose instead. `settles` is the open
    request that it settles, and how; `needs` are the members that the contract makes mandatory.
    `unasked`: whether an unsolicited cease has it too, only such a cease, or never.
    """

    sources: tuple[str, ...] = ALIVE
    brings: str = ""
    choices: tuple[str, ...] = ()
    settles: tuple[str, Settlement] | None = None
    needs: tuple[str, ...] = ()
    unasked: Literal["also", "only", "never"] = "also"


REASONS: dict[str, Reason] = {
    "CREATED": Reason(
        sources=(RECEIVED,), brings=ACKNOWLEDGED, choices=(IN_PROGRESS,), unasked="only"
    ),
    "ACKNOWLEDGED": Reason(sources=(RECEIVED,), brings=ACKNOWLEDGED, unasked="never"),
    "COMMITTED": Reason(sources=(RECEIVED, ACKNOWLEDGED), brings=IN_PROGRESS),
    "UPDATE": Reason(choices=(ACKNOWLEDGED, IN_PROGRESS, HELD, FAILED)),
    "ADDITIONAL": Reason(),
    "WARNING": Reason(needs=("problemCode",)),
    "DELAY": Reason(
        sources=(ACKNOWLEDGED, IN_PROGRESS),
        brings=HELD,
        choices=(ACKNOWLEDGED, IN_PROGRESS),
        needs=("problemCode",),
    ),
    "RESUMED": Reason(sources=(HELD,), brings=IN_PROGRESS),
    "INFORMATION_REQUIRED": Reason(
        sources=(ACKNOWLEDGED, IN_PROGRESS, HELD),
        brings=PENDING,
        needs=("problemCode", "text"),
        unasked="never",
    ),
    "REAPPOINT": Reason(
        sources=(ACKNOWLEDGED, IN_PROGRESS, HELD),
        brings=PENDING,
        needs=("problemCode",),
        unasked="never",
    ),
    "REAPPOINTED": Reason(
        sources=UNDER_WAY,
        brings=IN_PROGRESS,
        choices=UNDER_WAY,
        needs=("problemCode",),
        unasked="never",
    ),
    "AMENDED": Reason(
        sources=UNDER_WAY, settles=("amendment", "applied"), choices=UNDER_WAY, unasked="never"
    ),
    "AMENDMENT_REJECTED": Reason(
        sources=UNDER_WAY,
        settles=("amendment", "refused"),
        needs=("problemCode", "text"),
        unasked="never",
    ),
    "CANCELLED": Reason(
        brings=CANCELLED, settles=("cancellation", "applied"), needs=("problemCode",)
    ),
    "CANCELLATION_REJECTED": Reason(
        settles=("cancellation", "refused"), needs=("problemCode", "text")
    ),
    "ORDER_REJECTED": Reason(
        sources=(RECEIVED,), brings=REJECTED, needs=("problemCode", "text"), unasked="never"
    ),
    "COMPLETED": Reason(sources=(IN_PROGRESS,), brings=COMPLETED, choices=(PARTIAL,)),
    "TERMINATED": Reason(brings=FAILED, choices=(CANCELLED, REJECTED), needs=("problemCode",)),
    "RESUBMIT": Reason(),
}

ONLY_ANSWERS = ("AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED")
"""Codes that need an open request. CANCELLED does not: the supplier cancels by itself too."""

BROUGHT = {
    code: tuple(dict.fromkeys((*reason.choices, *([reason.brings] if reason.brings else ()))))
    for code, reason in REASONS.items()
}
"""The statuses that each code can bring."""
