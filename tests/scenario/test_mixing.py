"""Drawing one scenario of a mix."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simulator import dialects
from simulator.base.errors import Refused
from simulator.base.seed import Chance
from simulator.model import Scenario
from simulator.scenario import Bases, Book, layer_of_texts, parse

VOCABULARY = dialects.get("fibre_cafe").vocabulary
PARTS = [(name, f"scenario: {name}\nreply: accept\n") for name in "ABC"]
CHANCE = Chance("7", ("s",))


def mix_of(text: str) -> Scenario:
    bases = Bases((layer_of_texts(PARTS),))
    return parse(f"scenario: MIX\n{text}\n", "mix.yaml", VOCABULARY, bases)


def book_of(mix: Scenario) -> Book:
    parts = {name: parse(text, name, VOCABULARY) for name, text in PARTS}
    return Book(vocabulary=VOCABULARY, scenarios={**parts, "MIX": mix}, default="MIX")


def draws(mix: Scenario, keys: list[str], **facts: Any) -> list[str]:
    known = {"body": {}, "header": {}, "order": {}, "param": {}, **facts}
    book = book_of(mix)
    choice = book.choose(known)
    return [book.draw(choice, known, CHANCE, key).scenario.name for key in keys]


KEYS = [str(number) for number in range(2000)]


def test_weights_are_shares_and_need_no_sum() -> None:
    found = Counter(draws(mix_of("mix: {A: 0.5, B: 1, C: 0.5}"), KEYS))
    assert 400 < found["A"] < 600 and 900 < found["B"] < 1100 and 400 < found["C"] < 600


def test_a_mix_of_one_always_draws_it() -> None:
    assert set(draws(mix_of("mix: {A: 0.001}"), KEYS[:50])) == {"A"}


def test_by_takes_all_values_that_its_path_reaches() -> None:
    mix = mix_of("mix: {A: 1, B: 1}\nby: siteInformation[*].role")
    for roles in (["A-END"], ["B-END"], ["A-END", "B-END"]):
        body = {"siteInformation": [{"role": role} for role in roles]}
        assert len(set(draws(mix, KEYS[:20], body=body))) == 1
    assert len(set(draws(mix, KEYS[:20]))) == 2, "nothing stands there"


def test_a_mix_is_no_scenario_of_its_own() -> None:
    mix = mix_of("mix: {A: 1}")
    assert mix.draws and mix.timeline == () and mix.entries == {}


def test_what_a_mix_draws_and_nobody_has_any_more_is_a_fault_of_ours() -> None:
    mix = mix_of("mix: {A: 1}")
    facts = {"body": {}, "header": {}, "order": {}, "param": {}}
    book = Book(vocabulary=VOCABULARY, scenarios={"MIX": mix}, default="MIX")
    with pytest.raises(Refused, match="the mix MIX has A, and no scenario here") as caught:
        book.draw(book.choose(facts), facts, CHANCE, "key")
    assert caught.value.kind == "fault"


@pytest.mark.parametrize(
    ("text", "is_drawn"),
    [
        ("reply: accept", False),
        ("timeline: [{after: 1s, send: ACKNOWLEDGED}]", False),
        ("timeline: [{after: {uniform: [1s, 2s]}, send: ACKNOWLEDGED}]", True),
        ("reply: {delay: {pick: {1s: 1, 2s: 1}}}", True),
        ("cancellation: [{reply: {reject: ['{{ fake.word }}']}}]", True),
        ("timeline: [{after: 1s, send: ACKNOWLEDGED, set: {notes: '{{ fake[\"word\"] }}'}}]", True),
        ("about: it is fake. or so", False),
        ("timeline: [{branch: [{weight: 2}, {timeline: [{after: 1s, send: DELAY}]}]}]", True),
        ("timeline: [{branch: [{when: {orderType: NEW}}, {weight: 2}]}]", False),
        ("timeline: [{branch: [{weight: 0}, {weight: 2}]}]", False),
        ("timeline: [{repeat: {times: 2, timeline: [{branch: [{}, {}]}]}}]", True),
        ("cancellation: [{timeline: [{branch: [{}, {}]}]}]", True),
    ],
)
def test_a_scenario_knows_whether_it_may_draw(text: str, is_drawn: bool) -> None:
    assert parse(f"scenario: X\n{text}\n", "x.yaml", VOCABULARY).draws is is_drawn
