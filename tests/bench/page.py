"""The figures as tables, for the terminal and for docs/performance.md."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from tests.bench.judge import COUNTS
from tests.bench.peers import PEERS
from tests.bench.rounds import CROWD, WINDOWS, Record
from tests.bench.work import WORKS

PLAIN, WITH_KCI = (work.name for work in WORKS)
ALONE, STEADY, FAST = (window.name for window in WINDOWS[1:])
RIVALS = frozenset(peer.name for peer in PEERS)
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Column:
    """One figure of each server. `high` says that more is better."""

    title: str
    read: Callable[[Record], float | None]
    high: bool = False
    work: str = ""
    window: str = ""


def column(title: str, work: str, window: str, figure: str, high: bool = False) -> Column:
    return Column(title, lambda record: record.figure(work, window, figure), high, work, window)


def weight(work: str, place: int) -> Callable[[Record], float | None]:
    return lambda record: dict(enumerate(record.memory.get(work, []))).get(place)


TABLES: dict[str, Sequence[Column]] = {
    "201, no KCI": (
        column("orders/s", PLAIN, CROWD.name, "rate", high=True),
        column("CPU for one, us", PLAIN, CROWD.name, "cpu"),
        column("answer p50, ms, one connection", PLAIN, ALONE, "answer_50"),
        column("answer p99, ms, one connection", PLAIN, ALONE, "answer_99"),
    ),
    "202, and one KCI 100 ms later": (
        column("orders/s with their KCI", WITH_KCI, CROWD.name, "rate", high=True),
        column("CPU for one, us", WITH_KCI, CROWD.name, "cpu"),
        column("answer p50, ms, one connection", WITH_KCI, ALONE, "answer_50"),
        column("answer p99, ms, one connection", WITH_KCI, ALONE, "answer_99"),
    ),
    "202 and a KCI, at 200 orders a second": (
        column("orders/s", WITH_KCI, STEADY, "rate", high=True),
        column("answer p50, ms", WITH_KCI, STEADY, "answer_50"),
        column("answer p99, ms", WITH_KCI, STEADY, "answer_99"),
        column("lateness p50, ms", WITH_KCI, STEADY, "late_50"),
        column("lateness p99, ms", WITH_KCI, STEADY, "late_99"),
    ),
    "202 and a KCI, at 1000 orders a second": (
        column("orders/s", WITH_KCI, FAST, "rate", high=True),
        column("answer p50, ms", WITH_KCI, FAST, "answer_50"),
        column("answer p99, ms", WITH_KCI, FAST, "answer_99"),
        column("lateness p50, ms", WITH_KCI, FAST, "late_50"),
        column("lateness p99, ms", WITH_KCI, FAST, "late_99"),
    ),
    "Start and memory": (
        Column("start to the first answer, s", lambda record: middle(record.starts)),
        Column("idle, MB", weight(WITH_KCI, 0)),
        Column("after the load, MB", weight(WITH_KCI, 1)),
    ),
}


def middle(values: Sequence[float]) -> float | None:
    return sorted(values)[len(values) // 2] if values else None


def sound(record: Record, work: str) -> bool:
    """Whether a server did a work rightly; who did not is nobody's best."""
    return not any(record.total(work, name) for name in COUNTS if name != "unsent")


def keeps_up(record: Record, one: Column) -> bool:
    """Whether an open loop found a free connection for 99 of 100 orders."""
    rounds = record.windows.get(one.work, {}).get(one.window, [])
    unsent = sum(figures["unsent"] for figures in rounds)
    return unsent * 99 <= sum(figures["orders"] for figures in rounds)


def best(records: Records, one: Column) -> float | None:
    """The best figure of a peer."""
    found = [
        value
        for name, record in records.items()
        if name in RIVALS and sound(record, one.work) and keeps_up(record, one)
        if (value := one.read(record)) is not None
    ]
    return (max if one.high else min)(found) if found else None


def cell(record: Record, one: Column, best_peer: float | None) -> str:
    """A figure with its ratio to the best peer: above 1 is better than that. Who did the work
    wrongly or falls behind has no ratio.
    """
    value = one.read(record)
    if value is None:
        return "-"
    if not keeps_up(record, one):
        return shown(value) + (" falls behind" if one.high else "")
    if best_peer is None or min(value, best_peer) <= 0 or not sound(record, one.work):
        return shown(value)
    return f"{shown(value)} ({value / best_peer if one.high else best_peer / value:.2f})"


def shown(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown that can be read in a terminal too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        f"| {' | '.join(part.ljust(w) for part, w in zip(line, widths, strict=True))} |"
        for line in lines
    )


def figures(records: Records) -> str:
    """All tables."""
    parts = []
    for title, columns in TABLES.items():
        bests = [best(records, one) for one in columns]
        rows = [
            [name, *(cell(record, *pair) for pair in zip(columns, bests, strict=True))]
            for name, record in records.items()
            if not record.trouble
        ]
        parts.append(f"## {title}\n\n{table(['', *(one.title for one in columns)], rows)}\n")
    return "\n".join([*parts, wrongs(records), disturbed(records)])


