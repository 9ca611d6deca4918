"""The times of a timeline: steps that are out of order, and waits in the wrong place."""

from __future__ import annotations

from typing import Any

from simulator.base import instants
from simulator.base.errors import RenderFailed
from simulator.formats.strict_yaml import Path
from simulator.language import template
from simulator.model import Vocabulary
from simulator.scenario.findings import Findings
from simulator.scenario.words import parts_of, steps_of


def check_times(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report every `at` that lies before the previous step, and every misplaced `wait`."""
    values = {
        name: entry.get("default") if isinstance(entry, dict) else entry
        for name, entry in params.items()
    }
    for path, action, part in parts_of(findings.document, vocabulary):
        steps = list(steps_of(part, path))
        _check_waits(findings, steps)
        _check_moments(findings, steps, values, begins=0 if action == "create" else None)


def _check_waits(findings: Findings, steps: list[tuple[Path, dict[str, Any]]]) -> None:
    behind = ""
    for path, step in steps:
        if behind and "at" in step:
            said = f"behind `wait: {behind}` time counts from the signal"
            hint = "`after`, not `at`"
            findings.wrong((*path, "at"), said, code="wait", hint=hint, at_key=True)
        behind = str(step["wait"]) if "wait" in step else behind
    if steps and "wait" in steps[-1][1]:
        path = steps[-1][0]
        said = "nothing comes behind this `wait`"
        findings.wrong((*path, "wait"), said, code="wait", at_key=True)


def _check_moments(
    findings: Findings,
    steps: list[tuple[Path, dict[str, Any]]],
    values: dict[str, Any],
    begins: int | None,
) -> None:
    """Add up the times as far as they are known. `begins` is the time from the order to the first
    step; None when it is not known.
    """
    reached, last = begins, ""
    for path, step in steps:
        if "wait" in step:
            reached = None
        elif "at" in step:
            at = _length(step["at"], values)
            if at is not None and reached is not None and at < reached:
                times = [instants.format_duration(length) for length in (at, reached)]
                said = f"at: {times[0]} lies before the step on line {last}, at {times[1]}"
                hint = "steps happen in the order in which they stand: it follows at once"
                findings.doubt((*path, "at"), said, code="too_early", hint=hint)
            reached = at if at is None or reached is None else max(at, reached)
        else:
            after = _length(step.get("after"), values)
            reached = None if reached is None or after is None else reached + after
        last = str(findings.located.place(path).line)


def _length(value: Any, values: dict[str, Any]) -> int | None:
    """A duration in microseconds; None when it is known later only, or is no duration."""
    try:
        if isinstance(value, str) and "{{" in value:
            if any(name not in values for name, *_ in template.reads(value)):
                return None
            value = template.render(value, values)
        return instants.parse_duration(value)
    except (ValueError, RenderFailed):
        return None
