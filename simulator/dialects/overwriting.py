"""A dialect's answer with what the scenario overwrites."""

from __future__ import annotations

from simulator.base.copies import replace
from simulator.engine import Answer
from simulator.formats.http import has_no_body
from simulator.model import Outgoing


def overwritten(outgoing: Outgoing, answer: Answer) -> Outgoing:
    """The answer as the scenario wants it sent, whatever HTTP says of it."""
    code = answer.status or outgoing.code
    body = answer.body if answer.has_body else outgoing.body
    return replace(
        outgoing,
        code=code,
        headers={**outgoing.headers, **answer.headers},
        body=None if has_no_body(code) else body,
        delay=answer.delay,
        fault=answer.fault,
    )
