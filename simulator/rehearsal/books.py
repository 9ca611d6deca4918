"""The scenarios of a supplier: those of its own folder, and the shipped ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from os.path import realpath
from pathlib import Path

from simulator import dialects
from simulator.base import seed
from simulator.base.errors import Invalid, Problem
from simulator.config import SupplierConfig
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.model import Scenario
from simulator.rehearsal.folders import own_folder, shipped_folder
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.rehearsal.proven import PROVEN, digest_of
from simulator.scenario import (
    Bases,
    Book,
    book_of,
    hiding,
    layer_of_folder,
    no_files,
    not_hidden,
    parse,
    read_file,
    read_folder,
    scenario_files,
    together,
    unstartable,
)
from simulator.scenario.bases import Layer

MOST_INSPECTED = 2000
Looked = list[tuple[Path, Inspection]]
"""Files in the order of their names, and what was found in each."""


def open_book(supplier: SupplierConfig, *, rehearse: bool = True) -> Book:
    """Read a supplier's scenarios, and rehearse them unless another process just did, or they are
    shipped ones that our tests have rehearsed.

    Invalid lists every problem of every file.
    """
    folders = [look(supplier, folder, rehearse=rehearse) for folder in folders_of(supplier)]
    inspected = [inspection for folder in folders for _, inspection in folder]
    problems = [problem for each in inspected for problem in each.errors]
    doubts = [problem for each in inspected for problem in each.warnings]
    own, *others = ([each.scenario for _, each in folder if each.scenario] for folder in folders)
    shipped = [scenario for other in others for scenario in other]
    problems += unstartable([*own, *not_hidden(own, shipped)]) if not problems else []
    return book_for(supplier, own, shipped, problems=problems, doubts=doubts)


def book_for(
    supplier: SupplierConfig,
    own: Sequence[Scenario],
    shipped: Sequence[Scenario],
    *,
    problems: Sequence[Problem] = (),
    doubts: Sequence[Problem] = (),
) -> Book:
    """A supplier's book: its own scenarios, and the shipped ones that they do not hide. Its
    warnings are the `doubts` and those of all together. Invalid as `book_of`.
    """
    vocabulary = dialects.get(supplier.dialect, supplier.contract).vocabulary
    place = str(folders_of(supplier)[0])
    shown = not_hidden(own, shipped)
    book = book_of([*own, *shown], problems, vocabulary, supplier.default, place)
    book.warnings = (*doubts, *together(own, shown), *hiding(own, shipped))
    return book


def folders_of(supplier: SupplierConfig) -> list[Path]:
    """Where a supplier's scenarios are. What the first folder has counts before the second."""
    own, shipped = own_folder(supplier), shipped_folder(supplier.dialect)
    if own is None:
        return [shipped]
    if supplier.only or realpath(own) == realpath(shipped):
        return [own]
    return [own, shipped]


def folders_beside(
    path: Path, dialect: str, suppliers: Sequence[SupplierConfig]
) -> tuple[Path, ...]:
    """Where the scenarios are that a file may name: those of the supplier that plays its folder,
    else its folder and the shipped ones.
    """
    folder = realpath(path.parent)
    for supplier in suppliers:
        folders = folders_of(supplier)
        places = [realpath(known) for known in folders]
        if supplier.dialect == dialect and folder in places:
            return tuple(folders[places.index(folder) :])
    shipped = shipped_folder(dialect)
    return (path.parent,) if folder == realpath(shipped) else (path.parent, shipped)


def look(
    supplier: SupplierConfig,
    folder: Path,
    *,
    rehearse: bool = True,
    pause: Callable[[], None] = lambda: None,
) -> Looked:
    """What is in a folder of a supplier's, and what is wrong with it. Invalid when it is not there,
    or when the supplier plays nothing else and it is empty. `pause` is called behind each
    rehearsal.
    """
    if not folder.is_dir():
        said = f"suppliers: {supplier.name}: there is no folder of scenarios `{folder}`"
        raise Invalid([Problem(message=said, code="unreadable")])
    if _is_proven(supplier, folder):
        return [(Path(one.file), Inspection(one)) for one in _proven(folder, supplier.dialect)]
    dialect = dialects.get(supplier.dialect, supplier.contract)
    paths = scenario_files(folder, may_be_empty=len(folders_of(supplier)) > 1)
    if not paths:
        return [(folder, Inspection(None, warnings=(no_files(folder),)))]
    folders = folders_of(supplier)
    bases = bases_in(folders[folders.index(folder) :])
    if not rehearse:
        return [(path, _read(path, dialect, bases)) for path in paths]
    contract = strict_json.canonical(supplier.contract)
    return [(path, _inspect(path, dialect, contract, bases, pause)) for path in paths]


def bases_in(folders: Iterable[Path]) -> Bases:
    """What a file of the first folder may name: scenarios beside it, and those of the others."""

    def layer(folder: Path) -> Layer:
        return layer_of_folder(lambda: scenario_files(folder, may_be_empty=True))

    return Bases(tuple(map(layer, folders)))


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


_inspected: dict[tuple[str, ...], Inspection] = {}


def _inspect(
    path: Path, dialect: Dialect, contract: str, bases: Bases, pause: Callable[[], None]
) -> Inspection:
    """What is wrong with a file: always the same for one text, the texts that it names and one
    contract, and so asked once in a process.
    """
    try:
        text = read_file(path)
    except Invalid as error:
        return Inspection(None, errors=error.problems)
    named = bases.digest_for(text)
    key = (str(path), seed.digest(text.hex()), named, dialect.name, contract)
    if key not in _inspected:
        _inspected[key] = inspect(text, str(path), dialect, bases)
        for oldest in list(_inspected)[:-MOST_INSPECTED]:
            _inspected.pop(oldest, None)
        pause()
    return _inspected[key]


def _read(path: Path, dialect: Dialect, bases: Bases) -> Inspection:
    """A file without a rehearsal."""
    try:
        return Inspection(parse(read_file(path), str(path), dialect.vocabulary, bases))
    except Invalid as error:
        return Inspection(None, errors=error.problems)
