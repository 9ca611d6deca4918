"""Conditions: which of them hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from simulator.language import matching
from simulator.language.comparing import pattern_of
from simulator.language.conflicts import exclude_each_other
from simulator.model import Condition, Conditions
from simulator.scenario.when_field import When

FACTS = {
    "body": {
        "type": "NEW",
        "n": 3,
        "ok": True,
        "sites": [{"role": "A"}, {"role": "B"}],
        "chars": [{"name": "P", "value": "1"}],
        "codes": ["X", "Y"],
        "size": 1.5,
        "big": 12345678901234567890,
        "text": "12",
        "day": "2026-03-02",
        "at": "2026-03-02T09:30:00+01:00",
        "local": "2026-03-02T09:30:00",
        "nothing": None,
        "counts": [1, 10],
    },
    "order": {"status": "HELD", "document": {"x": None}},
    "header": {"x-mode": "7"},
    "param": {"p": "v"},
    "tenant": "T",
    "operation": "provide",
    "marked": ("M",),
    "open": ["amendment"],
    "now": "2026-03-02T09:00:00.000Z",
}


def read(when: Any) -> Conditions:
    conditions: Conditions = When().deserialize(when)
    return conditions


def difference(when: Any) -> str:
    return matching.first_difference(read(when), FACTS)


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
    condition = Condition(path=path, tests={test: value})
    difference = matching.first_difference((condition,), FACTS)
    assert (difference == "") is holds, difference


def test_a_hostile_pattern_takes_no_time() -> None:
    assert pattern_of("(a+)+$")
    condition = Condition(path="t", tests={"matches": "(a+)+$"})
    assert matching.first_difference((condition,), {"body": {"t": "a" * 50_000 + "!"}})


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"type": {"in": ["OLD", "NEW"]}}, True),
        ({"type": {"in": ["OLD"]}}, False),
        ({"type": {"contains": "E"}}, True),
        ({"type": {"contains": "e"}}, False),
        ({"codes": {"contains": "Y"}}, True),
        ({"codes": {"contains": "Z"}}, False),
        ({"n": {"contains": 3}}, True),
        ({"ok": {"starts": "tr"}}, True),
        ({"type": {"starts": "NE"}}, True),
        ({"type": {"starts": "EW"}}, False),
        ({"type": {"ends": "EW"}}, True),
        ({"type": {"ends": "NE"}}, False),
        ({"sites": {"starts": "A"}}, False),
        ({"missing": {"starts": "A"}}, False),
        ({"nothing": {"ends": "e"}}, False),
        ({"header.X-Mode": {"starts": 7}}, True),
    ],
)
def test_tests_of_texts(when: Any, holds: bool) -> None:
    assert (difference(when) == "") is holds, difference(when)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"n": {"more": 2}}, True),
        ({"n": {"more": 3}}, False),
        ({"n": {"less": 3.5}}, True),
        ({"n": {"less": 3}}, False),
        ({"n": {"more": 2, "less": 4}}, True),
        ({"n": {"more": 3, "less": 9}}, False),
        ({"size": {"more": "1.25", "less": 1.75}}, True),
        ({"big": {"more": 12345678901234567889}}, True),
        ({"big": {"more": 12345678901234567890}}, False),
        ({"text": {"more": 9}}, True),
        ({"header.X-Mode": {"more": 6, "less": 8}}, True),
        ({"header.X-Mode": {"more": "10"}}, False),
        ({"type": {"more": 0}}, False),
        ({"type": {"less": 0}}, False),
        ({"ok": {"more": 0}}, False),
        ({"nothing": {"less": 5}}, False),
        ({"missing": {"less": 5}}, False),
        ({"counts[*]": {"more": 9}}, True),
        ({"counts[*]": {"more": 3, "less": 9}}, False),
    ],
)
def test_a_number_is_compared_with_numbers_and_with_their_texts(when: Any, holds: bool) -> None:
    assert (difference(when) == "") is holds, difference(when)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"at": {"before": "2026-03-02T08:30:01Z"}}, True),
        ({"at": {"before": "2026-03-02T08:30:00Z"}}, False),
        ({"at": {"after": "2026-03-02T09:29:59+01:00"}}, True),
        ({"at": {"after": "2026-03-02T08:30:00Z"}}, False),
        ({"at": {"before": "now"}}, True),
        ({"at": {"after": "now - 31m"}}, True),
        ({"at": {"after": "now-30m"}}, False),
        ({"at": {"after": "2026-03-01"}}, True),
        ({"at": {"after": "2026-03-02"}}, False),
        ({"at": {"before": "2026-03-02"}}, False),
        ({"at": {"before": "2026-03-03"}}, True),
        ({"day": {"before": "now"}}, False),
        ({"day": {"after": "now"}}, False),
        ({"day": {"before": "now + 1d"}}, True),
        ({"day": {"after": "now - 1d", "before": "now + 1d"}}, True),
        ({"day": {"before": "2026-03-03", "after": "2026-03-01"}}, True),
        ({"now": {"after": "2026-03-02T08:59:59Z"}}, True),
        ({"local": {"before": "2027-01-01"}}, False),
        ({"text": {"before": "2027-01-01"}}, False),
        ({"n": {"after": "1970-01-01"}}, False),
        ({"type": {"after": "1970-01-01"}}, False),
        ({"missing": {"before": "2027-01-01"}}, False),
    ],
)
def test_a_moment_is_compared_with_moments(when: Any, holds: bool) -> None:
    assert (difference(when) == "") is holds, difference(when)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"type": {"not": "NEW"}}, False),
        ({"type": {"not": "OLD"}}, True),
        ({"type": {"not": ["OLD", "NEW"]}}, False),
        ({"type": {"not": {"starts": "N"}}}, False),
        ({"type": {"not": {"starts": "N", "ends": "X"}}}, True),
        ({"missing": {"not": "NEW"}}, True),
        ({"missing": {"exists": True, "not": "NEW"}}, False),
        ({"type": {"exists": True, "not": "OLD"}}, True),
        ({"sites[*].role": {"not": "A"}}, False),
        ({"sites[*].role": {"not": "C"}}, True),
        ({"marked": {"not": "M"}}, False),
        ({"open": {"not": "cancellation"}}, True),
        ({"not": {"type": "NEW"}}, False),
        ({"not": {"type": "NEW", "n": 4}}, True),
        ({"not": {"missing": {"exists": True}}}, True),
        ({"any": [{"type": "OLD"}, {"n": 3}]}, True),
        ({"any": [{"type": "NEW", "n": 4}, {"n": 5}]}, False),
        ({"all": [{"type": "NEW"}, {"n": 3}]}, True),
        ({"all": [{"type": "NEW"}, {"n": 4}]}, False),
        ({"any": [{"all": [{"n": 4}]}, {"not": {"any": [{"n": 4}, {"n": 5}]}}]}, True),
        ({"tenant": "X", "any": [{"n": 3}]}, False),
    ],
)
def test_nests_and_not(when: Any, holds: bool) -> None:
    assert (difference(when) == "") is holds, difference(when)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"type": {"in": ["A", "B"]}}, "type is A or B, but it is NEW"),
        ({"type": {"starts": "SVC-"}}, "type starts with SVC-, but it is NEW"),
        (
            {"n": {"more": 3, "less": 9}},
            "n is more than 3 and is less than 9, but it is 3",
        ),
        ({"day": {"before": "now - 2d"}}, "day is before now - 2d, but it is 2026-03-02"),
        ({"missing": {"exists": True, "not": "A"}}, "missing exists, but it is absent"),
        ({"type": {"not": "NEW"}}, "type is not NEW, but it is NEW"),
        ({"type": {"not": ["NEW", "OLD"]}}, "type is neither NEW nor OLD, but it is NEW"),
        ({"type": {"not": {"ends": "W"}}}, "type does not end with W, but it is NEW"),
        ({"not": {"type": {"exists": True}}}, "type is absent, but it is NEW"),
        ({"not": {"gone": {"exists": False}}}, "gone exists, but it is absent"),
        ({"sites[*].role": {"not": "A"}}, "no sites[*].role is A, but it is A, B"),
        (
            {"n": {"not": {"more": 2, "less": 9}}},
            "not (n is more than 2 and is less than 9), but it is 3",
        ),
        (
            {"not": {"type": "NEW", "n": 3}},
            "not (type is NEW and n is 3), but type is NEW and n is 3",
        ),
        (
            {"any": [{"type": ["A", "B"]}, {"gone": {"exists": True}, "n": 3}]},
            (
                "any of (type is A or B; gone exists and n is 3),"
                " but type is NEW and gone is absent and n is 3"
            ),
        ),
        ({"all": [{"type": "NEW"}, {"n": 4}]}, "n is 4, but it is 3"),
    ],
)
def test_the_sentence_of_what_does_not_hold(when: Any, said: str) -> None:
    assert difference(when) == said


def test_each_condition_in_all_is_a_difference_of_its_own() -> None:
    when = {"all": [{"type": "OLD"}, {"n": 4}], "any": [{"ok": False}, {"n": 5}]}
    assert len(list(matching.differences(read(when), FACTS))) == 3


@pytest.mark.parametrize(
    ("when", "amount"),
    [
        ({}, 0),
        ({"a": 1, "b": [1, 2]}, 2),
        ({"a": {"more": 3, "less": 9}}, 2),
        ({"a": {"exists": True, "not": [1, 2]}}, 2),
        ({"all": [{"a": 1, "b": 1}, {"c": 1}]}, 3),
        ({"any": [{"a": 1, "b": 1}, {"c": 1}]}, 1),
        ({"not": {"a": 1, "b": 1}}, 1),
        ({"a": 1, "any": [{"b": 1, "c": 1}, {"all": [{"b": 1, "d": 1}]}]}, 3),
    ],
)
def test_how_many_conditions_there_are(when: Any, amount: int) -> None:
    assert matching.count(read(when)) == amount


@pytest.mark.parametrize("test", ["matches", "less", "before", "starts"])
def test_a_parameter_that_fits_no_test_never_holds(test: str) -> None:
    conditions = read({"any": [{"type": {test: "{{ p }}"}}]})
    filled = matching.filled(conditions, {"p": "("})
    assert matching.first_difference(filled, FACTS)
    assert "{{" not in matching.in_words(filled)


EXAMPLES = settings(deadline=None, derandomize=True)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "3", "x"]))
ASKED = st.one_of(
    VALUES.map(lambda value: {"not": value}),
    st.booleans().map(lambda there: {"exists": there}),
    st.tuples(st.sampled_from(["less", "more"]), st.integers(-9, 9)).map(lambda one: dict([one])),
    st.tuples(
        st.sampled_from(["starts", "ends", "contains"]), st.sampled_from(["x", "3", "-"])
    ).map(lambda one: dict([one])),
)
LEAVES = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.one_of(VALUES, st.lists(VALUES, min_size=1), ASKED),
    min_size=1,
)


def can_hold(when: Any) -> bool:
    """Whether none of its conditions excludes another one: that would be refused."""
    try:
        return read(when) is not None
    except ValidationError:
        return False


WHENS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
).filter(can_hold)


@EXAMPLES
@given(when=WHENS, a=VALUES, b=VALUES)
def test_not_turns_any_when_round(when: Any, a: Any, b: Any) -> None:
    facts = {"body": {"a": a, "b": b}}
    holds = not matching.first_difference(read(when), facts)
    assert bool(matching.first_difference(read({"not": when}), facts)) is holds
    assert bool(matching.first_difference(read({"not": {"any": [when]}}), facts)) is holds
    twice = {"all": [when, when]}
    assert (can_hold(twice) and not matching.first_difference(read(twice), facts)) is holds


@EXAMPLES
@given(when=WHENS, other=WHENS, a=VALUES, b=VALUES)
def test_conditions_that_exclude_each_other_never_both_hold(
    when: Any, other: Any, a: Any, b: Any
) -> None:
    facts = {"body": {"a": a, "b": b}}
    mine, theirs = read(when), read(other)
    both = not any(matching.first_difference(each, facts) for each in (mine, theirs))
    excluded = any(exclude_each_other(one, two) for one in mine for two in theirs)
    assert not (both and excluded)
