"""One web process of `serve`: the loop, on the socket that the parent opened."""

from __future__ import annotations

import signal
import socket

from simulator.cli.supervisor import Beat
from simulator.web import Site, loop_of
from simulator.world import World


def serve_web(world: World, listener: socket.socket, beat: Beat) -> None:
    """Serve a world until a signal. Then end long polls and streams, answer what is in flight, and
    close the world.
    """
    loop = loop_of(
        Site(world), [listener], world.config.server, heartbeat=beat, end=world.end_waits
    )
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    loop.run()
    world.close()
