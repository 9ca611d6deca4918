"""What was recorded plays again: for each shipped scenario, the same requests get the same answers
and the same KCIs at the same moments, with the recorded scenario alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from simulator import config, dialects, rehearsal
from simulator.base import instants
from simulator.client import Client
from simulator.dialects import Dialect
from simulator.model import Incoming, Order, every_step
from simulator.recording import Recording, as_yaml, chosen, lives_of, record
from simulator.recording.sources import of_journal
from simulator.rehearsal import Asked, Rehearsal, RehearsedEntry
from simulator.rehearsal.folders import shipped_folder
from simulator.rehearsal.inspection import inspect
from simulator.scenario import read_folder
from simulator.web import Embedded

pytestmark = pytest.mark.slow

REHEARSED = {
    name: [
        rehearsal.rehearse(scenario, dialects.get(name))
        for scenario in read_folder(
            shipped_folder(name), dialects.get(name).vocabulary
        ).scenarios.values()
    ]
    for name in dialects.names()
}
QUICK = {"ORDER_DELAYED", "ORDER_PENDING", "ORDER_ANSWER_LOST", "HELD_BY_SELLER", "ANSWER_LOST"}
RUNS = [
    pytest.param(
        name,
        rehearsed,
        entry,
        id=f"{rehearsed.scenario.name}-{number}",
        marks=() if rehearsed.scenario.name in QUICK else pytest.mark.slow,
    )
    for name, every in REHEARSED.items()
    for rehearsed in every
    for number, entry in enumerate([None, *rehearsed.entries])
    if (entry.natural if entry else rehearsed.scenario.answers == "create")
    and not any(step.is_errand for step in every_step(rehearsed.scenario.timeline))
]
"""What begins another order is left out: a recording is the life of one."""


@dataclass
class Player:
    """Plays the gateway's part, and hears what happens to one order after another."""

    url: str
    client: Client
    dialect: Dialect
    serial: int = 5000
    heard: int = 0

    def play(self, run: Rehearsal, asks: Sequence[Asked], name: str, later: str) -> None:
        """Place an order that plays one scenario, and send later requests, which ask for another
        one where they do.
        """
        self.heard = max((line["id"] for line in self.client.journal()), default=0)
        self.serial += 10
        order = self.place(run, name)
        now = 0
        for number, asked in enumerate(asks if order else (), 1):
            self.client.advance(by=(asked.after - now) / instants.SECOND)
            now = asked.after
            placed = self.placed(order)
            self.post(self.dialect.sample(asked.operation, placed, self.serial + number), later)
            self.signal(order)
        self.client.advance(by="60d")

    def place(self, run: Rehearsal, name: str) -> str:
        if run.scenario.begins == "supplier":
            order = str(self.client.start(name, *self.dialect.sample_beginning())["id"])
            self.client.advance(by="1s")
            return order
        sample = self.dialect.sample(run.operation, None, self.serial)
        self.post(sample, name)
        read = rehearsal.read_sample(self.dialect, sample)
        found = next(self.client.orders(tenant=read.tenant, ref=read.order_ref), None)
        if found is None:
            return ""
        self.signal(found["id"])
        return str(found["id"])

    def placed(self, order: str) -> Any:
        shown = self.client.order(order)
        known = ("id", "supplier", "tenant", "ref", "number", "status", "document", "scenario")
        return Order(
            **{name: shown[name] or "" for name in known},
            operation=shown["action"],
            digest="",
            seed_key="",
        )

    def post(self, sample: Incoming, name: str) -> None:
        headers = {**sample.headers, **({"X-Scenario": name} if name else {})}
        for _ in range(4):  # as a gateway does when the answer breaks on its way
            with suppress(requests.RequestException):
                requests.request(
                    sample.method,
                    self.url + sample.path,
                    data=sample.body,
                    headers=headers,
                    timeout=30,
                )
                return

    def signal(self, order: str) -> None:
        waits = [kci["waits_for"] for kci in self.client.kcis(order=order) if kci["waits_for"]]
        for name in dict.fromkeys(waits):
            self.client.signal(name, order)

    def lines(self) -> list[dict[str, Any]]:
        return [line for line in self.client.journal() if line["id"] > self.heard]

    def recorded(self) -> Recording:
        exchanges, _ = of_journal(self.lines())
        lives, left_out = lives_of(exchanges, self.dialect)
        assert left_out == []
        return record(chosen(lives, ""), self.dialect, "RECORDED")

    def told(self) -> list[tuple[int, Any]]:
        """What the gateway was told: moments since the first one, statuses, and KCIs with their
        numbers, codes and the order's status. A request counts once, however often it was sent:
        what breaks an answer on its way is not recorded.
        """
        lines = [line for line in self.lines() if not line["act"]]
        asked = [line["request"] if line["direction"] == "in" else line["id"] for line in lines]
        lines = [line for at, line in enumerate(lines) if asked[at] not in asked[:at]]
        moments = [instants.parse_instant(line["at"]) for line in lines]
        return [
            (at - moments[0], line["response"]["code"] if line["direction"] == "in" else said)
            for at, line in zip(moments, lines, strict=True)
            for said in [self.dialect.describe(line["request"]["body"] or {}).partition(" (")[0]]
        ]


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Player]]:
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{tmp_path_factory.mktemp('round')}/s.db"},
        "clock": {"mode": "manual"},
        "suppliers": [
            {"name": name, "path": f"/{name}", "dialect": name} for name in dialects.names()
        ],
    }
    settings = config.load(environment={}, overrides=overrides)
    with Embedded(settings) as running:
        players = {
            name: Player(
                f"{running.url}/{name}", Client(running.url, supplier=name), dialects.get(name)
            )
            for name in dialects.names()
        }
        for player in players.values():
            player.client.set_clock(now="2026-03-02T09:00:00Z")
        yield players
        for player in players.values():
            player.client.close()


