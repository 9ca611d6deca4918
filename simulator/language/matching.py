"""Conditions of a `when`: data, not code. A path says where to look, a test what must stand there;
all must hold.

Paths without a prefix look into the request's body: dots go into maps, `[n]`, `[*]` (any) and
`[key=value]` into lists. Prefixes: `order.`, `header.`, `param.`, and the single words `tenant`,
`operation`, `marked`, `open`, `now`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import re2

from simulator.model import Condition

PREFIXES = ("order", "header", "param")
WORDS = ("tenant", "operation", "marked", "open", "now")
TESTS = ("exists", "matches")

_PART = re.compile(r"([^.\[\]]+)|\[(\d+|\*|[^\[\]=]+=[^\[\]]*)\]")
_PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[(?:\d+|\*|[^\[\]=]+=[^\[\]]*)\])*")
_MISSING = object()


def check_path(path: str) -> None:
    """ValueError when a path cannot be read."""
    if not _PATH.fullmatch(path):
        raise ValueError("a path is names with dots, and [n], [*] or [key=value] for lists")


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
        raise ValueError(f"not a linear-time regular expression: {said}") from None


def first_difference(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> str:
    """The first condition that does not hold, as a sentence; empty when all hold. `facts` are body,
    order, header, param, ...
    """
    return next(differences(conditions, facts), "")


def differences(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> Iterator[str]:
    """Each condition that does not hold, as a sentence."""
    for condition in conditions:
        values = [value for value in look_up(condition.path, facts) if value is not _MISSING]
        if not _holds(condition, values):
            yield f"{describe(condition)}, but it is {_show(values)}"


def render_values(
    conditions: Iterable[Condition], render: Callable[[Any], Any]
) -> tuple[Condition, ...]:
    """The same conditions with `{{ param }}` in their values filled in."""
    return tuple(replace(condition, value=render(condition.value)) for condition in conditions)


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
    head = path.split(".", 1)[0].split("[", 1)[0]
    if path in WORDS:
        found = facts.get(path, ())
        return list(found) if isinstance(found, (list, tuple)) else [found]
    if head in PREFIXES and path != head:
        rest = path[len(head) + 1 :]
        return (
            [facts["header"].get(rest.lower(), _MISSING)]
            if head == "header"
            else _walk(facts.get(head), rest)
        )
    return _walk(facts["body"], path)


def _walk(root: Any, path: str) -> list[Any]:
    values = [root]
    for name, bracket in _PART.findall(path):
        values = [
            inner
            for value in values
            for inner in (_member(value, name) if name else _entries(value, bracket))
        ]
    return values


def _member(value: Any, name: str) -> list[Any]:
    return [value[name]] if isinstance(value, Mapping) and name in value else []


def _entries(value: Any, bracket: str) -> list[Any]:
    if not isinstance(value, list):
        return []
    if bracket == "*":
        return value
    if bracket.isdigit():
        return value[int(bracket) : int(bracket) + 1]
    key, wanted = bracket.split("=", 1)
    return [
        entry for entry in value if isinstance(entry, Mapping) and str(entry.get(key)) == wanted
    ]


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
