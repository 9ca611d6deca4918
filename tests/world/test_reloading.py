"""Scenario files are read again while the simulator runs: who sees them, and what is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from simulator.cli import main
from simulator.client import Client
from simulator.testing import Supplier
from simulator.web import Embedded
from simulator.world.reloading import Watch
from tests.conftest import Gateway

FIRST = """
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
  - {after: 1h, send: COMPLETED}
"""
SECOND = "\nreply: {reject: [not any more]}\n"
BROKEN = "\nreply: acknowlege\n"


class Running:
    """A simulator whose scenario files a test writes."""

    def __init__(self, simulator: Embedded, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.client = Client(simulator.url)
        self.gateway = Gateway(simulator.url)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name.lower()}.yaml").write_text(f"scenario: {name}{text}")

    def post(self, scenario: str) -> requests.Response:
        body = self.gateway.provide()
        return self.gateway.post("/service-orders", body, X_Scenario=scenario)

    def ready(self) -> Any:
        return self.gateway.admin("GET", "/ready", code=None)

    def command(self, *arguments: str) -> Result:
        asked = ["reload", "--url", self.simulator.url, *arguments]
        return CliRunner().invoke(main, asked)


@pytest.fixture
def running(make_config: Callable[..., Any], tmp_path: Path) -> Iterator[Running]:
    """It begins with the scenario OWN beside the shipped ones."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "own.yaml").write_text(f"scenario: OWN{FIRST}")
    entry = {"name": "default", "path": "/", "scenarios": str(folder)}
    settings = make_config(suppliers=[entry])
    with Embedded(settings) as simulator:
        running = Running(simulator, folder)
        with running.client, running.gateway:
            yield running


def test_a_running_order_keeps_its_edition_and_new_ones_play_the_new_one(running: Running) -> None:
    assert running.post("OWN").status_code == 201
    running.client.advance(by="1h")
    running.write("OWN", SECOND)
    assert running.client.reload_scenarios()["changed"] == ["OWN"]
    assert running.post("OWN").json()["messages"] == ["not any more"]
    assert [kci["send"] for kci in running.client.advance(by="1h")["kcis"]] == ["COMPLETED"]


def test_an_order_goes_on_when_its_file_is_removed(running: Running) -> None:
    order = running.gateway.place("OWN")
    (running.folder / "own.yaml").unlink()
    assert running.client.reload_scenarios()["removed"] == ["OWN"]
    assert running.post("OWN").status_code == 422
    assert running.gateway.cancel(order).status_code in (201, 202), "its own scenario answers"


def test_a_broken_file_is_told_in_the_answer_the_log_and_ready_until_it_is_mended(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.write("OWN", BROKEN)
    place = f"{running.folder}/own.yaml:2:8"
    said = f"{place}: unknown reply `acknowlege` (did you mean `acknowledge`?)"
    for _ in range(2):
        (error,) = running.client.reload_scenarios()["errors"]
        assert (error["line"], error["column"], error["code"]) == (2, 8, "unknown_word")
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"{said}: what was read before stays"]
    assert running.ready()["scenarios"] == [said]
    assert not [reason for reason in running.ready()["failed"] if "own.yaml" in reason]
    assert running.post("OWN").status_code == 201, "the edition before is played"
    running.write("OWN", SECOND)
    assert running.client.reload_scenarios()["errors"] == []
    assert (running.ready()["scenarios"], running.post("OWN").status_code) == ([], 422)


def test_a_throw_away_supplier_sees_the_new_files(running: Running) -> None:
    with Supplier.make(running.simulator.url, name="early") as early:
        running.write("OWN", SECOND)
        running.write("NEW", FIRST)
        running.client.reload_scenarios()
        for supplier in (early, Supplier.make(running.simulator.url, name="late")):
            sample = supplier.sample()
            for scenario, code in (("OWN", 422), ("NEW", 201)):
                headers = {**sample["headers"], "X-Scenario": scenario}
                url = supplier.url + sample["path"]
                answer = requests.post(url, json=sample["body"], headers=headers, timeout=30)
                assert answer.status_code == code


