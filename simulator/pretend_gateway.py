"""The pretend gateway: the counterpart for laptop, demo and tests. It gives tokens, checks each KCI as a gateway would, and keeps it.

It answers as the contract says (`Dialect.accepted`, `Dialect.refuse`). It is no real gateway: what it accepts proves that our messages
keep the contract, nothing more. What came is listed, and forgotten, at `/kcis`, whatever the contract's own path for messages is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from simulator import instants, logs, oauth, redact, strict_json
from simulator.config import Gateway
from simulator.dialects import Dialect
from simulator.dialects.routes import rule_of
from simulator.errors import Conflict, Refused, Unavailable
from simulator.model import Incoming
from simulator.store import Store, received

log = logging.getLogger("simulator.gateway")

TOKEN_LASTS = instants.HOUR
RECEIVED = "/kcis"


def make_pretend_gateway(store: Store, supplier: str, settings: Gateway, dialect: Dialect) -> Blueprint:
    """The counterpart of one supplier, as a blueprint; it expects the credentials that the supplier's `gateway.auth` sends."""
    gateway = Blueprint(f"pretend_gateway_{supplier}", __name__)
    key = oauth.key_of(store.root_seed, "pretend gateway")

    @gateway.post("/auth/supplier/access-token")
    def access_token() -> Response:
        clients = {settings.auth.client_id: settings.auth.client_secret}
        code, body = oauth.grant(request.headers.get("Authorization", ""), request.form, clients, key, TOKEN_LASTS)
        return _json(body, code)

    book = _Book(store, supplier, dialect)

    @gateway.post(rule_of(settings.kcis))
    def receive(**variables: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            if not _authorised(headers, settings, key):
                raise Refused("unauthorised", ["no valid credentials"])
            incoming = Incoming(method="POST", path=request.path, headers=headers, body=request.get_data(), variables=variables)
            document = dialect.check_notice(incoming)
        except Refused as refused:
            answer = dialect.refuse(refused)
            book.keep(headers, None, answer.code, refused.messages)
            return _json(answer.body, answer.code)
        try:
            book.keep(headers, document, dialect.accepted[0], ())
        except (Unavailable, Conflict) as error:
            log.error("%s", error)
            return Response(status=503)
        return Response(status=dialect.accepted[0])

    @gateway.get(RECEIVED)
    def list_received() -> Response:
        """What came, oldest first; `order=TENANT/REF` picks one order, `after` goes on behind an id."""
        after, size = (request.args.get(name, default) for name, default in (("after", "0"), ("limit", "100")))
        if not (after.isdigit() and size.isdigit() and len(after) < 18 and 1 <= int(size) <= 1000):
            answer = dialect.refuse(Refused("malformed", ["after and limit (1 to 1000) are numbers"]))
            return _json(answer.body, answer.code)
        with store.read() as tx:
            rows = received.page(tx, supplier, order=request.args.get("order", ""), limit=int(size), after=int(after))
        return _json({"items": rows, "next": rows[-1]["id"] if len(rows) == int(size) else None}, 200)

    @gateway.delete(RECEIVED)
    def forget() -> Response:
        with store.write() as tx:
            received.forget(tx, supplier)
        return Response(status=204)

    return gateway


def _authorised(headers: Mapping[str, str], settings: Gateway, key: str) -> bool:
    auth, given = settings.auth, headers.get("authorization", "")
    if auth.kind == "none":
        return True
    if auth.kind == "basic":
        named = oauth.basic(given)
        return named is not None and oauth.is_one_of(named[1], {auth.username: auth.password}, named[0])
    token = oauth.bearer(given)
    return bool(token) and oauth.is_one_of(token, (auth.token,)) if auth.kind == "bearer" else not oauth.refusal_of(token, key)


class _Book:
    """What came from one supplier, and what a gateway would notice in it."""

    def __init__(self, store: Store, supplier: str, dialect: Dialect) -> None:
        self.store = store
        self.supplier = supplier
        self.dialect = dialect

    def keep(self, headers: Mapping[str, str], document: Any, code: int, messages: tuple[str, ...]) -> None:
        """Write down a message, or a request that was none (`document` None)."""
        order, findings, what = "", list(messages), "a request"
        with self.store.write() as tx:
            if document is not None:
                order = self.dialect.hear(document).order
                what = f"KCI {self.dialect.describe(document)} of {order}"
                earlier = [row["body"] for row in received.page(tx, self.supplier, order=order, limit=1000) if row["body"]]
                findings += self._findings(earlier, document)
            received.keep(tx, self.supplier, order, redact.headers(headers), document, code, findings)
        said = "".join(f"; {finding}" for finding in findings)
        request_id, conversation_id = headers.get("x-request-id"), headers.get("x-conversation-id")
        ids = logs.about(supplier=self.supplier, ref=order, request_id=request_id, conversation_id=conversation_id, code=code)
        log.info("received %s: %s%s", what, code, said, extra=ids)

    def _findings(self, earlier: list[Mapping[str, Any]], document: Mapping[str, Any]) -> list[str]:
        """What stands out in the order's sequence: gaps, repeats, numbers used twice."""
        heard = self.dialect.hear(document)
        before = [(self.dialect.hear(body), body) for body in earlier]
        same = [body for other, body in before if other.id == heard.id]
        if same:
            return ["a repeat of a KCI that came before" if same[0] == document else "an id that came before, with another content"]
        expected = max((other.number for other, _ in before), default=0) + 1
        return [] if heard.number == expected else [f"number {heard.number}, expected {expected}"]


def _json(body: Any, code: int) -> Response:
    return Response(strict_json.dumps(body) + "\n", status=code, content_type="application/json")