def disturbed(records: Records) -> str:
    """How much other processes took of the machine meanwhile."""
    shares = sorted(
        figures["others"]
        for record in records.values()
        for windows in record.windows.values()
        for figures in chain.from_iterable(windows.values())
    )
    most = shares[-1] if shares else 0
    return (
        f"Other processes took {middle(shares) or 0:.0f} % of the processors meanwhile, in one "
        f"window {most:.0f} %. Above a few per cent the figures are not worth much.\n"
    )


def wrongs(records: Records) -> str:
    """What was lost and so on, of all orders that should have brought a KCI."""
    names = ("orders", *(name for name in COUNTS if name != "unsent"))
    rows = [
        [name, *(f"{record.total(WITH_KCI, one):.0f}" for one in names)]
        for name, record in records.items()
        if not record.trouble
    ]
    head = ["", *("out of order" if name == "disordered" else name for name in names)]
    return f"## What went wrong\n\n{table(head, rows)}\n"


def limits() -> str:
    """What a peer does not do."""
    head = ["", "keeps", "retries", "orders", "delays", "says the order", "checks the order"]
    ours = ["ours", "yes", "yes", "yes", "yes", "yes", "the whole contract"]
    rows = [[peer.name, "no", "no", "no", peer.delays, peer.says, peer.checks] for peer in PEERS]
    return table(head, [ours, *rows])


def machine() -> dict[str, str]:
    """Where and when."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", cpuinfo, re.MULTILINE)
    total = re.search(r"^MemTotal: +(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{cpuinfo.count('processor')} x {model[1] if model else platform.machine()}",
        "memory": f"{int(total[1]) // 1024 if total else 0} MB",
        "system": platform.system() + " " + platform.release(),
        "Python": platform.python_version(),
        "Java": first_line("java", "-version"),
        "Node.js": first_line("node", "--version"),
    }


def first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "none"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).partition("\n")[0]


def document(records: Records) -> dict[str, Any]:
    """What the JSON file holds: each round, and the medians."""
    medians = {
        name: {one.title: one.read(record) for columns in TABLES.values() for one in columns}
        for name, record in records.items()
    }
    servers = {name: asdict(record) for name, record in records.items()}
    return {"machine": machine(), "medians": medians, "servers": servers}


def page(records: Records) -> str:
    """docs/performance.md."""
    facts = [[name, value] for name, value in machine().items()]
    works = [(record, work) for record in records.values() for work in (PLAIN, WITH_KCI)]
    helped = [record.figure(work, CROWD.name, "helpers") or 0 for record, work in works]
    known = {name.partition(",")[0]: record.version for name, record in records.items()}
    versions = ", ".join(f"{name} {version}" for name, version in known.items())
    return PAGE.format(
        figures=figures(records),
        limits=limits(),
        machine=table(["", ""], facts),
        versions=versions,
        helpers=f"{min(helped):.0f} to {max(helped):.0f}",
    )


PAGE = """\
# Performance

`make bench ARGS=--page` writes this page: it is the last run. Figures of one run can be compared
with each other. Figures of another machine, or of the same machine at another time, can not.

## How it is measured

Each server gets the same order of 1.1 KB over keep-alive connections, each with an id of its own,
and posts its KCI to the same receiver. Load generator and receiver are processes of their own
(`tests/bench/load.py`, `tests/bench/receiver.py`) on the same processors. Both together took
{helpers} us of CPU for an order with 64 connections. All servers run at once. They are measured one
after another, in windows of one to one and a half seconds, round after round. A figure is the
median of its rounds. Before the first round each server gets load until its rate is steady.

* A closed loop has 64 connections or one. Each places its next order when the one before is
  answered. An open loop places 200 or 1000 orders a second, whatever the server does. The time of
  an answer counts from the moment at which the order was due. A server that does not answer fast
  enough to leave one of 64 connections free falls behind; then its times say little.
* *orders/s* counts orders with all their KCIs, until the last KCI has come.
* *Lateness* is the arrival of a KCI, less the moment at which the client saw the answer, less
  100 ms. A negative figure means that the answer took longer to reach the client than the KCI to
  reach the receiver. A KCI is *early* when it comes less than 100 ms after its order was sent.
* *CPU* is user and system time of all processes of a server, the database included.
* *Memory* is the proportional set size of the same processes.
* In brackets is the ratio to the best peer. Above 1 is better than the best peer. A server that
  lost a KCI, sent one early or refused an order has no ratio, and is nobody's best.

Ours is `simulator serve` with one scenario file, everything else as it is by default: SQLite with
`durability: normal`, a log line for each order and each KCI, the journal. "2 senders" is one
`simulator send` beside it. The peers are at their fastest: no log where they can do without, no
journal. They answer with a short text that is always the same, and their KCI holds only the order's
id. Ours answers with the order, and its KCI holds it too.

To repeat it: `make peers` installs the peers from npm (Java and Node.js are needed; on Debian
`apt-get install default-jre-headless npm`), then `make bench`. It takes about seven minutes.
`make bench ARGS=--quick` takes less than one, without peers.

{machine}

Versions: {versions}.

{figures}
## What a peer does not do

*Keeps*: what it has promised to send survives a kill of its processes. *Retries*: a KCI that the
gateway did not take is sent again. *Orders*: the second KCI of an order is not sent before the
first was taken. No peer does any of these. No peer keeps the orders themselves.

{limits}
"""
