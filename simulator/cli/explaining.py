"""The command `explain`: a scenario as a story or as a drawing, and which scenario a request would
play. Nothing runs and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator import dialects, engine, rehearsal
from simulator.base import cookbook, instants
from simulator.base.errors import Invalid, Problem, Refused, nearest
from simulator.base.seed import Chance
from simulator.base.working_days import UK
from simulator.cli.files import contract_of
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.language import matching, times
from simulator.language.weights import share
from simulator.model import Incoming, Param, Scenario, Submission
from simulator.rehearsal import Rehearsal, RehearsedEntry
from simulator.rehearsal.asking import incoming_of
from simulator.rehearsal.books import bases_in, folders_beside, open_book
from simulator.rehearsal.drawing import as_mermaid
from simulator.rehearsal.folders import dialect_of_file, shipped_folder
from simulator.rehearsal.sampling import read
from simulator.rehearsal.walks import ToldWay
from simulator.scenario import Book, Choice, parse, read_file, read_folder
from simulator.views import story
from simulator.views.expectations import told


def explain(
    settings: Config,
    name: str,
    dialect: str | None,
    *,
    params: Sequence[str],
    request_file: str | None,
    render: bool,
    form: str,
) -> str:
    """A scenario (by name, or a file of its own) as text. Invalid and Refused say what is wrong
    with the name, the parameters or the request.
    """
    given = dict(_pair(text) for text in params)
    scenario = _find(settings, name, dialect) if name else None
    decided: list[str] = []
    first = None
    if request_file is not None:
        book = _book(settings, scenario, dialect)
        contract = contract_of(settings, book.vocabulary.dialect)
        first = incoming_of(_json(Path(request_file)), contract)
        decision = _Decision(settings, book, _create(contract, first))
        decided = decision.lines()
        if scenario is None or scenario.mix:
            drawn, asked = decision.played(scenario)
            decided += [*drawn.reasons[:1], ""] if scenario and drawn.mix else []
            scenario, given = drawn.scenario, {**asked, **given}
    if scenario is None:
        raise Invalid([Problem(message="name a scenario, a file, or a --request")])
    contract = contract_of(settings, scenario.dialect)
    speaks = (each for each in settings.suppliers if each.dialect == scenario.dialect)
    calendar = next((supplier.calendar for supplier in speaks), UK)
    rehearsed = rehearsal.rehearse(scenario, contract, given, calendar, first=first)
    if form == "mermaid":
        return as_mermaid(rehearsed)
    return "\n".join([*decided, as_text(rehearsed, given, whole=render)])


def _json(path: Path) -> Any:
    try:
        return strict_json.loads(read_file(path))
    except ValueError as error:
        raise Invalid([Problem(message=str(error), file=str(path))]) from None


def _book(settings: Config, scenario: Scenario | None, dialect: str | None) -> Book:
    """The scenarios among which a request chooses: those of the first supplier of the contract,
    with the one that is asked about.
    """
    wanted = scenario.dialect if scenario else dialect or settings.suppliers[0].dialect
    found = next((one for one in settings.suppliers if one.dialect == wanted), None)
    book = (
        open_book(found)
        if found
        else read_folder(shipped_folder(wanted), dialects.get(wanted).vocabulary)
    )
    mine = {scenario.name: scenario} if scenario else {}
    return replace(book, scenarios={**book.scenarios, **mine})


def _create(contract: Dialect, first: Incoming) -> Submission:
    """The new order that a request asks for. Refused where it asks for something else, or the
    contract refuses it.
    """
    submission = read(contract, first)
    if not isinstance(submission, Submission) or submission.action != "create":
        said = f"{first.method} {first.path} is about an order that exists"
        how = "ask a running simulator: POST /__admin/scenarios/explain"
        raise Refused("invalid", [f"{said}: {how}"])
    return submission


class _Decision:
    """What a new order would play."""

    def __init__(self, settings: Config, book: Book, submission: Submission) -> None:
        self.settings = settings
        self.book = book
        self.submission = submission
        self.facts = engine.facts_of(submission, None, (), {}, rehearsal.START)
        self.choice = book.choose(self.facts)

    def lines(self) -> list[str]:
        """The decision, for people."""
        drawn = self._drawn(self.choice)
        name = drawn.scenario.name
        others = self.book.others("create", name, self.facts, drawn.mix)
        first = f"plays {name}: {drawn.reasons[0]}"
        return [first, *(f"not {other}: {why}" for other, why in others.items()), ""]

    def played(self, asked_for: Scenario | None) -> tuple[Choice, Mapping[str, Any]]:
        """What plays, or what a mix draws which was `asked_for`, with what the query of X-Scenario
        gives to it.
        """
        choice = self.choice
        if asked_for and asked_for.name != choice.scenario.name:
            choice = Choice(scenario=asked_for, params={}, reasons=("asked for by name",))
        asked = choice.params if choice.scenario.mix else {}
        drawn = self._drawn(choice)
        known = drawn.scenario.params
        return drawn, {name: value for name, value in asked.items() if name in known}

    def _drawn(self, choice: Choice) -> Choice:
        """Of a mix what the first such order would play in a run with the seed of the settings.
        Where they have none, it is that of a store, which is not opened here.
        """
        from simulator.supplier.new_orders import seed_key  # it brings the store along

        dialect, suppliers = self.book.vocabulary.dialect, self.settings.suppliers
        for supplier in suppliers:
            seed = self.settings.seed_of(supplier)
            if supplier.dialect == dialect and seed is not None:
                chance, key = Chance(seed, (supplier.name,)), seed_key(self.submission)
                return self.book.draw(choice, self.facts, chance, key)
        return choice


def as_text(rehearsed: Rehearsal, given: Mapping[str, Any], *, whole: bool = False) -> str:
    """A rehearsed scenario for people; the shipped ones' texts are golden files of the tests."""
    scenario = rehearsed.scenario
    lines = [f"{scenario.name} ({scenario.dialect})", *([scenario.about] if scenario.about else [])]
    lines += [
        f"with {_param(param, given.get(param.name, param.default))}"
        for param in scenario.params.values()
    ]
    lines.append(_when(scenario))
    lines += told(rehearsed.expects)
    lines += _about_times(scenario)
    if not rehearsed.natural and not scenario.mix:
        lines.append("(no sample request fits this `when`: this is the story of the plainest one)")
    if scenario.mix:
        lines += ["", *_mixed(scenario)]
    elif scenario.answers == "create":
        lines += ["", story.as_text(rehearsed.lines, rehearsal.START, whole=whole)]
        lines += _ways(rehearsed.ways, whole=whole)
        lines += (
            ["", "once it has ended:", *(f"  {answer}" for answer in rehearsed.after)]
            if rehearsed.after
            else []
        )
    for entry in rehearsed.entries:
        lines += [
            "",
            _entry_head(entry),
            *([story.as_text(entry.lines, rehearsal.START, whole=whole)] if entry.lines else []),
            *_ways(entry.ways, whole=whole),
        ]
    said = [
        f"\n{'WRONG' if flaw.certain else 'IN DOUBT'}: line {scenario.where(flaw.path)[0]}: "
        + flaw.message
        for flaw in rehearsed.flaws
    ]
    return "\n".join([*lines, *said])


