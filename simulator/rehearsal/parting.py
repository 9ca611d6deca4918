"""How a rehearsal goes on where a story waits for a signal, or may go one of several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator import engine
from simulator.engine import Taken
from simulator.model import Kci, KciState, Path

Picks = Mapping[Path, int]
"""The ways that a story goes: by the place of a step, the number of its way; 0 for none, or for the
rest.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Going:
    """What lets a story go on: when, why (empty where nothing special happens), and the queue after
    it.
    """

    at: int
    said: str
    queue: list[Kci]


def going_of(queue: Sequence[Kci], picks: Picks, now: int, until: int | None) -> Going | None:
    """What lets the story go on that stands at the head of its queue; None where it is a step of
    its own, or where nothing does until then. A signal comes as soon as it is waited for, unless
    the story goes the way without it.
    """
    head = queue[0]
    if head.state == KciState.PAUSED:
        first = min(engine.awaited(queue), key=_begins, default=None)
        at = first.signal_at if first else None
        return _signal(queue, first.waits_for, max(now, at), until) if first and at else None
    if not head.step.decides:
        return None
    number = picks.get(head.step.path, engine.REST)
    if head.step.wait and number == engine.REST:
        at = max(now, head.due_at - head.step.within)
        if going := _signal(queue, head.step.wait, at, until):
            return going
    if until is not None and head.due_at > until:
        return None
    way, said = engine.decided(head, None)
    if not head.step.wait:
        way, said = number, _answered(head, number)
    taken = engine.taken(queue[1:], head, way)
    return Going(at=max(now, head.due_at), said=said, queue=engine.after(queue[1:], taken))


def _begins(kci: Kci) -> tuple[int, int]:
    """Which of several timelines that wait gets its signal first: the one that waits first."""
    return kci.signal_at or 0, kci.position


def _signal(queue: Sequence[Kci], name: str, at: int, until: int | None) -> Going | None:
    if any(map(engine.is_paused_by_request, queue)) or (until is not None and at > until):
        return None
    taken: Taken = engine.signalled(queue, name, at)
    return Going(at=at, said=f"until the signal {name}", queue=engine.after(queue, taken))


def _answered(turn: Kci, number: int) -> str:
    """What is said of the answer with which a story goes a way."""
    answers = next((answers for way, answers in turn.step.decides if way == number), ())
    return f"the gateway answers {' or '.join(answers)}" if answers else ""
