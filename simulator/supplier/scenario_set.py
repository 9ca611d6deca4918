"""The scenarios of one supplier as they are now: those of its files, and over them those that came
over the admin API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.base.errors import Invalid, Problem, Refused
from simulator.dialects import Dialect
from simulator.model import Kci, Scenario, Step
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.scenario import (
    Bases,
    Book,
    Loaded,
    layer_of_texts,
    started,
    starts,
    ties,
    unstartable,
)
from simulator.store import Store, Tx, locks, orders, uploads

UPLOADED = "(uploaded)"


@dataclass(slots=True)
class Files:
    """The scenarios of files, as this process has read them last. When it reads them again, it puts
    another book here. Throw-away suppliers share the files of a standing one.
    """

    book: Book


class ScenarioSet:
    """The book changes while the simulator runs: ask for it in the transaction that uses it.

    `default` is the scenario that the supplier's settings want for orders that nothing else picks,
    where there is one of that name.
    """

    def __init__(
        self, supplier: str, files: Files, dialect: Dialect, store: Store, default: str | None
    ) -> None:
        self.supplier = supplier
        self.files = files
        self.dialect = dialect
        self.store = store
        self.default = default
        nothing: tuple[tuple[str, str], ...] = ()
        self.known = (nothing, files.book, self._book(files.book, {}))

    def book(self, tx: Tx) -> Book:
        """The scenarios as this transaction sees them."""
        uploaded, files = uploads.every(tx, self.supplier), self.files.book
        known_uploads, known_files, book = self.known
        if uploaded != known_uploads or files is not known_files:
            added = {name: self._uploaded(tx, files, digest) for name, digest in uploaded}
            book = self._book(files, added)
            self.known = (uploaded, files, book)
        return book

    def _uploaded(self, tx: Tx, files: Book, digest: str) -> Scenario:
        found = files.edition(digest, lambda wanted: uploads.source(tx, self.supplier, wanted))
        return replace(found, file=UPLOADED)

    def _book(self, files: Book, added: dict[str, Scenario]) -> Book:
        # one's own come first: they win a tie
        rest = {name: each for name, each in files.scenarios.items() if name not in added}
        scenarios = {**added, **rest}
        default = self.default if self.default in scenarios else files.default
        return replace(files, scenarios=scenarios, default=default)

    def edition(self, tx: Tx, digest: str) -> Scenario:
        """The edition that an order plays, whatever became of its file."""
        return self.files.book.edition(digest, lambda wanted: orders.edition_source(tx, wanted))

    def fixed(
        self, tx: Tx, kcis: tuple[Kci, ...], editions: Mapping[str, str] | None = None
    ) -> tuple[Kci, ...]:
        """New KCIs whose steps start orders, with the editions that these will play: those of now,
        unless `editions` says which. Illegal when a scenario cannot be started.
        """
        if not any(kci.step.start for kci in kcis):
            return kcis
        return tuple(
            replace(kci, step=replace(kci.step, editions=self._started(tx, kci.step, editions)))
            if kci.step.start
            else kci
            for kci in kcis
        )

    def _started(self, tx: Tx, step: Step, editions: Mapping[str, str] | None) -> Mapping[str, str]:
        """The digests of the scenario that a step starts, and of all that it starts in turn."""
        if editions is not None:
            return editions
        found = started(self.book(tx).scenarios, step.start)
        for one in found.values():
            orders.keep_edition(tx, one.digest, one.name, one.dialect, one.source)
        return {name: one.digest for name, one in found.items()}

    def inspected(self, text: bytes | str) -> Inspection:
        """What is wrong with a scenario's text beside the scenarios of now, and what may be. It may
        name any of them, and under its own name that of a file, in whose place it would play.
        """
        with self.store.read() as tx:
            now = list(self.book(tx).scenarios.values())
        bases = Bases((Loaded(now), Loaded(self.files.book.scenarios.values())))
        found = inspect(text, UPLOADED, self.dialect, bases)
        if found.scenario is None:
            return found
        wrong = unstartable([found.scenario, *now], (found.scenario.name,))
        if not wrong:
            return found
        return replace(found, scenario=None, errors=(*found.errors, *wrong))

    def put(self, text: bytes, name: str) -> tuple[Scenario, bool, list[Problem]]:
        """Take a scenario in; whether it is a new name, and what may be wrong with it. Invalid
        lists every problem, Refused when it is another one's name.
        """
        found = self.inspected(text)
        scenario = found.scenario
        if scenario is None:
            raise Invalid(found.errors)
        if scenario.name != name:
            raise Refused(
                "invalid", [f"scenario: the text says {scenario.name}, the path {name[:80]}"]
            )

        def keep(tx: Tx) -> tuple[bool, list[Scenario]]:
            if not locks.share(tx, self.supplier):
                raise Refused("not_found", [f"there is no supplier {self.supplier} any more"])
            self.book(tx).guard_default(scenario)
            is_new = uploads.put(tx, self.supplier, name, scenario.digest, scenario.source)
            together = list(self.book(tx).scenarios.values())
            if wrong := unstartable(together, (name,)):
                raise Invalid(wrong)
            self._guard_others(tx, name)
            return is_new, together

        is_new, together = self.store.run(keep)
        return scenario, is_new, [*found.warnings, *ties(together, about=name)]

    def _guard_others(self, tx: Tx, name: str) -> None:
        """Refused when another scenario mixes or starts the one of this name, and cannot do so with
        what is there.
        """
        book = self.book(tx)
        for other in book.scenarios.values():
            if name in other.mix and name not in book.parts(other):
                raise Refused("conflict", [f"scenario: the mix {other.name} has {name}"])
            if not any(step.start == name for step in starts(other)):
                continue
            for problem in unstartable(book.scenarios.values(), (other.name,)):
                said = f"scenario: {other.name} starts {name}: {problem.message}"
                raise Refused("conflict", [said])

    def remove(self, name: str) -> None:
        """Forget a scenario that was taken in; a file's of its name counts again. Orders that play
        it go on.
        """

        def forget(tx: Tx) -> bool:
            was_there = uploads.remove(tx, self.supplier, name)
            self._guard_others(tx, name)
            return was_there

        if self.store.run(forget):
            return
        if name in self.files.book.scenarios:
            raise Refused(
                "conflict",
                [f"name: {name} comes from a file: only what was uploaded can be deleted"],
            )
        raise Refused("not_found", [f"no scenario {name[:80]}"])


def checked_all(
    texts: Sequence[str], dialect: Dialect, files: Book
) -> tuple[list[Scenario], list[Problem]]:
    """Scenarios of a new supplier from their texts, and what may be wrong with them. They may name
    each other, and those of `files`. Invalid lists what is wrong with any of them.
    """
    names = [f"scenarios[{at}]" for at in range(len(texts))] if len(texts) > 1 else [UPLOADED]
    named = list(zip(names, texts, strict=False))
    bases = Bases((layer_of_texts(named), Loaded(files.scenarios.values())))
    found = [inspect(text, name, dialect, bases) for name, text in named]
    if errors := list(dict.fromkeys(problem for each in found for problem in each.errors)):
        raise Invalid(errors)
    scenarios = [each.scenario for each in found if each.scenario]
    return scenarios, [problem for each in found for problem in each.warnings]
