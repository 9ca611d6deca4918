"""A request as bytes, and what a URL says; without a socket."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from simulator import __version__

_OURS = {
    "User-Agent": f"supplier-simulator/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_ALWAYS = "".join(f"{name}: {value}\r\n" for name, value in _OURS.items())
_RESERVED = {
    *(name.lower() for name in _OURS),
    *("connection", "content-length", "host", "transfer-encoding"),
}
"""What only the client says."""

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[!#-'*+.0-9A-Z^_`a-z|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NEEDS_NO_QUOTES = re.compile(r"/[!$&'()*+,./0-9:;=@A-Z_a-z~-]*")
_SAFE = "!$%&'()*+,/:;=?@~"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Place(NamedTuple):
    """What a connection leads to; `tls` is None for a plain one."""

    host: str
    port: int
    tls: ssl.SSLContext | None


class Site(NamedTuple):
    """What a URL says: where to connect, what to call it there (`Host`), and a path."""

    host: str
    port: int
    is_tls: bool
    named: str
    path: str

    def place(self, tls: ssl.SSLContext) -> Place:
        """Where to connect; `tls` is how, where the URL asks for it."""
        return Place(self.host, self.port, tls if self.is_tls else None)


def site_of(url: str) -> Site:
    """Read an absolute URL; ValueError where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url} is no http:// or https:// URL")
    port = parts.port or _PORTS[parts.scheme]
    named = parts.hostname.rstrip(".")
    named = f"[{named}]" if ":" in named else named
    if port != _PORTS[parts.scheme]:
        named = f"{named}:{port}"
    _check("the name of the host", named)
    return Site(parts.hostname, port, parts.scheme == "https", named, parts.path)


def request_bytes(
    method: str, site: Site, path: str, headers: Mapping[str, str], body: str
) -> bytes:
    """A request for a path below that of the site. ValueError where a part of it would end the line
    that it stands in.
    """
    fields = "".join([_field(name, value) for name, value in headers.items()])
    target, content = _target(site.path + path), body.encode()
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {site.named}\r\n{_ALWAYS}{fields}"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _target(path: str) -> str:
    """A path with its query, quoted where it is not yet."""
    if _NEEDS_NO_QUOTES.fullmatch(path):
        return path
    _check("the path", path)
    quoted = quote(_BARE_PERCENT.sub("%25", path), safe=_SAFE)
    return quoted if quoted.startswith("/") else f"/{quoted}"


def _field(name: str, value: str) -> str:
    _check_name(name)
    _check(name, value)
    return f"{name}: {value}\r\n"


@lru_cache(maxsize=256)
def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
        raise ValueError(f"a message cannot have the header {name[:40]!r}")


def _check(what: str, text: str) -> None:
    if _CONTROL.search(text):
        raise ValueError(f"{what} has a control character in it")
