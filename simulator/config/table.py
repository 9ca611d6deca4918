"""The table of settings: what exists, what it may be, its default, and what it means.

Everything else is unknown, and so a problem. `simulator.config.declared` says what is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, validates_schema

from simulator import dialects
from simulator.base import instants
from simulator.base.working_days import Calendar
from simulator.config.declared import defaults_of, schema_of, section, setting
from simulator.config.fields import Duration, Hours, Retry, Seed, TimeZone, Url
from simulator.config.secret import Secret, Secrets, Token
from simulator.config.targets import Target
from simulator.config.tls import Tls
from simulator.formats import oauth
from simulator.formats.schema import (
    Boolean,
    CalendarDate,
    Integer,
    Mapped,
    Number,
    Strict,
    String,
    listed,
    load,
    nested,
)
from simulator.formats.validators import Length, OneOf, Range, Regexp

__all__ = ["DEFAULTS", "Duration", "Retry", "Seed", "Settings", "SupplierSettings", "Url"]

FIRST_DIALECT = dialects.names()[0]
_CREDENTIALS = ["none", "bearer", "basic", "oauth2"]
_MODES = ["real", "scaled", "manual"]
_PATH = r"(/[A-Za-z0-9._~-]+)+$"
_FILE = "Not for suppliers that are made over the admin API."


@dataclass(frozen=True, slots=True)
class Server:
    """Where the web processes listen; `max_body` in bytes, `max_delay` in microseconds."""

    host: str = setting("127.0.0.1", String(), "the address to listen on")
    port: int = setting(
        8080,
        Integer(validate=Range(min=0, max=65535)),
        "0 picks a free one; the line `listening on ...` names it",
    )
    workers: int | None = setting(
        None,
        Integer(allow_none=True, validate=Range(min=1, max=64)),
        "web processes; null is 1 on SQLite and 2 on PostgreSQL",
        "SQLite has one writer at a time: there more of them take memory and are no faster.",
    )
    threads: int = setting(
        8, Integer(validate=Range(min=1, max=256)), "threads of each web process, for the admin API"
    )
    max_body: int = setting(
        1_048_576,
        Integer(validate=Range(min=1024)),
        "the most bytes of a request",
        "More is a 413.",
    )
    max_values: int = setting(
        5_000,
        Integer(validate=Range(min=100)),
        "the most values of a JSON request: members of objects and entries of lists",
        "More is a 413. An order of the contracts' examples has 20 to 200.",
    )
    max_delay: int = setting("60s", Duration(), "the longest `delay` of a scenario's reply")
    watch: bool = setting(
        False,
        Boolean(),
        "look for changed scenario files every second, and play them",
        "`make run` has it on. [Changed files](scenarios.md#changed-files).",
    )


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Which database, and how hard it writes."""

    url: str = setting(
        "sqlite:///simulator.db",
        String(),
        "the database: sqlite:///FILE or postgresql://user:password@host/database",
    )
    durability: str = setting(
        "normal",
        String(validate=OneOf(["normal", "full"])),
        "normal, or full: survives a power cut too (SQLite)",
        "`normal` survives every kill of our processes.",
    )


@dataclass(frozen=True, slots=True)
class Auth:
    """Credentials towards the gateway; which members count depends on `kind`.

    (docs/contract/fibre-cafe.md 2.4)
    """

    kind: str = setting(
        None,
        String(validate=OneOf(_CREDENTIALS), allow_none=True),
        "none, bearer, basic, oauth2; null is the contract's own",
        "`oauth2` is client credentials. Fibre Cafe: oauth2. MEF: none.",
    )
    token_url: str | None = setting(
        None, Url(allow_none=True), f"null is {{gateway.url}}{oauth.TOKEN_PATH}"
    )
    optional: bool = setting(
        True,
        Boolean(),
        "a gateway without a token endpoint gets its KCIs without a token",
        "Such a gateway answers 404, 405, 501 or 204 there. A warning and a finding say so. "
        "`false`: its KCIs wait.",
    )
    client_id: str = setting("simulator", String(), "for oauth2")
    client_secret: str = setting("simulator-secret", Secret(), "for oauth2", secret=True)
    scope: str = setting("", String(), "for oauth2")
    token: str = setting("", Token(), "for bearer", secret=True)
    username: str = setting("", String(), "for basic")
    password: str = setting("", Secret(), "for basic", secret=True)


