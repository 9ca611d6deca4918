"""What the loop and the WSGI adapter share, so that both say the same: the status of an answer, and
how a caller reached this server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from simulator.base import instants

ASK_AGAIN = 5 * instants.MILLISECOND
"""How often an answer is asked whether it may leave."""

Application = Callable[[Any, Any], Iterable[bytes]]
"""A WSGI application."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_HOST = re.compile(
    r"(?:[a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::([1-9][0-9]{,4}))?", re.ASCII | re.IGNORECASE
)
_MOST_PORT = 65_535


@lru_cache(maxsize=64)
def status_of(code: int) -> str:
    """A status with its phrase, in the capitals of WSGI servers."""
    return f"{code} {_PHRASES.get(code, 'Unknown').upper()}"


@lru_cache(maxsize=256)
def base_url_of(scheme: str, host: str | None, server: tuple[str, int]) -> str:
    """The URL of this server as the caller wrote it: by the Host header, else where the server
    listens. Without a host where that header holds none.
    """
    if host is None:
        name, port = server
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    host = host.removesuffix(":443" if scheme == "https" else ":80")
    found = _HOST.fullmatch(host)
    if found is None or int(found[1] or 1) > _MOST_PORT:
        host = ""
    return f"{scheme}://{host.lower()}"
