"""Answers as bytes: the same status line, header fields and body as through WSGI."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache

from simulator.base import clock, instants
from simulator.formats import strict_json
from simulator.front import problem
from simulator.model import Outgoing
from simulator.web.shared import status_of
from simulator.web.worker.heads import BadRequest

SERVER = "simulator"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ODD_HEADERS = {"location", "content-location", "content-length"}

Headers = list[tuple[str, str]]


def parts_of(outgoing: Outgoing) -> tuple[str, Headers, bytes]:
    """Status, header fields and body of an answer, without its delay."""
    code = outgoing.code
    if code == 304 or not _ODD_HEADERS.isdisjoint(name.lower() for name in outgoing.headers):
        from simulator.web.wsgi import response_of  # werkzeug, which other answers do without

        response = response_of(outgoing)
        fields = response.get_wsgi_headers({})
        return response.status, list(fields.items()), response.get_data()
    headers: dict[str, tuple[str, str]] = {}
    body = b""
    if outgoing.body is not None:
        body = strict_json.dumps(outgoing.body).encode()
        headers["content-type"] = ("Content-Type", "application/json")
        headers["content-length"] = ("Content-Length", str(len(body)))
    for name, value in outgoing.headers.items():
        headers[name.lower()] = (name, value)
    if code < 200 or code == 204:
        headers.pop("content-length", None)
    elif not body:
        headers["content-length"] = ("Content-Length", "0")
    return status_of(code), list(headers.values()), body


def head_bytes(status: str, headers: Headers, *, minor: int, keeps: bool) -> bytes:
    """The head of an answer. ValueError where a field would end the line it stands in."""
    seconds = clock.wall() // instants.SECOND
    connection = "keep-alive" if keeps else "close"
    lines = [
        f"HTTP/1.{minor} {status}",
        f"Server: {SERVER}",
        f"Date: {_date(seconds)}",
        f"Connection: {connection}",
    ]
    for name, value in headers:
        if "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"the header field {name} has a line break in it")
        lines.append(f"{name}: {value}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer_bytes(outgoing: Outgoing, *, method: str, minor: int, keeps: bool) -> bytes:
    """One whole answer."""
    status, headers, body = parts_of(outgoing)
    head = head_bytes(status, headers, minor=minor, keeps=keeps)
    return head if has_no_body(method, outgoing.code) else head + body


def refusal_bytes(bad: BadRequest) -> bytes:
    """The answer to what is no request."""
    code = {413: "too_large", 408: "timeout"}.get(bad.status, "malformed")
    outgoing = problem(bad.status, code, bad.said)
    return answer_bytes(outgoing, method="GET", minor=1, keeps=False)


def has_no_body(method: str, code: int) -> bool:
    """Whether an answer ends with its head."""
    return method == "HEAD" or code < 200 or code in (204, 304)


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
