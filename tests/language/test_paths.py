"""Paths: one grammar, to look up and to change."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.base.errors import RenderFailed
from simulator.language import paths


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"a.b": 1}, {"a": {"b": 1, "x": 0}, "l": [{"n": "A", "v": "1"}]}),
        ({"a": None}, {"l": [{"n": "A", "v": "1"}]}),
        ({"l[n=A].v": "2"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "2"}]}),
        ({"l[n=B].v": "3"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}, {"n": "B", "v": "3"}]}),
        ({"l[+]": "z"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}, "z"]}),
        ({"l[0]": None}, {"a": {"x": 0}, "l": []}),
        (
            {"l[n=A]": None, "new.deep[k=1].v": 2},
            {"a": {"x": 0}, "l": [], "new": {"deep": [{"k": "1", "v": 2}]}},
        ),
        ({"gone.deeper": None}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}),
    ],
)
def test_paths_change_a_copy(change: dict[str, Any], result: dict[str, Any]) -> None:
    document = {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}
    assert paths.assign_all(document, change) == result
    assert document == {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}


def test_what_is_not_on_the_way_to_a_change_is_the_same_thing() -> None:
    document = {"a": {"x": [1]}, "l": [{"n": "A"}, {"n": "B"}]}
    changed = paths.assign_all(document, {"l[n=B].v": 2})
    assert changed["a"] is document["a"] and changed["l"][0] is document["l"][0]
    assert paths.assign_all(document, {"nobody": None}) is document


def test_a_change_leaves_the_value_of_another_alone() -> None:
    shared = {"x": 0}
    changed = paths.assign_all({}, {"a": shared, "b": shared, "a.x": 1})
    assert changed == {"a": {"x": 1}, "b": {"x": 0}} and shared == {"x": 0}


@pytest.mark.parametrize("path", ["a.x.y", "a[0]", "l.x", "l[7]"])
def test_a_path_that_leads_nowhere_says_so(path: str) -> None:
    with pytest.raises(RenderFailed, match="set "):
        paths.assign_all({"a": {"x": 0}, "l": []}, {path: 1})


@pytest.mark.parametrize("path", ["a", "a.b", "a[0].b", "a[*].b", "a[k=v. x].b", "a[+]", "a[0][1]"])
def test_a_path_reads_back_as_it_was_written(path: str) -> None:
    text = ""
    for part in paths.parse(path):
        text += f".{part}" if isinstance(part, paths.Member) and text else str(part)
    assert text == path


@pytest.mark.parametrize(
    "path", ["", ".a", "a.", "a..b", "[0]", "a[", "a]", "a[]", "a[0]b", "a.[0]", "a[=v]", "a[²]"]
)
def test_what_is_no_path_is_refused_for_both_uses(path: str) -> None:
    for check in (paths.parse, paths.check_lookup, paths.check_change):
        with pytest.raises(ValueError, match="a path is names with dots"):
            check(path)


def test_each_use_refuses_the_brackets_of_the_other() -> None:
    with pytest.raises(ValueError, match="to look one up"):
        paths.check_lookup("a[+].b")
    with pytest.raises(ValueError, match="to change one"):
        paths.check_change("a[*].b")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", [1]),
        ("l[1].n", ["B"]),
        ("l[*].n", ["A", "B"]),
        ("l[n=B].v", [2]),
        ("l[9]", []),
        ("a[0]", []),
        ("l.n", []),
        ("l[+]", []),
        ("a.b.c", []),
    ],
)
def test_a_path_reaches_values(path: str, found: list[Any]) -> None:
    document = {"a": {"b": 1}, "l": [{"n": "A", "v": 1}, {"n": "B", "v": 2}]}
    assert paths.look_up(document, path) == found
