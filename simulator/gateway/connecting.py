"""How a connection is made: names, the check of each address, TCP, TLS.

An address is checked when the connection is made, so that a name cannot lead elsewhere after it
was checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import aiohappyeyeballs

from simulator.config import Targets
from simulator.gateway.answers import NoAnswer
from simulator.gateway.connection import Connection, Plain, Secured, reason_of
from simulator.gateway.names import Names
from simulator.gateway.wire import Place

_NEXT_AFTER = 0.25
"""Seconds until the next address of a name is tried beside the one before (RFC 8305)."""

_BUFFER = 64 * 1024

AddrInfo = aiohappyeyeballs.AddrInfoType


class TargetRefused(NoAnswer):
    """This host may not be posted to; the text says why."""


class Connector:
    """Makes connections, to places that may be posted to."""

    def __init__(self, targets: Targets, names: Names) -> None:
        self.targets = targets
        self.names = names
        self.buffer = memoryview(bytearray(_BUFFER))

    async def connect(self, place: Place, within: float) -> Connection:
        """A connection to the first address that takes one; each has so many seconds. NoAnswer says
        why there is none; TargetRefused where no address may be posted to.
        """
        try:
            infos = [_info(one, place.port) for one in await self._addresses(place.host)]
            return await self._first(place, infos, within)
        except OSError as error:
            if isinstance(error, TimeoutError) and error.errno is None:
                raise
            where, why = f"{place.host}:{place.port}", reason_of(error)
            raise NoAnswer(f"cannot connect to {where}: {why}") from None

    async def _addresses(self, host: str) -> list[str]:
        """The addresses of a host that may be posted to."""
        if _is_address(host):
            return [host]
        found = await self.names.addresses(host)
        refusals = {one: self.targets.refusal(host, one) for one in found}
        allowed = [one for one in found if not refusals[one]]
        if found and not allowed:
            raise TargetRefused(next(iter(refusals.values())))
        return allowed

    async def _first(self, place: Place, infos: list[AddrInfo], within: float) -> Connection:
        while True:
            try:
                async with asyncio.timeout(within):
                    return await self._open(place, infos)
            except OSError:  # a time-out too
                aiohappyeyeballs.pop_addr_infos_interleave(infos)
                if not infos:
                    raise

    async def _open(self, place: Place, infos: list[AddrInfo]) -> Connection:
        sock = await aiohappyeyeballs.start_connection(infos, happy_eyeballs_delay=_NEXT_AFTER)
        connection = Secured(sock) if place.tls else Plain(sock, self.buffer)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection,
                sock=sock,
                ssl=place.tls,
                server_hostname=place.host.rstrip(".") if place.tls else None,
            )
        except BaseException:
            sock.close()
            raise
        return connection


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _info(address: str, port: int) -> AddrInfo:
    """An address as `getaddrinfo` gives it."""
    is_v6 = ":" in address
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    parts = (address, port, 0, 0) if is_v6 else (address, port)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", parts
