"""Playing a scenario without a store, a clock or a gateway: what `explain` prints, what `check`
proves, what the demo expects.

It uses the real dialect and the real engine on sample requests. Only the outbox is a list here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Problem, Refused, RenderFailed
from simulator.base.seed import Chance
from simulator.base.working_days import UK, Calendar
from simulator.dialects import Dialect
from simulator.model import (
    Entry,
    EntryName,
    Expectation,
    Incoming,
    Order,
    Path,
    Scenario,
    every_step,
)
from simulator.rehearsal.afterwards import afterwards
from simulator.rehearsal.fitting import first_of
from simulator.rehearsal.flaws import (
    PLAIN_STORY,
    UNANSWERED,
    Flaw,
    flaw_of,
    in_reply,
)
from simulator.rehearsal.parting import Picks
from simulator.rehearsal.playing import START, Playing
from simulator.rehearsal.replies import attempts_of
from simulator.rehearsal.sampling import read_sample
from simulator.rehearsal.walks import ToldWay, Walk, forced, merged, told_ways, walks_of
from simulator.scenario import expected, params_of
from simulator.scenario.headers import SCENARIO_HEADER
from simulator.views.story import Line

__all__ = [
    "START",
    "Asked",
    "Flaw",
    "Rehearsal",
    "RehearsedEntry",
    "attempts_of",
    "flaws",
    "read_sample",
    "rehearse",
]

PAUSE = instants.DAY
"""How long after a request that pauses an order the one follows that lets it go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A later request in a rehearsal: the sample of an `operation`, `after` microseconds from the
    order.
    """

    operation: str
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsedEntry:
    """How one entry plays. The last request of `asked` is the one that it answers; `natural` when
    the sample request fits its `when`.
    """

    action: str
    index: int
    entry: Entry
    asked: tuple[Asked, ...] = ()
    natural: bool = False
    lines: tuple[Line, ...] = ()
    found: tuple[Flaw, ...] = ()
    ways: tuple[ToldWay, ...] = ()
    happened: frozenset[Path] = frozenset()

    def walk(self, picks: Picks) -> Walk:
        """This, as one walk among others."""
        return Walk(picks=picks, lines=self.lines, flaws=self.found, happened=self.happened)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """A whole scenario: its own timeline on the sample `operation`, and one rehearsal for each
    entry.

    A scenario `for` one later request is rehearsed with an order that goes well: then `lines` are
    that order's. `ways` are those that the sample order does not go. A mix has no story: each of
    its scenarios is rehearsed by itself. `after` is what the contract answers once the order has
    ended.
    """

    scenario: Scenario
    operation: str
    natural: bool
    lines: tuple[Line, ...]
    length: int
    entries: tuple[RehearsedEntry, ...] = ()
    found: tuple[Flaw, ...] = ()
    after: tuple[str, ...] = ()
    ways: tuple[ToldWay, ...] = ()
    order: Order | None = None
    expects: tuple[Expectation, ...] = ()

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """Each flaw once, those of the order's own timeline first."""
        found = [*self.found, *(flaw for entry in self.entries for flaw in entry.found)]
        return tuple(dict.fromkeys(found))


