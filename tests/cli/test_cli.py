"""The command line as a person types it: plain lines, exit codes, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simulator import config, dialects
from simulator.cli import main
from simulator.cli.welcome import welcome

SHIPPED = Path(__file__).parent.parent.parent / "scenarios"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.slow
def test_check_passes_the_shipped_scenarios() -> None:
    for arguments in (["check"], ["check", str(SHIPPED)]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (0, "76 files: all right\n")


@pytest.mark.slow
def test_check_of_one_file_finds_what_it_starts_in_its_folder_and_among_the_shipped(
    scenario_folder: Callable[..., str],
) -> None:
    cease = "{serviceId: S, reason: CP_REQUEST, requestedCeaseDate: '{{ now }}'}"
    names = {"ONE": "UNSOLICITED_CEASE", "TWO": "BESIDE", "THREE": "BESID", "FOUR": "LIKE"}
    starts = {
        name: f"timeline: [{{after: 0s, start: {start}, with: {cease}}}]\n"
        for name, start in names.items()
    }
    beside = "begins: supplier\ntimeline: [{after: 0s, send: CREATED}]\n"
    folder = scenario_folder(BESIDE=beside, LIKE="extends: BESIDE\n", **starts)
    for file in ("one", "two", "four"):
        assert run("check", f"{folder}/{file}.yaml").stdout == "1 file: all right\n"
    said = run("check", f"{folder}/three.yaml")
    assert (said.exit_code, said.stdout.count("\n")) == (1, 1)
    assert "start: no scenario `BESID` is here (did you mean `BESIDE`?)" in said.stdout
    assert run("check", folder).stdout == said.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere"], "simulator: nowhere: no such file or folder"),
        (["check", ""], "simulator: `` is no file or folder"),
        (
            ["check", "--dialect", "mfe", str(SHIPPED / "mef" / "jeopardy.yaml")],
            "simulator: unknown dialect `mfe` (did you mean `mef`?)",
        ),
        (
            ["explain", "ORDER_DELAID"],
            "simulator: no scenario `ORDER_DELAID` (did you mean `ORDER_DELAYED`?)",
        ),
        (["explain", "no.yaml"], "simulator: no.yaml: no such file"),
        (
            ["explain", "ORDER_DELAYED", "--param", "gap"],
            "simulator: --param gap: write NAME=VALUE",
        ),
        (
            ["explain", "ORDER_DELAYED", "--param", "gap=soon"],
            "simulator: gap: `soon` is not a duration",
        ),
        (
            ["explain", "ORDER_DELAYED", "--param", "gpa=1s"],
            "simulator: ORDER_DELAYED has no parameter `gpa` (did you mean `gap`?)",
        ),
        (
            ["openapi", "--dialect", "fiber_cafe"],
            "simulator: unknown dialect `fiber_cafe` (did you mean `fibre_cafe`?)",
        ),
        (
            ["serve", "--config", "no.yaml"],
            "simulator: no.yaml: no such file",
        ),
        (
            ["serve", "--store", "nonsense"],
            "simulator: store.url: `nonsense` is not a database URL",
        ),
        (
            ["serve", "--port", "70000"],
            "simulator: command line: server.port: must be 0 to 65535, is 70000",
        ),
        (
            ["serve", "--gateway-url", "ftp://x"],
            "simulator: command line: gateway.url: must be an absolute http:// or https:// URL",
        ),
        (
            [
                "serve",
                "--scenarios",
                "nowhere",
                "--port",
                "0",
                "--store",
                "sqlite:////nowhere/s.db",
            ],
            "simulator: the store",
        ),
        (["send"], "simulator: gateway.url is needed by a sender alone"),
        (["demo", "ORDER_DELAID"], "simulator: no scenario `ORDER_DELAID`"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith(said), result.stderr


def test_a_bad_scenario_folder_stops_serve_before_it_listens(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("scenario: X\nreply: acept\ntimelin: []\n")
    result = run(
        "serve",
        "--port",
        "0",
        "--store",
        f"sqlite:///{tmp_path}/s.db",
        "--scenarios",
        str(tmp_path),
    )
    assert result.exit_code == 2
    assert (
        len(result.stderr.splitlines()) == 2
        and "bad.yaml:2:8: unknown reply `acept`" in result.stderr
    )


def test_explain_tells_a_file_with_other_parameters(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "scenario: X\nparams: {gap: 30s}\nreply: acknowledge\n"
        'timeline:\n  - {after: "{{ gap }}", send: COMMITTED}\n'
    )
    assert "+30s           kci      1 COMMITTED -> IN_PROGRESS" in run("explain", str(path)).stdout
    told = run("explain", str(path), "--param", "gap=1h30m").stdout
    assert "with gap = 1h30m (duration)" in told and "+1h30m         kci      1 COMMITTED" in told


def test_explain_says_what_the_contract_forbids(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("scenario: X\nreply: accept\ntimeline:\n  - {after: 1s, send: COMPLETED}\n")
    assert (
        "WRONG: line 4: COMPLETED is not possible in RECEIVED" in run("explain", str(path)).stdout
    )


def test_a_fault_of_the_story_is_told_once_and_attempts_are_walked(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "scenario: X\nreply: {attempts: [{status: 503}, acknowledge]}\n"
        "timeline:\n  - {after: 1s, send: RESUMED}\n"
        "amendment:\n  - reply: acknowledge\n"
    )
    result = run("check", str(path))
    assert (
        result.exit_code == 1
        and result.stdout.count("RESUMED is not possible in ACKNOWLEDGED") == 1
    )
    told = run("explain", str(path)).stdout
    assert "503 reject, no order" in told and "201 acknowledge, the order is ACKNOWLEDGED" in told


def test_demo_plays_one_scenario_with_its_later_requests() -> None:
    result = run("demo", "CANCELLATION_PENDING")
    assert result.exit_code == 0, result.output
    assert (
        "CANCELLATION_PENDING, cancellation 1" in result.stdout
        and "1 CANCELLED -> CANCELLED" in result.stdout
    )
    assert result.stdout.splitlines()[-1] == "1 story played, 0 faults"


@pytest.mark.slow
def test_demo_repeats_what_it_got_no_good_answer_to() -> None:
    result = run("demo", "ORDER_ANSWER_BROKEN", "ORDER_BUSY", "ANSWER_LOST")
    assert result.exit_code == 0, result.output
    assert "fault truncate: " in result.stdout and "fault connection_reset: " in result.stdout
    assert result.stdout.splitlines()[-1] == "3 stories played, 0 faults"


@pytest.mark.slow
def test_demo_expects_what_goes_wrong_on_purpose() -> None:
    names = ("RESUMED_BEFORE_DELAYED", "COMMITMENT_LOST", "NUMBER_AS_TEXT", "EVERY_UPDATE_TWICE")
    result = run("demo", "--scenarios", "cookbook", *names)
    assert result.exit_code == 0, result.stdout
    assert "4 stories played, 0 faults" in result.stdout
    said = "no scenario `COMMITMENT_LOST` (it is in the cookbook: `--scenarios cookbook`)"
    assert said in run("demo", "COMMITMENT_LOST").stderr


def test_demo_gives_each_wait_its_signal(scenario_folder: Callable[..., str]) -> None:
    steps = "{after: 1h, send: COMMITTED}, {after: 0s, wait: go}, {after: 0s, send: UPDATE}"
    rest = "{after: 0s, wait: go}, {after: 0s, send: COMPLETED}"
    folder = scenario_folder(TWICE=f"timeline: [{steps}, {rest}]\n")
    result = run("demo", "--scenarios", folder, "TWICE")
    assert result.stdout.splitlines()[-1] == "1 story played, 0 faults", result.output


def test_demo_needs_no_credentials() -> None:
    locked = {"SIMULATOR_AUTH__KIND": "bearer", "SIMULATOR_AUTH__TOKENS": '["t"]'}
    result = CliRunner().invoke(main, ["demo", "ORDER_REJECTED"], env=locked)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 story played, 0 faults"), (
        result.output
    )


DRAWN = """
scenario: DRAWN
timeline:
  - {after: {uniform: [1s, 90h]}, send: ACKNOWLEDGED}
  - {after: 1wd 08:00, hours: 12:00-13:00, send: COMMITTED}
  - {after: {lognormal: {median: 10h, sigma: 2}}, send: DELAY}
  - {after: {pick: {1s: 1, 30d: 1}}, send: RESUMED}
  - {after: {normal: {mean: 10d, deviation: 9d}}, send: COMPLETED}
