"""A step with a fault as the steps that the outbox has of it: the honest message, what goes before
it, and what follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.base.copies import replace
from simulator.language.faults.fault import Fault
from simulator.model import Step


@dataclass(slots=True)
class _Held:
    """A step that is sent behind the next one that sends; it has this place in the outbox. Where
    the next one is held too, it is sent behind that one.
    """

    step: Step
    place: int


def expanded(steps: Sequence[Step], faults: Mapping[str, Fault]) -> tuple[Step, ...]:
    """The steps of a timeline, each fault told by steps of its own.

    A step that is sent once more names the message by its distance (`Step.echo`), counted in steps
    that have a place in the outbox: all but those that only wait. What is held back and has no next
    one comes last.
    """
    found: list[Step] = []
    held: list[_Held] = []
    place = 0
    for step in steps:
        for part in _parts(step, faults):
            found.append(part)
            place += not part.wait
        if _waits(step, faults):
            held.insert(0, _Held(step, place))
        elif step.send:
            for one in held:
                place += 1
                found.append(_echo(one.step, place - one.place))
            held.clear()
    for one in held:
        place += 1
        found.append(_echo(one.step, place - one.place))
    return tuple(found)


def _waits(step: Step, faults: Mapping[str, Fault]) -> bool:
    return bool(step.fault) and faults[step.fault].after_next


def _parts(step: Step, faults: Mapping[str, Fault]) -> Iterator[Step]:
    if not step.fault:
        yield step
        return
    fault = faults[step.fault]
    wrong = replace(step, answered=step.answered or fault.answered)
    honest = replace(step, fault="", argument=None, answered=(), settled_by=())
    if fault.is_probe:
        yield wrong
        yield replace(honest, after=0, at=None, hours="")
    elif fault.after_next or not (count := fault.echoes(step.argument)):
        yield wrong
    else:
        yield honest
        yield from (_echo(wrong, distance) for distance in range(1, count + 1))


def _echo(step: Step, distance: int) -> Step:
    """A message that is sent once more. Nothing happens to the order, so its end does not withdraw
    it.
    """
    return replace(step, after=0, at=None, hours="", set={}, fields={}, illegal=True, echo=distance)
