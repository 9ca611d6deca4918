"""Each case of the cookbook, judged by what a plain receiver saw. What must be seen stands beside
the cases, in `fibre_cafe.yaml` and `mef.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import config
from simulator.base import cookbook
from simulator.testing import Supplier
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.cookbook.player import BEGIN, Case, FibreCafe, Mef
from tests.receiver import Arrival, Receiver

HERE = Path(__file__).parent
PLAYERS: dict[str, tuple[type[Case], str]] = {"fibre_cafe": (FibreCafe, "/"), "mef": (Mef, "/mef")}
CASES = {name: yaml.safe_load((HERE / f"{name}.yaml").read_text()) for name in PLAYERS}
QUICK = {
    "RESUMED_BEFORE_DELAYED",
    "UPDATE_BEFORE_ANSWER",
    "CANCEL_RACE_LOST",
    "OVER_THE_BANK_HOLIDAYS",
    "CANCEL_OVERTAKEN",
    "TEN_DAYS_TO_OBJECT",
    "DATE_REFUSED",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, Receiver]]:
    """A supplier of each contract that plays the cookbook, and who hears them."""
    folder = tmp_path_factory.mktemp("cookbook")
    with Receiver() as receiver:
        settings = {
            "server": {"port": 0},
            "store": {"url": f"sqlite:///{folder}/s.db"},
            "clock": {"mode": "manual"},
            "gateway": {"url": receiver.url},
            "seed": "cookbook",
            "suppliers": [
                {"name": name, "dialect": name, "path": path, "scenarios": cookbook.COOKBOOK}
                for name, (_, path) in PLAYERS.items()
            ],
        }
        with Embedded(config.load(environment={}, overrides=settings)) as simulator:
            yield simulator, receiver


def all_cases() -> Iterator[Any]:
    for dialect, cases in CASES.items():
        for name in cases:
            marks = () if name in QUICK else pytest.mark.slow
            yield pytest.param(dialect, name, id=name, marks=marks)


@pytest.mark.parametrize(("dialect", "name"), list(all_cases()))
def test_a_gateway_sees_what_the_case_says(
    played: tuple[Embedded, Receiver], dialect: str, name: str
) -> None:
    simulator, receiver = played
    player = PLAYERS[dialect][0]
    with player(name, simulator.url, dialect, receiver) as case:
        case.admin.set_clock(now=BEGIN)
        for step in CASES[dialect][name]:
            act, expected = next(iter(step.items()))
            wanted = expected if isinstance(expected, list) else [expected]
            assert case.play(step) == [str(line) for line in wanted], act
            shows = step.get("shows", {})
            assert {member: case.shown(member) for member in shows} == shows, act


def test_the_supplier_of_a_test_plays_the_cases_of_the_settings(
    played: tuple[Embedded, Receiver],
) -> None:
    simulator, _ = played
    with Supplier.make(simulator.url) as supplier, Gateway(supplier.url) as gateway:
        supplier.plays("CANCEL_RACE_LOST")
        assert gateway.post("/service-orders", gateway.provide()).status_code == 201
        supplier.advance(days=9)
        assert gateway.cancel(supplier.order["document"]).status_code == 202
        supplier.advance(days=60)
        assert supplier.order["status"] == "COMPLETED"


def test_a_cancellation_is_refused_while_the_completion_is_on_its_way(
    played: tuple[Embedded, Receiver],
) -> None:
    simulator, receiver = played
    answers: list[object] = []
    with FibreCafe("CANCEL_RACE_LOST", simulator.url, "fibre_cafe", receiver) as case:

        def cancel_first(number: int, arrival: Arrival) -> int:
            if arrival.body["reasonCode"] == "COMPLETED":
                answers.append(case.ask("cancel", {}))
            return 204

        receiver.answer = cancel_first
        case.play({"place": 201})
        case.play({"60d": []})
    assert answers == [422]


@pytest.mark.parametrize("dialect", list(PLAYERS))
def test_each_case_is_played_here_and_is_short(dialect: str) -> None:
    files = sorted(cookbook.folder_of(dialect).glob("*.yaml"))
    assert {path.stem.upper() for path in files} == CASES[dialect].keys()
    for path in files:
        text = path.read_text()
        assert yaml.safe_load(text)["scenario"] == path.stem.upper()
        assert len(text.splitlines()) <= 25, path.name
