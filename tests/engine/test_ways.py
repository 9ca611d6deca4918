"""Where a story may part: all ways are planned, and one of them is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from simulator import engine
from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Illegal
from simulator.base.working_days import UK
from simulator.engine import Opened
from simulator.model import Entry, Flow, Kci, KciState, Pending, Reply, Step, Way
from tests.engine.test_engine import BAKE, RULES, asked, scenario
from tests.engine.test_flow import branch, plan, repeat, way

BAKED, EATEN = BAKE


def mark(name: str, after: Any = 10, **members: Any) -> Step:
    return Step(after=after, mark=name, **members)


def wait(name: str, within: Any, *otherwise: Step, after: Any = 10, stops: bool = False) -> Step:
    ways = (Way(timeline=otherwise),) if otherwise or stops else ()
    flow = Flow(word="otherwise", ways=ways)
    return Step(after=after, wait=name, within=within, flow=flow, path=("timeline", 3))


def plain(name: str) -> Step:
    return Step(after=0, wait=name)


def answered(step: Step, *ways: tuple[Sequence[str], Sequence[Step]]) -> Step:
    found = tuple(Way(answered=tuple(codes), timeline=tuple(steps)) for codes, steps in ways)
    return replace(step, flow=Flow(word="on_answer", ways=found), path=("timeline", 5))


REFUSED = (("404", "422"), (mark("GONE"), EATEN))
BROKEN = (("5xx",), (mark("DOWN"),))


def life(
    opened: Opened,
    signals: Mapping[int, str] | None = None,
    codes: Mapping[str, int] | None = None,
    queue: Sequence[Kci] | None = None,
) -> list[tuple[int, str]]:
    """What happens, and when: signals come at their moments, messages are answered 200 or by their
    code; a KCI whose code is `SKIPPED` has no answer that counts.
    """
    left = list(engine.in_order(opened.kcis if queue is None else queue))
    coming, done, told = dict(signals or {}), dict[int, Kci](), []
    while left or coming:
        head = left[0] if left and left[0].state != KciState.PAUSED else None
        moment = min(coming, default=None)
        if moment is not None and (head is None or head.due_at >= moment):
            left = engine.after(left, engine.signalled(left, coming.pop(moment), moment))
            continue
        if head is None:
            return [*told, (-1, f"{len(left)} wait")]
        left.remove(head)
        assert head.is_timed
        if head.step.decides:
            number, _ = engine.decided(head, done.get(head.position - head.step.answer_of))
            left = engine.after(left, engine.taken(left, head, number))
        elif head.step.word:
            told.append((head.due_at, head.step.word))
        code = (codes or {}).get(f"{head.send}/{head.step.fault}", 200)
        state = KciState.DELIVERED if code else KciState.SKIPPED
        done[head.position] = replace(head, state=state, last={"code": code or 404})
    return told


def test_a_signal_in_time_lets_the_rest_go_on_and_nothing_comes_instead() -> None:
    opened = plan(wait("GO", 100, mark("LATE")), BAKED, EATEN)
    assert life(opened, {50: "GO"}) == [(110, "BAKED"), (150, "EATEN")]
    assert life(opened, {5: "GO"}) == [(70, "BAKED"), (110, "EATEN")]


def test_without_a_signal_in_time_something_else_comes_instead_of_the_rest() -> None:
    opened = plan(BAKED, wait("GO", 100, mark("LATE"), EATEN), mark("M"), EATEN)
    assert life(opened) == [(60, "BAKED"), (180, "LATE"), (220, "EATEN")]
    with pytest.raises(Illegal, match=r"does not wait for the signal GO$"):
        life(opened, {200: "GO"})


def test_without_otherwise_the_rest_goes_on_as_if_the_signal_had_come() -> None:
    opened = plan(wait("GO", 100), mark("M"), wait("ON", 50, mark("LATE")), EATEN)
    assert life(opened) == [(120, "M"), (190, "LATE")]
    assert life(opened, {60: "GO"}) == [(70, "M"), (140, "LATE")]
    assert life(opened, {60: "GO", 90: "ON"}) == [(70, "M"), (130, "EATEN")]


def test_a_story_may_end_with_a_wait_and_either_way_may_be_empty() -> None:
    assert life(plan(BAKED, wait("GO", 100, EATEN)), {65: "GO"}) == [(60, "BAKED")]
    assert life(plan(BAKED, wait("GO", 100, EATEN))) == [(60, "BAKED"), (210, "EATEN")]
    stops = plan(BAKED, wait("GO", 100, stops=True), EATEN)
    assert life(stops) == [(60, "BAKED")]
    assert life(stops, {70: "GO"}) == [(60, "BAKED"), (110, "EATEN")]


def test_waits_stand_behind_each_other_and_within_each_other() -> None:
    inner = wait("CURE", 30, mark("LOST"))
    opened = plan(wait("GO", 100, mark("LATE"), inner, mark("CURED")), wait("GO", 100), mark("M"))
    assert life(opened) == [(120, "LATE"), (170, "LOST")]
    assert life(opened, {150: "CURE"}) == [(120, "LATE"), (160, "CURED")]
    assert life(opened, {20: "GO"}) == [(140, "M")]
    assert life(opened, {20: "GO", 40: "GO"}) == [(50, "M")]


def test_a_signal_of_a_way_that_may_not_be_gone_is_not_waited_for() -> None:
    opened = plan(wait("GO", 100, wait("CURE", 30), mark("CURED")), mark("M"))
    with pytest.raises(Illegal, match="does not wait for the signal CURE: it waits for GO"):
        life(opened, {50: "CURE"})
    hidden = {kci.signal for kci in opened.kcis} - {""}
    assert len(hidden) == 3
    for name in hidden:
        with pytest.raises(Illegal, match=f"does not wait for the signal {name}"):
            life(opened, {50: name})
    assert {kci.waits_for for kci in opened.kcis} == {"", "GO", "CURE"}


def test_an_answer_that_is_named_makes_the_story_go_that_way_instead_of_the_rest() -> None:
    opened = plan(answered(BAKED, REFUSED, BROKEN), mark("M"), EATEN)
    assert life(opened) == [(60, "BAKED"), (70, "M"), (110, "EATEN")]
    for code, told in ((404, [(70, "GONE"), (110, "EATEN")]), (503, [(70, "DOWN")])):
        assert life(opened, codes={"BAKED/": code}) == [(60, "BAKED"), *told]
    assert life(opened, codes={"BAKED/": 410})[1:] == [(70, "M"), (110, "EATEN")]
    assert life(opened, codes={"BAKED/": 0})[1:] == [(70, "M"), (110, "EATEN")]


def test_the_answers_of_the_ways_settle_the_message_and_no_other_one() -> None:
    opened = plan(answered(replace(BAKED, answered=("200",)), REFUSED, BROKEN), EATEN)
    assert [kci.step.settled_by for kci in opened.kcis if kci.send == "BAKED"] == [
        ("404", "422", "5xx")
    ]
    assert opened.kcis[0].step.answered == ("200",)
    assert all(not kci.step.settled_by for kci in opened.kcis[1:])


@pytest.mark.parametrize("fault", ["no_token", "duplicate", "wrong_sequence"])
def test_of_a_message_with_a_fault_the_one_that_carries_it_counts(fault: str) -> None:
    wrong = replace(BAKED, fault=fault, argument=2)
    opened = plan(answered(wrong, REFUSED), mark("M"))
    assert {kci.step.fault for kci in opened.kcis if kci.step.settled_by} == {fault}
    told = [name for _, name in life(opened, codes={f"BAKED/{fault}": 404})]
    assert told[-2:] == ["GONE", "EATEN"] and set(told[:-2]) == {"BAKED"}
    honest = life(opened, codes={"BAKED/": 404})
    assert honest[-1][1] == "M"


def test_a_message_that_waited_for_another_one_does_not_hide_the_answer() -> None:
    swapped = replace(BAKED, fault="swap_with_next", after=1)
    opened = plan(swapped, answered(BAKED, REFUSED), mark("M"))
    assert [name for _, name in life(opened, codes={"BAKED/": 404})][-2:] == ["GONE", "EATEN"]


def test_a_message_that_is_held_back_leaves_before_the_story_parts() -> None:
    swapped = replace(BAKED, fault="swap_with_next")
    opened = plan(swapped, branch(way()), mark("M"), wait("GO", 100, mark("LATE")), EATEN)
    assert [(kci.step.word, kci.step.echo) for kci in opened.kcis][:4] == [
        ("BAKED", 0),
        ("M", 0),
        ("BAKED", 2),
        ("GO", 0),
    ]


def test_a_signal_behind_a_message_may_come_before_its_answer_does() -> None:
    opened = plan(answered(BAKED, REFUSED), Step(after=10, wait="GO"), EATEN)
    assert life(opened, {5: "GO"}) == [(60, "BAKED"), (110, "EATEN")]
    assert life(opened, {5: "GO"}, {"BAKED/": 404})[-1] == (110, "EATEN")
    assert life(opened, codes={"BAKED/": 404}) == [(60, "BAKED"), (70, "GONE"), (110, "EATEN")]
    assert life(opened, {200: "GO"}) == [(60, "BAKED"), (240, "EATEN")]


def test_a_round_may_be_left_by_an_answer_and_by_a_signal() -> None:
    asks = repeat(3, answered(BAKED, REFUSED), wait("CURED", 20, after=0))
    opened = plan(asks, mark("M"))
    baked = [(60, "BAKED"), (140, "BAKED"), (220, "BAKED")]
    assert life(opened) == [*baked, (250, "M")]
    assert life(opened, codes={"BAKED/": 404}) == [(60, "BAKED"), (70, "GONE"), (110, "EATEN")]
    assert life(opened, {145: "CURED"}) == [
        (60, "BAKED"),
        (140, "BAKED"),
        (205, "BAKED"),
        (235, "M"),
    ]


def test_a_branch_within_a_way_is_decided_when_the_plan_is_made() -> None:
    aside = branch(way(mark("EGG"), topping="egg"), way(mark("HAM"), topping="ham"))
    opened = plan(wait("GO", 100, aside, mark("LATE")), EATEN)
    assert life(opened) == [(120, "HAM"), (130, "LATE")]
    assert opened.branches == ("otherwise 1.1 branch 1: way 2, as topping is ham",)


def test_the_keys_of_the_rest_are_those_that_it_has_without_another_way() -> None:
    plain = plan(BAKED, Step(after=10, wait="GO"), EATEN, mark("M"))
    parted = plan(answered(BAKED, REFUSED), wait("GO", 100, mark("M")), EATEN, mark("M"))
    ids = [kci.id for kci in parted.kcis if len(kci.step.lies_on) == 1 and not kci.step.decides]
    assert [kci.id for kci in plain.kcis] == ids
    assert len({kci.id for kci in parted.kcis}) == len(parted.kcis)


def test_times_behind_a_wait_that_are_known_later_move_with_it() -> None:
    reads = "{{ order.document.topping and 30 }}"
    late = replace(mark("M"), after=reads)
    opened = plan(BAKED, late, wait("GO", 100, mark("LATE")), EATEN)
    _, head, *rest = opened.kcis
    found = engine.timed(
        opened.order, head, opened.request, [head, *rest], 60, seed.Chance("r"), UK
    )
    moved = engine.replaced(rest, found)
    assert head.is_timed is False and all(kci.is_timed for kci in moved[:1])
    second = 1_000_000
    assert [(kci.due_at, kci.step.word) for kci in moved[:1]] == [(60 + 30 * second + 110, "GO")]
    late_row = next(kci for kci in moved if kci.step.word == "LATE")
    assert late_row.signal_at == moved[0].due_at


def test_a_withdrawal_keeps_what_decides_as_long_as_something_hangs_on_it() -> None:
    def left(pending: Pending, *steps: Step, code: int = 200) -> list[str]:
        entry = Entry(reply=Reply(answer="acknowledge"), pending=pending)
        played = scenario(*steps, entries={"topping": (entry,)})
        opened = plan(*steps)
        changed = asked(played, "topping", opened, 5)
        queue = engine.changed(opened.kcis, changed.queue)
        return [name for _, name in life(opened, queue=queue, codes={"BAKED/": code})]

    story = (wait("GO", 100, mark("LATE"), EATEN), BAKED, EATEN)
    everything = Pending(verb="withdraw")
    assert left(everything, *story) == ["LATE"]
    assert left(everything, wait("GO", 100, EATEN), BAKED) == []
    assert left(Pending(verb="withdraw", codes=("EATEN",)), *story) == ["LATE"]
    refusing = (answered(BAKED, REFUSED), EATEN)
    assert left(everything, *refusing, code=404) == []
    assert left(Pending(verb="withdraw", codes=("BAKED",)), *refusing, code=404) == ["EATEN"]


def test_what_lets_an_order_go_on_keeps_the_end_of_a_wait_that_began_meanwhile() -> None:
    ends = Entry(
        reply=Reply(answer="acknowledge"), timeline=(wait("AGREED", 50, mark("NOT")), mark("YES"))
    )
    done = Entry(reply=Reply(answer="acknowledge"))
    entries = {"topping": (ends,), "wait": (done,), "go_on": (done,)}
    played, opened = scenario(BAKED, entries=entries), plan(BAKED)
    queue, requests = list(opened.kcis), [opened.request]
    for action, now in (("wait", 5), ("topping", 10), ("go_on", 20)):
        changed = asked(played, action, opened, now, waiting=tuple(queue), requests=tuple(requests))
        queue = engine.changed(queue, changed.queue, changed.kcis)
        requests.append(changed.request)
    assert [name for _, name in life(opened, queue=queue)] == ["BAKED", "NOT"]


def after_requests(story: Sequence[Step], *asks: tuple[str, int]) -> tuple[Opened, list[Kci]]:
    """A story, and its queue after some requests that are done at once."""
    done = Entry(reply=Reply(answer="acknowledge"))
    played = scenario(*story, entries={action: (done,) for action, _ in asks})
    opened = plan(*story)
    queue, requests = list(opened.kcis), [opened.request]
    for action, now in asks:
        changed = asked(played, action, opened, now, waiting=tuple(queue), requests=tuple(requests))
        queue = engine.changed(queue, changed.queue, changed.kcis)
        requests.append(changed.request)
    return opened, queue


@pytest.mark.parametrize("waits", [plain("GO"), wait("GO", 100, after=0)])
def test_a_story_that_stands_at_a_wait_is_paused_too(waits: Step) -> None:
    story = (waits, mark("M"), plain("ON"), mark("N"))
    opened, queue = after_requests(story, ("wait", 20))
    assert {kci.waits_for for kci in opened.kcis} == {kci.waits_for for kci in queue}
    with pytest.raises(Illegal, match="a request has paused the order"):
        engine.signalled(queue, "GO", 25)
    opened, queue = after_requests(story, ("wait", 20), ("go_on", 60))
    assert life(opened, {65: "GO", 66: "ON"}, queue=queue) == [(75, "M"), (85, "N")]
    assert life(opened, {65: "GO", 99: "ON"}, queue=queue) == [(75, "M"), (109, "N")]


def test_what_waits_for_a_signal_does_not_overtake_what_a_request_lets_go_on() -> None:
    opened, queue = after_requests((BAKED, plain("GO"), EATEN), ("wait", 5), ("go_on", 65))
    assert life(opened, {66: "GO"}, queue=queue) == [(120, "BAKED"), (160, "EATEN")]
    assert life(opened, {200: "GO"}, queue=queue) == [(120, "BAKED"), (240, "EATEN")]


def test_a_way_that_is_taken_begins_then_whenever_a_signal_behind_it_came() -> None:
    opened = plan(answered(BAKED, REFUSED), plain("GO"), EATEN)
    late = engine.after(opened.kcis, engine.signalled(opened.kcis, "GO", 500))
    told = life(opened, queue=late, codes={"BAKED/": 404})
    assert told == [(60, "BAKED"), (70, "GONE"), (110, "EATEN")]


def test_the_end_of_an_order_withdraws_all_ways_but_those_that_break_the_contract() -> None:
    spoilt = replace(EATEN, illegal=True)
    for last, kept in ((EATEN, 0), (spoilt, 2)):
        opened = plan(answered(BAKED, (("404",), (last,))), mark("M"))
        ended = replace(opened.order, status="EATEN")
        withdrawn = engine.advance(
            replace(ended, status="BAKED"),
            replace(opened.kcis[0], step=replace(EATEN, key="x")),
            [opened.request],
            opened.kcis[1:],
            RULES,
            60,
            seed.Chance("r"),
        ).withdraw
        assert len(opened.kcis) - 1 - len(withdrawn) == kept


def test_a_signal_ends_a_wait_behind_which_nothing_is_left() -> None:
    opened = plan(BAKED, wait("GO", 100, replace(EATEN, illegal=True)), mark("M"), EATEN)
    baked, *others = opened.kcis
    ended = replace(opened.order, status="BAKED")
    eaten = replace(baked, step=replace(EATEN, key="x"))
    args = ([opened.request], others, RULES, 60, seed.Chance("r"))
    withdrawn = engine.advance(ended, eaten, *args).withdraw
    left = [kci for kci in others if kci.id not in withdrawn]
    assert life(opened, queue=left) == [(210, "EATEN")]
    assert life(opened, {80: "GO"}, queue=left) == []


def played(opened: Opened, *names: str) -> list[str]:
    """What has happened after some signals."""
    told = life(opened, {at: name for at, name in enumerate(names, 100)})
    return [word for at, word in told if at >= 0]


@pytest.mark.parametrize("other", ["GO", "ON"])
def test_a_signal_opens_one_wait_alone_whatever_the_others_are_called(other: str) -> None:
    opened = plan(
        mark("A", 0), plain("GO"), mark("B", 0), plain(other), mark("C", 0), plain("GO"), BAKED
    )
    assert played(opened) == ["A"]
    assert played(opened, "GO") == ["A", "B"]
    assert played(opened, "GO", other) == ["A", "B", "C"]
    assert played(opened, "GO", other, "GO") == ["A", "B", "C", "BAKED"]


def test_two_waits_with_nothing_between_them_are_two() -> None:
    for second in ("GO", "ON"):
        opened = plan(plain("GO"), Step(after=30, wait=second), mark("M", 1))
        assert life(opened, {100: "GO"}) == [(-1, "1 wait")]
        assert life(opened, {100: "GO", 110: second}) == [(131, "M")]
        assert life(opened, {100: "GO", 150: second}) == [(151, "M")]
    with pytest.raises(Illegal, match="does not wait for the signal ON: it waits for GO"):
        life(opened, {100: "ON"})


def test_each_round_of_a_repetition_waits_for_a_signal() -> None:
    opened = plan(repeat(3, plain("GO"), mark("M", 0)))
    for count in range(4):
        assert played(opened, *["GO"] * count) == ["M"] * count


def test_the_end_of_a_wait_opens_no_other_one_of_its_name() -> None:
    waits = wait("GO", 100, after=0)
    opened = plan(waits, mark("A", 0), waits, mark("B", 0), plain("GO"), mark("C", 0))
    assert life(opened) == [(100, "A"), (200, "B"), (-1, "1 wait")]
    assert life(opened, {150: "GO"}) == [(100, "A"), (150, "B"), (-1, "1 wait")]
    assert life(opened, {10: "GO", 20: "GO", 30: "GO"}) == [(10, "A"), (20, "B"), (30, "C")]
    behind = plan(waits, plain("GO"), mark("M", 0))
    assert life(behind) == [(-1, "1 wait")]
    assert life(behind, {150: "GO"}) == [(150, "M")]


def test_a_way_may_begin_with_a_wait_of_the_name_that_led_to_it() -> None:
    opened = plan(wait("GO", 100, plain("GO"), mark("LATE", 5), after=0), mark("M", 5))
    assert life(opened) == [(-1, "1 wait")]
    assert life(opened, {50: "GO"}) == [(55, "M")]
    assert life(opened, {150: "GO"}) == [(155, "LATE")]


@pytest.mark.parametrize("within", [None, 1000])
def test_a_signal_may_come_before_its_wait_whichever_that_is(within: int | None) -> None:
    def go() -> Step:
        return wait("GO", within) if within else Step(after=10, wait="GO")

    opened = plan(mark("A"), go(), mark("B"), go(), mark("C"))
    on_time = [(10, "A"), (30, "B"), (50, "C")]
    assert life(opened, {1: "GO", 2: "GO"}) == on_time
    assert life(opened, {20: "GO", 25: "GO"}) == on_time
    with pytest.raises(Illegal, match=r"does not wait for the signal GO$"):
        life(opened, {1: "GO", 2: "GO", 3: "GO"})


@pytest.mark.slow
def test_many_waits_cost_little_room() -> None:
    opened = plan(repeat(300, wait("GO", 10, after=1), mark("M", 1)))
    assert len(opened.kcis) == 600 and opened.kcis[-1].step.lies_on == (300,)
    assert len(life(opened)) == 300
