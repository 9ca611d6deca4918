"""The settings: built-in defaults, then `config.yaml`, then `SIMULATOR_...` of the environment,
then the command line.

One table says what exists; everything unknown or wrong is a located problem and nothing starts.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from simulator import dialects
from simulator.base import instants
from simulator.base.errors import Invalid, Problem
from simulator.config import advice
from simulator.config.table import DEFAULTS, FIRST_DIALECT, Settings, Url
from simulator.config.tls import Tls, context_of
from simulator.formats import strict_yaml
from simulator.formats.schema import String, dotted, flatten

PREFIX = "SIMULATOR_"
LEASE_MARGIN = 5 * instants.SECOND


@dataclass(frozen=True, slots=True)
class Auth:
    """Credentials towards the gateway; which members count depends on `kind`."""

    kind: str
    token_url: str | None
    optional: bool
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    token: str = field(repr=False)
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InboundCredentials:
    """What the gateway has to prove when it calls us; which members count depends on `kind`.
    `lifetime` in microseconds.
    """

    kind: str
    tokens: tuple[str, ...] = field(repr=False)
    users: Mapping[str, str] = field(repr=False)
    clients: Mapping[str, str] = field(repr=False)
    token_path: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where KCIs go: `url` None means the pretend gateway of this server; `kcis` is the path below
    it, `{id}` the order's number.
    """

    url: str | None
    kcis: str
    auth: Auth
    tls: Tls


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A supplier's clock at start; without a `mode` the store's own goes on, and a new store's is
    real.
    """

    mode: str | None
    rate: float


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a gateway is taken to be down: `failures` different orders failed in a row (0: never);
    and up again: `successes` in a row.

    Meanwhile one message tries it every `probe_every` microseconds, and costs its KCI no try.
    """

    failures: int
    successes: int
    probe_every: int


@dataclass(frozen=True, slots=True)
class Policy:
    """How a supplier's messages are delivered. Microseconds; `retry` are the waits between tries,
    so that tries are one more.

    `rate` is messages a second, None for as fast as it goes; `queue` is who waits for whom: the
    messages of one order, or (as at a strict wholesaler's) all of the supplier.
    """

    retry: tuple[int, ...]
    retry_on: str
    retry_after_max: int
    timeout: int
    connect_timeout: int
    after_dead: str
    queue: str
    rate: float | None
    breaker: Breaker


@dataclass(frozen=True, slots=True)
class SupplierConfig:
    """One standing supplier; `path` is empty for the root, `contract` the dialect's own settings."""

    name: str
    path: str
    dialect: str
    contract: Mapping[str, Any]
    scenarios: str | None
    default: str | None
    gateway: Gateway
    auth: InboundCredentials
    clock: ClockStart
    policy: Policy
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """Where the web processes listen; `max_body` in bytes, `max_delay` in microseconds."""

    host: str
    port: int
    workers: int
    threads: int
    max_body: int
    max_delay: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What all suppliers' messages share: how long a sender holds an order (microseconds), and how
    many are on their way at once.
    """

    lease: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Which database, and how hard it writes."""

    url: str
    durability: str


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """How much a supplier's journal gateway_states: lines, and microseconds of real time."""

    most: int
    keep: int


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How this process speaks: `text` for people or `json` lines for programs, from which level on."""

    format: str
    level: str


@dataclass(frozen=True, slots=True)
class Pretend:
    """The built-in pretend gateway."""

    mount: bool
    path: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked; build it with `load`. `common` is what every supplier's entry stands
    on, `advice` what to warn of.
    """

    server: Server
    store: StoreConfig
    delivery: Delivery
    journal: JournalConfig
    log: LogConfig
    admin_token: str | None = field(repr=False)
    pretend_gateway: Pretend
    seed: str | None
    suppliers: tuple[SupplierConfig, ...]
    common: Mapping[str, Any] = field(repr=False)
    advice: tuple[str, ...] = ()


