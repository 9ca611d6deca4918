"""The one way out: every request to a gateway or a token endpoint, and where it may go.

The address is checked when the connection is made, so that a name cannot lead elsewhere after it
was checked.
"""

from __future__ import annotations

import socket
from contextlib import AbstractAsyncContextManager
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
