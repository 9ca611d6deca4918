"""The answer to a request as it is sent, kept and given again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.base.errors import RenderFailed
from simulator.engine import Answer
from simulator.formats import http
from simulator.model import Outgoing


def as_sent(outgoing: Outgoing, answer: Answer, max_delay: int) -> Outgoing:
    """The dialect's answer with what the scenario overwrites.

    RenderFailed when no server could send it: nothing may fail once the plan is committed.
    """
    code = answer.status or outgoing.code
    body = answer.body if answer.has_body else outgoing.body
    headers = {**outgoing.headers, **answer.headers}
    for name, value in headers.items():
        if said := http.header_problem(name, value):
            raise RenderFailed(f"reply.headers: {said}")
    return replace(
        outgoing,
        code=code,
        headers=headers,
        body=None if http.has_no_body(code) else body,
        delay=min(answer.delay, max_delay),
    )


def kept(outgoing: Outgoing) -> dict[str, Any]:
    """What is kept of an answer, to give it again."""
    return {"code": outgoing.code, "body": outgoing.body, "headers": dict(outgoing.headers)}


def given_again(first: Mapping[str, Any]) -> Outgoing:
    """The first answer, as it was kept."""
    return Outgoing(code=first["code"], body=first["body"], headers=first["headers"])
