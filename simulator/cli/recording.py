"""The command `record`: one order's life as a scenario file, from a running simulator or a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from simulator.base.errors import Invalid, Problem
from simulator.cli.files import contract_of
from simulator.client import Client
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.formats import files
from simulator.model import Exchange
from simulator.recording import as_yaml, chosen, lives_of, record
from simulator.recording.sources import of_har, of_journal, of_json_lines
from simulator.rehearsal.inspection import inspect

MIB = 2**20
LARGEST = 256 * MIB
"""The largest file that is read."""

Found = tuple[Sequence[Exchange], list[str]]
"""Exchanges, and notes about what was left out."""


def of_running(
    settings: Config, client: Client, supplier: str | None, order: str, name: str
) -> str:
    """Record an order of a running simulator, by our id of it or as `TENANT/REF`."""
    if "/" in order:
        found, known = of_journal(client.journal()), order
    else:
        waiting = client.order(order)["kcis"]["waiting"]
        exchanges, notes = of_journal(client.journal(order=order))
        if waiting:
            notes = [*notes, f"{waiting} steps were still to come: they are left out"]
        found, known = (exchanges, notes), ""
    speaks = {one["name"]: one["dialect"] for one in client.suppliers()}
    dialect = speaks[supplier] if supplier in speaks else next(iter(speaks.values()))
    return _told(found, contract_of(settings, dialect), known, name)


def of_file(contract: Dialect, har: str | None, journal: str | None, order: str, name: str) -> str:
    """Record an order of a HAR file, or of a journal in JSON lines."""
    if har and not journal:
        return _told(of_har(_text(har), har, contract), contract, order, name)
    if journal and not har:
        return _told(of_json_lines(_text(journal), journal), contract, order, name)
    said = "record one thing: an ORDER of a running simulator, --har FILE or --journal FILE"
    raise Invalid([Problem(message=said)])


def _told(found: Found, contract: Dialect, order: str, name: str) -> str:
    """The text of the file. What it cannot say is warned of too."""
    exchanges, notes = found
    lives, left_out = lives_of(exchanges, contract)
    life = chosen(lives, order)
    life.notes = [*dict.fromkeys([*notes, *left_out, *life.notes])]
    recording = record(life, contract, name)
    text = as_yaml(recording)
    checked = inspect(text.encode(), name, contract)
    if checked.scenario is None:
        raise Invalid(checked.errors)
    doubts = [f"check says: {problem}" for problem in (*checked.errors, *checked.warnings)]
    for said in (*recording.warnings, *doubts):
        click.echo(f"warning: {said}", err=True)
    return text


def _text(file: str) -> str:
    """The text of a file. Invalid when it cannot be read, or is no text."""
    data = files.load(Path(file), LARGEST)
    if len(data) > LARGEST:
        raise Invalid([Problem(message=f"is larger than {LARGEST // MIB} MiB", file=file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Problem(message="is no UTF-8 text", file=file)]) from None
