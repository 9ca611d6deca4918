"""Whatever a timeline holds, its story comes to an end, and no step of it is left over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import engine
from simulator.base.copies import replace
from simulator.model import KciState, Step
from tests.engine.test_flow import branch, plan, repeat, way
from tests.engine.test_ways import BAKED, answered, mark, wait

FEW = settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=2000)
FAULTS = ["", "no_token", "duplicate", "swap_with_next", "drop", "wrong_sequence"]
LENGTH = st.integers(0, 20)


def timelines(inner: Any) -> Any:
    steps = st.lists(inner, max_size=3).map(tuple)
    messages = st.builds(
        lambda after, fault: replace(BAKED, after=after, fault=fault, argument=1),
        LENGTH,
        st.sampled_from(FAULTS),
    )
    honest = messages.filter(lambda step: step.fault not in ("drop", "swap_with_next"))
    codes = st.lists(st.sampled_from(["404", "4xx", "200"]), min_size=1, max_size=2).map(tuple)
    entries = st.lists(st.tuples(codes, steps), min_size=1, max_size=2)
    ways = st.lists(st.builds(lambda timeline: way(*timeline), steps), min_size=1, max_size=3)
    return st.one_of(
        messages,
        st.builds(lambda within, steps: wait("GO", within, *steps), LENGTH, steps),
        st.builds(lambda within: wait("GO", within, stops=True), LENGTH),
        st.builds(lambda step, found: answered(step, *found), honest, entries),
        st.builds(lambda ways, after: branch(*ways, after=after), ways, st.none() | LENGTH),
        st.builds(lambda times, steps: repeat(times, *steps), st.integers(0, 3), steps),
    )


STEPS = st.recursive(st.builds(lambda after: mark("M", after), LENGTH), timelines, max_leaves=12)
STORIES = st.lists(STEPS, max_size=4).map(tuple)


def a_story_ends(story: tuple[Step, ...], data: st.DataObject) -> None:
    opened = plan(*story)
    assert len({kci.id for kci in opened.kcis}) == len(opened.kcis)
    left, done, now, happened = engine.in_order(opened.kcis), {}, 0, set()
    while left:
        heads = engine.awaited(left)
        if heads and data.draw(st.booleans()):
            left = engine.after(left, engine.signalled(left, "GO", now))
            continue
        head, *left = left
        assert head.state == KciState.WAITING and not head.signal, "it waits for nobody"
        assert head.due_at >= now and head.position not in happened
        now = head.due_at
        happened.add(head.position)
        if head.step.decides:
            message = done.get(head.position - head.step.answer_of)
            assert head.step.wait or message is not None
            number, _ = engine.decided(head, message)
            left = engine.after(left, engine.taken(left, head, number))
        if head.step.echo:
            assert done[head.position - head.step.echo].send == head.send
        code = data.draw(st.sampled_from([200, 204, 404, 422]))
        done[head.position] = replace(head, state=KciState.DELIVERED, last={"code": code})


@FEW
@given(story=STORIES, data=st.data())
def test_every_story_comes_to_its_end(story: tuple[Step, ...], data: st.DataObject) -> None:
    a_story_ends(story, data)


@pytest.mark.slow  # many examples
@MANY
@given(story=STORIES, data=st.data())
def test_very_many_stories_come_to_their_ends(story: tuple[Step, ...], data: st.DataObject) -> None:
    a_story_ends(story, data)
