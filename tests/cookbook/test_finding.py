"""How the cookbook is found: by the settings, the command line, `explain`, a header, its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from simulator import config
from simulator.base import cookbook
from simulator.cli.options import with_scenarios
from simulator.formats.reply_faults import FAULTS as OF_REPLIES
from simulator.language.faults import FAULTS as OF_DELIVERY
from tests.cli.test_cli import run
from tests.conftest import Gateway

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "cookbook.md").read_text()
BOTH = [{"name": "one", "path": "/"}, {"name": "two", "dialect": "mef"}]


def test_the_settings_name_the_cookbook_of_a_supplier_by_a_word() -> None:
    suppliers = [{**each, "scenarios": "cookbook"} for each in BOTH]
    loaded = config.load(environment={}, overrides={"suppliers": suppliers})
    found = [Path(each.scenarios or "") for each in loaded.suppliers]
    assert found == [ROOT / "cookbook" / "fibre_cafe", ROOT / "cookbook" / "mef"]


def test_a_folder_of_that_name_is_meant_where_it_is_a_path() -> None:
    suppliers = [{**BOTH[0], "scenarios": "./cookbook"}]
    loaded = config.load(environment={}, overrides={"suppliers": suppliers})
    assert loaded.suppliers[0].scenarios == "./cookbook"


def test_the_option_is_for_all_suppliers_without_a_folder_of_their_own() -> None:
    suppliers = [*BOTH, {"name": "three", "scenarios": "mine"}]
    loaded = config.load(environment={}, overrides={"suppliers": suppliers})
    played = with_scenarios(loaded, "cookbook", False).suppliers
    assert [each.scenarios for each in played] == [
        str(ROOT / "cookbook" / "fibre_cafe"),
        str(ROOT / "cookbook" / "mef"),
        "mine",
    ]
    assert [each.scenarios for each in with_scenarios(loaded, "x", False).suppliers] == [
        "x",
        None,
        "mine",
    ]


@pytest.mark.parametrize(
    "name",
    ["CANCEL_RACE_LOST", "CANCEL_OVERTAKEN", "ONE_IN_TEN_REJECTED", "DELAYED_AND_BOUND"],
)
def test_explain_finds_a_case_that_no_supplier_plays(name: str) -> None:
    assert run("explain", name).stdout.startswith(name)
    assert run("explain", "--dialect", "mef", "CANCEL_RACE_LOST").exit_code == 2


def test_a_header_that_names_a_case_is_told_where_it_is(gateway: Gateway) -> None:
    def said(name: str) -> str:
        answer = gateway.post("/service-orders", gateway.provide(), X_Scenario=name)
        assert answer.status_code == 422
        return str(answer.json())

    assert "(it is in the cookbook: `--scenarios cookbook`)" in said("CANCEL_RACE_LOST")
    for name in ("CANCEL_RACE_LOSS", "CANCEL_OVERTAKEN", "../mef/CANCEL_OVERTAKEN"):
        assert "cookbook" not in said(name)


@pytest.mark.parametrize("dialect", ["fibre_cafe", "mef"])
def test_the_page_has_a_line_for_each_case_in_the_words_of_its_file(dialect: str) -> None:
    told = re.findall(rf"^\| \[(\w+)\]\(\.\./cookbook/{dialect}/.*\) \| (.+) \| .+ \|$", PAGE, re.M)
    files = cookbook.folder_of(dialect).glob("*.yaml")
    cases = [yaml.safe_load(path.read_text()) for path in files]
    assert sorted(told) == sorted((case["scenario"], case["about"]) for case in cases)


@pytest.mark.slow
def test_the_cases_have_no_flaw_and_go_together_with_the_shipped_scenarios() -> None:
    result = run("check", "--strict", str(ROOT / "scenarios"), str(ROOT / "cookbook"))
    assert result.exit_code == 0, result.stdout


def test_the_readme_says_how_many_cases_there_are() -> None:
    count = len(list((ROOT / "cookbook").rglob("*.yaml")))
    assert f"{count} edge cases" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("page", "word"),
    [
        *(("delivery-faults.md", word) for word in sorted(OF_DELIVERY)),
        *(("faults.md", word) for word in sorted(OF_REPLIES)),
    ],
)
def test_the_section_of_a_fault_leads_to_a_case_that_plays_it(page: str, word: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    (anchor,) = re.findall(rf"^\| \[`{word}`\]\(#([\w-]+)\) \|", text, re.M)
    heading = anchor.replace("-", " ")
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S | re.I)
    assert "A good gateway" in section
    cases = re.findall(r"\[(\w+)\]\(cookbook\.md#", section)
    files = [cookbook.file_of(name, "fibre_cafe") for name in cases]
    assert any(path and re.search(rf"\b{word}\b", path.read_text()) for path in files)


def test_the_page_names_the_cases_that_play_unasked() -> None:
    files = (ROOT / "cookbook").rglob("*.yaml")
    cases = [yaml.safe_load(path.read_text()) for path in files]
    (told,) = re.findall(r"without being asked for, by their `when`: ([^.]*)\.", PAGE)
    assert set(re.findall(r"[A-Z_]{4,}", told)) == {
        case["scenario"] for case in cases if "when" in case
    }
