"""What `check` finds in a scenario's text: what is wrong, and what may be."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.base.errors import Invalid, Problem
from simulator.dialects import Dialect
from simulator.formats import strict_yaml
from simulator.formats.strict_yaml import Located
from simulator.model import Scenario
from simulator.rehearsal import problem_of, rehearse
from simulator.rehearsal.flaws import START
from simulator.scenario import Bases, Reading, read, starts
from simulator.scenario.bases import ALONE, name_of
from simulator.scenario.extending import base_of

log = logging.getLogger("simulator.rehearsal")


@dataclass(frozen=True, slots=True)
class Inspection:
    """`scenario` is None where there are errors."""

    scenario: Scenario | None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def inspect(text: str | bytes, file: str, dialect: Dialect, bases: Bases = ALONE) -> Inspection:
    """Read and rehearse a scenario, which may name others of the `bases`. What can be rehearsed of
    one with mistakes is rehearsed, so that the mistakes do not hide what the contract forbids.
    """
    try:
        document = strict_yaml.read(text, file)
        return _inspect(document, text, dialect, bases)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    except Exception as error:  # a defect of ours keeps no other file from being read
        return Inspection(None, errors=(_fault(error, file),))


def _fault(error: Exception, file: str) -> Problem:
    """A problem for a defect of the simulator, that names the place in its code."""
    log.debug("%s: an internal fault", file, exc_info=error)
    *_, last = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    log.error("%s: an internal fault: %s: %s", file, where, error)
    said = f"an internal fault of the simulator: {where}"
    return Problem(message=said, file=file, code="fault", hint="please report it with this file")


def _inspect(document: Located, text: str | bytes, dialect: Dialect, bases: Bases) -> Inspection:
    reading = read(document, text, dialect.vocabulary, bases)
    errors, warnings = list(reading.problems), list(reading.warnings)
    for certain, problem in _rehearsed(reading, dialect, bases):
        (errors if certain else warnings).append(problem)
    found = Inspection(
        scenario=None if errors else reading.scenario,
        errors=_in_order(errors),
        warnings=_in_order(warnings),
    )
    if any(problem.file != document.file for problem in (*errors, *warnings)):
        return _apart(found, document, dialect, bases)
    return found


def _apart(found: Inspection, document: Located, dialect: Dialect, bases: Bases) -> Inspection:
    """What was found, without what the base is told of itself: its warnings, and its errors in
    other words. What is wrong there only together with this document names it.
    """
    base = base_of(document, bases)
    if base is None:
        return found
    known = _inspect(base[0], "", dialect, base[1])
    errors = {_place(problem): problem for problem in known.errors}
    told = errors.keys() | {_place(problem) for problem in known.warnings}

    def named(problem: Problem) -> Problem:
        if problem.file == document.file:
            return problem
        if known_as := errors.get(_place(problem)):
            return known_as
        said = f"{problem.message}, in {name_of(document)}, which extends this"
        return replace(problem, message=said)

    new = [problem for problem in found.warnings if _place(problem) not in told]
    return Inspection(
        scenario=found.scenario,
        errors=_in_order([*map(named, found.errors)]),
        warnings=_in_order([*map(named, new)]),
    )


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column


def _rehearsed(reading: Reading, dialect: Dialect, bases: Bases) -> list[tuple[bool, Problem]]:
    """What the rehearsal finds, and whether that is certain. Where the name of a started scenario
    is wrong, its document is not judged: that name is told once all files are known.
    """
    scenario = reading.scenario
    if scenario is None:
        return []
    known = {*bases.names, scenario.name}
    unnamed = [step.path for step in starts(scenario) if bases.layers and step.start not in known]
    return [
        (flaw.certain, problem_of(flaw, scenario))
        for flaw in rehearse(scenario, dialect).flaws
        if not reading.is_echo(flaw.path)
        and not (flaw.code == START and any(flaw.path[: len(one)] == one for one in unnamed))
    ]


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each place once for each message, by line and column."""
    known = {(*_place(problem), problem.message): problem for problem in problems}
    return tuple(known[key] for key in sorted(known))
