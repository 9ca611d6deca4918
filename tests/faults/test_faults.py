"""The promise under faults. Short for CI; `FAULTS=long make faults` kills fifty times at each
point, and for five minutes at random.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.ops.crash import POINTS
from tests.faults.conftest import Server
from tests.faults.judge import told
from tests.faults.mutants import MUTANTS, mutated
from tests.faults.stage import (
    LEASE,
    LONG,
    SLOTS,
    Simulator,
    Stage,
    pause,
    revive,
    signal_to,
    wait_for,
)

KILLS = 50 if LONG else 3
RANDOM_SECONDS = 300 if LONG else 25
Cast = Callable[..., list[Simulator]]


# ---- deaths


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(stage: Stage, cast: Cast, tmp_path: Path, point: str) -> None:
    order = tmp_path / "die"
    simulators = cast(SUPPLIER_SIMULATOR_CRASH=f"{point} {order}")
    with stage.load():
        for _ in range(KILLS):
            pause(stage.random.uniform(0.1, 0.6))
            order.touch()
            wait_for(lambda: not order.exists(), 30, f"a death at {point}")
            revive(simulators)
            known = len(stage.asked.orders)
            wait_for(
                lambda known=known: len(stage.asked.orders) > known + 2,
                30,
                "orders are taken again",
            )  # type: ignore[misc]
    found = stage.judged(duplicates=SLOTS * KILLS)
    assert not found, told(found)


def test_random_kills(stage: Stage, cast: Cast) -> None:
    simulators = cast()
    kills = 0
    ends = time.monotonic() + RANDOM_SECONDS
    with stage.load():
        while time.monotonic() < ends:
            pause(stage.random.uniform(0.3, 2.5))
            victim = stage.random.choice(simulators)
            name, pid = stage.random.choice(sorted(victim.pids().items()))
            kills += signal_to(pid, signal.SIGKILL)
            if name == "parent" or victim.command == "send":
                revive([victim], at_once=True)
    found = stage.judged(duplicates=SLOTS * kills, within=90)
    assert not found, told(found)
    assert kills > RANDOM_SECONDS / 6


def test_a_sender_that_is_stopped_past_its_lease_changes_nothing_when_it_wakes(
    stage: Stage, cast: Cast
) -> None:
    simulators = cast()
    with stage.load():
        pause(1)
        sleeper = simulators[-1].pids()["sender"]
        signal_to(sleeper, signal.SIGSTOP)
        pause(LEASE + 3)
        signal_to(sleeper, signal.SIGCONT)
        pause(2)
    found = stage.judged(duplicates=SLOTS)
    assert not found, told(found)


def test_asked_to_end_nothing_is_sent_twice(stage: Stage, cast: Cast) -> None:
    simulators = cast()
    took = []
    with stage.load():
        for round_ in range(3 if not LONG else 10):
            pause(1.5)
            simulator = simulators[round_ % len(simulators)]
            took.append(simulator.stop())
            simulator.reap()
            simulator.start()
    found = stage.judged(duplicates=0)
    assert not found, told(found)
    assert max(took) < 1 + 2 + 10, "the time of a try, and a margin for a busy machine"


def test_four_senders_compete_without_a_fault(stage: Stage, server: Server) -> None:
    store = server.database("four")
    stage.simulate("serve", "one", store)
    for name in ("two", "three", "four"):
        stage.simulate("send", name, store)
    stage.receiver.behave(delay=0.02)
    with stage.load(rate=25):
        pause(20 if LONG else 8)
    found = stage.judged(duplicates=0)
    assert not found, told(found)


# ---- a gateway that misbehaves

BAD_GATEWAYS: dict[str, dict[str, Any]] = {
    "refuses": {"mode": "close"},
    "resets": {"mode": "reset"},
    "garbles": {"mode": "garble"},
    "fails": {"mode": "status", "code": 500},
    "fails now and then": {"mode": "status", "code": 503, "share": 20},
    "hangs now and then": {"mode": "hang", "share": 10},
    "asks for time": {"mode": "status", "code": 429, "headers": {"Retry-After": "2"}},
}


@pytest.mark.parametrize("kind", BAD_GATEWAYS)
def test_a_bad_gateway(stage: Stage, cast: Cast, kind: str) -> None:
    cast()
    with stage.load():
        pause(1)
        stage.receiver.behave(**BAD_GATEWAYS[kind])
        pause(30 if LONG else 4)
        stage.receiver.behave()
        pause(1)
    posts = stage.settle()
    found = stage.judged(duplicates=sum(post.code == 0 for post in posts))
    assert not found, told(found)


def test_a_storm_of_401_costs_one_token_each(stage: Stage, cast: Cast) -> None:
    senders = len(cast(SIMULATOR_GATEWAY__AUTH__KIND="oauth2"))
    rounds = 5 if LONG else 2
    with stage.load(rate=20):
        wait_for(lambda: stage.receiver.tell() >= 1, 20, "a first token")
        pause(2)
        before = stage.receiver.tell()
        for _ in range(rounds):
            stage.receiver.tell(revoke=True)
            pause(2)
    found = stage.judged(duplicates=0)
    assert not found, told(found)
    asked = stage.receiver.tell() - before
    assert rounds <= asked <= rounds * senders, (
        "each sender asks once, however many of its posts were refused"
    )


def test_a_broken_token_endpoint_loses_nothing(stage: Stage, cast: Cast) -> None:
    cast(SIMULATOR_GATEWAY__AUTH__KIND="oauth2")
    stage.receiver.tell(token_code=500)
    with stage.load():
        pause(4)
        stage.receiver.tell(token_code=200)
    found = stage.judged(duplicates=0)
    assert not found, told(found)


# ---- a store that fails


def test_the_database_is_stopped_and_started(stage: Stage) -> None:
    server = Server()
    try:
        store = server.database("outage")
        for command, name in (("serve", "one"), ("serve", "two"), ("send", "three")):
            stage.simulate(command, name, store)
        with stage.load():
            for _ in range(3 if LONG else 1):
                pause(2)
                server.stop()
                pause(4)
                server.start()
                back, known = time.monotonic(), len(stage.asked.orders)
                wait_for(
                    lambda known=known: len(stage.asked.orders) > known,
                    15,
                    "orders are taken again",
                )  # type: ignore[misc]
                assert time.monotonic() - back < 15
            pause(2)
        found = stage.judged(duplicates=SLOTS * 9)
        assert not found, told(found)
        assert len(stage.asked.tried) > len(stage.asked.orders), (
            "some were refused meanwhile, none was lost"
        )
    finally:
        stage.held.close()
        server.close()


def ready(stage: Stage) -> tuple[int, str]:
    """What the first simulator says of its readiness."""
    answer = requests.get(f"{stage.simulators[0].url}/__admin/ready", timeout=30)
    return answer.status_code, answer.text


def test_the_disk_is_full(stage: Stage, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        stage.simulate("serve", "one", f"sqlite:///{disk}/s.db")
        with stage.load(rate=20):
            pause(1)
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"\0" * 4096)
                except OSError:
                    pass
            wait_for(
                lambda: len(stage.asked.tried) > len(stage.asked.orders) + 5,
                30,
                "orders are refused",
            )
            answer, body = ready(stage)
            assert answer == 503 and "free some disk space" in body, body
            pause(2)
            filler.unlink()
            wait_for(lambda: ready(stage)[0] == 200, 30, "it is ready again")
            known = len(stage.asked.orders)
            wait_for(lambda: len(stage.asked.orders) > known, 30, "orders are taken again")
        found = stage.judged(duplicates=SLOTS)
        assert not found, told(found)
        with sqlite3.connect(disk / "s.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
    finally:
        stage.held.close()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_another_program_holds_the_file(stage: Stage, tmp_path: Path) -> None:
    stage.simulate("serve", "one", f"sqlite:///{tmp_path}/s.db")
    with stage.load():
        pause(1)
        holder = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        pause(20 if LONG else 8)
        holder.execute("ROLLBACK")
        holder.close()
        pause(1)
    found = stage.judged(duplicates=SLOTS)
    assert not found, told(found)


# ---- the suite itself


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(stage: Stage, tmp_path: Path, name: str) -> None:
    simulator = stage.simulate(
        "serve", "mutant", f"sqlite:///{tmp_path}/s.db", package=mutated(name, tmp_path)
    )
    stage.receiver.behave("status", code=500, share=20, delay=0.02)
    with stage.load(rate=10):
        pause(6)
        stage.receiver.behave(delay=0.02)
        pause(1)
    found = stage.judged(duplicates=0, within=5)
    assert any(said.startswith(f"{name}:") for said in found), f"{name} passed: {told(found)}"
    os.kill(simulator.pids()["parent"], signal.SIGTERM)
