"""What was found of a life, as the text of a scenario file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from simulator.formats.yaml_writing import flow

WIDTH = 100
_ROUNDED = (
    "Delays of 10 s and more are rounded to whole seconds, those of 1 s and more to tenths of a"
    " second, shorter ones to milliseconds."
)


@dataclass(slots=True)
class Part:
    """A step or an entry: its members as the file has them, and what cannot be told of it."""

    members: dict[str, Any]
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Answer(Part):
    """An entry: it has a timeline of its own."""

    steps: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """A scenario that was found: its head, its steps, its entries by action, and remarks about the
    whole.
    """

    head: dict[str, Any]
    steps: list[Part] = field(default_factory=list)
    entries: dict[str, list[Answer]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        """All remarks, for whoever does not read the file."""
        parts = [*self.steps, *(entry for listed in self.entries.values() for entry in listed)]
        inner = [step for part in parts if isinstance(part, Answer) for step in part.steps]
        return [*self.remarks, *(said for part in [*parts, *inner] for said in part.remarks)]


def as_yaml(recording: Recording) -> str:
    """The text of the file."""
    return "\n".join(_lines(recording)) + "\n"


def _lines(recording: Recording) -> Iterator[str]:
    yield from _comments(["Recorded from the life of one order.", _ROUNDED, *recording.remarks], "")
    for key, value in recording.head.items():
        yield f"{key}: {flow(value)}"
    if recording.steps:
        yield "timeline:"
        for step in recording.steps:
            yield from _step(step, "  ")
    for action, listed in recording.entries.items():
        yield f"{action}:"
        for entry in listed:
            yield from _entry(entry)


def _entry(entry: Answer) -> Iterator[str]:
    yield from _comments(entry.remarks, "  ")
    mark = "- "
    for key, value in entry.members.items():
        yield f"  {mark}{key}: {flow(value)}"
        mark = "  "
    if entry.steps:
        yield "    timeline:"
        for step in entry.steps:
            yield from _step(step, "      ")


def _step(step: Part, margin: str) -> Iterator[str]:
    """One line, or one line for each member where one line is too long."""
    yield from _comments(step.remarks, margin)
    line = f"{margin}- {flow(step.members)}"
    if len(line) <= WIDTH:
        yield line
        return
    mark = "- "
    for key, value in step.members.items():
        yield f"{margin}{mark}{key}: {flow(value)}"
        mark = "  "


def _comments(said: list[str], margin: str) -> Iterator[str]:
    for remark in said:
        for line in wrap(remark, WIDTH - len(margin) - 2, break_long_words=False):
            yield f"{margin}# {line}"


def plain(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a part that say something."""
    return {key: value for key, value in members.items() if value not in ("", None, {}, [], False)}
