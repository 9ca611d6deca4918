"""Reading scenario files again: what is right is taken, and of what is wrong the edition before
stays.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.model import Scenario
from simulator.rehearsal.books import open_book
from simulator.rehearsal.reopening import Reopened, reopen_book, stamp_of

FINE = "reply: accept\n"
BROKEN = "reply: acept\n"


class Folder:
    """A supplier with the scenarios A and B of its own, and its book as a simulator has it."""

    def __init__(self, path: Path, **more: Any) -> None:
        self.path = path
        for name in "AB":
            self.write(f"{name.lower()}.yaml", name)
        entry = {"name": "s", "scenarios": str(path), **more}
        settings = config.load(environment={}, overrides={"suppliers": [entry]})
        self.supplier = settings.suppliers[0]
        self.book = open_book(self.supplier)

    def reopen(self) -> Reopened:
        reopened = reopen_book(self.supplier, self.book)
        self.book = reopened.book
        return reopened

    def write(self, file: str, name: str, text: str = FINE) -> None:
        (self.path / file).write_text(f"scenario: {name}\n{text}")

    def remove(self, file: str) -> None:
        (self.path / file).unlink()

    def said(self, reopened: Reopened) -> list[str]:
        return [str(problem).replace(f"{self.path}/", "") for problem in reopened.errors]

    def __getitem__(self, name: str) -> Scenario:
        return self.book.scenarios[name]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Beside the shipped scenarios."""
    return Folder(tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> Folder:
    """Without the shipped ones: A is the default."""
    return Folder(tmp_path, only=True)


def new_in(reopened: Reopened) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return reopened.added, reopened.changed, reopened.removed


def test_what_is_added_changed_and_removed_is_told_and_played(folder: Folder) -> None:
    folder.write("a.yaml", "A", "reply: commit\n")
    folder.write("c.yaml", "C")
    folder.remove("b.yaml")
    reopened = folder.reopen()
    assert new_in(reopened) == (("C",), ("A",), ("B",))
    assert reopened.errors == ()
    assert list(folder.book.scenarios)[:3] == ["A", "C", "AMENDMENT_ACCEPTED"]
    assert folder["A"].source == "scenario: A\nreply: commit\n"


def test_a_book_in_which_nothing_is_new_stays(folder: Folder) -> None:
    before = folder.book
    reopened = folder.reopen()
    assert reopened.book is before
    assert new_in(reopened) == ((), (), ())


def test_a_broken_file_leaves_the_edition_before_until_it_is_mended(folder: Folder) -> None:
    before = folder["A"]
    folder.write("a.yaml", "A", BROKEN)
    folder.write("b.yaml", "B", "reply: commit\n")
    for _ in range(2):
        reopened = folder.reopen()
        said = "a.yaml:2:8: unknown reply `acept` (did you mean `accept`?)"
        assert folder.said(reopened) == [said]
        assert folder["A"] == before
    assert folder["B"].source.endswith("commit\n"), "the other file is taken"
    folder.write("a.yaml", "A", "reply: commit\n")
    reopened = folder.reopen()
    assert (new_in(reopened), reopened.errors) == (((), ("A",), ()), ())


@pytest.mark.parametrize("text", ["", "scenario: [", "\x00"])
def test_a_file_that_is_half_written_takes_nothing_away(folder: Folder, text: str) -> None:
    before = folder["A"]
    (folder.path / "a.yaml").write_text(text)
    assert folder.reopen().errors[0].file == str(folder.path / "a.yaml")
    assert folder["A"] == before


def test_what_the_contract_forbids_is_found_too(folder: Folder) -> None:
    folder.write("a.yaml", "A", "timeline:\n  - {after: 1s, send: COMPLETED}\n")
    (said,) = folder.said(folder.reopen())
    assert said.startswith("a.yaml:3:23: COMPLETED is not possible in RECEIVED")


def test_a_new_file_that_is_broken_adds_nothing(folder: Folder) -> None:
    folder.write("c.yaml", "C", BROKEN)
    reopened = folder.reopen()
    assert new_in(reopened) == ((), (), ())
    assert folder.said(reopened)[0].startswith("c.yaml:2:8: ")
    assert "C" not in folder.book.scenarios


def test_a_file_may_get_another_name_and_a_scenario_too(folder: Folder) -> None:
    (folder.path / "a.yaml").rename(folder.path / "z.yaml")
    reopened = folder.reopen()
    assert new_in(reopened) == ((), (), ())
    assert folder["A"].file.endswith("z.yaml")
    folder.write("z.yaml", "Z")
    assert new_in(folder.reopen()) == (("Z",), (), ("A",))


def test_of_a_name_that_two_files_have_the_edition_before_stays(folder: Folder) -> None:
    before = folder["B"]
    folder.write("a.yaml", "B", "reply: commit\n")
    reopened = folder.reopen()
    said = f"b.yaml:1:11: the scenario B is in {folder.path}/a.yaml already"
    assert folder.said(reopened) == [f"{said.replace(f'{folder.path}/', '')} (choose another name)"]
    assert (folder["B"], reopened.removed) == (before, ("A",))
    folder.write("c.yaml", "C")
    folder.write("d.yaml", "C")
    folder.reopen()
    assert "C" not in folder.book.scenarios, "there is no edition before"


def test_a_right_file_may_take_the_name_of_one_that_is_broken(folder: Folder) -> None:
    folder.write("a.yaml", "A", BROKEN)
    folder.write("b.yaml", "A", "reply: commit\n")
    folder.reopen()
    assert folder["A"].file.endswith("b.yaml")


def test_a_shipped_scenario_comes_back_when_the_file_that_hides_it_is_removed(
    folder: Folder,
) -> None:
    shipped = folder["ORDER_DELAYED"]
    folder.write("c.yaml", "ORDER_DELAYED")
    reopened = folder.reopen()
    assert reopened.changed == ("ORDER_DELAYED",)
    assert [warning.code for warning in reopened.book.warnings] == ["hides"]
    folder.remove("c.yaml")
    folder.reopen()
    assert folder["ORDER_DELAYED"] == shipped


def test_the_last_file_of_ones_own_may_go(folder: Folder) -> None:
    for file in ("a.yaml", "b.yaml"):
        folder.remove(file)
    reopened = folder.reopen()
    assert (reopened.removed, reopened.errors) == (("A", "B"), ())


def test_the_default_stays_when_its_file_is_removed(alone: Folder) -> None:
    alone.remove("a.yaml")
    for _ in range(2):
        reopened = alone.reopen()
        said = "a.yaml: A is what new orders play by default: its edition before stays"
        assert (alone.said(reopened), reopened.removed) == ([said], ())
        assert (alone.book.default, list(alone.book.scenarios)) == ("A", ["A", "B"])
    alone.write("a.yaml", "A")
    assert alone.reopen().errors == ()


def test_the_default_stays_when_it_would_no_longer_answer_new_orders(alone: Folder) -> None:
    before = alone["A"]
    alone.write("a.yaml", "A", "for: amendment\nreply: accept\n")
    reopened = alone.reopen()
    assert [problem.code for problem in reopened.errors] == ["default"]
    assert (alone["A"], alone.book.default) == (before, "A")


def test_everything_stays_when_the_folder_is_gone_or_empty(alone: Folder) -> None:
    before = alone.book
    for file in ("a.yaml", "b.yaml"):
        alone.remove(file)
    assert [problem.code for problem in alone.reopen().errors] == ["empty"]
    alone.path.rmdir()
    (problem,) = alone.reopen().errors
    assert "there is no folder of scenarios" in problem.message
    assert alone.book is before


def test_a_stamp_tells_of_each_change(folder: Folder) -> None:
    stamps = [stamp_of([folder.supplier])]

    def changed() -> bool:
        stamps.append(stamp_of([folder.supplier]))
        return stamps[-1] != stamps[-2]

    assert not changed()
    folder.write("a.yaml", "A", "reply: commit\n")
    assert changed()
    before, new = folder.path / "a.yaml", folder.path / "new"
    new.write_text("scenario: A\nreply: accept\n")
    os.utime(new, ns=(0, before.stat().st_mtime_ns))
    new.replace(before)
    assert changed(), "another file in its place, as long and as old"
    folder.write("c.yaml", "C")
    assert changed()
    folder.remove("c.yaml")
    assert changed()
    (folder.path / "a.yaml").rename(folder.path / "z.yaml")
    assert changed()
    (folder.path / "notes.txt").write_text("no scenario")
    assert not changed()


def test_a_stamp_is_taken_whatever_has_become_of_the_folder(folder: Folder) -> None:
    both = stamp_of([folder.supplier])
    (folder.path / "aa.yaml").symlink_to(folder.path / "nowhere")
    assert stamp_of([folder.supplier]) == both, "one file that leads nowhere costs no other"
    for file in ("a.yaml", "aa.yaml", "b.yaml"):
        folder.remove(file)
    shipped = stamp_of([folder.supplier])
    folder.path.rmdir()
    folder.path.symlink_to(folder.path)
    assert stamp_of([folder.supplier]) == shipped
    assert "there is no folder" in folder.reopen().errors[0].message


def test_a_changed_base_gives_what_extends_it_a_new_edition(folder: Folder) -> None:
    (folder.path / "b.yaml").write_text("scenario: B\nextends: A\n")
    folder.reopen()
    folder.write("a.yaml", "A", "reply: commit\n")
    reopened = folder.reopen()
    assert new_in(reopened) == ((), ("A", "B"), ())
    assert folder["B"].reply.answer == "commit"


@pytest.mark.parametrize("text", [f"scenario: A\n{BROKEN}", None], ids=["broken", "gone"])
def test_what_extends_a_base_that_is_lost_stays(folder: Folder, text: str | None) -> None:
    (folder.path / "b.yaml").write_text("scenario: B\nextends: A\n")
    folder.reopen()
    before = folder["B"]
    if text is None:
        folder.remove("a.yaml")
    else:
        (folder.path / "a.yaml").write_text(text)
    (said,) = folder.said(folder.reopen())
    assert said.startswith("b.yaml:2:10: " if text is None else "a.yaml:2:8: ")
    assert folder["B"] == before


def test_what_a_mix_has_stays_when_its_file_is_gone(folder: Folder) -> None:
    (folder.path / "m.yaml").write_text("scenario: M\nmix: {A: 1, B: 1}\n")
    folder.reopen()
    before = folder["A"]
    folder.remove("a.yaml")
    (said,) = folder.said(folder.reopen())
    assert said.startswith("m.yaml:2:7: mix: unknown scenario `A`")
    assert folder["A"] == before and list(folder["M"].mix) == ["A", "B"]
    (folder.path / "m.yaml").write_text("scenario: M\nmix: {B: 1}\n")
    assert new_in(folder.reopen()) == ((), ("M",), ("A",))
