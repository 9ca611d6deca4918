"""What `check` prints for people, for programs and for a GitHub workflow, and when it fails."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result

from simulator.base.errors import Problem
from simulator.cli import main
from simulator.cli.reports import Report, as_github, as_json, as_text

WRONG = "scenario: X\nreply: acept\n"
DOUBTFUL = "scenario: X\nwhen: {orderTyp: NEW}\nreply: accept\n"
COMMAND = re.compile(r"::(?P<severity>error|warning) (?P<named>[^:]*)::(?P<message>.*)")
ODD = "a,b: 100%\r\nÄ \u2028.yaml"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["check", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner of GitHub reads it."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    pairs = dict(pair.split("=", 1) for pair in found["named"].split(","))
    named = {name: unquote(value) for name, value in pairs.items()}
    return found["severity"], named, unquote(found["message"])


def test_json_is_a_list_of_problems(tmp_path: Path) -> None:
    path = written(tmp_path, "x.yaml", WRONG)
    result = run("--format", "json", path)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": path,
            "line": 2,
            "column": 8,
            "code": "unknown_word",
            "severity": "error",
            "message": "unknown reply `acept`",
            "hint": "did you mean `accept`?",
        }
    ]
    assert run("--format", "json", written(tmp_path, "y.yaml", "scenario: Y\n")).stdout == "[]\n"


def test_github_gets_one_command_for_each_problem(tmp_path: Path) -> None:
    path = written(tmp_path, "x.yaml", WRONG)
    result = run("--format", "github", path)
    assert (result.exit_code, result.stderr) == (1, "")
    said = "unknown reply `acept` (did you mean `accept`?)"
    assert result.stdout == f"::error file={path},line=2,col=8,title=unknown_word::{said}\n"
    result = run("--format", "github", written(tmp_path, "y.yaml", DOUBTFUL))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"::warning file={tmp_path}/y.yaml,line=2,col=8,title=unknown_")
    assert run("--format", "github", written(tmp_path, "z.yaml", "scenario: Z\n")).stdout == ""


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--format", "github"]])
def test_warnings_fail_only_when_the_check_is_strict(tmp_path: Path, arguments: list[str]) -> None:
    path = written(tmp_path, "x.yaml", DOUBTFUL)
    assert run(*arguments, path).exit_code == 0
    assert run(*arguments, "--strict", path).exit_code == 1
    fine = written(tmp_path, "y.yaml", "scenario: Y\n")
    assert run(*arguments, "--strict", fine).exit_code == 0


def test_the_last_line_for_people_tells_errors_and_warnings(tmp_path: Path) -> None:
    path = written(tmp_path, "x.yaml", DOUBTFUL)
    assert run(path).stdout.splitlines()[-1] == "1 file: all right, 1 warning"
    assert run("--strict", path).stderr == "1 file: 1 warning\n"
    other = written(tmp_path, "y.yaml", WRONG)
    assert run(path, other).stderr == "2 files: 1 problem in 1, 1 warning\n"


def test_a_file_name_may_hold_anything(tmp_path: Path) -> None:
    path = written(tmp_path, ODD, WRONG)
    (text, *_) = run(path).stdout.splitlines()
    assert text.startswith(f"{tmp_path}/a,b: 100%\\r\\nÄ \\u2028.yaml:2:8: unknown reply")
    (row,) = json.loads(run("--format", "json", path).stdout)
    assert row["file"] == path
    (line,) = run("--format", "github", path).stdout.splitlines()
    severity, named, _ = parsed(line)
    assert (severity, named["line"], named["col"]) == ("error", "2", "8")
    assert named["file"] == path.replace("\u2028", "\\u2028")


def test_bytes_that_are_no_text_in_a_file_name_are_escaped(tmp_path: Path) -> None:
    asked = written(tmp_path, os.fsdecode(b"\xff.yaml"), WRONG)
    assert f"{tmp_path}/\\udcff.yaml:2:8" in run(asked).stdout
    (row,) = json.loads(run("--format", "json", asked).stdout)
    assert row["file"] == asked
    assert f"file={tmp_path}/\\udcff.yaml," in run("--format", "github", asked).stdout


def test_a_message_may_hold_anything_and_a_place_may_be_missing() -> None:
    said = "50%: a, b\r\n::error::c\x1b"
    report = Report(files=1, errors=[Problem(message=said, code="x")], warnings=[])
    assert as_github(report) == ("::error title=x::50%25: a, b%0D%0A::error::c\\x1b")
    assert as_text(report) == "50%: a, b\\r\\n::error::c\\x1b"
    assert json.loads(as_json(report))[0]["message"] == said


def test_every_problem_of_a_folder_has_a_code_of_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path, f"{name}.yaml", "scenario: X\nwhen: {orderType: NEW}\n")
    rows = json.loads(run("--format", "json", str(tmp_path)).stdout)
    assert [(row["severity"], row["code"]) for row in rows] == [
        ("error", "twice"),
        ("warning", "tie"),
    ]
