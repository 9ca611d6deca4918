"""The types that every layer shares. Nothing in this package does anything."""

from simulator.model.records import (
    RECEIVED,
    Document,
    Exchange,
    Frame,
    GatewayState,
    Kci,
    Lane,
    Order,
    OrderView,
    Request,
)
from simulator.model.script import (
    Condition,
    Entry,
    Param,
    Pending,
    Reply,
    Scenario,
    Step,
    Vocabulary,
    Where,
)
from simulator.model.wire import Heard, Incoming, Outgoing, Query, Submission

__all__ = [
    "RECEIVED",
    "Condition",
    "Document",
    "Entry",
    "Exchange",
    "Frame",
    "GatewayState",
    "Heard",
    "Incoming",
    "Kci",
    "Lane",
    "Order",
    "OrderView",
    "Outgoing",
    "Param",
    "Pending",
    "Query",
    "Reply",
    "Request",
    "Scenario",
    "Step",
    "Submission",
    "Vocabulary",
    "Where",
]
