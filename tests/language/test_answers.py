"""Answers of a gateway as files name them."""

from __future__ import annotations

import pytest

from simulator.language.answers import is_one_of, listed, overlap


def test_one_answer_or_a_list_of_them_may_be_named() -> None:
    assert listed(204) == ["204"]
    assert listed([404, "5xx"]) == ["404", "5xx"]


@pytest.mark.parametrize(
    ("answer", "wanted", "is_one"),
    [
        (404, ["404"], True),
        (404, ["4xx"], True),
        (404, ["5xx", "405"], False),
        ("4xx", ["4xx"], True),
        ("4xx", ["404"], False),
        ("", ["404"], False),
    ],
)
def test_an_answer_is_wanted_itself_or_by_its_class(
    answer: int | str, wanted: list[str], is_one: bool
) -> None:
    assert is_one_of(answer, wanted) is is_one


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        (["404"], ["4xx"], True),
        (["4xx"], ["404"], True),
        (["204", "404"], ["404"], True),
        (["204"], ["404", "5xx"], False),
    ],
)
def test_two_lists_overlap_where_one_answer_is_among_both(
    one: list[str], other: list[str], can: bool
) -> None:
    assert overlap(one, other) is can
