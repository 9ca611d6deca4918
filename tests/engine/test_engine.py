"""The engine's contract, with an invented dialect that has no word of any real one: what holds here
holds for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from simulator import engine
from simulator.base import instants, seed
from simulator.base.errors import Illegal, Refused
from simulator.engine import Answered, Changed, Opened, Rejected
from simulator.engine.names import names_for
from simulator.model import Entry, Kci, Order, Pending, Reply, Request, Scenario, Step, Submission
from tests.dialects.pizza import Pizza

RULES = Pizza()
BAKE = (Step(after=60, send="BAKED"), Step(after=40, send="EATEN"))


def scenario(*timeline: Step, **members: Any) -> Scenario:
    return Scenario(name="S", dialect="pizza", timeline=timeline or BAKE, **members)


def situation(
    played: Scenario,
    action: str = "create",
    now: int = 0,
    order: Order | None = None,
    **members: Any,
) -> engine.Situation:
    submission = Submission(
        action=action,
        operation=action,
        ref="7",
        order_ref="7",
        tenant="T",
        document={"topping": "ham", "at": now},
    )
    return engine.Situation(
        submission=submission,
        scenario=played,
        params={},
        supplier="s",
        now=now,
        chance=seed.Chance("r", ("x",), True),
        order=order,
        **members,
    )


def created(played: Scenario) -> Opened:
    plan = engine.play(situation(played), RULES)
    assert isinstance(plan, Opened)
    return plan


def asked(played: Scenario, action: str, plan: Opened, now: int, **members: Any) -> Any:
    """A later request's plan, the order and what waits as an earlier plan left them."""
    waiting = members.pop("waiting", plan.kcis)
    known = members.pop("requests", (plan.request,))
    return engine.play(
        situation(
            played, action, now, plan.order, waiting=waiting, requests=known, position=10, **members
        ),
        RULES,
    )


def step(
    plan: Opened, kci: Kci, *requests: Request, waiting: Sequence[Kci] = (), now: int = 60
) -> Any:
    return engine.advance(
        plan.order, kci, requests or (plan.request,), waiting, RULES, now, seed.Chance("r")
    )  # type: ignore[arg-type]


def test_a_create_plans_each_step_after_the_one_before() -> None:
    plan = created(scenario())
    assert (
        plan.answer.word == "accept" and plan.order is not None and plan.order.status == "ORDERED"
    )
    assert [(kci.position, kci.due_at, kci.send) for kci in plan.kcis] == [
        (1, 60, "BAKED"),
        (2, 100, "EATEN"),
    ]


def test_a_reject_creates_nothing() -> None:
    rejecting = Reply(answer="reject", messages=("no {{ order.document.topping }}",))
    plan = engine.play(situation(scenario(reply=rejecting)), RULES)
    assert isinstance(plan, Rejected) and plan.order is None
    assert plan.answer.messages == ("no ham",)


def test_a_lookup_is_an_answer_alone() -> None:
    entry = Entry(reply=Reply(messages=("{{ request.topping }} at {{ supplier.name }}",)))
    answered = engine.play(situation(scenario(entries={"price": (entry,)}), "price"), RULES)
    assert isinstance(answered, Answered)
    assert answered.answer.messages == ("ham at s",) and str(answered.entry) == "price[0]"
    no = Entry(reply=Reply(answer="reject"))
    rejected = engine.play(situation(scenario(entries={"price": (no,)}), "price"), RULES)
    assert isinstance(rejected, Rejected) and rejected.order is None


def test_a_lookup_is_answered_by_default_where_no_entry_fits() -> None:
    answered = engine.play(situation(scenario(), "price"), RULES)
    assert isinstance(answered, Answered) and answered.entry is None


def test_a_step_moves_the_order_sets_and_completes_it() -> None:
    baked = Step(
        after=60,
        send="BAKED",
        set={"oven": "{{ 200 + 20 }}"},
        fields={"note": "for {{ order.tenant }}, {{ request.topping }}"},
    )
    plan = created(scenario(baked))
    happened = step(plan, plan.kcis[0])
    assert happened.order.status == "BAKED" and happened.order.document == {
        "topping": "ham",
        "at": 0,
        "oven": 220,
        "hot": True,
    }
    assert happened.kci.step.fields == {"note": "for T, ham"} and happened.kci.issued_at == 60


def test_an_illegal_step_changes_nothing_unless_it_is_meant() -> None:
    plan = created(scenario(Step(after=1, send="EATEN")))
    with pytest.raises(Illegal):
        step(plan, plan.kcis[0])
    assert (
        step(
            plan, replace(plan.kcis[0], step=replace(plan.kcis[0].step, illegal=True))
        ).order.status
        == "EATEN"
    )


