"""Senders on threads of the tests' own, for worlds that a test puts together by hand; and waiting
for what other threads do.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.world import World


def until(condition: Callable[[], object], within: float = 20) -> None:
    """Wait until something is so."""
    never = threading.Event()
    for _ in range(round(within * 100)):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError("it did not come true in time")


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
