"""Who may call: the credentials that a supplier wants from its gateway, and its own token endpoint
(docs/contract/fibre-cafe.md 2.3, 10.21).
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.base.errors import Refused
from simulator.config import InboundCredentials
from simulator.formats import oauth
from simulator.formats.http import form_of
from simulator.model import Document, Incoming, Outgoing

_CHALLENGES = {
    "basic": 'Basic realm="supplier", charset="UTF-8"',
    "bearer": 'Bearer realm="supplier"',
    "oauth2": 'Bearer realm="supplier"',
}
_ABOUT = {
    "basic": {"type": "http", "scheme": "basic", "description": "A user of `auth.users`"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `auth.tokens`"},
}


class InboundAuth:
    """The credentials that one supplier wants. The first of `keys` signs its tokens; tokens that
    another of them signed are good here too.
    """

    def __init__(self, auth: InboundCredentials, keys: Sequence[str]) -> None:
        self.auth = auth
        self.keys = keys

    def is_token_path(self, path: str) -> bool:
        """Whether a path is the token endpoint's."""
        return self.auth.kind == "oauth2" and path == self.auth.token_path

    def grant(self, incoming: Incoming) -> Outgoing:
        """A token for client credentials, or the error of RFC 6749. Refused (wrong_method) for
        anything but a POST.
        """
        if incoming.method != "POST":
            raise Refused(
                "wrong_method",
                [f"{incoming.method} is not possible at {incoming.path}, only POST"],
                allow=["POST"],
            )
        code, body = oauth.grant(
            incoming.headers.get("authorization", ""),
            form_of(incoming.headers, incoming.body),
            self.auth.clients,
            self.keys[0],
            self.auth.lifetime,
        )
        return Outgoing(code=code, body=dict(body), headers={"Cache-Control": "no-store"})

    def check(self, incoming: Incoming) -> None:
        """Refused (unauthorised) unless the caller proves who it is."""
        if why := self._refusal(incoming.headers.get("authorization", "")):
            raise Refused("unauthorised", [why], challenge=_CHALLENGES[self.auth.kind])

    def _refusal(self, given: str) -> str:
        auth = self.auth
        if auth.kind == "none":
            return ""
        if not given:
            return f"Authorization: this header is required ({auth.kind})"
        if auth.kind == "basic":
            name, password = oauth.basic(given) or ("", "")
            return (
                ""
                if oauth.is_one_of(password, auth.users, name)
                else "Authorization: not a user and password that are known here"
            )
        token = oauth.bearer(given)
        if not token:
            return "Authorization: a Bearer token is wanted"
        if auth.kind == "bearer":
            return (
                ""
                if oauth.is_one_of(token, auth.tokens)
                else "Authorization: the token is not known here"
            )
        refusals = [oauth.refusal_of(token, key) for key in self.keys]
        if "" in refusals:
            return ""
        return f"Authorization: {oauth.EXPIRED if oauth.EXPIRED in refusals else refusals[0]}"


def described(document: Document, auth: InboundCredentials, server: str) -> Document:
    """An OpenAPI document with the credentials that are wanted, or with the word that none are."""
    flow = {"tokenUrl": server + auth.token_path, "scopes": {}}
    oauth2 = {
        "type": "oauth2",
        "description": "A client of `auth.clients`",
        "flows": {"clientCredentials": flow},
    }
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        **_ABOUT,
        "oauth2": oauth2,
        **components.get("securitySchemes", {}),
    }
    document["security"] = [{}] if auth.kind == "none" else [{auth.kind: []}]
    for path in document.get("paths", {}).values() if auth.kind != "none" else ():
        for operation in path.values():
            operation["responses"].setdefault(
                "401", {"description": "No credentials, or wrong or expired ones"}
            )
    return document
