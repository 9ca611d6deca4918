"""Keeping the store small: old lines of the journals and of the pretend gateways' lists are
dropped, in short transactions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from simulator.base import instants
from simulator.store import journal, received
from simulator.store.database import Store
from simulator.store.transaction import Tx

log = logging.getLogger("simulator.store")


def tidy(store: Store, *, most: int, keep: int) -> int:
    """Drop what is beyond `most` lines of a supplier, or older than `keep` microseconds of real
    time. Returns how many lines of journals were dropped.
    """
    with store.read() as tx:
        before_wall = tx.wall - keep
        journals = {
            supplier: journal.edge(tx, supplier, most) for supplier in journal.suppliers_of(tx)
        }
        books = {
            supplier: received.edge(tx, supplier, most) for supplier in received.suppliers_of(tx)
        }
    total = 0
    for supplier, edge in journals.items():
        gone = _in_batches(
            store, partial(journal.drop, supplier=supplier, edge=edge, before_wall=before_wall)
        )
        if gone:
            said = "dropped the %d oldest lines of the journal of %s: it keeps %d of the last %s"
            length = instants.format_duration(keep)
            log.info(f"{said} (journal.most, journal.keep)", gone, supplier, most, length)
        total += gone
    for supplier, edge in books.items():
        _in_batches(
            store, partial(received.drop, supplier=supplier, edge=edge, before_wall=before_wall)
        )
    return total


def _in_batches(store: Store, drop: Callable[[Tx], int]) -> int:
    total = 0
    while True:
        gone = store.run(drop)
        if not gone:
            return total
        total += gone
