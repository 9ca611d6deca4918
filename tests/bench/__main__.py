"""How fast it is here: `make bench`. Our server beside other mock servers on the same work
(`rounds`), then what parts of it cost within one process (`parts`), then how much one sender sends,
and two (`sizing`).

Bounded and on loopback only. Nothing is judged: a benchmark is no test.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench import page, parts, rounds, sizing
from tests.bench.ours import FEW_ROWS, ROWS
from tests.bench.peers import PEERS
from tests.bench.processes import has_postgresql
from tests.faults.stage import ROOT

PAGE = ROOT / "docs" / "performance.md"


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, fewer rows of ours")
    parser.add_argument("--only", choices=["servers", "parts", "senders"], help="a part of it")
    parser.add_argument("--servers", nargs="+", metavar="NAME", help="compare these alone")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", metavar="FILE")
    parser.add_argument("--page", action="store_true", help=f"write docs/{PAGE.name}")
    return parser.parse_args()


def contenders(rows: Sequence[rounds.Contender], names: list[str] | None) -> list[rounds.Contender]:
    """Those that are installed, of those that are wanted."""
    wanted = [one for one in (*rows, *PEERS) if names is None or one.name in names]
    for one in wanted:
        if not one.installed:
            rounds.tell(f"{one.name} is left out: it is not installed")
    return [one for one in wanted if one.installed]


def compare(options: argparse.Namespace) -> None:
    plan = rounds.QUICK if options.quick else rounds.Plan()
    rows = FEW_ROWS if options.quick and not options.servers else ROWS
    records = rounds.compare(plan, contenders(rows, options.servers))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(page.document(records), indent=1))
    sys.stdout.write(page.figures(records) + "\n")
    for name, record in records.items():
        if record.trouble:
            sys.stdout.write(f"{name} {record.trouble}\n")
    if options.page:
        PAGE.write_text(page.page(records))


def main() -> None:
    options = asked()
    if options.only in (None, "servers"):
        compare(options)
    if options.only in (None, "parts"):
        parts.measure(20 if options.quick else 100)
    if options.only in (None, "senders") and has_postgresql():
        sizing.measure(30 if options.quick else 500)


if __name__ == "__main__":
    main()