def trip(
    player: Player, run: Rehearsal, asks: Sequence[Asked], first: str, later: str
) -> tuple[str, Recording]:
    """Play, record, check, and play again what was recorded."""
    player.play(run, asks, first, later)
    told, recording = player.told(), player.recorded()
    text = as_yaml(recording)
    checked = inspect(text.encode(), "recorded.yaml", player.dialect)
    assert told != [] and (checked.errors, checked.warnings) == ((), ()), text
    player.client.put_scenario("RECORDED", text)
    player.play(run, asks, "RECORDED", "")
    assert player.told() == told, text
    return text, recording


@pytest.mark.parametrize(("dialect", "run", "entry"), RUNS)
def test_a_recorded_scenario_plays_the_same_life(
    players: dict[str, Player], dialect: str, run: Rehearsal, entry: RehearsedEntry | None
) -> None:
    player, name = players[dialect], run.scenario.name
    alone = run.scenario.answers != "create"
    first = player.dialect.vocabulary.default_scenario if alone else name
    text, recording = trip(player, run, entry.asked if entry else (), first, name if alone else "")
    assert [said for said in recording.warnings if not said.startswith("a repeat")] == [], text


@pytest.mark.parametrize(
    ("dialect", "name", "asked"),
    [
        ("fibre_cafe", "ORDER_ONE_AMENDMENT", "amendment 15, amendment 20, cancellation 70"),
        ("fibre_cafe", "ORDER_PENDING", "amendment 40, amendment 100, amendment 105"),
        ("fibre_cafe", "ORDER_REAPPOINT_HELD", "amendment 100, amendment 140, cancellation 145"),
        ("fibre_cafe", "ORDER_NO_RETURN", "amendment 10, cancellation 45, cancellation 50"),
        ("mef", "HELD_BY_BUYER", "hold 15, release 100, patch 110, hold 125, release 126"),
        ("mef", "HOLD_EXPIRED", "hold 15, release 40, hold 45, cancellation 90"),
        ("mef", "CHANGE_REFUSED_LATER", "patch 10, patch 45, cancellation 80"),
        ("mef", "CANCEL_DENIED_LATER", "cancellation 10, hold 20, release 50, cancellation 70"),
        ("mef", "POLLED", "patch 10, patch 40"),
    ],
)
@pytest.mark.slow
def test_a_life_with_many_requests_plays_again(
    players: dict[str, Player], dialect: str, name: str, asked: str
) -> None:
    (run,) = (run for run in REHEARSED[dialect] if run.scenario.name == name)
    asks = [
        Asked(operation=operation, after=int(seconds) * instants.SECOND)
        for operation, seconds in (one.split() for one in asked.split(", "))
    ]
    trip(players[dialect], run, asks, name, "")


def test_nothing_of_one_life_stands_in_the_file(players: dict[str, Player]) -> None:
    player = players["fibre_cafe"]
    runs = {run.scenario.name: run for run in REHEARSED["fibre_cafe"]}
    for name in ("ORDER_REAPPOINTED", "ORDER_ONE_AMENDMENT", "ORDER_NO_RETURN"):
        run = runs[name]
        player.play(run, run.entries[-1].asked if run.entries else (), name, "")
        text = as_yaml(player.recorded())
        order = list(player.client.orders())[-1]
        assert str(player.serial) == order["ref"] and order["ref"] not in text
        assert order["number"] not in text and order["id"] not in text
        assert "20" + "26-" not in text
