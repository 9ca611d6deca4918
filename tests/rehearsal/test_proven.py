"""What is not rehearsed at a start was rehearsed here."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from simulator import config, dialects
from simulator.base.errors import Invalid
from simulator.rehearsal.books import open_book
from simulator.rehearsal.folders import shipped_folder
from simulator.rehearsal.inspection import inspect
from simulator.rehearsal.proven import PROVEN, digest_of
from simulator.scenario import read_file, read_folder, scenario_files, ties


@pytest.mark.parametrize("name", dialects.names())
def test_a_rehearsal_finds_nothing_in_what_is_proven(name: str) -> None:
    files = scenario_files(shipped_folder(name))
    dialect = dialects.get(name)
    for file in files:
        found = inspect(read_file(file), str(file), dialect)
        assert (found.errors, found.warnings) == ((), ()), file
    assert (
        ties(list(read_folder(shipped_folder(name), dialect.vocabulary).scenarios.values())) == []
    )
    assert PROVEN[name] == digest_of(files), "the scenarios were changed: write this digest there"


@pytest.mark.parametrize("name", dialects.names())
def test_what_is_proven_is_read_the_same_without_its_checks(name: str) -> None:
    folder, vocabulary = shipped_folder(name), dialects.get(name).vocabulary
    assert read_folder(folder, vocabulary, kept=True) == read_folder(folder, vocabulary)


@pytest.mark.slow
def test_a_changed_copy_is_rehearsed(tmp_path: Path) -> None:
    folder = copytree(shipped_folder("fibre_cafe"), tmp_path / "copy")
    overrides = {"suppliers": [{"name": "s", "scenarios": str(folder)}]}
    supplier = config.load(environment={}, overrides=overrides).suppliers[0]
    assert len(open_book(supplier).scenarios) == len(scenario_files(folder))
    text = "scenario: ODD\nreply: acknowledge\ntimeline:\n  - {after: 1s, send: COMPLETED}\n"
    (folder / "odd.yaml").write_text(text)
    with pytest.raises(Invalid, match=r"odd\.yaml:4:23"):
        open_book(supplier)
