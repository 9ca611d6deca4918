"""What the front, the supplier and the sender ask a dialect: reading and writing its wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from simulator import __version__
from simulator.base.errors import Illegal, Refused
from simulator.dialects.routes import Route
from simulator.engine.plan import Answered, Plan
from simulator.formats import oauth, strict_json
from simulator.model import (
    Document,
    Incoming,
    Kci,
    Message,
    Order,
    Outgoing,
    Query,
    Request,
    Submission,
    Vocabulary,
)


class Wire(Protocol):
    """How to read and write one contract's wire. A dialect leaves out what has a default here."""

    name: str
    title: str
    routes: tuple[Route, ...]
    vocabulary: Vocabulary

    kci_path: str
    """Where KCIs go below the gateway's URL: the contract's path, or that of the setting
    `gateway.kcis`. `{id}` is the order's number.
    """

    token_path: str = oauth.TOKEN_PATH
    """Where a gateway of this contract gives tokens, below its URL; the setting
    `gateway.auth.token_url` may say otherwise.
    """

    auth: str = "none"
    """The credentials that a gateway of this contract wants; the setting `gateway.auth.kind` may
    say otherwise.
    """

    accepted: tuple[int, ...] = (204, 200, 201, 202)
    """The gateway's answers to a KCI that mean: delivered. The contract's own is the first."""

    def tenant_of(self, incoming: Incoming) -> str:
        """The tenant that a request names, before anything of it is checked; empty when it names
        none.
        """
        return ""

    def read(self, incoming: Incoming, route: Route) -> Submission | Query:
        """Check and read a request. Refused lists every problem of it at once."""

    def begin(self, tenant: str, document: Document) -> Submission:
        """An order that the supplier begins by itself (`Vocabulary.begins`). Refused lists what is
        wrong with its document.
        """
        raise Refused("invalid", [f"no order of {self.title} is begun by the supplier"])

    def guard_repeat(self, submission: Submission, order: Order, *, same: bool) -> None:
        """Refused when a request that came before is not given its first answer again. `same`: its
        content is the same.
        """
        if not same:
            said = f"{submission.action} {submission.ref} exists already with another content"
            raise Refused("invalid", [f"{submission.ref_path}: {said}"])

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        """The answer to a request that was played: a new order, a changed one, or a rejection."""

    def write_lookup(self, submission: Submission, answered: Answered) -> Outgoing:
        """The answer to a request that keeps nothing (`Rules.lookups`)."""
        raise Refused("not_implemented", [f"{submission.operation} is not played"])

    def refuse(self, refused: Refused) -> Outgoing:
        """The contract's error answer."""

    def why_not_sent(self, order: Order, code: str) -> str:
        """Why a KCI of this code is not sent to this order's gateway, although the order moves;
        empty when it is sent.
        """
        return ""

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        """The whole message of a KCI, with the newest order. `kci` has its sequence number and the
        moment of issue.

        A retry repeats `kci.body`, which is kept from the first attempt, to the byte.
        """

    def unknown(self, order: Order) -> Order:
        """The same order under ids that no gateway has given or been told (the fault
        `unknown_order`). Illegal where the contract is not known so well.
        """
        raise Illegal(f"unknown_order: {self.title} does not say which ids an order has")

    def of_another_tenant(self, order: Order) -> Order:
        """The same order of a tenant that the gateway does not know (`wrong_tenant`)."""
        raise Illegal(f"wrong_tenant: a message of {self.title} names no tenant")

    def reissued(self, document: Document, kci_id: str) -> Document:
        """The same message under another id (`duplicate_new_id`)."""
        raise Illegal(f"duplicate_new_id: a message of {self.title} has no id of its own")

    def describe(self, document: Mapping[str, Any]) -> str:
        """Any document of this contract (a request, an answer, a refusal, a KCI) in one line, for
        people. A KCI begins with its number and its code.
        """
        return strict_json.dumps(dict(document))[:120]

    def openapi(self, server: str) -> dict[str, Any]:
        """The contract as OpenAPI 3.1; by default the routes alone."""
        paths: dict[str, Any] = {}
        for route in self.routes:
            answers = {"default": {"description": "An answer of the contract"}}
            operation = {"operationId": route.operation, "responses": answers}
            paths.setdefault(route.path, {})[route.method.lower()] = operation
        return {
            "openapi": "3.1.0",
            "info": {"title": self.title, "version": __version__},
            "servers": [{"url": server}],
            "paths": paths,
        }
