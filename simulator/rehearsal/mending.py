"""A timeline without the part that cannot be evaluated, so that the rest can be rehearsed."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.base.copies import replace
from simulator.model import Path, Step, with_changed


def without(steps: Sequence[Step], path: Path) -> tuple[Step, ...]:
    """The steps without what stands at a path: a step's time, or how it goes on."""

    def change(step: Step) -> Step:
        if step.time_path == path:
            return replace(step, after=0, at=None, hours="")
        if path == (*step.path, "within"):
            return replace(step, within=0)
        if step.flow and path in ((*step.path, "branch"), (*step.path, "repeat", "times")):
            return replace(step, flow=None, after=0 if step.is_at_once else step.after)
        return step

    return with_changed(steps, change)
