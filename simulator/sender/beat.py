"""A sender's sign of life, and taking back what silent senders have left."""

from __future__ import annotations

import logging
import os
import socket

from simulator import __version__
from simulator.base import instants
from simulator.store import Tx, senders, wall_clock

log = logging.getLogger("simulator.sender")

BEAT_EVERY = 2 * instants.SECOND


class Beat:
    """The signs of life of one sender; `longest` is how long a lease lasts."""

    def __init__(self, sender: str, longest: int) -> None:
        self.sender = sender
        self.longest = longest
        self.last = 0
        self.me: dict[str, str | int] = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": __version__,
        }

    def give(self, tx: Tx) -> None:
        """Give a sign of life when one is due. Conflict in a view, where none can be given."""
        last = self.last
        if 0 <= tx.wall - last <= BEAT_EVERY:
            return
        tx.want_locks()
        tx.end_stuck()
        if back := wall_clock.went_back(tx, lease=self.longest, beat=BEAT_EVERY):
            length = instants.format_duration(back)
            tx.after(lambda: log.warning("the wall clock went back by %s", length))
        senders.beat(tx, self.sender, self.me)
        # after an outage of the store all signs are old: nobody is taken to be gone
        if tx.wall - last < 2 * BEAT_EVERY and (freed := senders.take_back(tx)):
            said = "took back %d orders from a sender that gives no sign of life"
            tx.after(lambda: log.warning(said, freed))
        tx.after(lambda: self._given(tx.wall))

    def take_all(self, tx: Tx) -> int:
        """Free every lane that a sender before this one left: how many."""
        wall_clock.remember(tx)
        return senders.take_all(tx)

    def leave(self, tx: Tx) -> None:
        """End: this sender holds nothing any more."""
        wall_clock.remember(tx)
        senders.leave(tx, self.sender)

    def _given(self, wall: int) -> None:
        self.last = wall
