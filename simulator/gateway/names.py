"""The addresses of names. The system looks them up, in a thread, as that takes time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

KNOWN_FOR = 10.0
MOST_KNOWN = 1000

LookUp = Callable[[str], Awaitable[list[str]]]


async def look_up(host: str) -> list[str]:
    """The addresses of a name, as the system says now. OSError where it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [_address(*parts) for *_, parts in found]


def _address(address: str, port: int, flow: int = 0, scope: int = 0) -> str:
    return f"{address}%{scope}" if scope else address


class Names:
    """Looks names up, each once for all who ask at that time; the answer is good for ten seconds.
    Each time another address of a name is the first.
    """

    def __init__(self, look_up: LookUp) -> None:
        self.look_up = look_up
        self.known: dict[str, tuple[float, asyncio.Future[list[str]]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """The addresses of a name. OSError, or ValueError, where it has none."""
        now = asyncio.get_running_loop().time()
        until, asked = self.known.get(host, (now, None))
        if asked is None or until <= now:
            asked = self._ask(host, now)
        # whoever gives up waiting does not end the look-up of the others
        addresses = await asyncio.shield(asked)
        found = list(addresses)
        addresses[:] = [*addresses[1:], *addresses[:1]]
        return found

    def _ask(self, host: str, now: float) -> asyncio.Future[list[str]]:
        asked = asyncio.ensure_future(self.look_up(host))
        asked.add_done_callback(lambda done: self._forget_failure(host, done))
        self.known.pop(host, None)
        self.known[host] = now + KNOWN_FOR, asked
        while len(self.known) > MOST_KNOWN:
            self.known.pop(next(iter(self.known)))
        return asked

    def _forget_failure(self, host: str, done: asyncio.Future[list[str]]) -> None:
        if (done.cancelled() or done.exception()) and self.known.get(host, (0, None))[1] is done:
            del self.known[host]
