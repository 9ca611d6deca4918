"""A rehearsal goes every way of a story."""

from __future__ import annotations

from simulator import dialects, rehearsal
from simulator.cli.explaining import as_text
from simulator.model import Flow, Scenario, Step, Way
from simulator.rehearsal.drawing import as_mermaid
from simulator.rehearsal.walks import MOST_WALKS, walks_of
from simulator.scenario import parse

DIALECT = dialects.get("fibre_cafe")
STORY = """
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - branch:
      - when: {orderType: CEASE}
        timeline: [{after: 1h, send: DELAY}, {after: 1h, send: RESUMED}]
      - timeline: [{after: 1h, send: WARNING}]
  - {after: 1h, send: COMPLETED}
amendment:
  - reply: accept
    timeline:
      - branch:
          - timeline: [{after: 1m, send: AMENDED}]
          - {weight: 0.001, timeline: [{after: 1m, send: AMENDMENT_REJECTED}]}
"""


def scenario(text: str) -> Scenario:
    return parse(text, "x.yaml", DIALECT.vocabulary)


def drawn(path: int, *timelines: tuple[Step, ...]) -> Step:
    ways = tuple(Way(timeline=timeline) for timeline in timelines)
    return Step(flow=Flow(word="branch", ways=ways), path=("timeline", path))


def test_all_combinations_are_rehearsed_where_they_are_few_and_else_each_way_once() -> None:
    inner = drawn(7, (), ())
    assert walks_of((drawn(0, (inner,), ()), drawn(1, (), ()))) == [
        {("timeline", 0): 1, ("timeline", 7): 1, ("timeline", 1): 1},
        {("timeline", 0): 1, ("timeline", 7): 1, ("timeline", 1): 2},
        {("timeline", 0): 1, ("timeline", 7): 2, ("timeline", 1): 1},
        {("timeline", 0): 1, ("timeline", 7): 2, ("timeline", 1): 2},
        {("timeline", 0): 2, ("timeline", 1): 1},
        {("timeline", 0): 2, ("timeline", 1): 2},
        {("timeline", 0): 1},
        {("timeline", 0): 1, ("timeline", 7): 1},
        {("timeline", 0): 1, ("timeline", 7): 2},
        {("timeline", 0): 2},
        {("timeline", 1): 1},
        {("timeline", 1): 2},
    ]
    many = [drawn(path, (), ()) for path in range(900)]
    assert walks_of(many) == [{step.path: number} for step in many for number in (1, 2)]
    assert len(walks_of(many[:6])) == 2 * 6 + MOST_WALKS
    assert walks_of((Step(after=1, mark="M"),)) == []


PARTING = """
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED, on_answer: [{answered: [404, 5xx], timeline: []}]}
  - {after: 1h, wait: go, within: 2d}
  - {after: 1h, wait: on, within: 1d, otherwise: [{after: 1h, send: CANCELLED}]}
  - {after: 1h, send: COMPLETED}
amendment:
  - reply: accept
    timeline:
      - {after: 1h, wait: agreed, within: 1h, otherwise: [{after: 1m, send: AMENDMENT_REJECTED}]}
      - {after: 1m, send: AMENDED}
"""


def test_the_ends_of_waits_and_the_answers_are_ways_too() -> None:
    rehearsed = rehearsal.rehearse(scenario(PARTING), DIALECT)
    assert rehearsed.flaws == ()
    assert [line.text for line in rehearsed.lines if line.kind == "waiting"] == [
        "until the signal go",
        "until the signal on",
    ]
    told = {
        way.name: [line.text.partition(" ->")[0] for line in way.lines] for way in rehearsed.ways
    }
    assert told == {
        "COMMITTED on line 5 is answered 404 or 5xx": ["the gateway answers 404 or 5xx"],
        "no signal go in time on line 6": [
            "no signal go within 2d: goes on",
            "until the signal on",
            "2 COMPLETED",
        ],
        "no signal on in time on line 7": [
            "no signal on within 1d: goes on otherwise",
            "2 CANCELLED",
        ],
    }
    (entry,) = rehearsed.entries
    assert [way.name for way in entry.ways] == ["no signal agreed in time on line 12"]
    assert any("AMENDMENT_REJECTED" in line.text for line in entry.ways[0].lines)
    assert any("AMENDED" in line.text for line in entry.lines)


