"""Secrets never reach the journal or the log: their values are replaced by `***` before anything is
kept, in headers, queries, forms and JSON.

A secret is known by the name that holds it. Case, `-` and `_` do not count: `X-Api-Key`, `api_key`
and `apiKey` are one name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

MASK = "***"
_NAMES = frozenset(
    {
        "assertion",
        "auth",
        "authorization",
        "bearer",
        "cookie",
        "credential",
        "credentials",
        "jwt",
        "passwd",
        "pwd",
        "secret",
        "secrets",
        "token",
        "tokens",
        "xauth",
    }
)
"""The whole name."""

_ENDINGS = (
    "accesskey",
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "authkey",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientassertion",
    "clientsecret",
    "cookie",
    "csrftoken",
    "idtoken",
    "passphrase",
    "password",
    "privatekey",
    "privatetoken",
    "refreshtoken",
    "secretaccesskey",
    "secretkey",
    "securitytoken",
    "sessiontoken",
    "sharedsecret",
    "signingkey",
    "subscriptionkey",
    "subjecttoken",
    "webhooksecret",
    "xsrftoken",
)
"""The end of a name: suppliers and gateways put their own word in front."""

_HEADER_ENDINGS = ("token", "secret")
"""The end of a header's name: in a document `nextToken` is no secret."""

LONGEST_NAME = 200
"""Characters of a name that are looked at, from its end."""

_SPELLING = str.maketrans("", "", "-_")
_HINTS = (
    *("key", "auth", "token", "pass", "secret", "cookie", "bearer", "credential", "assertion"),
    *("jwt", "pwd", "\\u", "%"),
)
"""A body without any of these holds no secret: `\\u` and `%` may spell one."""

_TOKEN = re.compile(
    r"""
    "(?:[^"\\]|\\.)*+"?       # a string, or the part of one that came
    | '(?:[^'\\]|\\.)*+'?     # what some write instead
    | [\[\]{},:]
    | [^\s\[\]{},:"']+        # a number or a word
    """,
    re.DOTALL | re.VERBOSE,
)
_PART_NAME = re.compile(r'\bname="?([^";\r\n]+)')
_UNHIDDEN = ("null", "true", "false")
_IN_URL = re.compile(r"[?&;]([^=&?;#\s]+)=([^&;#\s]+)")


def is_secret(name: str) -> bool:
    """Whether what stands under this name is a secret."""
    return _known(name[-LONGEST_NAME:])


def is_secret_header(name: str) -> bool:
    """Whether a header of this name holds credentials."""
    return _known_header(name[-LONGEST_NAME:])


@lru_cache(maxsize=4096)
def _known(name: str) -> bool:
    plain = name.strip().casefold().translate(_SPELLING)
    return plain in _NAMES or plain.endswith(_ENDINGS)


@lru_cache(maxsize=4096)
def _known_header(name: str) -> bool:
    return _known(name) or name.casefold().translate(_SPELLING).endswith(_HEADER_ENDINGS)


def headers(values: Mapping[str, str]) -> dict[str, str]:
    """The same headers, each credential replaced by its scheme alone: `Bearer ***`."""
    return {name: _header(name, value) for name, value in values.items()}


def _header(name: str, value: str) -> str:
    if is_secret_header(name):
        scheme, space, _ = value.partition(" ")
        return f"{scheme} {MASK}" if space and scheme.isalpha() else MASK
    return _IN_URL.sub(_in_url, value) if "=" in value else value


def _in_url(found: re.Match[str]) -> str:
    """One parameter of a URL that stands in a header (Location, Referer)."""
    name, value = found.groups()
    return found.group().removesuffix(value) + (MASK if _is_secret_field(name) else value)


def fields(text: str) -> str:
    """A query or a form as it came, but for the values of secrets, however a name is escaped."""
    return "&".join(map(_field, text.split("&")))


def _field(part: str) -> str:
    name, equals, _ = part.partition("=")
    return f"{name}={MASK}" if equals and _is_secret_field(name) else part


def _is_secret_field(name: str) -> bool:
    """Whether a form's field is a secret; `user[password]` is a member of a map."""
    plain = unquote_plus(name)
    return any(is_secret(part) for part in plain.replace("]", "").split("["))


def body(text: str) -> str:
    """A body as it came, but for secrets: JSON, whole or broken off, or a form."""
    if "\0" in text:  # UTF-16, or what nobody can read
        plain = text.replace("\0", "")
        masked = body(plain)
        return text if masked == plain else masked
    plain = text.casefold().replace("-", "").replace("_", "")
    if not any(map(plain.__contains__, _HINTS)):
        return text
    if text.lstrip("\ufeff\ufffd \t\r\n").startswith(("{", "[")):
        return _json(text)
    return _multipart(text) if text.startswith("--") else fields(text)


def _multipart(text: str) -> str:
    """A form in parts: each begins with the first line of the text, and has headers of its own."""
    boundary = text.splitlines()[0].rstrip()
    first, *parts = text.split(boundary)
    return boundary.join([first, *map(_part, parts)])


def _part(part: str) -> str:
    empty_line = "\r\n\r\n" if "\r\n" in part else "\n\n"
    head, gap, value = part.partition(empty_line)
    name = _PART_NAME.search(head)
    if not gap or name is None or not _is_secret_field(name.group(1)):
        return part
    return f"{head}{gap}{MASK}{value[len(value.rstrip()) :]}"


def _json(text: str) -> str:
    """Replace the value of each secret member; all other characters stay."""
    pieces, end = [], 0
    tokens = _TOKEN.finditer(text)
    before = ""
    for token in tokens:
        if token.group() == ":" and _is_secret_member(before[-500:]):
            value = _value(tokens)
            if value is not None and text[value[0] : value[1]] not in _UNHIDDEN:
                pieces += [text[end : value[0]], f'"{MASK}"']
                end = value[1]
        before = token.group()
    return "".join(pieces) + text[end:]


@lru_cache(maxsize=4096)
def _is_secret_member(token: str) -> bool:
    """Whether a member is a secret, by its name as it is written."""
    try:
        name = json.loads(token, strict=False)
    except ValueError:
        name = token
    return is_secret(str(name).strip("\"'"))


def _value(tokens: Iterator[re.Match[str]]) -> tuple[int, int] | None:
    """Where the value that comes next begins and ends; None where there is none."""
    start = end = depth = 0
    for token in tokens:
        mark = token.group()
        if not start and mark in ("]", "}", ",", ":"):
            return None
        start, end = start or token.start(), token.end()
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        if depth <= 0:
            break
    return (start, end) if start else None


def members(document: Any) -> Any:
    """A JSON value, but for the secrets in it, at any depth."""
    if isinstance(document, dict):
        return {name: _member(name, value) for name, value in document.items()}
    return [members(entry) for entry in document] if isinstance(document, list) else document


def _member(name: str, value: Any) -> Any:
    if is_secret(name):
        return value if value is None or isinstance(value, bool) else MASK
    return members(value) if isinstance(value, (dict, list)) else value