def test_what_an_order_brings_in_is_never_rendered() -> None:
    plan = created(scenario(Step(after=1, send="BAKED", fields={"note": "{{ request.topping }}"})))
    assert plan.request is not None
    request = replace(plan.request, document={"topping": "{{ order.id }}"})
    assert step(plan, plan.kcis[0], request).kci.step.fields == {"note": "{{ order.id }}"}


def test_the_first_entry_that_fits_answers_and_only_so_often() -> None:
    refuse = Entry(reply=Reply(answer="reject"), times=1)
    played = scenario(entries={"topping": (refuse, Entry(reply=Reply(answer="acknowledge")))})
    plan = created(played)
    first = asked(played, "topping", plan, 10)
    assert isinstance(first, Rejected) and str(first.entry) == "topping[0]"
    second = asked(played, "topping", replace(plan, order=first.order), 20)
    assert isinstance(second, Changed) and str(second.entry) == "topping[1]"
    assert (second.request.number, second.request.status) == ("topping-1", "applied")


def test_the_contract_is_asked_before_the_entries_but_for_those_that_break_it() -> None:
    played = scenario(
        entries={
            "topping": (Entry(reply=Reply(answer="acknowledge"), illegal=True, times=1), Entry())
        }
    )
    plan = created(played)
    assert plan.order is not None
    over = replace(plan, order=replace(plan.order, status="EATEN"))
    allowed = asked(played, "topping", over, 10, waiting=())
    assert str(allowed.entry) == "topping[0]"
    with pytest.raises(Refused):
        asked(played, "topping", replace(plan, order=allowed.order), 20, waiting=())


def test_an_accepted_request_is_open_until_its_own_step_settles_it() -> None:
    played = scenario(
        entries={
            "topping": (
                Entry(reply=Reply(answer="accept"), timeline=(Step(after=5, send="TOPPED"),)),
            )
        }
    )
    plan = created(played)
    opened = asked(played, "topping", plan, 10)
    assert (
        opened.request is not None and opened.request.status == "open" and opened.order is not None
    )
    assert "topping" in opened.order.document and opened.order.document["at"] == 0
    change = replace(opened.request, document={"topping": "olives"})
    happened = engine.advance(
        opened.order, opened.kcis[0], (plan.request, change), plan.kcis, RULES, 15, seed.Chance("r")
    )  # type: ignore[arg-type]
    assert happened.request is not None and happened.request.status == "applied"
    assert happened.order.document["topping"] == "olives"


@pytest.mark.parametrize(
    ("pending", "withdrawn", "moved"),
    [
        (None, [], {}),
        (Pending(verb="keep"), [], {}),
        (Pending(verb="withdraw"), [1, 2], {}),
        (Pending(verb="withdraw", codes=("EATEN",)), [2], {}),
        (Pending(verb="pause"), [], {1: 65, 2: 105}),
    ],
)
def test_pending_keeps_withdraws_or_pauses_the_kcis_of_the_story(
    pending: Pending | None, withdrawn: list[int], moved: dict[int, int]
) -> None:
    played = scenario(
        entries={
            "topping": (
                Entry(
                    reply=Reply(answer="accept"),
                    pending=pending,
                    timeline=(Step(after=5, send="TOPPED"),),
                ),
            )
        }
    )
    plan = created(played)
    answered = asked(played, "topping", plan, 10)
    by_id = {kci.id: kci.position for kci in plan.kcis}
    assert [by_id[kci] for kci in answered.queue.withdraw] == withdrawn
    assert {by_id[kci]: due for kci, due in answered.queue.moved.items()} == moved


def test_a_pause_may_last_until_another_request_ends_it() -> None:
    plan = created(scenario())
    paused = asked(scenario(), "wait", plan, 10)
    assert (len(paused.queue.paused), paused.queue.moved, paused.queue.withdraw) == (2, {}, ())
    asleep = tuple(replace(kci, state="paused") for kci in plan.kcis)
    awake = asked(
        scenario(),
        "go_on",
        replace(plan, order=paused.order),
        1000,
        waiting=asleep,
        requests=(plan.request, paused.request),
    )
    assert list(awake.queue.moved.values()) == [1050, 1090] and awake.queue.withdraw == (), (
        "each keeps the time that it had left"
    )


