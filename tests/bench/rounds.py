"""The comparison: each server does the same work in short windows, one server after another, round
after round; a figure is the median of its rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import astuple, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from tests.bench.judge import Figures, judged
from tests.bench.load import Answers
from tests.bench.processes import (
    Command,
    DidNotStart,
    Helper,
    Running,
    cpu,
    free_port,
    machine_cpu,
    memory,
)
from tests.bench.work import DELAY, SERIAL, WORKS, Work
from tests.faults.stage import pause

STEADY = 1.1
"""A server is warm when two windows in a row are less than a tenth faster than the best before."""
SETTLES = 0.2
"""Seconds after the last KCI in which a server may still book it, before its CPU is read."""
GIVES_UP = 5.0
"""Seconds without another KCI after which the missing ones are lost."""


@dataclass(frozen=True)
class Window:
    """A closed loop of so many connections, or an open loop of `rate` orders a second."""

    name: str
    connections: int
    seconds: float
    rate: float | None = None
    without_kcis: bool = True


CROWD = Window("64 connections", 64, 1.5)
WINDOWS = (
    CROWD,
    Window("one connection", 1, 1),
    Window("200/s", 64, 1.5, 200, without_kcis=False),
    Window("1000/s", 64, 1.5, 1000, without_kcis=False),
)


@dataclass(frozen=True)
class Plan:
    """How much is measured: `part` of each window's seconds, and `starts` beside the two of each
    server for its work.
    """

    rounds: int = 3
    part: float = 1.0
    warm: int = 8
    starts: int = 1


QUICK = Plan(rounds=1, part=0.2, warm=1, starts=0)


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall, and of CPU: of the machine, the server, the helpers, and ourselves."""

    wall: float
    machine: float
    server: float
    helpers: float
    own: float

    def __sub__(self, before: Spent) -> Spent:
        pairs = zip(astuple(self), astuple(before), strict=True)
        return Spent(*(now - then for now, then in pairs))

    @property
    def others(self) -> float:
        """The share of the machine that processes outside of the window took."""
        free = self.machine - self.server - self.helpers - self.own
        return max(0.0, free / (self.wall * (os.cpu_count() or 1)))


