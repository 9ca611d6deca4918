"""The table of settings: what exists, what it may be, and its default. Everything else is unknown,
and so a problem.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validates_schema

from simulator import dialects
from simulator.base import instants
from simulator.config.secret import Secret, Secrets
from simulator.formats.schema import (
    Boolean,
    Integer,
    Length,
    Mapped,
    Misfit,
    Number,
    OneOf,
    Range,
    Regexp,
    Strict,
    String,
    listed,
    load,
    nested,
)

FIRST_DIALECT = dialects.names()[0]

RETRY_PRESETS: dict[str, tuple[float, ...]] = {
    "ci": (0.2, 0.5, 1, 2, 5, 10, 10, 10, 10, 10, 10),
    "default": (1, 2, 5, 10, 30, 60, 120, 300, 300, 300),
    "standard": (
        5,
        5 * 60,
        30 * 60,
        2 * 3600,
        5 * 3600,
        10 * 3600,
        14 * 3600,
        20 * 3600,
        24 * 3600,
    ),
    "none": (),
}


class Duration(fields.Field):  # type: ignore[type-arg]
    """A duration such as 10s, as microseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return instants.parse_duration(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Url(String):
    """An absolute http or https URL without credentials, query or fragment; a trailing slash is
    dropped.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(text)
            valid = (
                parts.scheme in ("http", "https")
                and parts.hostname
                and (parts.port is None or parts.port > 0)
            )
        except ValueError:
            valid = False
        if not valid or any(character.isspace() for character in text):
            raise ValidationError(Misfit("must be an absolute http:// or https:// URL"))
        if not (parts.hostname or "").isascii():
            raise ValidationError(
                Misfit(
                    "must name its host in ASCII (xn--...): other letters may look like these and be another's"
                )
            )
        if parts.username or parts.query or parts.fragment:
            raise ValidationError(Misfit("must have no credentials, query or fragment"))
        return text.rstrip("/")


class Retry(fields.Field):  # type: ignore[type-arg]
    """A preset's name or a list of waits between tries, as microseconds."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[int, ...]:
        if isinstance(value, str) and value in RETRY_PRESETS:
            return tuple(instants.parse_duration(wait) for wait in RETRY_PRESETS[value])
        if not isinstance(value, list):
            raise ValidationError(
                f"must be a list of durations, or one of: {', '.join(RETRY_PRESETS)}"
            )
        try:
            return tuple(instants.parse_duration(wait) for wait in value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Seed(String):
    """Text, or a whole number that stands for its text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = isinstance(value, int) and not isinstance(value, bool)
        return str(super()._deserialize(str(value) if number else value, attr, data, **kwargs))


class ServerSettings(Strict):
    host = String()
    port = Integer(validate=Range(min=0, max=65535))
    workers = Integer(validate=Range(min=1, max=64))
    threads = Integer(validate=Range(min=1, max=256))
    max_body = Integer(validate=Range(min=1024))
    max_delay = Duration()


class StoreSettings(Strict):
    url = String()
    durability = String(validate=OneOf(["normal", "full"]))


class AuthSettings(Strict):
    kind = String(validate=OneOf(["none", "bearer", "basic", "oauth2"]), allow_none=True)
    token_url = Url(allow_none=True)
    optional = Boolean()
    client_id = String()
    client_secret = Secret()
    scope = String()
    token = Secret()
    username = String()
    password = Secret()


class InboundSettings(Strict):
    kind = String(validate=OneOf(["none", "bearer", "basic", "oauth2"]))
    tokens = listed(Secret(validate=Length(min=1)))
    users = Secrets()
    clients = Secrets()
    token_path = String(validate=Regexp(r"(/[A-Za-z0-9._~-]+)+$"))
    lifetime = Duration(validate=Range(min=instants.SECOND))


class TlsSettings(Strict):
    ca = String(allow_none=True)
    certificate = String(allow_none=True)
    key = String(allow_none=True)
    password = Secret()


class GatewaySettings(Strict):
    url = Url(allow_none=True)
    kcis = String(validate=Regexp(r"/[^\s?#]*$"), allow_none=True)
    auth = nested(AuthSettings)
    tls = nested(TlsSettings)


class BreakerSettings(Strict):
    failures = Integer(validate=Range(min=0, max=1000))
    successes = Integer(validate=Range(min=1, max=1000))
    probe_every = Duration(validate=Range(min=10 * instants.MILLISECOND, max=instants.HOUR))


class PolicySettings(Strict):
    """What a supplier may have of its own."""

    retry = Retry()
    retry_on = String(validate=OneOf(["weather", "everything"]))
    retry_after_max = Duration()
    queue = String(validate=OneOf(["order", "supplier"]))
    rate = Number(validate=Range(min=0.001, max=100_000), allow_none=True)
    breaker = nested(BreakerSettings)
    timeout = Duration(validate=Range(min=instants.MILLISECOND))
    connect_timeout = Duration(validate=Range(min=instants.MILLISECOND))
    after_dead = String(validate=OneOf(["park", "skip", "abandon"]))


class DeliverySettings(PolicySettings):
    lease = Duration()
    in_flight = Integer(validate=Range(min=1, max=1024))


class JournalSettings(Strict):
    most = Integer(validate=Range(min=100))
    keep = Duration()


class LogSettings(Strict):
    format = String(validate=OneOf(["text", "json"]))
    level = String(validate=OneOf(["debug", "info", "warning", "error"]))


class AdminSettings(Strict):
    token = Secret(allow_none=True)


class ClockSettings(Strict):
    mode = String(validate=OneOf(["real", "scaled", "manual"]), allow_none=True)
    rate = Number(validate=Range(min=0.001, max=10_000_000))


class PretendSettings(Strict):
    mount = Boolean()
    path = String(validate=Regexp(r"(/[A-Za-z0-9._~-]+)+$"))


class SupplierSettings(Strict):
    """One supplier. `contract` holds the settings that its dialect has of its own."""

    name = String(required=True, validate=Regexp(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"))
    path = String(validate=Regexp(r"/$|(/[A-Za-z0-9._~-]+)+$"))
    dialect = String(validate=OneOf(dialects.names()))
    contract = Mapped()
    scenarios = String(allow_none=True)
    default = String(allow_none=True)
    seed = Seed(allow_none=True)
    gateway = nested(GatewaySettings)
    auth = nested(InboundSettings)
    delivery = nested(PolicySettings)
    clock = nested(ClockSettings)

    @validates_schema(pass_original=True, skip_on_field_errors=True)
    def check_contract(self, data: Any, original: Any, **kwargs: Any) -> None:
        _, problems = load(
            dialects.options_of(data.get("dialect", FIRST_DIALECT)), data.get("contract", {})
        )
        wrong: dict[Any, Any] = {}
        for path, message in problems:
            branch = wrong
            for part in path[:-1]:
                branch = branch.setdefault(part, {})
            branch.setdefault(path[-1] if path else "_schema", []).append(message)
        if wrong:
            raise ValidationError({"contract": wrong})


class Settings(Strict):
    """The whole file. `seed` fixes chance: the same run comes out the same."""

    server = nested(ServerSettings)
    store = nested(StoreSettings)
    gateway = nested(GatewaySettings)
    auth = nested(InboundSettings)
    delivery = nested(DeliverySettings)
    journal = nested(JournalSettings)
    log = nested(LogSettings)
    admin = nested(AdminSettings)
    clock = nested(ClockSettings)
    pretend_gateway = nested(PretendSettings)
    seed = Seed(allow_none=True)
    suppliers = listed(nested(SupplierSettings))


DEFAULTS: dict[str, Any] = {
    "server": {
        "host": "127.0.0.1",
        "port": 8080,
        "workers": 2,
        "threads": 8,
        "max_body": 1_048_576,
        "max_delay": "60s",
    },
    "store": {"url": "sqlite:///simulator.db", "durability": "normal"},
    "gateway": {
        "url": None,
        "kcis": None,
        "auth": {
            "kind": None,
            "token_url": None,
            "optional": True,
            "client_id": "simulator",
            "client_secret": "simulator-secret",
            "scope": "",
            "token": "",
            "username": "",
            "password": "",
        },
        "tls": {"ca": None, "certificate": None, "key": None, "password": ""},
    },
    "auth": {
        "kind": "none",
        "tokens": [],
        "users": {},
        "clients": {},
        "token_path": "/auth/supplier/access-token",
        "lifetime": "1h",
    },
    "delivery": {
        "retry": "default",
        "retry_on": "weather",
        "retry_after_max": "5m",
        "timeout": "10s",
        "connect_timeout": "3s",
        "lease": "15s",
        "in_flight": 64,
        "after_dead": "park",
        "queue": "order",
        "rate": None,
        "breaker": {"failures": 10, "successes": 3, "probe_every": "1s"},
    },
    "journal": {"most": 100_000, "keep": "30d"},
    "log": {"format": "text", "level": "info"},
    "admin": {"token": None},
    "clock": {"mode": None, "rate": 1.0},
    "pretend_gateway": {"mount": True, "path": "/gateway"},
    "seed": None,
    "suppliers": [
        {
            "name": "default",
            "path": "/",
            "dialect": "fibre_cafe",
            "contract": {},
            "scenarios": None,
            "default": None,
        },
        {
            "name": "mef",
            "path": "/mef",
            "dialect": "mef",
            "contract": {},
            "scenarios": None,
            "default": None,
        },
    ],
}
