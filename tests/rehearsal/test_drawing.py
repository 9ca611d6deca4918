"""A scenario is drawn as a Mermaid sequence diagram that every reader of Mermaid can parse."""

from __future__ import annotations

import re

import pytest

from simulator import dialects, rehearsal
from simulator.rehearsal.drawing import as_mermaid
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import parse, read_folder

BOOKS = {
    name: read_folder(shipped_folder(name), dialects.get(name).vocabulary)
    for name in dialects.names()
}
# what Mermaid's own grammar takes as the rest of a line: no `#` and no `;` but those of entities
TEXT = r"(?:[^#;<>%\n]|#\d+;)+"
STATEMENT = re.compile(
    rf" +(?:(?:G->>S|S-->>G|S->>G): {TEXT}|Note over (?:G|S|G,S): {TEXT}"
    rf"|(?:opt|alt|else) {TEXT}|end)"
)
HEAD = ["    participant G as Gateway", "    participant S as Supplier"]


def drawn(text: str, dialect: str = "fibre_cafe") -> list[str]:
    contract = dialects.get(dialect)
    scenario = parse(text, "x.yaml", contract.vocabulary)
    return as_mermaid(rehearsal.rehearse(scenario, contract)).splitlines()


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect in BOOKS for name in BOOKS[dialect].scenarios]
)
def test_the_drawing_of_each_shipped_scenario_is_well_formed(dialect: str, name: str) -> None:
    rehearsed = rehearsal.rehearse(BOOKS[dialect].scenarios[name], dialects.get(dialect))
    lines = as_mermaid(rehearsed).splitlines()
    assert lines[:4] == ["sequenceDiagram", f"    title {name}", *HEAD]
    assert [line for line in lines[4:] if not STATEMENT.fullmatch(line)] == []
    blocks = [line.split()[0] for line in lines[4:] if line.split()[0] in ("opt", "end")]
    begun = [line.split()[0] for line in lines[4:] if line.split()[0] in ("opt", "alt")]
    assert begun.count("opt") == len(rehearsed.entries)
    assert blocks.count("end") == len(begun)
    told = [line for line in rehearsed.lines if rehearsed.scenario.answers == "create"]
    told += [line for entry in rehearsed.entries for line in entry.lines]
    told += [
        line for part in (rehearsed, *rehearsed.entries) for way in part.ways for line in way.lines
    ]
    sent = [line for line in lines if line.strip().startswith("S->>G")]
    assert len(sent) == len([line for line in told if line.kind == "kci"])


def test_times_waits_marks_and_entries_are_drawn() -> None:
    lines = drawn("""
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - {after: 0s, mark: LATE}
  - {after: 0s, wait: survey}
  - {after: 2m, send: COMPLETED}
cancellation:
  - when: {marked: LATE}
    reply: {reject: ["too late; 50% of #1 <b>"]}
""")
    dates = "committedDate 2026-03-12T09:00:00.000Z, targetDate 2026-03-12T09:00:00.000Z"
    assert lines[4:12] == [
        "    Note over G,S: +0s",
        "    G->>S: POST /service-orders (provide)",
        "    S-->>G: 201 acknowledge, the order is ACKNOWLEDGED",
        "    Note over G,S: +1h",
        f"    S->>G: 1 COMMITTED -#62; IN_PROGRESS ({dates})",
        "    Note over S: mark LATE",
        "    Note over S: until the signal survey",
        "    Note over G,S: +1h2m",
    ]
    assert "    opt cancellation 1, when marked is LATE" in lines and lines[-1] == "    end"


def test_what_is_expected_of_the_gateway_is_a_note_at_the_gateway() -> None:
    lines = drawn("""
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
expect:
  - {every_kci: {answered: 204, within: 2s}}
  - {no_request: {operation: cancellation}}
""")
    assert lines[4:6] == [
        "    Note over G: expects: every KCI is answered 204 within 2s",
        "    Note over G: expects: no cancellation request comes",
    ]


def test_what_would_end_a_label_is_an_entity() -> None:
    lines = drawn("""
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: DELAY, with: {problemCode: OTHER, text: "a;b #c <d> 5%% e\\nf"}}
""")
    (sent,) = (line for line in lines if line.strip().startswith("S->>G"))
    assert sent.endswith("text a#59;b #35;c #60;d#62; 5#37;#37; e f)")
