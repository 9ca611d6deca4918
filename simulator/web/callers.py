"""Who calls: the OAuth client that a request names. It chooses a supplier; it proves nothing, and nothing is verified here."""

from __future__ import annotations

import base64
import json
from typing import Any

CLAIMS = ("client_id", "azp", "sub")


def client_of(authorization: str) -> str:
    """The user of Basic credentials, or what a bearer token that is a JWT says (`client_id`, `azp`, `sub`); empty otherwise."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "basic":
        return _decoded(credentials).partition(":")[0]
    parts = credentials.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        return ""
    try:
        claims: Any = json.loads(_decoded(parts[1]) or "{}")
    except (ValueError, RecursionError):
        return ""
    named = (claims.get(claim) for claim in CLAIMS) if isinstance(claims, dict) else ()
    return next((name for name in named if isinstance(name, str) and name), "")


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "==").decode()
    except ValueError:
        return ""
