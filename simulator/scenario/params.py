"""The values that a request gives to a scenario's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from simulator.base.errors import Refused, nearest
from simulator.model import Param, Scenario
from simulator.scenario.fields import read_param


def params_of(
    scenario: Scenario,
    headers: Mapping[str, str],
    query: str = "",
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The parameters of one request: defaults, then their own headers, then the query of
    X-Scenario, then `given`.

    Refused lists all that is wrong.
    """
    values = {name: param.default for name, param in scenario.params.items()}
    wrong: list[str] = []
    asked = [
        (param.header, param, headers[param.header.lower()])
        for param in scenario.params.values()
        if param.header.lower() in headers
    ]
    asked_by_name = parse_qsl(query, keep_blank_values=True) if query else ()
    named = [("X-Scenario: ", *pair) for pair in asked_by_name]
    named += [("", *pair) for pair in (given or {}).items()]
    for prefix, name, value in named:
        param = scenario.params.get(name)
        if param is None:
            said = f"{prefix}{scenario.name} has no parameter `{name[:60]}`"
            wrong.append(f"{said} ({nearest(name, scenario.params)})")
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


def asked_of(mix: Scenario, parts: Mapping[str, Scenario], query: str) -> dict[str, str]:
    """What the query of X-Scenario gives to the scenarios of a mix: to each the parameters that it
    has. Refused lists those that none of them has, and values that one of them cannot take.
    """
    known = {param for part in parts.values() for param in part.params}
    wrong: list[str] = []
    asked = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in asked.items():
        if name not in known:
            said = f"X-Scenario: no scenario of the mix {mix.name} has a parameter"
            wrong.append(f"{said} `{name[:60]}` ({nearest(name, known)})")
        for part in parts.values():
            if name in part.params:
                _value(f"X-Scenario: {name}", part.params[name], value, wrong)
    if wrong:
        raise Refused("invalid", list(dict.fromkeys(wrong)))
    return asked
