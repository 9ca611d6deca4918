"""The wire contracts. A dialect is one package here; the engine, the store and the sender never learn its words.

To add one: a package with an object that is a `Dialect`, its scenarios in `scenarios/NAME/`, one line in `_HOMES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from simulator.errors import Invalid, Problem, Refused, nearest
from simulator.model import Document, Incoming, Kci, Order, Outgoing, Request, Submission, Vocabulary
from simulator.rules import Plan, Rules

_HOMES = {"fibre_cafe": "simulator.dialects.fibre_cafe"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of the contract: `{name}` in the path is a variable part."""

    method: str
    path: str
    operation: str


class Dialect(Rules, Protocol):
    """Everything that is particular to one contract; beside the engine's `Rules`, how to read and write its wire."""

    name: str
    title: str
    routes: tuple[Route, ...]
    vocabulary: Vocabulary
    accepted: tuple[int, ...]
    """The gateway's answers to a message that mean: delivered."""

    def read(self, incoming: Incoming, route: Route) -> Submission:
        """Check and read a request. Refused lists every problem of it at once."""

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        """The answer to a request that was played."""

    def refuse(self, refused: Refused) -> Outgoing:
        """The contract's error answer."""

    def notice(self, order: Order, kci: Kci, request: Request | None) -> Document:
        """The document of one message, with the newest order; `kci` has its sequence number and issue moment."""

    def describe(self, document: Mapping[str, Any]) -> str:
        """Any document of this contract (a request, an answer, a refusal, a message) in one line, for people."""

    def notice_path(self, order: Order, path: str) -> str:
        """Where the message goes below the gateway's URL; `path` is the configured one."""

    def check_notice(self, body: bytes, headers: Mapping[str, str]) -> Document:
        """Read a message as a gateway would: for the pretend gateway. Refused lists what is wrong."""

    def sample(self, operation: str, order: Order | None, serial: int) -> Incoming:
        """A valid request of an operation: for rehearsals, the demo and the documentation."""

    def sample_operations(self, action: str) -> Sequence[str]:
        """The operations that `sample` can give for an action, the plainest first."""

    def openapi(self, server: str) -> dict[str, Any]:
        """The contract as OpenAPI 3.1, made from the schemas that check the requests."""


def names() -> tuple[str, ...]:
    """The dialects that exist."""
    return tuple(_HOMES)


def get(name: str) -> Dialect:
    """A dialect by name. Invalid names the nearest."""
    if name not in _HOMES:
        raise Invalid([Problem(message=f"unknown dialect `{name}`", hint=nearest(name, _HOMES))])
    dialect: Dialect = import_module(_HOMES[name]).dialect
    return dialect
