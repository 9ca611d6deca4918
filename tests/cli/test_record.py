"""`simulator record`: from a running simulator, from its exported journal, from a HAR file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.conftest import Gateway
from tests.recording.lines import acknowledged, create, kci


@pytest.fixture
def lived(gateway: Gateway) -> str:
    """An order that came to its end; its id."""
    order = gateway.place("ORDER_DELAYED")
    gateway.advance()
    return str(gateway.order(order)["id"])


@pytest.mark.slow
def test_an_order_of_a_running_simulator(gateway: Gateway, lived: str, tmp_path: Path) -> None:
    result = run("record", lived, "--url", gateway.url, "--name", "INCIDENT_7")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[3:] == [
        "scenario: INCIDENT_7",
        "about: 'Recorded: provide, answered 202.'",
        "dialect: fibre_cafe",
        "when: {operation: provide}",
        "reply: accept",
        "timeline:",
        "  - {after: 30s, send: ACKNOWLEDGED}",
        "  - {after: 30s, send: COMMITTED}",
        "  - {after: 30s, send: DELAY, with: {text: Works stopped}}",
        "  - {after: 30s, send: RESUMED}",
        "  - {after: 30s, send: COMPLETED}",
    ]
    path = tmp_path / "incident.yaml"
    path.write_text(result.stdout)
    assert run("check", "--dialect", "fibre_cafe", str(path)).exit_code == 0
    whole = gateway.admin("GET", f"/orders/{lived}")
    named = f"{whole['tenant']}/{whole['ref']}"
    again = run("record", named, "--url", gateway.url, "--name", "INCIDENT_7")
    assert again.stdout.splitlines()[-11:] == result.stdout.splitlines()[-11:]


def test_its_exported_journal_gives_the_same_file(
    gateway: Gateway, lived: str, tmp_path: Path
) -> None:
    lines = gateway.http.get(f"{gateway.url}/__admin/journal/export?order={lived}").text
    path = tmp_path / "journal.jsonl"
    path.write_text(lines)
    result = run("record", "--journal", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == run("record", lived, "--url", gateway.url).stdout


def test_the_example_of_the_page_is_what_it_prints(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "record.md").read_text()
    lines, text = (page.split(f"```{kind}\n")[1].split("```")[0] for kind in ("json", "yaml"))
    path = tmp_path / "lines.jsonl"
    path.write_text(lines)
    assert run("record", "--journal", str(path)).stdout == text


def test_what_is_still_to_come_is_warned_of(gateway: Gateway) -> None:
    order = gateway.order(gateway.place("ORDER_DELAYED"))["id"]
    gateway.advance("30s")
    result = run("record", order, "--url", gateway.url)
    assert result.stderr == "warning: 4 steps were still to come: they are left out\n"
    assert "# 4 steps were still to come: they are left out" in result.stdout
    assert result.stdout.endswith("timeline:\n  - {after: 30s, send: ACKNOWLEDGED}\n")


def test_one_order_of_a_har_file(tmp_path: Path) -> None:
    lines = [acknowledged(), acknowledged(4102), kci("09:30:00Z", 1, "WARNING", "ACKNOWLEDGED")]
    entries = [
        {
            "startedDateTime": line["at"],
            "request": {
                "method": "POST",
                "url": f"http://somewhere{line['path']}",
                "headers": [
                    {"name": name, "value": text} for name, text in line.get("headers", {}).items()
                ],
                "postData": {"text": json.dumps(line["body"])},
            },
            "response": {
                "status": line["code"],
                "content": {"text": json.dumps(line.get("answer") or "")},
            },
        }
        for line in lines
    ]
    path = tmp_path / "traffic.har"
    path.write_text("\ufeff" + json.dumps({"log": {"entries": entries}}))
    several = run("record", "--har", str(path))
    assert several.exit_code == 2 and several.stdout == ""
    assert several.stderr == (
        "simulator: there are 2 orders: choose one with --order: TENANT1/4101, TENANT1/4102\n"
    )
    result = run("record", "--har", str(path), "--order", "4101")
    assert result.exit_code == 0 and "send: WARNING" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "simulator: record one thing: an ORDER of a running simulator, --har FILE or"),
        (["--har", "a", "--journal", "b"], "simulator: record one thing"),
        (["--har", "nowhere.har"], "simulator: nowhere.har: no such file"),
        (["--journal", "FILE", "--order", "9"], "simulator: --order 9: none of these orders"),
        (
            ["--journal", "FILE", "--name", "a b"],
            "simulator: a b:4:11: scenario: `a b` cannot",
        ),
        (["--journal", "FILE", "--dialect", "mfe"], "simulator: unknown dialect `mfe`"),
        (["--journal", "BINARY"], "simulator: "),
        (["ID", "--url", "http://127.0.0.1:1"], "simulator: no simulator answers at"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    file, binary = tmp_path / "x.jsonl", tmp_path / "y.jsonl"
    file.write_text(json.dumps(create()))
    binary.write_bytes(b"\xff\xfe\x00")
    places = {"FILE": str(file), "BINARY": str(binary)}
    result = run("record", *(places.get(one, one) for one in arguments))
    assert result.exit_code == 2 and result.stdout == ""
    assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith(said), result.stderr


def test_an_order_that_is_not_there_and_one_with_a_file_are_mistakes(gateway: Gateway) -> None:
    result = run("record", "nobody", "--url", gateway.url)
    assert (result.exit_code, result.stderr) == (2, "simulator: no order nobody\n")
    assert run("record", "X", "--har", "y").exit_code == 2