WAITING = """
scenario: X
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - {after: 0s, wait: go}
  - {after: 1h, send: COMPLETED}
amendment:
  - reply: accept
    pending: pause
    timeline:
      - {after: 1h, wait: agreed}
      - {after: 1h, send: AMENDED}
"""


def test_of_two_timelines_the_one_that_waits_first_gets_its_signal_first() -> None:
    rehearsed = rehearsal.rehearse(scenario(WAITING), DIALECT)
    assert rehearsed.found == ()
    (entry,) = rehearsed.entries
    assert [line.text for line in entry.lines if line.text.startswith("until")] == [
        "until the signal agreed",
        "until the signal go",
    ]


def test_an_aside_ends_a_walk_and_a_wait_without_one_goes_on() -> None:
    sent, go, on, _ = scenario(PARTING).timeline
    first, second, third = sent.path, go.path, on.path
    assert {frozenset(picks.items()) for picks in walks_of((sent, go, on))[:5]} == {
        frozenset({(first, 1)}),
        *(
            frozenset({(first, 0), (second, one), (third, other)})
            for one in (0, 1)
            for other in (0, 1)
        ),
    }


def test_the_ways_of_a_file_for_one_later_request_are_named_by_their_lines() -> None:
    text = """
scenario: X
for: amendment
reply: accept
timeline:
  - branch:
      - {weight: 0.001, timeline: [{after: 1s, send: AMENDMENT_REJECTED}]}
      - {weight: 1, timeline: [{after: 1s, send: AMENDED}]}
"""
    (entry,) = rehearsal.rehearse(scenario(text), DIALECT).entries
    assert [way.name for way in entry.ways] == ["way 1 of the branch on line 6"]


def test_explain_shows_the_story_and_then_each_other_way() -> None:
    lines = as_text(rehearsal.rehearse(scenario(STORY), DIALECT), {}).splitlines()
    told = [" ".join(line.split()[:4]) for line in lines[3:] if not line.startswith("  amendment")]
    (first, other) = (told.index("way 1 of the"), told.index("amendment 1; here 0s"))
    assert lines[3 + first] == "way 1 of the branch on line 6, when orderType is CEASE:"
    assert told[first + 1 : other - 1][:4] == [
        "+2h kci 2 DELAY",
        "+3h kci 3 RESUMED",
        "+4h kci 4 COMPLETED",
        "",
    ]
    assert "  +0s            way      branch 1: way 2, as no other one fits" in lines
    assert "way 2 of the branch on line 14:" in lines


def test_a_drawing_has_alternatives_from_where_the_story_may_part() -> None:
    lines = as_mermaid(rehearsal.rehearse(scenario(STORY), DIALECT)).splitlines()
    blocks = [line for line in lines if line.split()[0] in ("alt", "opt", "else", "end")]
    assert blocks == [
        "    alt the branch on line 6 as told",
        "    else way 1 of the branch on line 6, when orderType is CEASE",
        "    end",
        "    opt amendment 1",
        "        alt the branch on line 14 as told",
        "        else way 2 of the branch on line 14",
        "        end",
        "    end",
    ]
    alt = lines.index(blocks[0])
    assert "branch 1: way 2, as no other one fits" in lines[alt - 3]
    assert "COMMITTED" in lines[alt - 1] and "WARNING" in lines[alt + 2]
    lines = as_mermaid(rehearsal.rehearse(scenario(PARTING), DIALECT)).splitlines()
    blocks = [line for line in lines if line.split()[0] in ("alt", "else", "end")]
    assert blocks[:7] == [
        "    alt COMMITTED on line 5 is answered anything else",
        "        alt the signal on in time on line 7",
        "        else no signal on in time on line 7",
        "        end",
        "    else COMMITTED on line 5 is answered 404 or 5xx",
        "    else no signal go in time on line 6",
        "    end",
    ]
