"""Conditions of a `when`: data, not code. A path says where to look, tests (see `comparing`) what
must stand there; nests join conditions. All must hold.

Paths (see `paths`) without a prefix look into the request's body. Prefixes: `order.`, `header.`,
`param.`, and the single words `tenant`, `operation`, `marked`, `open`, `now`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import RenderFailed
from simulator.language import paths, template
from simulator.language.comparing import TESTS
from simulator.model import Condition, Conditions, Nest

PREFIXES = ("order", "header", "param")
WORDS = ("tenant", "operation", "marked", "open", "now")

CANNOT_BE_TOLD = "its `when` cannot be evaluated"
"""How a reason begins that tells of a template which failed."""


def check_path(path: str) -> None:
    """ValueError when a path cannot be read."""
    prefix, dot, rest = path.partition(".")
    if prefix == "header" and dot:  # the name of a header may hold dots
        if not rest:
            raise ValueError("after `header.` comes the name of a header")
        return
    paths.check_lookup(path)


def first_difference(conditions: Conditions, facts: Mapping[str, Any]) -> str:
    """The first condition that does not hold, as a sentence; empty when all hold. `facts` are body,
    order, header, param, ...
    """
    return next(differences(conditions, facts), "")


def differences(conditions: Conditions, facts: Mapping[str, Any]) -> Iterator[str]:
    """Each condition that does not hold, as a sentence."""
    for condition in conditions:
        if isinstance(condition, Condition):
            values = look_up(condition.path, facts)
            if not _passes(condition, values, facts.get("now", "")):
                yield f"{describe(condition)}, but it is {_show(values)}"
        elif condition.word == "all":
            for part in condition.parts:
                yield from differences(part, facts)
        elif not _holds(condition, facts):
            yield f"{describe(condition)}, but {_found(condition, facts)}"


def names_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates in the values of a `when` see: order, request, now and the parameters."""
    own = {"order": facts.get("order", {}), "request": facts["body"], "now": facts.get("now", "")}
    return {**facts["param"], **own}


def filled(conditions: Conditions, names: Mapping[str, Any]) -> Conditions:
    """The same conditions with the templates in their values evaluated. RenderFailed where one
    cannot be.
    """
    return tuple(
        replace(condition, tests=template.render(dict(condition.tests), names))
        if isinstance(condition, Condition)
        else replace(condition, parts=tuple(filled(part, names) for part in condition.parts))
        for condition in conditions
    )


def unmet(conditions: Conditions, facts: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    """Why conditions with templates do not hold, empty when all do. Where a template cannot be
    evaluated they do not.
    """
    try:
        return first_difference(filled(conditions, names), facts)
    except RenderFailed as error:
        return f"{CANNOT_BE_TOLD}: {error}"


def leaves(conditions: Conditions) -> Iterator[Condition]:
    """Each condition on a path, also those in nests."""
    for condition in conditions:
        if isinstance(condition, Condition):
            yield condition
        else:
            for part in condition.parts:
                yield from leaves(part)


def count(conditions: Conditions) -> int:
    """How much a request must fulfil: each test is one. `all` is as many as stand in it, `any` as
    few as one of its parts needs, and `not` is one.
    """
    return sum(map(_count, conditions))


def _count(condition: Condition | Nest) -> int:
    if isinstance(condition, Condition):
        return len(condition.tests)
    if condition.word == "not":
        return 1
    amounts = [count(part) for part in condition.parts]
    return sum(amounts) if condition.word == "all" else min(amounts)


def in_words(conditions: Conditions) -> str:
    """Conditions that must all hold, as a person says it."""
    return " and ".join(map(describe, conditions))


def describe(condition: Condition | Nest) -> str:
    """A condition as a person says it."""
    if isinstance(condition, Condition):
        said = [_test_in_words(test, wanted) for test, wanted in condition.tests.items()]
        return f"{condition.path} {' and '.join(said)}"
    if condition.word == "any":
        return f"any of ({'; '.join(map(in_words, condition.parts))})"
    if condition.word == "all":
        return " and ".join(map(in_words, condition.parts))
    return _negated(condition.parts[0])


def _negated(part: Conditions) -> str:
    (first, *others) = part
    if others or not isinstance(first, Condition) or len(first.tests) > 1:
        return f"not ({in_words(part)})"
    if "[*]" in first.path:
        return f"no {describe(first)}"
    ((test, wanted),) = first.tests.items()
    return f"{first.path} {_test_in_words(test, wanted, negated=True)}"


def _test_in_words(test: str, wanted: Any, *, negated: bool = False) -> str:
    words = TESTS[test].negated if negated else TESTS[test].words
    if test == "exists":
        return TESTS[test].words if wanted is not negated else TESTS[test].negated
    if not isinstance(wanted, list):
        return f"{words} {wanted}"
    if negated and len(wanted) > 1:
        return f"is neither {' nor '.join(map(str, wanted))}"
    return f"{words} {' or '.join(map(str, wanted))}"


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


def _holds(condition: Condition | Nest, facts: Mapping[str, Any]) -> bool:
    if isinstance(condition, Condition):
        return _passes(condition, look_up(condition.path, facts), facts.get("now", ""))
    held = (all(_holds(inner, facts) for inner in part) for part in condition.parts)
    if condition.word == "not":
        return not any(held)
    return any(held) if condition.word == "any" else all(held)


def _passes(condition: Condition, values: list[Any], now: str) -> bool:
    """Whether one of the values passes all the tests."""
    if condition.tests.get("exists") is False:
        return not values and len(condition.tests) == 1
    for value in values:
        for test, wanted in condition.tests.items():
            if not TESTS[test].passes(value, wanted, now):
                break
        else:
            return True
    return False


def _found(nest: Nest, facts: Mapping[str, Any]) -> str:
    """What stands where the conditions of a nest look."""
    looked = {leaf.path: look_up(leaf.path, facts) for leaf in leaves((nest,))}
    if len(looked) == 1:
        return f"it is {_show(*looked.values())}"
    return " and ".join(f"{path} is {_show(values)}" for path, values in looked.items())


def _show(values: list[Any]) -> str:
    if not values:
        return "absent"
    return ", ".join(str(value)[:60] for value in values[:3])
