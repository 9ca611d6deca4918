"""Scenario files: what is right is read, what is wrong is located, all at once, with the nearest
valid word.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator import dialects, rehearsal
from simulator.base.errors import Invalid
from simulator.cli import main
from simulator.model import Scenario
from simulator.scenario import parse

DIALECT = dialects.get("fibre_cafe")


def read(text: str) -> Scenario:
    return parse(text, "x.yaml", DIALECT.vocabulary)


def problems(text: str) -> list[str]:
    try:
        scenario = read(text)
    except Invalid as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in rehearsal.faults(scenario, DIALECT)]


def test_five_mistakes_make_five_located_messages(tmp_path: Path) -> None:
    path = tmp_path / "five.yaml"
    path.write_text(
        """scenario: FIVE
abuot: five mistakes
reply: acept
timeline:
  - {after: 30s, send: ACKNOWLEDGD}
  - {after: soon, send: COMMITTED}
  - {after: 1d, sned: COMPLETED}
"""
    )
    result = CliRunner().invoke(main, ["check", str(path)])
    lines = [line.removeprefix(f"{path}:") for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert lines == [
        "2:1: unknown key `abuot` (did you mean `about`?)",
        "3:8: unknown reply `acept` (did you mean `accept`?)",
        "5:24: unknown code `ACKNOWLEDGD` (did you mean `ACKNOWLEDGED`?)",
        "6:13: after: `soon` is not a duration: write 250ms, 5s, 3m, 2h, 1h30m, 4d, 6w or ISO 8601 such as PT1H30M",
        "7:17: unknown key `sned` (did you mean `send`?)",
    ]


STEPS = "scenario: X\nreply: acknowledge\ntimeline:\n  - "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reply: accept", "x.yaml:1:1: `scenario` is required"),
        ("- a", "x.yaml:1:1: a scenario file is a map"),
        ("scenario: X\nparams: {a: {type: colour}}", "x.yaml:2:20: type: `colour` is not valid"),
        (
            "scenario: X\nparams: {a: {type: choice}}",
            "x.yaml:2:13: `choices` must be a list of values",
        ),
        (
            "scenario: X\nparams: {gap: {type: duration, default: soon}}",
            "x.yaml:2:41: default: `soon` is not a duration",
        ),
        ("scenario: X\nparams: {order: 1}", "x.yaml:2:10: `order` is a name of the format already"),
        (
            "scenario: X\nwhen: {orderType: {equls: 1}}",
            "x.yaml:2:19: orderType: unknown test `equls`",
        ),
        ("scenario: X\nwhen: {notes: {matches: '(?=x)'}}", "not a linear-time regular expression"),
        ("scenario: X\nwhen: {a..b: 1}", "a path is names with dots"),
        (
            "scenario: X\nwhen: {operation: provyde}",
            "x.yaml:2:19: operation: unknown `provyde` (did you mean `provide`?)",
        ),
        (
            "scenario: X\nreply: {answer: accept, bdy: 1}",
            "x.yaml:2:25: unknown key `bdy` (did you mean `body`?)",
        ),
        ("scenario: X\nreply: {status: 99}", "x.yaml:2:17: status: must be an HTTP status"),
        ("scenario: X\nreply: {reject: []}", "x.yaml:2:17: reject: must be a list of messages"),
        (
            "scenario: X\nreply: {attempts: [{delay: never}]}",
            "x.yaml:2:28: delay: `never` is not a duration",
        ),
        ("scenario: X\namendment: [{reply: commit}]", "x.yaml:2:21: unknown reply `commit`"),
        ("scenario: X\namendment: [{pending: stop}]", "x.yaml:2:23: pending: `stop` is not valid"),
        ("scenario: X\namendment: [{times: 0}]", "x.yaml:2:21: times: must be at least 1"),
        ("scenario: X\namendmnt: []", "unknown key `amendmnt` (did you mean `amendment`?)"),
        ("scenario: X\nhold: []", "unknown key `hold`"),
        (STEPS + "{send: COMMITTED}", "x.yaml:4:5: a step has one time"),
        (STEPS + "{after: 1s, at: 2s, send: COMMITTED}", "x.yaml:4:5: a step has one time"),
        (STEPS + "{after: 1s}", "x.yaml:4:5: a step has a verb"),
        (STEPS + "{after: 1s, send: COMMITTED, mark: M}", "x.yaml:4:5: a step has one verb"),
        (STEPS + "{after: 1s, mark: M, with: {text: a}}", "x.yaml:4:5: `with` belongs to `send`"),
        (
            STEPS + "{after: -1s, send: COMMITTED}",
            "x.yaml:4:13: after: a duration is never negative",
        ),
        (STEPS + "{after: 11y, send: COMMITTED}", "is not a duration"),
        (STEPS + "{after: 4000d, send: COMMITTED}", "between 0 and 10 years"),
        (STEPS + "{at: someday, send: COMMITTED}", "neither a duration nor an instant"),
        (
            STEPS + "{after: 1s, send: COMMITTED, status: HELD}",
            "x.yaml:4:42: COMMITTED never brings HELD (one of: IN_PROGRESS)",
        ),
        (
            STEPS + "{after: 1s, send: WARNING, with: {problemCod: X}}",
            "x.yaml:4:39: unknown member `problemCod` (did you mean `problemCode`?)",
        ),
        (
            STEPS + "{after: 1s, send: WARNING, with: {problemCode: NETWORK_ISSU}}",
            "did you mean `NETWORK_ISSUE`?",
        ),
        (
            STEPS + '{after: 1s, send: WARNING, with: {text: "{{ odrer.ref }}"}}',
            "unknown name `odrer` (did you mean `order`?)",
        ),
        (
            STEPS + '{after: 1s, send: WARNING, with: {text: "{{ order.reff }}"}}',
            "order has no `reff` (did you mean `ref`?)",
        ),
        (
            STEPS + '{after: 1s, send: WARNING, with: {text: "{{ now | plsu(1) }}"}}',
            "no filter `plsu`",
        ),
        (STEPS + '{after: 1s, send: WARNING, with: {text: "{{ now"}}', "`{{` without its `}}`"),
        (
            STEPS + '{after: 1s, send: WARNING, with: {text: "{{ fake.pohne_number }}"}}',
            "x.yaml:4:45: template: fake has no `pohne_number` (did you mean `phone_number`?)",
        ),
        (STEPS + '{after: 1s, send: UPDATE, with: {text: "{{ fake.xml }}"}}', "fake has no `xml`"),
        (STEPS + '{after: 1s, send: UPDATE, with: {text: "{{ fake }}"}}', "`fake` needs a word"),
        (
            STEPS + '{after: 1s, send: UPDATE, with: {text: "{{ fake[now] }}"}}',
            "`fake` needs a word (such as `fake.name`)",
        ),
        (STEPS + '{after: 1s, send: WARNING, set: {"a..b": 1}}', "a path is names with dots"),
        (
            "scenario: X\nreply: accept\ntimeline:\n  - {after: 1s, send: COMPLETED}",
            "x.yaml:4:5: COMPLETED is not possible in RECEIVED",
        ),
        (
            STEPS + "{after: 1s, send: ACKNOWLEDGED}",
            "x.yaml:4:5: ACKNOWLEDGED is not possible in ACKNOWLEDGED",
        ),
        (
            STEPS + "{after: 1s, send: AMENDED}",
            "AMENDED answers an open amendment, and none is open",
        ),
        (
            "scenario: X\nreply: acknowledge\namendment:\n  - reply: accept\n    timeline:\n      - {after: 1s, send: COMPLETED}",
            "x.yaml:6:9: COMPLETED is not possible in ACKNOWLEDGED",
        ),
        (
            "scenario: X\nreply: accept\nreply: reject",
            "x.yaml:3:1: the key `reply` occurs twice: first on line 2",
        ),
        (STEPS + "{after: {{ gap }}, send: COMMITTED}", "a template stands outside quotes"),
        (
            STEPS + "{after: 1s, send: WARNING, with: {text: Works stopped, sorry}}",
            "x.yaml:4:60: `sorry` has no value",
        ),
        ('scenario: X\nabout: "a\\0b"', "x.yaml:2:8: a text holds a NUL"),
        ('scenario: X\nabout: "\\ud800"', "x.yaml:2:"),
        ("scenario: X\n\treply: accept", "x.yaml:2:1: not YAML"),
        ("scenario: !!python/object/apply:os.system [ls]", "the tag"),
        ("a: &a [*a]", "an anchor that holds itself"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: a second document"),
        ("", "the file is empty"),
        ("x: " + "[" * 40, "nested deeper than 32 levels"),
        ("scenario: X\nabout: " + "x" * 300_000, "more than 262144 bytes"),
    ],
)
def test_a_mistake_is_located_and_named(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found


def test_an_alias_bomb_is_refused_quickly() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "aliases expand to more than" in problems(bomb)[0]


@pytest.mark.parametrize("word", ["extends: Y", "mix: {A: 1}", "expect: []"])
def test_what_comes_later_is_refused_by_name(word: str) -> None:
    key = word.split(":")[0]
    assert any(
        f"`{key}` is not yet supported" in problem for problem in problems(f"scenario: X\n{word}\n")
    )


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ("{after: 1s, within: 1d}", "within"),
        ("{after: 1s, branch: []}", "branch"),
        ("{after: 1s, repeat: {}}", "repeat"),
        ("{after: 1s, start: Y}", "start"),
        ("{after: 1s, send: COMMITTED, fault: drop}", "fault"),
        ("{after: 1s, send: COMMITTED, answered: 204}", "answered"),
        ("{after: {uniform: [1s, 5s]}, send: COMMITTED}", "uniform"),
        ("{after: 3wd, send: COMMITTED}", "wd"),
    ],
)
def test_steps_that_come_later_are_refused_by_name(step: str, word: str) -> None:
    found = problems(STEPS + step)
    assert len(found) == 1 and word in found[0] and "not yet supported" in found[0]


@pytest.mark.parametrize("test", ["in", "not", "contains", "starts", "less", "before"])
def test_conditions_that_come_later_are_refused_by_name(test: str) -> None:
    assert (
        f"`{test}` is not yet supported"
        in problems(f"scenario: X\nwhen: {{notes: {{{test}: a}}}}")[0]
    )


def test_yaml_words_are_strings_where_a_string_is_due() -> None:
    scenario = read(
        "scenario: ON\nabout: NO\nwhen: {notes: off, hazards: 12:30, tenant: 010, ref: 2026-01-01}\n"
    )
    assert (scenario.name, scenario.about) == ("ON", "NO")
    assert [condition.value for condition in scenario.when] == ["off", "12:30", "010", "2026-01-01"]


def test_a_step_may_break_the_contract_on_purpose() -> None:
    assert (
        problems(
            "scenario: X\nreply: accept\ntimeline:\n  - {after: 1s, send: COMPLETED, illegal: true}"
        )
        == []
    )


def test_a_template_that_the_sample_cannot_fill_is_a_warning_only(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(
        STEPS
        + '{after: 1s, send: UPDATE, with: {text: "{{ order.document.secondaryContact.name }}"}}\n'
    )
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 0
    assert (
        f"warning: {path}:4:5: `{{{{ order.document.secondaryContact.name }}}}`: there is no `secondaryContact`"
        in result.stdout
    )


def test_two_files_may_not_name_one_scenario(scenario_folder: Callable[..., str]) -> None:
    folder = Path(scenario_folder(A="reply: accept\n"))
    (folder / "b.yaml").write_text("scenario: A\nreply: accept\n")
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1 and "the scenario A is in" in result.stdout


def test_the_same_edition_has_the_same_digest() -> None:
    assert (
        read("scenario: X\n").digest
        == read("scenario: X\n").digest
        != read("scenario: X\nabout: y\n").digest
    )
