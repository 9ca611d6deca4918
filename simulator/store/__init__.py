"""The store: everything that must survive, in SQLite or PostgreSQL. SQLAlchemy Core lives here and nowhere else."""

from simulator.store import clocks, holds, journal, orders, outbox, pins, received, senders, suppliers, upkeep, uploads
from simulator.store.bell import EVERYTHING, WORK, Change
from simulator.store.database import Store, Tx, parse_url, remedy
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
    "holds",
    "journal",
    "orders",
    "outbox",
    "parse_url",
    "pins",
    "received",
    "remedy",
    "senders",
    "suppliers",
    "upkeep",
    "uploads",
]
