"""A page of docs/contract as sections and tables, for the tests that compare it with code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "contract"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One contract's page. Section 0 lists its sources; `chosen`: the sections of assumptions."""

    name: str
    dialect: str
    chosen: tuple[str, ...]
    families: tuple[str, ...] = ()
    """Keys of several sources: `OS` stands for `OS-CreateOrder` and its like."""

    legends: tuple[str, ...] = ()
    """How those paragraphs begin that say how to read a section."""

    @cached_property
    def sections(self) -> dict[str, str]:
        """The text of each numbered section, without that of the sections below it."""
        text = (FOLDER / f"{self.name}.md").read_text()
        parts = re.split(r"^#{2,4} (\d+(?:\.\d+)*)\.? .*$", text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    def rows(self, section: str, number: int = 0) -> list[list[str]]:
        """The rows of a section's table, without its head and without back-quotes."""
        rows = tables(self.sections[section])[number][1:]
        return [[cell.replace("`", "") for cell in row] for row in rows]

    def column(self, section: str, number: int = 0) -> list[str]:
        """The first cells of a section's table."""
        return [row[0] for row in self.rows(section, number)]

    @cached_property
    def keys(self) -> set[str]:
        """The keys of the sources."""
        return {row[0] for row in self.rows("0")}

    @cached_property
    def assumptions(self) -> dict[str, list[str]]:
        """The rows of assumptions by their numbers, as they stand on the page."""
        found = [row for section in self.chosen for row in tables(self.sections[section])[0][1:]]
        return {row[0]: row for row in found}


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a text, each with its rows of cells, the head first."""
    found = re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE)
    rows = [[line for line in one.splitlines() if "|---" not in line] for one in found]
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in lines] for lines in rows]


FIBRE_CAFE = Page(
    name="fibre-cafe",
    dialect="fibre_cafe",
    chosen=("10",),
    families=("OS", "cOS", "TA", "NETO"),
    legends=("S is the supplier", "The shapes are those", "It is not the contract"),
)
MEF = Page(
    name="mef",
    dialect="mef",
    chosen=("4", "7"),
    legends=(
        "They show which errors",
        "How to read the tables",
        "A dash means",
        "None of them is played",
        "The Fibre Cafe columns",
    ),
)
PAGES = (FIBRE_CAFE, MEF)
