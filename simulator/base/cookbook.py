"""Where the cookbook is: shipped scenarios of edge cases, in a folder for each dialect.

A supplier plays them where its settings say `scenarios: cookbook`. So a start reads no more than it
must, and no edge case plays unasked.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

COOKBOOK = "cookbook"
ASK_FOR_IT = "it is in the cookbook: `--scenarios cookbook`"
"""What to do about a case that no supplier plays."""


def folder_of(dialect: str) -> Path:
    """The cases of a dialect: in an installed wheel, or beside the package."""
    package = Path(str(resources.files("simulator")))
    inside, beside = package / COOKBOOK, package.parent / COOKBOOK
    return (inside if inside.is_dir() else beside) / dialect


def file_of(name: str, dialect: str) -> Path | None:
    """The file of a case by the name of its scenario; None when the cookbook has none."""
    wanted = f"{name.lower()}.yaml"
    return next((path for path in folder_of(dialect).glob("*.yaml") if path.name == wanted), None)


def meant(folder: str, dialect: str) -> str:
    """The folder that a setting means: the word `cookbook` alone is that of the dialect."""
    return str(folder_of(dialect)) if folder == COOKBOOK else folder
