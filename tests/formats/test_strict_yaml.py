"""A file that is too deep gets our own message, whichever parser PyYAML brings."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from simulator.base.errors import Invalid
from simulator.formats import strict_yaml

DEEP = {
    "flow sequences": ("x: " + "[" * 20_000, "x.yaml:1:35"),
    "flow sequences, one a line": ("x:\n" + " [\n" * 20_000, "x.yaml:33:2"),
    "flow maps": ("x: " + "{" * 20_000, "x.yaml:1:35"),
    "flow maps with keys": ("x: " + "{a: " * 20_000, "x.yaml:1:128"),
    "both kinds": ("x: " + "[{a: " * 10_000, "x.yaml:1:80"),
    "block sequences": ("- " * 20_000 + "x", "x.yaml:1:65"),
    "block maps": ("".join(" " * depth + "a:\n" for depth in range(600)), "x.yaml:33:33"),
    "brackets as a key": ("[" * 20_000 + ": 1", "x.yaml:1:33"),
    "behind letters of two bytes and more": ("ü: '😀'\nx: " + "[" * 20_000, "x.yaml:2:35"),
    "one level too many": ("x: " + "[" * 32 + "]" * 32, "x.yaml:1:35"),
    "a mistake that comes after it": ("x: " + "[" * 40 + "@", "x.yaml:1:35"),
}
FLAT = {
    "as deep as allowed": "x: " + "[" * 31 + "]" * 31,
    "double quotes": 'x: "' + "[" * 20_000 + '"',
    "single quotes": "x: '" + "[" * 20_000 + "'",
    "a plain text": "x: a" + "[" * 20_000,
    "a block of text": "x: |\n  " + "[" * 20_000,
    "a comment": "x: 1  # " + "[" * 20_000,
}
WITHOUT_LIBYAML = """
import json, sys, yaml
del yaml.CSafeLoader
from tests.formats.test_strict_yaml import said
json.dump([said(text) for text in json.load(sys.stdin)], sys.stdout)
"""


def said(text: str) -> str:
    """What is said of a file: an empty text when it is accepted."""
    try:
        strict_yaml.load(text, "x.yaml")
    except Invalid as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("text", "place"), DEEP.values(), ids=DEEP)
def test_a_file_that_is_too_deep_is_refused_at_its_33rd_level(text: str, place: str) -> None:
    assert said(text) == f"{place}: nested deeper than 32 levels"


@pytest.mark.parametrize("text", FLAT.values(), ids=FLAT)
def test_brackets_inside_texts_and_comments_are_not_counted(text: str) -> None:
    assert said(text) == ""


def test_a_mistake_before_the_depth_is_reached_is_told_as_such() -> None:
    assert said("x: " + "[" * 31 + "@").startswith(
        "x.yaml:1:35: not YAML: a text cannot begin with `@`"
    )


def test_the_same_is_said_where_pyyaml_has_no_libyaml() -> None:
    texts = [text for text, _ in DEEP.values()] + list(FLAT.values())
    wanted = [f"{place}: nested deeper than 32 levels" for _, place in DEEP.values()] + [""] * len(
        FLAT
    )
    command = [sys.executable, "-c", WITHOUT_LIBYAML]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == wanted
