"""What the contract asks of the KCIs of one order, written by hand from docs/contract/fibre-cafe.md
4.14, 5 and 6; nothing of it is computed by our code.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

ENTITIES = (
    "provideServiceOrder",
    "modifyServiceOrder",
    "ceaseServiceOrder",
    "provideEthernetOrder",
    "unsolicitedCeaseServiceOrder",
)
NEEDS_PROBLEM = {
    "WARNING",
    "DELAY",
    "REAPPOINT",
    "REAPPOINTED",
    "CANCELLED",
    "INFORMATION_REQUIRED",
    "ORDER_REJECTED",
    "AMENDMENT_REJECTED",
}
NEEDS_TEXT = {
    "INFORMATION_REQUIRED",
    "ORDER_REJECTED",
    "AMENDMENT_REJECTED",
    "CANCELLATION_REJECTED",
}
SENT, ACK, WORK, WAIT, HELD = "not said yet", "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
LIVING = {SENT, ACK, WORK, WAIT, HELD}
OVER = {"COMPLETED", "PARTIAL", "CANCELLED", "REJECTED", "FAILED"}
MOVES: dict[str, tuple[set[str], set[str]]] = {
    "CREATED": ({SENT}, {ACK, WORK}),
    "ACKNOWLEDGED": ({SENT}, {ACK}),
    "COMMITTED": ({SENT, ACK}, {WORK}),
    "DELAY": ({ACK, WORK}, {HELD}),
    "RESUMED": ({HELD}, {WORK}),
    "INFORMATION_REQUIRED": ({ACK, WORK, HELD}, {WAIT}),
    "REAPPOINT": ({ACK, WORK, HELD}, {WAIT}),
    "REAPPOINTED": ({ACK, WORK, WAIT, HELD}, {WORK}),
    "ORDER_REJECTED": ({SENT}, {"REJECTED"}),
    "CANCELLED": (LIVING, {"CANCELLED"}),
    "COMPLETED": ({WORK}, {"COMPLETED", "PARTIAL"}),
}
"""By contract 5.2 and 5.3: from which statuses each reason may come, and which it brings; other
reasons may come at any time but the end.
"""


def check_moves(kcis: list[dict[str, Any]], statuses: list[str]) -> None:
    """Follow the statuses as a gateway does; an answer may have brought the first one, and a cure
    that needed no KCI ends PENDING.
    """
    before = {SENT, ACK, WORK}
    for kci, status in zip(kcis, statuses, strict=True):
        code = kci["reasonCode"]
        sources, brings = MOVES.get(code, (LIVING, LIVING | OVER))
        assert before & sources, f"{code} after {before}"
        assert status in brings, f"{code} brings {status}"
        if code in (
            "ADDITIONAL",
            "WARNING",
            "RESUBMIT",
            "AMENDMENT_REJECTED",
            "CANCELLATION_REJECTED",
        ):
            assert status in before, f"{code} leaves the status as it was"
        before = (
            set() if status in OVER else {ACK, WORK, HELD, WAIT} if status == WAIT else {status}
        )


def check_by_the_contract(kcis: list[dict[str, Any]]) -> None:
    """What contract 4.14, 6 and 6.1 ask of every KCI, written anew."""
    assert [kci["sequenceNumber"] for kci in kcis] == list(range(1, len(kcis) + 1))
    assert len({kci["id"] for kci in kcis}) == len(kcis)
    check_moves(kcis, [next(kci[key] for key in ENTITIES if key in kci)["status"] for kci in kcis])
    committed = None
    for kci in kcis:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", kci["id"])
        assert datetime.fromisoformat(kci["issuedOn"]).tzinfo is not None
        (entity,) = (kci[key] for key in ENTITIES if key in kci)
        code = kci["reasonCode"]
        assert entity["tenant"] == "TENANT1" or "unsolicitedCeaseServiceOrder" in kci
        assert "id" in entity or "unsolicitedCeaseServiceOrder" in kci
        if entity["status"] != "REJECTED":
            assert entity["supplierOrderReference"]
        if entity["status"] in ("IN_PROGRESS", "COMPLETED", "PARTIAL"):
            assert entity["committedDate"] and entity["targetDate"]
            assert committed in (None, entity["committedDate"]), "committedDate is set once"
            committed = entity["committedDate"]
        assert "problemCode" in kci or code not in NEEDS_PROBLEM, code
        assert kci.get("text") or code not in NEEDS_TEXT, code
        if code.startswith("AMEND"):
            assert entity["serviceOrderAmendmentId"] and entity["serviceOrderAmendmentReference"]
        if code == "CANCELLATION_REJECTED":
            assert (
                entity["serviceOrderCancellationId"] and entity["serviceOrderCancellationReference"]
            )
        if code == "REAPPOINTED":
            assert (
                entity["appointmentTimeslot"]["timeslotStartDateTime"]
                and entity["targetDate"] != entity["committedDate"]
            )
