"""Playing a scenario without a store, a clock or a gateway: what `explain` prints, what `check`
proves, what the demo expects.

It is the real dialect and the real engine on sample requests; only the outbox is a list here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import engine
from simulator.base import instants
from simulator.base.errors import Illegal, Problem, Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.language import matching
from simulator.model import Entry, EntryName, Order, Scenario
from simulator.rehearsal.playing import START, Fault, Playing, attempts_of, read_sample
from simulator.scenario import params_of
from simulator.views.story import Line

__all__ = [
    "START",
    "Asked",
    "Fault",
    "Rehearsal",
    "RehearsedEntry",
    "attempts_of",
    "faults",
    "read_sample",
    "rehearse",
]

PAUSE = instants.DAY
"""How long after a request that pauses the story the one comes that lets it go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A later request in a rehearsal: the sample of an `operation`, `after` microseconds from the
    order.
    """

    operation: str
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsedEntry:
    """How one entry plays: the last request of `asked` is the one it answers; `natural` when the
    sample request fits its `when`.
    """

    action: str
    index: int
    entry: Entry
    asked: tuple[Asked, ...] = ()
    natural: bool = False
    lines: tuple[Line, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """A whole scenario: its own story on the sample `operation`, and one rehearsal for each entry.

    A scenario `for` one later request is told against a plain story: then `lines` are that one's.
    `after` is what the contract answers once the order has ended.
    """

    scenario: Scenario
    operation: str
    natural: bool
    lines: tuple[Line, ...]
    length: int
    entries: tuple[RehearsedEntry, ...] = ()
    fault: Fault | None = None
    after: tuple[str, ...] = ()
    order: Order | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Each fault once: a fault of the story shows in the entries' rehearsals too."""
        found = (self.fault, *(entry.fault for entry in self.entries))
        return tuple(dict.fromkeys(fault for fault in found if fault))


def rehearse(
    scenario: Scenario, dialect: Dialect, params: Mapping[str, Any] | None = None
) -> Rehearsal:
    """Rehearse a scenario with given parameters. Refused when a parameter is wrong; a scenario's
    own faults are in the rehearsal.
    """
    values = params_of(scenario, {}, given=params or {})
    played = _against_a_plain_story(scenario, dialect) if scenario.answers != "create" else scenario
    operation, natural = _operation(played, dialect, values)
    playing = Playing(played, dialect, values, operation)
    fault = playing.play_out()
    moments = sorted({line.at for line in playing.lines} | {START})
    part = _Part(played, dialect, values, operation)
    entries = [
        part.tell(action, index, moments)
        for action, listed in played.entries.items()
        for index in range(len(listed))
    ]
    if scenario.answers != "create":
        entries = [_doubted(entry) for entry in entries]
    told, length = tuple(playing.lines), playing.now - START
    return Rehearsal(
        scenario=scenario,
        operation=operation,
        natural=natural,
        lines=told,
        length=length,
        entries=tuple(entries),
        fault=fault,
        order=playing.order,
        after=playing.afterwards(),
    )


def _against_a_plain_story(scenario: Scenario, dialect: Dialect) -> Scenario:
    """An order that goes well, whose requests of one kind this scenario answers."""
    (entry,) = scenario.entries[scenario.answers]
    entries = {scenario.answers: (replace(entry, when=scenario.when),)}
    return Scenario(
        name=dialect.vocabulary.default_scenario,
        dialect=scenario.dialect,
        timeline=dialect.plain,
        entries=entries,
        file=scenario.file,
    )


def _doubted(entry: RehearsedEntry) -> RehearsedEntry:
    """What is wrong with an answer in a plain story may be right in the orders that its `when`
    means, where it never came to that.
    """
    return (
        entry
        if entry.natural or entry.fault is None
        else replace(entry, fault=replace(entry.fault, certain=False))
    )


def faults(scenario: Scenario, dialect: Dialect, *, certain: bool = True) -> list[Problem]:
    """What of a scenario the contract forbids, each at its step; with `certain=False`, what may not
    be rendered for some orders.
    """
    found = [fault for fault in rehearse(scenario, dialect).faults if fault.certain is certain]
    code, hint = "template", "| default(...)"
    if certain:
        code, hint = "illegal", "a step that breaks the contract on purpose says `illegal: true`"
    elif scenario.answers != "create":
        code, hint = (
            "plain_story",
            "so in an order that goes well; those that its `when` means may differ",
        )
    return [
        Problem(
            message=fault.message,
            file=scenario.file,
            line=fault.where[0] or 1,
            column=fault.where[1] or 1,
            code=code,
            hint=hint,
        )
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

    def tell(self, action: str, index: int, moments: Sequence[int]) -> RehearsedEntry:
        """Ask at each moment of the story until the entry plays to its end; whatever its `when`,
        where it never comes to it by itself.
        """
        entry = self.scenario.entries[action][index]
        forced = replace(
            self.scenario, entries={**self.scenario.entries, action: (replace(entry, when=()),)}
        )
        last = RehearsedEntry(action=action, index=index, entry=entry)
        for natural in (True, False):
            for operation in self.dialect.sample_operations(action):
                for moment in moments:
                    playing = Playing(
                        self.scenario if natural else forced,
                        self.dialect,
                        self.params,
                        self.operation,
                    )
                    last = self._try(playing, last, operation, moment, natural)
                    if last.lines and last.fault is None:
                        return last
            if last.lines or last.fault:
                return last  # it comes to this by itself, and goes wrong
        return last

    def _try(
        self, playing: Playing, last: RehearsedEntry, operation: str, moment: int, natural: bool
    ) -> RehearsedEntry:
        """Ask at one moment; `last` again where another entry, or the contract, answers."""
        playing.play_out(until=moment)
        before = len(playing.lines)
        opening = next(
            (first for first, then in self.dialect.pauses.items() if then == last.action), ""
        )
        asked = (
            [Asked(operation=self.dialect.sample_operations(opening)[0], after=playing.now - START)]
            if opening
            else []
        )
        try:
            if opening:
                playing.submit(opening, asked[0].operation)
                playing.play_out(until=playing.now + PAUSE)
            asked.append(Asked(operation=operation, after=playing.now - START))
            name = playing.submit(last.action, operation)
        except Refused:
            return last
        except (Illegal, RenderFailed) as error:
            return replace(
                last, fault=Fault(str(error), last.entry.where, isinstance(error, Illegal))
            )
        if natural and name != EntryName(last.action, last.index):
            return last
        fault = playing.play_out()
        return replace(
            last,
            asked=tuple(asked),
            natural=natural,
            lines=tuple(playing.lines[before:]),
            fault=fault,
        )
