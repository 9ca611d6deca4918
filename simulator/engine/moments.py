"""From the times of a scenario to moments and lengths: templates filled in, draws drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import RenderFailed
from simulator.base.seed import Chance
from simulator.base.working_days import Calendar
from simulator.language import template, times
from simulator.model import Order, Step


def due_of(
    step: Step, before: int, order: Order, names: Mapping[str, Any], calendar: Calendar
) -> int:
    """When a step is due, given when the step before it was. RenderFailed when that cannot be
    evaluated.
    """
    try:
        if step.at is None:
            due = _reached(step.after, before, names, calendar)
        else:
            due = _at(step.at, order, names, calendar)
        return calendar.within(due, step.hours) if step.hours else due
    except (ValueError, OverflowError) as error:
        time = step.after if step.at is None else step.at
        raise RenderFailed(str(error), source=time if isinstance(time, str) else "") from None


def _reached(value: Any, since: int, names: Mapping[str, Any], calendar: Calendar) -> int:
    if isinstance(value, int):
        return since + value
    return times.reached(times.read(template.render(value, names)), since, calendar)


def _at(value: Any, order: Order, names: Mapping[str, Any], calendar: Calendar) -> int:
    if isinstance(value, int):
        return order.received_at + value
    text = template.render(value, names)
    try:
        return times.reached(times.read(text), order.received_at, calendar)
    except ValueError:
        pass
    try:
        return instants.parse_instant(text)
    except (ValueError, OverflowError) as error:
        raise RenderFailed(f"at: {error}") from None


def is_drawn(step: Step) -> bool:
    """Whether a step's time is a draw."""
    return isinstance(step.after, dict) or isinstance(step.at, dict)


def with_draws(step: Step, names: Mapping[str, Any], chance: Chance) -> Step:
    """The step with what its draw came to."""
    if isinstance(step.after, dict):
        return replace(step, after=_drawn(step.after, names, chance))
    if isinstance(step.at, dict):
        return replace(step, at=_drawn(step.at, names, chance))
    return step


def _drawn(draw: Mapping[str, Any], names: Mapping[str, Any], chance: Chance) -> Any:
    def length_of_part(part: Any) -> int:
        return instants.parse_duration(template.render(part, names))

    try:
        return times.drawn(draw, length_of_part, chance.random().random)
    except ValueError as error:
        raise RenderFailed(str(error)) from None


def needs_the_calendar(step: Step, names: Mapping[str, Any]) -> bool:
    """Whether a step is due at a local time, or on a working day."""
    time = step.after if step.at is None else step.at
    rendered = time if isinstance(time, int) else template.render(time, names)
    return bool(step.hours) or times.hangs_on_the_calendar(rendered)


def length_of(value: Any, names: Mapping[str, Any], chance: Chance) -> int:
    """A duration: microseconds where the loader read it, else a text or seconds of a template, or a
    draw.
    """
    if isinstance(value, dict):
        value = _drawn(value, names, chance)
    if isinstance(value, int):
        return value
    try:
        return instants.parse_duration(template.render(value, names))
    except ValueError as error:
        raise RenderFailed(str(error), source=str(value)) from None
