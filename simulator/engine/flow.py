"""From the tree of a scenario file to the line of a plan: branches are decided, rounds unrolled.
Where the story may part, all ways stand one after another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import Illegal, RenderFailed
from simulator.base.seed import Chance
from simulator.engine.moments import length_of
from simulator.engine.names import facts_of, in_round
from simulator.engine.plan import Situation
from simulator.language import matching, template
from simulator.language.faults import FAULTS, expanded
from simulator.language.weights import chance_by, picked, share
from simulator.model import MOST_STEPS, Flow, Order, Path, Step, Way, keyed


@dataclass(slots=True)
class Line:
    """The steps of a timeline, one after another, as they will happen: those of branches that were
    decided and of all rounds among them. `said` tells how each branch was decided, `length` counts
    the steps; a round without any counts as one, so that rounds come to an end.

    The `when` of a branch sees what that of an entry sees: the order as it was when the request
    came, a new order as its answer left it.
    """

    situation: Situation
    order: Order
    names: Mapping[str, Any]
    steps: list[Step] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, steps: Sequence[Step], prefix: str, round: int = 0) -> None:
        """Put a timeline behind what is there. The keys of its steps begin with `prefix`; `round`
        is the one that it is.
        """
        seen: Counter[str] = Counter()
        for step in steps:
            flow = step.flow
            if flow is None or flow.parts:
                self._put(replace(step, key=prefix, round=round))
                continue
            if not step.is_at_once:
                self._put(replace(step, flow=None, key=prefix, round=round))
            seen[flow.word] += 1
            key = f"{prefix}{flow.word}/{seen[flow.word]}"
            self._follow(flow, step.path, key, round)

    def beside(self, steps: Sequence[Step], prefix: str, round: int) -> Line:
        """Another line, of a way on which this one may go on instead. Both have one bound."""
        line = replace(self, steps=[])
        line.add(steps, prefix, round)
        self.length = line.length
        return line

    def length_of(self, step: Step, key: str) -> int:
        """How long a step waits for a signal."""
        names, chance = in_round(self.names, step.round), self.situation.chance.at("time", key)
        try:
            return length_of(step.within, names, chance)
        except RenderFailed as error:
            raise error.at((*step.path, "within")) from None

    def _put(self, step: Step) -> None:
        self._count()
        self.steps.append(step)

    def _count(self) -> None:
        self.length += 1
        if self.length > MOST_STEPS:
            raise Illegal(f"a timeline has at most {MOST_STEPS} steps")

    def _follow(self, flow: Flow, path: Path, key: str, round: int) -> None:
        names = in_round(self.names, round)
        if flow.word == "repeat":
            for number in range(1, self._rounds(flow, path, names) + 1):
                before = self.length
                self.add(flow.ways[0].timeline, f"{key}.{number}/", number)
                if self.length == before:
                    self._count()
            return
        number, why = self._way_of(flow, key, names)
        which = f"way {number}" if number else "no way"
        self.said.append(f"{key.replace('/', ' ')}: {which}, {why}")
        if number:
            self.add(flow.ways[number - 1].timeline, f"{key}.{number}/", round)

    def _rounds(self, flow: Flow, path: Path, names: Mapping[str, Any]) -> int:
        place = (*path, "repeat", "times")
        try:
            rounds = template.render(flow.times, names)
        except RenderFailed as error:
            raise error.at(place) from None
        if type(rounds) is int and 0 <= rounds <= MOST_STEPS:
            return rounds
        said = f"times: `{rounds}` is no whole number from 0 to {MOST_STEPS}"
        raise RenderFailed(said, source=str(flow.times), path=place)

    def _way_of(self, flow: Flow, key: str, names: Mapping[str, Any]) -> tuple[int, str]:
        """The number of the way that a branch goes, 0 for none, and why."""
        facts = self._facts()
        for number, way in enumerate(flow.ways, 1):
            unmet = matching.unmet(way.when, facts, names)
            if way.when and not unmet:
                return number, f"as {matching.in_words(matching.filled(way.when, names))}"
            if unmet.startswith(matching.CANNOT_BE_TOLD):
                self.said.append(f"{key.replace('/', ' ')}: not way {number}, {unmet}")
        weights = flow.weights
        if not weights:
            return 0, "as none of its conditions holds"
        if len(weights) == 1:
            return next(iter(weights)), "as no other one fits"
        shared = chance_by(self._of_all_orders(key), flow.by, facts)
        chance = shared or self.situation.chance.at(key)
        number = picked(weights, chance.random().random())
        drawn = f"drawn by {flow.by}" if shared else "drawn"
        return number, f"{drawn}: {share(weights, number)}"

    def _facts(self) -> dict[str, Any]:
        situation, order = self.situation, self.situation.order or self.order
        params = situation.params
        return facts_of(situation.submission, order, situation.requests, params, situation.now)

    def _of_all_orders(self, key: str) -> Chance:
        """A chance that is the same for all orders of the scenario."""
        situation = self.situation
        path = (situation.supplier, situation.scenario.name)
        return replace(situation.chance, path=path).at(key)


def line_of(
    situation: Situation, order: Order, steps: Sequence[Step], names: Mapping[str, Any], prefix: str
) -> tuple[Sequence[Step], tuple[str, ...]]:
    """A timeline as a line, with faults as steps of their own and with keys; and how its branches
    were decided.
    """
    line = Line(situation, order, names)
    line.add(steps, prefix)
    if not any(step.flow for step in line.steps):
        return keyed(expanded(line.steps, FAULTS)), tuple(line.said)
    return keyed(_parted(line, (), Counter())), tuple(line.said)


def _parted(line: Line, above: tuple[int, ...], seen: Counter[str]) -> Iterator[Step]:
    """The steps of a line, and behind them those of each way on which it may go on instead."""
    asides: list[tuple[Way, tuple[int, ...], str, int]] = []
    count, segment = 0, list[Step]()
    for step in line.steps:
        flow = step.flow
        segment.append(replace(step, flow=None, lies_on=(*above, count)))
        if flow is None:
            continue
        seen[step.key + flow.word] += 1
        key = f"{step.key}{flow.word}/{seen[step.key + flow.word]}"
        yield from _decided(line, segment, flow, key)
        for number, way in enumerate(flow.ways, 1):
            asides.append((way, (*above, count, number), f"{key}.{number}/", step.round))
        count, segment = count + 1, []
    yield from expanded(segment, FAULTS)
    for way, ways, prefix, round in reversed(asides):
        yield from _parted(line.beside(way.timeline, prefix, round), ways, seen)


def _decided(line: Line, segment: list[Step], flow: Flow, key: str) -> Iterator[Step]:
    """A part of a line at whose end the story may part: its steps, and the one that decides."""
    *before, last = segment
    if flow.word == "otherwise":
        within = line.length_of(last, key)
        decides: list[tuple[int, Sequence[str]]] = [(len(flow.ways), ())]
        yield from expanded(before, FAULTS)
        yield replace(last, within=within, decides=decides)
        return
    answers = [(number, way.answered) for number, way in enumerate(flow.ways, 1)]
    codes = tuple(code for _, answered in answers for code in answered)
    steps = expanded([*before, replace(last, settled_by=codes)], FAULTS)
    yield from steps
    behind = next(place for place, step in enumerate(reversed(steps), 1) if step.settled_by)
    yield Step(
        after=0, decides=answers, answer_of=behind, key=key, lies_on=last.lies_on, path=last.path
    )
