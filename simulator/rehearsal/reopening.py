"""Reading a supplier's scenario files again, while it plays them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulator.base import clock, instants
from simulator.base.errors import Invalid, Problem
from simulator.config import SupplierConfig
from simulator.model import Scenario
from simulator.rehearsal.books import Looked, book_for, folders_of, look
from simulator.scenario import (
    Book,
    is_playable,
    not_hidden,
    scenario_files,
    twice,
    unstartable,
)

PAUSE = 5 * instants.MILLISECOND
Stamp = tuple[tuple[str, int, int, int], ...]
"""What tells cheaply whether files have changed: of each its name, number, size and time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopened:
    """A book that was read again: what is new in it, by name, and what is wrong with the files."""

    book: Book
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()


def stamp_of(suppliers: Iterable[SupplierConfig]) -> Stamp:
    """The stamp of all scenario files of these suppliers."""
    folders = dict.fromkeys(folder for each in suppliers for folder in folders_of(each))
    return tuple(_stamps(folders))


def _stamps(folders: Iterable[Path]) -> Iterator[tuple[str, int, int, int]]:
    for folder in folders:
        for path in scenario_files(folder, may_be_empty=True):
            with suppress(OSError):  # it leads nowhere, or was removed at this very moment
                found = path.stat()
                yield str(path), found.st_ino, found.st_size, found.st_mtime_ns


def reopen_book(supplier: SupplierConfig, before: Book) -> Reopened:
    """Read a supplier's scenarios again. Of a file that is wrong, the edition `before` stays, as do
    all of them where a folder cannot be read. The default stays too when its file is gone.
    """
    try:
        folders = [look(supplier, folder, pause=_pause) for folder in folders_of(supplier)]
    except Invalid as error:
        return Reopened(book=before, errors=error.problems)
    doubts = [problem for folder in folders for _, each in folder for problem in each.warnings]
    errors = [problem for folder in folders for problem in _errors_of(folder)]
    own, *others = (_merged(folder, before) for folder in folders)
    shipped = [scenario for other in others for scenario in other]
    own = [*own, *_still_mixed([*own, *shipped], before)]
    wrong = unstartable([*own, *not_hidden(own, shipped)])
    own, shipped = (_right(listed, wrong, before) for listed in (own, shipped))
    errors += wrong
    default = before.scenarios[before.default]
    if not any(one.name == default.name and is_playable(one) for one in (*own, *shipped)):
        own = [default, *(one for one in own if one.name != default.name)]
        said = f"{default.name} is what new orders play by default: its edition before stays"
        errors.append(Problem(message=said, file=default.file, code="default"))
    return _compared(before, book_for(supplier, own, shipped, doubts=doubts), errors)


def _still_mixed(scenarios: Sequence[Scenario], before: Book) -> list[Scenario]:
    """What a mix still has, and no file any more: its edition before stays. Reading the mix again
    says what is wrong.
    """
    names = {scenario.name for scenario in scenarios}
    mixed = dict.fromkeys(name for scenario in scenarios for name in scenario.mix)
    return [
        before.scenarios[name] for name in mixed if name not in names and name in before.scenarios
    ]


def _pause() -> None:
    """Let other threads work: a rehearsal keeps the interpreter for itself."""
    clock.sleep(PAUSE)


def _errors_of(looked: Looked) -> list[Problem]:
    wrong = dict.fromkeys(problem for _, each in looked for problem in each.errors)
    return [*wrong, *twice(each.scenario for _, each in looked if each.scenario)]


def _merged(looked: Looked, before: Book) -> list[Scenario]:
    """The scenarios of a folder. Of a file that is wrong, and of a name that two files have, the
    edition before, where there is one.
    """
    names = Counter(each.scenario.name for _, each in looked if each.scenario)
    known = {scenario.file: scenario for scenario in before.scenarios.values()}
    merged: dict[str, Scenario] = {}
    for path, each in looked:
        found = each.scenario
        if found is None:
            found = known.get(str(path))
            if found is not None and found.name in names:
                continue  # a file that is right has its name now
        elif names[found.name] > 1:
            found = before.scenarios.get(found.name)
        if found is not None:
            merged.setdefault(found.name, found)
    return list(merged.values())


def _right(scenarios: Sequence[Scenario], wrong: Sequence[Problem], before: Book) -> list[Scenario]:
    """The scenarios, and the edition before of those that start what cannot be started."""
    files = {problem.file for problem in wrong}
    found = (before.scenarios.get(one.name) if one.file in files else one for one in scenarios)
    return [one for one in found if one is not None]


def _compared(before: Book, after: Book, errors: Sequence[Problem]) -> Reopened:
    """What is new. A book in which nothing is new stays the one that it was."""
    old, new = _digests(before), _digests(after)
    same = [*before.scenarios.values()] == [*after.scenarios.values()]
    return Reopened(
        book=before if same and before.default == after.default else after,
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if old.get(name, new[name]) != new[name]),
        removed=tuple(name for name in old if name not in new),
        errors=tuple(errors),
    )


def _digests(book: Book) -> dict[str, str]:
    return {name: scenario.digest for name, scenario in book.scenarios.items()}
