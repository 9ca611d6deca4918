"""The short cuts of the JSON reader and writer change no verdict, no value and no text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.formats import strict_json
from simulator.language.paths import Member

TEXT = st.text(st.sampled_from('ab"\\[]{},:é\u2028\U0001f600'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner | TEXT, max_size=4),
    max_leaves=12,
)


FEW = settings(max_examples=60, deadline=None, derandomize=True)
MANY = settings(FEW, max_examples=1000)


def read_again(value: Any, plain: bool) -> None:
    body = json.dumps(value, ensure_ascii=plain).encode()
    assert json.dumps(strict_json.loads(body)) == json.dumps(value)
    assert json.dumps(strict_json.loads(body, repeated_keys=[])) == json.dumps(value)


@FEW
@given(VALUES, st.booleans())
def test_what_was_written_is_read_again(value: Any, plain: bool) -> None:
    read_again(value, plain)


@pytest.mark.slow  # many examples
@MANY
@given(VALUES, st.booleans())
def test_much_that_was_written_is_read_again(value: Any, plain: bool) -> None:
    read_again(value, plain)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"a": "\\u0000"}', "bad_text"),
        ('{"\\ud800": 1}', "bad_text"),
        ('["\\udc00"]', "bad_text"),
        ('{"a": "\x00"}', "not_json"),
        ("[" * 65 + "]" * 65, "too_deep"),
        ('{"a":' * 65 + "1" + "}" * 65, "too_deep"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "duplicate_key"),
        ('{"a": {"b": 1, "b": 2}, }', "duplicate_key"),
        ('{"a": 1e400}', "number_range"),
        ('{"a": ' + "1" * 101 + "}", "number_range"),
        ('{"a": NaN}', "not_json"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, word: str) -> None:
    with pytest.raises(ValueError) as error:
        strict_json.loads(text.encode())
    assert str(error.value).endswith(f" ({word})")


def test_brackets_in_a_text_and_beside_each_other_are_not_depth() -> None:
    value = [["[" * 100], *([] for _ in range(100))]
    assert strict_json.loads(json.dumps(value).encode()) == value


def test_keys_that_occur_twice_are_named_where_that_is_wanted() -> None:
    repeated: list[str] = []
    body = b'{"a": 1, "a": 2, "b": [{"c": 1, "c": 2}], "d": "\\u00e9"}'
    assert strict_json.loads(body, repeated_keys=repeated) == {"a": 2, "b": [{"c": 2}], "d": "é"}
    assert sorted(repeated) == ["a", "c"]


def test_a_mistake_behind_a_key_that_occurs_twice_is_still_one() -> None:
    with pytest.raises(ValueError, match="not_json"):
        strict_json.loads(b'{"a": {"b": 1, "b": 2}, }', repeated_keys=[])
    with pytest.raises(ValueError, match="bad_text"):
        strict_json.loads(b'{"a": 1, "a": "\\u0000"}', repeated_keys=[])


WRITTEN_TEXT = st.text(
    st.characters() | st.sampled_from('"\\/\x00\x1f\x7f\ud800\u2028é'), max_size=6
)
WRITTEN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**64, -(2**63) - 1])
    | WRITTEN_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(WRITTEN_TEXT, inner, max_size=4)
        | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=12,
)
COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def compare_writers(value: Any) -> None:
    text = strict_json.dumps(value)
    assert text == json.dumps(value, **COMPACT)
    assert strict_json.canonical(value) == json.dumps(value, **COMPACT, sort_keys=True)
    assert strict_json.loads_written(text) == json.loads(text)


@FEW
@given(WRITTEN)
def test_the_quick_writer_writes_the_text_of_the_standard_library(value: Any) -> None:
    compare_writers(value)


@pytest.mark.slow  # many examples
@MANY
@given(WRITTEN)
def test_the_quick_writer_writes_much_as_the_standard_library(value: Any) -> None:
    compare_writers(value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_so_that_it_is_read_again(number: float) -> None:
    assert repr(strict_json.loads_written(strict_json.dumps(number))) == repr(number)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("write", [strict_json.dumps, strict_json.canonical])
def test_what_is_no_number_is_not_written(number: float, write: Callable[[Any], str]) -> None:
    for value in (number, [None, number], {"a": {"b": (1.5, number)}}, {"a": number, "b": 2**64}):
        with pytest.raises(ValueError, match="JSON"):
            write(value)


@pytest.mark.parametrize("value", [date(2026, 3, 2), Member("a"), {1}, b"a"])
def test_what_is_no_json_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        strict_json.dumps({"a": value})
