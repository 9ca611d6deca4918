"""The scenarios that steps start (`start: SCENARIO`): whether they are there, and take what they
are given. Files are read alone, so this is asked of all scenarios together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from simulator.base.errors import Illegal, Problem, nearest
from simulator.model import Path, Scenario, Step, every_step
from simulator.scenario.constructs import is_template
from simulator.scenario.fields import read_param


def starts(scenario: Scenario) -> Iterator[Step]:
    """The steps of a scenario that start orders, those of its entries and of all ways too."""
    return (step for step in scenario.steps if step.start)


def _by_itself(scenario: Scenario) -> Iterator[Step]:
    """Those that come without a later request, on whatever way. Only such starts can lead round in
    a circle for ever.
    """
    return (step for step in every_step(scenario.timeline) if step.start)


def started(scenarios: Mapping[str, Scenario], name: str) -> dict[str, Scenario]:
    """The scenario of a name and all that it starts in turn by itself, by name. Illegal when one of
    them cannot be started, or starts itself.
    """
    found: dict[str, Scenario] = {}
    _follow(scenarios, name, (), found)
    return found


def _follow(
    scenarios: Mapping[str, Scenario], name: str, way: tuple[str, ...], found: dict[str, Scenario]
) -> None:
    if name in way:
        raise Illegal(_circle((*way, name)))
    if said := _why_not(scenarios, name):
        raise Illegal(f"start: {said}")
    found[name] = scenarios[name]
    for step in _by_itself(scenarios[name]):
        _follow(scenarios, step.start, (*way, name), found)


def unstartable(
    scenarios: Iterable[Scenario], about: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with the steps that start orders; of the scenarios of the names `about` alone,
    where some are given. Of two scenarios of one name, the first counts.
    """
    known: dict[str, dict[str, Scenario]] = {}
    for scenario in scenarios:
        known.setdefault(scenario.dialect, {}).setdefault(scenario.name, scenario)
    return [
        problem
        for together in known.values()
        for scenario in together.values()
        if about is None or scenario.name in about
        for step in starts(scenario)
        for problem in _wrong(together, scenario, step)
    ]


def _wrong(known: Mapping[str, Scenario], scenario: Scenario, step: Step) -> Iterator[Problem]:
    if said := _why_not(known, step.start):
        hint = nearest(step.start, _startable(known))
        yield _at(scenario, (*step.path, "start"), f"start: {said}", "unknown_word", hint)
        return
    way = _way_back(known, step.start, scenario.name, ())
    if way and step.path[:1] == ("timeline",):
        said = _circle((scenario.name, *way))
        yield _at(scenario, (*step.path, "start"), said, "circle")
    params = known[step.start].params
    for name, value in step.params.items():
        where = (*step.path, "params", name)
        if name not in params:
            said, hint = f"{step.start} has no parameter `{name[:60]}`", nearest(name, params)
            yield _at(scenario, where, said, "unknown_word", hint)
        elif not is_template(value):
            try:
                read_param(params[name], value)
            except ValueError as error:
                yield _at(scenario, where, f"{name}: {error}", "invalid")


def _way_back(
    known: Mapping[str, Scenario], name: str, back: str, way: tuple[str, ...]
) -> tuple[str, ...]:
    """The names that lead from one scenario to another by what they start; empty for none."""
    if name == back:
        return (*way, name)
    if name in way or name not in known:
        return ()
    ways = (_way_back(known, step.start, back, (*way, name)) for step in _by_itself(known[name]))
    return next((found for found in ways if found), ())


def _why_not(known: Mapping[str, Scenario], name: str) -> str:
    if name not in known:
        return f"no scenario `{name[:80]}` is here"
    if known[name].begins != "supplier":
        return f"{name} is begun by the gateway"
    return ""


def _startable(known: Mapping[str, Scenario]) -> list[str]:
    return [name for name, scenario in known.items() if scenario.begins == "supplier"]


def _circle(way: tuple[str, ...]) -> str:
    return f"start: a circle without an end: {' starts '.join(way)}"


def _at(scenario: Scenario, path: Path, said: str, code: str, hint: str = "") -> Problem:
    line, column, file = scenario.where(path)
    return Problem(message=said, file=file, line=line, column=column, hint=hint, code=code)
