"""The one way out: every request to a gateway or a token endpoint, and where it may go.

The address is checked when the connection is made, so that a name cannot lead elsewhere after it
was checked.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from simulator import __version__
from simulator.config import Targets

_ALWAYS = {"User-Agent": f"supplier-simulator/{__version__}", "Accept-Encoding": "identity"}


class TargetRefused(OSError):
    """This host may not be posted to; the text says why."""


class Outbound:
    """Keep-alive connections, `connections` at most at once. Use inside an event loop."""

    def __init__(self, targets: Targets, connections: int, names: AbstractResolver | None = None):
        connector = aiohttp.TCPConnector(
            limit=connections,
            keepalive_timeout=1.5,
            resolver=_Checked(targets, names or aiohttp.ThreadedResolver()),
        )
        self.targets = targets
        self.session = aiohttp.ClientSession(
            connector=connector,
            # what one gateway sets is no business of the next message
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=_ALWAYS,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self.session.close()

    def request(
        self, method: str, url: str, **options: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """One request; redirects are never followed. Raises TargetRefused for an address that may
        not be posted to.
        """
        # an address is not looked up, so that the resolver does not see it
        if refusal := self.targets.refusal(urlsplit(url).hostname or ""):
            raise TargetRefused(refusal)
        return self.session.request(method, url, allow_redirects=False, **options)


@dataclass(slots=True)
class Body:
    """What was read of an answer's body. The first `keep` bytes are kept, the rest is only counted;
    reading stops behind `most` bytes.
    """

    keep: int
    most: int
    kept: bytes = b""
    length: int = 0

    async def read(self, response: aiohttp.ClientResponse) -> bool:
        """Read the body, and return whether its end came. Raises the errors of the connection when
        the answer breaks off.
        """
        async for piece in response.content.iter_any():
            self.kept += piece[: self.keep - len(self.kept)]
            self.length += len(piece)
            if self.length > self.most:
                return False
        return True

    @property
    def text(self) -> str:
        """What was kept, as text that a store can keep."""
        return self.kept.decode("utf-8", "replace").replace("\x00", "\ufffd")


def in_one_line(error: Exception) -> str:
    """An error of the connection, for the journal and the log."""
    if isinstance(error, asyncio.TimeoutError):
        return "timeout: no complete answer in time"
    if isinstance(refused := getattr(error, "os_error", error), TargetRefused):
        return str(refused)
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            cause: Any = error.certificate_error  # before 3.13.4 it has no `os_error`
        else:
            cause = error.os_error
        number = cause.errno if isinstance(cause, ConnectionError) else None
        why = os.strerror(number) if number else cause.strerror or str(cause)
        return f"cannot connect to {error.host}:{error.port}: {why}"[:300]
    return f"{type(error).__name__}: {error}"[:300]


class _Checked(AbstractResolver):
    """A resolver that leaves out the addresses that may not be posted to."""

    def __init__(self, targets: Targets, names: AbstractResolver) -> None:
        self.targets = targets
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self.names.resolve(host, port, family)
        refusals = {one["host"]: self.targets.refusal(host, one["host"]) for one in found}
        allowed = [one for one in found if not refusals[one["host"]]]
        if found and not allowed:
            raise TargetRefused(next(iter(refusals.values())))
        return allowed

    async def close(self) -> None:
        await self.names.close()
