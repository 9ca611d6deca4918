"""What a due step changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulator.base.seed import Chance
from simulator.engine.names import names_for, order_names
from simulator.engine.plan import Advance
from simulator.engine.rules import Event, Rules
from simulator.language import paths, template
from simulator.model import Kci, Order, Request


def advance(
    order: Order,
    kci: Kci,
    requests: Sequence[Request],
    waiting: Sequence[Kci],
    rules: Rules,
    now: int,
    chance: Chance,
) -> Advance:
    """Let a step happen: the order moves once, on the first attempt. `waiting` are the order's
    other waiting and paused KCIs.

    Illegal or RenderFailed when it cannot; then nothing has changed, and the caller marks the KCI
    dead.
    """
    request = next((candidate for candidate in requests if candidate.id == kci.request), None)
    event = event_of(kci, request, rules)
    moved = rules.move(order, event, now) if kci.send or kci.step.status else order
    if request is not None and event.outcome == "applied":
        moved = rules.merge(moved, request)
    step = kci.step
    if step.mark and step.mark not in moved.marks:
        moved = replace(moved, marks=(*moved.marks, step.mark))
    names = names_for(moved, request, now, chance.at(kci.position))
    if step.set:
        changes = template.render(dict(step.set), names)
        moved = replace(moved, document=paths.assign_all(moved.document, changes))
    moved = replace(rules.complete(moved, event, now), updated_at=now)
    fields = template.render(dict(step.fields), {**names, "order": order_names(moved)})
    moved = rules.keep_members(moved, replace(event, members=fields))
    settled = (
        replace(request, status=event.outcome) if request is not None and event.outcome else None
    )
    over = rules.ends(moved.status)
    return Advance(
        order=moved,
        kci=replace(kci, step=replace(step, fields=fields), issued_at=now),
        request=settled,
        withdraw=tuple(
            other.id for other in waiting if over and not other.step.illegal and other.id != kci.id
        ),
        lapsed=tuple(
            other.id
            for other in requests
            if over and other.status == "open" and other is not request
        ),
    )


def event_of(kci: Kci, request: Request | None, rules: Rules) -> Event:
    """The event of a KCI: what it tells, and which open request it settles."""
    step = kci.step
    told = Event(send=step.send, status=step.status, illegal=step.illegal)
    outcome = (
        rules.settles(kci.send, request.action)
        if kci.send and request is not None and request.status == "open"
        else ""
    )
    if request is None or not outcome:
        return told
    return replace(
        told,
        action=request.action,
        operation=request.operation,
        outcome=outcome,
        request=request.id,
    )
