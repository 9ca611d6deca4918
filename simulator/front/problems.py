"""Errors of our own API as problem documents (RFC 9457)."""

from __future__ import annotations

import re
from typing import Any

from simulator.base.errors import RefusalKind, Refused
from simulator.model import Outgoing

PROBLEM = "application/problem+json"
_WHERE = re.compile(r"([\w.\[\]]+): ")
_STATUS: dict[RefusalKind, int] = {
    "malformed": 400,
    "too_large": 413,
    "invalid": 422,
    "not_found": 404,
    "unknown_path": 404,
    "wrong_method": 405,
    "unauthorised": 401,
    "not_implemented": 501,
    "unavailable": 503,
    "fault": 500,
    "conflict": 409,
    "bad_query": 400,
    "unsupported_media": 415,
}


def problem(status: int, code: str, detail: str, where: str = "", **members: Any) -> Outgoing:
    """A problem: type, title, status, code, detail, where, and what else belongs to it."""
    body = {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        "where": where,
        **members,
    }
    return Outgoing(code=status, body=body, headers={"Content-Type": PROBLEM})


def refusal(refused: Refused) -> Outgoing:
    """A refusal as a problem; `where` is the member that the first message begins with."""
    found = _WHERE.match(refused.messages[0])
    outgoing = problem(
        _STATUS[refused.kind],
        refused.kind,
        "; ".join(refused.messages),
        found.group(1) if found else "",
    )
    return with_headers(outgoing, Allow=", ".join(refused.allow))


def with_headers(outgoing: Outgoing, **headers: str) -> Outgoing:
    """The same answer with more headers (`_` for `-`); empty ones are left out."""
    more = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return Outgoing(
        code=outgoing.code,
        body=outgoing.body,
        headers={**outgoing.headers, **more},
        delay=outgoing.delay,
    )
