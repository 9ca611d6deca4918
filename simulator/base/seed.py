"""The only place that draws: chance as a function of names.

A `Chance` is a root (the run's seed) and a path of names (supplier, scenario, the order's key, a
step). The same path gives the same draw with one worker or four, in any order of arrival and after
a restart. Identifiers are drawn from the names only when the run's seed was given on purpose
(`fixed`); otherwise they are unique for ever, and begin with the time.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.base import clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_local = threading.local()
_newest = 0


def unique() -> str:
    """A UUID that was never drawn before, and that anybody can guess a part of.

    It is one of version 7 (RFC 9562): wall time in milliseconds, 12 bits of what is left of it, 60
    random bits. Rows that are made one after another then stand beside each other in an index. In
    one thread each is greater than the one before. Two threads may share a moment: then the random
    bits tell them apart.
    """
    global _newest
    _newest = moment = max(clock.wall() * 4096 // 1000, _newest + 1)
    time = f"{moment:015x}"
    rest = os.urandom(8).hex()
    return f"{time[:8]}-{time[8:12]}-7{time[12:]}-8{rest[1:4]}-{rest[4:]}"


def secret() -> str:
    """A text that nobody can guess: 128 random bits in hexadecimal."""
    return os.urandom(16).hex()


def digest(*parts: str) -> str:
    """A short stable digest of names: 32 hexadecimal characters."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


def reference(name: str) -> str:
    """Ten characters (50 bits) that a person can read out, the same for the same name."""
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 14
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(45, -1, -5))


def of_run(root: str) -> str:
    """The seed of a run that was given none: the same for the same store. Anybody may know it. The
    `root`, from which keys are made too, cannot be found from it.
    """
    return f"run-{reference(f'run {root}')}"


def between(least: float, most: float, *names: str) -> float:
    """A number between two, always the same for the same names."""
    return least + (most - least) * int(digest(*names)[:8], 16) / 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Chance:
    """A root and a path of names; `fixed` when the run's seed was asked for."""

    root: str
    path: tuple[str, ...] = ()
    fixed: bool = False

    def at(self, *names: object) -> Chance:
        """The chance of something inside this: an order's step, a parameter."""
        return Chance(self.root, (*self.path, *map(str, names)), self.fixed)

    def random(self) -> random.Random:
        """A generator that depends on the names alone."""
        return random.Random(digest(self.root, *self.path))

    def uuid(self, *names: object) -> str:
        """The identifier of something inside this: from the names under a fixed seed, otherwise
        unique for ever.
        """
        if not self.fixed:
            return unique()
        return str(uuid.UUID(hex=digest("uuid", self.root, *self.at(*names).path), version=4))

    def fake(self) -> Fake:
        """The template name `fake`."""
        return Fake(self)


@dataclass(frozen=True, slots=True)
class Fake(Mapping[str, Any]):
    """`fake.NAME` in a template: one of `FAKE_WORDS`.

    The same name gives the same value within one step of one order. KeyError for other words.
    """

    chance: Chance

    def __getitem__(self, name: str) -> Any:
        draw = self.chance.at("fake", name)
        if name in TRADE:
            return TRADE[name](draw.random())
        if name in FAKER:
            return _generic(name, draw)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(FAKE_WORDS)

    def __len__(self) -> int:
        return len(FAKE_WORDS)


def _digits(length: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices("0123456789", k=length))


TRADE: dict[str, Callable[[random.Random], Any]] = {
    "uprn": lambda chance: "1" + _digits(11)(chance),
    "service_id": lambda chance: "SVC-" + _digits(8)(chance),
    "ont": lambda chance: "ONT" + _digits(10)(chance),
    "ont_serial": lambda chance: "".join(chance.choices(_ALPHABET, k=12)),
    "line_id": lambda chance: "LN" + _digits(9)(chance),
    "vlan": lambda chance: chance.randint(2, 4094),
    "circuit": lambda chance: "CCT-" + _digits(7)(chance),
    "appointment": lambda chance: "APT-" + _digits(6)(chance),
    "slot": lambda chance: chance.choice(["AM", "PM"]),
    "supplier_code": lambda chance: "NET-" + _digits(3)(chance),
}


FAKER = (
    *("name", "name_female", "name_male", "prefix", "suffix"),
    *("first_name", "first_name_female", "first_name_male", "last_name", "job", "user_name"),
    *("email", "safe_email", "free_email", "ascii_email", "ascii_safe_email", "company_email"),
    *("phone_number", "cellphone_number", "msisdn"),
    *("address", "street_address", "secondary_address", "building_number", "street_name"),
    *("city", "county", "postcode", "country", "country_code", "latitude", "longitude"),
    *("company", "company_suffix", "catch_phrase", "currency_code", "license_plate", "vin"),
    *("iban", "bban", "swift", "swift11", "ean8", "ean13", "isbn13"),
    *("ipv4", "ipv4_private", "ipv4_public", "ipv6", "mac_address", "port_number"),
    *("hostname", "domain_name", "domain_word", "url", "uri", "uri_path", "slug", "user_agent"),
    *("word", "sentence", "paragraph", "text", "color_name", "hex_color", "file_name"),
    *("mime_type", "locale", "language_code", "language_name"),
    *("boolean", "random_digit", "random_int", "random_letter", "random_number", "pyint"),
    *("uuid4", "md5", "sha1", "sha256", "password"),
)
"""The words of Faker (en_GB) that a template may use: they take no argument, hang on the seed
alone and not on today's date, and give a text, a number or a boolean in every version of Faker
that we allow.
"""

FAKE_WORDS = (*TRADE, *FAKER)
"""What may stand behind `fake.`."""


def _generic(name: str, draw: Chance) -> Any:
    faker = getattr(_local, "faker", None)
    if faker is None:
        # it takes 0.1 s to import and few scenarios use it: only when the first one asks
        from faker import Faker

        faker = _local.faker = Faker("en_GB")
    faker.seed_instance(digest(draw.root, *draw.path))
    value = getattr(faker, name)()
    return value if isinstance(value, (str, int, float, bool)) else str(value)