cancellation:
  - when: {order.status: HELD}
    reply: accept
    timeline:
      - {after: {uniform: [1s, 9h]}, send: CANCELLED}
"""


@pytest.mark.slow
def test_demo_plays_drawn_times_and_those_of_the_supplier_s_calendar(tmp_path: Path) -> None:
    settings, folder = tmp_path / "c.yaml", tmp_path / "scenarios"
    folder.mkdir()
    for place in range(3):
        text = DRAWN.replace("DRAWN", f"DRAWN_{place}")
        (folder / f"{place}.yaml").write_text(text)
        begun = text.replace("timeline:", "begins: supplier\ntimeline:", 1)
        begun = begun.replace("send: ACKNOWLEDGED", "send: CREATED").replace("DRAWN", "BEGUN")
        (folder / f"begun_{place}.yaml").write_text(begun)
    supplier = f"{{name: default, path: /, scenarios: {folder}, only: true}}"
    calendar = "{time_zone: Pacific/Honolulu, country: US, subdivision: HI}"
    settings.write_text(f"calendar: {calendar}\nsuppliers: [{supplier}]\n")
    result = run("demo", "--config", str(settings))
    assert result.stdout.splitlines()[-1] == "12 stories played, 0 faults", result.output


def test_openapi_is_as_the_settings_play_the_contract(tmp_path: Path) -> None:
    settings = tmp_path / "c.yaml"
    settings.write_text(
        "suppliers: [{name: s, path: /, contract: {strict: true, entities: {cease: endOfService}}}]"
    )
    shown = json.loads(run("openapi", "--config", str(settings)).stdout)["components"]["schemas"]
    assert (
        shown["CeaseServiceOrder"]["additionalProperties"] is False
        and "endOfService" in shown["Kci"]["properties"]
    )


def test_the_json_schema_takes_what_check_takes_and_refuses_a_misspelling() -> None:
    import jsonschema
    import yaml

    for dialect in dialects.names():
        validator = jsonschema.Draft202012Validator(
            json.loads(run("schema", "--dialect", dialect).stdout)
        )
        for path in (SHIPPED / dialect).glob("*.yaml"):
            assert not list(validator.iter_errors(yaml.safe_load(path.read_text()))), path
    validator = jsonschema.Draft202012Validator(json.loads(run("schema").stdout))
    assert list(validator.iter_errors({"scenario": "X", "repyl": "accept"}))
    assert list(
        validator.iter_errors({"scenario": "X", "timeline": [{"after": "1s", "send": "COMITTED"}]})
    )


@pytest.mark.parametrize(
    ("fault", "is_right"),
    [
        ("truncate", True),
        ({"slow_body": "20s"}, True),
        ({"never_answer": 20}, True),
        ({"connection_reset": 100}, True),
        ("trunkate", False),
        ({"truncate": 1}, False),
        ({"connection_reset": "some"}, False),
        ({"connection_reset": 1, "slow_body": "1s"}, False),
        ({}, False),
        (7, False),
    ],
)
def test_the_json_schema_knows_the_faults_of_a_reply(fault: Any, is_right: bool) -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(run("schema").stdout))
    reply = {"answer": "acknowledge", "fault": fault}
    for document in (
        {"scenario": "X", "reply": reply},
        {"scenario": "X", "reply": {"attempts": [reply, "acknowledge"]}},
        {"scenario": "X", "cancellation": [{"reply": reply}]},
    ):
        assert validator.is_valid(document) is is_right, document


@pytest.mark.parametrize("command", ["", *main.commands])
def test_every_command_has_help(command: str) -> None:
    assert run(*filter(None, [command, "--help"])).exit_code == 0


def test_the_welcome_tells_the_seed_once_or_for_each_supplier() -> None:
    settings = config.load(environment={}, overrides={})
    told = welcome(settings, "http://x", {"default": "run-A", "mef": "run-A"})
    said = "seed run-A   (to draw the same again: simulator serve --seed run-A)"
    assert told.splitlines()[:2] == ["listening on http://x", said]
    told = welcome(settings, "http://x", {"default": "7", "mef": "run-A"})
    assert told.splitlines()[1:3] == ["seed of default: 7", "seed of mef: run-A"]
