"""When the steps of a timeline are due, and what a signal changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.base.seed import Chance
from simulator.base.working_days import Calendar
from simulator.engine.flow import line_of
from simulator.engine.moments import due_of, is_drawn, needs_the_calendar, with_draws
from simulator.engine.names import in_round, names_for
from simulator.engine.plan import Situation
from simulator.engine.ways import REST, wait_signal, way_signal
from simulator.language import template
from simulator.model import MOST_STEPS, Kci, KciState, Order, Request, Step

_TOO_LATE = f"a step would be due after {instants.format_instant(instants.LATEST)}"
_LASTING = (("id",), ("tenant",), ("operation",), ("scenario",), ("received_at",))
"""The members of `order` that no step changes."""


def schedule(
    situation: Situation,
    order: Order,
    steps: Sequence[Step],
    request: Request,
    names: Mapping[str, Any],
) -> tuple[tuple[Kci, ...], tuple[str, ...]]:
    """Give each step its due moment, and say how the branches of the timeline were decided. Steps
    come one after another: an `at` in the past waits for the step before it.

    A time that reads what a step may change cannot be evaluated yet, unless it is the first; nor a
    time of the calendar behind a signal. Such a step, and all behind it, are due with the step
    before them and keep their time, until it is their turn (`timed`). What a draw comes to is
    always known now.

    Each way on which the story may go on begins when the step is due that decides. Each wait waits
    for a signal of its own: where nothing happens before the next one, a silent step stands there.
    """
    line, said = _line(situation, order, steps, names)
    if len(line) > MOST_STEPS:
        raise Illegal(f"a timeline has at most {MOST_STEPS} steps")
    kcis: list[Kci] = []
    begin: dict[tuple[int, ...], tuple[int, str, bool]] = {}
    due, signal, signal_at, is_timed = situation.now, "", None, True
    for index, step in enumerate(_drawn(situation, line, names)):
        if begin and (way := begin.pop((*step.lies_on,), None)):
            due, signal, is_timed = way
            signal_at = due
        is_row = not step.wait or bool(step.decides) or _is_new(signal, kcis)
        is_late = index > 0 and _reads_the_order(step)
        seen = in_round(names, step.round)
        try:
            is_late = is_late or (signal != "" and needs_the_calendar(step, seen))
            is_timed = is_timed and not is_late
            if is_timed or not (is_row or is_late):
                due = max(due, _in_range(due_of(step, due, order, seen, situation.calendar)))
        except RenderFailed as error:
            raise error.at(step.time_path) from None
        if is_row:
            over = _in_range(due + (step.within or 0))
            kcis.append(
                Kci(
                    id=situation.chance.uuid("kci", step.key),
                    order=order.id,
                    request=request.id,
                    position=situation.position + len(kcis),
                    due_at=over,
                    step=_kept(step, is_timed),
                    state=KciState.PAUSED if signal else KciState.WAITING,
                    signal=signal,
                    signal_at=signal_at,
                )
            )
            for number, _ in step.decides:
                begin[*step.lies_on, number, 0] = over, way_signal(step, number), is_timed
        if step.wait:
            next_position = situation.position + len(kcis)
            signal, signal_at = _own_signal(step, next_position), due
    return tuple(kcis), said


def timed(
    order: Order,
    head: Kci,
    request: Request | None,
    waiting: Sequence[Kci],
    now: int,
    chance: Chance,
    calendar: Calendar,
) -> tuple[Kci, ...]:
    """It is the turn of a step that kept its time: it and the steps behind it, with their due
    moments as far as they are known now. RenderFailed when its time cannot be evaluated.
    """
    names = names_for(order, request, now, chance.at(head.key))
    behind = [
        kci
        for kci in waiting
        if kci.request == head.request and not kci.is_timed and kci.position >= head.position
    ]
    found: list[Kci] = []
    due, later, is_timed = head.due_at - (head.step.within or 0), 0, True
    for kci in sorted(behind, key=lambda kci: kci.position):
        if kci.signal and kci.signal_at is not None:
            # its moment depends on the signal: it moves with the step before it
            moved = replace(kci, due_at=kci.due_at + later, signal_at=kci.signal_at + later)
            found.append(moved)
            continue
        is_timed = is_timed and (kci.id == head.id or not _reads_the_order(kci.step))
        if is_timed:
            seen = in_round(names, kci.step.round)
            due = max(due, due_of(kci.step, due, order, seen, calendar))
            if due > instants.LATEST:
                raise RenderFailed(_TOO_LATE)
        over = due + (kci.step.within or 0)
        later = over - kci.due_at
        found.append(
            replace(kci, due_at=over, step=_without_time(kci.step) if is_timed else kci.step)
        )
    return tuple(found)


def _reads_the_order(step: Step) -> bool:
    """Whether a step's time reads what the steps before it may change."""
    return any(_reads(time) for time in (step.after, step.at) if isinstance(time, str))


@lru_cache(maxsize=256)
def _reads(time: str) -> bool:
    paths = template.reads(time)
    return any(path[0] == "order" and path[1:2] not in _LASTING for path in paths)


def _is_new(signal: str, kcis: Sequence[Kci]) -> bool:
    """Whether a timeline has come to a signal for which none of its steps waits yet."""
    return signal != "" and (not kcis or kcis[-1].signal != signal)


def _own_signal(wait: Step, next_position: int) -> str:
    return way_signal(wait, REST) if wait.decides else wait_signal(wait.wait, next_position)


def _kept(step: Step, is_timed: bool) -> Step:
    """A step as the outbox keeps it. Of a wait without an end only its time is left."""
    if step.wait and not step.decides:
        step = replace(step, wait="")
    return _without_time(step) if is_timed else step


def _without_time(step: Step) -> Step:
    return replace(step, after=None, at=None, hours="")


def _line(
    situation: Situation, order: Order, steps: Sequence[Step], names: Mapping[str, Any]
) -> tuple[Sequence[Step], tuple[str, ...]]:
    """The steps with keys that no other step of the order has. A timeline that is a line already,
    and that was read from a file, has keys of its own.
    """
    action = situation.submission.action
    prefix = "" if action == "create" else f"{action}/{situation.count}/"
    if not all(step.key for step in steps):
        return line_of(situation, order, steps, names, prefix)
    return [replace(step, key=prefix + step.key) for step in steps] if prefix else steps, ()


def _drawn(situation: Situation, steps: Sequence[Step], names: Mapping[str, Any]) -> Sequence[Step]:
    """The steps with what their draws came to."""
    if not any(map(is_drawn, steps)):
        return steps
    found = []
    for step in steps:
        seen = in_round(names, step.round)
        try:
            found.append(with_draws(step, seen, situation.chance.at("time", step.key)))
        except RenderFailed as error:
            raise error.at(step.time_path) from None
    return found


def _in_range(due: int) -> int:
    """Refused when a new step would fall due after the last moment of supplier time."""
    if due > instants.LATEST:
        raise Refused("invalid", [_TOO_LATE])
    return due
