"""Bad scenario files (B) and bad templates in them (C), row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.scenario.test_scenario_file import STEPS, problems

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
B: list[tuple[str, str, str]] = [
    (
        "B1 a tag that would run something",
        "scenario: !!python/object/apply:os.system [ls]",
        "x.yaml:1:11: the tag",
    ),
    ("B2 an alias bomb", BOMB, "aliases expand to more than"),
    ("B3 an anchor that holds itself", "a: &a [*a]", "an anchor that holds itself"),
    ("B4 twenty thousand brackets", "x: " + "[" * 20_000, "nested deeper than 32 levels"),
    ("B5 two megabytes", "scenario: X\nabout: " + "x" * 2_000_000, "more than 262144 bytes"),
    (
        "B6 a key twice",
        "scenario: X\nreply: accept\nreply: reject",
        "x.yaml:3:1: the key `reply` occurs twice: first on line 2",
    ),
    ("B8 tabs", "scenario: X\n\treply: accept", "x.yaml:2:1: not YAML"),
    ("B8 a BOM", "\ufeffscenario: [", "not YAML"),
    ("B8 two documents", "a: 1\n---\nb: 2", "x.yaml:2:1: a second document"),
    ("B8 nothing", "", "the file is empty"),
    ("B8 binary", "\x00\x01\x02", "x.yaml:1:1: not YAML: the character '\\x00' is not allowed"),
    (
        "B8 a character that is none",
        "scenario: X\nabout: ü\x07",
        "x.yaml:2:9: not YAML: the character '\\x07' is not allowed",
    ),
    ("B9 an unknown key", "scenario: X\nreply: {dealy: 5s}", "did you mean `delay`?"),
    ("B10 a negative time", STEPS + "{after: -5s, send: COMMITTED}", "never negative"),
    ("B10 not a number", STEPS + "{after: .nan, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 infinity", STEPS + "{after: .inf, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 an absurd length", STEPS + "{after: 1e30s, send: COMMITTED}", "x.yaml:4:13"),
    ("B10 parsecs", STEPS + "{after: 5 parsecs, send: COMMITTED}", "is not a duration"),
    ("B10 999 years", STEPS + "{after: P999Y, send: COMMITTED}", "x.yaml:4:13"),
    ("B12 a loop", "scenario: X\nreply: acknowledge\ntimeline:\n  - {repeat: 5}", "repeat"),
    (
        "B15 a pattern that RE2 cannot compile",
        "scenario: X\nwhen: {notes: {matches: '(a)\\1'}}",
        "not a linear-time regular expression",
    ),
    ("B17 another file", "scenario: X\ninclude: ../../etc/passwd", "unknown key `include`"),
    (
        "B20 an event that the contract has not",
        STEPS + "{after: 1s, send: CANCELED}",
        "did you mean `CANCELLED`?",
    ),
    (
        "B20 an event that is not possible then",
        STEPS + "{after: 1s, send: ACKNOWLEDGED}",
        "not possible in ACKNOWLEDGED",
    ),
]


@pytest.mark.parametrize(("row", "text", "said"), B, ids=[row for row, _, _ in B])
def test_a_scenario_file(row: str, text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found
    assert all(len(problem) < 500 for problem in found)


def test_b7_words_that_yaml_takes_for_something_else_stay_what_they_are() -> None:
    from tests.scenario.test_scenario_file import equals, read

    scenario = read("scenario: X\nabout: NO\nwhen: {country: NO, at: 12:30:00, id: 010, ver: 1.10}")
    assert scenario.about == "NO"
    assert equals(scenario) == ["NO", "12:30:00", "010", 1.1], "no booleans, no octals"


def test_b14_two_scenarios_for_one_order_are_chosen_between_and_it_is_said(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from simulator.cli import main

    for name, when in (("ONE", "{operation: provide}"), ("TWO", "{operation: provide}")):
        (tmp_path / f"{name.lower()}.yaml").write_text(
            f"scenario: {name}\nwhen: {when}\nreply: accept\n"
        )
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 0 and "two.yaml:2:7: when: a request may fit ONE" in result.output, (
        result.output
    )


def test_b21_a_file_that_changes_changes_no_order_that_plays(gateway: Gateway) -> None:
    text = "scenario: CHANGING\nreply: acknowledge\ntimeline:\n  - {after: 10s, send: %s}\n"
    gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=text % "COMMITTED"
    ).raise_for_status()
    first = gateway.place("CHANGING")
    half = gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=(text % "COMMITTED")[:-9]
    )
    assert half.status_code == 422, "half a file is refused, the whole one stays"
    gateway.http.put(
        f"{gateway.url}/__admin/scenarios/CHANGING", data=text % "UPDATE"
    ).raise_for_status()
    second = gateway.place("CHANGING")
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/CHANGING")
    assert [gateway.kcis(order)[0]["send"] for order in (first, second)] == ["COMMITTED", "UPDATE"]


STORY = """
scenario: {name}
reply: acknowledge
timeline:
  - {{after: 1s, send: WARNING, with: {{text: "{text}"}}}}
