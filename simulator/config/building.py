"""From checked values to the types that everything else reads.

What several settings must satisfy together is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator import dialects
from simulator.base import cookbook, instants
from simulator.base.errors import Invalid, Problem
from simulator.base.working_days import check_place
from simulator.config.declared import build, defaults_of
from simulator.config.table import (
    FIRST_DIALECT,
    Admin,
    Delivery,
    JournalConfig,
    LogConfig,
    OrdersConfig,
    Pretend,
    Server,
    StoreConfig,
    SupplierConfig,
)
from simulator.config.targets import Targets, refusals, targets_of
from simulator.config.tls import context_of

LEASE_MARGIN = 5 * instants.SECOND
COMMON = ("gateway", "auth", "clock", "calendar", "delivery")
"""The maps of the file that every supplier has too, and may overwrite."""

_NEEDED = {"bearer": "tokens", "basic": "users", "oauth2": "clients"}


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked; build it with `load`.

    `common` is what every supplier's entry stands on, `advice` what to warn of.
    """

    server: Server
    store: StoreConfig
    delivery: Delivery
    journal: JournalConfig
    orders: OrdersConfig
    log: LogConfig
    admin_token: str | None = field(repr=False)
    pretend_gateway: Pretend
    seed: str | None
    suppliers: tuple[SupplierConfig, ...]
    targets: Targets
    common: Mapping[str, Any] = field(repr=False)
    advice: tuple[str, ...] = ()

    def seed_of(self, supplier: SupplierConfig) -> str | None:
        """A supplier's seed, its own before that of the whole simulator; None where none is set."""
        return self.seed if supplier.seed is None else supplier.seed


def build_config(values: Mapping[str, Any]) -> Config:
    """The settings from checked values. Invalid lists what does not fit together."""
    common = {name: values[name] for name in COMMON}
    problems: list[Problem] = []
    suppliers = []
    for entry in values["suppliers"]:
        try:
            suppliers.append(make_supplier(entry, common))
        except Invalid as error:
            problems += error.problems
    problems += _supplier_problems(suppliers, none=not values["suppliers"])
    targets = targets_of(values["server"]["host"], suppliers, values["delivery"]["targets"])
    for supplier in suppliers:
        refused = refusals(targets, supplier)
        problems += [Problem(message=f"suppliers: {supplier.name}: {said}") for said in refused]
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    return Config(
        server=build(Server, values["server"]),
        store=build(StoreConfig, values["store"]),
        delivery=build(Delivery, values["delivery"]),
        journal=build(JournalConfig, values["journal"]),
        orders=build(OrdersConfig, values["orders"]),
        log=build(LogConfig, values["log"]),
        admin_token=build(Admin, values["admin"]).token or None,
        pretend_gateway=build(Pretend, values["pretend_gateway"]),
        seed=values["seed"],
        suppliers=tuple(suppliers),
        targets=targets,
        common=common,
    )


def make_supplier(entry: Mapping[str, Any], common: Mapping[str, Any]) -> SupplierConfig:
    """A supplier from a checked entry of `suppliers`, over what is `Config.common`.

    Invalid where a try may outlast its lease, or nobody could call.
    """
    own = {name: merge(common[name], entry.get(name, {})) for name in COMMON}
    values = defaults_of(SupplierConfig) | {"path": f"/{entry['name']}"} | dict(entry) | own
    dialect = dialects.get(values["dialect"] or FIRST_DIALECT, values["contract"])
    auth = values["gateway"]["auth"]
    values["path"] = values["path"].rstrip("/")
    if values["scenarios"]:
        values["scenarios"] = cookbook.meant(values["scenarios"], dialect.name)
    values["gateway"] |= {"auth": auth | {"kind": auth["kind"] or dialect.auth}}
    built: SupplierConfig = build(SupplierConfig, values)
    gateway = replace(built.gateway, token_path=dialect.token_path)
    built = replace(built, gateway=gateway)
    problems = [
        Problem(message=message)
        for message in _problems_of(built, values["delivery"]["lease"], entry)
    ]
    if problems:
        raise Invalid(problems)
    return built


def _problems_of(supplier: SupplierConfig, lease: int, entry: Mapping[str, Any]) -> Iterator[str]:
    """What of a supplier's settings does not fit together; `entry` is what is its own."""

    def whose(section: str) -> str:
        return f"suppliers: {supplier.name}: " if section in entry else ""

    if lease < supplier.policy.timeout + LEASE_MARGIN:
        said = "delivery.lease must be at least delivery.timeout + 5s"
        yield f"{whose('delivery')}{said}, or two senders may work on one order"
    if supplier.only and not supplier.scenarios:
        yield f"suppliers: {supplier.name}: only is true and scenarios names no folder"
    needed = _NEEDED.get(supplier.auth.kind)
    if needed and not getattr(supplier.auth, needed):
        said = f"auth.kind is {supplier.auth.kind} and auth.{needed} is empty"
        yield f"{whose('auth')}{said}: nobody could call"
    try:
        check_place(supplier.calendar.country, supplier.calendar.subdivision)
    except ValueError as error:
        yield f"{whose('calendar')}calendar: {error}"
    tls = supplier.gateway.tls
    if not (tls.ca or tls.certificate or tls.key):
        return  # whom this machine trusts takes long to read: that waits for the first connection
    try:
        context_of(tls)
    except ValueError as error:
        yield str(error)


def _supplier_problems(suppliers: Sequence[SupplierConfig], *, none: bool) -> list[Problem]:
    problems = [Problem(message="suppliers: at least one is needed")] if none else []
    for what in ("name", "path"):
        values = [getattr(supplier, what) for supplier in suppliers]
        for value in sorted({value or "/" for value in values if values.count(value) > 1}):
            problems.append(Problem(message=f"suppliers: the {what} `{value}` occurs twice"))
    return problems


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """One tree of settings over another."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged
