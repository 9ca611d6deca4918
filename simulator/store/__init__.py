"""The store: everything that must survive, in SQLite or PostgreSQL. No other package uses
SQLAlchemy.
"""

from simulator.store import (
    clocks,
    gateway_states,
    journal,
    lanes,
    locks,
    order_views,
    orders,
    outbox,
    pins,
    received,
    repeats,
    senders,
    suppliers,
    upkeep,
    uploads,
    wall_clock,
)
from simulator.store.connecting import parse_url, remedy
from simulator.store.database import Store
from simulator.store.notifier import EVERYTHING, WORK, Change
from simulator.store.subscriptions import Subscription
from simulator.store.tasks import Task, run_tasks
from simulator.store.transaction import Together, Tx, Work

__all__ = [
    "EVERYTHING",
    "WORK",
    "Change",
    "Store",
    "Subscription",
    "Task",
    "Together",
    "Tx",
    "Work",
    "clocks",
    "gateway_states",
    "journal",
    "lanes",
    "locks",
    "order_views",
    "orders",
    "outbox",
    "parse_url",
    "pins",
    "received",
    "remedy",
    "repeats",
    "run_tasks",
    "senders",
    "suppliers",
    "upkeep",
    "uploads",
    "wall_clock",
]
