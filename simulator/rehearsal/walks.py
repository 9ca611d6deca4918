"""The ways of a story: each is rehearsed, so that nothing of a file is only found when it plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product, takewhile

from simulator.base.copies import replace
from simulator.language import matching
from simulator.model import (
    Conditions,
    Entry,
    Flow,
    Order,
    Path,
    Scenario,
    Step,
    every_step,
    with_changed,
)
from simulator.rehearsal.flaws import NO_WAY, UNREACHED, Flaw
from simulator.rehearsal.parting import Picks
from simulator.rehearsal.playing import WAY
from simulator.views.story import Line

MOST_WALKS = 64
"""How many combinations of ways are rehearsed; of a scenario with more, each way once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """A story played once, on the ways that were picked: its lines, what is wrong with it, and the
    places of the steps that happened.
    """

    picks: Picks
    lines: tuple[Line, ...]
    flaws: tuple[Flaw, ...]
    happened: frozenset[Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldWay:
    """A way beside the story that is shown: how the story goes on it after so many lines, and what
    the story does there `instead`.
    """

    name: str
    instead: str
    after: int
    lines: tuple[Line, ...]


Holds = Callable[[Conditions], bool]
"""Whether conditions are known to hold whenever a timeline is planned."""


def _held_by(when: Conditions, order: Order | None) -> Holds:
    """What is known to hold where `when` does; in the story of a new order also what is so of the
    `order` that its answer leaves.
    """
    facts = {"order": {"status": order.status}} if order else {}

    def holds(conditions: Conditions) -> bool:
        rest = tuple(condition for condition in conditions if condition not in when)
        is_of_order = all(leaf.path == "order.status" for leaf in matching.leaves(rest))
        return not rest or (bool(facts) and is_of_order and not differs(rest))

    def differs(conditions: Conditions) -> str:
        return matching.first_difference(conditions, facts)

    return holds


def walks_of(
    steps: Sequence[Step], when: Conditions = (), order: Order | None = None
) -> list[Picks]:
    """What is rehearsed of a timeline beside the story that the sample request plays: all
    combinations of its ways where they are few, and each way alone. A branch has a way in any case
    where the conditions of one are known to hold: `when` holds, and `order` is the new one.
    """
    holds = _held_by(when, order)
    alone = list(each_once(steps, {}))
    combined = _combined(steps)
    found = alone if len(combined) > MOST_WALKS else [*combined, *alone]
    sure = [step.path for step in every_step(steps) if _is_sure(step.flow, holds)]
    found = [picks for picks in found if not any(picks.get(place) == 0 for place in sure)]
    return [picks for index, picks in enumerate(found) if picks and picks not in found[:index]]


def _is_sure(flow: Flow | None, holds: Holds) -> bool:
    """Whether one of the ways of a branch is taken whatever the request is."""
    return bool(flow and not flow.parts and any(way.when and holds(way.when) for way in flow.ways))


def each_once(steps: Sequence[Step], above: Picks) -> Iterator[Picks]:
    """Each way of each step, with the ways `above` that lead to it."""
    for step in steps:
        for number in _numbers(step.flow):
            is_choice = step.flow and step.flow.is_choice
            picks = {**above, step.path: number} if is_choice else above
            if is_choice:
                yield picks
            yield from each_once(_timeline(step.flow, number), picks)


def _combined(steps: Sequence[Step]) -> list[Picks]:
    """All combinations of the ways of some steps, or more than may be rehearsed of them."""
    ended: list[Picks] = []
    going: list[Picks] = [{}]
    for step in steps:
        before, going = going, []
        for picks, number in product(before, _numbers(step.flow)):
            own = {step.path: number} if step.flow and step.flow.is_choice else {}
            is_aside = step.flow and step.flow.parts and step.flow.ways and number
            inner = _combined(_timeline(step.flow, number))
            (ended if is_aside else going).extend({**picks, **own, **more} for more in inner)
            if len(ended) + len(going) > MOST_WALKS:
                return ended + going
    return ended + going


def _numbers(flow: Flow | None) -> Sequence[int]:
    """The ways that may be taken, 0 for none of them or for the rest."""
    if flow is None:
        return (0,)
    if flow.parts:  # a wait that just goes on after its time has no way beside the rest
        return range(max(len(flow.ways), 1) + 1)
    numbers = [number for number, way in enumerate(flow.ways, 1) if way.when or way.weight]
    return numbers if flow.weights else [*numbers, 0]


def _timeline(flow: Flow | None, number: int) -> tuple[Step, ...]:
    ways = flow.ways[:number] if flow else ()
    return ways[number - 1].timeline if len(ways) == number > 0 else ()


def forced(scenario: Scenario, picks: Picks) -> Scenario:
    """The scenario with branches that go the picked ways, whatever the request is."""

    def change(step: Step) -> Step:
        flow, number = step.flow, picks.get(step.path)
        if flow is None or flow.parts or number is None:
            return step
        ways = (
            replace(way, when=(), weight=1 if each == number else 0)
            for each, way in enumerate(flow.ways, 1)
        )
        return replace(step, flow=replace(flow, ways=tuple(ways)))

    def changed(entry: Entry) -> Entry:
        return replace(entry, timeline=with_changed(entry.timeline, change))

    return replace(
        scenario,
        timeline=with_changed(scenario.timeline, change),
        entries={
            action: tuple(map(changed, listed)) for action, listed in scenario.entries.items()
        },
    )


def merged(natural: Walk, walks: Sequence[Walk], scenario: Scenario) -> tuple[Flaw, ...]:
    """The flaws of all walks, each once. One that not every walk has says on which way it is. A
    step never happens only where it happens on no walk. What is wrong where a branch has no way is
    a doubt: its conditions may leave nothing over.
    """
    happened = natural.happened.union(*(walk.happened for walk in walks))
    everywhere = set(natural.flaws).intersection(*(walk.flaws for walk in walks))
    found = [*natural.flaws]
    for walk in sorted(walks, key=lambda walk: _has_no_way(walk, scenario)):
        for flaw in walk.flaws:
            if flaw not in everywhere and not any(_same(known, flaw) for known in found):
                said = "" if flaw.code == UNREACHED else _on(walk.picks, flaw.path, scenario)
                code = NO_WAY if flaw.certain and _has_no_way(walk, scenario) else flaw.code
                found.append(replace(flaw, message=flaw.message + said, code=code))
    return tuple(flaw for flaw in found if flaw.code != UNREACHED or flaw.path[:-1] not in happened)


def _has_no_way(walk: Walk, scenario: Scenario) -> bool:
    """Whether a branch has no way on a walk, although it has one on the story that is shown."""
    flows = (_step_at(place, scenario).flow for place, number in walk.picks.items() if not number)
    return any(flow and flow.word == "branch" for flow in flows)


def told_ways(
    natural: Walk, walks: Sequence[Walk], steps: Sequence[Step], scenario: Scenario
) -> tuple[ToldWay, ...]:
    """The ways of a timeline that the natural walk does not go, each with its lines from where they
    differ.
    """
    usual, alone = _happenings(natural), list(each_once(steps, {}))
    places = [place for place, line in enumerate(natural.lines) if line.kind != WAY]
    found: dict[tuple[Line, ...], ToldWay] = {}
    shown = [walk for walk in walks if walk.picks in alone]
    for walk in sorted(shown, key=lambda walk: alone.index(walk.picks)):
        lines = _happenings(walk)
        same = sum(1 for _ in takewhile(_is_pair, zip(usual, lines, strict=False)))
        if lines != usual and lines not in found:
            names = [_in_full(*pick, scenario) for pick in walk.picks.items()]
            first = next(iter(walk.picks))
            found[lines] = ToldWay(
                name=", ".join(names),
                instead=_instead(first, scenario),
                after=[*places, len(natural.lines)][same],
                lines=lines[same:],
            )
    return tuple(found.values())


def _happenings(walk: Walk) -> tuple[Line, ...]:
    """The lines of a walk but for those that say why a branch goes a way: it was made to."""
    return tuple(line for line in walk.lines if line.kind != WAY)


def _is_pair(lines: tuple[Line, Line]) -> bool:
    return lines[0] == lines[1]


def _same(known: Flaw, flaw: Flaw) -> bool:
    if known.path != flaw.path or known.code not in (flaw.code, NO_WAY):
        return False
    return known.code == UNREACHED or known.message.startswith(flaw.message)


def _on(picks: Picks, path: Path, scenario: Scenario) -> str:
    """The ways of a walk that the place of a flaw does not tell."""
    said = [
        _named(step, number, scenario)
        for step, number in picks.items()
        if path[: len(step)] != step
    ]
    return f" ({', '.join(said)})" if said else ""


def _in_full(place: Path, number: int, scenario: Scenario) -> str:
    """A way with what it hangs on."""
    flow = _step_at(place, scenario).flow
    when = (
        matching.in_words(flow.ways[number - 1].when)
        if flow and 0 < number <= len(flow.ways)
        else ""
    )
    return _named(place, number, scenario) + (f", when {when}" if when else "")


def _instead(place: Path, scenario: Scenario) -> str:
    """What the story that is shown does where it may part."""
    flow = _step_at(place, scenario).flow
    if flow and flow.parts:
        return _named(place, 0, scenario)
    return f"the branch on line {scenario.where(place)[0]} as told"


def _named(place: Path, number: int, scenario: Scenario) -> str:
    """A way as a person names it."""
    step, line = _step_at(place, scenario), f"on line {scenario.where(place)[0]}"
    if step.wait:
        return f"{'no' if number else 'the'} signal {step.wait} in time {line}"
    if step.send:
        ways = step.flow.ways if step.flow else ()
        answers = " or ".join(ways[number - 1].answered) if number else "anything else"
        return f"{step.send} {line} is answered {answers}"
    return f"{f'way {number}' if number else 'no way'} of the branch {line}"


def _step_at(place: Path, scenario: Scenario) -> Step:
    return next(step for step in scenario.steps if step.path == place and step.flow)
