"""A wall clock that was set back: supplier time goes on, and what waits in wall time is bounded.

A machine's clock may be corrected by an hour. KCIs that are due must not wait for that hour.
"""

from __future__ import annotations

import sqlalchemy as sa

from simulator.base import instants
from simulator.store import clocks, gateway_states, lanes, senders
from simulator.store.tables import meta
from simulator.store.transaction import Tx

STEP = instants.SECOND
"""A smaller step back is no news: clocks are adjusted by less all the time."""

_KEY = "wall"


def went_back(tx: Tx, *, lease: int, beat: int) -> int:
    """Correct what depends on the wall clock when it was set back. Returns by how much, 0 when it
    was not.

    A sender calls this with each sign of life, every `beat` microseconds; `lease` is how long its
    leases last.
    """
    known = _known(tx)
    if tx.wall >= known - STEP:
        return 0
    lanes.clock_went_back(tx, known - tx.wall, lease)
    gateway_states.clock_went_back(tx)
    senders.clock_went_back(tx)
    clocks.clock_went_back(tx, known + beat)
    _keep(tx, tx.wall)
    return known - tx.wall


def remember(tx: Tx) -> None:
    """Keep the newest wall time that is known: when a store is opened, so that no order is older,
    and before senders leave with their signs of life.
    """
    _keep(tx, max(_known(tx), tx.wall))


def _known(tx: Tx) -> int:
    kept = tx.execute(sa.select(meta.c.value).where(meta.c.key == _KEY)).scalar_one_or_none()
    return max(int(kept or 0), senders.last_beat(tx))


def _keep(tx: Tx, wall: int) -> None:
    changed = sa.update(meta).where(meta.c.key == _KEY).values(value=str(wall))
    if tx.execute(changed).rowcount == 0:
        tx.execute(sa.insert(meta).values(key=_KEY, value=str(wall)))
