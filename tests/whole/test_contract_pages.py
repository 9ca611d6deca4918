"""The page of a contract's facts: each has a mark of its standing, and the page and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator import dialects
from simulator.config import table
from simulator.dialects.fibre_cafe import life, schemas, settings, statements, transitions

PAGE = (Path(__file__).parents[2] / "docs" / "contract" / "fibre-cafe.md").read_text()
GATEWAYS_OWN = ("RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND")
LEGENDS = ("S is the supplier", "The shapes are those", "It is not the contract")
FAMILIES = ("OS", "cOS", "TA", "NETO")


def sections() -> dict[str, str]:
    """The text of each numbered section, without that of the sections below it."""
    parts = re.split(r"^#{2,4} (\d+(?:\.\d+)*)\.? .*$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a text, each with its rows of cells, the head first."""
    found = re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE)
    rows = [[line for line in one.splitlines() if "|---" not in line] for one in found]
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in lines] for lines in rows]


def column(section: str, number: int = 0) -> list[str]:
    """The first cells of a section's table, without back-quotes."""
    return [row[0].replace("`", "") for row in tables(sections()[section])[number][1:]]


def words(text: str) -> list[str]:
    return re.findall(r"`([A-Z][A-Z_]+)`", text)


KEYS = {row[0] for row in tables(sections()["0"])[0][1:]}
ASSUMPTIONS = {row[0]: row for row in tables(sections()["10"])[0][1:]}


def problems(mark: str) -> list[str]:
    """What is wrong with a mark such as `D SA-ORD, P-RSN; A 10.3 (its length)`."""
    found = []
    for part in re.sub(r"\([^()]*\)", "", mark).split(";"):
        kind, _, rest = part.strip().partition(" ")
        for source in (source.strip() for source in rest.split(",")):
            known = source in KEYS or (source.partition("-")[0] in FAMILIES and "-" in source)
            if kind == "A" and source not in ASSUMPTIONS:
                found.append(f"{source} is no row of section 10")
            elif kind in ("D", "V", "U") and not known:
                found.append(f"{source} is no key of section 0")
            elif kind not in ("D", "V", "A", "U"):
                found.append(f"`{kind}` is no mark")
    return found


def marked() -> list[tuple[str, str]]:
    """Each fact's place and mark: the last cell of a row, the brackets of a paragraph."""
    found = []
    for number, text in sections().items():
        if number in ("0", "10"):
            continue
        for rows in tables(text):
            assert rows[0][-1] == "Standing", f"{number}: {rows[0]}"
            assert {len(row) for row in rows} == {len(rows[0])}, f"{number}: rows differ in length"
            found += [(f"{number}: {row[:2]}", row[-1]) for row in rows[1:]]
        found += [(number, mark) for mark in _marks_of_prose(number, text)]
    return found


def _marks_of_prose(number: str, text: str) -> list[str]:
    prose = re.sub(r"^\|.*\n|```.*?```", "\n", text, flags=re.MULTILINE | re.DOTALL)
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=- )", prose):
        flat = re.sub(r"`[^`]*`", "", " ".join(paragraph.split()))
        marks = re.findall(r"\[([^\]]+)\](?!\()", flat)
        assert marks or not flat.strip(" .") or _introduces(flat), f"{number}: {flat}"
        found += marks
    return found


def _introduces(flat: str) -> bool:
    """Whether a paragraph states no fact: it ends with a colon, or says how to read a section."""
    return flat.startswith(LEGENDS) or flat.endswith((":", ":**"))


def test_every_fact_has_a_mark_that_names_a_source_or_an_assumption() -> None:
    wrong = [(where, problems(mark)) for where, mark in marked() if problems(mark)]
    assert wrong == [], wrong


def test_every_assumption_has_a_reason_and_settings_that_exist() -> None:
    contract = set(settings.Options().fields)
    general = {
        f"{name}.{inner}"
        for name, field in table.SupplierSettings().fields.items()
        for inner in _inner(field)
    }
    named = [name for row in ASSUMPTIONS.values() for name in re.findall(r"`([^`]+)`", row[-1])]
    assert contract - set(named) == set()
    assert [name for name in named if name not in contract | general] == []
    assert [number for number, row in ASSUMPTIONS.items() if not all(row[:4])] == []
    assert list(ASSUMPTIONS) == [f"10.{number}" for number in range(1, len(ASSUMPTIONS) + 1)]


def _inner(field: object) -> list[str]:
    below = getattr(getattr(field, "schema", None), "fields", {})
    return [
        *below,
        *(f"{name}.{inner}" for name, value in below.items() for inner in _inner(value)),
    ]


@pytest.mark.parametrize(
    ("section", "schema"),
    [
        ("4.2", schemas.ProvideOrder),
        ("4.5", schemas.Amendment),
        ("4.6", schemas.Cancellation),
        ("4.14", statements.KciDocument),
    ],
)
def test_the_page_has_the_members_that_the_code_reads(
    section: str, schema: type[schemas.Tolerant]
) -> None:
    listed = {name.strip() for cell in column(section) for name in cell.split(",")}
    assert set(schema().fields) - listed == set()
    assert listed - set(schema().fields) <= {"exactly one entity"}


def test_the_page_and_the_code_list_the_same_words() -> None:
    text = sections()
    assert column("7") == list(schemas.PROBLEM_CODES)
    assert column("6") == [
        *(code for code in transitions.REASONS if code not in ("TERMINATED", "RESUBMIT")),
        "RESUBMIT",
        "TERMINATED",
    ]
    assert set(column("5.1")) == {*transitions.STATUSES, *GATEWAYS_OWN}
    assert column("4.6", 1) == list(schemas.CANCELLATION_REASONS)
    assert column("4.6", 1)[-5:] == list(life.OBJECTIONS)
    assert sorted(column("4.2.1")) == sorted(schemas.PROVIDE_TYPES)
    assert words(text["4.12"]) == list(schemas.ENGINEER_TASKS)
    assert [word for word in schemas.CEASE_REASONS if word not in words(text["4.15"])] == []
    assert set(column("4.4")[1:]) & set(life.OURS) >= {
        "status",
        "supplierOrderReference",
        "committedDate",
        "targetDate",
    }
    for key in settings.ENTITIES.values():
        assert f"`{key}`" in text["4.14"], key
    for route in dialects.get("fibre_cafe").routes:
        assert f"{route.method} `{route.path}`" in text["1.1"], route.path
