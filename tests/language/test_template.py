"""Templates: what an expression may be, what it gives, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base import seed
from simulator.base.errors import RenderFailed
from simulator.language import template

NAMES = {
    "order": {
        "ref": "7",
        "items": [1, 2],
        "document": {"date": "2026-03-02", "items": "mine", "name": "{{ 1 }}"},
    },
    "n": 3,
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{ n }}", 3),
        ("{{ order['items'] }}", [1, 2]),
        ("{{ order.document.items }}", "mine"),
        ("{{ order.document.name }}", "{{ 1 }}"),
        ("n is {{ n }}", "n is 3"),
        ("{{ n }}\n", "3\n"),
        ("{{ n + 1 - 2 / 2 }}", 3.0),
        ("{{ 'a' ~ n ~ none }}", "a3None"),
        ("{{ 'x' if n > 2 and not none else 'y' }}", "x"),
        ("{{ order.nope.deeper | default('d') }}", "d"),
        ("{{ order.document.date | plus('3d') }}", "2026-03-05"),
        ("{{ order.document.date | minus('1w') | upper }}", "2026-02-23"),
        ("{{ order['items'] | join('-') }}", "1-2"),
        ("{{ order['items'] | first }}{{ order['items'] | last }}{{ order.ref | length }}", "121"),
        ("{{ 2.567 | round(1) }}", 2.6),
    ],
)
def test_templates(text: str, value: Any) -> None:
    assert template.render(text, NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}",
        "{{ order.nobody }}",
        "{{ order.__class__ }}",
        "{{ ''.__class__ }}",
        "{{ 'a' + 'b' }}",
        "{{ 1 / 0 }}",
        "{{ n | first }}",
        "{{ n | plus('1d') }}",
        "{{ order.document.date | plus('soon') }}",
        "{{ 'x' | join }}",
    ],
)
def test_what_cannot_be_rendered_says_so(text: str) -> None:
    with pytest.raises(RenderFailed):
        template.render(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "{{ f() }}",
        "{{ order.items() }}",
        "{% if 1 %}{% endif %}",
        "{# hidden #}",
        "{% raw %}x{% endraw %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 2 ** 9 }}",
        "{{ '%99d' % 1 }}",
        "{{ n | center(9) }}",
        "{{ n is defined }}",
        "{{ {'a': 1} }}",
        "{{ " + "(" * 50 + "1" + ")" * 50 + " }}",
        "{{ n",
        "{{ }}",
        "{{ n }}" + "x" * 5000,
        "{{ " + " ~ ".join(["n"] * 200) + " }}",
        "{{ order.document.name.format(1) }}",
        "{{ 1e999 }}",
        "{{ -1e999 }}",
    ],
)
def test_what_a_template_may_not_hold_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        template.reads(text)


def test_the_output_of_a_template_is_bounded() -> None:
    with pytest.raises(RenderFailed, match="longer than"):
        template.render("{{ a ~ a }}", {"a": "x" * 60_000})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", set()),
        ("{{ 1 }}", set()),
        ("{{ order.document['a'].b[0].c }}", {("order", "document", "a", "b")}),
        ("{{ order[key].x }}", {("order",), ("key",)}),
        (
            "{{ now if request.x == gap else fake.name | default(order.ref) }}",
            {("now",), ("request", "x"), ("gap",), ("fake", "name"), ("order", "ref")},
        ),
    ],
)
def test_a_template_says_what_it_reads(text: str, found: set[tuple[str, ...]]) -> None:
    assert template.reads(text) == found


WORDS = ("n", "order", "items", "result", "self", "loop", "keys", "context", "_x")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES | st.just(seed.Chance("root").fake()) | st.just("x" * 70_000),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)
MEMBERS = st.sampled_from([*(f".{word}" for word in WORDS), "['items']", "[0]", "[true]", "[1.0]"])
PATHS = st.builds(
    lambda name, members: name + "".join(members),
    st.sampled_from(WORDS),
    st.lists(MEMBERS, max_size=3),
)


def rendered(text: str, names: dict[str, Any]) -> str:
    """The value with its type, or what is wrong, without the text of the template."""
    try:
        return repr(template.render(text, names))
    except RenderFailed as error:
        return f"failed: {str(error).partition('`: ')[2]}"


GIVEN = given(PATHS, st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=5), st.booleans())


def compare(path: str, names: dict[str, Any], alone: bool) -> None:
    """`if true` makes the same path one that Jinja looks up."""
    before, after = ("", "") if alone else ("a", "b")
    looked_up = rendered(f"{before}{{{{ {path} }}}}{after}", names)
    assert looked_up == rendered(f"{before}{{{{ {path} if true }}}}{after}", names)


@settings(max_examples=100, deadline=None, derandomize=True)
@GIVEN
def test_a_path_alone_is_looked_up_as_jinja_looks_it_up(
    path: str, names: dict[str, Any], alone: bool
) -> None:
    compare(path, names, alone)


@pytest.mark.slow  # many examples
@settings(max_examples=2000, deadline=None, derandomize=True)
@GIVEN
def test_many_paths_are_looked_up_as_jinja_looks_them_up(
    path: str, names: dict[str, Any], alone: bool
) -> None:
    compare(path, names, alone)
