"""The commands about files: check, explain, openapi, schema. Nothing runs and nothing is stored.

So no store is imported: `check` runs in editors and hooks, where each tenth of a second counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from simulator import dialects, rehearsal
from simulator.base import instants
from simulator.base.errors import Invalid, Problem, nearest
from simulator.base.working_days import UK
from simulator.cli.reports import FORMATS, Report
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.language import matching, times
from simulator.model import Param, Scenario
from simulator.rehearsal import Rehearsal, RehearsedEntry
from simulator.rehearsal.books import folders_of, open_book
from simulator.rehearsal.folders import dialect_of_file, shipped_folder
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.scenario import (
    not_hidden,
    parse,
    read_file,
    read_folder,
    scenario_files,
    together,
    twice,
)
from simulator.views import story


def check(
    settings: Config, paths: Sequence[str], dialect: str | None, form: str, *, strict: bool = False
) -> int:
    """Check files or folders, and print what was found; 0 when all are right, 1 when one is wrong.
    Invalid when there is nothing to check.
    """
    files = (
        [file for path in paths for file in _files(Path(path))] if paths else _configured(settings)
    )
    inspected = [_inspect(settings, file, dialect) for file in files]
    scenarios = [each.scenario for each in inspected if each.scenario]
    own, shipped = (scenarios, []) if paths else _played(settings, scenarios)
    report = Report(
        files=len(files),
        errors=[*(one for each in inspected for one in each.errors), *twice([*own, *shipped])],
        warnings=[*(one for each in inspected for one in each.warnings), *together(own, shipped)],
        strict=strict,
    )
    if printed := FORMATS[form](report):
        click.echo(printed)
    if form == "text":
        click.echo(report.summary(), err=report.failed)
    return 1 if report.failed else 0


def _inspect(settings: Config, file: Path, wanted: str | None) -> Inspection:
    """What is wrong with one file."""
    try:
        text = read_file(file)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    name, problems = dialect_of_file(file, text, wanted, settings.suppliers)
    found = inspect(text, str(file), _contract(settings, name))
    if not problems:
        return found
    return replace(found, scenario=None, errors=(*problems, *found.errors))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise Invalid([Problem(message="no such file or folder", file=str(path))])
    return scenario_files(path, deep=True) if path.is_dir() else [path]


def _configured(settings: Config) -> list[Path]:
    folders = dict.fromkeys(
        folder for supplier in settings.suppliers for folder in folders_of(supplier)
    )
    return [file for folder in folders for file in _files(folder)]


def _played(
    settings: Config, scenarios: Sequence[Scenario]
) -> tuple[list[Scenario], list[Scenario]]:
    """The suppliers' own scenarios, and the shipped ones that are not hidden by them."""
    folders = {str(shipped_folder(supplier.dialect)) for supplier in settings.suppliers}
    own: list[Scenario] = []
    shipped: list[Scenario] = []
    for one in scenarios:
        (shipped if str(Path(one.file).parent) in folders else own).append(one)
    return own, not_hidden(own, shipped)


def explain(settings: Config, name: str, params: Sequence[str], dialect: str | None) -> str:
    """A scenario (by name, or a file of its own) as a story. Invalid and Refused say what is wrong
    with name or parameters.
    """
    given = dict(_pair(text) for text in params)
    scenario = _find(settings, name, dialect)
    contract = _contract(settings, scenario.dialect)
    speaks = (each for each in settings.suppliers if each.dialect == scenario.dialect)
    calendar = next((supplier.calendar for supplier in speaks), UK)
    rehearsed = rehearsal.rehearse(scenario, contract, given, calendar)
    return as_text(rehearsed, given)


def as_text(rehearsed: Rehearsal, given: Mapping[str, Any]) -> str:
    """A rehearsed scenario for people; the shipped ones' texts are golden files of the tests."""
    scenario = rehearsed.scenario
    lines = [f"{scenario.name} ({scenario.dialect})", *([scenario.about] if scenario.about else [])]
    lines += [
        f"with {_param(param, given.get(param.name, param.default))}"
        for param in scenario.params.values()
    ]
    lines.append(_when(scenario))
    lines += _about_times(scenario)
    if not rehearsed.natural:
        lines.append("(no sample request fits this `when`: this is the story of the plainest one)")
    if scenario.answers == "create":
        lines += ["", story.as_text(rehearsed.lines, rehearsal.START)]
        lines += (
            ["", "once it has ended:", *(f"  {answer}" for answer in rehearsed.after)]
            if rehearsed.after
            else []
        )
    for entry in rehearsed.entries:
        lines += [
            "",
            _entry_head(entry),
            *([story.as_text(entry.lines, rehearsal.START)] if entry.lines else []),
        ]
    said = [
        f"\n{'WRONG' if flaw.certain else 'IN DOUBT'}: line {scenario.where(flaw.path)[0]}: "
        + flaw.message
        for flaw in rehearsed.flaws
    ]
    return "\n".join([*lines, *said])


