"""A request that somebody asks about: which scenario would it play? It is written as JSON: the body
of a create alone, or a whole request `{method, path, query, headers, body}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import Refused
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.model import Incoming
from simulator.rehearsal.sampling import read

WHOLE = ("method", "path", "query", "headers", "body")


def incoming_of(given: Any, dialect: Dialect) -> Incoming:
    """The request that is meant. Refused (malformed) when it cannot be told. What has a `path` is a
    whole request; anything else is the body of a create.
    """
    if not isinstance(given, dict):
        raise Refused("malformed", ["a request is a JSON object: a body, or method, path and body"])
    return _whole(given) if "path" in given else _of_body(given, dialect)


def _whole(given: Mapping[str, Any]) -> Incoming:
    headers, body = given.get("headers", {}), given.get("body")
    wrong = [
        f"{name}: a whole request has {', '.join(WHOLE)}" for name in given if name not in WHOLE
    ]
    wrong += [
        f"{name}: must be a text"
        for name in ("method", "path", "query")
        if not isinstance(given.get(name, ""), str)
    ]
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
        wrong.append("headers: must be an object of texts")
    if wrong:
        raise Refused("malformed", wrong)
    path, _, query = given["path"].partition("?")
    return Incoming(
        method=given.get("method", "POST").upper(),
        path=path,
        query=given.get("query", query),
        headers={name.lower(): value for name, value in headers.items()},
        body=b"" if body is None else _bytes(body),
    )


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else strict_json.dumps(body).encode()


def _of_body(body: Mapping[str, Any], dialect: Dialect) -> Incoming:
    """A body with the method, the path and the headers of the sample that it goes with: the first
    by which the contract can read it, else the plainest one.
    """
    asked = list(_tries(body, dialect))
    for incoming in asked:
        try:
            read(dialect, incoming)
        except Refused:
            continue
        return incoming
    return asked[0]


def _tries(body: Mapping[str, Any], dialect: Dialect) -> Iterator[Incoming]:
    for operation in dialect.sample_operations("create"):
        sample = dialect.sample(operation, None, 1)
        asked = replace(sample, body=_bytes(body), headers={}, parsed={})
        named = dialect.tenant_of(asked)
        tenant = {"tenant": named} if named and "tenant" in sample.headers else {}
        yield replace(asked, headers={**sample.headers, **tenant})
