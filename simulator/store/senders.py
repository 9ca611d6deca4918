"""The senders that share a store. Each gives signs of life; the others take back what one that has
gone had leased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from simulator.base import instants
from simulator.model import LaneState
from simulator.store.tables import lanes, p, senders
from simulator.store.transaction import Tx

SILENT = 6 * instants.SECOND
"""A sender without a sign of life for so long is taken to be gone."""

_BEAT = sa.update(senders).where(senders.c.id == p("key")).values(beat_wall=p("wall"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderRow:
    """One sender: where it runs, since when, and its newest sign of life."""

    id: str
    host: str
    pid: int
    version: str
    started_wall: int
    beat_wall: int


def beat(tx: Tx, sender: str, me: Mapping[str, str | int]) -> None:
    """Note that a sender is alive. `me` is its host, pid and version."""
    if tx.execute(_BEAT, {"key": sender, "wall": tx.wall}).rowcount == 0:
        tx.execute(
            sa.insert(senders).values(id=sender, started_wall=tx.wall, beat_wall=tx.wall, **me)
        )


def clock_went_back(tx: Tx) -> None:
    """The wall clock was set back: no sign of life may lie in the future."""
    tx.execute(sa.update(senders).where(senders.c.beat_wall > tx.wall).values(beat_wall=tx.wall))


def leave(tx: Tx, sender: str) -> None:
    """A sender ends; it has no leases any more."""
    tx.execute(sa.delete(senders).where(senders.c.id == sender))


def take_back(tx: Tx) -> int:
    """Free the lanes that silent senders have leased. Returns how many."""
    silent = [
        row.id
        for row in tx.execute(sa.select(senders.c.id).where(senders.c.beat_wall < tx.wall - SILENT))
    ]
    if not silent:
        return 0
    theirs = (lanes.c.state == LaneState.SENDING, lanes.c.owner.in_(silent), lanes.c.wake > tx.wall)
    freed = int(tx.execute(sa.update(lanes).where(*theirs).values(_freed(tx))).rowcount)
    tx.execute(sa.delete(senders).where(senders.c.id.in_(silent)))
    return freed


def take_all(tx: Tx) -> int:
    """Free every leased lane, for the only sender of a store, when it starts. Returns how many."""
    tx.execute(sa.delete(senders))
    return int(
        tx.execute(
            sa.update(lanes).where(lanes.c.state == LaneState.SENDING).values(_freed(tx))
        ).rowcount
    )


def _freed(tx: Tx) -> dict[str, Any]:
    return {"wake": tx.wall, "version": lanes.c.version + 1}


def every(tx: Tx) -> list[SenderRow]:
    """All senders, the oldest first."""
    return [
        SenderRow(**row._mapping)
        for row in tx.execute(sa.select(senders).order_by(senders.c.started_wall, senders.c.id))
    ]


def last_beat(tx: Tx) -> int:
    """The wall time of the newest sign of life, 0 before the first."""
    return int(tx.execute(sa.select(sa.func.max(senders.c.beat_wall))).scalar_one() or 0)
