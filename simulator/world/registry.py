"""The suppliers of one simulator: standing ones, and throw-away ones made while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulator import dialects
from simulator.base import seed
from simulator.base.errors import Invalid, Problem, Refused, nearest
from simulator.config import Config, SupplierConfig, make_supplier
from simulator.config.targets import refusals
from simulator.rehearsal.books import open_book
from simulator.scenario import ties, unstartable
from simulator.store import Store, Tx, clocks, gateway_states, suppliers, upkeep, uploads
from simulator.store.suppliers import Called, Made
from simulator.supplier import Supplier
from simulator.supplier.scenario_set import Files, checked_all
from simulator.supplier.waiting import Waits
from simulator.world.health import Health
from simulator.world.reloading import Reloaded, Reloading
from simulator.world.routes import Routes

if TYPE_CHECKING:
    from simulator.sender import Sender

log = logging.getLogger("simulator.world")


MADE = "/suppliers"
"""The path below which throw-away suppliers are."""

MOST_KNOWN = 1000


@dataclass(slots=True)
class World:
    """Open it with `open_world`, close it when done.

    `suppliers` are the standing ones, by name, in the order of the settings. `reload_others` asks
    the other web processes to read their scenario files again.
    """

    config: Config
    store: Store
    waits: Waits
    suppliers: dict[str, Supplier]
    health_of: Health
    reloading: Reloading
    base_url: str = ""
    known: dict[str, tuple[str, Supplier]] = field(default_factory=dict)
    shipped: dict[str, tuple[SupplierConfig, Files]] = field(default_factory=dict)
    routes: Routes = field(init=False)
    reload_others: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.routes = Routes(self.store)

    @property
    def default(self) -> Supplier:
        return next(iter(self.suppliers.values()))

    def close(self) -> None:
        self.store.close()

    def reopen(self) -> None:
        """Go on with a world that was closed before this process was forked."""
        self.store.reopen()
        self.health_of = Health(self.store)

    def reload(self) -> Reloaded:
        """Read the scenario files of all suppliers again, in this process."""
        standing = [(one.config, one.scenario_set.files) for one in self.suppliers.values()]
        return self.reloading.run([*standing, *self.shipped.values()])

    def sender(self) -> Sender:
        """A sender for all suppliers of this world.

        It brings the HTTP client along, which is half as big as all the rest: a web process does
        without.
        """
        from simulator.sender import Sender, Target

        def target(tx: Tx, name: str) -> Target | None:
            supplier = self.find(tx, name, lock=True)
            if supplier is None:
                return None
            return Target(
                dialect=supplier.dialect,
                gateway=supplier.config.gateway,
                policy=supplier.config.policy,
                run_seed=supplier.run_seed,
                fixed_seed=supplier.fixed_seed,
                calendar=supplier.config.calendar,
                label=supplier.label,
                links=supplier.links,
            )

        own = self.config
        tidying = upkeep.Upkeep(self.store, target, own.journal, own.orders)
        return Sender(self.store, target, own.delivery, tidying, own.targets)

    # ---- throw-away suppliers

    def find(self, tx: Tx, name: str, *, lock: bool = False) -> Supplier | None:
        """A supplier by name, standing or made by any process of this store.

        With `lock`, it cannot be deleted before `tx` ends.
        """
        if name in self.suppliers:
            return self.suppliers[name]
        return self._found(suppliers.one(tx, name, lock=lock))

    def supplier(self, name: str) -> Supplier:
        """A supplier by name. Invalid names the nearest."""
        with self.store.read() as tx:
            found = self.find(tx, name)
            if found is None:
                names = [*self.suppliers, *(made.name for made in suppliers.every(tx))]
                raise Invalid([Problem(message=f"no supplier `{name}`", hint=nearest(name, names))])
        return found

    def made(self, name: str) -> Supplier | None:
        """A throw-away supplier by name as it is now; None where there is none."""
        with self.store.read() as tx:
            found = self.find(tx, name)
        return found if found and found.name not in self.suppliers else None

    def made_at(self, name: str) -> tuple[Supplier | None, str]:
        """Which throw-away supplier answers at its own path, and by which version of the list of
        suppliers it was found (`Routes`).
        """
        if name in self.suppliers:
            return None, ""
        return self.routes.find((name,), lambda tx: self._found(suppliers.one(tx, name)))

    def end_waits(self) -> None:
        """Let everyone who waits for news go, because this process ends."""
        self.store.subscriptions.end()

    def every(self) -> list[Supplier]:
        """The standing suppliers, then those that were made, the oldest first."""
        with self.store.read() as tx:
            made = [self._made(row) for row in suppliers.every(tx)]
        return [*self.suppliers.values(), *(supplier for supplier in made if supplier)]

    def make(
        self,
        given: Mapping[str, Any],
        *,
        scenarios: Sequence[str] = (),
        tenant: str = "",
        client: str = "",
        instead_of: str = "",
    ) -> tuple[Supplier, list[Problem]]:
        """Make a throw-away supplier from a checked entry without path and scenarios; with what may
        be wrong with its scenarios.

        `scenarios` are texts of its own; they replace shipped ones of the same name. With a
        `tenant` or an OAuth `client` it also answers their requests at the path of the standing
        supplier `instead_of`, by default the first one of its contract. Refused when a name is
        taken or unknown, Invalid when a scenario is wrong.
        """
        name = given.get("name") or f"s{seed.secret()[:12]}"
        entry = {**given, "name": name, "path": f"{MADE}/{name}"}
        config = with_gateway(make_supplier(entry, self.config.common), self.config, self.base_url)
        if refused := list(refusals(self.config.targets, config)):
            raise Invalid([Problem(message=message) for message in refused])
        # A sender on another machine does not know this base URL: keep it.
        entry["gateway"] = {**given.get("gateway", {}), "url": config.gateway.url}
        book = self._files(config.dialect).book
        contract = dialects.get(config.dialect, config.contract)
        own, warnings = checked_all(scenarios, contract, book)
        names = [scenario.name for scenario in own]
        if twice := {name for name in names if names.count(name) > 1}:
            raise Refused("invalid", [f"scenarios: {', '.join(sorted(twice))} is there twice"])
        if config.default and config.default not in names:
            book.named(config.default, "default", "create")
        rest = [one for one in book.scenarios.values() if one.name not in names]
        if wrong := unstartable([*own, *rest], names):
            raise Invalid(wrong)
        for scenario in own:
            replace(book, default=config.default or book.default).guard_default(scenario)
        called = self._called(config.dialect, tenant, client, instead_of)
        if name in self.suppliers:
            raise Refused("conflict", [f"name: there is a supplier {name} already"])

        def add(tx: Tx) -> Made:
            made = suppliers.add(tx, name, entry, called)
            clocks.begin(tx, name, config.clock.mode, config.clock.rate)
            for scenario in own:
                uploads.put(tx, name, scenario.name, scenario.digest, scenario.source)
            return made

        supplier = self._made(self.store.run(add)) or self.supplier(name)
        together = list(supplier.book.scenarios.values())
        for scenario in own:
            warnings += ties(together, about=scenario.name)
        return supplier, list(dict.fromkeys(warnings))

    def _called(self, dialect: str, tenant: str, client: str, instead_of: str) -> Called:
        """At which standing supplier's path it is called too. Refused when there is none."""
        if not (tenant or client):
            return Called()
        fits = [
            name for name, supplier in self.suppliers.items() if supplier.dialect.name == dialect
        ]
        if instead_of and instead_of not in fits:
            said = f"instead_of: no standing supplier of {dialect} is named {instead_of}"
            raise Refused("invalid", [f"{said} ({nearest(instead_of, fits)})"])
        if not fits:
            said = f"tenant: no standing supplier speaks {dialect}"
            raise Refused("invalid", [f"{said}: there is no path to be called at"])
        return Called(standing=instead_of or fits[0], tenant=tenant, client=client)

    def called(self, standing: Supplier, tenant: str, client: str) -> tuple[Supplier, str]:
        """Which supplier answers a request at a standing supplier's path: the throw-away one that
        this tenant or client calls, else the standing one. And by which version of the list of
        suppliers it was found (`Routes`).
        """
        if not (tenant or client):
            return standing, ""
        made, version = self.routes.find(
            (standing.name, tenant, client),
            lambda tx: self._found(suppliers.called(tx, standing.name, tenant, client)),
        )
        return made or standing, version

    def _found(self, made: Made | None) -> Supplier | None:
        return self._made(made) if made else None

    def remove(self, name: str) -> None:
        """Delete a throw-away supplier with its orders. Refused for a standing or unknown one."""
        if name in self.suppliers:
            said = (
                f"name: {name} is a supplier of the settings: only throw-away ones can be deleted"
            )
            raise Refused("conflict", [said])
        if not self.store.run(lambda tx: suppliers.remove(tx, name)):
            raise Refused("not_found", [f"no supplier {name[:80]}"])
        self.known.pop(name, None)

    def _made(self, made: Made) -> Supplier | None:
        """The supplier of a row, built once in each process.

        None, with a line in the log, when its settings are not valid any more.
        """
        edition, supplier = self.known.get(made.name, ("", None))
        if supplier is None or edition != made.edition:
            try:
                config = make_supplier(made.settings, self.config.common)
                files = self._files(config.dialect)
            except Invalid as error:
                log.error(
                    "the supplier %s cannot be used: %s; delete it and make it anew",
                    made.name,
                    error,
                )
                return None
            supplier = build_supplier(config, files, self.waits, self.config, made.called)
            self.known[made.name] = (made.edition, supplier)
            for oldest in list(self.known)[:-MOST_KNOWN]:
                self.known.pop(oldest, None)
        return supplier

    def _files(self, dialect: str) -> Files:
        """The files of the first standing supplier of a contract, else the shipped ones."""
        for supplier in self.suppliers.values():
            if supplier.dialect.name == dialect:
                return supplier.scenario_set.files
        if dialect not in self.shipped:
            plain = make_supplier({"name": dialect, "dialect": dialect}, self.config.common)
            self.shipped[dialect] = (plain, Files(open_book(plain, rehearse=False)))
        return self.shipped[dialect][1]

    def health(self) -> dict[str, Any]:
        """How the simulator is, and how each gateway is."""
        with self.store.read() as tx:
            names = [name for name in gateway_states.every(tx) if name not in self.suppliers]
            made = [found for name in names if (found := self.find(tx, name))]
        return self.health_of.report(
            [supplier.gateway() for supplier in (*self.suppliers.values(), *made)]
        )

    def failures(self) -> list[str]:
        """Why the simulator is not ready; empty when it is."""
        return self.health_of.failures()

    def wrong_files(self) -> list[str]:
        """What is wrong with the scenario files. What was read before it went wrong is played."""
        return [str(problem) for problem in self.reloading.errors]

    def gauges(self) -> dict[str, tuple[str, dict[str, float]]]:
        """The figures that are read from the store: for `metrics.exposed`."""
        return self.health_of.gauges()