def load(
    path: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Config:
    """Read the settings. `path` None takes `config.yaml` of the working directory where there is
    one. Invalid lists all problems.
    """
    located = _read(path)
    problems: list[Problem] = []
    layers = [("", located.value if located else {}, located)]
    layers.append(
        ("environment", _from_environment(os.environ if environment is None else environment), None)
    )
    layers.append(("command line", dict(overrides or {}), None))
    merged: dict[str, Any] = {}
    loaded = _load_checked(DEFAULTS, "defaults", None, problems)
    if located:
        for place, variable in advice.interpolations(located.value):
            instead = PREFIX + "__".join(map(str, place)).upper()
            told = f"{dotted(place)}: variables are not filled in here ({variable}): leave it out and set {instead}"
            problems.append(located.problem(place, told))
    for name, layer, where in layers:
        values = _load_checked(layer, name, where, problems)
        merged = _merge(merged, values)
    if problems:
        raise Invalid(problems)
    try:
        built = _build(_merge(loaded, merged))
    except Invalid as error:
        raise Invalid([_placed(problem, located) for problem in error.problems]) from None
    file = located.file if located else ""
    said = [
        *(
            advice_line
            for _, layer, where in layers
            for advice_line in advice.of_layer(layer, file if where else "")
        )
    ]
    for supplier in built.suppliers:
        said += advice.of_gateway(supplier.name, supplier.gateway.url, supplier.gateway.auth.kind)
    return replace(built, advice=tuple(dict.fromkeys(said)))


def _read(path: Path | None) -> strict_yaml.Located | None:
    if path is None:
        path = Path("config.yaml")
        if not path.exists():
            return None
    try:
        text = path.read_bytes()
    except OSError as error:
        raise Invalid(
            [Problem(message=f"cannot be read: {error.strerror}", file=str(path))]
        ) from None
    return strict_yaml.load(text, str(path))


def _placed(problem: Problem, located: strict_yaml.Located | None) -> Problem:
    """A problem of several settings together, at the place of the one that it begins with, where
    the file has that.
    """
    path = tuple(problem.message.partition(" ")[0].rstrip(":").split("."))
    return (
        located.problem(path, problem.message)
        if located and path[:1] in located.places
        else problem
    )


def _load_checked(
    layer: Any, name: str, where: strict_yaml.Located | None, problems: list[Problem]
) -> dict[str, Any]:
    try:
        loaded = Settings().load(layer if layer is not None else {})
    except ValidationError as error:
        for path, message in flatten(error.messages):
            if where:
                unknown = message.startswith("unknown key")
                problems.append(
                    where.problem(
                        path,
                        message if unknown or not path else f"{dotted(path)}: {message}",
                        at_key=unknown,
                    )
                )
            else:
                label = (
                    PREFIX + "__".join(str(part).upper() for part in path)
                    if name == "environment"
                    else f"{name}: {dotted(path)}"
                )
                problems.append(Problem(message=f"{label}: {message}"))
        return {}
    return dict(loaded)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """`SIMULATOR_GATEWAY__URL=...` is `gateway: {url: ...}`; numbers, booleans and lists are read
    as JSON, the rest is text.
    """
    tree: dict[str, Any] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        keys = name[len(PREFIX) :].lower().split("__")
        branch = tree
        for key in keys[:-1]:
            branch = branch.setdefault(key, {}) if isinstance(branch.get(key, {}), dict) else {}
        branch[keys[-1]] = _typed(keys, environment[name])
    return tree


def _typed(keys: list[str], text: str) -> Any:
    """Environment text becomes what the field of that name gateway_states; a string field keeps its
    text.
    """
    schema: Any = Settings()
    found: Any = None
    for key in keys:
        found = schema.fields.get(key) if schema is not None else None
        schema = found.schema if isinstance(found, fields.Nested) else None
    if isinstance(found, (String, Url)) and not (found.allow_none and text == "null"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        merged[key] = (
            _merge(merged[key], value)
            if isinstance(value, dict) and isinstance(merged.get(key), dict)
            else value
        )
    return merged


def _build(values: dict[str, Any]) -> Config:
    common = {name: values[name] for name in ("gateway", "auth", "clock", "delivery")}
    problems: list[Problem] = []
    suppliers = []
    for entry in values["suppliers"]:
        try:
            suppliers.append(make_supplier(entry, common))
        except Invalid as error:
            problems += error.problems
    problems += _supplier_problems(suppliers, none=not values["suppliers"])
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    return Config(
        server=Server(**values["server"]),
        store=StoreConfig(**values["store"]),
        delivery=Delivery(**{name: values["delivery"][name] for name in ("lease", "in_flight")}),
        journal=JournalConfig(**values["journal"]),
        log=LogConfig(**values["log"]),
        admin_token=values["admin"]["token"] or None,
        pretend_gateway=Pretend(**values["pretend_gateway"]),
        seed=values["seed"],
        suppliers=tuple(suppliers),
        common=common,
    )


def make_supplier(entry: Mapping[str, Any], common: Mapping[str, Any]) -> SupplierConfig:
    """A supplier from a checked entry of `suppliers`, over what is `Config.common`.

    Invalid where a try may outlast its lease, or nobody could come in at its door.
    """
    gateway = _merge(common["gateway"], entry.get("gateway", {}))
    clock = _merge(common["clock"], entry.get("clock", {}))
    name = entry.get("dialect", FIRST_DIALECT)
    dialect = dialects.get(name, entry.get("contract"))
    delivery = _merge(common["delivery"], entry.get("delivery", {}))
    inbound = _merge(common["auth"], entry.get("auth", {}))
    problems: list[Problem] = []
    if delivery["lease"] < delivery["timeout"] + LEASE_MARGIN:
        whose = f"suppliers: {entry['name']}: " if "delivery" in entry else ""
        said = f"{whose}delivery.lease must be at least delivery.timeout + 5s, or two senders may hold one order"
        problems.append(Problem(message=said))
    needed = {"bearer": "tokens", "basic": "users", "oauth2": "clients"}.get(inbound["kind"])
    if needed and not inbound[needed]:
        whose = f"suppliers: {entry['name']}: " if "auth" in entry else ""
        problems.append(
            Problem(
                message=f"{whose}auth.kind is {inbound['kind']} and auth.{needed} is empty: nobody could call"
            )
        )
    tls = Tls(**gateway["tls"])
    try:
        context_of(tls)
    except ValueError as error:
        problems.append(Problem(message=str(error)))
    if problems:
        raise Invalid(problems)
    auth = gateway["auth"] | {"kind": gateway["auth"]["kind"] or dialect.auth}
    return SupplierConfig(
        name=entry["name"],
        path=entry.get("path", "/" + entry["name"]).rstrip("/"),
        dialect=name,
        contract=entry.get("contract", {}),
        scenarios=entry.get("scenarios"),
        default=entry.get("default"),
        gateway=Gateway(
            url=gateway["url"], kcis=gateway["kcis"] or dialect.notices, auth=Auth(**auth), tls=tls
        ),
        auth=InboundCredentials(**inbound | {"tokens": tuple(inbound["tokens"])}),
        clock=ClockStart(**clock),
        policy=_policy(delivery),
        seed=entry.get("seed"),
    )


def _policy(delivery: Mapping[str, Any]) -> Policy:
    own = {field.name: delivery[field.name] for field in dataclasses.fields(Policy)}
    return Policy(**own | {"breaker": Breaker(**own["breaker"])})


def _supplier_problems(suppliers: Sequence[SupplierConfig], *, none: bool) -> list[Problem]:
    problems = [Problem(message="suppliers: at least one is needed")] if none else []
    for what in ("name", "path"):
        values = [getattr(supplier, what) for supplier in suppliers]
        twice = sorted({value or "/" for value in values if values.count(value) > 1})
        problems += [
            Problem(message=f"suppliers: the {what} `{value}` occurs twice") for value in twice
        ]
    return problems
