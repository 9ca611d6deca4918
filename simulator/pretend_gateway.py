"""The pretend gateway: the counterpart for laptop, demo and tests. It gives tokens, checks each KCI as a gateway would, and keeps it.

It answers 204, or the contract's error body with GATEWAY_FAULT's siblings (reference 1.2, 2.4, 3). It is no real gateway: what it
accepts proves that our messages keep the contract, nothing more.
"""

from __future__ import annotations

import base64
import hmac
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from simulator import redact, seed, strict_json
from simulator.config import Gateway
from simulator.dialects import Dialect
from simulator.errors import Conflict, Refused, Unavailable
from simulator.store import Store, received

log = logging.getLogger("simulator.gateway")

TOKEN_SECONDS = 3600
_CODES = {"malformed": (400, "MALFORMED_REQUEST"), "invalid": (422, "INVALID_REQUEST"), "unauthorised": (401, "NOT_AUTHORISED")}


def make_pretend_gateway(store: Store, settings: Gateway, dialect: Dialect) -> Blueprint:
    """The blueprint; it expects the credentials that the supplier's `gateway.auth` sends."""
    gateway = Blueprint("pretend_gateway", __name__)
    signer = URLSafeTimedSerializer(store.root_seed, salt="pretend gateway")

    @gateway.post("/auth/supplier/access-token")
    def access_token() -> Response:
        client, secret = _client(request.headers.get("Authorization", ""), request.form)
        if request.form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type" if request.form.get("grant_type") else "invalid_request"}, 400)
        wanted = (settings.auth.client_id, settings.auth.client_secret)
        if not hmac.compare_digest(f"{client}:{secret}".encode(), ":".join(wanted).encode()):
            return _json({"error": "invalid_client"}, 400)
        token = signer.dumps({"client": client, "id": seed.unique()})
        return _json({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}, 200)

    @gateway.post(settings.kcis)
    def receive() -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            if not _authorised(headers, settings, signer):
                raise Refused("unauthorised", ["no valid credentials"])
            document = dialect.check_notice(request.get_data(), headers)
        except Refused as refused:
            code, word = _CODES[refused.kind]
            _keep(store, headers, None, code, refused.messages, "a request")
            return _json({"uuid": seed.unique(), "code": word, "messages": list(refused.messages)}, code)
        try:
            _keep(store, headers, document, 204, (), f"KCI {dialect.describe(document)}")
        except (Unavailable, Conflict) as error:
            log.error("%s", error)
            return Response(status=503)
        return Response(status=204)

    @gateway.get(settings.kcis)
    def list_received() -> Response:
        """What came, oldest first; `order=TENANT/ID` picks one order, `after` goes on behind an id."""
        after, size = (request.args.get(name, default) for name, default in (("after", "0"), ("limit", "100")))
        if not (after.isdigit() and size.isdigit() and len(after) < 18 and 1 <= int(size) <= 1000):
            return _json({"uuid": seed.unique(), "code": "MALFORMED_REQUEST", "messages": ["after and limit (1 to 1000) are numbers"]}, 400)
        with store.read() as tx:
            rows = received.page(tx, order=request.args.get("order", ""), limit=int(size), after=int(after))
        return _json({"items": rows, "next": rows[-1]["id"] if len(rows) == int(size) else None}, 200)

    @gateway.delete(settings.kcis)
    def forget() -> Response:
        with store.write() as tx:
            received.forget(tx)
        return Response(status=204)

    return gateway


def _client(authorization: str, form: Mapping[str, str]) -> tuple[str, str]:
    """Client and secret from Basic credentials or from the form (reference 2.4)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(encoded).decode().partition(":")
            return client, secret
        except ValueError:
            return "", ""
    return form.get("client_id", ""), form.get("client_secret", "")


def _authorised(headers: Mapping[str, str], settings: Gateway, signer: URLSafeTimedSerializer) -> bool:
    auth, given = settings.auth, headers.get("authorization", "")
    if auth.kind == "none":
        return True
    if auth.kind == "basic":
        return _client(given, {}) == (auth.username, auth.password)
    scheme, _, token = given.partition(" ")
    if scheme != "Bearer":
        return False
    if auth.kind == "bearer":
        return hmac.compare_digest(token.encode(), auth.token.encode())
    try:
        signer.loads(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        return False
    return True


def _keep(store: Store, headers: Mapping[str, str], document: Any, code: int, messages: tuple[str, ...], what: str) -> None:
    order, findings = "", list(messages)
    with store.write() as tx:
        if document is not None:
            order = _order_of(document)
            findings += _order_findings([row["body"] for row in received.page(tx, order=order, limit=1000) if row["body"]], document)
        received.keep(tx, order, redact.headers(headers), document, code, findings)
    log.info("received %s%s: %s%s", what, f" of {order}" if order else "", code, "".join(f"; {finding}" for finding in findings))


def _order_of(document: Mapping[str, Any]) -> str:
    """Which order a KCI is about: `TENANT/ID`, or the supplier's reference where there is no id."""
    entity: Mapping[str, Any] = next((value for value in document.values() if isinstance(value, dict) and "status" in value), {})
    return f"{entity.get('tenant', '')}/{entity.get('id', entity.get('supplierOrderReference', ''))}"


def _order_findings(earlier: list[Mapping[str, Any]], document: Mapping[str, Any]) -> list[str]:
    """What a gateway would notice in the order's sequence: gaps, repeats, numbers used twice."""
    same = [body for body in earlier if body["id"] == document["id"]]
    if same:
        return ["a repeat of a KCI that came before" if same[0] == document else "an id that came before, with another content"]
    expected = max((body["sequenceNumber"] for body in earlier), default=0) + 1
    number = document["sequenceNumber"]
    return [] if number == expected else [f"sequenceNumber {number}, expected {expected}"]


def _json(body: Any, code: int) -> Response:
    return Response(strict_json.dumps(body) + "\n", status=code, content_type="application/json")
