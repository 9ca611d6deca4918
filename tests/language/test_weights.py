"""Drawing one of several things by weight."""

from __future__ import annotations

from simulator.base.seed import Chance
from simulator.language.weights import chance_by, picked, share

WEIGHTS = {"A": 0.5, "B": 1.0, "C": 0.5}
CHANCE = Chance("7", ("supplier", "scenario"))


def at(path: str, **body: object) -> Chance | None:
    return chance_by(CHANCE, path, {"body": body, "header": {}})


def test_weights_are_shares_and_need_no_sum() -> None:
    assert [picked(WEIGHTS, number / 8) for number in range(8)] == [*"AABBBBCC"]


def test_the_greatest_number_picks_one_of_them() -> None:
    assert picked({"A": 0.1, "B": 0.2}, 1.0) == "B"


def test_a_share_is_told_as_it_was_written() -> None:
    assert [share(WEIGHTS, thing) for thing in "AB"] == ["0.5 of 2", "1 of 2"]


def test_a_draw_by_a_path_hangs_on_what_stands_there() -> None:
    assert at("city", city="Hull", id=1) == at("city", city="Hull", id=2)
    assert at("city", city="Hull") != at("city", city="York")
    assert at("address", address={"a": 1, "b": 2}) == at("address", address={"b": 2, "a": 1})


def test_a_draw_by_a_path_at_which_nothing_stands_hangs_on_something_else() -> None:
    assert at("city") is None
    assert at("", city="Hull") is None
