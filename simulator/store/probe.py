"""Whether the store can be written now: for readiness, which must not say yes on a full disk."""

from __future__ import annotations

import os
import threading

import sqlalchemy as sa

from simulator.base import instants, seed
from simulator.base.clock import monotonic
from simulator.base.errors import Unavailable
from simulator.store import tables
from simulator.store.database import Store
from simulator.store.transaction import Tx

EVERY = 2 * instants.SECOND
SIZE = 8192
LEAST_FREE = 1024 * 1024
_KEY = "probe"


class WriteProbe:
    """Tries to write, at most once in `EVERY`; as many bytes as an order and its KCIs take."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = threading.Lock()
        self.again_at = 0
        self.said = ""

    def failure(self) -> str:
        """Why the store cannot be written, and what to do; empty when it can."""
        with self.lock:
            if monotonic() >= self.again_at:
                self.said = self._tried()
                self.again_at = monotonic() + EVERY
            return self.said

    def _tried(self) -> str:
        """Look at the disk first: a small write may still fit where the next order does not."""
        if self.store.is_sqlite:
            disk = os.statvfs(self.store.path.parent)
            free = disk.f_bavail * disk.f_frsize
            if free < LEAST_FREE:
                said = f"its disk has {free} bytes left, of {LEAST_FREE} that are needed"
                return f"the store {self.store.path} cannot be used: {said}: free some disk space"
        return self._written()

    def _written(self) -> str:
        text = seed.unique() * (SIZE // 36)

        def write(tx: Tx) -> None:
            changed = sa.update(tables.meta).where(tables.meta.c.key == _KEY).values(value=text)
            if tx.execute(changed).rowcount == 0:
                tx.execute(sa.insert(tables.meta).values(key=_KEY, value=text))

        try:
            self.store.run(write)
        except Unavailable as error:
            return str(error)
        return ""
