"""Folders of scenarios: where they are, what is wrong in them, and which dialect a file is of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from simulator import dialects
from simulator.base import seed
from simulator.base.errors import Invalid, Problem, closest
from simulator.config import SupplierConfig
from simulator.dialects import Dialect
from simulator.formats import strict_json, strict_yaml
from simulator.model import Scenario
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.rehearsal.proven import PROVEN, digest_of
from simulator.scenario import Book, book_of, read_file, read_folder, scenario_files, ties


def open_book(supplier: SupplierConfig, *, rehearse: bool = True) -> Book:
    """Read a supplier's scenarios, and rehearse them unless another process just did, or they are
    shipped ones that our tests have rehearsed.

    Invalid lists every problem of every file.
    """
    dialect = dialects.get(supplier.dialect, supplier.contract)
    folder = folder_of(supplier)
    if not folder.is_dir():
        said = f"suppliers: {supplier.name}: there is no folder of scenarios `{folder}`"
        raise Invalid([Problem(message=said)])
    if _is_proven(supplier, folder):
        scenarios = list(_proven(folder, supplier.dialect))
        return book_of(scenarios, [], dialect.vocabulary, supplier.default, str(folder))
    if not rehearse:
        return read_folder(folder, dialect.vocabulary, supplier.default)
    contract = strict_json.canonical(supplier.contract)
    inspected = [_inspect(path, dialect, contract) for path in scenario_files(folder)]
    scenarios = [each.scenario for each in inspected if each.scenario]
    problems = [problem for each in inspected for problem in each.errors]
    book = book_of(scenarios, problems, dialect.vocabulary, supplier.default, str(folder))
    warnings = [problem for each in inspected for problem in each.warnings]
    book.warnings = (*warnings, *ties(scenarios))
    return book


def _is_proven(supplier: SupplierConfig, folder: Path) -> bool:
    """Whether a rehearsal would find nothing: our tests have rehearsed these very texts."""
    if supplier.contract or supplier.dialect not in PROVEN:
        return False
    try:
        return digest_of(scenario_files(folder)) == PROVEN[supplier.dialect]
    except Invalid:
        return False  # who reads the files for good will say what is wrong with them


@lru_cache
def _proven(folder: Path, dialect: str) -> tuple[Scenario, ...]:
    """The scenarios of a folder that is proven: always the same, and read once in a process."""
    return tuple(
        read_folder(folder, dialects.get(dialect).vocabulary, kept=True).scenarios.values()
    )


_inspected: dict[tuple[str, str, str, str], Inspection] = {}


def _inspect(path: Path, dialect: Dialect, contract: str) -> Inspection:
    """What is wrong with a file: always the same for one text and one contract, and so asked once
    in a process.
    """
    try:
        text = read_file(path)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    key = (str(path), seed.digest(text.hex()), dialect.name, contract)
    if key not in _inspected:
        _inspected[key] = inspect(text, str(path), dialect)
    return _inspected[key]


def folder_of(supplier: SupplierConfig) -> Path:
    """Where a supplier's scenarios are."""
    return Path(supplier.scenarios) if supplier.scenarios else shipped_folder(supplier.dialect)


def shipped_folder(dialect: str) -> Path:
    """The folder of the shipped scenarios: in an installed wheel, or beside the package."""
    package = Path(str(resources.files("simulator")))
    for root in (package / "scenarios", package.parent / "scenarios"):
        if (root / dialect).is_dir():
            return root / dialect
    said = f"no scenarios for {dialect} were installed: install the package again"
    raise Invalid([Problem(message=said)])


def dialect_of_file(
    path: Path, text: bytes, wanted: str | None, suppliers: Sequence[SupplierConfig] = ()
) -> tuple[str, list[Problem]]:
    """The dialect that a scenario file is checked by, and what is wrong with its own word for it.

    What is `wanted` counts first, then the file's own word, then its folder: that of a supplier, or
    one with a dialect's name. Else it is the first dialect.
    """
    if wanted:
        return wanted, []
    located = _located(text, path)
    value = located.value if located else None
    word = value.get("dialect") if isinstance(value, dict) else None
    own = _folders_own(path, suppliers)
    if not isinstance(word, str):
        return own or _folders_above(path) or dialects.names()[0], []
    name = word if word in dialects.names() else closest(word, dialects.names())
    if own and name == word and own != word and located:
        said = f"`dialect: {word}`, but this folder holds scenarios of {own}"
        return word, [located.problem(("dialect",), said, code="dialect")]
    return name or own or _folders_above(path) or dialects.names()[0], []


def _located(text: bytes, path: Path) -> strict_yaml.Located | None:
    try:
        return strict_yaml.read(text, str(path))
    except Invalid:
        return None


def _folders_own(path: Path, suppliers: Sequence[SupplierConfig]) -> str:
    """The dialect of the folder itself."""
    folder = path.absolute().parent
    for supplier in suppliers:
        if supplier.scenarios and Path(supplier.scenarios).absolute() == folder:
            return supplier.dialect
    return folder.name if folder.name in dialects.names() else ""


def _folders_above(path: Path) -> str:
    """The nearest folder with a dialect's name."""
    parts = reversed(path.absolute().parts)
    return next((part for part in parts if part in dialects.names()), "")
