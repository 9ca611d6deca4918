"""Requests and messages of a rehearsal, read as the other side reads them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.base.copies import replace
from simulator.base.errors import Refused
from simulator.dialects import Dialect
from simulator.dialects.routes import router_of
from simulator.model import Incoming, Message, Order, Query, Submission


def read(dialect: Dialect, incoming: Incoming) -> Submission | Query:
    """What the dialect reads from any request. Refused as it would be on the wire."""
    route, variables = router_of(dialect.routes).match(incoming.method, incoming.path)
    return dialect.read(replace(incoming, variables=variables), route)


def read_sample(dialect: Dialect, incoming: Incoming) -> Submission:
    """What the dialect reads from one of its own samples."""
    submission = read(dialect, incoming)
    assert isinstance(submission, Submission)
    return submission


def refused(dialect: Dialect, order: Order, message: Message) -> Sequence[str]:
    """What a gateway would refuse of a message about an order."""
    incoming = Incoming(
        method=message.method,
        path=message.path,
        headers={name.lower(): value for name, value in message.headers.items()},
        body=message.body.encode(),
        variables={"id": order.number},
    )
    try:
        dialect.read_kci(incoming)
    except Refused as error:
        return error.messages
    return ()
