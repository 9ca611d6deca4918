"""Senders on threads of the tests' own, for worlds that a test puts together by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.world import World


@contextmanager
def sending() -> Iterator[Callable[[World], None]]:
    """`start(world)` lets a world's sender run until the block ends; then the world is closed."""
    started = []

    def start(world: World) -> None:
        sender = world.sender()
        thread = threading.Thread(target=lambda: asyncio.run(sender.run()), daemon=True)
        thread.start()
        started.append((world, sender, thread))

    try:
        yield start
    finally:
        for world, sender, thread in started:
            sender.stop()
            thread.join(timeout=20)
            world.close()
