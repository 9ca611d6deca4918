"""What HTTP allows, whatever the contract (RFC 9110): headers, statuses, numbers in a query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

FORM = "application/x-www-form-urlencoded"

LONGEST_VALUE = 8000
"""Characters of a header's value: common clients and proxies take lines of 8 KiB."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OF_THE_SERVER = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)
"""The length and the transfer of one message, and what ends at the next proxy (hop by hop)."""


def header_problem(name: str, value: str = "") -> str:
    """What keeps an answer from having this header, in one sentence; empty where nothing does."""
    if not _NAME.fullmatch(name):
        return f"{name[:60]!a} is not the name of an HTTP header"
    if name.lower() in _OF_THE_SERVER:
        return f"the server sets {name} itself, an answer cannot"
    if found := _CONTROL.search(value):
        return f"the value of {name} has the control character {found.group()!a}"
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        return f"the value of {name} has {value[error.start]!a}: a header is Latin-1"
    if len(value) > LONGEST_VALUE:
        return f"the value of {name} has {len(value)} characters, at most {LONGEST_VALUE}"
    return ""


def whole_number(text: str) -> int | None:
    """The whole number that a query or a header names in ASCII digits; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def query_of(query: str) -> dict[str, str]:
    """The parameters of a query, decoded; the first of a name counts."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return dict(reversed(pairs))


def form_of(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The fields of a form; the last of a name counts. Any other body has none."""
    if media_type(headers) != FORM:
        return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def media_type(headers: Mapping[str, str]) -> str:
    """The media type of a body, without its parameters; empty where none is named."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def has_no_body(status: int) -> bool:
    """Whether an answer of this status never has a body (RFC 9110, 6.4.1)."""
    return status < 200 or status in (204, 304)
