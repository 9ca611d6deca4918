"""How many KCIs a second leave from one sender, and from two on one PostgreSQL: `make sizing`.
Nothing is judged.

The receiver is a process of its own that takes 50 ms for each answer, as a gateway over a network
does; senders are processes of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from simulator import config
from simulator.base import instants
from simulator.world import World, open_world
from tests.faults.conftest import Server
from tests.faults.playing import ROOT, Receiver, pause
from tests.million import place

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
SUPPLIERS = [{"name": "default", "path": "/"}]
Row = tuple[str, int, int, float]
ROWS: list[Row] = [
    ("sqlite", 1, 64, 0.05),
    ("postgresql", 1, 64, 0.05),
    ("postgresql", 2, 64, 0.05),
    ("postgresql", 1, 16, 0.05),
    ("postgresql", 2, 16, 0.05),
    ("sqlite", 1, 64, 0.0),
    ("postgresql", 1, 64, 0.0),
]


def begun(store: str, url: str) -> World:
    """A store in which many orders wait for the clock."""
    overrides = {
        "store": {"url": store},
        "gateway": {"url": url},
        "clock": {"mode": "manual"},
        "suppliers": SUPPLIERS,
    }
    world = open_world(config.load(environment={}, overrides=overrides), "http://127.0.0.1:1")
    for number in range(ORDERS):
        place(world.default, number + 1)
    return world


def times(log: Path) -> list[float]:
    whole = log.read_text().splitlines(keepends=True)
    return sorted(json.loads(line)["t"] for line in whole if line.endswith("\n"))


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(server: Server, row: Row, folder: Path) -> tuple[float, float]:
    """KCIs a second of the middle four fifths, and CPU milliseconds of the senders for each."""
    database, senders, in_flight, delay = row
    store = (
        f"sqlite:///{folder}/s.db"
        if database == "sqlite"
        else server.database(folder.name.lower().replace("-", "_"))
    )
    receiver = Receiver(folder)
    receiver.behave(delay=delay)
    world = begun(store, receiver.url)
    environment = {
        **os.environ,
        "SIMULATOR_DELIVERY__IN_FLIGHT": str(in_flight),
        "SIMULATOR_LOG__LEVEL": "warning",
        "SIMULATOR_GATEWAY__AUTH__KIND": "none",
        "SIMULATOR_SUPPLIERS": json.dumps(SUPPLIERS),
    }
    command = [
        sys.executable,
        "-m",
        "simulator",
        "send",
        "--store",
        store,
        "--gateway-url",
        receiver.url,
    ]
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(senders)]
    pause(4)
    before = sum(cpu(process.pid) for process in processes)
    world.default.advance(by=3 * instants.DAY, settle=False, within=instants.SECOND)
    while receiver.log.read_bytes().count(b"\n") < 3 * ORDERS:
        pause(0.2)
    found = times(receiver.log)
    spent = sum(cpu(process.pid) for process in processes) - before
    for process in processes:
        process.terminate()
        process.wait()
    world.close()
    receiver.close()
    count = len(found)
    first, last = found[count // 10], found[count - count // 10]
    return 0.8 * count / (last - first), spent * 1000 / count


def main() -> None:
    with ExitStack() as held:
        server = Server()
        held.callback(server.close)
        sys.stdout.write(
            f"{os.cpu_count()} cores, {3 * ORDERS} KCIs\n"
            f"{'store':<12}{'senders':>8}{'in flight':>11}{'answer':>9}"
            f"{'KCI/s':>8}{'CPU ms/KCI':>12}\n"
        )
        for row in ROWS:
            rate, each = measured(
                server, row, Path(held.enter_context(tempfile.TemporaryDirectory()))
            )
            sys.stdout.write(
                f"{row[0]:<12}{row[1]:>8}{row[2]:>11}{row[3] * 1000:>6.0f} ms"
                f"{rate:>8.0f}{each:>12.2f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
