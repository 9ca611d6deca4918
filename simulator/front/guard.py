"""Who may use the admin API and see what a pretend gateway received."""

from __future__ import annotations

import hmac
from urllib.parse import unquote, urlsplit

from simulator.config.advice import is_loopback
from simulator.formats.http import media_type
from simulator.front.problems import problem, with_headers
from simulator.model import Incoming, Outgoing

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
READ_TYPES = ("json", "yaml")
"""How a media type ends that a body may have: application/json, text/yaml, application/x-yaml. A
page cannot send one to another origin unless that origin allows it.
"""

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""What a form of any page sends to any origin."""


class AdminGuard:
    """The checks before a request for the operator is answered. `host` is the address that the
    server listens on.
    """

    def __init__(self, token: str | None, host: str) -> None:
        self.token = token
        self.is_private = token is None and is_loopback(host)

    def check(self, incoming: Incoming, *, is_open: bool = False) -> Outgoing | None:
        """The problem of a request that may not be answered, None for one that may. `is_open`: it
        needs no token.
        """
        if "\0" in incoming.path or "\0" in unquote(incoming.query):
            # PostgreSQL could not even look for it
            return problem(400, "malformed", "a NUL is no part of any name")
        host = incoming.headers.get("host", "")
        if self.is_private and not is_loopback(_host_of(f"//{host}")):
            said = (
                f"this server listens for this machine alone, not for {host[:80]}: "
                "set admin.token to use it by other names"
            )
            return problem(403, "foreign_host", said)
        if is_cross_origin(incoming):
            return problem(403, "foreign_origin", "a page of another origin may not use this API")
        if self.token is None:
            return _form_problem(incoming)
        given = incoming.headers.get("authorization", "")
        if is_open or hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return None
        said = "this path wants the admin token: Authorization: Bearer ..."
        return with_headers(problem(401, "unauthorised", said), WWW_Authenticate="Bearer")


def is_cross_origin(incoming: Incoming) -> bool:
    """Whether a page of another origin sent a request, as far as its headers tell.

    As Go's net/http.CrossOriginProtection: the browser's own word counts first (Sec-Fetch-Site),
    then Origin against Host. Beyond that, Referer counts where both are missing, and a foreign
    Origin is refused for safe methods too.
    """
    headers = incoming.headers
    site = headers.get("sec-fetch-site", "")
    if site and incoming.method not in SAFE_METHODS:
        return site not in ("same-origin", "none")
    origin = headers.get("origin", "")
    if not origin and incoming.method not in SAFE_METHODS:
        origin = headers.get("referer", "")
    return bool(origin) and _authority(origin) != headers.get("host", "").lower()


def _form_problem(incoming: Incoming) -> Outgoing | None:
    """The problem of a POST that any page could have sent: one whose origin no header tells, and
    whose body is none of ours. Before any other method a browser asks first.
    """
    names = ("sec-fetch-site", "origin", "referer")
    if incoming.method != "POST" or any(incoming.headers.get(name) for name in names):
        return None
    kind = media_type(incoming.headers)
    if kind.endswith(READ_TYPES) or not (incoming.body or kind in FORM_TYPES):
        return None
    said = f"Content-Type: must be JSON or YAML, is {kind[:80] or 'absent'}"
    return problem(415, "unsupported_media", said, "Content-Type")


def _authority(url: str) -> str:
    """Host and port of a URL, empty where it has none: `null` of a sandboxed page, or nonsense."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
