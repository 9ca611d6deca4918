"""Code, tests and documents cite the pages in docs/contract, and the cited sections exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path.read_text() for path in (ROOT / "docs" / "contract").glob("*.md")}
ONE = r"(?:\d+(?:\.\d+)*|[QU]\d+)"
LIST = rf"{ONE}(?:(?:, | and | to | or ){ONE})*"
IN_BRACKETS = re.compile(rf"(?<=\()(?:\d+\.\d+|[QU]\d+)(?:, {ONE})*(?=\))|\b[QU]\d+\b")
LONG = re.compile(rf"docs/contract/([a-z-]+)\.md ({LIST})")
SHORT = re.compile(rf"\bcontract ({LIST})")
OLD = re.compile(
    r"\breference(?:'s)? (?:sections? )?\d|\bthe reference's\b|\bASSUMPTION\b"
    r"|\b(?:reference/\w+|design|traps)\.md\b"
)
BARE = re.compile(r"\((?:sections? )?\d+\.\d+[,;)]|\(sections? \d")


def targets(page: str) -> set[str]:
    """What of a page can be cited: numbered headings, and rows that begin with such a number."""
    headings = re.findall(r"^#{2,4} (\d+(?:\.\d+)*)\.? ", page, re.MULTILINE)
    return {*headings, *re.findall(r"^\| (\d+\.\d+|[QU]\d+) \|", page, re.MULTILINE)}


def citations(text: str, page: str = "") -> list[tuple[str, str]]:
    """The page and section of each citation. Short ones are of the only page that the file names.

    `page` is the page that the text itself is, if it is one.
    """
    flat = re.sub(r"\s+(?:#\s+)?", " ", text)
    named = {*re.findall(r"\bcontract/([a-z-]+)\.md", flat), page} - {""}
    short = named.pop() if len(named) == 1 else f"{len(named)} pages"
    cited = [*LONG.findall(flat), *((short, sections) for sections in SHORT.findall(flat))]
    return [(name, section) for name, sections in cited for section in re.findall(ONE, sections)]


def files() -> dict[Path, str]:
    folders = [ROOT / name for name in ("simulator", "tests", "docs", "scenarios", "examples")]
    inside = [path for folder in folders for path in folder.rglob("*")]
    known = [path for path in inside if path.suffix in (".py", ".md", ".yaml")]
    return {path: path.read_text() for path in [*known, *ROOT.glob("*.md")] if path.name != NAME}


NAME = Path(__file__).name


def test_every_cited_section_exists() -> None:
    known = {name: targets(page) for name, page in PAGES.items()}
    found = [
        (path, name, section)
        for path, text in files().items()
        for name, section in citations(text, path.stem if path.parent.name == "contract" else "")
    ]
    wrong = [
        f"{path.relative_to(ROOT)}: {name} {section}"
        for path, name, section in found
        if section not in known.get(name, ())
    ]
    assert wrong == []
    assert len(found) > 150


def test_no_page_is_cited_that_the_repo_does_not_have() -> None:
    old = {str(path.relative_to(ROOT)): OLD.findall(text) for path, text in files().items()}
    assert {path: found for path, found in old.items() if found} == {}


def test_a_citation_says_what_it_cites() -> None:
    bare = {
        str(path.relative_to(ROOT)): BARE.findall(text)
        for path, text in files().items()
        if "dialects" in path.parts
    }
    assert {path: found for path, found in bare.items() if found} == {}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_of_what_is_played_names_sections_that_exist(name: str) -> None:
    text = " ".join((ROOT / "docs" / f"{name}.md").read_text().split())
    named = IN_BRACKETS.findall(text) + re.findall(rf"\b[Ss]ections? ({LIST})\b", text)
    cited = {section for found in named for section in re.findall(ONE, found)}
    assert len(cited) > 10
    assert cited - targets(PAGES[name]) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a 422 (docs/contract/mef.md 3.3, Q18)", [("mef", "3.3"), ("mef", "Q18")]),
        ("docs/contract/a.md 1\n # contract\n # 4.1 to 4.3", ["1", "4.1", "4.3"]),
        ("contract 4.6", [("0 pages", "4.6")]),
        ("docs/contract/a.md and docs/contract/b.md: contract 2", [("2 pages", "2")]),
        ("the contract has 20 codes, docs/contract/a.md lists them", []),
    ],
)
def test_what_is_a_citation(text: str, found: list[tuple[str, str] | str]) -> None:
    assert citations(text) == [one if isinstance(one, tuple) else ("a", one) for one in found]


@pytest.mark.parametrize(
    "text", ["reference 4.6", "the reference's sections 3", "ASSUMPTION", "reference/delivery.md"]
)
def test_what_is_an_old_citation(text: str) -> None:
    assert OLD.search(text)


@pytest.mark.parametrize("text", ["(4.10)", "(4.5, 4.6)", "(section 3)", "(4.2; for cease)"])
def test_what_is_a_bare_number(text: str) -> None:
    assert BARE.search(text)
