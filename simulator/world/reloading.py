"""The scenario files of one process, read again while it runs.

Reading and rehearsing takes time, so it is done on a thread. What was read takes the place of what
there was in one assignment: a request sees the scenarios before or those after.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import TypeVar

from simulator.base.errors import Problem
from simulator.config import SupplierConfig
from simulator.rehearsal.reopening import Reopened, reopen_book, stamp_of
from simulator.supplier.scenario_set import Files

log = logging.getLogger("simulator.world")

Source = tuple[SupplierConfig, Files]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reloaded:
    """What was new in the files of all suppliers, by the names of scenarios, and what is wrong."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    def __str__(self) -> str:
        parts = [(word, getattr(self, word)) for word in ("added", "changed", "removed")]
        return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


class Reloading:
    """`errors` are those of the last reading. One thread reads at a time.

    `asked` is a byte that a process shares with those that it is forked into: whether the files
    were to be read again since the first of them has read them.
    """

    def __init__(self, suppliers: Sequence[SupplierConfig]) -> None:
        self.suppliers = suppliers
        self.stamp = stamp_of(suppliers)
        self.asked = mmap(-1, 1)
        self.errors: tuple[Problem, ...] = ()
        self.lock = threading.Lock()

    def is_asked(self) -> bool:
        """Whether a process that has read nothing itself must read."""
        return self.asked[0] == 1

    def ask(self) -> None:
        """From now on a process that starts reads the files."""
        self.asked[0] = 1

    def run(self, sources: Sequence[Source]) -> Reloaded:
        """Read the files of these suppliers again, and let them play what is right."""
        with self.lock:
            self.ask()
            known = {problem for _, files in sources for problem in files.book.warnings}
            found = [_reopened(supplier, files) for supplier, files in sources]
            reloaded = _together(found)
            for problem in reloaded.errors:
                if problem not in self.errors:
                    log.error("%s: what was read before stays", problem)
            for problem in reloaded.warnings:
                if problem not in known:
                    log.warning("%s", problem)
            if str(reloaded):
                log.info("scenarios: %s", reloaded)
            self.errors = reloaded.errors
            return reloaded


class Watch:
    """For a process that reads nothing itself, and tells others to."""

    def __init__(self, reloading: Reloading, *, is_on: bool) -> None:
        self.reloading = reloading
        self.is_on = is_on
        self.stamp = reloading.stamp

    def has_changed(self) -> bool:
        """Whether a file has changed since this was asked last; never unless the watch `is_on`."""
        if not self.is_on:
            return False
        before, self.stamp = self.stamp, stamp_of(self.reloading.suppliers)
        return self.stamp != before


def _reopened(supplier: SupplierConfig, files: Files) -> Reopened:
    reopened = reopen_book(supplier, files.book)
    files.book = reopened.book
    return reopened


def _together(found: Sequence[Reopened]) -> Reloaded:
    return Reloaded(
        added=_once(name for each in found for name in each.added),
        changed=_once(name for each in found for name in each.changed),
        removed=_once(name for each in found for name in each.removed),
        errors=_once(problem for each in found for problem in each.errors),
        warnings=_once(problem for each in found for problem in each.book.warnings),
    )


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
