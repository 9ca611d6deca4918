"""`extends`: what a scenario takes from another one, and where mistakes of both are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import dialects
from simulator.base.errors import Invalid
from simulator.model import Scenario
from simulator.rehearsal.books import bases_in
from simulator.rehearsal.folders import shipped_folder
from simulator.rehearsal.inspection import Inspection, inspect
from simulator.scenario import Bases, layer_of_texts, parse

DIALECT = dialects.get("fibre_cafe")
BASE = """scenario: BASE
about: The base.
params:
  gap: {type: duration, default: 30s, header: X-Kci-Delay}
when: {operation: provide}
reply: {answer: accept, delay: 1s, headers: {X-From: base}}
timeline:
  - {after: "{{ gap }}", send: ACKNOWLEDGED}
  - {after: 1h, send: COMMITTED}
  - {after: 1h, send: COMPLETED}
cancellation:
  - reply: acknowledge
"""


def inspected(text: str, *others: str, below: tuple[str, ...] = ()) -> Inspection:
    """A text x.yaml with others of its folder, a.yaml and so on, and those `below`, z.yaml."""
    beside = [("x.yaml", text), *zip(("a.yaml", "b.yaml"), others, strict=False)]
    layers = (layer_of_texts(beside), layer_of_texts([("z.yaml", each) for each in below]))
    return inspect(text, "x.yaml", DIALECT, Bases(layers))


def told(text: str, *others: str) -> list[str]:
    found = inspected(text, *others)
    return [str(problem) for problem in (*found.errors, *found.warnings)]


def derived(text: str, base: str = BASE, name: str = "X") -> Scenario:
    found = inspected(f"scenario: {name}\nextends: BASE\n{text}", base)
    assert found.scenario, found.errors
    return found.scenario


def codes(scenario: Scenario) -> list[str]:
    return [step.send for step in scenario.timeline]


def test_a_scenario_takes_what_it_does_not_say() -> None:
    found = derived("")
    assert codes(found) == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    assert found.reply.answer == "accept" and found.entries["cancellation"]
    assert found.params["gap"].header == "X-Kci-Delay"
    assert (found.name, found.about) == ("X", ""), "what describes the base is not inherited"


def test_maps_are_merged_and_lists_are_replaced() -> None:
    found = derived(
        "reply: {delay: 2s, headers: {X-Of: x}}\n"
        "timeline:\n  - {after: '{{ gap }}', send: ORDER_REJECTED}\n"
        "cancellation: []\n"
    )
    assert found.reply.headers == {"X-From": "base", "X-Of": "x"} and found.reply.delay == 2_000_000
    assert codes(found) == ["ORDER_REJECTED"] and found.entries["cancellation"] == ()


def test_a_short_parameter_is_a_default_and_keeps_the_header_of_the_base() -> None:
    gap = derived("params: {gap: 5s}").params["gap"]
    assert (gap.default, gap.kind, gap.header) == ("5s", "duration", "X-Kci-Delay")
    short = BASE.replace("{type: duration, default: 30s, header: X-Kci-Delay}", "30s")
    gap = derived("params: {gap: {header: X-Gap}}", short).params["gap"]
    assert (gap.default, gap.header) == ("30s", "X-Gap")


def test_null_removes_what_the_base_says_but_is_a_value_in_a_body() -> None:
    found = derived("cancellation: null\nreply: {delay: null, headers: {X-From: null}, body: null}")
    assert found.entries == {} and found.reply.delay is None and found.reply.has_body
    assert found.reply.headers == {} and found.reply.answer == "accept"
    assert told("scenario: X\nextends: BASE\namendment: null\n", BASE) == [
        "x.yaml:3:12: amendment: has no value"
    ], "there is nothing to remove"


def test_a_when_is_only_inherited_where_it_is_narrowed_or_its_scenario_is_replaced() -> None:
    assert derived("").when == (), "else both would fit the same requests"
    narrowed = derived("when: {orderType: NEW}").when
    assert [condition.path for condition in narrowed] == ["operation", "orderType"]
    text = "scenario: BASE\nextends: BASE\n"
    replaced = inspected(text, below=(BASE,)).scenario
    assert replaced and [condition.path for condition in replaced.when] == ["operation"]


def test_a_base_may_extend_another_one() -> None:
    middle = "scenario: BASE\nextends: ROOT\nreply: {delay: 9s}\n"
    found = inspected("scenario: X\nextends: BASE\n", middle, BASE.replace("BASE", "ROOT"))
    assert found.scenario and found.scenario.reply.delay == 9_000_000
    assert codes(found.scenario) == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    assert "extends" not in found.scenario.source.partition("\n")[2]


def test_a_file_for_a_later_request_and_a_mix_are_extended_too() -> None:
    base = "scenario: BASE\nfor: amendment\nreply: accept\ntimeline: [{after: 1s, send: AMENDED}]\n"
    entry = derived("pending: pause\n", base).entries["amendment"][0]
    assert entry.pending and [step.send for step in entry.timeline] == ["AMENDED"]
    mix = "scenario: BASE\nmix: {A: 1, B: 2}\nby: notes\n"
    parts = tuple(f"scenario: {name}\nreply: accept\n" for name in "ABC")
    text = "scenario: X\nextends: BASE\nmix: {A: null, B: 3, C: 4}\n"
    found = inspected(text, mix, below=parts).scenario
    assert found and (found.mix, found.by) == ({"B": 3, "C": 4}, "notes")


def test_the_source_that_is_kept_needs_no_base() -> None:
    text = "scenario: X\nextends: BASE\nparams: {gap: 5s}\nreply: {body: {NO: '010', x: null}}\n"
    found = inspected(text, BASE).scenario
    assert found
    again = parse(found.source, "kept", DIALECT.vocabulary, kept=True)
    assert again.source == found.source and again.digest == found.digest
    for part in ("params", "reply", "timeline", "entries", "when"):
        assert getattr(again, part) == getattr(found, part)
    assert again.reply.body == {"NO": "010", "x": None}


def test_an_edition_is_new_where_only_the_base_has_changed() -> None:
    before, same = derived(""), derived("", BASE + "# a remark\n")
    after = derived("", BASE.replace("30s", "31s"))
    assert before.digest == same.digest != after.digest


def test_a_file_that_extends_nothing_is_its_own_source() -> None:
    found = inspected(BASE).scenario
    assert found and found.source == BASE


def test_a_mistake_of_the_base_is_told_once_and_there() -> None:
    base = BASE.replace("COMMITTED", "COMITTED").replace("1s,", "1 s,")
    of_base = told(base)
    found = inspected("scenario: X\nextends: BASE\nabout: [x]\n", base)
    said = [str(problem) for problem in found.errors]
    assert said[-1] == "x.yaml:3:8: about: must be a text" and found.scenario is None
    assert said[:-1] == [line.replace("x.yaml", "a.yaml") for line in of_base] != []
    assert told("scenario: X\nextends: BASE\nreply: accept\ntimeline: []\n", base) == [], (
        "what is replaced is not looked at"
    )


def test_a_warning_of_the_base_is_told_with_the_base_alone() -> None:
    base = BASE.replace("reply: {answer: accept, ", "reply: {answer: reject, ")
    assert any("never plays" in line for line in told(base))
    assert told("scenario: X\nextends: BASE\n", base) == []


def test_what_is_wrong_only_together_names_the_scenario_that_extends() -> None:
    (said,) = told("scenario: X\nextends: BASE\nparams: {gap: null}\n", BASE)
    assert said.startswith(
        "a.yaml:8:13: template: unknown name `gap`, in X, which extends this (one of: fake, "
    )
    (said,) = told("scenario: X\nextends: BASE\nreply: acknowledge\n", BASE)
    assert said.startswith("a.yaml:8:32: ACKNOWLEDGED is not possible")
    assert "in X, which extends this" in said


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["scenario: X\nextends: X\n"], "x.yaml:2:10: extends: X extends X: it goes round"),
        (
            ["scenario: X\nextends: A\n", "scenario: A\nextends: X\n"],
            "x.yaml:2:10: extends: X extends A extends X: it goes round",
        ),
        (
            [f"scenario: {one}\nextends: {two}\n" for one, two in ("XA", "AB", "BA")],
            "a.yaml:2:10: extends: A extends B extends A: it goes round",
        ),
    ],
    ids=["itself", "each other", "a base of its own"],
)
def test_a_circle_is_told_with_its_way(texts: list[str], expected: str) -> None:
    (said,) = told(*texts)
    assert said.startswith(expected)


def test_beside_an_unknown_base_the_file_itself_is_read() -> None:
    assert told("scenario: X\nextends: NOTHING\nreply: 7\n", BASE) == [
        "x.yaml:2:10: extends: unknown scenario `NOTHING` (one of: BASE)",
        "x.yaml:3:8: reply: must be a word, {reject: [messages]} or a map ({status: 7})",
    ]


def test_a_misspelt_extends_is_followed_all_the_same() -> None:
    assert told("scenario: X\nextend: BASE\ntimeline: [{after: '{{ gap }}', send: X}]", BASE) == [
        "x.yaml:2:1: unknown key `extend` (did you mean `extends`?)",
        *told("scenario: X\nextends: BASE\ntimeline: [{after: '{{ gap }}', send: X}]", BASE),
    ]


@pytest.mark.slow
def test_what_is_larger_than_a_file_may_be_is_refused() -> None:
    base = f"scenario: BASE\nreply: {{body: {{a: [{', '.join(['1'] * 50_000)}]}}}}\n"
    more = f"reply: {{body: {{b: [{', '.join(['2'] * 50_000)}]}}}}\n"
    (said,) = told(f"scenario: X\nextends: BASE\n{more}", base)
    assert said.startswith("x.yaml:1:11: extends: together with its base, the file has more than")


def test_a_shipped_scenario_is_extended_from_another_folder(tmp_path: Path) -> None:
    text = "scenario: QUICK\nextends: ORDER_DELAYED\nparams: {gap: 1s}\n"
    (tmp_path / "quick.yaml").write_text(text)
    bases = bases_in([tmp_path, shipped_folder("fibre_cafe")])
    found = inspect(text, "quick.yaml", DIALECT, bases).scenario
    assert found and codes(found)[-1] == "COMPLETED"
    assert found.where(("timeline", 0)).file.endswith("fibre_cafe/order_delayed.yaml")


def test_without_bases_a_scenario_extends_nothing() -> None:
    with pytest.raises(Invalid, match="unknown scenario `BASE`"):
        parse("scenario: X\nextends: BASE\n", "x.yaml", DIALECT.vocabulary)
