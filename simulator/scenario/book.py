"""The scenarios of one supplier, and which of them a new order plays.

1 a pin, 2 the header `X-Scenario: NAME?param=value&...`, 3 the best `when` (most conditions, then file order), 4 the default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from simulator import matching, template
from simulator.errors import Invalid, Problem, Refused, nearest
from simulator.model import Condition, Param, Scenario, Vocabulary
from simulator.scenario.fields import read_param
from simulator.scenario.file import parse

SCENARIO_HEADER = "x-scenario"
MOST_EDITIONS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """The next `times` orders (all, when None) that fit `when` play `scenario`."""

    id: int
    scenario: str
    times: int | None = None
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The decision: which scenario, with which parameters, why, and the first difference of each other one."""

    scenario: Scenario
    params: Mapping[str, Any]
    reason: str
    others: tuple[tuple[str, str], ...] = ()
    pin: int | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        return (self.reason, *(f"not {name}: {difference}" for name, difference in self.others))


@dataclass(slots=True)
class Book:
    """The current edition of each scenario, in file order, and every other edition that was asked for."""

    vocabulary: Vocabulary
    scenarios: dict[str, Scenario]
    default: str
    editions: dict[str, Scenario] = field(default_factory=dict)

    def edition(self, digest: str, source_of: Callable[[str], str]) -> Scenario:
        """The edition that an order plays, also after its file changed; `source_of` fetches a kept source by digest."""
        for scenario in self.scenarios.values():
            if scenario.digest == digest:
                return scenario
        found = self.editions.get(digest)
        if found is None:
            found = self.editions[digest] = parse(source_of(digest), f"edition {digest[:8]}", self.vocabulary)
            for oldest in list(self.editions)[:-MOST_EDITIONS]:
                self.editions.pop(oldest, None)
        return found

    def named(self, name: str, label: str = "scenario") -> Scenario:
        """A scenario by name. Refused says where it was asked for (`label`), names the nearest and lists all."""
        found = self.scenarios.get(name)
        if found is None:
            known = ", ".join(self.scenarios)
            close = nearest(name, self.scenarios)
            hint = f" ({close})" if close.startswith("did") else ""
            raise Refused("invalid", [f"{label}: no scenario `{name[:80]}`{hint}; there are: {known}"])
        return found

    def choose(self, facts: Mapping[str, Any], pins: Sequence[Pin] = ()) -> Choice:
        """Decide which scenario a new order plays. Refused when a control header is wrong. `facts` as in `matching`."""
        headers = facts["header"]
        for pin in pins:
            if pin.scenario in self.scenarios and not matching.first_difference(pin.when, facts):
                scenario = self.scenarios[pin.scenario]
                return Choice(scenario=scenario, params=params_of(scenario, headers), reason=f"pin {pin.id}", pin=pin.id)
        asked = headers.get(SCENARIO_HEADER, "").strip()
        if asked:
            name, _, query = asked.partition("?")
            scenario = self.named(name, "X-Scenario")
            return Choice(scenario=scenario, params=params_of(scenario, headers, query), reason=f"header X-Scenario: {asked[:200]}")
        return self._by_when(facts)

    def _by_when(self, facts: Mapping[str, Any]) -> Choice:
        headers = facts["header"]
        best: Scenario | None = None
        differences: dict[str, str] = {}
        for scenario in self.scenarios.values():
            difference = self._difference(scenario, facts) if scenario.when else "it has no `when`"
            differences[scenario.name] = difference
            if not difference and (best is None or len(scenario.when) > len(best.when)):
                best = scenario
        if best is None:
            best = self.scenarios[self.default]
            reason = "the supplier's default: no `when` fits"
        else:
            reason = "when " + " and ".join(map(matching.describe, best.when))
        others = tuple(
            (name, difference or f"fits too, with {len(self.scenarios[name].when)} conditions")
            for name, difference in differences.items()
            if name != best.name
        )
        return Choice(scenario=best, params=params_of(best, headers), reason=reason, others=others)

    def _difference(self, scenario: Scenario, facts: Mapping[str, Any]) -> str:
        params = {name: param.default for name, param in scenario.params.items()}
        conditions = matching.render_values(scenario.when, lambda value: template.render(value, params))
        return matching.first_difference(conditions, {**facts, "param": params})


def params_of(scenario: Scenario, headers: Mapping[str, str], query: str = "", given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters of one request: defaults, then their own headers, then the query of X-Scenario, then `given`.

    Refused lists all that is wrong.
    """
    values = {name: param.default for name, param in scenario.params.items()}
    wrong: list[str] = []
    asked = [(param.header, param, headers[param.header.lower()]) for param in scenario.params.values() if param.header.lower() in headers]
    named = [("X-Scenario: ", *pair) for pair in parse_qsl(query, keep_blank_values=True)] + [("", *pair) for pair in (given or {}).items()]
    for prefix, name, value in named:
        param = scenario.params.get(name)
        if param is None:
            wrong.append(f"{prefix}{scenario.name} has no parameter `{name[:60]}` ({nearest(name, scenario.params)})")
        else:
            asked.append((f"{prefix}{name}", param, value))
    for label, param, value in asked:
        values[param.name] = _value(label, param, value, wrong)
    if wrong:
        raise Refused("invalid", wrong)
    return values


def _value(label: str, param: Param, value: Any, wrong: list[str]) -> Any:
    try:
        return read_param(param, value)
    except ValueError as error:
        wrong.append(f"{label}: {error}")
        return param.default


def read_folder(folder: Path, vocabulary: Vocabulary, default: str | None = None) -> Book:
    """Read every `*.yaml` of a folder, in file order. Invalid lists the problems of all files at once."""
    files = sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern))
    if not files:
        raise Invalid([Problem(message="no scenario file (*.yaml) in this folder", file=str(folder))])
    return make_book(((str(path), path.read_bytes()) for path in files), vocabulary, default, str(folder))


def make_book(sources: Iterable[tuple[str, str | bytes]], vocabulary: Vocabulary, default: str | None = None, folder: str = "") -> Book:
    """Build a book from (file, text) pairs. Invalid lists the problems of all of them."""
    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for file, text in sources:
        try:
            scenario = parse(text, file, vocabulary)
        except Invalid as error:
            problems += error.problems
            continue
        if scenario.name in scenarios:
            problems.append(
                Problem(message=f"the scenario {scenario.name} is in {scenarios[scenario.name].file} already", file=file, line=1, column=1)
            )
        scenarios[scenario.name] = scenario
    if default and not problems and default not in scenarios:
        problems.append(Problem(message=f"the default scenario `{default}` is not here", file=folder, hint=nearest(default, scenarios)))
    if problems:
        raise Invalid(problems)
    fallback = vocabulary.default_scenario if vocabulary.default_scenario in scenarios else next(iter(scenarios))
    return Book(vocabulary=vocabulary, scenarios=scenarios, default=default or fallback)
