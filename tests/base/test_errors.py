"""Errors: the hint names the word that was probably meant."""

from __future__ import annotations

import pytest

from simulator.base.errors import nearest

KEYS = ["after", "at", "illegal", "mark", "send", "set", "status", "wait", "with"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sent", "send"),
        ("sned", "send"),
        ("Send", "send"),
        ("sett", "set"),
        ("statsu", "status"),
        ("afer", "after"),
        ("waits", "wait"),
        ("wiht", "with"),
        ("ilegal", "illegal"),
    ],
)
def test_the_hint_names_the_word_that_differs_least(typed: str, meant: str) -> None:
    assert nearest(typed, KEYS) == f"did you mean `{meant}`?"


def test_a_word_like_no_other_gets_the_list() -> None:
    assert nearest("zzz", ["b", "a"]) == "one of: a, b"
    assert nearest("zzz", []) == ""
