"""Who may use the admin API and see what a pretend gateway received."""

from __future__ import annotations

import hmac
from urllib.parse import unquote, urlsplit

from simulator.config import Config
from simulator.config.advice import is_loopback
from simulator.front.problems import problem, with_headers
from simulator.model import Incoming, Outgoing


class AdminGuard:
    """The checks before a request for the operator is answered."""

    def __init__(self, config: Config) -> None:
        self.token = config.admin_token
        self.is_private = self.token is None and is_loopback(config.server.host)

    def check(self, incoming: Incoming, *, is_open: bool = False) -> Outgoing | None:
        """The problem of a request that may not be answered, None for one that may. `is_open`: it
        needs no token.
        """
        if "\0" in incoming.path or "\0" in unquote(incoming.query):
            # PostgreSQL could not even look for it
            return problem(400, "malformed", "a NUL is no part of any name")
        host = incoming.headers.get("host", "")
        if self.is_private and not is_loopback(host.rpartition(":")[0] or host):
            said = (
                f"this server listens for this machine alone, not for {host[:80]}: "
                "set admin.token to use it by other names"
            )
            return problem(403, "foreign_host", said)
        origin = incoming.headers.get("origin")
        if origin and urlsplit(origin).netloc != host:
            return problem(403, "foreign_origin", "a page of another origin may not use this API")
        if self.token is None or is_open:
            return None
        given = incoming.headers.get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return None
        said = "this path wants the admin token: Authorization: Bearer ..."
        return with_headers(problem(401, "unauthorised", said), WWW_Authenticate="Bearer")