class Contender(Protocol):
    """A server that can be compared."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def installed(self) -> bool: ...

    def command(
        self, work: Work, port: int, gateway: str, folder: Path
    ) -> AbstractContextManager[Command]: ...


@dataclass
class Record:
    """What was found of a server. `windows` has the rounds' figures by work and window, `memory`
    the MB by work, idle and after the load.
    """

    version: str
    starts: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    windows: dict[str, dict[str, list[Figures]]] = field(default_factory=dict)
    trouble: str = ""

    def figure(self, work: str, window: str, name: str) -> float | None:
        """The median of the rounds; None where there is none."""
        rounds = self.windows.get(work, {}).get(window, [])
        found = [figures[name] for figures in rounds if name in figures]
        return statistics.median(found) if found else None

    def total(self, work: str, name: str) -> float:
        """The sum over all windows of a work."""
        rounds = chain.from_iterable(self.windows.get(work, {}).values())
        return sum(figures.get(name, 0) for figures in rounds)


def tell(text: str) -> None:
    """Say what happens now; the figures go to the standard output."""
    sys.stderr.write(text + "\n")


def compare(plan: Plan, contenders: Sequence[Contender]) -> dict[str, Record]:
    """All of them, interleaved."""
    with Helper("tests.bench.load") as load, Helper("tests.bench.receiver") as receiver:
        bench = Bench(plan, contenders, load, receiver)
        for work in WORKS:
            bench.play(work)
        bench.start_again()
    return bench.records


class Bench:
    """One comparison, with the load generator and the receiver that all servers share."""

    def __init__(
        self, plan: Plan, contenders: Sequence[Contender], load: Helper, receiver: Helper
    ) -> None:
        self.plan = plan
        self.contenders = list(contenders)
        self.load = load
        self.receiver = receiver
        self.gateway = f"http://127.0.0.1:{receiver.answer()}"
        self.serial = SERIAL + 1_000_000
        self.records = {one.name: Record(one.version) for one in contenders}

    def play(self, work: Work) -> None:
        """One work, by all servers at once alive, each measured alone."""
        with ExitStack() as held:
            stands: dict[str, Running] = {}
            for contender in self.contenders:
                running = self.started(contender, work, held)
                if running is not None:
                    stands[contender.name] = running
            pause(SETTLES)
            self.weigh(work, stands)
            for name, running in stands.items():
                tell(f"{work.name}: {name} warms up")
                self.warm(work, running)
            self.rounds(work, stands)
            self.weigh(work, stands)

    def started(self, contender: Contender, work: Work, held: ExitStack) -> Running | None:
        record = self.records[contender.name]
        try:
            running = held.enter_context(self.serving(contender, work))
        except DidNotStart as error:
            record.trouble = f"did not start: {error}"
            return None
        record.starts.append(running.started)
        return running

    @contextmanager
    def serving(self, contender: Contender, work: Work) -> Iterator[Running]:
        tell(f"{work.name}: {contender.name} starts")
        port = free_port()
        with (
            tempfile.TemporaryDirectory(prefix="simulator-bench-") as folder,
            contender.command(work, port, self.gateway, Path(folder)) as command,
        ):
            running = Running(command, port)
            try:
                yield running
            finally:
                running.stop()

    def start_again(self) -> None:
        for _ in range(self.plan.starts):
            for contender in self.contenders:
                with ExitStack() as held:
                    self.started(contender, WORKS[0], held)

    def weigh(self, work: Work, stands: dict[str, Running]) -> None:
        for name, running in stands.items():
            weights = self.records[name].memory.setdefault(work.name, [])
            weights.append(memory(running.pids()))

    def warm(self, work: Work, running: Running) -> None:
        best, steady = 0.0, 0
        for _ in range(self.plan.warm):
            rate = self.measure(work, CROWD, running)["rate"]
            steady = steady + 1 if rate < best * STEADY else 0
            best = max(best, rate)
            if steady == 2:
                break

    def rounds(self, work: Work, stands: dict[str, Running]) -> None:
        for number in range(self.plan.rounds):
            for window in WINDOWS:
                if not (work.kcis or window.without_kcis):
                    continue
                for name, running in stands.items():
                    tell(f"{work.name}: round {number + 1}, {window.name}, {name}")
                    by_window = self.records[name].windows.setdefault(work.name, {})
                    figures = self.measure(work, window, running)
                    by_window.setdefault(window.name, []).append(figures)

    def measure(self, work: Work, window: Window, running: Running) -> Figures:
        """One window of one server."""
        self.receiver.ask("take")
        before = self.spent(running)
        answers = self.placed(window, running)
        accepted = sum(200 <= code < 300 for code in answers.codes)
        self.await_kcis(accepted * work.kcis)
        spent = self.spent(running) - before
        figures = judged(answers, map(tuple, self.receiver.ask("take")), work.kcis, DELAY)
        each = 1e6 / max(accepted, 1)
        shares = {"cpu": spent.server * each, "helpers": spent.helpers * each}
        return figures | shares | {"others": 100 * spent.others}

    def spent(self, running: Running) -> Spent:
        return Spent(
            time.monotonic(),
            machine_cpu(),
            cpu(running.pids()),
            cpu([self.load.process.pid, self.receiver.process.pid]),
            cpu([os.getpid()]),
        )

    def placed(self, window: Window, running: Running) -> Answers:
        task: dict[str, Any] = {
            "port": running.port,
            "first": self.serial,
            "connections": window.connections,
            "seconds": window.seconds * self.plan.part,
            "rate": window.rate,
        }
        answers = Answers(**self.load.ask(json.dumps(task)))
        self.serial += len(answers.asked)
        return answers

    def await_kcis(self, expected: int) -> None:
        """Wait until all have come, or no more do."""
        count, changed = 0, time.monotonic()
        while count < expected and time.monotonic() < changed + GIVES_UP:
            pause(0.02)
            if (found := self.receiver.ask("count")) != count:
                count, changed = found, time.monotonic()
        pause(SETTLES)
