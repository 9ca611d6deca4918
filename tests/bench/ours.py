"""Our own server, started as a user starts it: `simulator serve` with one scenario file, and all
else as it is by default.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator import __version__
from tests.bench.processes import Command, has_postgresql
from tests.bench.work import Work
from tests.faults.conftest import Server
from tests.faults.stage import ROOT


@dataclass(frozen=True)
class Ours:
    """One way to run it. `senders` are those beside the one that `serve` has."""

    name: str
    durability: str = "normal"
    postgresql: bool = False
    senders: int = 0
    version: str = __version__

    @property
    def installed(self) -> bool:
        return not self.postgresql or has_postgresql()

    @contextmanager
    def command(self, work: Work, port: int, gateway: str, folder: Path) -> Iterator[Command]:
        """Its command line; with a PostgreSQL server of its own where it needs one."""
        scenarios = folder / "scenarios"
        scenarios.mkdir()
        (scenarios / "bench.yaml").write_text(work.scenario)
        environment = {"PYTHONPATH": str(ROOT), "SIMULATOR_STORE__DURABILITY": self.durability}
        shared = ["--gateway-url", gateway]
        simulator = [sys.executable, "-m", "simulator"]
        serve = [*simulator, "serve", "--port", str(port), "--only", "--scenarios", str(scenarios)]
        if not self.postgresql:
            yield Command([*serve, *shared], folder, environment)
            return
        server = Server()
        try:
            shared += ["--store", server.database("bench")]
            pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
            sends = [[*simulator, "send", *shared]] * self.senders
            yield Command([*serve, *shared], folder, environment, sends, [pid])
        finally:
            server.close()


ROWS = (
    Ours("ours"),
    Ours("ours, durability full", durability="full"),
    Ours("ours, PostgreSQL", postgresql=True),
    Ours("ours, PostgreSQL, 2 senders", postgresql=True, senders=1),
)
FEW_ROWS = (ROWS[0], ROWS[-1])
