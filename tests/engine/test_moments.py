"""When steps are due: draws, the calendar, and steps behind a signal."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from simulator import engine
from simulator.base import instants, seed
from simulator.base.errors import RenderFailed
from simulator.base.instants import HOUR, MINUTE, SECOND
from simulator.base.working_days import Calendar
from simulator.engine import Opened
from simulator.model import Kci, Reply, Step
from tests.dialects.pizza import Pizza
from tests.engine.test_engine import scenario, situation

FRIDAY = instants.parse_instant("2026-11-27T23:59:00Z")


def opened(*steps: Step, key: str = "x", root: str = "r", **members: Any) -> Opened:
    made = situation(scenario(*steps), now=FRIDAY)
    made = replace(made, chance=seed.Chance(root, (key,), True), **members)
    plan = engine.play(made, Pizza())
    assert isinstance(plan, Opened)
    return plan


def dues(*steps: Step, **members: Any) -> list[str]:
    return [instants.format_instant(kci.due_at)[:16] for kci in opened(*steps, **members).kcis]


def gaps(*steps: Step, **members: Any) -> list[int]:
    moments = [FRIDAY, *(kci.due_at for kci in opened(*steps, **members).kcis)]
    return [later - before for before, later in pairwise(moments)]


def test_steps_fall_due_by_the_calendar_of_the_supplier() -> None:
    steps = (
        Step(after="1wd", send="BAKED"),
        Step(after="next 08:00", status="OVEN"),
        Step(after="2wd 17:00", mark="M"),
        Step(after=HOUR, hours="office", send="EATEN"),
        Step(at="3wd 09:00", mark="N"),
        Step(at="6wd", send="EATEN"),
    )
    assert dues(*steps) == [
        "2026-11-30T23:59",
        "2026-12-01T08:00",
        "2026-12-03T17:00",
        "2026-12-04T09:00",
        "2026-12-04T09:00",
        "2026-12-07T23:59",
    ]
    tokyo = Calendar(time_zone="Asia/Tokyo", country=None, subdivision=None)
    assert dues(*steps[:2], calendar=tokyo) == ["2026-11-29T23:59", "2026-11-30T23:00"]


def test_a_parameter_may_bring_a_time_of_the_calendar() -> None:
    step = Step(after="{{ gap }}", send="BAKED")
    for gap, due in (("1wd", "2026-11-30T23:59"), ("next 07:30", "2026-11-28T07:30")):
        assert dues(step, params={"gap": gap}) == [due]
    with pytest.raises(RenderFailed, match="no time in working days"):
        dues(step, params={"gap": "1wdx"})


UNIFORM = {"uniform": ["1s", "1h"]}
DRAWN = (
    Step(after=UNIFORM, send="BAKED"),
    Step(after={"lognormal": {"median": "5m", "sigma": 1}}, send="EATEN"),
)


def test_a_draw_hangs_on_the_seed_and_the_order() -> None:
    first = gaps(*DRAWN)
    assert first == gaps(*DRAWN)
    assert SECOND <= first[0] <= HOUR and first != [first[0]] * 2
    assert first != gaps(*DRAWN, key="y") and first != gaps(*DRAWN, root="s")


def test_a_step_beside_it_changes_no_draw() -> None:
    more = (Step(after=UNIFORM, mark="M"), *DRAWN, Step(after=UNIFORM, status="OVEN"))
    baked, eaten = gaps(*DRAWN)
    assert gaps(*more)[1:3] == [baked, eaten]
    twice = gaps(DRAWN[0], DRAWN[0])
    assert twice[0] == baked and twice[1] != baked


def test_pick_draws_times_of_the_calendar_too() -> None:
    step = Step(after={"pick": {"1wd": 1, "next 08:00": 1}}, send="BAKED")
    found = {due for key in range(20) for due in dues(step, key=str(key))}
    assert found == {"2026-11-30T23:59", "2026-11-28T08:00"}


def test_an_at_is_drawn_since_the_order() -> None:
    steps = (Step(after=10, send="BAKED"), Step(at={"uniform": ["2h", "3h"]}, send="EATEN"))
    assert 2 * HOUR <= sum(gaps(*steps)) <= 3 * HOUR


def test_a_bare_number_in_a_draw_is_seconds() -> None:
    assert gaps(Step(after={"uniform": [3, 3]}, send="BAKED")) == [3 * SECOND]
    assert gaps(Step(after={"pick": {"3": 1}}, send="BAKED")) == [3 * SECOND]


def test_the_parts_of_a_draw_may_be_parameters() -> None:
    step = Step(after={"uniform": ["{{ low }}", "{{ high }}"]}, send="BAKED")
    assert gaps(step, params={"low": "3s", "high": 3}) == [3 * SECOND]
    with pytest.raises(RenderFailed, match="5s to 3s is the wrong way round"):
        gaps(step, params={"low": "5s", "high": "3s"})


def test_a_delay_is_drawn_once_for_a_request() -> None:
    played = scenario(reply=Reply(answer="accept", delay={"uniform": ["1s", "9s"]}))
    delays = set()
    for key in "aabc":
        made = replace(situation(played), chance=seed.Chance("r", (key,), True))
        plan = engine.play(made, Pizza())
        delays.add(plan.answer.delay)
    assert len(delays) == 3 and min(delays) >= SECOND and max(delays) <= 9 * SECOND


def signalled(kcis: tuple[Kci, ...], later: int) -> list[Kci]:
    return list(engine.signalled(kcis, "GO", FRIDAY + later).moved)


def test_a_time_of_the_calendar_behind_a_signal_counts_from_the_signal() -> None:
    plan = opened(
        Step(after=MINUTE, wait="GO"),
        Step(after=UNIFORM, send="BAKED"),
        Step(after="next 08:00", mark="M"),
        Step(after=HOUR, send="EATEN"),
    )
    baked, mark, eaten = signalled(plan.kcis, 10 * HOUR)
    assert baked.is_timed and not mark.is_timed and not eaten.is_timed
    mark = replace(mark, due_at=baked.due_at)
    chance, queue = seed.Chance("r"), [mark, eaten]
    found = engine.timed(plan.order, mark, plan.request, queue, baked.due_at, chance, Calendar())
    due = [instants.format_instant(kci.due_at)[:16] for kci in found]
    assert due == ["2026-11-29T08:00", "2026-11-29T09:00"]


def test_a_draw_of_a_step_that_keeps_its_time_is_known_from_the_beginning() -> None:
    reads = "{{ order.document.topping and '1h' }}"
    plan = opened(Step(after=10, mark="M"), Step(after=reads, mark="N"), DRAWN[0])
    late = plan.kcis[2]
    assert not late.is_timed and isinstance(late.step.after, int)
    assert late.step.after == gaps(DRAWN[0])[0]
