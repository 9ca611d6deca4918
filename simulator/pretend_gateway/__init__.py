"""The pretend gateway: the counterpart for laptop, demo and tests.

It gives tokens, checks each KCI as a gateway would, and keeps it. It answers as the contract says
(`Dialect.accepted`, `Dialect.refuse`). It is no real gateway: what it accepts proves that our
messages keep the contract, nothing more. What came is listed and deleted at `/kcis`, whatever the
contract's own path for messages is.
"""

from simulator.pretend_gateway.book import Book
from simulator.pretend_gateway.gateway import RECEIVED, PretendGateway
from simulator.pretend_gateway.mounted import (
    Mounted,
    PretendGateways,
    PretendGatewaysOfWorld,
    token_key,
)

__all__ = [
    "RECEIVED",
    "Book",
    "Mounted",
    "PretendGateway",
    "PretendGateways",
    "PretendGatewaysOfWorld",
    "token_key",
]
