"""The scenarios of a supplier: those of its own folder, and the shipped ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator import config
from simulator.base.errors import Invalid
from simulator.cli import main
from simulator.config import SupplierConfig
from simulator.rehearsal.books import look, open_book
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import Book, scenario_files
from simulator.world import open_world
from tests.rehearsal.test_folders import run, written

SHIPPED = len(scenario_files(shipped_folder("fibre_cafe")))
OWN = "scenario: OWN\nwhen: {orderType: NEW}\nreply: accept\n"
HIDES = "scenario: ORDER_DELAYED\nreply: acknowledge\n"


def supplier_of(folder: Path, **more: Any) -> SupplierConfig:
    entry = {"name": "s", "scenarios": str(folder), **more}
    return config.load(environment={}, overrides={"suppliers": [entry]}).suppliers[0]


def told(book: Book, folder: Path) -> list[str]:
    return [str(warning).replace(f"{folder}/", "") for warning in book.warnings]


def test_a_folder_adds_to_the_shipped_scenarios(tmp_path: Path) -> None:
    written(tmp_path / "own.yaml", OWN)
    book = open_book(supplier_of(tmp_path))
    assert next(iter(book.scenarios)) == "OWN", "it comes first, and so wins a tie"
    assert (len(book.scenarios), book.default) == (SHIPPED + 1, "ORDER_SUCCESSFUL")
    assert book.warnings == (), "there is no warning of a tie with a shipped one"
    alone = open_book(supplier_of(tmp_path, only=True))
    assert (list(alone.scenarios), alone.default) == (["OWN"], "OWN")


def test_ones_own_scenario_plays_in_place_of_the_shipped_one_and_a_warning_says_so(
    tmp_path: Path,
) -> None:
    written(tmp_path / "mine.yaml", HIDES)
    book = open_book(supplier_of(tmp_path))
    assert len(book.scenarios) == SHIPPED
    assert book.scenarios["ORDER_DELAYED"].file == str(tmp_path / "mine.yaml")
    said = "mine.yaml:1:11: ORDER_DELAYED plays in place of the shipped scenario of this name"
    assert told(book, tmp_path) == [said]
    assert open_book(supplier_of(tmp_path, only=True)).warnings == ()


def test_a_scenario_starts_a_shipped_one_unless_those_are_left_out(tmp_path: Path) -> None:
    cease = "{serviceId: S, reason: CP_REQUEST, requestedCeaseDate: '{{ now }}'}"
    start = f"{{after: 1h, start: UNSOLICITED_CEASE, with: {cease}}}"
    written(tmp_path / "own.yaml", f"scenario: OWN\ntimeline: [{start}]\n")
    assert open_book(supplier_of(tmp_path)).warnings == ()
    with pytest.raises(Invalid, match="start: no scenario `UNSOLICITED_CEASE` is here"):
        open_book(supplier_of(tmp_path, only=True))


def test_a_copy_of_a_shipped_scenario_hides_nothing(tmp_path: Path) -> None:
    source = shipped_folder("fibre_cafe") / "order_delayed.yaml"
    written(tmp_path / "copy.yaml", source.read_text())
    assert open_book(supplier_of(tmp_path)).warnings == ()
    shipped = open_book(supplier_of(shipped_folder("fibre_cafe")))
    assert (len(shipped.scenarios), shipped.warnings) == (SHIPPED, ())


def test_an_empty_folder_is_doubtful_and_alone_it_is_wrong(tmp_path: Path) -> None:
    assert told(open_book(supplier_of(tmp_path)), tmp_path.parent) == [
        f"{tmp_path.name}: no scenario file (*.yaml) in this folder"
    ]
    with pytest.raises(Invalid, match="no scenario file"):
        open_book(supplier_of(tmp_path, only=True))


def test_others_may_work_behind_each_rehearsal_and_a_known_text_needs_none(tmp_path: Path) -> None:
    supplier = supplier_of(tmp_path, only=True)
    pauses: list[str] = []
    for texts in ({"a": "A", "b": "B"}, {"b": "C"}, {}):
        before = len(pauses)
        for file, name in texts.items():
            written(tmp_path / f"{file}.yaml", f"scenario: {name}\n")
        look(supplier, tmp_path, pause=lambda: pauses.append(""))
        assert len(pauses) - before == len(texts)


@pytest.mark.slow
def test_check_of_the_settings_looks_at_both_folders(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    written(folder / "own.yaml", OWN)
    written(folder / "mine.yaml", HIDES)
    entry = f"{{name: s, scenarios: {folder}}}"
    settings = written(tmp_path / "config.yaml", f"suppliers: [{entry}]\n")
    result = run("check", "--strict", "--config", settings)
    assert (result.exit_code, result.stdout) == (0, f"{SHIPPED + 2} files: all right\n")
    written(tmp_path / "config.yaml", f"suppliers: [{entry[:-1]}, only: true}}]\n")
    assert run("check", "--config", settings).stdout == "2 files: all right\n"


def test_demo_plays_the_scenarios_of_a_folder(tmp_path: Path) -> None:
    written(tmp_path / "own.yaml", OWN)
    folder = ["--scenarios", str(tmp_path)]
    shown = CliRunner().invoke(main, ["demo", *folder, "OWN", "ORDER_REJECTED"])
    assert shown.stdout.splitlines()[-1] == "2 stories played, 0 faults"
    shown = CliRunner().invoke(main, ["demo", *folder, "--only", "ORDER_REJECTED"])
    assert "ORDER_REJECTED" in shown.output.splitlines()[-1]
    assert shown.exit_code == 2


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_only_needs_a_folder(command: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [command, "--only"])
    assert (result.exit_code, result.stderr) == (
        2,
        "simulator: --only: name a folder with --scenarios\n",
    )
    settings = written(tmp_path / "config.yaml", "suppliers: [{name: s, only: true}]\n")
    result = run("check", "--config", settings)
    assert "suppliers: s: only is true and scenarios names no folder" in result.stderr


def book_settings(folder: Path) -> Any:
    overrides = {"suppliers": [{"name": "s", "scenarios": str(folder)}]}
    return config.load(environment={}, overrides=overrides)


def test_every_problem_of_every_file_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path / "a.yaml", "scenario: A\nreply: acept\n")
    written(
        tmp_path / "b.yaml",
        "scenario: B\nreply: acknowledge\ntimeline:\n  - {after: 1s, send: COMPLETED}\n",
    )
    written(tmp_path / "c.yaml", "scenario: C\nreply: accept\n")
    written(tmp_path / "d.yaml", "about: x\nscenario: C\nreply: accept\n")
    with pytest.raises(Invalid) as caught:
        open_book(book_settings(tmp_path).suppliers[0])
    found = [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    assert [line.split(": ")[0] for line in found] == ["a.yaml:2:8", "b.yaml:4:23", "d.yaml:2:11"]
    assert found[2].startswith(f"d.yaml:2:11: the scenario C is in {tmp_path}/c.yaml already")


def test_a_start_warns_of_what_check_warns_of(
    make_config: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in "AB":
        text = f"scenario: {name}\nwhen: {{orderTyp: NEW}}\nreply: accept\n"
        written(tmp_path / f"{name}.yaml", text)
    settings = make_config(suppliers=[{"name": "s", "scenarios": str(tmp_path), "default": "A"}])
    with caplog.at_level(logging.WARNING, logger="simulator.world"):
        open_world(settings, "http://127.0.0.1:1").close()
    said = [record.getMessage().removeprefix(f"{tmp_path}/") for record in caplog.records]
    assert [line.partition(" (")[0] for line in said] == [
        "A.yaml:2:8: orderTyp: unknown member `orderTyp`",
        "B.yaml:2:8: orderTyp: unknown member `orderTyp`",
        "B.yaml:2:7: when: a request may fit A",
    ]
