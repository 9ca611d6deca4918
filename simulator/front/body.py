"""What is checked of a body before anyone reads it."""

from __future__ import annotations

from simulator.base.errors import Refused
from simulator.formats import strict_json
from simulator.formats.http import whole_number
from simulator.model import Incoming


def check_size(incoming: Incoming, most: int) -> None:
    """Refused when a body is larger than `most` bytes, or shorter than its Content-Length says.

    An adapter may leave a body that is declared too large unread, and gives at most a byte more
    than is allowed of one that comes in chunks.
    """
    declared = whole_number(incoming.headers.get("content-length", "")) or 0
    length = len(incoming.body)
    if max(declared, length) > most:
        raise Refused("too_large", [f"the body is larger than {most} bytes"])
    if length < declared:
        raise Refused("malformed", [f"the body breaks off after {length} of {declared} bytes"])


def check_values(incoming: Incoming, most: int) -> None:
    """Refused when a JSON body has more than `most` values, members and entries together."""
    if strict_json.has_more_values(incoming.body, most):
        said = f"the body has more than {most} values (members of objects and entries of lists)"
        raise Refused("too_large", [said])
