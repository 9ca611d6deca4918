"""A whole simulator on threads of this process, for the demo and for tests. For anything else there
is `simulator serve`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from types import TracebackType

from werkzeug.serving import make_server

from simulator.config import Config
from simulator.web.app import create_app
from simulator.world import World, open_world


class Embedded:
    """`with Embedded(config) as simulator:` listens on `simulator.url` until the block ends."""

    def __init__(self, config: Config) -> None:
        self.server = make_server(config.server.host, config.server.port, _not_yet, threaded=True)
        self.url = f"http://{config.server.host}:{self.server.server_port}"
        try:
            self.world: World = open_world(config, self.url)
        except Exception:
            self.server.server_close()
            raise
        self.server.app = create_app(self.world)
        self.sender = self.world.sender()
        self.threads = [
            threading.Thread(
                target=self.server.serve_forever,
                kwargs={"poll_interval": 0.01},
                name="web",
                daemon=True,
            ),
            threading.Thread(
                target=lambda: asyncio.run(self.sender.run()), name="sender", daemon=True
            ),
        ]

    def __enter__(self) -> Embedded:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
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
        self.server.shutdown()
        self.sender.stop()
        for thread in self.threads:
            thread.join(timeout=20)
        self.server.server_close()
        self.world.close()


def _not_yet(environ: object, start_response: object) -> list[bytes]:
    return []
