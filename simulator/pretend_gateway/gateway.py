"""One pretend gateway: tokens, KCIs, and the list of what came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from simulator.base import instants
from simulator.base.errors import Refused, Unavailable
from simulator.config import Gateway
from simulator.dialects import Counterpart
from simulator.dialects.routes import Route, router_of
from simulator.formats import oauth
from simulator.formats.http import form_of, query_of, whole_number
from simulator.model import MESSAGE_METHODS, Incoming, Outgoing
from simulator.pretend_gateway.book import Book

log = logging.getLogger("simulator.pretend_gateway")

TOKEN_LASTS = instants.HOUR
RECEIVED = "/kcis"
MOST_LISTED = 1000


class PretendGateway:
    """The counterpart of one supplier. It wants the credentials that the supplier's `gateway.auth`
    sends; `key` signs its tokens.
    """

    def __init__(self, book: Book, settings: Gateway, dialect: Counterpart, key: str) -> None:
        self.book = book
        self.settings = settings
        self.dialect = dialect
        self.key = key
        self.router = router_of(
            (
                Route(method="POST", path=dialect.token_path, operation="token"),
                *(
                    Route(method=method, path=dialect.kci_path, operation="kci")
                    for method in MESSAGE_METHODS
                ),
                Route(method="GET", path=RECEIVED, operation="list"),
                Route(method="DELETE", path=RECEIVED, operation="forget"),
            )
        )

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one request. Refused: unknown_path or wrong_method."""
        operations: dict[str, Callable[[Incoming], Outgoing]] = {
            "token": self._token,
            "kci": self._receive,
            "list": self._received,
            "forget": self._forget,
        }
        route, variables = self.router.match(incoming.method, incoming.path)
        return operations[route.operation](replace(incoming, variables=variables))

    def _token(self, incoming: Incoming) -> Outgoing:
        clients = {self.settings.auth.client_id: self.settings.auth.client_secret}
        code, body = oauth.grant(
            incoming.headers.get("authorization", ""),
            form_of(incoming.headers, incoming.body),
            clients,
            self.key,
            TOKEN_LASTS,
        )
        return Outgoing(code=code, body=dict(body))

    def _receive(self, incoming: Incoming) -> Outgoing:
        """Check a KCI as a gateway would, and keep it."""
        accepted = Outgoing(code=self.dialect.accepted[0])
        try:
            if not self._is_authorised(incoming.headers.get("authorization", "")):
                raise Refused("unauthorised", ["no valid credentials"])
            document = self.dialect.read_kci(incoming)
        except Refused as refused:
            answer = self.dialect.refuse(refused)
            self.book.keep(incoming.headers, None, answer.code, refused.messages)
            return answer
        try:
            self.book.keep(incoming.headers, document, accepted.code, ())
        except Unavailable as error:
            log.error("%s", error)
            return Outgoing(code=503)
        return accepted

    def _received(self, incoming: Incoming) -> Outgoing:
        """What came, oldest first. `order=TENANT/REF` picks one order, `after` goes on behind an
        id.
        """
        given = query_of(incoming.query)
        after, size = whole_number(given.get("after", "0")), whole_number(given.get("limit", "100"))
        if after is None or size is None or not 1 <= size <= MOST_LISTED:
            said = f"after and limit (1 to {MOST_LISTED}) are numbers"
            return self.dialect.refuse(Refused("malformed", [said]))
        rows = self.book.page(order=given.get("order", ""), limit=size, after=after)
        more = rows[-1]["id"] if len(rows) == size else None
        return Outgoing(code=200, body={"items": rows, "next": more})

    def _forget(self, incoming: Incoming) -> Outgoing:
        self.book.forget()
        return Outgoing(code=204)

    def _is_authorised(self, given: str) -> bool:
        auth = self.settings.auth
        if auth.kind == "none":
            return True
        if auth.kind == "basic":
            named = oauth.basic(given)
            users = {auth.username: auth.password}
            return named is not None and oauth.is_one_of(named[1], users, named[0])
        token = oauth.bearer(given)
        if auth.kind == "bearer":
            return bool(token) and oauth.is_one_of(token, (auth.token,))
        return not oauth.refusal_of(token, self.key)
