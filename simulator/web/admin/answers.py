"""What the views of the admin API share: JSON answers and bodies, problems (RFC 9457), pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request

from simulator import front
from simulator.base import instants
from simulator.base.errors import Problem, Refused
from simulator.formats import strict_json
from simulator.formats.http import whole_number
from simulator.formats.schema import Strict, dotted, load
from simulator.web.wsgi import response_of

DEFAULT_LIMIT = 100
MOST_LIMIT = 1000
LAST_ID = 2**53
"""The highest id of an exchange, and the highest count: every JSON parser reads it exactly."""

LAST_CURSOR = 2**62
LINES = "application/x-ndjson"
"""JSON lines; `text/plain` where the caller asks for that."""

NO_CURSOR = "after: is no cursor of ours"

LONGEST_WAIT = 5 * instants.MINUTE
DEFAULT_WAIT = 30 * instants.SECOND


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
    """A JSON answer that people can read too: indented, with a newline at its end."""
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
    given = document()
    first(given)
    loaded, problems = load(schema, given)
    if problems:
        said = [f"{dotted(path) or 'body'}: {message}" for path, message in problems]
        raise Refused("malformed", said)
    return dict(loaded)


def document() -> Any:
    """The request's JSON body. Refused (malformed) where it is not JSON. No body counts as an empty
    object.
    """
    data = request.get_data()
    if not data:
        return {}
    if request.mimetype != "application/json":
        said = f"Content-Type: must be application/json, is {request.mimetype or 'absent'}"
        raise Refused("malformed", [said])
    try:
        return strict_json.loads(data)
    except ValueError as error:
        raise Refused("malformed", [f"body: {error}"]) from None


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
        number, name = strict_json.loads(base64.urlsafe_b64decode(text.encode() + b"=="))
    except (ValueError, TypeError, binascii.Error):
        raise Refused("malformed", [NO_CURSOR]) from None
    if type(number) is not int or abs(number) > LAST_CURSOR or not isinstance(name, str):
        raise Refused("malformed", [NO_CURSOR])
    return number, name


def filters(*names: str) -> dict[str, str]:
    """These parameters of the query; empty where they are left out."""
    return {name: request.args.get(name, "") for name in names}


def page(
    shapes: Sequence[Mapping[str, Any]],
    keys: Sequence[tuple[int, str]],
    size: int,
    **members: Any,
) -> Response:
    """One page, a line for each item (indenting took longer than finding); `next` is a cursor while
    there may be more, made from the last of `keys`.
    """
    token = _cursor_of(keys[-1]) if len(keys) == size else None
    if not shapes:
        return answer({"items": [], "next": token, **members})
    rows = ",\n".join(json.dumps(shape, ensure_ascii=False) for shape in shapes)
    rest = "".join(
        f",\n{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in {"next": token, **members}.items()
    )
    return Response(f'{{"items": [\n{rows}\n]{rest}}}\n', content_type="application/json")


def _cursor_of(key: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
