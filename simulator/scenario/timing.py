"""The times of a timeline: steps that are out of order, and waits in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.base import instants
from simulator.base.errors import RenderFailed
from simulator.formats.strict_yaml import Path
from simulator.language import template
from simulator.model import Vocabulary
from simulator.scenario.findings import Findings
from simulator.scenario.schema import TIMES
from simulator.scenario.words import (
    PlacedStep,
    asides_of,
    inner_of,
    maps_in,
    parts_of,
    replies_of,
    steps_of,
)


def check_times(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report every `at` that lies before the previous step, and every misplaced `wait`; warn of
    draws of which much is cut off.
    """
    values = defaults_of(params)
    for path, action, part in parts_of(findings.document, vocabulary):
        for where, time in _times(part, path):
            _check_bell(findings, where, time, values)
        steps = maps_in(part, path)
        _check_waits(findings, steps, behind="", follows=False)
        _check_moments(findings, steps, values, 0 if action == "create" else None, "")


def defaults_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a file's parameters where nobody sets them."""
    return {
        name: entry.get("default") if isinstance(entry, dict) else entry
        for name, entry in params.items()
    }


def _times(part: dict[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The times of a part, each with its path."""
    for where, step in steps_of(part, path):
        keys = (*TIMES, "within")
        yield from (((*where, key), step[key]) for key in keys if key in step)
    for where, reply in replies_of(part.get("reply"), (*path, "reply")):
        if isinstance(reply, dict) and "delay" in reply:
            yield (*where, "delay"), reply["delay"]


def _check_bell(findings: Findings, where: Path, time: Any, values: dict[str, Any]) -> None:
    """A normal distribution whose lower end is cut off by so much that it is none any more."""
    bell = time.get("normal") if isinstance(time, dict) else None
    if not isinstance(bell, dict):
        return
    mean, deviation = (_length(bell.get(key), values) for key in ("mean", "deviation"))
    if mean is not None and deviation is not None and deviation > mean:
        share = "half" if not mean else "a sixth and more"
        said = f"normal: {share} of it lies below 0s, and is left out"
        hint = "a smaller `deviation`, or `lognormal`"
        findings.doubt((*where, "normal", "deviation"), said, code="below_zero", hint=hint)


def _check_waits(
    findings: Findings, steps: Sequence[PlacedStep], *, behind: str, follows: bool
) -> str:
    """Check steps that stand `behind` a signal, or behind none; returns behind which the next ones
    stand. `follows`: there are next ones.
    """
    for number, (path, step) in enumerate(steps, 1):
        if behind and "at" in step:
            said = f"behind `wait: {behind}` time counts from the signal"
            hint = "`after`, not `at`"
            findings.wrong((*path, "at"), said, code="wait", hint=hint, at_key=True)
        is_last = number == len(steps) and not follows
        if is_last and "wait" in step and "otherwise" not in step:
            said = "nothing comes behind this `wait`"
            findings.wrong((*path, "wait"), said, code="wait", at_key=True)
        behind = str(step["wait"]) if "wait" in step else behind
        for aside in asides_of(step, path):
            _check_waits(findings, aside, behind=behind, follows=False)
        ends = [
            _check_waits(findings, inner, behind=behind, follows=not is_last)
            for inner in inner_of(step, path)
        ]
        behind = next(filter(None, ends), behind)
    return behind


def _check_moments(
    findings: Findings,
    steps: Sequence[PlacedStep],
    values: dict[str, Any],
    reached: int | None,
    last: str,
) -> None:
    """Add up the times as far as they are known. `reached` is the time from the order to the
    step on line `last`, or to the first one; None when it is not known, as it is not behind ways
    that may last for different times.
    """
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
            after = _length(step.get("after", 0), values)
            reached = None if reached is None or after is None else reached + after
        last = str(findings.located.place(path).line)
        for timeline in (*inner_of(step, path), *asides_of(step, path)):
            _check_moments(findings, timeline, values, reached, last)
        reached = None if "branch" in step or "repeat" in step else reached


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