def _about_times(scenario: Scenario) -> Iterator[str]:
    """What to know of times that differ from order to order."""
    entries = (entry for listed in scenario.entries.values() for entry in listed)
    steps = [*scenario.timeline, *(step for entry in entries for step in entry.timeline)]
    known = [time for step in steps for time in (step.after, step.at) if time is not None]
    if any(isinstance(time, Mapping) for time in known):
        yield "(drawn times differ from order to order: these are one order's)"
    if any(step.hours for step in steps) or any(map(times.hangs_on_the_calendar, known)):
        placed = instants.format_instant(rehearsal.START)
        yield f"(the order of this story is placed on Monday, {placed})"


def _when(scenario: Scenario) -> str:
    """Which requests play it."""
    if scenario.begins == "supplier":
        return "begun by the supplier: POST /__admin/start"
    if scenario.when:
        return f"played when {matching.in_words(scenario.when)}"
    if scenario.answers != "create":
        return f"answers one {scenario.answers}: the one that asks for it by X-Scenario, or a pin's"
    return "played when asked for by X-Scenario or a pin, or as the default"


def _entry_head(entry: RehearsedEntry) -> str:
    conditions = matching.in_words(entry.entry.when)
    often = entry.entry.times
    times = f", at most {'once' if often == 1 else f'{often} times'}" if often else ""
    head = f"{entry.action} {entry.index + 1}{f', when {conditions}' if conditions else ''}{times}"
    if not entry.lines:
        return f"{head}: it never comes to this in the story above"
    return f"{head}; here {instants.format_duration(entry.asked[0].after)} after the order:"


def _param(param: Param, value: Any) -> str:
    header = f", header {param.header}" if param.header else ""
    shown = "" if value is None else f" = {value}"
    return f"{param.name}{shown} ({param.kind}{header})"


def _find(settings: Config, name: str, dialect: str | None) -> Scenario:
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        text = read_file(path)
        contract, problems = dialect_of_file(path, text, dialect, settings.suppliers)
        if problems:
            raise Invalid(problems)
        return parse(text, name, dialects.get(contract).vocabulary)
    known: dict[str, Scenario] = {}
    for supplier in settings.suppliers:
        if dialect in (None, supplier.dialect):
            known |= open_book(supplier).scenarios
    if not known and dialect:
        known = read_folder(shipped_folder(dialect), dialects.get(dialect).vocabulary).scenarios
    if name not in known:
        raise Invalid([Problem(message=f"no scenario `{name}`", hint=nearest(name, known))])
    return known[name]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Invalid([Problem(message=f"--param {text}: write NAME=VALUE")])
    return name, value


def openapi(settings: Config, dialect: str | None) -> str:
    """A contract as indented JSON, as the first supplier with that contract plays it."""
    from simulator.supplier.inbound_auth import described  # it brings the store along

    name, server = dialect or settings.suppliers[0].dialect, "http://127.0.0.1:8080"
    auth = next(
        (supplier.auth for supplier in settings.suppliers if supplier.dialect == name),
        settings.suppliers[0].auth,
    )
    return json.dumps(described(_contract(settings, name).openapi(server), auth, server), indent=2)


def _contract(settings: Config, name: str) -> Dialect:
    """A contract as the first supplier of the settings that speaks it plays it."""
    options = next(
        (supplier.contract for supplier in settings.suppliers if supplier.dialect == name), {}
    )
    return dialects.get(name, options)


def schema(dialect: str | None) -> str:
    """The JSON Schema of a dialect's scenario files as indented JSON."""
    from simulator.scenario.json_schema import json_schema  # apispec is needed only here

    return json.dumps(
        json_schema(dialects.get(dialect or dialects.names()[0]).vocabulary), indent=2
    )
