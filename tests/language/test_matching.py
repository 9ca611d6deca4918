"""Conditions: which of them hold."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.language import matching
from simulator.model import Condition

FACTS = {
    "body": {
        "type": "NEW",
        "n": 3,
        "ok": True,
        "sites": [{"role": "A"}, {"role": "B"}],
        "chars": [{"name": "P", "value": "1"}],
    },
    "order": {"status": "HELD", "document": {"x": None}},
    "header": {"x-mode": "7"},
    "param": {"p": "v"},
    "tenant": "T",
    "operation": "provide",
    "marked": ("M",),
    "open": ["amendment"],
    "now": "2026",
}


@pytest.mark.parametrize(
    ("path", "test", "value", "holds"),
    [
        ("type", "equal", "NEW", True),
        ("type", "equal", ["OLD", "NEW"], True),
        ("type", "equal", "new", False),
        ("n", "equal", 3, True),
        ("n", "equal", "3", True),
        ("ok", "equal", True, True),
        ("ok", "equal", 1, False),
        ("sites[1].role", "equal", "B", True),
        ("sites[*].role", "equal", "B", True),
        ("sites[9].role", "exists", False, True),
        ("chars[name=P].value", "equal", "1", True),
        ("chars[name=Q].value", "exists", False, True),
        ("order.status", "equal", "HELD", True),
        ("order.document.x", "exists", True, True),
        ("header.X-Mode", "equal", 7, True),
        ("header.X-Other", "exists", False, True),
        ("param.p", "equal", "v", True),
        ("tenant", "equal", "T", True),
        ("marked", "equal", "M", True),
        ("marked", "equal", "N", False),
        ("open", "equal", "amendment", True),
        ("type", "matches", "^N.W$", True),
        ("type", "matches", "^W", False),
        ("missing", "matches", ".*", False),
        ("missing.deep", "exists", True, False),
    ],
)
def test_conditions(path: str, test: str, value: Any, holds: bool) -> None:
    difference = matching.first_difference([Condition(path=path, test=test, value=value)], FACTS)
    assert (difference == "") is holds, difference


def test_a_hostile_pattern_takes_no_time() -> None:
    matching.check_pattern("(a+)+$")
    assert matching.first_difference(
        [Condition(path="t", test="matches", value="(a+)+$")], {"body": {"t": "a" * 50_000 + "!"}}
    )
