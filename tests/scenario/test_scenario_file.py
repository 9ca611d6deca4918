"""Scenario files: what is right is read, what is wrong is located, all at once, with the nearest
valid word.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator import dialects, rehearsal
from simulator.base.errors import Invalid
from simulator.base.instants import DURATION_HINT
from simulator.cli import main
from simulator.language import matching
from simulator.model import Scenario
from simulator.scenario import parse

DIALECT = dialects.get("fibre_cafe")


def read(text: str) -> Scenario:
    return parse(text, "x.yaml", DIALECT.vocabulary)


def equals(scenario: Scenario) -> list[Any]:
    """What its `when` compares with."""
    return [condition.tests["equal"] for condition in matching.leaves(scenario.when)]


def problems(text: str) -> list[str]:
    try:
        scenario = read(text)
    except Invalid as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in rehearsal.flaws(scenario, DIALECT)]


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
        f"6:13: after: `soon` is not a duration ({DURATION_HINT}, or 2wd, next 08:00)",
        "7:17: unknown key `sned` (did you mean `send`?)",
    ]


STEPS = "scenario: X\nreply: acknowledge\ntimeline:\n  - "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "x.yaml:1:1: a scenario file is a map"),
        ('scenario: X\nabout: "a\\0b"', "x.yaml:2:8: a text holds a NUL"),
        ('scenario: X\nabout: "\\ud800"', "x.yaml:2:"),
        ("scenario: !!python/object/apply:os.system [ls]", "the tag"),
        ("a: &a [*a]", "an anchor that holds itself"),
        ("x: " + "[" * 40, "nested deeper than 32 levels"),
        ("scenario: X\nabout: " + "x" * 300_000, "more than 262144 bytes"),
        (STEPS + "{after: 4000d, send: COMMITTED}", "between 0 and 10 years"),
        ("scenario: X\nwhen: {notes: {matches: '(?=x)'}}", "not a linear-time regular expression"),
    ],
)
def test_what_no_file_may_hold_is_refused(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found


def test_an_alias_bomb_is_refused_quickly() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "aliases expand to more than" in problems(bomb)[0]


def test_yaml_words_are_strings_where_a_string_is_due() -> None:
    scenario = read(
        "scenario: ON\nabout: NO\n"
        "when: {notes: off, hazards: 12:30, tenant: 010, ref: 2026-01-01}\n"
    )
    assert (scenario.name, scenario.about) == ("ON", "NO")
    assert equals(scenario) == ["off", "12:30", "010", "2026-01-01"]


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
        f"warning: {path}:4:44: `{{{{ order.document.secondaryContact.name }}}}`: there is no "
        "`secondaryContact` (add `| default(...)` where a request may lack it)" in result.stdout
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


def test_a_file_that_was_accepted_before_is_read_as_it_was() -> None:
    text = STEPS + "{after: 1s, send: COMMITTED, set: {tenant: other, nothing: 1}}\n"
    with pytest.raises(Invalid):
        read(text)
    kept = parse(text, "kept", DIALECT.vocabulary, kept=True)
    assert kept.timeline[0].set == {"tenant": "other", "nothing": 1}
    text = "params: {a: {default: x, header: Authorization}}\n" + text
    secret = parse(text, "kept", DIALECT.vocabulary, kept=True).params["a"]
    assert (secret.header, secret.default) == ("", "x"), "credentials stay out of orders"
    with pytest.raises(Invalid):
        parse(text.replace("after", "aftr"), "kept", DIALECT.vocabulary, kept=True)


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        ('"100"', "string"),
        ('"007"', "string"),
        ('"1.5"', "string"),
        ("1.5", "string"),
        ("100", "integer"),
        ("true", "boolean"),
        ("30s", "duration"),
        ("PT5M", "duration"),
        ("2wd", "duration"),
        ("next 08:00", "duration"),
    ],
)
def test_a_short_parameter_is_a_duration_only_with_a_unit(default: str, kind: str) -> None:
    scenario = parse(f"scenario: X\nparams: {{vlan: {default}}}\n", "x", DIALECT.vocabulary)
    assert scenario.params["vlan"].kind == kind


def test_a_start_of_a_name_that_is_not_there_is_told_before_its_document(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    start = "{after: 1h, start: UNSOLICITED_CEAS, with: {nothing: 1}}"
    file.write_text(f"scenario: X\nreply: acknowledge\ntimeline: [{start}]\n")
    result = CliRunner().invoke(main, ["check", str(file)])
    told = [line for line in result.output.splitlines() if line.startswith(str(file))]
    assert [line.partition(": ")[2] for line in told] == [
        "start: no scenario `UNSOLICITED_CEAS` is here (did you mean `UNSOLICITED_CEASE`?)"
    ]
