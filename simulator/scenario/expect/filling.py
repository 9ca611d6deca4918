"""What one order expects of the gateway: its scenario's `expect`, with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import RenderFailed
from simulator.language import matching, template
from simulator.model import Expectation, ExpectedKcis, ExpectedRequest, NoKci, Scenario
from simulator.scenario.constructs import is_template
from simulator.scenario.expect.fields import read_within


def expected(scenario: Scenario, params: Mapping[str, Any]) -> tuple[Expectation, ...]:
    """The expectations of a scenario, played with these parameters. What a parameter cannot fill
    stays as it is written.
    """
    return tuple(_filled(each, params) for each in scenario.expect)


def _filled(expectation: Expectation, params: Mapping[str, Any]) -> Expectation:
    if isinstance(expectation, NoKci):
        return expectation
    if is_template(expectation.within):
        calendar = not isinstance(expectation, ExpectedKcis)
        with suppress(RenderFailed, ValueError):
            within = template.render(expectation.within, params)
            expectation = replace(expectation, within=read_within(within, calendar=calendar))
    if isinstance(expectation, ExpectedRequest):
        with suppress(RenderFailed):
            expectation = replace(expectation, when=matching.filled(expectation.when, params))
    return expectation