def build_supplier(
    supplier: SupplierConfig,
    files: Files,
    waits: Waits,
    config: Config,
    called: Called | None = None,
) -> Supplier:
    """A supplier over an open store."""
    fixed = config.seed_of(supplier)
    store = waits.store
    return Supplier(
        supplier,
        dialects.get(supplier.dialect, supplier.contract, kci_path=supplier.gateway.kcis),
        files,
        store,
        run_seed=seed.of_run(store.root_seed) if fixed is None else fixed,
        fixed_seed=fixed is not None,
        max_delay=config.server.max_delay,
        waits=waits,
        called=called,
    )


def pretend_path(config: Config, supplier: str) -> str:
    """The path of a supplier's pretend gateway: the configured path, or below it."""
    standing = [known.name for known in config.suppliers]
    below = (
        ""
        if supplier == standing[0]
        else f"/{supplier}"
        if supplier in standing
        else f"{MADE}/{supplier}"
    )
    return config.pretend_gateway.path + below


def with_gateway(supplier: SupplierConfig, config: Config, base_url: str) -> SupplierConfig:
    """The same supplier, with its pretend gateway as the gateway when none is set."""
    if supplier.gateway.url is not None:
        return supplier
    return replace(
        supplier,
        gateway=replace(supplier.gateway, url=base_url + pretend_path(config, supplier.name)),
    )
