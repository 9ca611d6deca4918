"""The times of a step in a scenario file: what is read, what an editor knows, what is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from simulator import dialects
from simulator.cli import main
from simulator.rehearsal.inspection import inspect
from simulator.scenario import params_of, parse
from simulator.scenario.json_schema import json_schema

DIALECT = dialects.get("fibre_cafe")
OFFICE = """
scenario: OFFICE
params: {gap: {type: duration, default: 2wd, header: X-Gap}, most: 9s}
reply: {answer: acknowledge, delay: {pick: {1s: 9, 2s: 1}}}
timeline:
  - {after: {normal: {mean: 1h, deviation: 10m}}, hours: office, send: COMMITTED}
  - {after: "{{ gap }}", send: DELAY}
  - {after: {pick: {1wd: 9, next 08:00: 1}}, hours: 08:00-18:00, send: RESUMED}
  - {after: {uniform: [1s, "{{ most }}"]}, mark: M}
  - {at: {lognormal: {median: 30d, sigma: 0.2, min: 20d}}, send: COMPLETED}
"""


def judged(time: Any, key: str = "after") -> list[str]:
    """What an editor says of a time."""
    validator = jsonschema.Draft202012Validator(json_schema(DIALECT.vocabulary))
    document = {"scenario": "X", "timeline": [{key: time, "send": "COMMITTED"}]}
    return [error.message for error in validator.iter_errors(document)]


def checked(time: Any, key: str = "after") -> tuple[Any, ...]:
    """What `check` says of it."""
    step = {key: time, "send": "COMMITTED"}
    document = {"scenario": "X", "reply": "acknowledge", "timeline": [step]}
    return inspect(yaml.safe_dump(document), "x.yaml", DIALECT).errors


def test_a_file_may_have_every_kind_of_time() -> None:
    inspection = inspect(OFFICE, "x.yaml", DIALECT)
    assert (inspection.errors, inspection.warnings) == ((), ())
    validator = jsonschema.Draft202012Validator(json_schema(DIALECT.vocabulary))
    assert list(validator.iter_errors(yaml.safe_load(OFFICE))) == []


@pytest.mark.parametrize(
    "time",
    [
        {"uniform": ["1s"]},
        {"uniform": "1s"},
        {"evenly": ["1s", "2s"]},
        {"uniform": ["1s", "2s"], "pick": {"1s": 1}},
        {"normal": {"mean": "1s"}},
        {"normal": {"mean": "1s", "deviation": "1s", "most": "2s"}},
        {"lognormal": {"median": "1s", "sigma": 11}},
        {"pick": {"1s": -1}},
        {"pick": {}},
        {},
        ["1s"],
        None,
    ],
)
def test_an_editor_refuses_what_check_refuses(time: Any) -> None:
    assert judged(time) and checked(time)


@pytest.mark.parametrize("hours", ["offices", "8-18", 8])
def test_an_editor_refuses_hours_that_check_refuses(hours: Any) -> None:
    validator = jsonschema.Draft202012Validator(json_schema(DIALECT.vocabulary))
    step = {"after": "1s", "hours": hours, "send": "COMMITTED"}
    document = {"scenario": "X", "reply": "acknowledge", "timeline": [step]}
    assert list(validator.iter_errors(document))
    assert inspect(yaml.safe_dump(document), "x.yaml", DIALECT).errors


@pytest.mark.parametrize("time", ["2wd", "next 08:00", {"pick": {"1wd": 1}}, {"uniform": [1, 2]}])
@pytest.mark.parametrize("key", ["after", "at"])
def test_both_keys_take_every_kind_of_time(time: Any, key: str) -> None:
    assert (judged(time, key), checked(time, key)) == ([], ())


def test_a_parameter_of_a_duration_takes_working_days() -> None:
    scenario = parse(OFFICE, "x.yaml", DIALECT.vocabulary)
    assert params_of(scenario, {"x-gap": "3wd 09:00"})["gap"] == "3wd 09:00"
    assert params_of(scenario, {"x-gap": "5"})["gap"] == "5"


def test_explain_says_that_other_orders_have_other_times(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(OFFICE)
    told = CliRunner().invoke(main, ["explain", str(file)]).output
    assert "(drawn times differ from order to order: these are one order's)" in told
    assert "(the order of this story is placed on Monday, 2026-03-02T09:00:00.000Z)" in told
    plain = CliRunner().invoke(main, ["explain", "ORDER_DELAYED"]).output
    assert "drawn" not in plain and "Monday" not in plain


def test_explain_shows_the_first_supplier_s_calendar(tmp_path: Path) -> None:
    file, settings = tmp_path / "x.yaml", tmp_path / "config.yaml"
    file.write_text("scenario: X\ntimeline:\n  - {after: next 08:00, send: ACKNOWLEDGED}\n")
    settings.write_text("calendar: {time_zone: America/New_York}\n")
    told = CliRunner().invoke(main, ["explain", str(file), "--config", str(settings)]).output
    assert "  +4h " in told and "ACKNOWLEDGED" in told, told
