"""Secrets never reach the store or a log: credentials in headers are replaced before anything is kept."""

from __future__ import annotations

from collections.abc import Mapping

_SECRET = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}


def headers(values: Mapping[str, str]) -> dict[str, str]:
    """The same headers with every credential replaced by its scheme alone: `Bearer ***`."""
    return {name: _masked(value) if name.lower() in _SECRET else value for name, value in values.items()}


def _masked(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} ***" if space and scheme.isalpha() else "***"
