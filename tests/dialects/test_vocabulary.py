"""What a contract's documents may hold is derived from the schemas that check them."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import fields

from simulator import dialects
from simulator.dialects.members import members_of
from simulator.formats import strict_json
from simulator.formats.schema import (
    Boolean,
    Mapped,
    OneOfTypes,
    String,
    Tolerant,
    listed,
    nested,
)
from simulator.formats.validators import OneOf
from simulator.model import Known


class Part(Tolerant):
    name = String()


class Round(Tolerant):
    kind = String()
    radius = fields.Integer()


class One(Tolerant):
    word = String(validate=OneOf(["A", "B"]), data_key="theWord")
    flag = Boolean()
    parts = listed(nested(Part))
    shape = OneOfTypes("kind", {"round": Round})
    free = Mapped()


class Other(Tolerant):
    theWord = String(validate=OneOf(["C"]))
    flag = String()


def test_each_member_stands_by_its_path_with_the_values_of_its_enumeration() -> None:
    assert members_of(One(), Other()) == {
        "theWord": Known(values=("A", "B", "C")),
        "flag": Known(),
        "parts": Known(),
        "parts[]": Known(),
        "parts[].name": Known(),
        "shape": Known(),
        "shape.kind": Known(values=("round",)),
        "shape.radius": Known(),
        "free": Known(free=True),
    }


def paths(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        below = [paths(inner, f"{path}.{key}".lstrip(".")) for key, inner in value.items()]
        return [path, *(found for each in below for found in each)]
    if isinstance(value, list):
        return [path, *(found for inner in value for found in paths(inner, f"{path}[]"))]
    return [path]


@pytest.mark.parametrize("name", dialects.names())
def test_every_member_of_the_samples_is_known(name: str) -> None:
    dialect = dialects.get(name)
    for operation in dialect.sample_operations("create"):
        body = strict_json.loads(dialect.sample(operation, None, 1).body)
        known = dialect.vocabulary.requests["create"]
        assert [path for path in paths(body) if path and path not in known] == []


@pytest.mark.parametrize("name", dialects.names())
def test_what_no_step_may_set_is_a_member_of_the_order(name: str) -> None:
    vocabulary = dialects.get(name).vocabulary
    assert vocabulary.fixed and vocabulary.fixed.keys() <= vocabulary.order.keys()
    assert set(vocabulary.requests) == set(vocabulary.replies)
