"""Opening a simulator from its settings: the store, the scenarios, the clocks."""

from __future__ import annotations

import logging
from dataclasses import replace

from simulator.base.errors import Invalid, Problem
from simulator.config import Config
from simulator.rehearsal.books import open_book
from simulator.scenario import Book
from simulator.store import Store, Tx, clocks, wall_clock
from simulator.supplier.scenario_set import Files
from simulator.supplier.waiting import Waits
from simulator.world.health import Health
from simulator.world.registry import World, build_supplier, with_gateway
from simulator.world.reloading import Reloading

log = logging.getLogger("simulator.world")


def open_world(config: Config, base_url: str, *, beginning: bool = True) -> World:
    """Open the store and read every scenario.

    At the `beginning` of a simulator, not of each process, the scenarios are rehearsed and the
    clocks are set. `base_url` is this server's own; the pretend gateways are below it. Invalid
    lists what is wrong with scenarios and settings, Unavailable what is wrong with the store.
    """
    reloading = Reloading(config.suppliers)  # what changes from now on is read again
    books = _read_books(config, rehearse=beginning)
    config = replace(
        config,
        suppliers=tuple(with_gateway(supplier, config, base_url) for supplier in config.suppliers),
    )
    store = Store(
        config.store.url, durability=config.store.durability, pool=config.server.threads + 4
    )
    waits = Waits(store)
    standing = {
        supplier.name: build_supplier(supplier, Files(books[supplier.name]), waits, config)
        for supplier in config.suppliers
    }
    if beginning:
        _begin_clocks(config, store)
    return World(
        config=config,
        store=store,
        waits=waits,
        suppliers=standing,
        health_of=Health(store),
        reloading=reloading,
        base_url=base_url,
    )


def _read_books(config: Config, *, rehearse: bool) -> dict[str, Book]:
    """The scenarios of each standing supplier, by its name; what may be wrong with them goes to the
    log. Invalid lists what is wrong.
    """
    books: dict[str, Book] = {}
    problems: list[Problem] = []
    for supplier in config.suppliers:
        try:
            books[supplier.name] = open_book(supplier, rehearse=rehearse)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    for warning in dict.fromkeys(each for book in books.values() for each in book.warnings):
        log.warning("%s", warning)
    return books


def _begin_clocks(config: Config, store: Store) -> None:
    """Set the clocks. Of several processes that do so at once, one sets them for all."""

    def begin(tx: Tx) -> None:
        wall_clock.remember(tx)
        for supplier in config.suppliers:
            clocks.begin(tx, supplier.name, supplier.clock.mode, supplier.clock.rate)

    store.run(begin)
