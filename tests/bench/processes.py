"""Processes of a benchmark: a server with all its children, their CPU and memory; and our own
helpers, which are asked by lines.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.work import SERIAL, request
from tests.conftest import _binaries
from tests.faults.stage import ROOT, children, pause

RUN_MODULE = (sys.executable, "-m")
TICKS = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0


class DidNotStart(Exception):
    """A server that gave no 2xx in time, or ended before."""


def has_postgresql() -> bool:
    return _binaries() is not None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def cpu(pids: Sequence[int]) -> float:
    """Seconds of user and system time, with those of children that have ended."""
    spent = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        spent += sum(map(int, fields[11:15]))
    return spent / TICKS


def machine_cpu() -> float:
    """Seconds in which a processor of the machine was busy since it was started."""
    user, nice, system, _, _, *more = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *more))) / TICKS


def memory(pids: Sequence[int]) -> float:
    """MB in proportional set size: a page that processes share counts once."""
    found = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += int(re.findall(r"^Pss: +(\d+)", text, re.MULTILINE)[0])
    return found / 1024


@dataclass
class Command:
    """How a server is started. `beside` are the pids of what it needs and did not start itself."""

    arguments: Sequence[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    more: Sequence[Sequence[str]] = ()
    beside: Sequence[int] = ()


class Running:
    """A server that answers orders; `started` is how many seconds that took."""

    def __init__(self, command: Command, port: int) -> None:
        self.port = port
        self.beside = command.beside
        self.log = command.folder / "log.txt"
        self.processes: list[subprocess.Popen[bytes]] = []
        begun = time.monotonic()
        try:
            self._spawn(command, command.arguments)
            self._wait(begun + STARTS_WITHIN)
            self.started = time.monotonic() - begun
            for arguments in command.more:
                self._spawn(command, arguments)
        except BaseException:
            self.stop()
            raise

    def _spawn(self, command: Command, arguments: Sequence[str]) -> None:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                arguments,
                cwd=command.folder,
                env={**os.environ, **command.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)

    def _wait(self, until: float) -> None:
        """Place one order after another until one is answered 2xx."""
        serial = SERIAL
        while not accepts(self.port, serial := serial + 1):
            ended = self.processes[0].poll() is not None
            if ended or time.monotonic() > until:
                raise DidNotStart(self.log.read_text(errors="replace")[-1000:])
            pause(0.005)

    def pids(self) -> list[int]:
        roots = [*(process.pid for process in self.processes), *self.beside]
        return [pid for root in roots for pid in family(root)]

    def stop(self) -> None:
        """End what was started here, and whatever descends from it."""
        descended = [pid for process in self.processes for pid in family(process.pid)]
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                for pid in descended:
                    kill(pid)
                process.wait()


def kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        pass


def accepts(port: int, serial: int) -> bool:
    """Whether an order on a connection of its own is answered 2xx."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=STARTS_WITHIN) as connection:
            connection.sendall(request(port) % (serial, serial, serial))
            return connection.recv(4096).startswith(b"HTTP/1.1 2")
    except OSError:
        return False


class Helper:
    """A process of ours that answers each line with a line of JSON."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*RUN_MODULE, module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Helper:
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, line: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())
