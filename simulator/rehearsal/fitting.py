"""The request that begins a rehearsed order: a sample that the scenario's `when` takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from simulator import engine
from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.language import matching, paths
from simulator.model import Condition, Conditions, Incoming, Scenario, Submission
from simulator.rehearsal.playing import START
from simulator.rehearsal.sampling import read_sample

FORTNIGHT = 14 * instants.DAY
_MOMENTS = [instants.format_instant(START + length) for length in (FORTNIGHT, -FORTNIGHT)]
ANY = (*_MOMENTS, *(moment[:10] for moment in _MOMENTS), "SAMPLE-1", 1, True)
"""Values for a member that must be there: the first that the contract takes is as good as any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """The first request of a rehearsal, with its operation, and whether the `when` takes it. None
    where the supplier begins.
    """

    operation: str
    natural: bool = True
    incoming: Incoming | None = None


def first_of(
    scenario: Scenario, dialect: Dialect, params: Mapping[str, Any], given: Incoming | None
) -> First:
    """The given request, else the first sample that the scenario's `when` takes, with the members
    that it asks for; where it takes none, the one of which it takes most.
    """
    if scenario.begins == "supplier":
        return First(operation=dialect.vocabulary.begins[0])
    fitting = _Fitting(scenario.when, dialect, params)
    if given:
        return fitting.first(given)
    operations = dialect.sample_operations("create")
    samples = [dialect.sample(operation, None, 1) for operation in operations]
    for incoming in samples:
        if not fitting.unmet(incoming):
            return fitting.first(incoming)
    fitted = [fitting.fitted(incoming) for incoming in samples]
    return fitting.first(min(fitted, key=lambda incoming: len(fitting.unmet(incoming))))


@dataclass(frozen=True, slots=True)
class _Fitting:
    """What a `when` asks of requests, with these parameters."""

    when: Conditions
    dialect: Dialect
    params: Mapping[str, Any]

    def first(self, incoming: Incoming) -> First:
        operation = read_sample(self.dialect, incoming).operation
        return First(operation=operation, natural=not self.unmet(incoming), incoming=incoming)

    def unmet(self, incoming: Incoming) -> list[str]:
        """What differs from the `when`."""
        facts = self._facts(read_sample(self.dialect, incoming))
        try:
            filled = matching.filled(self.when, matching.names_of(facts))
        except RenderFailed as error:
            return [str(error)]
        return list(matching.differences(filled, facts))

    def fitted(self, incoming: Incoming) -> Incoming:
        """The request with what it lacks, as far as values can be found that the contract takes."""
        facts = self._facts(read_sample(self.dialect, incoming))
        try:
            wanted = [*_wanted(matching.filled(self.when, matching.names_of(facts)))]
        except RenderFailed:
            return incoming
        for condition in wanted:
            if not self._holds(condition, incoming):
                incoming = next(self._changed(incoming, condition), incoming)
        return incoming

    def _changed(self, incoming: Incoming, condition: Condition) -> Iterator[Incoming]:
        """The request with each value by which the condition holds."""
        for value in _values(condition):
            with suppress(Refused, RenderFailed):  # it is no value of that member
                changed = _with(incoming, condition.path, value)
                if self._holds(condition, changed):
                    yield changed

    def _holds(self, condition: Condition, incoming: Incoming) -> bool:
        facts = self._facts(read_sample(self.dialect, incoming))
        return not matching.first_difference((condition,), facts)

    def _facts(self, submission: Submission) -> dict[str, Any]:
        return engine.facts_of(submission, None, (), self.params, START)


def _wanted(conditions: Conditions) -> Iterator[Condition]:
    """The conditions that a request can be made to fulfil; the first part of an `any`."""
    for condition in conditions:
        if isinstance(condition, Condition):
            yield condition
        elif condition.word != "not":
            for part in condition.parts if condition.word == "all" else condition.parts[:1]:
                yield from _wanted(part)


def _values(condition: Condition) -> Iterator[Any]:
    """Values that may pass the tests of a condition: those that it names itself come first."""
    for test, wanted in condition.tests.items():
        if test != "exists":
            yield from wanted if isinstance(wanted, list) else [wanted]
        if test in ("less", "more") and isinstance(wanted, int):
            yield wanted + (1 if test == "more" else -1)
    yield from ANY


def _with(incoming: Incoming, path: str, value: Any) -> Incoming:
    """A request with a value in its body or its headers; as it is where a path is about neither."""
    prefix, dot, rest = path.partition(".")
    if prefix == "header" and dot:
        headers = {**incoming.headers, rest.lower(): str(value)}
        return replace(incoming, headers=headers, parsed={})
    if path in matching.WORDS or prefix in matching.PREFIXES:
        return incoming
    body = paths.assign_all(strict_json.loads(incoming.body), {path: value})
    return replace(incoming, body=strict_json.dumps(body).encode(), parsed={})
