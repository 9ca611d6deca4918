"""Conditions of a `when`: data, not code. A path says where to look, a test what must stand there;
all must hold.

Paths (see `paths`) without a prefix look into the request's body. Prefixes: `order.`, `header.`,
`param.`, and the single words `tenant`, `operation`, `marked`, `open`, `now`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import re2

from simulator.language import paths
from simulator.model import Condition

PREFIXES = ("order", "header", "param")
WORDS = ("tenant", "operation", "marked", "open", "now")
TESTS = ("exists", "matches")


def check_path(path: str) -> None:
    """ValueError when a path cannot be read."""
    prefix, dot, rest = path.partition(".")
    if prefix == "header" and dot:  # the name of a header may hold dots
        if not rest:
            raise ValueError("after `header.` comes the name of a header")
        return
    paths.check_lookup(path)


def check_pattern(pattern: str) -> None:
    """ValueError when a pattern is not a linear-time regular expression."""
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        said = (
            error.args[0].decode(errors="replace")
            if isinstance(error.args[0], bytes)
            else str(error)
        )
        shown = f"`{pattern[:60]}` is not a linear-time regular expression"
        raise ValueError(f"{shown}: {said.removesuffix(f': {pattern}')}") from None


def first_difference(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> str:
    """The first condition that does not hold, as a sentence; empty when all hold. `facts` are body,
    order, header, param, ...
    """
    return next(differences(conditions, facts), "")


def differences(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> Iterator[str]:
    """Each condition that does not hold, as a sentence."""
    for condition in conditions:
        values = look_up(condition.path, facts)
        if not _holds(condition, values):
            yield f"{describe(condition)}, but it is {_show(values)}"


def render_values(
    conditions: Iterable[Condition], render: Callable[[Any], Any]
) -> tuple[Condition, ...]:
    """The same conditions with `{{ param }}` in their values filled in."""
    rendered = [(condition, render(condition.value)) for condition in conditions]
    return tuple(
        condition if value is condition.value else replace(condition, value=value)
        for condition, value in rendered
    )


def describe(condition: Condition) -> str:
    """A condition as a person says it."""
    if condition.test == "exists":
        return f"{condition.path} exists" if condition.value else f"{condition.path} is absent"
    if condition.test == "matches":
        return f"{condition.path} matches {condition.value}"
    if isinstance(condition.value, list):
        return f"{condition.path} is {' or '.join(map(str, condition.value))}"
    return f"{condition.path} is {condition.value}"


def look_up(path: str, facts: Mapping[str, Any]) -> list[Any]:
    """Every value that a path reaches; `[*]` and lists of facts may reach several."""
    if path in WORDS:
        found = facts.get(path, ())
        return list(found) if isinstance(found, (list, tuple)) else [found]
    prefix, dot, rest = path.partition(".")
    if prefix == "header" and dot:
        name, headers = rest.lower(), facts["header"]
        return [headers[name]] if name in headers else []
    if prefix in PREFIXES and dot:
        return paths.look_up(facts.get(prefix), rest)
    return paths.look_up(facts["body"], path)


def _holds(condition: Condition, values: list[Any]) -> bool:
    if condition.test == "exists":
        return bool(values) is bool(condition.value)
    if condition.test == "matches":
        pattern = re2.compile(condition.value, _options())
        return any(
            isinstance(value, (str, int, float)) and pattern.search(str(value)) for value in values
        )
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    return any(_same(value, candidate) for value in values for candidate in wanted)


def _same(value: Any, wanted: Any) -> bool:
    """Equal, where a number and its text are the same: a header and a template are always text."""
    if type(value) is type(wanted):
        return bool(value == wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value == str(wanted).lower())
    if (isinstance(value, (int, float)) and isinstance(wanted, str)) or (
        isinstance(value, str) and isinstance(wanted, (int, float))
    ):
        return str(value) == str(wanted)
    return bool(value == wanted)


def _show(values: list[Any]) -> str:
    if not values:
        return "absent"
    return ", ".join(str(value)[:60] for value in values[:3])


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options