@dataclass(frozen=True, slots=True)
class InboundCredentials:
    """What the gateway must prove when it calls us; which members count depends on `kind`.

    `lifetime` in microseconds. (docs/contract/fibre-cafe.md 2.3)
    """

    kind: str = setting(
        "none",
        String(validate=OneOf(_CREDENTIALS)),
        "none, bearer, basic, oauth2 (at our own token endpoint)",
        "Anything else is a 401, journaled without the credentials.",
    )
    tokens: tuple[str, ...] = setting(
        [], listed(Token(validate=Length(min=1))), "for bearer: any of them", secret=True
    )
    users: Mapping[str, str] = setting({}, Secrets(), "for basic: NAME: PASSWORD", secret=True)
    clients: Mapping[str, str] = setting(
        {},
        Secrets(),
        "for oauth2: CLIENT_ID: SECRET",
        'In the environment these three are JSON: `{"gateway": "secret"}`.',
        secret=True,
    )
    token_path: str = setting(
        oauth.TOKEN_PATH,
        String(validate=Regexp(_PATH)),
        "for oauth2: the token endpoint, below the supplier's path",
        "A form POST; the client names itself by Basic or in the form.",
    )
    lifetime: int = setting(
        "1h",
        Duration(validate=Range(min=instants.SECOND)),
        "how long a token is good, in real time",
    )


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where KCIs go: `url` None means the pretend gateway of this server.

    `kcis` is the path below it, None for the contract's own; `token_path` is the contract's.
    """

    url: str | None = setting(
        None, Url(allow_none=True), "where KCIs go; null is the pretend gateway of this server"
    )
    kcis: str | None = setting(
        None,
        String(validate=Regexp(r"/[^\s?#]*$"), allow_none=True),
        "the path below it, {id} is the order's number; null is the contract's own",
        "Fibre Cafe: `/kcis`. MEF: `/orders/{id}/notification`.",
    )
    auth: Auth = section(Auth, "the credentials that we send")
    tls: Tls = section(Tls, "files in PEM, for https")
    token_path: str = oauth.TOKEN_PATH


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A supplier's clock at start; without a `mode` the store's own goes on."""

    mode: str | None = setting(
        None,
        String(validate=OneOf(_MODES), allow_none=True),
        "real, scaled, manual; null goes on with the store's own",
        "The clock of a new store is real.",
    )
    rate: float = setting(
        1.0,
        Number(validate=Range(min=0.001, max=10_000_000)),
        "how fast a scaled clock runs; 60 makes a minute of a second",
    )