def _mixed(scenario: Scenario) -> Iterator[str]:
    """The scenarios of a mix, each with its share, and what decides."""
    what = f"by {scenario.by}" if scenario.by else "by the order's chance"
    yield f"plays one of these, {what}:"
    yield from (f"  {name}: {share(scenario.mix, name)}" for name in scenario.mix)


def _ways(ways: Sequence[ToldWay], *, whole: bool) -> Iterator[str]:
    """How the story goes on other ways than those above."""
    for way in ways:
        yield f"\n{way.name}:"
        yield story.as_text(way.lines, rehearsal.START, whole=whole) or "  nothing more"


def _about_times(scenario: Scenario) -> Iterator[str]:
    """What to know of times that differ from order to order."""
    steps = list(scenario.steps)
    known = [time for step in steps for time in (step.after, step.at) if time is not None]
    if any(isinstance(time, Mapping) for time in known):
        yield "(drawn times differ from order to order: these are one order's)"
    if any(step.hours for step in steps) or any(map(times.hangs_on_the_calendar, known)):
        placed = instants.format_instant(rehearsal.START)
        yield f"(the order of this story is placed on Monday, {placed})"


def _when(scenario: Scenario) -> str:
    """Which requests play it."""
    if scenario.begins == "supplier":
        return "begun by the supplier: POST /__admin/start, or a step `start`"
    if scenario.when:
        return f"played when {matching.in_words(scenario.when)}"
    if scenario.answers != "create":
        return f"answers one {scenario.answers}: the one that asks for it by X-Scenario, or a pin's"
    return "played when asked for by X-Scenario or a pin, or as the default"


def _entry_head(entry: RehearsedEntry) -> str:
    conditions = matching.in_words(entry.entry.when)
    often = entry.entry.times
    times = f", at most {'once' if often == 1 else f'{often} times'}" if often else ""
    head = f"{entry.action} {entry.index + 1}{f', when {conditions}' if conditions else ''}{times}"
    if not entry.lines:
        return f"{head}: it never comes to this in the story above"
    return f"{head}; here {instants.format_duration(entry.asked[0].after)} after the order:"


def _param(param: Param, value: Any) -> str:
    header = f", header {param.header}" if param.header else ""
    shown = "" if value is None else f" = {value}"
    return f"{param.name}{shown} ({param.kind}{header})"


def _find(settings: Config, name: str, dialect: str | None) -> Scenario:
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        contract, problems = dialect_of_file(path, read_file(path), dialect, settings.suppliers)
        if problems:
            raise Invalid(problems)
        return _parsed(settings, path, contract)
    known: dict[str, Scenario] = {}
    for supplier in settings.suppliers:
        if dialect in (None, supplier.dialect):
            known |= open_book(supplier).scenarios
    if not known and dialect:
        known = read_folder(shipped_folder(dialect), dialects.get(dialect).vocabulary).scenarios
    if name not in known:
        known |= _case(settings, name, dialect)
    if name not in known:
        raise Invalid([Problem(message=f"no scenario `{name}`", hint=nearest(name, known))])
    return known[name]


def _case(settings: Config, name: str, dialect: str | None) -> dict[str, Scenario]:
    """A case of the cookbook, by its name: `explain` finds it though no supplier plays it."""
    contracts = [dialect] if dialect else dialects.names()
    found = ((cookbook.file_of(name, each), each) for each in contracts)
    cases = [_parsed(settings, path, each) for path, each in found if path]
    return {case.name: case for case in cases}


def _parsed(settings: Config, path: Path, dialect: str) -> Scenario:
    """The scenario of a file, with what it takes from those that it may name."""
    bases = bases_in(folders_beside(path, dialect, settings.suppliers))
    return parse(read_file(path), str(path), dialects.get(dialect).vocabulary, bases)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Invalid([Problem(message=f"--param {text}: write NAME=VALUE")])
    return name, value
