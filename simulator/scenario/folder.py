"""The scenarios of a folder together: their files, their names, and which fit one request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from simulator.base.errors import Invalid, Problem, nearest
from simulator.formats import files, strict_yaml
from simulator.language import conflicts, matching
from simulator.model import Scenario, Vocabulary
from simulator.scenario.bases import Bases, layer_of_texts
from simulator.scenario.book import Book, is_playable
from simulator.scenario.reading import parse


def scenario_files(folder: Path, *, deep: bool = False, may_be_empty: bool = False) -> list[Path]:
    """The `*.yaml` of a folder, in the order of their names; `deep`: of its folders too. Invalid
    when there are none, unless it `may_be_empty`.
    """
    look = folder.rglob if deep else folder.glob
    found = sorted(path for pattern in ("*.yaml", "*.yml") for path in look(pattern))
    if not found and not may_be_empty:
        raise Invalid([no_files(folder)])
    return found


def no_files(folder: Path) -> Problem:
    """What is said of a folder without scenarios."""
    said = "no scenario file (*.yaml) in this folder"
    return Problem(message=said, file=str(folder), code="empty")


def read_file(path: Path) -> bytes:
    """A scenario file's text. Invalid when it is no regular file or cannot be read."""
    return files.load(path, strict_yaml.LARGEST)


def read_folder(
    folder: Path, vocabulary: Vocabulary, default: str | None = None, *, kept: bool = False
) -> Book:
    """Read every `*.yaml` of a folder, in file order; `kept` as in `parse`. Invalid lists the
    problems of all files at once.
    """
    sources = [(str(path), path) for path in scenario_files(folder)]
    return make_book(sources, vocabulary, default, str(folder), kept=kept)


def make_book(
    sources: Iterable[tuple[str, str | bytes | Path]],
    vocabulary: Vocabulary,
    default: str | None = None,
    folder: str = "",
    *,
    kept: bool = False,
) -> Book:
    """Build a book from texts, or files that hold them, each with the name that problems give it.
    Invalid lists the problems of all of them.
    """
    texts: list[tuple[str, str | bytes]] = []
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for file, source in sources:
        try:
            texts.append((file, read_file(source) if isinstance(source, Path) else source))
        except Invalid as error:
            problems += error.problems
    bases = Bases((layer_of_texts(texts),))
    for file, text in texts:
        try:
            scenarios.append(parse(text, file, vocabulary, bases, kept=kept))
        except Invalid as error:
            problems += error.problems
    return book_of(scenarios, problems, vocabulary, default, folder)


def book_of(
    scenarios: Sequence[Scenario],
    problems: Sequence[Problem],
    vocabulary: Vocabulary,
    default: str | None = None,
    folder: str = "",
) -> Book:
    """Build a book from scenarios in file order. Invalid lists the `problems` that are known
    already, and those of the scenarios together.
    """
    known: dict[str, Scenario] = {}
    for scenario in scenarios:
        known.setdefault(scenario.name, scenario)
    playable = [name for name, scenario in known.items() if is_playable(scenario)]
    found = [*dict.fromkeys(problems), *twice(scenarios)]
    if not found:
        found += _about_default(default, playable, folder)
    if found:
        raise Invalid(found)
    fallback = vocabulary.default_scenario
    if fallback not in playable:
        fallback = playable[0]
    return Book(vocabulary=vocabulary, scenarios=known, default=default or fallback)


def _about_default(default: str | None, playable: Sequence[str], folder: str) -> list[Problem]:
    if default and default not in playable:
        said = f"the default scenario `{default}` is not here"
        hint = nearest(default, playable)
        return [Problem(message=said, file=folder, hint=hint, code="default")]
    if not playable:
        said = "no scenario here is for a new order of the gateway"
        return [Problem(message=said, file=folder, code="default")]
    return []


def twice(scenarios: Iterable[Scenario]) -> list[Problem]:
    """Scenarios of one dialect that have the name of an earlier one."""
    first: dict[tuple[str, str], Scenario] = {}
    found = []
    for scenario in scenarios:
        known = first.setdefault((scenario.dialect, scenario.name), scenario)
        if known is not scenario:
            said = f"the scenario {scenario.name} is in {known.file} already"
            found.append(_at(scenario, "scenario", said, "choose another name", "twice"))
    return found


def not_hidden(own: Iterable[Scenario], shipped: Iterable[Scenario]) -> list[Scenario]:
    """The shipped scenarios whose names no scenario of one's own has."""
    names = {(scenario.dialect, scenario.name) for scenario in own}
    return [scenario for scenario in shipped if (scenario.dialect, scenario.name) not in names]


def hiding(own: Iterable[Scenario], shipped: Iterable[Scenario]) -> list[Problem]:
    """A warning for each scenario of one's own that plays in place of a shipped one."""
    digests = {scenario.name: scenario.digest for scenario in shipped}
    said = "plays in place of the shipped scenario of this name"
    return [
        _at(scenario, "scenario", f"{scenario.name} {said}", "", "hides")
        for scenario in own
        if digests.get(scenario.name, scenario.digest) != scenario.digest
    ]


def together(own: Sequence[Scenario], shipped: Sequence[Scenario]) -> list[Problem]:
    """The ties of a supplier's files. There is none between one's own and a shipped scenario: one's
    own plays.
    """
    return [*ties(own), *ties(shipped)]


def ties(scenarios: Sequence[Scenario], about: str = "") -> list[Problem]:
    """Scenarios whose `when` may fit one request equally well: then the first one plays, which is
    worth a warning. Where both are the same, the later one never plays by it. `about`: only those
    with the scenario of this name.
    """
    found = []
    chosen = [scenario for scenario in scenarios if scenario.when and scenario.begins == "gateway"]
    for place, later in enumerate(chosen):
        for first in chosen[:place]:
            if _are_alike(first, later) and about in ("", first.name, later.name):
                if later.name == about or not about:
                    shown, other, plays = later, first, "that one"
                else:
                    shown, other, plays = first, later, "this one"
                said = f"a request may fit {other.name} ({other.file}) just as well"
                hint = f"then {plays} plays: add a condition to one of them"
                if _are_the_same(first, later):
                    said += f", and always does: {later.name} never plays by it"
                found.append(_at(shown, "when", f"when: {said}", hint, "tie"))
    return found


def _at(scenario: Scenario, key: str, said: str, hint: str, code: str) -> Problem:
    line, column, file = scenario.where((key,))
    return Problem(message=said, file=file, line=line, column=column, hint=hint, code=code)


def _are_the_same(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios ask for the same, in any order."""
    rest = list(other.when)
    for condition in one.when:
        if condition not in rest:
            return False
        rest.remove(condition)
    # a template may mean another value in each of them
    return not rest and "{{" not in matching.in_words(one.when)


def _are_alike(one: Scenario, other: Scenario) -> bool:
    same = (one.dialect, one.answers, matching.count(one.when)) == (
        other.dialect,
        other.answers,
        matching.count(other.when),
    )
    return same and not any(
        conflicts.exclude_each_other(mine, theirs) for mine in one.when for theirs in other.when
    )
