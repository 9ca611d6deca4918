"""Sample requests, read as a supplier reads them."""

from __future__ import annotations

from simulator.base.copies import replace
from simulator.dialects import Dialect
from simulator.dialects.routes import router_of
from simulator.model import Incoming, Submission


def read_sample(dialect: Dialect, incoming: Incoming) -> Submission:
    """What the dialect reads from one of its own samples."""
    route, variables = router_of(dialect.routes).match(incoming.method, incoming.path)
    submission = dialect.read(replace(incoming, variables=variables), route)
    assert isinstance(submission, Submission)
    return submission
