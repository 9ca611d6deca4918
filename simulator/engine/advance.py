"""What a step changes when it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import RenderFailed
from simulator.base.seed import Chance
from simulator.engine.names import in_round, names_for
from simulator.engine.plan import Advance
from simulator.engine.rules import Event, Rules, Settlement
from simulator.engine.ways import leaving
from simulator.language import paths, template
from simulator.model import Kci, Order, Request, Step


def advance(
    order: Order,
    kci: Kci,
    requests: Sequence[Request],
    waiting: Sequence[Kci],
    rules: Rules,
    now: int,
    chance: Chance,
) -> Advance:
    """Let a step happen. The order moves once, at the first attempt. `waiting` are the order's
    other waiting and paused KCIs.

    Illegal or RenderFailed when it cannot; then nothing has changed, and the caller marks the KCI
    dead.
    """
    request = next((candidate for candidate in requests if candidate.id == kci.request), None)
    event, step = event_of(kci, request, rules), kci.step
    moved = rules.move(order, event, now) if step.send or step.status else order
    if request is not None and event.outcome == "applied":
        moved = rules.merge(moved, request)
    if step.mark and step.mark not in moved.marks:
        moved = replace(moved, marks=(*moved.marks, step.mark))
    chance = chance.at(kci.key)
    if step.set:
        names = in_round(names_for(moved, request, now, chance), step.round)
        changes = template.render(dict(step.set), names)
        moved = replace(moved, document=paths.assign_all(moved.document, changes))
    moved = replace(rules.complete(moved, event, now), updated_at=now)
    if step.start:
        step = _rendered(step, in_round(names_for(moved, request, now, chance), step.round))
    elif step.fields:
        names = in_round(names_for(moved, request, now, chance), step.round)
        fields = template.render(dict(step.fields), names)
        moved = rules.keep_members(moved, replace(event, members=fields))
        step = replace(step, fields=fields)
    settled, settlement = None, settlement_of(kci, request, rules)
    if request is not None and settlement:
        settled = replace(request, status=settlement)
    withdraw, lapsed = _ended(moved, kci, request, requests, waiting, rules)
    return Advance(
        order=moved,
        kci=replace(kci, step=step, issued_at=now),
        request=settled,
        withdraw=withdraw,
        lapsed=lapsed,
    )


def _rendered(step: Step, names: Mapping[str, Any]) -> Step:
    """What begins an order, with its values. RenderFailed when the tenant is no text."""
    tenant = template.render(step.tenant, names)
    if not isinstance(tenant, str):
        raise RenderFailed(f"tenant: must be a text, is {tenant!r}", source=step.tenant)
    fields, params = (
        template.render(dict(step.fields), names),
        template.render(dict(step.params), names),
    )
    return replace(step, tenant=tenant, fields=fields, params=params)


def _ended(
    order: Order,
    kci: Kci,
    request: Request | None,
    requests: Sequence[Request],
    waiting: Sequence[Kci],
    rules: Rules,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The KCIs to withdraw and the requests that lapse, where this KCI ended the order."""
    if not rules.ends(order.status):
        return (), ()
    others = (other for other in waiting if other.id != kci.id)
    withdraw = leaving(others, lambda other: other.step.illegal)
    lapsed = (other.id for other in requests if other.status == "open" and other is not request)
    return withdraw, tuple(lapsed)


def settlement_of(kci: Kci, request: Request | None, rules: Rules) -> Settlement:
    """How a KCI settles the request of its timeline, where that is open."""
    if request is None or request.status != "open" or not kci.send:
        return ""
    return rules.settles(kci.send, request.action)


def event_of(kci: Kci, request: Request | None, rules: Rules) -> Event:
    """The event of a KCI, and the open request that it settles."""
    step, settlement = kci.step, settlement_of(kci, request, rules)
    event = Event(send=step.send, status=step.status, illegal=step.illegal)
    if request is None or not settlement:
        return event
    return replace(
        event,
        action=request.action,
        operation=request.operation,
        outcome=settlement,
        request=request.id,
    )