def test_a_scenario_over_the_admin_api_still_comes_before_that_of_a_file(running: Running) -> None:
    running.client.put_scenario("OWN", "scenario: OWN\nreply: commit\n")
    running.write("OWN", SECOND)
    running.client.reload_scenarios()
    assert running.post("OWN").json()["status"] == "IN_PROGRESS"
    running.client.delete_scenario("OWN")
    assert running.post("OWN").status_code == 422


def test_the_scenarios_of_every_supplier_are_read(
    make_config: Callable[..., Any], tmp_path: Path
) -> None:
    suppliers = []
    for name, dialect in (("one", "fibre_cafe"), ("two", "mef")):
        folder = tmp_path / name
        folder.mkdir()
        suppliers.append({"name": name, "dialect": dialect, "scenarios": str(folder)})
    with Embedded(make_config(suppliers=suppliers)) as simulator, Client(simulator.url) as client:
        (tmp_path / "one" / "a.yaml").write_text("scenario: A\nreply: accept\n")
        (tmp_path / "two" / "b.yaml").write_text("scenario: B\nreply: commit\n")
        assert client.reload_scenarios()["added"] == ["A", "B"]
        with Client(simulator.url, supplier="two") as two:
            assert two.sample("B")["method"] == "POST"


def test_the_command_prints_what_is_new_and_fails_when_a_file_is_wrong(running: Running) -> None:
    result = running.command()
    assert (result.exit_code, result.stdout) == (0, "nothing has changed\n")
    running.write("OWN", SECOND)
    running.write("NEW", "\nwhen: {orderTyp: NEW}\nreply: accept\n")
    result = running.command()
    assert (result.exit_code, result.stdout) == (0, "added: NEW\nchanged: OWN\n")
    assert result.stderr.startswith(f"warning: {running.folder}/new.yaml:2:8: orderTyp: unknown")
    running.write("OWN", BROKEN)
    result = running.command()
    assert result.exit_code == 1
    assert f"{running.folder}/own.yaml:2:8: unknown reply" in result.stderr
    result = running.command("--json")
    assert (result.exit_code, '"column": 8' in result.stdout) == (1, True)


def test_a_watch_sees_each_change_once_if_it_is_on(running: Running) -> None:
    reloading = running.simulator.world.reloading
    watch, off = Watch(reloading, is_on=True), Watch(reloading, is_on=False)
    assert not watch.has_changed()
    running.write("NEW", FIRST)
    assert watch.has_changed()
    assert not watch.has_changed()
    assert not off.has_changed()


def test_a_file_that_starts_what_is_not_there_leaves_the_edition_before(running: Running) -> None:
    cease = "{serviceId: S, reason: CP_REQUEST, requestedCeaseDate: '{{ now }}'}"
    starts = f"{FIRST}  - {{after: 0s, start: BEGUN, with: {cease}, illegal: true}}\n"
    running.write("OWN", starts)
    (error,) = running.client.reload_scenarios()["errors"]
    assert error["message"] == "start: no scenario `BEGUN` is here"
    running.gateway.place("OWN")
    running.write("BEGUN", "\nbegins: supplier\ntimeline: [{after: 0s, send: CREATED}]\n")
    assert running.client.reload_scenarios()["errors"] == []
    running.gateway.place("OWN")
    running.client.advance(by="1d")
    assert [order["scenario"] for order in running.client.orders()] == ["OWN", "OWN", "BEGUN"]
    (running.folder / "begun.yaml").unlink()
    (error,) = running.client.reload_scenarios()["errors"]
    assert running.post("OWN").status_code == 500, "it cannot be played now"
    assert "start: no scenario `BEGUN` is here" in running.post("OWN").text
