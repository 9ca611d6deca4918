"""A web process of `serve`: our loop, on the socket and over the site that the parent has made."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

from simulator.cli.child import ENDINGS, READ_AGAIN
from simulator.web import Site, loop_of
from simulator.world import World

log = logging.getLogger("simulator")


def run(site: Site, listener: socket.socket, beat: Callable[[], None]) -> None:
    """Serve until one of the `ENDINGS`; then the loop ends long polls and streams, and answers what
    is in flight. `beat` is called all the while.
    """
    world = site.world
    world.reopen()
    world.reload_others = partial(os.kill, os.getppid(), READ_AGAIN)
    loop = loop_of(site, [listener], world.config.server, heartbeat=beat, end=world.end_waits)
    for number in ENDINGS:
        signal.signal(number, lambda *_: loop.stop())
    asked: SimpleQueue[None] = SimpleQueue()  # a signal's handler may put something there
    signal.signal(READ_AGAIN, lambda *_: asked.put(None))
    threading.Thread(target=_read_files, args=(world, asked), name="files", daemon=True).start()
    loop.run()
    world.close()


def _read_files(world: World, asked: SimpleQueue[None]) -> None:
    """Read the scenario files whenever that is asked for: on a thread, because the loop never
    waits. A process that takes the place of one that has ended lets all read what was asked for
    before, so that all play the same.
    """
    if world.reloading.is_asked():
        world.reload_others()
    while True:
        asked.get()
        while not asked.empty():
            asked.get()
        try:
            world.reload()
        except Exception:
            log.exception("the scenario files could not be read again")