@dataclass(frozen=True, slots=True)
class CalendarConfig(Calendar):
    """A supplier's calendar."""

    time_zone: str = setting(
        "Europe/London", TimeZone(), "the local time of `next 08:00`, `2wd` and `hours`"
    )
    country: str | None = setting(
        "GB",
        String(allow_none=True),
        "whose public holidays are no working days, by its code of two letters; null: none",
    )
    subdivision: str | None = setting(
        "ENG",
        String(allow_none=True),
        "the part of the country; null: the holidays of the whole country",
        "GB: `ENG` (the same as Wales), `WLS`, `SCT`, `NIR`. Another country needs another one, or "
        "null.",
    )
    days_off: tuple[str, ...] = setting(
        [], listed(CalendarDate()), "more days that are no working days, such as 2026-12-24"
    )
    office_hours: str = setting(
        "09:00-17:00", Hours(), "what `hours: office` means, on working days"
    )


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a gateway counts as down, and as up again.

    Down: `failures` different orders failed in a row (0: never). Up: `successes` in a row. While
    it is down, one KCI tries it every `probe_every` microseconds, and uses up no try.
    """

    failures: int = setting(
        10,
        Integer(validate=Range(min=0, max=1000)),
        "so many different orders failed in a row: the gateway is down; 0 never",
    )
    successes: int = setting(
        3, Integer(validate=Range(min=1, max=1000)), "so many in a row: it works again"
    )
    probe_every: int = setting(
        "1s",
        Duration(validate=Range(min=10 * instants.MILLISECOND, max=instants.HOUR)),
        "while it is down one KCI tries it, and no tries are used up",
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """How a supplier's KCIs are delivered. Microseconds; tries are one more than `retry`."""

    retry: tuple[int, ...] = setting(
        "default",
        Retry(),
        "waits between tries: default, ci, standard, none, or a list",
        "`default`: 1 2 5 10 30 60 120 300 300 300 s. `ci`: 0.2 0.5 1 2 5 s, then 10 s six times. "
        "`standard`: 5 s, 5 m, 30 m, 2 5 10 14 20 24 h (the Standard Webhooks list). Each wait "
        "varies by a fifth, always the same for the same KCI and try.",
    )
    retry_on: str = setting(
        "temporary",
        String(validate=OneOf(["temporary", "everything"], renamed={"weather": "temporary"})),
        "what is tried again: temporary failures, or everything but 2xx",
        "`temporary` is no answer, 401, 408, 425, 429 and 5xx but 501 and 505; `everything` is "
        "every answer but 2xx and 410.",
    )
    retry_after_max: int = setting(
        "5m", Duration(), "the longest time that a gateway can ask for by Retry-After"
    )
    timeout: int = setting(
        "10s", Duration(validate=Range(min=instants.MILLISECOND)), "the longest time of a whole try"
    )
    connect_timeout: int = setting(
        "3s",
        Duration(validate=Range(min=instants.MILLISECOND)),
        "the longest time of its connection",
    )
    after_dead: str = setting(
        "park",
        String(validate=OneOf(["park", "skip", "abandon"])),
        "when a KCI is given up: park, skip or abandon",
        "`park`: nothing of its order overtakes it. `skip`: what follows goes on. `abandon`: "
        "nothing more of its order is sent, and the journal says so.",
    )
    queue: str = setting(
        "order",
        String(validate=OneOf(["order", "supplier"])),
        "who waits for whom: the KCIs of one order, or all of the supplier",
        "`supplier`, as at a strict wholesaler: one KCI is in flight at a time. One that is tried "
        "again (or, with `after_dead: park`, is dead) holds up all others.",
    )
    rate: float | None = setting(
        None,
        Number(validate=Range(min=0.001, max=100_000), allow_none=True),
        "KCIs a second, of all senders together; null is no limit",
    )
    breaker: Breaker = section(Breaker, "when the gateway counts as down")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What all suppliers share: a sender's lease (microseconds), KCIs in flight, and where they may
    go.
    """

    lease: int = setting(
        "15s", Duration(), "how long a sender may work on an order; at least timeout + 5s"
    )
    in_flight: int = setting(
        64, Integer(validate=Range(min=1, max=1024)), "KCIs in flight at once, of one sender"
    )
    targets: tuple[str, ...] | None = setting(
        None,
        listed(Target(), allow_none=True),
        "where KCIs and token requests may go: hosts, networks, any; null by server.host",
        "`null` is `[any]` when the server listens on loopback, else `[]`: loopback, and the hosts "
        "of the gateways in these settings. [Where messages may go](#where-messages-may-go).",
    )


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """How much a supplier's journal keeps: lines, and microseconds of real time."""

    most: int = setting(
        100_000,
        Integer(validate=Range(min=100)),
        "lines of each supplier's journal, and of its pretend gateway's list",
        "The sender drops older ones every ten seconds, and the journal says how many.",
    )
    keep: int = setting("30d", Duration(), "how long they are kept, in real time")


