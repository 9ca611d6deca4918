"""One scenario file: from text to a `Scenario`, or to every problem in it with line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Invalid, Problem
from simulator.formats import strict_yaml
from simulator.formats.schema import Note, flatten, unknown_key
from simulator.formats.strict_yaml import Located, Path, Place
from simulator.language import template, times
from simulator.language.faults import FAULTS, expanded
from simulator.model import (
    Entry,
    Flow,
    Param,
    Reply,
    Scenario,
    Step,
    Vocabulary,
    Way,
    Where,
    keyed,
)
from simulator.scenario.bases import ALONE, Bases
from simulator.scenario.conditions import check_conditions
from simulator.scenario.constructs import TIMELINES, is_template
from simulator.scenario.expect.checking import check_expect
from simulator.scenario.extending import extended, word_of, written
from simulator.scenario.findings import Findings
from simulator.scenario.headers import check_headers, reserved
from simulator.scenario.members import check_members
from simulator.scenario.mixing import check_mix
from simulator.scenario.reach import check_reach
from simulator.scenario.repair import Rest, renamed, rest_of
from simulator.scenario.schema import schema_for
from simulator.scenario.templates import TEMPLATE_NAMES, check_templates, texts
from simulator.scenario.timing import check_times
from simulator.scenario.usage import check_usage
from simulator.scenario.words import check_purpose, check_words

MOST_ROUNDS = 10
"""A file is checked again each time that misspelt keys were corrected: once for each level."""

_CHANCE = (*times.DRAWS, "mix")
"""The keys of what is drawn in any case."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read. When it has problems, `scenario` is the part that can be rehearsed, or
    None: it must not be played.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    rest: Rest | None = None
    wrong: frozenset[Path] = frozenset()
    """The paths of mistakes that could not be corrected."""

    broken: frozenset[str] = frozenset()
    """Parameters with mistakes."""

    def is_echo(self, path: Path) -> bool:
        """Whether a fault of the rehearsal may only follow from a problem that is reported."""
        if self.rest is None:
            return False
        origin = self.rest.origin.get(path, path)
        if any(_overlap(origin, wrong) for wrong in self.wrong):
            return True
        value: Any = self.rest.document
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                value = None
        reads = {name for _, text in texts(value, ()) for name, *_ in template.reads(text)}
        lost = {name for name in reads if ("params",) in self.wrong and name not in TEMPLATE_NAMES}
        return self.rest.is_unsure(path) or bool(lost or reads & self.broken)


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and one[:shorter] == other[:shorter]


def parse(
    text: str | bytes,
    file: str,
    vocabulary: Vocabulary,
    bases: Bases = ALONE,
    *,
    kept: bool = False,
) -> Scenario:
    """Read one scenario, with what it takes from one of the `bases`. Invalid lists all problems of
    the file, in the order of its lines.

    A `kept` one was accepted before, maybe by an older version: only its shape is checked.
    """
    located = strict_yaml.load(text, file) if kept else strict_yaml.read(text, file)
    reading = _read(located, text, vocabulary, bases, kept=kept)
    if reading.problems or reading.scenario is None:
        raise Invalid(reading.problems)
    return reading.scenario


def read(
    located: Located, text: str | bytes, vocabulary: Vocabulary, bases: Bases = ALONE
) -> Reading:
    """Read one scenario, parsed from its text, as far as that is possible."""
    return _read(located, text, vocabulary, bases)


