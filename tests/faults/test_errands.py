"""Orders that start others and are signalled by them, while senders are killed: all of it once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from simulator.ops.crash import ERRAND_POINTS
from tests.faults.stage import LONG, Simulator, Stage, order_of, pause, revive, wait_for

GAINING = """\
scenario: GAINING
timeline:
  - {after: 100ms, send: ACKNOWLEDGED}
  - after: 100ms
    start: LOSING
    tenant: L
    with: {serviceId: "{{ order.ref }}", reason: CP_REQUEST, requestedCeaseDate: "{{ now }}"}
  - {after: 0s, send: COMMITTED}
  - {after: 0s, wait: ceased}
  - {after: 0s, send: COMPLETED}
"""
LOSING = """\
scenario: LOSING
begins: supplier
timeline:
  - {after: 0s, send: CREATED, status: IN_PROGRESS}
  - {after: 100ms, signal: ceased}
  - {after: 0s, send: COMPLETED}
"""
BOTH = {"T": ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"], "L": ["CREATED", "COMPLETED"]}
KILLS = 20 if LONG else 2
Cast = Callable[..., list[Simulator]]


@pytest.fixture
def scenarios(stage: Stage) -> None:
    (stage.scenarios / "gaining.yaml").write_text(GAINING)
    (stage.scenarios / "losing.yaml").write_text(LOSING)


@pytest.mark.usefixtures("scenarios")
@pytest.mark.parametrize("point", ERRAND_POINTS)
def test_killed_around_an_errand(stage: Stage, cast: Cast, tmp_path: Path, point: str) -> None:
    order = tmp_path / "die"
    simulators = cast(SUPPLIER_SIMULATOR_CRASH=f"{point} {order}")
    placed = 0
    for _ in range(KILLS):
        order.touch()
        while order.exists():
            placed += 1
            place(stage, placed)
            pause(0.05)
        revive(simulators)
    wait_for(lambda: len(ended(stage)) >= placed, 60, "both sides of each order come to their end")
    pause(0.5)
    heard = by_side(stage)
    assert {number: sorted(sides) for number, sides in heard.items()} == {
        number: ["L", "T"] for number in range(1, placed + 1)
    }
    for sides in heard.values():
        for tenant, messages in sides.items():
            assert list(dict.fromkeys(messages)) == [
                (reference, code)
                for reference in {reference for reference, _ in messages}
                for code in BOTH[tenant]
            ], "one order, and its messages in their order"


def place(stage: Stage, number: int) -> None:
    """Place an order until it is taken: a simulator may die at any moment."""
    doors = [simulator for simulator in stage.simulators if simulator.command == "serve"]
    body = order_of(number)
    headers = {"X-Request-ID": "r", "X-Conversation-ID": "c", "Tenant": "T"}

    def taken() -> bool:
        url = stage.random.choice(doors).url + "/service-orders"
        try:
            answer = requests.post(
                url, json=body, headers={**headers, "X-Scenario": "GAINING"}, timeout=15
            )
        except requests.RequestException:
            return False
        return answer.status_code == 202

    wait_for(taken, 30, "the order is taken")


Heard = dict[int, dict[str, list[tuple[str, str]]]]
"""By order and tenant, our reference and the code of each message, as they came."""


def by_side(stage: Stage) -> Heard:
    heard: Heard = defaultdict(lambda: defaultdict(list))
    for line in stage.receiver.log.read_text().splitlines():
        body = json.loads(json.loads(line)["body"])
        entity = next(value for value in body.values() if isinstance(value, dict))
        number = int(entity.get("id") or entity["serviceId"])
        said = entity["supplierOrderReference"], body["reasonCode"]
        heard[number][entity["tenant"]].append(said)
    return heard


def ended(stage: Stage) -> list[int]:
    """The orders of which both sides have heard the last."""
    return [
        number
        for number, sides in by_side(stage).items()
        if all(code in [heard for _, heard in sides[side]] for side, code in LAST.items())
    ]


LAST = {"T": "COMPLETED", "L": "COMPLETED"}
