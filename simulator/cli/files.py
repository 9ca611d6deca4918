"""The commands about files: check, openapi, schema. Nothing runs and nothing is stored.

So no store is imported: `check` runs in editors and hooks, where each tenth of a second counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from simulator import dialects
from simulator.base.errors import Invalid, Problem
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.rehearsal.folders import dialect_of_file, folder_of
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.scenario import read_file, scenario_files, ties, twice


def check(settings: Config, paths: Sequence[str], dialect: str | None, form: str) -> int:
    """Check files or folders; 0 when all are right, 1 when one is wrong. Invalid when there is
    nothing to check.
    """
    files = (
        [file for path in paths for file in _files(Path(path))] if paths else _configured(settings)
    )
    inspected = [_inspect(settings, file, dialect) for file in files]
    scenarios = [each.scenario for each in inspected if each.scenario]
    errors = [problem for each in inspected for problem in each.errors]
    errors += twice(scenarios)
    warnings = [problem for each in inspected for problem in each.warnings]
    warnings += ties(scenarios)
    if form == "json":
        rows = {"errors": _rows(errors), "warnings": _rows(warnings)}
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for problem in errors:
            click.echo(str(problem))
        for problem in warnings:
            click.echo(f"warning: {problem}")
        wrong = len({problem.file for problem in errors})
        outcome = f"{_count(len(errors), 'problem')} in {wrong}" if errors else "all right"
        click.echo(f"{_count(len(files), 'file')}: {outcome}", err=bool(errors))
    return 1 if errors else 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _rows(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {
            name: getattr(problem, name)
            for name in ("file", "line", "column", "code", "message", "hint")
        }
        for problem in problems
    ]


def _inspect(settings: Config, file: Path, wanted: str | None) -> Inspection:
    """What is wrong with one file."""
    try:
        text = read_file(file)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    name, problems = dialect_of_file(file, text, wanted, settings.suppliers)
    found = inspect(text, str(file), contract_of(settings, name))
    if not problems:
        return found
    return replace(found, scenario=None, errors=(*problems, *found.errors))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise Invalid([Problem(message="no such file or folder", file=str(path))])
    return scenario_files(path, deep=True) if path.is_dir() else [path]


def _configured(settings: Config) -> list[Path]:
    folders = dict.fromkeys(map(folder_of, settings.suppliers))
    return [file for folder in folders for file in _files(folder)]


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
