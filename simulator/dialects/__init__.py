"""The wire contracts. A dialect is one package here; the engine, the store and the sender never
learn its words.

To add one: a package with a function `dialect(options, kci_path)` that makes a `Dialect` and a
schema `Options` of its settings, its scenarios in `scenarios/NAME/`, one line in `_HOMES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from simulator.base.errors import Invalid, Problem, Refused, nearest
from simulator.dialects.routes import Route
from simulator.engine.plan import Plan
from simulator.engine.rules import Rules
from simulator.formats.schema import Strict, dotted, load
from simulator.model import (
    Document,
    Incoming,
    Kci,
    KciIdentity,
    Message,
    Order,
    Outgoing,
    Query,
    Request,
    Step,
    Submission,
    Vocabulary,
)

__all__ = ["Dialect", "Route", "get", "names", "options_of"]

_HOMES = {"fibre_cafe": "simulator.dialects.fibre_cafe", "mef": "simulator.dialects.mef"}


class Dialect(Rules, Protocol):
    """Everything that is particular to one contract; beside the engine's `Rules`, how to read and
    write its wire.
    """

    name: str
    title: str
    routes: tuple[Route, ...]
    vocabulary: Vocabulary
    counts_orders: bool
    """Whether our order numbers count: then each create is told which of the supplier's it is."""

    kci_path: str
    """Where KCIs go below the gateway's URL: the contract's path, or that of the setting
    `gateway.kcis`. `{id}` is the order's number.
    """

    token_path: str
    """Where a gateway of this contract gives tokens, below its URL; the setting
    `gateway.auth.token_url` may say otherwise.
    """

    auth: str
    """How a gateway of this contract knows us, where no setting (`gateway.auth.kind`) says
    otherwise.
    """

    accepted: tuple[int, ...]
    """The gateway's answers to a message that mean: delivered; the contract's own first."""

    def tenant_of(self, incoming: Incoming) -> str:
        """Whose request this is, as far as it says so before anything of it is checked; empty where
        it does not.
        """

    def read(self, incoming: Incoming, route: Route) -> Submission | Query:
        """Check and read a request. Refused lists every problem of it at once."""

    plain: tuple[Step, ...]
    """What becomes of an order that goes well: a scenario `for` one later request is told against
    it.
    """

    def begin(self, tenant: str, document: Document) -> Submission:
        """An order that the supplier begins by itself (`Vocabulary.begins`). Refused lists what is
        wrong with its document.
        """

    def sample_beginning(self) -> tuple[str, Document]:
        """A tenant and a document that `begin` takes."""

    def guard_repeat(self, submission: Submission, order: Order, *, same: bool) -> None:
        """Refused when a request that came before (`same`: with the same content) is not given its
        first answer again.
        """

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        """The answer to a request that was played."""

    def refuse(self, refused: Refused) -> Outgoing:
        """The contract's error answer."""

    def why_not_sent(self, order: Order, code: str) -> str:
        """Why a KCI of this code is not sent to this order's gateway, although the order moves;
        empty when it is sent.
        """

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        """The whole message of a KCI, with the newest order. `kci` has its sequence number and the
        moment of issue.

        A retry repeats `kci.body`, which is kept from the first attempt, to the byte.
        """

    def describe(self, document: Mapping[str, Any]) -> str:
        """Any document of this contract (a request, an answer, a refusal, a message) in one line,
        for people.

        A message begins with its number and its code.
        """

    def read_kci(self, incoming: Incoming) -> Document:
        """Check and read a KCI as a gateway would. Refused lists what is wrong."""

    def identify_kci(self, document: Mapping[str, Any]) -> KciIdentity:
        """How a gateway knows a KCI that `read_kci` returned."""

    def sample(self, operation: str, order: Order | None, serial: int) -> Incoming:
        """A valid request of an operation: for rehearsals, the demo and the documentation."""

    def sample_operations(self, action: str) -> Sequence[str]:
        """The operations that `sample` can give for an action, the plainest first."""

    def openapi(self, server: str) -> dict[str, Any]:
        """The contract as OpenAPI 3.1, made from the schemas that check the requests."""


def names() -> tuple[str, ...]:
    """The dialects that exist."""
    return tuple(_HOMES)


def get(
    name: str, options: Mapping[str, Any] | None = None, *, kci_path: str | None = None
) -> Dialect:
    """A dialect by name, with its settings (all defaults otherwise); `kci_path` replaces the
    contract's own. Invalid names the nearest, or what is wrong with the settings.
    """
    loaded, problems = load(options_of(name), dict(options or {}))
    if problems:
        raise Invalid(
            [Problem(message=f"contract: {dotted(path)}: {message}") for path, message in problems]
        )
    dialect: Dialect = _home(name).dialect(loaded, kci_path)
    return dialect


def options_of(name: str) -> Strict:
    """The schema of a dialect's own settings. Invalid names the nearest dialect."""
    schema: Strict = _home(name).Options()
    return schema


def _home(name: str) -> Any:
    if name not in _HOMES:
        raise Invalid([Problem(message=f"unknown dialect `{name}`", hint=nearest(name, _HOMES))])
    return import_module(_HOMES[name])