def rehearse(
    scenario: Scenario,
    dialect: Dialect,
    params: Mapping[str, Any] | None = None,
    calendar: Calendar = UK,
    chance: Chance | None = None,
    *,
    first: Incoming | None = None,
) -> Rehearsal:
    """Rehearse a scenario with given parameters, in a supplier's calendar (that of the UK), by an
    order's chance (one of its own), on a sample order or on the one that the request `first` makes.
    Refused when a parameter or that request is wrong; the scenario's own flaws are in the
    rehearsal.
    """
    values = _values(scenario, params or {}, first)
    played = _with_a_plain_order(scenario, dialect) if scenario.answers != "create" else scenario
    found = first_of(played, dialect, values, first)
    operation, natural = found.operation, found.natural
    if scenario.mix:
        return Rehearsal(
            scenario=scenario, operation=operation, natural=natural, lines=(), length=0
        )
    chance = chance or Chance("rehearsal", (played.name,), True)

    def begin(scenario: Scenario, picks: Picks) -> Playing:
        scenario = forced(scenario, picks)
        return Playing(
            scenario, dialect, values, operation, calendar, chance, found.incoming, picks
        )

    playing = begin(played, {})
    begun = playing.order
    playing.play_out()
    moments = sorted({line.at for line in playing.lines} | {START})
    plain = _walk(playing, {})
    picked = walks_of(played.timeline, played.when, begun)
    walks = [_walked(begin(played, picks), picks) for picks in picked]
    own = merged(plain, walks, played)
    part = _Part(played, dialect, begin, frozenset([*own, *playing.flaws]))
    entries = [
        part.rehearse(action, index, moments)
        for action, listed in played.entries.items()
        for index in range(len(listed))
    ]
    if scenario.answers != "create":
        entries = [_doubted(entry) for entry in entries]
    shown, length = tuple(playing.lines[: playing.shown]), playing.now - START
    return Rehearsal(
        scenario=scenario,
        operation=operation,
        natural=natural,
        lines=shown,
        length=length,
        entries=tuple(entries),
        found=own,
        order=playing.order,
        after=afterwards(playing) if not own else (),
        ways=told_ways(plain, walks, played.timeline, played),
        expects=expected(scenario, values),
    )


def _walked(playing: Playing, picks: Picks) -> Walk:
    """A story that goes the picked ways."""
    playing.play_out()
    return _walk(playing, picks)


def _walk(playing: Playing, picks: Picks) -> Walk:
    return Walk(
        picks=picks,
        lines=tuple(playing.lines),
        flaws=tuple(playing.flaws),
        happened=frozenset(playing.happened),
    )


def _values(
    scenario: Scenario, given: Mapping[str, Any], first: Incoming | None
) -> Mapping[str, Any]:
    """The parameters as the request and the caller set them."""
    headers = first.headers if first else {}
    name, _, query = headers.get(SCENARIO_HEADER, "").strip().partition("?")
    return params_of(scenario, headers, query if name == scenario.name else "", given)


def _with_a_plain_order(scenario: Scenario, dialect: Dialect) -> Scenario:
    """An order that goes well; this scenario answers its requests of one kind."""
    (entry,) = scenario.entries[scenario.answers]
    entries = {scenario.answers: (replace(entry, when=scenario.when),)}
    return Scenario(
        name=dialect.vocabulary.default_scenario,
        dialect=scenario.dialect,
        timeline=dialect.plain,
        entries=entries,
        file=scenario.file,
        places=scenario.places,
    )


def _doubted(entry: RehearsedEntry) -> RehearsedEntry:
    """The entry with its flaws as doubts: what is wrong in an order that goes well may be right in
    the orders that the `when` means.
    """
    found = [flaw for flaw in entry.found if flaw.code != UNANSWERED]
    if not entry.natural:
        doubted = [replace(flaw, code=PLAIN_STORY) for flaw in found if flaw.certain]
        found = [*doubted, *(flaw for flaw in found if not flaw.certain)]
    return replace(entry, found=tuple(found))


def flaws(scenario: Scenario, dialect: Dialect, *, certain: bool = True) -> list[Problem]:
    """What of a scenario the contract forbids, each at its place. With `certain=False`: what may be
    wrong for some orders, or is rarely meant.
    """
    found = rehearse(scenario, dialect).flaws
    return [problem_of(flaw, scenario) for flaw in found if flaw.certain is certain]


