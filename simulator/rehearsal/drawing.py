"""A scenario as a drawing: a Mermaid sequence diagram, for documents and for a console."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from simulator.base import instants
from simulator.language import matching
from simulator.language.weights import share
from simulator.rehearsal import START, Rehearsal, RehearsedEntry
from simulator.rehearsal.walks import ToldWay
from simulator.views.expectations import told
from simulator.views.story import Line

_ARROWS = {"request": "G->>S", "reply": "S-->>G", "kci": "S->>G"}
_SPECIAL = re.compile(r"[#;<>%]")


def as_mermaid(rehearsed: Rehearsal) -> str:
    """The story as one sequence diagram; each entry for a later request is a block of its own,
    and so are the ways on which the story may go on.
    """
    scenario = rehearsed.scenario
    lines = ["sequenceDiagram", f"    title {_label(scenario.name)}"]
    lines += ["    participant G as Gateway", "    participant S as Supplier"]
    lines += [f"    Note over G: {_label(line)}" for line in told(rehearsed.expects)]
    if scenario.mix:
        shares = ", ".join(f"{name} ({share(scenario.mix, name)})" for name in scenario.mix)
        lines.append(f"    Note over S: {_label(f'one of {shares}')}")
    elif scenario.answers == "create":
        lines += _story(rehearsed.lines, rehearsed.ways, "    ")
    for entry in rehearsed.entries:
        lines += _entry(entry)
    return "\n".join(lines)


def _entry(entry: RehearsedEntry) -> Iterator[str]:
    conditions = " and ".join(map(matching.describe, entry.entry.when))
    when = f", when {conditions}" if conditions else ""
    yield f"    opt {_label(f'{entry.action} {entry.index + 1}{when}')}"
    if entry.lines:
        yield from _story(entry.lines, entry.ways, "        ")
    else:
        yield "        Note over S: it never comes to this in the story above"
    yield "    end"


def _story(
    lines: Sequence[Line], ways: Sequence[ToldWay], margin: str, begin: int = 0
) -> Iterator[str]:
    """The lines of a story, with a block of alternatives from where it may part on."""
    if not ways:
        yield from _events(lines[begin:], margin)
        return
    parts = min(way.after for way in ways)
    here = [way for way in ways if way.after == parts]
    yield from _events(lines[begin:parts], margin)
    yield f"{margin}alt {_label(here[0].instead)}"
    others = [way for way in ways if way.after > parts]
    yield from _story(lines, others, f"{margin}    ", parts)
    for way in here:
        yield f"{margin}else {_label(way.name)}"
        yield from _events(way.lines, f"{margin}    ")
    yield f"{margin}end"


def _events(lines: Iterable[Line], margin: str) -> Iterator[str]:
    """An arrow for what is sent, a note for what is not, and a note where time has passed."""
    now = None
    for line in lines:
        if line.at != now:
            yield f"{margin}Note over G,S: +{instants.format_duration(line.at - START)}"
        now = line.at
        yield f"{margin}{_ARROWS.get(line.kind, 'Note over S')}: {_label(line.text)}"


def _label(text: str) -> str:
    """A text that Mermaid shows as it is: on one line, and each character that would end a label,
    or is read as HTML, as an entity.
    """
    flat = " ".join(text.split())
    return _SPECIAL.sub(lambda found: f"#{ord(found.group())};", flat)
