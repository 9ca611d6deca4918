"""Folders of scenarios: where they are, and reading and rehearsing them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from simulator import dialects, rehearsal
from simulator.base.errors import Invalid, Problem
from simulator.config import SupplierConfig
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.model import Scenario
from simulator.scenario import Book, read_folder


def open_book(supplier: SupplierConfig, *, rehearse: bool = True) -> Book:
    """Read a supplier's scenarios, and rehearse them unless another process just did.

    Invalid lists every problem of every file.
    """
    dialect = dialects.get(supplier.dialect, supplier.contract)
    folder = Path(supplier.scenarios) if supplier.scenarios else shipped_folder(supplier.dialect)
    if not folder.is_dir():
        said = f"suppliers: {supplier.name}: there is no folder of scenarios `{folder}`"
        raise Invalid([Problem(message=said)])
    book = read_folder(folder, dialect.vocabulary, supplier.default)
    rehearsed = book.scenarios.values() if rehearse else ()
    contract = strict_json.canonical(supplier.contract)
    problems = [
        problem for scenario in rehearsed for problem in _rehearse(scenario, dialect, contract)
    ]
    if problems:
        raise Invalid(problems)
    return book


_rehearsed: dict[tuple[str, str, str], list[Problem]] = {}


def _rehearse(scenario: Scenario, dialect: Dialect, contract: str) -> list[Problem]:
    """What of a scenario its contract forbids: always the same for one text and one contract, and
    so asked once in a process.
    """
    key = (scenario.file, scenario.digest, contract)  # the digest is the dialect's too
    if key not in _rehearsed:
        _rehearsed[key] = rehearsal.faults(scenario, dialect)
    return _rehearsed[key]


def shipped_folder(dialect: str) -> Path:
    """The folder of the shipped scenarios: in an installed wheel, or beside the package."""
    package = Path(str(resources.files("simulator")))
    for root in (package / "scenarios", package.parent / "scenarios"):
        if (root / dialect).is_dir():
            return root / dialect
    raise Invalid(
        [Problem(message=f"no scenarios for {dialect} were installed: install the package again")]
    )


def dialect_of_file(path: Path, wanted: str | None) -> Dialect:
    """The dialect that a scenario file is checked by: asked for, or its folder's name, or the first
    that exists.
    """
    name = wanted or next(
        (part for part in reversed(path.absolute().parts) if part in dialects.names()),
        dialects.names()[0],
    )
    return dialects.get(name)
