"""How many KCIs a second leave from one sender, and from two on one PostgreSQL: `make sizing`.
Nothing is judged.

The receiver takes 50 ms for each answer, as a gateway over a network does, or no time. Receiver and
senders are processes of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from simulator import config
from simulator.base import instants
from simulator.store import senders
from simulator.world import World, open_world
from tests.bench.parts import place
from tests.bench.processes import Helper, cpu
from tests.faults.conftest import Server
from tests.faults.stage import ROOT, pause, wait_for

SUPPLIERS = [{"name": "default", "path": "/"}]
KCIS = 3
"""Of each order: the dialect's default scenario."""


@dataclass(frozen=True)
class Row:
    """`answer` is how many seconds the receiver takes."""

    store: str
    senders: int
    in_flight: int
    answer: float


ROWS = (
    Row("sqlite", 1, 64, 0.05),
    Row("postgresql", 1, 64, 0.05),
    Row("postgresql", 2, 64, 0.05),
    Row("postgresql", 1, 16, 0.05),
    Row("postgresql", 2, 16, 0.05),
    Row("sqlite", 1, 64, 0),
    Row("postgresql", 1, 64, 0),
)


def begun(store: str, url: str, orders: int) -> World:
    """A store in which many orders wait for the clock."""
    overrides = {
        "store": {"url": store},
        "gateway": {"url": url},
        "clock": {"mode": "manual"},
        "suppliers": SUPPLIERS,
    }
    world = open_world(config.load(environment={}, overrides=overrides), "http://127.0.0.1:1")
    for number in range(orders):
        place(world.default, world.default.dialect.sample("provide", None, number + 1))
    return world


def started(row: Row, store: str, url: str, held: ExitStack) -> list[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "SIMULATOR_DELIVERY__IN_FLIGHT": str(row.in_flight),
        "SIMULATOR_LOG__LEVEL": "warning",
        "SIMULATOR_GATEWAY__AUTH__KIND": "none",
        "SIMULATOR_SUPPLIERS": json.dumps(SUPPLIERS),
    }
    command = [sys.executable, "-m", "simulator", "send", "--store", store, "--gateway-url", url]
    processes = []
    for _ in range(row.senders):
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        held.callback(process.wait)
        held.callback(process.terminate)
        processes.append(process)
    return processes


def running(world: World) -> int:
    with world.store.read() as tx:
        return len(senders.every(tx))


def measured(row: Row, store: str, orders: int) -> tuple[float, float]:
    """KCIs a second of the middle four fifths, and CPU milliseconds of the senders for each."""
    with ExitStack() as held:
        receiver = held.enter_context(Helper("tests.bench.receiver", str(row.answer)))
        url = f"http://127.0.0.1:{receiver.answer()}"
        world = begun(store, url, orders)
        held.callback(world.close)
        pids = [process.pid for process in started(row, store, url, held)]
        wait_for(lambda: running(world) == row.senders, 60, "the senders run")
        before = cpu(pids)
        world.default.advance(by=3 * instants.DAY, settle=False, within=instants.SECOND)
        while receiver.ask("count") < KCIS * orders:
            pause(0.05)
        found = sorted(at for _, _, at in receiver.ask("take"))
        spent = cpu(pids) - before
    count = len(found)
    first, last = found[count // 10], found[count - count // 10 - 1]
    return 0.8 * count / (last - first), spent * 1000 / count


def measure(orders: int) -> None:
    with ExitStack() as held:
        server = Server()
        held.callback(server.close)
        sys.stdout.write(
            f"{os.cpu_count()} cores, {KCIS * orders} KCIs\n"
            f"{'store':<12}{'senders':>8}{'in flight':>11}{'answer':>9}"
            f"{'KCI/s':>8}{'CPU ms/KCI':>12}\n"
        )
        for number, row in enumerate(ROWS):
            folder = held.enter_context(tempfile.TemporaryDirectory())
            sqlite = f"sqlite:///{Path(folder)}/s.db"
            store = sqlite if row.store == "sqlite" else server.database(f"sizing_{number}")
            rate, each = measured(row, store, orders)
            sys.stdout.write(
                f"{row.store:<12}{row.senders:>8}{row.in_flight:>11}{row.answer * 1000:>6.0f} ms"
                f"{rate:>8.0f}{each:>12.2f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
