"""Secrets never reach the store or a log: credentials in headers are replaced before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}


def headers(values: Mapping[str, str]) -> dict[str, str]:
    """The same headers with every credential replaced by its scheme alone: `Bearer ***`."""
    return {name: _masked(value) if name.lower() in _SECRET else value for name, value in values.items()}


_FIELD = re.compile(r"(?i)((?:^|&)(?:client_secret|client_assertion|password|access_token|refresh_token)=)[^&]*")
_MEMBERS = {"access_token", "refresh_token", "client_secret"}


def form(text: str) -> str:
    """A form as it was sent, but for its secrets."""
    return _FIELD.sub(r"\1***", text)


def members(document: Any) -> Any:
    """A token endpoint's answer, but for its secrets."""
    return {key: "***" if key in _MEMBERS else value for key, value in document.items()} if isinstance(document, dict) else document


def _masked(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} ***" if space and scheme.isalpha() else "***"