def _read(
    document: Located,
    text: str | bytes,
    vocabulary: Vocabulary,
    bases: Bases,
    *,
    kept: bool = False,
) -> Reading:
    source = text if isinstance(text, str) else text.decode()
    located = document
    misspelt: list[Problem] = []
    for _ in range(MOST_ROUNDS):
        located = extended(located, bases)
        findings = Findings(located, problems=[*located.problems, *misspelt])
        loaded = _load(findings, vocabulary)
        if not kept and findings.document:
            check_words(findings, vocabulary)
            check_members(findings, vocabulary)
            if not word_of(located):  # it is known what it extends
                _check(findings, vocabulary, bases)
        if not findings.renamed or kept:
            break
        mended, more = renamed(findings)
        if not more:
            findings.dropped |= findings.renamed.keys()
            break
        located, misspelt = mended, misspelt + more
    if word_of(document) and not findings.problems:
        source, findings.problems = written(located)
    if not findings.problems:
        places = {path: _where(place) for path, place in located.places.items()}
        scenario = _scenario(loaded, located, places, source, vocabulary)
        return Reading(scenario, warnings=tuple(findings.warnings))
    rest = None if word_of(located) else rest_of(findings)
    wrong = (*findings.dropped, *findings.replaced)
    return Reading(
        scenario=_rehearsable(rest, located, source, vocabulary) if rest else None,
        problems=_in_order(findings.problems),
        warnings=_in_order(findings.warnings),
        rest=rest,
        wrong=frozenset(findings.dropped - findings.replaced.keys()),
        broken=frozenset(str(path[1]) for path in wrong if path[:1] == ("params",) and path[1:]),
    )


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each once, by line and column."""

    def place(problem: Problem) -> tuple[str, int, int, str]:
        return problem.file, problem.line, problem.column, problem.message

    return tuple(sorted(set(problems), key=place))


def _load(findings: Findings, vocabulary: Vocabulary) -> dict[str, Any]:
    located = findings.located
    if not isinstance(located.value, dict):
        said = "a scenario file is a map with `scenario`, `reply`, `timeline` ..."
        findings.wrong((), said)
        return {}
    try:
        return dict(schema_for(vocabulary).load(located.value))
    except ValidationError as error:
        for path, message in flatten(error.messages):
            findings.noted(path, _advised(path, message, vocabulary))
        return {}


def _advised(path: Path, message: str, vocabulary: Vocabulary) -> str:
    """A message about the key of a step, with better advice where the key is a message's member."""
    is_unknown = isinstance(message, Note) and message.code == "unknown_key" and not message.meant
    if is_unknown and path[-3:-2] in TIMELINES and path[-1] in vocabulary.members:
        return unknown_key(str(path[-1]), (), "it is a member of the message: write it in `with`")
    return message


def _check(findings: Findings, vocabulary: Vocabulary, bases: Bases) -> None:
    given = findings.document.get("params", {})
    params = given if isinstance(given, dict) else {}
    check_purpose(findings, vocabulary)
    check_mix(findings, vocabulary, bases)
    check_conditions(findings, vocabulary, params)
    check_headers(findings, vocabulary, params)
    check_reach(findings, vocabulary)
    check_times(findings, vocabulary, params)
    check_expect(findings, vocabulary, params)
    check_templates(findings, params if given is params else None)
    check_usage(findings, params)


def _rehearsable(
    rest: Rest, located: Located, source: str, vocabulary: Vocabulary
) -> Scenario | None:
    try:
        loaded = schema_for(vocabulary).load(rest.document)
    except ValidationError:
        return None
    if loaded.get("begins") == "supplier" and not vocabulary.begins:
        return None
    places = {}
    for path, origin in rest.origin.items():
        places[path] = _where(located.place(origin))
    mended = Located(rest.document, located.file)
    return _scenario(loaded, mended, places, source, vocabulary)


def _where(place: Place) -> Where:
    return Where(place.line, place.column, place.file)


