"""Dates and appointments that the contract makes mandatory in an order's document
(docs/contract/fibre-cafe.md 4.4, 6).

The memo keeps what the order had last, so that a change can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Illegal
from simulator.dialects.fibre_cafe.transitions import IN_PROGRESS
from simulator.engine.rules import Event
from simulator.model import Document, Order

_DATES = ("committedDate", "targetDate")
_APPOINTMENT = ("appointmentTimeslot", "appointmentSupplierReference")


def complete(order: Order, event: Event, now: int) -> Order:
    """The order with what the contract makes mandatory: both dates at commitment (contract 4.4), a
    new slot with REAPPOINTED (contract 6, 10.41).

    Illegal when `committedDate` changes, which is set once, or `targetDate` with RESUMED, which
    leaves it alone.
    """
    document = order.document
    if _commits(order, event):
        committed = (
            document.get("committedDate") or document.get("targetDate") or _committed(document, now)
        )
        document = {
            **document,
            "committedDate": committed,
            "targetDate": document.get("targetDate") or committed,
        }
    elif event.send == "REAPPOINTED":
        document = _reappointed(document, order.memo, now)
    said = {name: document[name] for name in (*_DATES, *_APPOINTMENT) if name in document}
    if not event.illegal:
        _check_dates(order.memo, said, event)
    return replace(order, document=document, memo=said)


def _reappointed(document: Document, last: Mapping[str, Any], now: int) -> Document:
    """With the new appointment: the scenario's, else a slot a week ahead. Where the scenario names
    no new targetDate, it is the end of the new slot (contract 6, 8.7, 10.41).
    """

    def is_new(name: str) -> bool:
        return name in document and document[name] != last.get(name)

    if not any(map(is_new, _APPOINTMENT)):
        day = instants.format_instant(now + 7 * instants.DAY)[:10]
        ahead = {
            "timeslotStartDateTime": f"{day}T08:00:00.000Z",
            "timeslotEndDateTime": f"{day}T13:00:00.000Z",
        }
        document = {**document, "appointmentTimeslot": ahead}
    slot = document.get("appointmentTimeslot")
    end = slot.get("timeslotEndDateTime") if isinstance(slot, dict) else None
    if end and is_new("appointmentTimeslot") and not is_new("targetDate"):
        return {**document, "targetDate": end}
    return document


def _commits(order: Order, event: Event) -> bool:
    """Whether this event is the supplier's commitment: the KCI, the answer to the create, or
    CREATED of a cease that is committed already.
    """
    by_answer = event.action == "create" and event.answer == "commit"
    return (
        event.send == "COMMITTED"
        or by_answer
        or (event.send == "CREATED" and order.status == IN_PROGRESS)
    )


def _check_dates(last: Mapping[str, Any], dates: Mapping[str, Any], event: Event) -> None:
    """Illegal when a date changed that must not; `last` are the dates that the order had."""
    committed = last.get("committedDate")
    if committed and dates.get("committedDate") != committed and event.outcome != "applied":
        raise Illegal("committedDate is set once, at commitment: what moves is targetDate")
    if event.send == "RESUMED" and last.get("targetDate") not in (None, dates.get("targetDate")):
        raise Illegal("RESUMED leaves targetDate as it is: UPDATE or REAPPOINTED brings a new date")


def _committed(document: Document, now: int) -> str:
    """The requested date where it lies ahead, else ten days from now, at 09:00 UTC (contract
    10.56).
    """
    wanted = document.get("requestedCompletionDate") or document.get("requestedCeaseDate")
    wanted = wanted[:10] if isinstance(wanted, str) else ""
    if len(wanted) == 10 and wanted > instants.format_instant(now)[:10]:
        return f"{wanted}T09:00:00.000Z"
    return f"{instants.format_instant(now + 10 * instants.DAY)[:10]}T09:00:00.000Z"
