"""A whole simulator from its settings: the store, each supplier with its scenarios, and the sender that serves them all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from simulator import __version__, dialects, instants, rehearsal
from simulator.clock import wall
from simulator.config import Config, SupplierConfig
from simulator.dialects import Dialect
from simulator.errors import Conflict, Invalid, Problem, nearest
from simulator.scenario import Book, read_folder
from simulator.sender import Sender, Target
from simulator.store import OPEN, Store, clocks
from simulator.supplier import Supplier

BEAT_LASTS = 10 * instants.SECOND


@dataclass(slots=True)
class World:
    """Open it with `open_world`, close it when done. `suppliers` are by name, in the order of the settings."""

    config: Config
    store: Store
    suppliers: dict[str, Supplier]
    begun: int

    @property
    def default(self) -> Supplier:
        return next(iter(self.suppliers.values()))

    def close(self) -> None:
        self.store.close()

    def sender(self) -> Sender:
        """A sender for all suppliers of this world."""
        targets = {name: Target(dialect=supplier.dialect, gateway=supplier.config.gateway) for name, supplier in self.suppliers.items()}
        some = self.default
        return Sender(self.store, targets, self.config.delivery, run_seed=some.run_seed, fixed_seed=some.fixed_seed)

    def health(self) -> dict[str, Any]:
        """How we are, and how each gateway is, without confusing the two."""
        now = wall()
        with self.store.read() as tx:
            beat = clocks.last_beat(tx)
        totals = [supplier.totals() for supplier in self.suppliers.values()]
        sender = {
            "alive": now - beat < BEAT_LASTS,
            "waiting": sum(total.get(state, 0) for total in totals for state in OPEN),
            "dead": sum(total.get("dead", 0) for total in totals),
        }
        return {
            "status": "ok" if sender["alive"] else "degraded",
            "version": __version__,
            "uptime_s": round((now - self.begun) / instants.SECOND, 1),
            "gateways": [_gateway_health(supplier) for supplier in self.suppliers.values()],
            "sender": sender,
        }


def open_world(config: Config, base_url: str, *, beginning: bool = True) -> World:
    """Open the store and read every scenario; at the `beginning` of a simulator, not of each of its processes, set the clocks.

    `base_url` is this server's own: the pretend gateway's home.
    Invalid lists what is wrong with scenarios and settings, Unavailable what is wrong with the store.
    """
    config = replace(config, suppliers=tuple(_with_gateway(supplier, config, base_url) for supplier in config.suppliers))
    books: dict[str, Book] = {}
    problems: list[Problem] = []
    for supplier in config.suppliers:
        try:
            books[supplier.name] = open_book(supplier, rehearse=beginning)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    store = Store(config.store.url, durability=config.store.durability, pool=config.server.threads + 4)
    run_seed = config.seed if config.seed is not None else store.root_seed
    suppliers = {
        supplier.name: Supplier(
            supplier, dialects.get(supplier.dialect, supplier.contract), books[supplier.name], store,
            run_seed=run_seed, fixed_seed=config.seed is not None, max_delay=config.server.max_delay,
        )
        for supplier in config.suppliers
    }  # fmt: skip
    if beginning:
        _begin_clocks(config, store)
    return World(config=config, store=store, suppliers=suppliers, begun=wall())


def _begin_clocks(config: Config, store: Store) -> None:
    """Several processes open one store at the same moment: whoever loses finds the clocks set."""
    for last in (False, False, True):
        try:
            with store.write() as tx:
                for supplier in config.suppliers:
                    clocks.begin(tx, supplier.name, supplier.clock.mode, supplier.clock.rate)
            return
        except Conflict:
            if last:
                raise


def open_book(supplier: SupplierConfig, *, rehearse: bool = True) -> Book:
    """A supplier's scenarios, read, and rehearsed unless another process did that just now. Invalid lists every problem of every file."""
    dialect = dialects.get(supplier.dialect, supplier.contract)
    folder = Path(supplier.scenarios) if supplier.scenarios else shipped_folder(supplier.dialect)
    if not folder.is_dir():
        raise Invalid([Problem(message=f"suppliers: {supplier.name}: there is no folder of scenarios `{folder}`")])
    book = read_folder(folder, dialect.vocabulary, supplier.default)
    rehearsed = book.scenarios.values() if rehearse else ()
    problems = [problem for scenario in rehearsed for problem in rehearsal.faults(scenario, dialect)]
    if problems:
        raise Invalid(problems)
    return book


def shipped_folder(dialect: str) -> Path:
    """Where the scenarios that come with the simulator lie: inside an installed wheel, or beside the package in a checkout."""
    package = Path(str(resources.files("simulator")))
    for root in (package / "scenarios", package.parent / "scenarios"):
        if (root / dialect).is_dir():
            return root / dialect
    raise Invalid([Problem(message=f"no scenarios for {dialect} were installed: install the package again")])


def supplier_of(world: World, name: str) -> Supplier:
    """A supplier by name. Invalid names the nearest."""
    if name not in world.suppliers:
        raise Invalid([Problem(message=f"no supplier `{name}`", hint=nearest(name, world.suppliers))])
    return world.suppliers[name]


def dialect_of_file(path: Path, wanted: str | None) -> Dialect:
    """The dialect that a scenario file is checked by: asked for, or its folder's name, or the first that exists."""
    name = wanted or next((part for part in reversed(path.absolute().parts) if part in dialects.names()), dialects.names()[0])
    return dialects.get(name)


def pretend_path(config: Config, supplier: str) -> str:
    """Where a supplier's pretend gateway is mounted: the first one's at the configured path, the others' below it."""
    first = supplier == config.suppliers[0].name
    return config.pretend_gateway.path if first else f"{config.pretend_gateway.path}/{supplier}"


def _with_gateway(supplier: SupplierConfig, config: Config, base_url: str) -> SupplierConfig:
    if supplier.gateway.url is not None:
        return supplier
    return replace(supplier, gateway=replace(supplier.gateway, url=base_url + pretend_path(config, supplier.name)))


def _gateway_health(supplier: Supplier) -> dict[str, Any]:
    last = supplier.last_delivery()
    url = supplier.config.gateway.url
    if last is None:
        return {"url": url, "state": "unknown", "since": None, "reason": "nothing was sent yet"}
    code = last.response.get("code")
    well = code is not None and 200 <= code < 300
    reason = "" if well else str(last.response.get("error") or f"answered {code}")
    return {"url": url, "state": "ok" if well else "failing", "since": instants.format_instant(last.at), "reason": reason}