def _scenario(
    loaded: Mapping[str, Any],
    document: Located,
    places: Mapping[Path, Where],
    source: str,
    vocabulary: Vocabulary,
) -> Scenario:
    answers = loaded.get("for_", "order")
    entries = {
        action: tuple(_entry(entry, (action, index)) for index, entry in enumerate(loaded[action]))
        for action in vocabulary.actions
        if action in loaded
    }
    if answers != "order":  # its `when` says whether it is asked at all
        entries = {answers: (replace(_entry(loaded, ()), when=()),)}
    scenario = Scenario(
        name=loaded["scenario"],
        dialect=vocabulary.dialect,
        about=loaded.get("about", ""),
        params=_params(loaded.get("params", {}), vocabulary),
        when=loaded.get("when", ()),
        reply=loaded.get("reply", Reply()),
        timeline=_steps(loaded, ()) if answers == "order" else (),
        entries=entries,
        file=document.file,
        source=source,
        digest=seed.digest(vocabulary.dialect, source),
        answers="create" if answers == "order" else answers,
        begins=loaded.get("begins", "gateway"),
        expect=tuple(loaded.get("expect", ())),
        mix=loaded.get("mix", {}),
        by=loaded.get("by", ""),
        places=places,
    )
    branches = (step.flow for step in scenario.steps if step.flow)
    draws = _draws(document.value) or any(flow.draws for flow in branches)
    return replace(scenario, draws=draws)


def _draws(value: Any) -> bool:
    """Whether anything in a part of the file hangs on chance."""
    if isinstance(value, dict):
        return any(key in _CHANCE or _draws(part) for key, part in value.items())
    if isinstance(value, list):
        return any(map(_draws, value))
    return is_template(value) and "fake" in value


def _params(params: Mapping[str, Param], vocabulary: Vocabulary) -> dict[str, Param]:
    """Drop reserved headers: a kept file may still name one."""
    return {
        name: replace(param, header="") if reserved(param.header, vocabulary.headers) else param
        for name, param in params.items()
    }


def _entry(loaded: Mapping[str, Any], path: Path) -> Entry:
    keys = ("when", "times", "reply", "pending", "status", "illegal")
    members = {key: loaded[key] for key in keys if key in loaded}
    return Entry(**members, timeline=_steps(loaded, path), path=path)


def _steps(loaded: Mapping[str, Any], path: Path) -> tuple[Step, ...]:
    """A timeline: a line, where it has no flow; else a tree, of which each plan makes a line."""
    steps = _tree(loaded, path)
    is_line = all(step.flow is None for step in steps)
    return keyed(expanded(steps, FAULTS)) if is_line else steps


def _tree(loaded: Mapping[str, Any], path: Path) -> tuple[Step, ...]:
    return _listed(loaded.get("timeline", ()), (*path, "timeline"))


def _listed(steps: Iterable[Mapping[str, Any]], path: Path) -> tuple[Step, ...]:
    return tuple(_step(step, (*path, index)) for index, step in enumerate(steps))


def _step(loaded: Mapping[str, Any], path: Path) -> Step:
    others = ("with_", "fault", "branch", "by", "repeat", "otherwise", "on_answer")
    members = {key: value for key, value in loaded.items() if key not in others}
    members |= {"fields": loaded.get("with_", {}), "path": path, **loaded.get("fault", {})}
    return Step(**members, flow=_flow(loaded, path))


def _flow(loaded: Mapping[str, Any], path: Path) -> Flow | None:
    if "branch" in loaded:
        return Flow(word="branch", ways=_ways(loaded, path, "branch"), by=loaded.get("by", ""))
    if "on_answer" in loaded:
        return Flow(word="on_answer", ways=_ways(loaded, path, "on_answer"))
    if "within" in loaded:
        steps = loaded.get("otherwise")
        way = Way(timeline=_listed(steps or (), (*path, "otherwise")))
        return Flow(word="otherwise", ways=() if steps is None else (way,))
    if "repeat" in loaded:
        way = _way(loaded["repeat"], (*path, "repeat"))
        return Flow(word="repeat", ways=(way,), times=loaded["repeat"]["times"])
    return None


def _ways(loaded: Mapping[str, Any], path: Path, key: str) -> tuple[Way, ...]:
    return tuple(_way(way, (*path, key, index)) for index, way in enumerate(loaded[key]))


def _way(loaded: Mapping[str, Any], path: Path) -> Way:
    members = {key: loaded[key] for key in ("when", "weight", "answered") if key in loaded}
    return Way(**members, timeline=_tree(loaded, path))
