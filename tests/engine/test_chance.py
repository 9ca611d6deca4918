"""What chance hangs on: the order and the step, and nothing that stands beside them."""

from __future__ import annotations

from simulator.model import Entry, Reply, Step
from tests.engine.test_engine import BAKE, asked, created, scenario, step


def test_a_step_beside_it_changes_nothing_of_what_is_random_in_a_step() -> None:
    drawn = Step(after=60, send="BAKED", fields={"name": "{{ fake.name }}"})
    alone = created(scenario(drawn, BAKE[1]))
    beside = created(scenario(Step(after=1, mark="M"), drawn, drawn, BAKE[1]))
    assert [kci.id for kci in alone.kcis] == [beside.kcis[place].id for place in (1, 3)]
    names = [
        step(plan, kci).kci.step.fields["name"]
        for plan, kci in (
            (alone, alone.kcis[0]),
            (beside, beside.kcis[1]),
            (beside, beside.kcis[2]),
        )
    ]
    assert names[0] == names[1] != names[2]


def test_the_steps_of_each_later_request_have_a_chance_of_their_own() -> None:
    entry = Entry(reply=Reply(answer="accept"), timeline=(Step(after=1, send="BAKED"),))
    played = scenario(entries={"topping": (entry,)})
    plan = created(played)
    first = asked(played, "topping", plan, 5)
    second = asked(played, "topping", plan, 6, requests=(plan.request, first.request))
    ids = {plan.kcis[0].id, first.kcis[0].id, second.kcis[0].id}
    assert len(ids) == 3
