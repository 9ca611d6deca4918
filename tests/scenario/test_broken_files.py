"""Broken scenario files, and all that `check` says of each: place, mistake and right word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator import dialects
from simulator.formats.schema import Strict
from simulator.rehearsal.books import bases_in
from simulator.rehearsal.folders import shipped_folder
from simulator.rehearsal.inspection import inspect
from simulator.scenario.expect.shape import (
    ExpectationSchema,
    KciSchema,
    NoRequestSchema,
    RequestSchema,
)
from simulator.scenario.schema import (
    AnsweredSchema,
    EntrySchema,
    RepeatSchema,
    ScenarioSchema,
    StepSchema,
    WaySchema,
)

TEXT = (Path(__file__).parent / "broken.txt").read_text()
CASE = re.compile(r"^== ([^\n]*) \((\w+)\)\n(.*?)\n--\n(.*?)\n(?=\n|\Z)", re.DOTALL | re.MULTILINE)
CASES = CASE.findall(TEXT)


def said(dialect: str, text: str) -> list[str]:
    bases = bases_in([shipped_folder(dialect)])
    found = inspect(text + "\n", "x.yaml", dialects.get(dialect), bases)
    errors = [str(problem) for problem in found.errors]
    warnings = [f"warning: {problem}" for problem in found.warnings]
    return [line.replace("x.yaml:", "", 1) for line in (*errors, *warnings)]


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [(dialect, text, expected) for _, dialect, text, expected in CASES],
    ids=[name for name, *_ in CASES],
)
def test_every_mistake_of_a_file_is_told_once_and_at_its_place(
    dialect: str, text: str, expected: str
) -> None:
    assert said(dialect, text) == expected.split("\n")


def test_each_message_is_one_line_with_a_place() -> None:
    lines = [line for *_, expected in CASES for line in expected.split("\n")]
    assert len(CASES) > 200
    assert [line for line in lines if not re.match(r"(warning: )?\d+:\d+: \S", line)] == []
    assert [line for line in lines if len(line) > 450] == []


@pytest.mark.parametrize(
    "schema",
    [
        *(ScenarioSchema, EntrySchema, StepSchema, WaySchema, RepeatSchema, AnsweredSchema),
        *(ExpectationSchema, KciSchema, RequestSchema, NoRequestSchema),
    ],
)
def test_every_key_of_the_format_is_in_a_broken_file(schema: type[Strict]) -> None:
    texts = "\n".join(text for *_, text, _ in CASES)
    keys = [field.data_key or name for name, field in schema().fields.items()]
    assert [key for key in keys if not re.search(rf"\b{key}\b", texts)] == []


@pytest.mark.slow
@pytest.mark.parametrize("change", ["left out", "twice", "indented"])
def test_a_file_may_be_broken_in_any_line(change: str) -> None:
    for _, dialect, text, _ in CASES:
        lines = text.split("\n")
        for at, line in enumerate(lines):
            changed = {"left out": [], "twice": [line, line], "indented": [f"  {line}"]}[change]
            for problem in said(dialect, "\n".join([*lines[:at], *changed, *lines[at + 1 :]])):
                assert re.match(r"(warning: )?\d+:\d+: \S", problem) and problem.isprintable()
