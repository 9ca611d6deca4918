"""A million KCIs that wait: `make million`. What starting, an order, a claim, a page and the
processes' memory cost then, on both databases.

Nothing is judged; the same is measured on a store that is almost empty, in the same run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import sqlalchemy as sa

from simulator import config
from simulator.base import instants
from simulator.store import Store, lanes, tables
from simulator.world import World, open_world
from tests.bench.parts import place
from tests.bench.processes import family, memory
from tests.cli.test_processes import serving
from tests.faults.conftest import Server

KCIS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
TIMES = 200


def fill(store: Store, count: int) -> None:
    """Copy the store's first order, with all that is its own, so many times; each copy is due a
    moment later.
    """
    columns = {
        "id": "'%s' || i",
        "order": "'o' || i",
        "ref": "CAST(1000000 + i AS TEXT)",
        "number": "CAST(5000000 + i AS TEXT)",
    }
    names = {"orders": "o", "requests": "r", "lanes": "", "kcis": "k"}
    with store.write() as tx:
        seed_order = tx.execute(sa.select(tables.orders.c.id).limit(1)).scalar_one()
        for name, letter in names.items():
            table = tables.metadata.tables[name]
            own = "id" if name == "orders" else '"order"'
            picked = []
            for column in table.columns:
                text = columns.get(column.name, f't."{column.name}"')
                if column.name == "id" and name == "kcis":
                    text = "'k' || i || '-' || t.position"
                elif column.name in ("due", "wake", "due_at"):
                    text = f't."{column.name}" + i * 1000'
                picked.append(text % letter if "%s" in text else text)
            listed = ", ".join(f'"{column.name}"' for column in table.columns)
            tx.execute(
                sa.text(
                    f"INSERT INTO {name} ({listed}) WITH RECURSIVE n(i) AS "
                    f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                    f"SELECT {', '.join(picked)} FROM {name} t, n WHERE t.{own} = :first"
                ),
                {"first": seed_order},
            )


def timed(work: Callable[[int], object], times: int = TIMES) -> str:
    """Median and 99th percentile in milliseconds."""
    took = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - begun) * 1000)
    return f"{statistics.median(took):7.2f} {sorted(took)[round(times * 0.99) - 1]:8.2f}"


def inside(world: World, numbers: int) -> list[tuple[str, str]]:
    supplier, store = world.default, world.store

    def receive(number: int) -> None:
        place(supplier, supplier.dialect.sample("provide", None, numbers + number))

    def claim(_: int) -> None:
        with store.write() as tx:
            lanes.pending(tx)
            tx.wall += instants.HOUR
            assert lanes.claim(tx, supplier.name, 64)

    return [
        (
            "an order received and committed",
            timed(receive),
        ),
        ("a claim of 64", timed(claim)),
    ]


def outside(folder: Path, url: str) -> list[tuple[str, str]]:
    begun = time.perf_counter()
    with (
        serving(folder, "--store", url, "--gateway-url", "http://127.0.0.1:9") as (
            process,
            address,
        ),
        requests.Session() as http,
    ):
        started = time.perf_counter() - begun
        http.trust_env = False

        def get(path: str) -> Callable[[int], Any]:
            return lambda _: http.get(f"{address}/__admin{path}", timeout=60).raise_for_status()

        for path in ("/orders?limit=100", "/kcis?limit=100", "/kcis?limit=100&state=waiting"):
            get(path)(0)
        deep = http.get(f"{address}/__admin/kcis?limit=1000", timeout=60).json()["next"] or ""
        pages = [
            ("a page of 100 orders", timed(get("/orders?limit=100"), 50)),
            ("a page of 100 KCIs", timed(get("/kcis?limit=100"), 50)),
            ("a page of those in one state", timed(get("/kcis?limit=100&state=waiting"), 50)),
            ("a page further on", timed(get(f"/kcis?limit=100&after={quote(deep)}"), 50)),
            ("health", timed(get("/health"), 20)),
        ]
        weight = memory(family(process.pid))
    return [
        ("start, to the first line (s)", f"{started:7.2f}"),
        *pages,
        ("all processes (PSS, MiB)", f"{weight:7.0f}"),
    ]


def measured(folder: Path, url: str, count: int) -> list[tuple[str, str]]:
    overrides = {
        "store": {"url": url},
        "gateway": {"url": "http://127.0.0.1:9"},
        "suppliers": [{"name": "default", "path": "/"}],
    }
    world = open_world(config.load(environment={}, overrides=overrides), "http://127.0.0.1:1")
    place(world.default, world.default.dialect.sample("provide", None, 1))
    fill(world.store, count)
    if not world.store.is_sqlite:
        with world.store.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(sa.text("ANALYZE"))
    found = inside(world, 9_000_000)
    world.close()
    return found + outside(folder, url)


def main() -> None:
    with ExitStack() as held:
        server = Server()
        held.callback(server.close)
        for name in ("sqlite", "postgresql"):
            columns = []
            for count in (30, KCIS):
                folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
                url = (
                    f"sqlite:///{folder}/s.db" if name == "sqlite" else server.database(f"m{count}")
                )
                columns.append(measured(folder, url, count // 3))
            sys.stdout.write(f"\n{name}: median and p99, ms{'30 KCIs':>22}{f'{KCIS} KCIs':>22}\n")
            for (what, few), (_, many) in zip(*columns, strict=True):
                sys.stdout.write(f"{what:<34}{few:>18}{many:>22}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    os.environ["SIMULATOR_SUPPLIERS"] = '[{"name": "default", "path": "/"}]'
    main()
