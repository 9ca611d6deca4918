"""The store: everything that must survive, in SQLite or PostgreSQL. SQLAlchemy Core lives here and nowhere else."""

from simulator.store import clocks, journal, orders, outbox, pins, received, suppliers, upkeep, uploads
from simulator.store.bell import EVERYTHING, WORK, Change
from simulator.store.database import Store, Tx, parse_url
from simulator.store.tables import OPEN
from simulator.store.watch import Waiter

__all__ = [
    "EVERYTHING",
    "OPEN",
    "WORK",
    "Change",
    "Store",
    "Tx",
    "Waiter",
    "clocks",
    "journal",
    "orders",
    "outbox",
    "parse_url",
    "pins",
    "received",
    "suppliers",
    "upkeep",
    "uploads",
]
