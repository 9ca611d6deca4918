"""Folders of scenarios: where they are, and which dialect a file is of."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from simulator import dialects
from simulator.base.errors import Invalid, Problem, closest
from simulator.config import SupplierConfig
from simulator.formats import strict_yaml


def own_folder(supplier: SupplierConfig) -> Path | None:
    """Where a supplier has scenarios of its own; None where it plays the shipped ones alone."""
    return Path(supplier.scenarios) if supplier.scenarios else None


def shipped_folder(dialect: str) -> Path:
    """The folder of the shipped scenarios: in an installed wheel, or beside the package. Invalid
    where there is no such dialect.
    """
    package = Path(str(resources.files("simulator")))
    for root in (package / "scenarios", package.parent / "scenarios"):
        if (root / dialect).is_dir():
            return root / dialect
    dialects.get(dialect)
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
