"""Recordings as exchanges: our own journal, plain JSON lines, and HAR files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from simulator.base import instants
from simulator.base.errors import Invalid, Problem, Refused
from simulator.dialects import Dialect, Route
from simulator.dialects.routes import Router, router_of
from simulator.formats import strict_json
from simulator.model import Exchange


def of_journal(lines: Iterable[Mapping[str, Any]]) -> tuple[list[Exchange], list[str]]:
    """The exchanges of lines of a journal as the admin API shows them, and what operators did
    meanwhile, as notes.
    """
    exchanges: list[Exchange] = []
    notes: list[str] = []
    for line in lines:
        if not line.get("act"):
            exchanges.append(_of_line(line))
        elif line["act"]["by"] == "operator":
            notes.append(f"an operator acted ({line['act']['what']}): this is left out")
    return exchanges, notes


def of_json_lines(text: str, name: str) -> tuple[list[Exchange], list[str]]:
    """The same of a file: lines of an exported journal, or of plain exchanges. Invalid names the
    line that cannot be read.
    """
    exchanges: list[Exchange] = []
    notes: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            shape = strict_json.loads(line.encode())
            if not isinstance(shape, dict):
                raise ValueError("a line is a JSON object")
            found, said = of_journal([shape if "response" in shape else _as_line(shape)])
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            said_wrong = f"not an exchange: {_why(error)}"
            raise Invalid([Problem(message=said_wrong, file=name, line=number, column=1)]) from None
        exchanges += found
        notes += said
    return exchanges, notes


def of_har(text: str, name: str, dialect: Dialect) -> tuple[list[Exchange], list[str]]:
    """The exchanges of a HAR file that are of the contract, in either direction. Invalid when it is
    no HAR.
    """
    try:
        entries = strict_json.loads(text.encode())["log"]["entries"]
        found = [_of_entry(entry, dialect) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Invalid([Problem(message=f"not a HAR file: {_why(error)}", file=name)]) from None
    strange = sum(1 for exchange in found if exchange is None)
    notes = [f"{strange} exchanges of the file are not of this contract"] if strange else []
    return [exchange for exchange in found if exchange is not None], notes


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"`{error.args[0]}` is missing"
    return str(error) if isinstance(error, ValueError) else "a member has another type"


def _of_line(line: Mapping[str, Any]) -> Exchange:
    direction = line["direction"]
    if direction not in ("in", "out"):
        raise ValueError("direction: in (the gateway's request) or out (a KCI)")
    return Exchange(
        at=instants.parse_instant(line["at"]),
        direction=direction,
        method=line["method"],
        path=line["path"],
        order=line.get("order") or "",
        request=dict(line["request"]),
        response=dict(line["response"]),
        kci=line.get("kci") or "",
        took=round((line.get("took_ms") or 0) * instants.MILLISECOND),
    )


def _as_line(shape: Mapping[str, Any]) -> dict[str, Any]:
    """A plain line in the shape of the journal."""
    return {
        **{name: shape[name] for name in ("at", "direction", "path")},
        "method": shape.get("method", "POST"),
        "order": shape.get("order"),
        "request": {"headers": dict(shape.get("headers") or {}), "body": shape.get("body")},
        "response": {"code": shape["code"], "headers": {}, "body": shape.get("answer")},
        "took_ms": shape.get("took_ms"),
    }


def _of_entry(entry: Mapping[str, Any], dialect: Dialect) -> Exchange | None:
    """One entry of a HAR file; None when it is not of the contract, or was not answered."""
    request, response = entry["request"], entry["response"]
    url, method = urlsplit(request["url"]), request["method"]
    direction, path = _routed(method, url.path, dialect)
    if not direction or not response["status"]:
        return None
    posted = (request.get("postData") or {}).get("text")
    return Exchange(
        at=instants.parse_instant(entry["startedDateTime"]),
        direction=direction,
        method=method,
        path=f"{path}?{url.query}" if url.query else path,
        request={"headers": _headers(request), "body": _parsed(posted)},
        response={
            "code": response["status"],
            "headers": _headers(response),
            "body": _parsed(_content(response.get("content") or {})),
        },
        took=round(max(0, entry.get("time") or 0) * instants.MILLISECOND),
    )


def _routed(method: str, path: str, dialect: Dialect) -> tuple[str, str]:
    """Which way a request went, and its path in the contract: the longest end of the whole path
    that the contract has. KCIs go first, because their paths are the longer ones.
    """
    kcis = Router((Route(method="POST", path=dialect.kci_path, operation="kci"),))
    for direction, router in (("out", kcis), ("in", router_of(dialect.routes))):
        for end in _ends(path):
            try:
                router.match(method, end)
            except Refused:
                continue
            return direction, end
    return "", ""


def _ends(path: str) -> Iterator[str]:
    parts = path.strip("/").split("/")
    yield from ("/" + "/".join(parts[start:]) for start in range(len(parts)))


def _headers(side: Mapping[str, Any]) -> dict[str, str]:
    return {header["name"]: header["value"] for header in side.get("headers", [])}


def _content(content: Mapping[str, Any]) -> str | None:
    text: str | None = content.get("text")
    if text and content.get("encoding") == "base64":
        try:
            return base64.b64decode(text).decode()
        except binascii.Error as error:
            raise ValueError(f"content: {error}") from None
    return text


def _parsed(text: str | None) -> Any:
    """A body as JSON where it is JSON, as text otherwise; None where there is none."""
    if not text:
        return None
    try:
        return strict_json.loads(text.encode())
    except ValueError:
        return text
