"""Keeping the store small, in short transactions: old lines of the journals and of the pretend
gateways' lists are dropped, and orders are deleted that have been at rest for long.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial

import sqlalchemy as sa

from simulator.base import instants
from simulator.config import JournalConfig, OrdersConfig
from simulator.store import journal, received, repeats
from simulator.store.database import Store
from simulator.store.retention import FindAndLock, Walk
from simulator.store.tables import clocks
from simulator.store.transaction import Tx

log = logging.getLogger("simulator.store")

EVERY = 10.0
"""Seconds between two turns."""

PAUSE = 0.01
"""Seconds between two transactions of one turn: requests and senders come in between."""

LEAST = instants.MINUTE
"""So long an order stays at rest, whatever the bounds: whoever used it a moment ago may look at it,
and on PostgreSQL every order that came to rest before it is visible by then.
"""


def tidy_lists(store: Store, bounds: JournalConfig) -> Iterator[int]:
    """Drop what the journals and the pretend gateways' lists have beyond their bounds; how many
    lines each transaction dropped.
    """
    with store.read() as tx:
        before_wall = tx.wall - bounds.keep
        journals = {
            supplier: journal.edge(tx, supplier, bounds.most)
            for supplier in journal.suppliers_of(tx)
        }
        books = {
            supplier: received.edge(tx, supplier, bounds.most)
            for supplier in received.suppliers_of(tx)
        }
    length = instants.format_duration(bounds.keep)
    for supplier, edge in journals.items():
        drop = partial(journal.drop, supplier=supplier, edge=edge, before_wall=before_wall)
        said = "dropped the %d oldest lines of the journal of %s: it keeps %d of the last %s"
        yield from _told(
            _in_batches(store, drop),
            f"{said} (journal.most, journal.keep)",
            (supplier, bounds.most, length),
        )
    for supplier, edge in books.items():
        drop = partial(received.drop, supplier=supplier, edge=edge, before_wall=before_wall)
        yield from _in_batches(store, drop)


class Upkeep:
    """The house-keeping of one sender. Several may do it at once: each leaves alone what another
    one works on.
    """

    def __init__(
        self, store: Store, find: FindAndLock, lists: JournalConfig, orders: OrdersConfig
    ) -> None:
        self.store = store
        self.find = find
        self.lists = lists
        self.orders = orders
        self.walks: dict[tuple[str, bool], Walk] = {}
        self.wall = 0

    def turn(self) -> Iterator[int]:
        """Do what there is to do, one short transaction after another; how much each deleted."""
        yield from tidy_lists(self.store, self.lists)
        with self.store.read() as tx:
            suppliers = sorted(tx.execute(sa.select(clocks.c.supplier)).scalars())
            went_back, self.wall = tx.wall < self.wall, tx.wall
        if went_back:  # the wall clock: orders come to rest behind the walks
            self.walks.clear()
        self.walks = {key: walk for key, walk in self.walks.items() if key[0] in suppliers}
        for supplier in suppliers:
            yield from self._tidy_orders(supplier)

    def _tidy_orders(self, supplier: str) -> Iterator[int]:
        most, keep, unended = self.orders.most, self.orders.keep, self.orders.unended
        finished, others = self._walk(supplier, finished=True), self._walk(supplier, finished=False)
        with self.store.read() as tx:
            finished_edge = _edge(tx, partial(finished.too_many, tx), most, keep)
            others_edge = _edge(tx, partial(others.too_many, tx), unended, None)
            asked_edge = _edge(tx, partial(repeats.behind, tx, supplier), most, keep)
        said = "deleted %d orders of %s that are finished (orders.most, orders.keep)"
        yield from _told(finished.go(finished_edge), said, (supplier,))
        said = "deleted %d orders of %s that are at rest, but not finished (orders.unended)"
        yield from _told(others.go(others_edge), said, (supplier,))
        drop = partial(repeats.drop, supplier=supplier, edge=asked_edge)
        yield from _in_batches(self.store, drop)

    def _walk(self, supplier: str, *, finished: bool) -> Walk:
        key = supplier, finished
        if key not in self.walks:
            self.walks[key] = Walk(self.store, self.find, supplier, finished=finished)
        return self.walks[key]


def _edge(tx: Tx, too_many: Callable[[int], int], most: int | None, keep: int | None) -> int:
    """The moment up to which things are too many, or too old."""
    many = 0 if most is None else too_many(most)
    old = 0 if keep is None else tx.wall - keep
    return min(max(many, old), tx.wall - LEAST)


def _in_batches(store: Store, drop: Callable[[Tx], int]) -> Iterator[int]:
    while gone := store.run(drop):
        yield gone


def _told(pieces: Iterator[int], said: str, about: tuple[object, ...]) -> Iterator[int]:
    """The same pieces; the log says how much they were together."""
    total = 0
    try:
        for gone in pieces:
            total += gone
            yield gone
    finally:
        if total:
            log.info(said, total, *about)
