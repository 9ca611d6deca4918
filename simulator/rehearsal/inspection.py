"""What `check` finds in a scenario's text: what is wrong, and what may be."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.base.errors import Invalid, Problem
from simulator.dialects import Dialect
from simulator.model import Scenario
from simulator.rehearsal import problem_of, rehearse
from simulator.scenario import Reading, read


@dataclass(frozen=True, slots=True)
class Inspection:
    """`scenario` is None where there are errors."""

    scenario: Scenario | None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def inspect(text: str | bytes, file: str, dialect: Dialect) -> Inspection:
    """Read and rehearse a scenario. What can be rehearsed of one with mistakes is rehearsed, so
    that the mistakes do not hide what the contract forbids.
    """
    try:
        reading = read(text, file, dialect.vocabulary)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    errors, warnings = list(reading.problems), list(reading.warnings)
    for certain, problem in _rehearsed(reading, dialect):
        (errors if certain else warnings).append(problem)
    return Inspection(
        scenario=None if errors else reading.scenario,
        errors=_in_order(errors),
        warnings=_in_order(warnings),
    )


def _rehearsed(reading: Reading, dialect: Dialect) -> list[tuple[bool, Problem]]:
    """What the rehearsal finds, and whether that is certain."""
    scenario = reading.scenario
    if scenario is None:
        return []
    return [
        (flaw.certain, problem_of(flaw, scenario))
        for flaw in rehearse(scenario, dialect).flaws
        if not reading.is_echo(flaw.path)
    ]


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each place once for each message, by line and column."""
    known = {(problem.line, problem.column, problem.message): problem for problem in problems}
    return tuple(known[key] for key in sorted(known))
