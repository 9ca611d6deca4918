"""Playing a scenario without a store, a clock or a gateway: what `explain` prints, what `check` proves, what the demo expects.

It is the real dialect and the real engine on sample requests; only the outbox is a list here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import engine, instants, matching
from simulator.dialects import Dialect
from simulator.errors import Illegal, Problem, Refused, RenderFailed
from simulator.model import Entry, Order, Scenario
from simulator.rehearsal.stage import START, Fault, Stage, attempts_of, read_sample
from simulator.scenario import params_of
from simulator.story import Line

__all__ = ["START", "Asked", "EntryTale", "Fault", "Tale", "attempts_of", "faults", "read_sample", "tell"]

PAUSE = instants.DAY
"""How long after a request that pauses the story the one comes that lets it go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A later request in a tale: the sample of an `operation`, `after` microseconds from the order."""

    operation: str
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryTale:
    """How one entry plays: the last request of `asked` is the one it answers; `natural` when the sample request fits its `when`."""

    action: str
    index: int
    entry: Entry
    asked: tuple[Asked, ...] = ()
    natural: bool = False
    lines: tuple[Line, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tale:
    """A whole scenario: its own story on the sample `operation`, and one tale for each entry.

    A scenario `for` one later request is told against a plain story: then `lines` are that one's. `after` is what the contract answers
    once the order has ended.
    """

    scenario: Scenario
    operation: str
    natural: bool
    lines: tuple[Line, ...]
    length: int
    entries: tuple[EntryTale, ...] = ()
    fault: Fault | None = None
    after: tuple[str, ...] = ()
    order: Order | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Each fault once: a fault of the story shows in the entries' tales too."""
        found = (self.fault, *(entry.fault for entry in self.entries))
        return tuple(dict.fromkeys(fault for fault in found if fault))


def tell(scenario: Scenario, dialect: Dialect, params: Mapping[str, Any] | None = None) -> Tale:
    """Rehearse a scenario with given parameters. Refused when a parameter is wrong; a scenario's own faults are in the tale."""
    values = params_of(scenario, {}, given=params or {})
    played = _against_a_plain_story(scenario, dialect) if scenario.answers != "create" else scenario
    operation, natural = _operation(played, dialect, values)
    stage = Stage(played, dialect, values, operation)
    fault = stage.play_out()
    moments = sorted({line.at for line in stage.lines} | {START})
    part = _Part(played, dialect, values, operation)
    entries = [part.tell(action, index, moments) for action, listed in played.entries.items() for index in range(len(listed))]
    if scenario.answers != "create":
        entries = [_doubted(entry) for entry in entries]
    told, length = tuple(stage.lines), stage.now - START
    return Tale(
        scenario=scenario, operation=operation, natural=natural, lines=told, length=length, entries=tuple(entries), fault=fault,
        order=stage.order, after=stage.afterwards(),
    )  # fmt: skip


def _against_a_plain_story(scenario: Scenario, dialect: Dialect) -> Scenario:
    """An order that goes well, whose requests of one kind this scenario answers."""
    (entry,) = scenario.entries[scenario.answers]
    entries = {scenario.answers: (replace(entry, when=scenario.when),)}
    return Scenario(
        name=dialect.vocabulary.default_scenario, dialect=scenario.dialect, timeline=dialect.plain, entries=entries, file=scenario.file
    )


def _doubted(entry: EntryTale) -> EntryTale:
    """What is wrong with an answer in a plain story may be right in the orders that its `when` means, where it never came to that."""
    return entry if entry.natural or entry.fault is None else replace(entry, fault=replace(entry.fault, certain=False))


def faults(scenario: Scenario, dialect: Dialect, *, certain: bool = True) -> list[Problem]:
    """What of a scenario the contract forbids, each at its step; with `certain=False`, what may not be rendered for some orders."""
    found = [fault for fault in tell(scenario, dialect).faults if fault.certain is certain]
    code, hint = "template", "| default(...)"
    if certain:
        code, hint = "illegal", "a step that breaks the contract on purpose says `illegal: true`"
    elif scenario.answers != "create":
        code, hint = "plain_story", "so in an order that goes well; those that its `when` means may differ"
    return [
        Problem(message=fault.message, file=scenario.file, line=fault.where[0] or 1, column=fault.where[1] or 1, code=code, hint=hint)
        for fault in found
    ]


def _operation(scenario: Scenario, dialect: Dialect, params: Mapping[str, Any]) -> tuple[str, bool]:
    """The first sample request that the scenario's `when` would take, else the plainest one."""
    if scenario.begins == "supplier":
        return dialect.vocabulary.begins[0], True
    operations = dialect.sample_operations("create")
    for operation in operations:
        submission = read_sample(dialect, dialect.sample(operation, None, 1))
        facts = engine.facts_of(submission, None, (), params, START)
        if not matching.first_difference(scenario.when, facts):
            return operation, True
    return operations[0], False


@dataclass(frozen=True, slots=True)
class _Part:
    """The later requests of one scenario."""

    scenario: Scenario
    dialect: Dialect
    params: Mapping[str, Any]
    operation: str

    def tell(self, action: str, index: int, moments: Sequence[int]) -> EntryTale:
        """Ask at each moment of the story until the entry plays to its end; whatever its `when`, where it never comes to it by itself."""
        entry = self.scenario.entries[action][index]
        forced = replace(self.scenario, entries={**self.scenario.entries, action: (replace(entry, when=()),)})
        last = EntryTale(action=action, index=index, entry=entry)
        for natural in (True, False):
            for operation in self.dialect.sample_operations(action):
                for moment in moments:
                    stage = Stage(self.scenario if natural else forced, self.dialect, self.params, self.operation)
                    last = self._try(stage, last, operation, moment, natural)
                    if last.lines and last.fault is None:
                        return last
            if last.lines or last.fault:
                return last  # it comes to this by itself, and goes wrong
        return last

    def _try(self, stage: Stage, last: EntryTale, operation: str, moment: int, natural: bool) -> EntryTale:
        """Ask at one moment; `last` again where another entry, or the contract, answers."""
        stage.play_out(until=moment)
        before = len(stage.lines)
        opening = next((first for first, then in self.dialect.pauses.items() if then == last.action), "")
        asked = [Asked(operation=self.dialect.sample_operations(opening)[0], after=stage.now - START)] if opening else []
        try:
            if opening:
                stage.submit(opening, asked[0].operation)
                stage.play_out(until=stage.now + PAUSE)
            asked.append(Asked(operation=operation, after=stage.now - START))
            label = stage.submit(last.action, operation)
        except Refused:
            return last
        except (Illegal, RenderFailed) as error:
            return replace(last, fault=Fault(str(error), last.entry.where, isinstance(error, Illegal)))
        if natural and label != f"{last.action}[{last.index}]":
            return last
        fault = stage.play_out()
        return replace(last, asked=tuple(asked), natural=natural, lines=tuple(stage.lines[before:]), fault=fault)
