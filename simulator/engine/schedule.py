"""When the steps of a timeline are due, and what a signal changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.base import instants
from simulator.base.errors import Illegal, RenderFailed
from simulator.engine.plan import Turn
from simulator.language import template
from simulator.model import Kci, Order, Request, Step

MOST_STEPS = 1000


def schedule(
    turn: Turn, order: Order, steps: Sequence[Step], request: Request, names: Mapping[str, Any]
) -> tuple[Kci, ...]:
    """Give each step its due moment. Steps come one after another: an `at` in the past waits for
    the step before it.
    """
    if len(steps) > MOST_STEPS:
        raise Illegal(f"a timeline has at most {MOST_STEPS} steps")
    kcis: list[Kci] = []
    due, signal, signal_at = turn.now, "", None
    for step in steps:
        due = max(due, _due(step, due, order, names))
        if step.wait:
            signal, signal_at = step.wait, due
            continue
        position = turn.position + len(kcis)
        kcis.append(
            Kci(
                id=turn.chance.at("kci", position).uuid(),
                order=order.id,
                request=request.id,
                position=position,
                due_at=due,
                step=replace(step, after=None, at=None),
                state="paused" if signal else "waiting",
                signal=signal,
                signal_at=signal_at,
            )
        )
    return tuple(kcis)


def _due(step: Step, before: int, order: Order, names: Mapping[str, Any]) -> int:
    if step.at is None:
        return before + length_of(step.after, names)
    try:
        return order.received_at + length_of(step.at, names)
    except RenderFailed:
        at = template.render(step.at, names)
    try:
        return instants.parse_instant(at)
    except (ValueError, OverflowError) as error:
        raise RenderFailed(f"at: {error}") from None


def length_of(value: Any, names: Mapping[str, Any]) -> int:
    """A duration: microseconds where the loader read it already, text or seconds where a template
    gives it.
    """
    if isinstance(value, int):
        return value
    try:
        return instants.parse_duration(template.render(value, names))
    except ValueError as error:
        raise RenderFailed(str(error)) from None


def is_paused_by_request(kci: Kci) -> bool:
    """Whether a request's pause holds a KCI, and not only the want of a signal."""
    return kci.state == "paused" and not kci.signal


def signalled(waiting: Sequence[Kci], name: str, now: int) -> tuple[Kci, ...]:
    """What a signal changes: the steps that waited for it go on, later ones that wait for another
    one move with them.

    Illegal says what is waited for instead. A signal may come before its time: then nothing is
    later than it was planned.
    """
    if any(is_paused_by_request(kci) for kci in waiting):
        raise Illegal("a request has paused the order: let it go on first")
    heads: dict[str, Kci] = {}
    for kci in sorted((kci for kci in waiting if kci.signal), key=lambda kci: kci.position):
        # a timeline waits for the signal of its first step that has one
        heads.setdefault(kci.request, kci)
    first = next((kci for kci in heads.values() if kci.signal == name), None)
    if first is None or first.signal_at is None:
        names = ", ".join(sorted({kci.signal for kci in heads.values()}))
        raise Illegal(
            f"the order does not wait for the signal {name[:80]}"
            + (f": it waits for {names}" if names else "")
        )
    late = max(0, now - first.signal_at)
    mine = [kci for kci in waiting if kci.signal and kci.request == first.request]
    same = {
        kci.id for kci in mine if (kci.signal, kci.signal_at) == (first.signal, first.signal_at)
    }
    return tuple(
        replace(kci, due_at=kci.due_at + late, state="waiting", signal="", signal_at=None)
        if kci.id in same
        else replace(kci, due_at=kci.due_at + late, signal_at=(kci.signal_at or 0) + late)
        for kci in mine
    )
