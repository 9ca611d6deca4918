"""The message for a syntax error names the mistake that a person made, at its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from simulator.base.errors import Invalid
from simulator.formats import strict_yaml, yaml_syntax

FURTHER = (
    "this line is indented further than the line above it, which has its value already "
    "(align it with the keys that it belongs to)"
)
FITS_NONE = (
    "the indentation of this line fits no line above it (align it with the keys that it belongs to)"
)
MISTAKES: list[tuple[str, str]] = [
    (
        "scenario: X\ntimeline:\n  - after: 1s\n     send: COMMITTED\n",
        "4:6: " + FURTHER,
    ),
    (
        "scenario: X\ntimeline:\n  - after: 1s\n   send: COMMITTED\n",
        "4:4: " + FITS_NONE,
    ),
    (
        "scenario: X\ntimeline:\n  - {after: 1s, send: A}\n - {after: 1s, send: B}\n",
        "4:2: this `-` is not aligned with the list that it belongs to",
    ),
    (
        "scenario: X\ntimeline:\n  - {after: 1s, send: A}\n    - {after: 1s, send: B}\n",
        "4:5: this `-` is not aligned with the others of its list (they stand in column 3)",
    ),
    (
        "scenario: X\namendment:\n  - reply: accept\n  timeline:\n    - {after: 1s, send: B}\n",
        "4:3: " + FITS_NONE,
    ),
    (
        "scenario: X\n  reply: accept\n",
        "2:3: " + FURTHER,
    ),
    (
        "scenario: X\nreply: accept\n timeline: []\n",
        "3:2: " + FURTHER,
    ),
    (
        "scenario: X\nabout: Accepted: then done\n",
        "2:8: `Accepted: ` reads like a key inside a text (quote the whole text)",
    ),
    (
        "scenario: X\nreply accept\ntimeline: []\n",
        "2:1: `reply accept` has no `: ` between its key and its value",
    ),
    (
        "scenario: X\nreply accept\n",
        "2:1: `reply accept` has no `: ` between its key and its value",
    ),
    ("scenario: X\nreply:accept\ntimeline: []\n", "2:1: a space is missing behind `reply:`"),
    (
        'scenario: X\nabout: "abc\nreply: accept\n',
        "2:8: the quote that begins here is never closed",
    ),
    (
        "scenario: X\nabout: 'abc\nreply: accept\n",
        "2:8: the quote that begins here is never closed",
    ),
    (
        'scenario: X\nabout: "abc" def\nreply: accept\n',
        "2:14: text follows behind the end of a value (quote the whole text)",
    ),
    (
        "scenario: X\ntimeline:\n  - {after: 1s, send: X\n  - {after: 1s, send: Y}\n",
        "3:5: the `{` that begins here is never closed",
    ),
    (
        "scenario: X\ntimeline:\n  - {after: 1s, send: X\n",
        "3:5: the `{` that begins here is never closed",
    ),
    (
        "scenario: X\nwhen: {orderType: [NEW, START}\n",
        "2:19: the `[` that begins here is never closed",
    ),
    ("scenario: X\ntimeline:\n  - {after: 1s, send: X}}\n", "3:25: this `}` closes nothing"),
    ("scenario: X\nreply: {reject: [a]]}\n", "2:20: this `]` closes nothing"),
    ("scenario: X\ntimeline:\n  - {after: 1s send: X}\n", "3:16: a comma is missing before `send`"),
    ("scenario: X\n\treply: accept\n", "2:1: a tab cannot indent a line (use spaces)"),
    (
        "scenario: X\ntimeline:\n\t- {after: 1s, send: X}\n",
        "3:1: a tab cannot indent a line (use spaces)",
    ),
    ("scenario: X\nabout: @home\n", "2:8: a text cannot begin with `@` (quote the whole text)"),
    ("scenario: X\nabout: `home`\n", "2:8: a text cannot begin with ``` (quote the whole text)"),
    ("scenario: X\nabout: %home\n", "2:8: a text cannot begin with `%` (quote the whole text)"),
    (
        "scenario: X\nabout: *important* thing\n",
        "2:8: a text cannot begin with `*` (quote the whole text)",
    ),
    (
        "scenario: X\nreply: {reject: [Order {{ order.ref }} is late]}\n",
        '2:24: a template stands outside quotes (quote the whole text: "... {{ ... }} ...")',
    ),
    (
        "scenario: X\nreply:\n  reject: [a {{ b }}]\n",
        '3:14: a template stands outside quotes (quote the whole text: "... {{ ... }} ...")',
    ),
    (
        "scenario: X\nabout: {{ a }} b\n",
        '2:8: a template stands outside quotes (quote the whole text: "... {{ ... }} ...")',
    ),
    (
        'scenario: X\nwhen: {notes: {matches: "\\d+"}}\n',
        "2:26: `\\d` means nothing in double quotes (use single quotes)",
    ),
    ("scenario: X\nabout: ? x\n", "2:8: a text cannot begin with `? ` (quote the whole text)"),
    ("scenario: X\nabout: |x\n", "2:8: a text cannot begin with `|` (quote the whole text)"),
    (
        "scenario: X\nabout: x:\n",
        "2:8: `x: ` reads like a key inside a text (quote the whole text)",
    ),
    (
        "scenario: X\nreply: - accept\n",
        "2:8: a list begins on a line of its own (or write [ ... ])",
    ),
    ("scenario: X\ntimeline:\n  -{after: 1s, send: X}\n", "3:3: a space is missing behind the `-`"),
    ("scenario: X\nreply: *base\n", "2:8: a text cannot begin with `*` (quote the whole text)"),
    (
        'scenario: X\nabout: "abc\ntimeline:\n  - {after: "{{ gap }}", send: X}\n',
        "2:8: the quote that begins here is not closed on its line",
    ),
    ("scenario: X\nreply: {reject: [No, {a]}\n", "2:24: this `]` closes nothing"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_of_the_syntax_is_told_at_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        strict_yaml.load(text, "x.yaml")
    place, _, sentence = said.partition(": ")
    assert str(caught.value) == f"x.yaml:{place}: not YAML: {sentence}"


@pytest.mark.parametrize(("text", "said"), MISTAKES)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
def test_both_parsers_of_pyyaml_are_understood(loader: Any, text: str, said: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        loader(text).get_single_node()
    mistake = yaml_syntax.explain(caught.value, text)
    assert caught.value.problem not in mistake.message
    assert f"{mistake.line + 1}" == said.partition(":")[0] or "not closed on its line" in said


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        (
            "a: {{ gap }}\nb: 1\n",
            {"a": "{{ gap }}", "b": 1},
            'x.yaml:1:4: a template stands outside quotes (write "{{ gap }}")',
        ),
        (
            "x: {after:1s, send: S}",
            {"x": {"after": "1s", "send": "S"}},
            "x.yaml:1:5: a space is missing behind `after:`",
        ),
        (
            "x: {send:A, send: B}",
            {"x": {"send": "A"}},
            "x.yaml:1:5: a space is missing behind `send:`",
        ),
        (
            "x: {text: Works stopped, sorry}",
            {"x": {"text": "Works stopped", "sorry": None}},
            "x.yaml:1:26: `sorry` has no value (quote a text that has a comma in it)",
        ),
        ("a: 1\na: 2\n", {"a": 1}, "x.yaml:2:1: the key `a` occurs twice: first on line 1"),
        (
            "a: !b c",
            {"a": None},
            "x.yaml:1:4: the tag `!b` is not allowed (quote a text that begins with `!`)",
        ),
    ],
)
def test_what_can_be_passed_over_hides_nothing_behind_it(text: str, value: Any, said: str) -> None:
    located = strict_yaml.read(text, "x.yaml")
    assert located.value == value
    assert str(located.problems[0]) == said
    with pytest.raises(Invalid):
        strict_yaml.load(text, "x.yaml")
