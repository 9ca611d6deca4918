"""What parts of the simulator cost within one process. Every figure stands beside a yardstick taken
in the same run, because machines are noisy. `python -m tests.bench.parts` runs it alone.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import requests

from simulator import config
from simulator.dialects.routes import router_of
from simulator.model import Incoming
from simulator.store import run_tasks
from simulator.supplier import Supplier
from simulator.web import Embedded
from simulator.world import open_world
from tests.receiver import Receiver

LONG = """
scenario: LONG
about: Six weeks, nine messages.
reply: accept
timeline:
  - {after: 1d, send: ACKNOWLEDGED}
  - {after: 4d, send: COMMITTED}
  - {after: 4d, send: UPDATE}
  - {after: 4d, send: UPDATE}
  - {after: 4d, send: UPDATE}
  - {after: 4d, send: DELAY}
  - {after: 4d, send: RESUMED}
  - {after: 4d, send: UPDATE}
  - {after: 4d, send: COMPLETED}
"""


def settings(folder: str, **overrides: object) -> config.Config:
    base = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{folder}/s.db"},
        "clock": {"mode": "manual"},
    }
    return config.load(environment={}, overrides={**base, **overrides})


def each(times: int, work: Callable[[int], object]) -> float:
    """Milliseconds for one, over `count`, after a tenth of them to warm up."""
    for number in range(times // 10):
        work(-number - 1)
    begun = time.perf_counter()
    for number in range(times):
        work(number)
    return (time.perf_counter() - begun) * 1000 / times


def bench_commit(folder: str, orders: int) -> float:
    """The yardstick: one JSON document and one row in one committed SQLite transaction, by hand."""
    connection = sqlite3.connect(f"{folder}/y.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "CREATE TABLE t (id INTEGER PRIMARY KEY, document TEXT)"
    )
    document = {"id": 1, "tenant": "T", "items": [{"name": "A", "value": "1"}] * 10}

    def work(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (document) VALUES (?)", (json.dumps(document),))
        connection.execute("COMMIT")

    taken = each(orders, work)
    connection.close()
    return taken


def bench_receive(folder: str, name: str, orders: int) -> float:
    """One order read, played and committed, without HTTP."""
    world = open_world(settings(folder), "http://127.0.0.1:1")
    supplier = world.supplier(name)
    operation = supplier.dialect.sample_operations("create")[0]
    taken = each(
        orders,
        lambda number: place(supplier, supplier.dialect.sample(operation, None, number + 10_000)),
    )
    world.close()
    return taken


def place(supplier: Supplier, sample: Incoming) -> None:
    route, variables = router_of(supplier.dialect.routes).match(sample.method, sample.path)
    task = supplier.receive(replace(sample, variables=variables), route)
    assert run_tasks(supplier.store, [task])[0].code < 300


def bench_amendments(folder: str, orders: int, *, one_order: bool) -> float:
    """The 99th percentile of `orders` amendments by eight clients, without HTTP: all of one order,
    or each client's of an order of its own.
    """
    world = open_world(settings(folder), "http://127.0.0.1:1")
    supplier = world.default
    base = 1_000_000 if one_order else 2_000_000
    sample = supplier.dialect.sample("provide", None, base)
    for client in range(8):
        body = json.dumps({**json.loads(sample.body), "id": base + client}).encode()
        headers = {**sample.headers, "x-scenario": "ORDER_ACKNOWLEDGED"}
        place(supplier, replace(sample, body=body, headers=headers))
    taken: list[float] = []

    def amend(client: int) -> None:
        order = base if one_order else base + client
        for number in range(orders // 8):
            document = {"id": base + 10_000 * client + number, "orderId": order, "notes": "x"}
            body = json.dumps(document).encode()
            begun = time.perf_counter()
            place(supplier, replace(sample, path="/service-order-amendments", body=body))
            taken.append((time.perf_counter() - begun) * 1000)

    clients = [threading.Thread(target=amend, args=(client,)) for client in range(8)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    world.close()
    return sorted(taken)[len(taken) * 99 // 100]


def bench_made(folder: str, orders: int) -> float:
    """One throw-away supplier made and deleted, without HTTP."""
    world = open_world(settings(folder), "http://127.0.0.1:1")
    taken = each(orders, lambda number: world.remove(world.make({})[0].name))
    world.close()
    return taken


def bench_posts(receiver: Receiver, orders: int) -> float:
    """The yardstick: one POST after another to the receiver, on one connection."""
    with requests.Session() as http:
        http.trust_env = False
        taken = each(
            orders,
            lambda number: http.post(
                f"{receiver.url}/kcis", data=b'{"provideServiceOrder": {"id": 0}}', timeout=10
            ),
        )
    receiver.arrivals.clear()
    return taken


def bench_delivery(folder: str, receiver: Receiver, orders: int) -> float:
    """Milliseconds for one KCI of many orders that fall due at once: claimed, posted, settled."""
    with Embedded(settings(folder, gateway={"url": receiver.url})) as simulator:
        supplier = simulator.world.default
        for number in range(orders):
            sample = supplier.dialect.sample("provide", None, number + 1)
            place(supplier, replace(sample, headers={**sample.headers, "x-kci-delay": "1"}))
        begun = time.perf_counter()
        mover = threading.Thread(
            target=lambda: simulator.world.default.advance(
                by=10_000_000, settle=False, within=60_000_000
            )
        )
        mover.start()
        receiver.wait_for(3 * orders, within=120)
        taken = (time.perf_counter() - begun) * 1000 / (3 * orders)
        mover.join()
    return taken


def bench_advance(
    folder: str, receiver: Receiver, times: int, waiting: int
) -> tuple[float, float, float]:
    """An order of six weeks with nine KCIs, advanced over HTTP to its end: in a supplier of its
    own, and beside orders that wait.

    Milliseconds: alone, while another supplier has `waiting` orders waiting, and while its own
    supplier has them too.
    """
    (Path(folder) / "long.yaml").write_text(LONG)
    suppliers = [
        {"name": name, "path": f"/{name}", "scenarios": folder, "only": True, "default": "LONG"}
        for name in ("a", "b")
    ]
    gateway = {"url": receiver.url, "auth": {"kind": "none"}}
    with (
        Embedded(settings(folder, gateway=gateway, suppliers=suppliers)) as simulator,
        requests.Session() as http,
    ):
        http.trust_env = False
        supplier, other = simulator.world.suppliers.values()

        serials = count(1_000_000)

        def one(number: int) -> None:
            place(supplier, supplier.dialect.sample("provide", None, next(serials)))
            url = f"{simulator.url}/__admin/suppliers/a/clock/advance"
            assert len(http.post(url, json={"by": "42d"}, timeout=60).json()["kcis"]) >= 9

        alone = each(times, one)
        for number in range(waiting):
            place(other, other.dialect.sample("provide", None, number + 1))
        beside = each(times, one)
        return alone, beside, bench_crowd(supplier, times, waiting)


def bench_crowd(supplier: Supplier, times: int, waiting: int) -> float:
    """One step of the clock of a supplier with many orders that wait for later."""
    for number in range(waiting):
        place(supplier, supplier.dialect.sample("provide", None, number + 1))
    return each(times, lambda number: supplier.advance(by=1000, within=60_000_000))


def measure(orders: int) -> None:
    """All of it, with so many orders for each figure; thirty times as many wait."""
    waiting = 30 * orders
    with tempfile.TemporaryDirectory() as three, Receiver() as receiver:
        alone, beside, crowd = bench_advance(three, receiver, min(orders, 30), waiting)
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        Receiver() as receiver,
    ):
        commit, made = bench_commit(one, orders), bench_made(one, orders)
        apart, together = (bench_amendments(one, orders, one_order=so) for so in (False, True))
        receive = {name: bench_receive(one, name, orders) for name in ("default", "mef")}
        post, deliver = bench_posts(receiver, orders), bench_delivery(two, receiver, orders)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        f"one committed row by hand      {commit:7.2f} ms",
        *(
            f"one order received, {name:<11}{taken:7.2f} ms   {taken / commit:6.1f} x"
            for name, taken in receive.items()
        ),
        f"amendments of 8 orders, p99    {apart:7.2f} ms",
        f"... of one order, p99          {together:7.2f} ms   {together / apart:6.2f} x",
        f"one supplier made and deleted  {made:7.2f} ms   {made / commit:6.1f} x",
        f"one POST by requests           {post:7.2f} ms",
        f"one KCI sent and settled       {deliver:7.2f} ms   {deliver / post:6.1f} x",
        f"six weeks and nine KCIs        {alone:7.2f} ms   {alone / post / 9:6.1f} x a KCI",
        f"... beside {waiting:6} that wait   {beside:7.2f} ms   {beside / alone:6.2f} x alone",
        f"a step among {waiting:6} that wait {crowd:7.2f} ms",
        f"memory of all this at its peak {memory:7.0f} MiB",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    measure(100)