def problem_of(flaw: Flaw, scenario: Scenario) -> Problem:
    """A flaw at its place in the scenario's file."""
    place = scenario.where(flaw.path)
    return Problem(
        message=flaw.message,
        file=place.file,
        line=place.line,
        column=place.column,
        code=flaw.code,
        hint=flaw.hint,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """The later requests of one scenario; `known` are the flaws of its own timeline."""

    scenario: Scenario
    dialect: Dialect
    begin: Callable[[Scenario, Picks], Playing]
    known: frozenset[Flaw]

    def rehearse(self, action: str, index: int, moments: Sequence[int]) -> RehearsedEntry:
        """Ask at each moment of the order until the entry plays to its end; without its `when`,
        where no sample request fits it.
        """
        entry = self.scenario.entries[action][index]
        alone = replace(
            self.scenario, entries={**self.scenario.entries, action: (replace(entry, when=()),)}
        )
        nothing = RehearsedEntry(action=action, index=index, entry=entry)
        for natural, scenario in ((True, self.scenario), (False, alone)):
            tried = []
            for operation in self.dialect.sample_operations(action):
                for moment in moments:
                    ask = partial(
                        self._try,
                        nothing=nothing,
                        operation=operation,
                        moment=moment,
                        natural=natural,
                    )
                    played = ask(self.begin(scenario, {}))
                    if played.lines and not played.found:
                        return self._on_all_ways(played, scenario, ask)
                    tried += [(played, ask)] if played.lines or played.found else []
            if tried:  # it comes to this by itself, and goes wrong
                played, ask = min(tried, key=lambda each: len(each[0].found))
                return self._on_all_ways(played, scenario, ask)
        return nothing

    def _on_all_ways(
        self,
        played: RehearsedEntry,
        scenario: Scenario,
        ask: Callable[[Playing], RehearsedEntry],
    ) -> RehearsedEntry:
        """The same, asked again for each way of the entry's timeline."""
        picked = walks_of(played.entry.timeline, played.entry.when)
        walks = [ask(self.begin(scenario, picks)).walk(picks) for picks in picked]
        natural = played.walk({})
        found = merged(natural, walks, self.scenario)
        return replace(
            played,
            found=found,
            ways=told_ways(natural, walks, played.entry.timeline, self.scenario),
        )

    def _try(
        self, playing: Playing, nothing: RehearsedEntry, operation: str, moment: int, natural: bool
    ) -> RehearsedEntry:
        """Ask at one moment; `nothing` where another entry, or the contract, answers."""
        playing.play_out(until=moment)
        before = len(playing.lines)
        opening = next(
            (first for first, then in self.dialect.pauses.items() if then == nothing.action), ""
        )
        asked = []
        try:
            if opening:
                asked += [self._ask(playing, opening, self.dialect.sample_operations(opening)[0])]
                playing.play_out(until=playing.now + PAUSE)
        except (Refused, Illegal, RenderFailed):
            return nothing  # the entry that opens it has a rehearsal of its own
        asked.append(Asked(operation=operation, after=playing.now - START))
        try:
            name = playing.submit(nothing.action, operation)
        except Refused:
            return nothing
        except (Illegal, RenderFailed) as error:
            if natural and len(self.scenario.entries[nothing.action]) > 1:
                return nothing  # another entry may be at fault: this one is asked alone later
            return replace(
                nothing, found=(flaw_of(error, _place(nothing.entry, error), playing.params),)
            )
        if natural and name != EntryName(nothing.action, nothing.index):
            return nothing
        playing.play_out()
        found = [flaw for flaw in playing.flaws if flaw not in self.known]
        if natural and (late := self._unanswered(playing, nothing)):
            found.append(late)
        return replace(
            nothing,
            asked=tuple(asked),
            natural=natural,
            lines=tuple(playing.lines[before : playing.shown if found else None]),
            happened=frozenset(playing.happened),
            found=tuple(found),
        )

    def _ask(self, playing: Playing, action: str, operation: str) -> Asked:
        asked = Asked(operation=operation, after=playing.now - START)
        playing.submit(action, operation)
        return asked

    def _unanswered(self, playing: Playing, rehearsed: RehearsedEntry) -> Flaw | None:
        """Why a request that stayed open is never answered, although its timeline answers it."""
        last = playing.requests[-1] if playing.requests else None
        if last is None or last.status != "lapsed":
            return None
        for step in every_step(rehearsed.entry.timeline):
            planned = step.path in playing.planned
            if planned and self.dialect.settles(step.send, rehearsed.action):
                said = (
                    f"{step.send} comes too late: whenever the {rehearsed.action} is sent, the "
                    "order has ended before, and the request is never answered"
                )
                return Flaw(said, step.time_path, UNANSWERED)
        return None


def _place(entry: Entry, error: Exception) -> Path:
    """The part of an entry that is wrong."""
    if isinstance(error, RenderFailed) and error.path:
        return error.path
    return in_reply(entry.reply, (*entry.path, "reply"), error)
