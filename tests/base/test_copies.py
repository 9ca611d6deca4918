"""A copy with other values is what `dataclasses.replace` makes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from simulator.base.copies import replace
from simulator.model import Frame, Kci, Step

KCI = Kci(id="1", order="o", request="r", position=1, due_at=5, step=Step(send="DELAY"))


@pytest.mark.parametrize(
    ("thing", "changes"),
    [
        (KCI, {}),
        (KCI, {"due_at": 7, "step": Step(), "last": {"code": 204}}),
        (Frame(status="PENDING"), {"request": "2"}),
    ],
)
def test_a_copy_is_the_one_of_the_standard_library(thing: Any, changes: dict[str, Any]) -> None:
    before = dataclasses.astuple(thing)
    assert replace(thing, **changes) == dataclasses.replace(thing, **changes)
    assert type(replace(thing)) is type(thing) and replace(thing) is not thing
    assert dataclasses.astuple(thing) == before


def test_what_is_not_replaced_is_the_same_thing() -> None:
    assert replace(KCI, due_at=7).step is KCI.step


def test_a_name_that_is_no_member_is_a_mistake() -> None:
    wrong: dict[str, Any] = {"due": 7}
    with pytest.raises(AttributeError):
        replace(KCI, **wrong)
