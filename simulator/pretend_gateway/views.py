"""The HTTP paths of the pretend gateway: tokens, messages, and the list of what came."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from simulator.base import instants
from simulator.base.errors import Conflict, Refused, Unavailable
from simulator.config import Gateway
from simulator.dialects import Counterpart
from simulator.dialects.routes import rule_of
from simulator.formats import oauth, strict_json
from simulator.formats.http import whole_number
from simulator.model import Incoming
from simulator.pretend_gateway.book import Book
from simulator.store import Store, received

log = logging.getLogger("simulator.pretend_gateway")


TOKEN_LASTS = instants.HOUR
RECEIVED = "/kcis"


def make_pretend_gateway(
    store: Store, supplier: str, settings: Gateway, dialect: Counterpart
) -> Blueprint:
    """The counterpart of one supplier, as a blueprint; it expects the credentials that the
    supplier's `gateway.auth` sends.
    """
    gateway = Blueprint(f"pretend_gateway_{supplier}", __name__)
    key = oauth.key_of(store.root_seed, "pretend gateway")

    @gateway.post(dialect.token_path)
    def access_token() -> Response:
        clients = {settings.auth.client_id: settings.auth.client_secret}
        code, body = oauth.grant(
            request.headers.get("Authorization", ""), request.form, clients, key, TOKEN_LASTS
        )
        return _json(body, code)

    book = Book(store, supplier, dialect)

    @gateway.post(rule_of(dialect.kci_path))
    def receive(**variables: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            if not _authorised(headers, settings, key):
                raise Refused("unauthorised", ["no valid credentials"])
            incoming = Incoming(
                method="POST",
                path=request.path,
                headers=headers,
                body=request.get_data(),
                variables=variables,
            )
            document = dialect.read_kci(incoming)
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
        """What came, oldest first; `order=TENANT/REF` picks one order, `after` goes on behind an
        id.
        """
        after, size = (
            whole_number(request.args.get(name, default))
            for name, default in (("after", "0"), ("limit", "100"))
        )
        if after is None or size is None or not 1 <= size <= 1000:
            answer = dialect.refuse(
                Refused("malformed", ["after and limit (1 to 1000) are numbers"])
            )
            return _json(answer.body, answer.code)
        with store.read() as tx:
            rows = received.page(
                tx, supplier, order=request.args.get("order", ""), limit=size, after=after
            )
        return _json({"items": rows, "next": rows[-1]["id"] if len(rows) == size else None}, 200)

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
        return named is not None and oauth.is_one_of(
            named[1], {auth.username: auth.password}, named[0]
        )
    token = oauth.bearer(given)
    return (
        bool(token) and oauth.is_one_of(token, (auth.token,))
        if auth.kind == "bearer"
        else not oauth.refusal_of(token, key)
    )


def _json(body: Any, code: int) -> Response:
    return Response(strict_json.dumps(body) + "\n", status=code, content_type="application/json")
