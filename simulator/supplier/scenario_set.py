"""The scenarios of one supplier as they are now: those of its files, and over them those that came
over the admin API.
"""

from __future__ import annotations

from dataclasses import replace

from simulator import rehearsal
from simulator.base.errors import Invalid, Problem, Refused
from simulator.dialects import Dialect
from simulator.model import Scenario
from simulator.scenario import Book, parse
from simulator.store import Store, Tx, locks, orders, uploads

UPLOADED = "(uploaded)"


class ScenarioSet:
    """The book changes while the simulator runs: ask for it in the transaction that uses it.

    `default` is the scenario that the supplier's settings want for orders that nothing else picks,
    where there is one of that name.
    """

    def __init__(
        self, supplier: str, files: Book, dialect: Dialect, store: Store, default: str | None
    ) -> None:
        self.supplier = supplier
        self.files = files
        self.dialect = dialect
        self.store = store
        self.default = default
        self.known: tuple[tuple[tuple[str, str], ...], Book] = ((), self._book({}))

    def book(self, tx: Tx) -> Book:
        """The scenarios as this transaction sees them."""
        found = uploads.every(tx, self.supplier)
        if found != self.known[0]:
            added = {
                name: self.files.edition(
                    digest, lambda wanted: uploads.source(tx, self.supplier, wanted)
                )
                for name, digest in found
            }
            self.known = (found, self._book(added))
        return self.known[1]

    def _book(self, added: dict[str, Scenario]) -> Book:
        scenarios = {**self.files.scenarios, **added}
        return replace(
            self.files,
            scenarios=scenarios,
            default=self.default if self.default in scenarios else self.files.default,
        )

    def edition(self, tx: Tx, digest: str) -> Scenario:
        """The edition that an order plays, whatever became of its file."""
        return self.files.edition(digest, lambda wanted: orders.edition_source(tx, wanted))

    def put(self, text: bytes, name: str) -> tuple[Scenario, bool]:
        """Take a scenario in; whether it is a new name. Invalid lists every problem, Refused when
        it is another one's name.
        """
        scenario = checked(text, self.dialect)
        if scenario.name != name:
            raise Refused(
                "invalid", [f"scenario: the text says {scenario.name}, the path {name[:80]}"]
            )

        def keep(tx: Tx) -> bool:
            if not locks.share(tx, self.supplier):
                raise Refused("not_found", [f"there is no supplier {self.supplier} any more"])
            self.book(tx).guard_default(scenario)
            return uploads.put(tx, self.supplier, name, scenario.digest, scenario.source)

        return scenario, self.store.run(keep)

    def remove(self, name: str) -> None:
        """Forget a scenario that was taken in; a file's of its name counts again. Orders that play
        it go on.
        """
        if self.store.run(lambda tx: uploads.remove(tx, self.supplier, name)):
            return
        if name in self.files.scenarios:
            raise Refused(
                "conflict",
                [f"name: {name} comes from a file: only what was uploaded can be deleted"],
            )
        raise Refused("not_found", [f"no scenario {name[:80]}"])


def checked(text: bytes | str, dialect: Dialect) -> Scenario:
    """A scenario of a dialect from its text, rehearsed. Invalid lists what is wrong, with line and
    column.
    """
    scenario = parse(text, UPLOADED, dialect.vocabulary)
    if problems := rehearsal.faults(scenario, dialect):
        raise Invalid(problems)
    return scenario


def problems_of(text: bytes, dialect: Dialect) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a scenario's text, and what only may be."""
    try:
        scenario = checked(text, dialect)
    except Invalid as error:
        return list(error.problems), []
    return [], rehearsal.faults(scenario, dialect, certain=False)
