"""Keeping the store in bounds: old lines of the journals and of the pretend gateways' books are dropped, in short transactions."""

from __future__ import annotations

import logging

from simulator import instants
from simulator.store import journal, received
from simulator.store.database import Store

log = logging.getLogger("simulator.store")


def tidy(store: Store, *, most: int, keep: int) -> int:
    """Drop what is beyond `most` lines of a supplier, or older than `keep` microseconds of real time: how many lines."""
    with store.read() as tx:
        before_wall = tx.wall - keep
        named = journal.suppliers_of(tx)
        heard = received.suppliers_of(tx)
    total = 0
    for supplier in named:
        gone = 0
        while taken := _journal_batch(store, supplier, most, before_wall):
            gone += taken
        if gone:
            log.info(
                "dropped the %d oldest lines of the journal of %s: it keeps %d of the last %s (journal.most, journal.keep)",
                gone, supplier, most, instants.format_duration(keep),
            )  # fmt: skip
        total += gone
    for supplier in heard:
        while _received_batch(store, supplier, most, before_wall):
            pass
    return total


def _journal_batch(store: Store, supplier: str, most: int, before_wall: int) -> int:
    with store.write() as tx:
        return journal.drop(tx, supplier, most=most, before_wall=before_wall)


def _received_batch(store: Store, supplier: str, most: int, before_wall: int) -> int:
    with store.write() as tx:
        return received.drop(tx, supplier, most=most, before_wall=before_wall)
