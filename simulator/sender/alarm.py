"""When the next turn of a sender begins: at once, or at the earliest moment that it was told."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Alarm:
    """Make it in the event loop that waits for it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.rung = asyncio.Event()
        self.timer: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Let the next turn begin now."""
        self.rung.set()

    def ring_in(self, seconds: float) -> None:
        """Let the next turn begin so soon, unless it begins earlier in any case."""
        due = self.loop.time() + seconds
        if self.timer is not None and self.timer.when() <= due:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.loop.call_at(due, self.rung.set)

    def call(self, seconds: float) -> None:
        """The same as `ring_in`, from any thread."""
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self.loop.call_soon_threadsafe(self.ring_in, seconds)

    def clear(self) -> None:
        """Forget all that it was told: a turn begins."""
        self.rung.clear()
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    async def wait(self) -> None:
        """Wait until the next turn begins."""
        await self.rung.wait()