"""
WITH = STEPS + "{{after: 1s, send: WARNING, with: {{text: '{}'}}}}"
C: list[tuple[str, str]] = [
    ("C1 attributes of Python", "{{ order.__class__.__mro__ }}"),
    ("C1 globals", "{{ cycler.__init__.__globals__ }}"),
    ("C2 a gigabyte", '{{ "a" * 1000000000 }}'),
    ("C2 a format of a gigabyte", '{{ "%1000000000d" % 1 }}'),
    ("C2 center", '{{ "a" | center(1000000000) }}'),
    ("C2 powers", "{{ 9 ** 999999 }}"),
    ("C3 a loop", "{% for a in range(99999) %}x{% endfor %}"),
    ("C3 a comment", "{# hidden #}"),
    ("C3 a raw block", "{% raw %}x{% endraw %}"),
    ("C3 a call", "{{ range(9) }}"),
    ("C3 too long", "{{ now }}" + "x" * 5000),
    ("C4 an unknown name", "{{ nobody }}"),
    ("C7 the environment", "{{ env.SECRET }}"),
    ("C7 the settings", "{{ config.oauth.client_secret }}"),
    ("C7 a file", '{{ file("/etc/passwd") }}'),
]


@pytest.mark.parametrize(("row", "text"), C, ids=[row for row, _ in C])
def test_a_template(row: str, text: str) -> None:
    found = problems(WITH.format(text.replace("'", "''")))
    assert found and all(problem.startswith("x.yaml:4:") for problem in found), found


def test_c4_what_only_shows_when_it_runs_parks_its_order(gateway: Gateway) -> None:
    text = STORY.format(name="ODD", text="{{ order.document.none }}")
    gateway.http.put(f"{gateway.url}/__admin/scenarios/ODD", data=text).raise_for_status()
    order = gateway.place("ODD")
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/ODD")
    kcis = gateway.admin("GET", f"/kcis?order={gateway.order(order)['id']}")["items"]
    assert [(kci["state"], kci["sequence"]) for kci in kcis] == [
        ("dead", None)
    ] and gateway.received() == []


@pytest.mark.parametrize("notes", ["{{ now }}", "${now}", 'a "quoted"\nline', "{% raw %}"])
def test_c5_and_c6_what_came_in_an_order_is_data(gateway: Gateway, notes: str) -> None:
    text = STORY.format(name="ECHO", text="{{ order.document.extra }}")
    gateway.http.put(f"{gateway.url}/__admin/scenarios/ECHO", data=text).raise_for_status()
    gateway.place("ECHO", extra=notes)
    gateway.advance()
    gateway.http.delete(f"{gateway.url}/__admin/scenarios/ECHO")
    assert json.dumps(notes) in json.dumps(gateway.received()[0]["body"])


def test_c9_chance_and_time_are_the_orders_own(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    step = '{after: 1s, send: WARNING, with: {text: "{{ fake.name }} {{ now }}"}}'
    folder = scenario_folder(CHANCE=f"reply: acknowledge\ntimeline:\n  - {step}\n")
    suppliers = [{"name": "default", "path": "/", "scenarios": folder}]
    with (
        Embedded(make_config(suppliers=suppliers, seed="s")) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.admin("PUT", "/clock", {"mode": "manual", "now": "2040-01-01T00:00:00Z"})
        gateway.place("CHANCE")
        gateway.advance()
        assert "2040-01-01" in json.dumps(gateway.received()[0]["body"])
