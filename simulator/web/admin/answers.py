"""The admin API's answers: problems as RFC 9457, JSON bodies in and out, pages with a cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request

from simulator import front
from simulator.base.errors import Problem, Refused
from simulator.formats import strict_json
from simulator.formats.http import whole_number
from simulator.formats.schema import Strict, dotted, load
from simulator.web.wsgi import response_of

View = Callable[..., Response]
Register = Callable[[str, str], Callable[[View], View]]
"""Registers a view of one supplier by path and method: for the first supplier and below
`suppliers/NAME`.
"""

DEFAULT_LIMIT = 100
MOST_LIMIT = 1000
LAST_ID = 2**53
"""No exchange has a higher id, and no count is higher: what a JSON number holds for certain."""


def problem(status: int, code: str, detail: str, where: str = "", **members: Any) -> Response:
    """`application/problem+json`: type, title, status, code, detail, where."""
    return response_of(front.problem(status, code, detail, where, **members))


def problem_rows(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Located problems: file, line, column, code, message, hint."""
    return [
        {name: getattr(one, name) for name in ("file", "line", "column", "code", "message", "hint")}
        for one in problems
    ]


def not_valid(problems: Sequence[Problem]) -> Response:
    """A scenario's text is wrong: a 422 with every problem."""
    first = problems[0]
    where = f"{first.line}:{first.column}" if first.line else ""
    return problem(
        422,
        "invalid",
        "; ".join(str(one) for one in problems),
        where,
        errors=problem_rows(problems),
    )


def answer(body: Any, status: int = 200) -> Response:
    """JSON for people too: indented, and with a last newline."""
    return Response(
        json.dumps(body, ensure_ascii=False, indent=2) + "\n",
        status=status,
        content_type="application/json",
    )


def body_as(schema: Strict, first: Callable[[Any], None] = lambda document: None) -> dict[str, Any]:
    """The request's JSON body, checked. Refused (malformed) names every wrong member; no body
    counts as an empty object.

    `first` may refuse the document before the schema sees it.
    """
    data = request.get_data()
    if not data:
        document: Any = {}
    else:
        if request.mimetype != "application/json":
            raise Refused(
                "malformed",
                [f"Content-Type: must be application/json, is {request.mimetype or 'absent'}"],
            )
        try:
            document = strict_json.loads(data)
        except ValueError as error:
            raise Refused("malformed", [str(error)]) from None
    first(document)
    loaded, problems = load(schema, document)
    if problems:
        raise Refused(
            "malformed", [f"{dotted(path) or 'body'}: {message}" for path, message in problems]
        )
    return dict(loaded)


def limit() -> int:
    """The query's `limit`, 1 to 1000. Refused otherwise."""
    size = whole_number(request.args.get("limit", str(DEFAULT_LIMIT)))
    if size is None or not 1 <= size <= MOST_LIMIT:
        raise Refused("malformed", [f"limit: must be 1 to {MOST_LIMIT}"])
    return size


def cursor() -> tuple[int, str] | None:
    """The query's `after`, as `page` gave it. Refused when it is not one of ours."""
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        number, name = json.loads(base64.urlsafe_b64decode(text.encode() + b"=="))
        if not isinstance(number, int) or not isinstance(name, str):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeError):
        raise Refused("malformed", ["after: is no cursor of ours"]) from None
    return number, name


def page(
    items: Sequence[Any],
    shapes: Sequence[Mapping[str, Any]],
    keys: Sequence[tuple[int, str]],
    size: int,
    **members: Any,
) -> Response:
    """One page, a line for each item (indented, it took longer to write than to find); `next` is a
    cursor while there may be more.
    """
    more = keys[-1] if len(items) == size else None
    token = (
        base64.urlsafe_b64encode(json.dumps(more).encode()).decode().rstrip("=") if more else None
    )
    if not shapes:
        return answer({"items": [], "next": token, **members})
    rows = ",\n".join(json.dumps(shape, ensure_ascii=False) for shape in shapes)
    rest = "".join(
        f",\n{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in {"next": token, **members}.items()
    )
    return Response(f'{{"items": [\n{rows}\n]{rest}}}\n', content_type="application/json")
