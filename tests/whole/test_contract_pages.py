"""Each fact on a contract's page says how sure it is; each assumption says what changes it."""

from __future__ import annotations

import re

import pytest

from simulator import dialects
from simulator.config import table
from tests.contract_page import FIBRE_CAFE, MEF, PAGES, Page, tables

EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def problems(page: Page, mark: str) -> list[str]:
    """What is wrong with a mark such as `D SA-ORD, P-RSN; A 10.3 (its length)`."""
    found = []
    for part in re.sub(r"\([^()]*\)", "", mark).split(";"):
        kind, _, rest = part.strip().partition(" ")
        for source in (source.strip() for source in rest.split(",")):
            family = source.partition("-")[0] in page.families and "-" in source
            if kind == "A" and source not in page.assumptions:
                found.append(f"{source} is no row of an assumption")
            elif kind in ("D", "V", "U") and not (family or source in page.keys):
                found.append(f"{source} is no key of section 0")
            elif kind not in ("D", "V", "A", "U"):
                found.append(f"`{kind}` is no mark")
    return found


def marked(page: Page) -> list[tuple[str, str]]:
    """Each fact's place and mark: the last cell of a row, the brackets of a paragraph."""
    found = []
    for number, text in page.sections.items():
        if number == "0" or number in page.chosen:
            continue
        for rows in tables(text):
            assert rows[0][-1] == "Standing", f"{number}: {rows[0]}"
            assert {len(row) for row in rows} == {len(rows[0])}, f"{number}: rows differ in length"
            found += [(f"{number}: {row[:2]}", row[-1]) for row in rows[1:]]
        for paragraph in paragraphs(text):
            marks = re.findall(r"\[([^\]]+)\](?!\()", paragraph)
            assert marks or paragraph.startswith(page.legends), f"{number}: {paragraph}"
            found += [(number, mark) for mark in marks]
    return found


def paragraphs(text: str) -> list[str]:
    """The paragraphs and entries of lists that state facts, each in one line, without code."""
    prose = re.sub(r"^```.*?^```$|^\|[^\n]*$", "\n", text, flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"\n\s*\n|\n(?=- )", prose)
    flat = [re.sub(r"`[^`]*`", "", " ".join(part.split())) for part in parts]
    return [part for part in flat if part.strip(" .") and not part.endswith((":", ":**"))]


@EACH
def test_every_fact_has_a_mark_that_names_a_source_or_an_assumption(page: Page) -> None:
    found = marked(page)
    wrong = [(where, problems(page, mark)) for where, mark in found if problems(page, mark)]
    assert wrong == [] and len(found) > 100


@EACH
def test_every_assumption_has_a_reason_and_settings_that_exist(page: Page) -> None:
    contract = set(dialects.options_of(page.dialect).fields)
    general = _names(table.SupplierSettings())
    named = {
        name for row in page.assumptions.values() for name in re.findall(r"`([^`]+)`", row[-1])
    }
    assert contract - named == set()
    assert named - contract - general == set()
    assert [row[0] for row in page.assumptions.values() if not all(row[:-1])] == []


def _names(schema: object, prefix: str = "") -> set[str]:
    """The names of all settings of a supplier, `gateway.url` and its like."""
    found = set()
    for name, field in getattr(schema, "fields", {}).items():
        found |= {prefix + name, *_names(getattr(field, "schema", None), f"{prefix}{name}.")}
    return found


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        (FIBRE_CAFE, [f"10.{number}" for number in range(1, 200)]),
        (MEF, [f"Q{number}" for number in range(1, 32)] + [f"U{n}" for n in range(1, 200)]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_assumptions_are_numbered_without_gaps(page: Page, numbers: list[str]) -> None:
    assert list(page.assumptions) == numbers[: len(page.assumptions)]


@pytest.mark.parametrize(
    "mark", ["D", "D NOWHERE", "V NOWHERE (its length)", "A 10.999", "D SA-ORD; X SA-ORD", "SA-ORD"]
)
def test_a_mark_without_a_known_source_is_found(mark: str) -> None:
    assert problems(FIBRE_CAFE, mark)
    assert problems(FIBRE_CAFE, "D SA-ORD, OS-X (a; b); A 10.1; U SA") == []


def test_prose_behind_a_table_is_read_too() -> None:
    text = "a: [D X]\n\n| a |\n|---|\n| b |\n\nbehind `x`\nit\n- one\n- two\n```text\n| c\n```\nend"
    assert paragraphs(text) == ["a: [D X]", "behind  it", "- one", "- two", "end"]
