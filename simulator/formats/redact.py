"""Secrets never reach the store or a log: credentials in headers, queries, forms and bodies are
replaced before anything is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

_SECRET = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}


def headers(values: Mapping[str, str]) -> dict[str, str]:
    """The same headers with every credential replaced by its scheme alone: `Bearer ***`."""
    return {
        name: _masked(value) if name.lower() in _SECRET else value for name, value in values.items()
    }


_NAMES = {"client_secret", "client_assertion", "password", "access_token", "refresh_token"}
_IN_JSON = re.compile(rf'("(?:{"|".join(sorted(_NAMES))})"\s*:\s*)"(?:[^"\\]|\\.)*"')


def fields(text: str) -> str:
    """A query or a form as it came, but for the values of the fields that hold secrets, however
    their names are escaped.
    """
    return "&".join(map(_field, text.split("&")))


def _field(part: str) -> str:
    name, equals, value = part.partition("=")
    return (
        f"{name}=***"
        if equals and unquote_plus(name).strip().lower() in _NAMES
        else name + equals + value
    )


def body(text: str) -> str:
    """A body as it came, but for secrets: a form's, or those that somebody sent as JSON where a
    form was due.
    """
    return _IN_JSON.sub(r'\1"***"', text if text.lstrip().startswith(("{", "[")) else fields(text))


def members(document: Any) -> Any:
    """A token endpoint's answer, but for its secrets."""
    return (
        {key: "***" if key in _NAMES else value for key, value in document.items()}
        if isinstance(document, dict)
        else document
    )


def _masked(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} ***" if space and scheme.isalpha() else "***"
