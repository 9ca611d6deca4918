"""A whole simulator on threads of this process, for the demo and for tests. For anything else there
is `simulator serve`, which has the same loop.
"""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from simulator.config import Config
from simulator.web.serving import listen, loop_of
from simulator.web.site import Site
from simulator.world import World, open_world


class Embedded:
    """`with Embedded(config) as simulator:` listens on `simulator.url` until the block ends."""

    def __init__(self, config: Config) -> None:
        listener = listen(config.server.host, config.server.port)
        self.url = f"http://{config.server.host}:{listener.getsockname()[1]}"
        try:
            self.world: World = open_world(config, self.url)
        except Exception:
            listener.close()
            raise
        self.listener = listener
        self.site = Site(self.world)
        self.loop = loop_of(self.site, [listener], config.server, end=self.world.end_waits)
        self.sender = self.world.sender()
        self.threads = [
            threading.Thread(target=self.loop.run, name="web", daemon=True),
            threading.Thread(
                target=lambda: asyncio.run(self.sender.run()), name="sender", daemon=True
            ),
        ]

    def __enter__(self) -> Embedded:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.world.end_waits()
        self.loop.stop()
        self.sender.stop()
        for thread in self.threads:
            thread.join(timeout=20)
        self.listener.close()
        self.world.close()