def test_what_waited_during_a_pause_is_withdrawn_by_its_end() -> None:
    reminder = Entry(reply=Reply(answer="acknowledge"), timeline=(Step(after=500, send="BAKED"),))
    played = scenario(entries={"wait": (reminder,)})
    plan = created(played)
    paused = asked(played, "wait", plan, 10)
    asleep = tuple(replace(kci, state="paused") for kci in plan.kcis)
    awake = asked(
        played,
        "go_on",
        plan,
        100,
        waiting=(*asleep, *paused.kcis),
        requests=(plan.request, paused.request),
    )
    assert awake.queue.withdraw == tuple(kci.id for kci in paused.kcis) and set(
        awake.queue.moved
    ) == {kci.id for kci in asleep}


def test_a_second_pause_begins_anew() -> None:
    plan = created(scenario())
    first = asked(scenario(), "wait", plan, 10)
    second = replace(first.request, id="second", received_at=30)  # type: ignore[type-var]
    asleep = tuple(replace(kci, state="paused") for kci in plan.kcis)
    awake = asked(
        scenario(),
        "go_on",
        plan,
        40,
        waiting=asleep,
        requests=(plan.request, first.request, second),
    )
    assert list(awake.queue.moved.values()) == [70, 110]


def test_an_end_withdraws_what_is_paused_too() -> None:
    plan = created(scenario())
    asleep = tuple(replace(kci, state="paused") for kci in plan.kcis)
    assert set(asked(scenario(), "abandon", plan, 10, waiting=asleep).queue.withdraw) == {
        kci.id for kci in asleep
    }


def test_kcis_of_another_open_request_are_left_alone() -> None:
    played = scenario(
        entries={
            "topping": (Entry(reply=Reply(answer="accept"), pending=Pending(verb="withdraw")),)
        }
    )
    plan = created(played)
    other = Request(
        id="other",
        order="o",
        action="topping",
        operation="topping",
        ref="1",
        tenant="T",
        document={},
        status="open",
    )
    theirs = replace(plan.kcis[0], id="theirs", request="other")
    answered = asked(
        played, "topping", plan, 10, waiting=(*plan.kcis, theirs), requests=(plan.request, other)
    )
    assert set(answered.queue.withdraw) == {kci.id for kci in plan.kcis}


def test_a_request_that_its_own_timeline_refuses_leaves_the_story() -> None:
    class Strict(Pizza):
        def default_pending(self, action: str) -> str:
            return "withdraw"

    played = scenario(
        entries={
            "topping": (
                Entry(reply=Reply(answer="accept"), timeline=(Step(after=5, send="NO_TOPPING"),)),
            )
        }
    )
    plan = created(played)
    answered = engine.play(
        situation(played, "topping", 10, plan.order, waiting=plan.kcis, requests=(plan.request,)),
        Strict(),
    )  # type: ignore[arg-type]
    assert answered.queue.withdraw == ()


def test_an_order_that_ends_withdraws_what_waits_and_lapses_what_is_open() -> None:
    played = scenario()
    plan = created(played)
    other = Request(
        id="other",
        order="o",
        action="topping",
        operation="topping",
        ref="1",
        tenant="T",
        document={},
        status="open",
    )
    deliberate = replace(
        plan.kcis[0], id="deliberate", step=replace(plan.kcis[0].step, illegal=True)
    )
    ended = asked(
        played,
        "abandon",
        plan,
        10,
        waiting=(*plan.kcis, deliberate),
        requests=(plan.request, other),
    )
    assert set(ended.queue.withdraw) == {kci.id for kci in plan.kcis} and ended.lapsed == ("other",)


def test_the_same_names_give_the_same_plan_and_others_do_not() -> None:
    assert created(scenario()) == created(scenario())
    loose = engine.play(replace(situation(scenario()), chance=seed.Chance("r")), RULES)
    assert (
        loose.kcis[0].id
        != engine.play(replace(situation(scenario()), chance=seed.Chance("r")), RULES).kcis[0].id
    )


def test_times_may_be_templates_and_numbers_in_them_are_seconds() -> None:
    played = scenario(
        Step(after="{{ 2 }}", send="BAKED"),
        Step(at="{{ now | plus('1h') }}", send="BAKED"),
        Step(at="5s", send="BAKED"),
    )
    dues = [kci.due_at for kci in created(played).kcis]
    assert dues == [2 * instants.SECOND, instants.HOUR, instants.HOUR]


def test_check_knows_exactly_the_names_that_a_template_sees() -> None:
    from simulator.scenario.templates import ORDER_NAMES, TEMPLATE_NAMES

    plan = created(scenario())
    assert plan.order is not None
    order = replace(plan.order, begun_by="another")
    seen = names_for(order, plan.request, 0, seed.Chance("r"))
    assert set(seen) == set(TEMPLATE_NAMES) and set(seen["order"]) == set(ORDER_NAMES)
