"""The one way out: every request to a gateway or a token endpoint.

HTTP/1.1 as far as a message needs it: no proxies, no cookies, no redirects, no compression. An
address is checked when the connection is made (`simulator.gateway.connecting`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import lru_cache

from simulator.config import Targets
from simulator.gateway.answers import Answer, NoAnswer, Reader
from simulator.gateway.connecting import Connector, TargetRefused
from simulator.gateway.connection import Connection
from simulator.gateway.names import LookUp, Names, look_up
from simulator.gateway.pool import Pool
from simulator.gateway.wire import Place, Site, request_bytes, site_of

_KNOWN_SITES = 1000


class Outbound:
    """Keep-alive connections, `connections` at most. Use inside an event loop."""

    def __init__(self, targets: Targets, connections: int, look_up: LookUp = look_up) -> None:
        self.targets = targets
        self.connections = connections
        self.connector = Connector(targets, Names(look_up))
        self.pool = Pool()
        self.slots = asyncio.Semaphore(connections)
        self.busy = 0
        self.site = lru_cache(maxsize=_KNOWN_SITES)(self._checked_site)

    async def close(self) -> None:
        """Give the connections back."""
        await self.pool.close()

    async def request(
        self,
        method: str,
        url: str,
        path: str = "",
        *,
        headers: Mapping[str, str],
        body: str,
        tls: ssl.SSLContext,
        timeout: float,
        connect_timeout: float,
        keep: int,
        most: int,
    ) -> Answer:
        """One request for a path below a URL, and its answer, within `timeout` seconds. NoAnswer
        when no whole one came; TargetRefused for an address that may not be posted to.

        It is sent once, also where the connection is lost before an answer: the gateway may have
        it. The first `keep` bytes of the answer's body are kept; behind `most` it is cut.
        """
        reader = Reader(keep, most)
        try:
            site = self.site(url)
            data = request_bytes(method, site, path, headers, body)
            async with asyncio.timeout(timeout), self.slots:
                await self._exchange(site.place(tls), data, reader, connect_timeout)
        except TimeoutError:
            raise NoAnswer("timeout: no complete answer in time", reader.answer) from None
        except ValueError as error:
            raise NoAnswer(str(error), reader.answer) from None
        return reader.answer

    async def _exchange(self, place: Place, data: bytes, reader: Reader, within: float) -> None:
        self.busy += 1
        try:
            connection = self.pool.take(place) or await self._connect(place, within)
            await connection.exchange(data, reader)
        finally:
            self.busy -= 1
        if reader.keeps and connection.is_free:
            self.pool.keep(place, connection)
        else:
            connection.abort()

    async def _connect(self, place: Place, within: float) -> Connection:
        self.pool.keep_at_most(self.connections - self.busy)
        return await self.connector.connect(place, within)

    def _checked_site(self, url: str) -> Site:
        site = site_of(url)
        # an address is not looked up, so that the connector does not check it
        if refusal := self.targets.refusal(site.host):
            raise TargetRefused(refusal)
        return site
