"""A whole simulator from its settings: the store, each supplier with its scenarios, and the sender that serves them all.

Standing suppliers come from the settings; throw-away ones are rows of the store, made and removed while the simulator runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from simulator import __version__, dialects, instants, rehearsal, seed, strict_json
from simulator.clock import monotonic, wall
from simulator.config import Config, SupplierConfig, make_supplier
from simulator.dialects import Dialect
from simulator.errors import Conflict, Invalid, Problem, Refused, nearest
from simulator.model import Scenario
from simulator.scenario import Book, read_folder
from simulator.sender import Sender, Target
from simulator.store import OPEN, Store, Tx, clocks, holds, outbox, senders, suppliers, uploads
from simulator.store.suppliers import Called, Made
from simulator.supplier import Supplier
from simulator.supplier.shelf import checked
from simulator.supplier.waiting import Lookout

log = logging.getLogger("simulator.world")

BEAT_LASTS = 10 * instants.SECOND
MANY = 100_000
COUNTED_LASTS = 10 * instants.SECOND
MADE = "/suppliers"
"""Below this path are the suppliers that were made while the simulator ran."""

MOST_KNOWN = 1000


@dataclass(slots=True)
class World:
    """Open it with `open_world`, close it when done. `suppliers` are the standing ones, by name, in the order of the settings."""

    config: Config
    store: Store
    lookout: Lookout
    suppliers: dict[str, Supplier]
    begun: int
    base_url: str = ""
    known: dict[str, tuple[str, Supplier]] = field(default_factory=dict)
    shipped: dict[str, Book] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    counted_until: int = 0

    @property
    def default(self) -> Supplier:
        return next(iter(self.suppliers.values()))

    def close(self) -> None:
        self.store.close()

    def sender(self) -> Sender:
        """A sender for all suppliers of this world."""
        return Sender(self.store, self._target, self.config.delivery, self.config.journal)

    def _target(self, tx: Tx, name: str) -> Target | None:
        supplier = self.find(tx, name, hold=True)
        if supplier is None:
            return None
        return Target(
            dialect=supplier.dialect, gateway=supplier.config.gateway, policy=supplier.config.policy, run_seed=supplier.run_seed,
            fixed_seed=supplier.fixed_seed, label=supplier.label,
        )  # fmt: skip

    # ---- throw-away suppliers ------------------------------------------------------------------------------------------

    def find(self, tx: Tx, name: str, *, hold: bool = False) -> Supplier | None:
        """A supplier by name as it is now: standing, or made by any process of this store; on `hold` it stays while `tx` lasts."""
        if name in self.suppliers:
            return self.suppliers[name]
        made = suppliers.one(tx, name, hold=hold)
        return self._made(made) if made else None

    def supplier(self, name: str) -> Supplier:
        """A supplier by name. Invalid names the nearest."""
        with self.store.read() as tx:
            found = self.find(tx, name)
            if found is None:
                names = [*self.suppliers, *(made.name for made in suppliers.every(tx))]
                raise Invalid([Problem(message=f"no supplier `{name}`", hint=nearest(name, names))])
        return found

    def every(self) -> list[Supplier]:
        """The standing suppliers, then those that were made, the oldest first."""
        with self.store.read() as tx:
            made = [self._made(row) for row in suppliers.every(tx)]
        return [*self.suppliers.values(), *(supplier for supplier in made if supplier)]

    def make(
        self, given: Mapping[str, Any], *, scenarios: Sequence[str] = (), tenant: str = "", client: str = "", instead_of: str = ""
    ) -> Supplier:
        """Make a throw-away supplier from a checked entry without path and scenarios. Refused when its name is taken or a word wrong.

        `scenarios` are texts of its own, over those that are here; Invalid says what is wrong with one.
        With a `tenant` or an OAuth `client`, it also answers their requests at the path of the standing supplier `instead_of`: by
        default the first one of its contract.
        """
        name = given.get("name") or f"s{seed.unique().replace('-', '')[:12]}"
        entry = {**given, "name": name, "path": f"{MADE}/{name}"}
        config = _with_gateway(make_supplier(entry, self.config.common), self.config, self.base_url)
        entry["gateway"] = {**given.get("gateway", {}), "url": config.gateway.url}  # a sender on another machine knows no base URL
        own = [checked(text, dialects.get(config.dialect, config.contract)) for text in scenarios]
        names = [scenario.name for scenario in own]
        if twice := {name for name in names if names.count(name) > 1}:
            raise Refused("invalid", [f"scenarios: {', '.join(sorted(twice))} is there twice"])
        book = self._book(config.dialect)
        if config.default and config.default not in names:
            book.named(config.default, "default", "create")
        for scenario in own:
            replace(book, default=config.default or book.default).guard_default(scenario)
        called = self._called(config.dialect, tenant, client, instead_of)
        try:
            with self.store.write() as tx:
                if name in self.suppliers:
                    raise Conflict(f"name: there is a supplier {name} already")
                made = suppliers.add(tx, name, entry, called)
                clocks.begin(tx, name, config.clock.mode, config.clock.rate)
                for scenario in own:
                    uploads.put(tx, name, scenario.name, scenario.digest, scenario.source)
        except Conflict as error:
            raise Refused("conflict", [str(error)]) from None
        return self._made(made) or self.supplier(name)

    def _called(self, dialect: str, tenant: str, client: str, instead_of: str) -> Called:
        """At which standing supplier's path it is called too. Refused where there is none of its contract."""
        if not (tenant or client):
            return Called()
        fits = [name for name, supplier in self.suppliers.items() if supplier.dialect.name == dialect]
        if instead_of and instead_of not in fits:
            raise Refused("invalid", [f"instead_of: no standing supplier of {dialect} is named {instead_of} ({nearest(instead_of, fits)})"])
        if not fits:
            raise Refused("invalid", [f"tenant: no standing supplier speaks {dialect}: there is no path to be called at"])
        return Called(standing=instead_of or fits[0], tenant=tenant, client=client)

    def called(self, tx: Tx, standing: Supplier, tenant: str, client: str) -> Supplier:
        """Who answers a request at a standing supplier's path: a made one that this tenant or client calls, else itself."""
        made = suppliers.called(tx, standing.name, tenant, client) if tenant or client else None
        return (self._made(made) if made else None) or standing

    def remove(self, name: str) -> None:
        """Delete a throw-away supplier and all that is its own. Refused when there is none, or it is a standing one."""
        if name in self.suppliers:
            raise Refused("conflict", [f"name: {name} stands in the settings: only a supplier that was made can be deleted"])
        with self.store.write() as tx:
            if not suppliers.remove(tx, name):
                raise Refused("not_found", [f"no supplier {name[:80]}"])
        self.known.pop(name, None)

    def _made(self, made: Made) -> Supplier | None:
        """The supplier of a row, made once in each process; None, and a word in the log, where its settings do not fit any more."""
        edition, supplier = self.known.get(made.name, ("", None))
        if supplier is None or edition != made.edition:
            try:
                config = make_supplier(made.settings, self.config.common)
                book = self._book(config.dialect)
            except Invalid as error:
                log.error("the supplier %s cannot be used: %s; delete it and make it anew", made.name, error)
                return None
            supplier = _supplier(config, book, self.lookout, self.config, made.called)
            self.known[made.name] = (made.edition, supplier)
            for oldest in list(self.known)[:-MOST_KNOWN]:
                self.known.pop(oldest, None)
        return supplier

    def _book(self, dialect: str) -> Book:
        """The scenarios of the first standing supplier of a contract, else the shipped ones."""
        book = next((supplier.book for supplier in self.suppliers.values() if supplier.dialect.name == dialect), None)
        if book is None:
            book = self.shipped.get(dialect) or read_folder(shipped_folder(dialect), dialects.get(dialect).vocabulary)
            self.shipped[dialect] = book
        return book

    def health(self) -> dict[str, Any]:
        """How we are, and how each gateway is, without confusing the two."""
        now = wall()
        with self.store.read() as tx:
            alive, running = self._alive(tx), senders.every(tx)
            totals, held = self._totals(tx), holds.every(tx)
            made = [found for name in held if name not in self.suppliers and (found := self.find(tx, name))]
        waiting = sum(totals.get(state, 0) for state in OPEN)
        return {
            "status": "ok" if alive else "degraded",
            "version": __version__,
            "uptime_s": round((now - self.begun) / instants.SECOND, 1),
            "gateways": [supplier.gateway() for supplier in (*self.suppliers.values(), *made)],
            "sender": {
                "alive": alive,
                "waiting": waiting,
                "dead": totals.get("dead", 0),
                "running": [_sender_shape(row) for row in running],
            },
        }

    def _alive(self, tx: Tx) -> bool:
        return tx.wall - senders.last_beat(tx) < BEAT_LASTS

    def _totals(self, tx: Tx) -> dict[str, int]:
        """KCIs by state. To count a million takes a second: then it is not done anew for every question."""
        if monotonic() >= self.counted_until:
            self.counted = outbox.totals(tx)
            self.counted_until = monotonic() + COUNTED_LASTS if sum(self.counted.values()) > MANY else 0
        return self.counted

    def gauges(self) -> dict[str, tuple[str, dict[str, float]]]:
        """What is counted in the store: for `metrics.exposed`."""
        now = wall()
        with self.store.read() as tx:
            totals: dict[str, float] = dict(self._totals(tx))
            held: dict[str, float] = dict(holds.totals(tx))
            alive = self._alive(tx)
        pending = sum(totals.get(state, 0) for state in OPEN)
        return {
            "kcis": ("KCIs by state.", totals),
            "kcis_pending": ("KCIs that are not settled: waiting, on their way, paused.", {"": pending}),
            "gateways_held": ("Gateways that get nothing, or one message at a time, by why.", held),
            "sender_alive": ("Whether a sender gave a sign of life in the last ten seconds.", {"": float(alive)}),
            "uptime_seconds": ("How long this process runs.", {"": (now - self.begun) / instants.SECOND}),
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
    lookout = Lookout(store)
    standing = {supplier.name: _supplier(supplier, books[supplier.name], lookout, config) for supplier in config.suppliers}
    if beginning:
        _begin_clocks(config, store)
    return World(config=config, store=store, lookout=lookout, suppliers=standing, begun=wall(), base_url=base_url)


def _supplier(supplier: SupplierConfig, book: Book, lookout: Lookout, config: Config, called: Called | None = None) -> Supplier:
    """A supplier over an open store; its own seed counts before that of the whole simulator."""
    fixed = supplier.seed if supplier.seed is not None else config.seed
    store = lookout.store
    return Supplier(
        supplier, dialects.get(supplier.dialect, supplier.contract), book, store, run_seed=store.root_seed if fixed is None else fixed,
        fixed_seed=fixed is not None, max_delay=config.server.max_delay, lookout=lookout, called=called,
    )  # fmt: skip


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
    contract = strict_json.canonical(supplier.contract)
    problems = [problem for scenario in rehearsed for problem in _rehearse(scenario, dialect, contract)]
    if problems:
        raise Invalid(problems)
    return book


_rehearsed: dict[tuple[str, str, str], list[Problem]] = {}


def _rehearse(scenario: Scenario, dialect: Dialect, contract: str) -> list[Problem]:
    """What of a scenario its contract forbids: always the same for one text and one contract, and so asked once in a process."""
    key = (scenario.file, scenario.digest, contract)  # the digest is the dialect's too
    if key not in _rehearsed:
        _rehearsed[key] = rehearsal.faults(scenario, dialect)
    return _rehearsed[key]


def shipped_folder(dialect: str) -> Path:
    """Where the scenarios that come with the simulator lie: inside an installed wheel, or beside the package in a checkout."""
    package = Path(str(resources.files("simulator")))
    for root in (package / "scenarios", package.parent / "scenarios"):
        if (root / dialect).is_dir():
            return root / dialect
    raise Invalid([Problem(message=f"no scenarios for {dialect} were installed: install the package again")])


def dialect_of_file(path: Path, wanted: str | None) -> Dialect:
    """The dialect that a scenario file is checked by: asked for, or its folder's name, or the first that exists."""
    name = wanted or next((part for part in reversed(path.absolute().parts) if part in dialects.names()), dialects.names()[0])
    return dialects.get(name)


def pretend_path(config: Config, supplier: str) -> str:
    """Where a supplier's pretend gateway is: the first one's at the configured path, the others' and those of made ones below it."""
    standing = [known.name for known in config.suppliers]
    below = "" if supplier == standing[0] else f"/{supplier}" if supplier in standing else f"{MADE}/{supplier}"
    return config.pretend_gateway.path + below


def _with_gateway(supplier: SupplierConfig, config: Config, base_url: str) -> SupplierConfig:
    if supplier.gateway.url is not None:
        return supplier
    return replace(supplier, gateway=replace(supplier.gateway, url=base_url + pretend_path(config, supplier.name)))


def _sender_shape(row: senders.SenderRow) -> dict[str, Any]:
    since, beat = instants.format_instant(row.started_wall), instants.format_instant(row.beat_wall)
    return {"host": row.host, "pid": row.pid, "version": row.version, "since": since, "last_sign": beat}
