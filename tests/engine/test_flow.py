"""Branches and rounds: the tree of a file becomes the line of a plan."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simulator import engine
from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Illegal, RenderFailed
from simulator.engine import Opened
from simulator.model import Condition, Entry, Flow, Reply, Step, Way
from tests.engine.test_engine import BAKE, RULES, asked, created, scenario, situation, step

BURNT = Step(after=5, mark="BURNT")
SHOWN = Step(after=1, send="BAKED", fields={"name": "{{ fake.name }}"})


def branch(*ways: Way, by: str = "", **members: Any) -> Step:
    return Step(flow=Flow(word="branch", ways=ways, by=by), path=("timeline", 0), **members)


def repeat(times: Any, *timeline: Step, **members: Any) -> Step:
    flow = Flow(word="repeat", ways=(Way(timeline=timeline),), times=times)
    return Step(flow=flow, path=("timeline", 0), **members)


def way(*timeline: Step, weight: float = 1, **when: Any) -> Way:
    conditions = (Condition(path=path, tests={"equal": value}) for path, value in when.items())
    return Way(timeline=timeline, weight=weight, when=tuple(conditions))


def plan(*timeline: Step, key: str = "x", params: Any = None, **members: Any) -> Opened:
    asked_now = replace(
        situation(scenario(*timeline, **members)), chance=seed.Chance("r", ("s", "S", key), True)
    )
    result = engine.play(replace(asked_now, params=params or {}), RULES)
    assert isinstance(result, Opened)
    return result


def told(opened: Opened) -> list[tuple[int, str]]:
    return [(kci.due_at, kci.step.word) for kci in opened.kcis]


def test_the_first_way_whose_conditions_hold_is_gone_and_then_the_story_goes_on() -> None:
    ways = (way(BURNT, topping="egg"), way(topping="ham"), way(BAKE[1], topping="ham"), way(BURNT))
    opened = plan(branch(*ways), *BAKE)
    assert told(opened) == [(60, "BAKED"), (100, "EATEN")]
    assert opened.branches == ("branch 1: way 2, as topping is ham",)


def test_where_no_condition_holds_a_way_without_one_is_gone_and_else_none() -> None:
    opened = plan(branch(way(BURNT), way(topping="egg")), *BAKE)
    assert told(opened) == [(5, "BURNT"), (65, "BAKED"), (105, "EATEN")]
    assert opened.branches == ("branch 1: way 1, as no other one fits",)
    nothing = plan(branch(way(BURNT, topping="egg"), way(BURNT, weight=0)), *BAKE)
    assert told(nothing) == [(60, "BAKED"), (100, "EATEN")]
    assert nothing.branches == ("branch 1: no way, as none of its conditions holds",)


def test_ways_are_drawn_by_weight_and_the_same_for_the_same_order() -> None:
    drawn = branch(way(BURNT, weight=3), way(weight=7))
    ways = Counter(plan(drawn, *BAKE, key=str(key)).branches for key in range(400))
    assert {said: abs(count - 120) < 40 for (said,), count in ways.items()} == {
        "branch 1: way 1, drawn: 3 of 10": True,
        "branch 1: way 2, drawn: 7 of 10": False,
    }
    assert plan(drawn, *BAKE, key="a").branches == plan(drawn, *BAKE, BURNT, key="a").branches


def test_a_draw_by_a_path_is_the_same_for_all_orders_that_have_the_value() -> None:
    by = branch(way(BURNT), way(), by="topping")
    (said,) = {plan(by, key=str(key)).branches for key in range(40)}
    assert said[0].endswith("drawn by topping: 1 of 2")
    values = {f"{n}": branch(way(BURNT), way(), by=f"param.{n}") for n in "ab"}
    found = {plan(step, params={n: n}).branches[0][:15] for n, step in values.items()}
    found |= {plan(values["a"], params={"a": n}).branches[0][:15] for n in "bcdefgh"}
    assert found == {"branch 1: way 1", "branch 1: way 2"}
    lacking = branch(way(BURNT), way(), by="oven")
    absent = {plan(lacking, key=str(key)).branches for key in range(40)}
    assert absent == {("branch 1: way 1, drawn: 1 of 2",), ("branch 1: way 2, drawn: 1 of 2",)}


def test_the_time_of_a_branch_counts_before_that_of_its_first_step() -> None:
    opened = plan(branch(way(BURNT), after=10), branch(way(), at=200), *BAKE)
    assert told(opened) == [(10, ""), (15, "BURNT"), (200, ""), (260, "BAKED"), (300, "EATEN")]


def test_each_round_repeats_its_steps_one_after_another() -> None:
    opened = plan(repeat("{{ n }}", BURNT, repeat(2, Step(after=1, mark="M"))), params={"n": 2})
    marks = [(5, "BURNT"), (6, "M"), (7, "M"), (12, "BURNT"), (13, "M"), (14, "M")]
    assert told(opened) == marks
    assert len({kci.id for kci in opened.kcis}) == 6
    assert told(plan(repeat("{{ n }}", BURNT), *BAKE, params={"n": 0}))[0] == (60, "BAKED")


def test_a_step_knows_its_round() -> None:
    asked_for = Step(after="{{ round }}", send="BAKED", fields={"note": "{{ round }} of 2"})
    inner = repeat("{{ round }}", Step(after={"uniform": ["{{ round }}", 2]}, mark="M"))
    opened = plan(repeat(2, asked_for, branch(way(inner, topping="ham"), way())), BAKE[1])
    assert [(kci.step.word, kci.step.round) for kci in opened.kcis] == [
        *(("BAKED", 1), ("M", 1), ("BAKED", 2), ("M", 1), ("M", 2), ("EATEN", 0)),
    ]
    baked = [
        step(opened, kci).kci.step.fields["note"] for kci in opened.kcis if kci.send == "BAKED"
    ]
    assert baked == ["1 of 2", "2 of 2"] and opened.kcis[0].due_at == 1_000_000


def test_a_branch_in_a_round_is_decided_in_each_round() -> None:
    opened = plan(repeat(30, branch(way(BURNT), way(BAKE[0]))))
    assert {kci.step.word for kci in opened.kcis} == {"BURNT", "BAKED"}
    assert opened.branches[1].startswith("repeat 1.2 branch 1: way ")


def test_a_branch_or_a_round_beside_it_changes_nothing_of_what_is_random_in_a_step() -> None:
    alone = plan(branch(way(SHOWN)), SHOWN, repeat(2, SHOWN))
    beside = plan(
        branch(way(BURNT, SHOWN), way(SHOWN, topping="egg")),
        repeat(3, BURNT, SHOWN),
        SHOWN,
        branch(way(SHOWN)),
    )
    shown = [kci.id for kci in beside.kcis if kci.send]
    assert [kci.id for kci in alone.kcis] == [shown[place] for place in (0, 4, 1, 2)]
    assert len(set(shown)) == 6


def test_faults_reach_over_the_ends_of_ways_and_rounds() -> None:
    swapped = replace(BAKE[0], fault="swap_with_next")
    opened = plan(branch(way(swapped)), repeat(2, Step(after=1, mark="M")), BAKE[1])
    assert [(kci.step.word, kci.step.echo) for kci in opened.kcis] == [
        ("BAKED", 0),
        ("M", 0),
        ("M", 0),
        ("EATEN", 0),
        ("BAKED", 4),
    ]


def test_the_story_of_a_later_request_branches_by_its_own_facts() -> None:
    ways = (way(BURNT, **{"order.status": "ORDERED"}), way(BAKE[0]))
    entry = Entry(reply=Reply(answer="accept"), timeline=(branch(*ways),))
    played = scenario(entries={"topping": (entry,)})
    changed = asked(played, "topping", created(played), 5)
    assert [kci.step.word for kci in changed.kcis] == ["BURNT"]
    assert changed.branches == ("topping 1 branch 1: way 1, as order.status is ORDERED",)
    assert changed.kcis[0].step.key == "topping/1/branch/1.1/BURNT/1"


@pytest.mark.parametrize("times", ["{{ 'many' }}", "{{ 1 - 2 }}", "{{ 1001 }}", "{{ true }}"])
def test_rounds_that_are_no_number_are_told_at_their_place(times: str) -> None:
    with pytest.raises(RenderFailed, match="is no whole number from 0 to 1000") as caught:
        plan(repeat(times, BURNT))
    assert caught.value.path == ("timeline", 0, "repeat", "times")


def test_a_condition_that_cannot_be_evaluated_does_not_hold_and_is_told() -> None:
    told_of = plan(branch(way(BURNT, topping="{{ nothing.there }}"), way(BAKE[0])))
    assert [kci.step.word for kci in told_of.kcis] == ["BAKED"]
    failed, taken = told_of.branches
    assert failed.startswith("branch 1: not way 1, its `when` cannot be evaluated: `{{ nothing")
    assert taken == "branch 1: way 2, as no other one fits"


@pytest.mark.parametrize("inner", [(), (BURNT,)])
def test_a_timeline_has_a_bound_whatever_its_rounds(inner: tuple[Step, ...]) -> None:
    with pytest.raises(Illegal, match="at most 1000 steps"):
        plan(repeat(1000, repeat(1000, repeat(1000, *inner))))
