"""Credentials of callers: OAuth2 client credentials (RFC 6749, section 4.4), Basic and Bearer.

This is the side that gives tokens and checks them. A token is a JWT, signed with a key that the
user of this module chooses. Nothing is kept of it, so any process can check what another gave.

PyJWT is imported for the first token: it brings cryptography along, and many processes never see
a token.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Any

from simulator.base import clock, instants, seed

TOKEN_PATH = "/auth/supplier/access-token"
"""Where tokens are given, where neither the contract nor a setting names another path."""

EXPIRED, FOREIGN = "the token has expired", "the token is not one of ours"
_ALGORITHM = "HS256"
_CLAIMS = ("client_id", "azp", "sub")


def key_of(*names: str) -> str:
    """A signing key, always the same for the same names: 32 characters."""
    return seed.digest("tokens", *names)


def grant(
    authorization: str, form: Mapping[str, str], clients: Mapping[str, str], key: str, lifetime: int
) -> tuple[int, Mapping[str, Any]]:
    """Answer a token request: an HTTP status and a body. `lifetime` in microseconds.

    The client names itself by Basic credentials or in the form. The errors are those of RFC 6749,
    section 5.2; each is a 400, as at the gateway's endpoint (docs/contract/fibre-cafe.md 2.4).
    """
    kind = form.get("grant_type", "")
    if kind != "client_credentials":
        return 400, {"error": "unsupported_grant_type" if kind else "invalid_request"}
    client, secret = basic(authorization) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    if not client:
        return 400, {"error": "invalid_request"}
    if not _same(clients.get(client), secret):
        return 400, {"error": "invalid_client"}
    import jwt

    seconds = lifetime // instants.SECOND
    issued = clock.wall() // instants.SECOND
    claims = {
        "client_id": client,
        "sub": client,
        "iat": issued,
        "exp": issued + seconds,
        "jti": seed.unique(),
    }
    return 200, {
        "access_token": jwt.encode(claims, key, algorithm=_ALGORITHM),
        "expires_in": seconds,
        "token_type": "Bearer",
    }


def ended_token() -> str:
    """A token that ended an hour ago, signed with a key that nobody has."""
    import jwt

    ended = clock.wall() // instants.SECOND - 3600
    claims = {"sub": "nobody", "iat": ended - 3600, "exp": ended, "jti": seed.unique()}
    return jwt.encode(claims, seed.secret(), algorithm=_ALGORITHM)


def refusal_of(token: str, key: str) -> str:
    """Why a token is refused; empty when `grant` gave it with this key and it has not expired."""
    import jwt

    try:
        jwt.decode(token, key, algorithms=[_ALGORITHM], options={"verify_iat": False})
    except jwt.ExpiredSignatureError:
        return EXPIRED
    except (jwt.InvalidTokenError, RecursionError):
        return FOREIGN
    return ""


def is_one_of(secret: str, known: Mapping[str, str] | tuple[str, ...], name: str = "") -> bool:
    """Whether a secret is in a list, or in a map under `name`, compared in constant time."""
    if isinstance(known, Mapping):
        return _same(known.get(name), secret)
    matches = [_same(one, secret) for one in known]
    return any(matches)


def basic(authorization: str) -> tuple[str, str] | None:
    """Name and password of Basic credentials; None where there are none that can be read."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip()).decode().partition(":")
    except ValueError:
        return None
    return (name, password) if colon else None


def bearer(authorization: str) -> str:
    """The token of Bearer credentials; empty where there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client_of(authorization: str) -> str:
    """Who a caller says it is: the user of Basic credentials, or what a JWT claims; else empty.

    Nothing is verified: this only chooses a supplier.
    """
    if named := basic(authorization):
        return named[0]
    token = bearer(authorization)
    if not token:
        return ""
    import jwt

    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        return ""
    named_by = (claims.get(claim) for claim in _CLAIMS)
    return next((name for name in named_by if isinstance(name, str) and name), "")


def _same(wanted: str | None, given: str) -> bool:
    return hmac.compare_digest(
        (wanted if wanted is not None else seed.secret()).encode(),
        given.encode("utf-8", "surrogateescape"),
    )
