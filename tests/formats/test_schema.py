"""A pattern of a schema fits the whole text."""

from __future__ import annotations

import pytest

from simulator.formats.schema import String, load_field
from simulator.formats.validators import Regexp

NAME = String(validate=Regexp(r"[a-z]{1,3}$"))


@pytest.mark.parametrize("text", ["a\n", "a\nb", "\na", "abcd", ""])
def test_a_text_that_a_pattern_fits_in_part_is_refused(text: str) -> None:
    _, problems = load_field(NAME, text)
    assert len(problems) == 1 and "does not match" in problems[0][1]


def test_a_text_that_a_pattern_fits_as_a_whole_is_taken() -> None:
    assert load_field(NAME, "abc") == ("abc", [])
