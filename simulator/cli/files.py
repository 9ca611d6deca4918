"""The commands about files: check, openapi, schema. Nothing runs and nothing is stored.

So no store is imported: `check` runs in editors and hooks, where each tenth of a second counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from simulator import dialects
from simulator.base.errors import Invalid, Problem
from simulator.cli.reports import FORMATS, Report
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.model import Scenario
from simulator.rehearsal.books import bases_in, folders_beside, folders_of
from simulator.rehearsal.folders import dialect_of_file, shipped_folder
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.scenario import (
    Bases,
    not_hidden,
    parse,
    read_file,
    scenario_files,
    starts,
    together,
    twice,
    unstartable,
)


def check(
    settings: Config, paths: Sequence[str], dialect: str | None, form: str, *, strict: bool = False
) -> int:
    """Check files or folders, and print what was found; 0 when all are right, 1 when one is wrong.
    Invalid when there is nothing to check.
    """
    files = [file for path in paths for file in _named(path)] if paths else _configured(settings)
    known = _Known(settings)
    inspected = [_inspect(settings, file, dialect, known) for file in files]
    scenarios = [each.scenario for each in inspected if each.scenario]
    own, shipped = (scenarios, []) if paths else _played(settings, scenarios)
    names = [one.name for one in (*own, *shipped)]
    wrong = [
        *twice([*own, *shipped]),
        *unstartable([*own, *shipped, *_beside(scenarios, known)], names),
    ]
    report = Report(
        files=len(files),
        errors=[*_once(each.errors for each in inspected), *wrong],
        warnings=[*_once(each.warnings for each in inspected), *together(own, shipped)],
        strict=strict,
    )
    if printed := FORMATS[form](report):
        click.echo(printed)
    if form == "text":
        click.echo(report.summary(), err=report.failed)
    return 1 if report.failed else 0


class _Known:
    """The scenarios that files may name, those of each folder read once."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.known: dict[tuple[Path, ...], Bases] = {}

    def folders(self, file: Path, dialect: str) -> tuple[Path, ...]:
        """Where those are that a file may name."""
        return folders_beside(file, dialect, self.settings.suppliers)

    def beside(self, file: Path, dialect: str) -> Bases:
        """Those that a file may name."""
        folders = self.folders(file, dialect)
        if folders not in self.known:
            self.known[folders] = bases_in(folders)
        return self.known[folders]


def _inspect(settings: Config, file: Path, wanted: str | None, known: _Known) -> Inspection:
    """What is wrong with one file."""
    try:
        text = read_file(file)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    name, problems = dialect_of_file(file, text, wanted, settings.suppliers)
    found = inspect(text, str(file), contract_of(settings, name), known.beside(file, name))
    if not problems:
        return found
    return replace(found, scenario=None, errors=(*problems, *found.errors))


def _once(found: Iterable[Iterable[Problem]]) -> list[Problem]:
    """Each problem once: what is wrong with a base is wrong with all that extend it."""
    return list(dict.fromkeys(problem for problems in found for problem in problems))


def _named(path: str) -> list[Path]:
    """The files of an argument. An empty one is often a variable that is not set."""
    if not path:
        raise Invalid([Problem(message="`` is no file or folder")])
    return _files(Path(path))


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


def _beside(scenarios: Sequence[Scenario], known: _Known) -> list[Scenario]:
    """What may be started by scenarios that are checked without it."""
    names = {one.name for one in scenarios}
    lacking = [one for one in scenarios if any(step.start not in names for step in starts(one))]
    wanted = dict.fromkeys(
        (file, one.dialect)
        for one in lacking
        for folder in known.folders(Path(one.file), one.dialect)
        for file in scenario_files(folder)
    )
    found = []
    for file, dialect in wanted:
        with suppress(Invalid):  # it was not asked for
            vocabulary = dialects.get(dialect).vocabulary
            bases = known.beside(file, dialect)
            found.append(parse(read_file(file), str(file), vocabulary, bases, kept=True))
    return found


def openapi(settings: Config, dialect: str | None) -> str:
    """A contract as indented JSON, as the first supplier with that contract plays it."""
    from simulator.supplier.inbound_auth import described  # it brings the store along

    name, server = dialect or settings.suppliers[0].dialect, "http://127.0.0.1:8080"
    auth = next(
        (supplier.auth for supplier in settings.suppliers if supplier.dialect == name),
        settings.suppliers[0].auth,
    )
    contract = contract_of(settings, name).openapi(server)
    return json.dumps(described(contract, auth, server), indent=2)


def contract_of(settings: Config, name: str) -> Dialect:
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
