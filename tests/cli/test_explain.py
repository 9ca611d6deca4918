"""`simulator explain`: for a request, with its documents, as a drawing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import dialects
from tests.cli.test_cli import run

CEASE = {"id": 77, "orderType": "CEASE", "tenant": "OTHER", "serviceId": "SVC-90001"}


@pytest.fixture
def request_file(tmp_path: Path) -> Any:
    def write(content: Any) -> str:
        path = tmp_path / "request.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_a_request_alone_shows_what_would_play_and_why_not_the_others(request_file: Any) -> None:
    result = run("explain", "--request", request_file(CEASE))
    lines = result.stdout.splitlines()
    assert lines[0] == "plays CEASE_SUCCESSFUL: when operation is cease"
    assert "not ORDER_SUCCESSFUL: it has no `when`" in lines
    assert "not MODIFY_SUCCESSFUL: operation is modify, but it is cease" in lines
    assert "CEASE_SUCCESSFUL (fibre_cafe)" in lines


def test_a_scenario_is_played_on_the_request(request_file: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "scenario: X\nparams: {gap: {type: duration, default: 30s, header: X-Kci-Delay}}\n"
        "when: {tenant: OTHER, operation: cease}\nreply: acknowledge\n"
        "timeline:\n"
        '  - {after: "{{ gap }}", send: DELAY, with: {text: "of {{ request.serviceId }}"}}\n'
    )
    sample = dialects.get("fibre_cafe").sample("cease", None, 1)
    headers = {**sample.headers, "X-Kci-Delay": "5", "Tenant": "OTHER"}
    whole = {"path": sample.path, "headers": headers, "body": {**CEASE, "serviceId": "SVC-1"}}
    result = run("explain", str(path), "--request", request_file(whole), "--render")
    lines = result.stdout.splitlines()
    assert lines[0] == "plays X: when tenant is OTHER and operation is cease"
    assert "not CEASE_SUCCESSFUL: fits too, with 1 condition" in lines
    (sent,) = (line for line in lines if " kci " in line)
    assert sent.split()[:3] == ["+5s", "kci", "2026-03-02T09:00:05.000Z"]
    document = json.loads("\n".join(lines).split(sent)[1].split("\n\n")[0])
    assert document["text"] == "of SVC-1" and document["ceaseServiceOrder"]["id"] == 77


def test_a_folder_of_ones_own_is_looked_into(request_file: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "scenario: MINE\nwhen: {serviceId: SVC-90001}\nreply: reject\n"
    )
    folder = ("--scenarios", str(tmp_path))
    assert run("explain", "MINE", *folder).stdout.startswith("MINE (fibre_cafe)")
    chosen = run("explain", "--request", request_file(CEASE), *folder).stdout
    assert chosen.startswith("plays MINE: when serviceId is SVC-90001")
    assert "no scenario `MINE`" in run("explain", "MINE").stderr


def test_render_shows_what_is_asked_and_answered_too() -> None:
    shown = run("explain", "ORDER_ONE_AMENDMENT", "--render").stdout
    assert '"serviceOrderAmendmentId": 2' in shown and '"orderId": 1' in shown
    assert shown.count('"supplierOrderReference"') > 3
    assert '"id"' not in run("explain", "ORDER_ONE_AMENDMENT").stdout


def test_the_drawing_of_the_page_is_what_it_prints() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "scenarios.md").read_text()
    shown = page.split("```mermaid\n")[1].split("```")[0]
    assert run("explain", "ORDER_ON_SIGNAL", "--format", "mermaid").stdout == shown


def test_the_drawing_is_printed_alone() -> None:
    shown = run("explain", "ORDER_DELAYED", "--format", "mermaid").stdout
    assert shown.startswith("sequenceDiagram\n    title ORDER_DELAYED\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "request.json: "),
        ([], "a request is a JSON object"),
        ({"path": "/service-orders", "body": CEASE}, "X-Request-ID: this header is required"),
        ({"path": "/x"}, "there is nothing at /x"),
        ({"path": 1}, "path: must be a text"),
        ({"path": "/x", "headers": {"a": 1}}, "headers: must be an object of texts"),
        ({"path": "/x", "host": ""}, "host: a whole request has method, path, query"),
        ({"id": 1}, "serviceOrderItem: is required"),
        (
            {
                "path": "/service-order-cancellations",
                "headers": {"X-Request-ID": "1", "X-Conversation-ID": "1", "Tenant": "T"},
                "body": {"id": 1, "orderId": 2, "reasonCode": "CUSTOMER_CHANGED_MIND"},
            },
            "POST /service-order-cancellations is about an order that exists: ask a running",
        ),
    ],
)
def test_a_wrong_request_is_told_and_is_exit_2(request_file: Any, content: Any, said: str) -> None:
    if isinstance(content, dict) and content.get("body") is CEASE:
        content = {**content, "headers": {"Content-Type": "application/json"}}
    elif isinstance(content, dict) and "headers" in content and "body" in content:
        content["headers"]["Content-Type"] = "application/json"
    result = run("explain", "--request", request_file(content))
    assert result.exit_code == 2 and result.stdout == ""
    assert said in result.stderr and "Traceback" not in result.stderr


def test_neither_name_nor_request_is_a_mistake() -> None:
    result = run("explain")
    assert result.stderr == "simulator: name a scenario, a file, or a --request\n"


MIX = "scenario: MIX\nmix: {ORDER_SUCCESSFUL: 60, ORDER_DELAYED: 30}\nby: notes\n"


def test_a_mix_shows_its_scenarios_with_their_shares(tmp_path: Path) -> None:
    path = tmp_path / "mix.yaml"
    path.write_text(MIX)
    told = run("explain", str(path)).stdout
    assert "plays one of these, by notes:\n  ORDER_SUCCESSFUL: 60 of 90\n" in told
    drawn = run("explain", str(path), "--format", "mermaid").stdout
    assert "Note over S: one of ORDER_SUCCESSFUL (60 of 90), ORDER_DELAYED (30 of 90)" in drawn


def test_under_a_seed_a_mix_and_a_request_show_what_is_drawn(
    request_file: Any, tmp_path: Path
) -> None:
    path, settings, drawn = tmp_path / "mix.yaml", tmp_path / "config.yaml", {}
    path.write_text(MIX)
    settings.write_text("seed: 7\n")
    body = json.loads(dialects.get("fibre_cafe").sample("provide", None, 1).body)
    for notes in "abcdef":
        request = request_file({**body, "notes": notes})
        told = run("explain", str(path), "--request", request, "--config", str(settings)).stdout
        (line,) = [line for line in told.splitlines() if "mix MIX drew" in line]
        name = line.split()[7]  # asked for by name; mix MIX drew NAME (60 of 90)
        drawn[name] = told
        assert f"{name} (fibre_cafe)" in told.splitlines()
    assert drawn.keys() == {"ORDER_SUCCESSFUL", "ORDER_DELAYED"}
    told = run("explain", str(path), "--request", request).stdout
    assert "plays one of these" in told, "each run has another seed"


def test_the_header_of_a_request_may_name_a_mix(request_file: Any, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mix.yaml").write_text(MIX)
    incoming = dialects.get("fibre_cafe").sample("provide", None, 1)
    headers = {**incoming.headers, "X-Scenario": "MIX?gap=3s"}
    asked = {"path": incoming.path, "headers": headers, "body": json.loads(incoming.body)}
    settings = tmp_path / "config.yaml"
    settings.write_text(f"seed: 7\nsuppliers: [{{name: s, scenarios: {folder}}}]\n")
    told = run("explain", "--request", request_file(asked), "--config", str(settings)).stdout
    assert "header X-Scenario: MIX?gap=3s; mix MIX drew ORDER_" in told
    assert "with gap = 3s (duration, header X-Kci-Delay)" in told
