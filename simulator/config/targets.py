"""Where messages and token requests may go (`delivery.targets`)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from marshmallow import ValidationError

from simulator.config.advice import is_loopback
from simulator.formats.schema import String
from simulator.formats.validators import Misfit

if TYPE_CHECKING:
    from simulator.config.table import SupplierConfig

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ANYWHERE = "any"
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "fe80::/10",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
    )
)
"""Link-local addresses, and those at which clouds tell a machine's own secrets."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-._")


class Target(String):
    """One entry of the list: a host's name, `*.` and the end of names, an address, a network, or
    `any`.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).lower()
        if _is_network(text):
            try:
                return str(ipaddress.ip_network(text))
            except ValueError as error:
                raise ValidationError(Misfit(f"`{text[:60]}` is no network: {error}")) from None
        name = text.removeprefix("*.")
        if not name or not set(name) <= _LETTERS or ".." in name or name.startswith("."):
            known = "a host, *.DOMAIN, an address, a network such as 10.0.0.0/8, or any"
            raise ValidationError(Misfit(f"`{text[:60]}` must be {known}"))
        return text


@dataclass(frozen=True, slots=True)
class Targets:
    """The hosts and networks that may be posted to; `anywhere` allows all but the addresses of
    `NEVER`.

    `listed` and `networks` come from the setting; `configured` are the hosts of the configured
    gateways.
    """

    anywhere: bool
    listed: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    configured: frozenset[str] = frozenset()

    def refusal(self, host: str, address: str | None = None) -> str:
        """Why a host that has this address may not be posted to; empty when it may.

        Without an address, the host's own counts; of a name alone nothing can be said.
        """
        found = _address(address if address is not None else host)
        if address is None and found is None and _is_number(host):
            return f"{host} is not a canonical IPv4 address"
        if found is None or self._allows(host.lower(), found):
            return ""
        shown = host if address in (None, host) else f"{host} ({address})"
        if _is_never(found):
            return (
                f"{shown} is a link-local or metadata address:"
                " only delivery.targets can allow it, by its own entry"
            )
        return f"{shown} may not be posted to: add it to delivery.targets"

    def _allows(self, host: str, address: Address) -> bool:
        ways = _ways(address)
        if self._is_listed(host):
            return True
        if _is_never(address):
            return any(network.subnet_of(block) for network, block in self._narrow(ways))  # type: ignore[arg-type]
        if self.anywhere or host in self.configured:
            return True
        return any(way.is_loopback or way.is_unspecified or self._is_within(way) for way in ways)

    def _is_listed(self, host: str) -> bool:
        ends = [f"*.{host.partition('.')[2]}"] if "." in host else []
        while ends and "." in ends[-1][2:]:
            ends.append(f"*.{ends[-1][2:].partition('.')[2]}")
        return host in self.listed or not self.listed.isdisjoint(ends)

    def _is_within(self, address: Address) -> bool:
        return any(address in network for network in self.networks)

    def _narrow(self, ways: Sequence[Address]) -> Iterator[tuple[Network, Network]]:
        """The listed networks that have an address of `NEVER`, each with its block there."""
        for way in ways:
            for block in (block for block in NEVER if way in block):
                yield from ((network, block) for network in self.networks if way in network)


def targets_of(
    host: str, suppliers: Iterable[SupplierConfig], entries: Sequence[str] | None
) -> Targets:
    """Where messages may go, for a server that listens at `host`: without a list, everywhere when
    it listens to its own machine alone.
    """
    given = entries or ()
    networks = tuple(ipaddress.ip_network(one) for one in given if _is_network(one))
    return Targets(
        anywhere=ANYWHERE in given or (entries is None and is_loopback(host)),
        listed=frozenset(one for one in given if one != ANYWHERE and not _is_network(one)),
        networks=networks,
        configured=frozenset(
            host.lower()
            for host in (host, *(name for one in suppliers for _, name in _hosts_of(one)))
        ),
    )


def refusals(targets: Targets, supplier: SupplierConfig) -> Iterator[str]:
    """What of a supplier's settings names an address that may not be posted to."""
    for setting, host in _hosts_of(supplier):
        if refusal := targets.refusal(host):
            yield f"{setting}: {refusal}"


def _hosts_of(supplier: SupplierConfig) -> Iterator[tuple[str, str]]:
    """The hosts that a supplier's settings name, each with the setting."""
    for setting, url in (
        ("gateway.url", supplier.gateway.url),
        ("gateway.auth.token_url", supplier.gateway.auth.token_url),
    ):
        if url is not None:
            yield setting, urlsplit(url).hostname or ""


def _is_network(text: str) -> bool:
    return "/" in text or _address(text) is not None


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _is_number(host: str) -> bool:
    """Whether the system may read a host as an IPv4 address, as it reads `2130706433`."""
    return host.replace(".", "").isdigit()


def _ways(address: Address) -> tuple[Address, ...]:
    """An address, and the IPv4 address inside it where it only wraps that."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return (address, inner) if inner else (address,)


def _is_never(address: Address) -> bool:
    return any(way in block for way in _ways(address) for block in NEVER)
