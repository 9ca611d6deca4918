"""Which dialect a scenario file is of, and what is said of the scenarios of a folder together."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli import main

MEF = "scenario: M\ndialect: mef\nreply: commit\ntimeline:\n  - {after: 1s, send: CONFIRMATION}\n"
PLAIN = "scenario: P\nreply: commit\ntimeline:\n  - {after: 1s, send: CONFIRMATION}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_the_dialect_key_of_a_file_that_stands_alone_counts(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", MEF)
    assert run("check", file).exit_code == 0
    assert "M (mef)" in run("explain", file).stdout
    assert run("check", written(tmp_path / "b.yaml", PLAIN)).exit_code == 1


def test_the_dialect_that_is_asked_for_counts_before_the_word(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", MEF)
    result = run("check", "--dialect", "fibre_cafe", file)
    assert result.exit_code == 1
    assert f"{file}:2:10: `dialect: mef`, but the dialect here is fibre_cafe" in result.stdout
    assert run("check", "--dialect", "mef", written(tmp_path / "b.yaml", PLAIN)).exit_code == 0


def test_the_folder_counts_where_the_file_says_nothing(tmp_path: Path) -> None:
    assert run("check", written(tmp_path / "mef" / "a.yaml", PLAIN)).exit_code == 0
    assert run("check", written(tmp_path / "mef" / "deeper" / "a.yaml", PLAIN)).exit_code == 0


def test_a_dialect_key_that_contradicts_the_folder_is_a_mistake(tmp_path: Path) -> None:
    file = written(tmp_path / "fibre_cafe" / "a.yaml", MEF)
    result = run("check", file)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{file}:2:10: `dialect: mef`, but this folder holds scenarios of fibre_cafe\n"
    )
    assert run("explain", file).exit_code != 0
    # a folder further up may have any name
    assert run("check", written(tmp_path / "fibre_cafe" / "mine" / "a.yaml", MEF)).exit_code == 0


def test_a_misspelt_word_is_told_with_the_nearest(tmp_path: Path) -> None:
    file = written(
        tmp_path / "a.yaml", MEF.replace("mef", "fibre-cafe").replace("CONFIRMATION", "X")
    )
    said = run("check", file).stdout
    assert f"{file}:2:10: unknown dialect `fibre-cafe` (did you mean `fibre_cafe`?)" in said
    assert f"{file}:5:23: unknown code `X`" in said


@pytest.mark.slow
def test_the_folder_of_a_supplier_is_of_its_dialect_and_its_contract(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    file = written(folder / "a.yaml", PLAIN)
    settings = written(
        tmp_path / "config.yaml",
        f"suppliers: [{{name: s, dialect: mef, scenarios: {folder}, default: P}}]\n",
    )
    for arguments in (["check"], ["check", file], ["check", str(folder)]):
        assert run(*arguments, "--config", settings).exit_code == 0, arguments
    written(folder / "b.yaml", MEF.replace("mef", "fibre_cafe"))
    assert "b.yaml:2:10: `dialect: fibre_cafe`" in run("check", "--config", settings).stdout


def test_a_file_extends_another_one_of_its_folder_or_a_shipped_one(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", "scenario: A\nextends: B\nparams: {gap: 1s}\n")
    written(tmp_path / "b.yaml", "scenario: B\nextends: ORDER_DELAYED\n")
    assert run("check", "--strict", file).exit_code == 0
    assert "with gap = 1s (duration, header X-Kci-Delay)" in run("explain", file).stdout


def test_a_mistake_of_a_base_is_told_once_for_all_files(tmp_path: Path) -> None:
    for name in "ab":
        written(tmp_path / f"{name}.yaml", f"scenario: {name.upper()}\nextends: C\n")
    base = written(tmp_path / "c.yaml", "scenario: C\nreply: acept\n")
    result = run("check", str(tmp_path))
    assert result.stdout == f"{base}:2:8: unknown reply `acept` (did you mean `accept`?)\n"
    assert result.exit_code == 1


def test_a_file_alone_is_wrong_where_its_base_is(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", "scenario: A\nextends: C\n")
    base = written(tmp_path / "c.yaml", "scenario: C\nreply: acept\n")
    result = run("check", file)
    assert (result.exit_code, result.stdout.partition(": ")[0]) == (1, f"{base}:2:8")


def test_beside_a_folder_that_is_played_alone_there_are_no_shipped_scenarios(
    tmp_path: Path,
) -> None:
    file = written(tmp_path / "own" / "a.yaml", "scenario: A\nextends: ORDER_DELAYED\n")
    entry = f"{{name: s, scenarios: {tmp_path / 'own'}, only: true}}"
    settings = written(tmp_path / "config.yaml", f"suppliers: [{entry}]\n")
    result = run("check", file, "--config", settings)
    assert "extends: unknown scenario `ORDER_DELAYED`" in result.stdout
    assert run("check", file).exit_code == 0
