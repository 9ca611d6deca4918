"""The store: everything that must survive, in SQLite or PostgreSQL. SQLAlchemy Core lives here and nowhere else."""

from simulator.store import clocks, journal, orders, outbox, pins, received, suppliers
from simulator.store.database import Store, Tx, parse_url
from simulator.store.tables import OPEN

__all__ = ["OPEN", "Store", "Tx", "clocks", "journal", "orders", "outbox", "parse_url", "pins", "received", "suppliers"]