@dataclass(frozen=True, slots=True)
class OrdersConfig:
    """How many of a supplier's orders are kept of those that are at rest: numbers, and microseconds
    of real time; None is no bound.
    """

    most: int | None = setting(
        100_000,
        Integer(validate=Range(min=100), allow_none=True),
        "a finished order goes when so many of its supplier came to rest after it; null: never",
        "At rest: none of its KCIs is to be sent any more. Finished: and its contract has ended "
        "it. The sender deletes them ([finished orders](delivery.md#finished-orders)).",
    )
    keep: int | None = setting(
        "30d",
        Duration(allow_none=True),
        "how long a finished order is kept, in real time; null is for ever",
    )
    unended: int | None = setting(
        1_000_000,
        Integer(validate=Range(min=100), allow_none=True),
        "the same number for orders at rest that their contract has not ended; null: never",
        "Their gateway may still amend or cancel them, so they go by number alone.",
    )


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How this process logs."""

    format: str = setting(
        "text",
        String(validate=OneOf(["text", "json"])),
        "text, or json: one object a line",
        "An object has `supplier`, `order`, `ref`, `conversation_id`, `request_id`.",
    )
    level: str = setting(
        "info",
        String(validate=OneOf(["debug", "info", "warning", "error"])),
        "debug, info, warning, error",
    )


@dataclass(frozen=True, slots=True)
class Admin:
    """Who may use the admin API."""

    token: str | None = setting(
        None,
        Token(allow_none=True),
        "the bearer token of the admin API; set it when others can reach this server",
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class Pretend:
    """The built-in pretend gateway."""

    mount: bool = setting(True, Boolean(), "whether this server has it")
    path: str = setting("/gateway", String(validate=Regexp(_PATH)), "its path at this server")


@dataclass(frozen=True, slots=True)
class SupplierConfig:
    """One supplier; `path` is empty for the root, `contract` the dialect's own settings."""

    name: str = setting(
        "default",
        String(required=True, validate=Regexp(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")),
        "how the admin API and the log name it",
    )
    path: str = setting("/", String(validate=Regexp(rf"/$|{_PATH}")), "below the server's URL")
    dialect: str = setting(
        FIRST_DIALECT, String(validate=OneOf(dialects.names())), "the wire contract"
    )
    contract: Mapping[str, Any] = setting(
        {}, Mapped(), "the settings that the dialect has of its own"
    )
    scenarios: str | None = setting(
        None,
        String(allow_none=True),
        "a folder of your own scenarios, beside the shipped ones",
        "A scenario of the folder plays in place of a shipped one of the same name. The word "
        "`cookbook` is [the shipped cookbook](cookbook.md); `./cookbook` is a folder of your own.",
    )
    only: bool = setting(False, Boolean(), "the scenarios of that folder alone")
    default: str | None = setting(
        None,
        String(allow_none=True),
        "the scenario of orders that nothing else picks; null is the dialect's",
    )
    seed: str | None = setting(None, Seed(allow_none=True), "as `seed` below, for it alone")
    gateway: Gateway = section(Gateway)
    auth: InboundCredentials = section(InboundCredentials)
    clock: ClockStart = section(ClockStart)
    calendar: CalendarConfig = section(CalendarConfig)
    policy: Policy = section(Policy, key="delivery")


class _Supplier(Strict):
    """Checks the dialect's own settings too."""

    @validates_schema(pass_original=True, skip_on_field_errors=True)
    def check_contract(self, data: Any, original: Any, **kwargs: Any) -> None:
        options = dialects.options_of(data.get("dialect", FIRST_DIALECT))
        _, problems = load(options, data.get("contract", {}))
        wrong: dict[Any, Any] = {}
        for path, message in problems:
            branch = wrong
            for part in path[:-1]:
                branch = branch.setdefault(part, {})
            branch.setdefault(path[-1] if path else "_schema", []).append(message)
        if wrong:
            raise ValidationError({"contract": wrong})


SECTIONS: dict[str, tuple[str, tuple[type, ...]]] = {
    "server": ("", (Server,)),
    "store": ("", (StoreConfig,)),
    "gateway": ("towards the gateway", (Gateway,)),
    "auth": ("what the gateway must prove when it calls us", (InboundCredentials,)),
    "delivery": ("how KCIs are delivered", (Policy, Delivery)),
    "journal": ("", (JournalConfig,)),
    "orders": ("how many are kept that are at rest", (OrdersConfig,)),
    "log": ("", (LogConfig,)),
    "admin": ("", (Admin,)),
    "clock": ("supplier time", (ClockStart,)),
    "calendar": ("local time, working days and office hours", (CalendarConfig,)),
    "pretend_gateway": ("the built-in counterpart", (Pretend,)),
}
"""The maps of the file: a word about each, and the dataclasses that declare its settings."""

SEED = "text or number: fixes chance, and with a manual clock the ids of orders and KCIs too"
SUPPLIERS = "each may have its own gateway, auth, clock, calendar, delivery (no lease, in_flight)"


class SupplierSettings(schema_of(SupplierConfig, base=_Supplier)):  # type: ignore[misc]
    """An entry of `suppliers`."""


Settings: type[Strict] = Strict.from_dict(  # type: ignore[assignment]
    {
        **{name: nested(schema_of(*kinds)) for name, (_, kinds) in SECTIONS.items()},
        "seed": Seed(allow_none=True),
        "suppliers": listed(nested(SupplierSettings)),
    },
    name="Settings",
)

_STANDING = ("name", "path", "dialect", "contract", "scenarios", "only", "default")
_SUPPLIER = {key: defaults_of(SupplierConfig)[key] for key in _STANDING}
DEFAULTS: dict[str, Any] = {
    **{name: defaults_of(*kinds) for name, (_, kinds) in SECTIONS.items()},
    "seed": None,
    "suppliers": [_SUPPLIER, _SUPPLIER | {"name": "mef", "path": "/mef", "dialect": "mef"}],
}
"""The file that would change nothing."""
