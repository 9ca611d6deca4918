"""The Fibre Cafe dialect: Supplier API 1.15 (order management) and the KCIs of the Supplier Updates
API 1.8 (docs/contract/fibre-cafe.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base.errors import Refused
from simulator.dialects import Dialect
from simulator.dialects.fibre_cafe import dates, life, reading, requests, samples, writing
from simulator.dialects.fibre_cafe.settings import Options, Settings, settings_of
from simulator.dialects.fibre_cafe.vocabulary import VOCABULARY
from simulator.dialects.messages import json_message
from simulator.dialects.routes import Route
from simulator.engine.plan import Plan
from simulator.model import (
    Document,
    Incoming,
    Kci,
    KciIdentity,
    Message,
    Order,
    Outgoing,
    Request,
    Submission,
)

__all__ = ["FibreCafe", "Options", "dialect"]


class FibreCafe(Dialect):
    """The contract's parts with the supplier's own settings. Each part is a module."""

    name = "fibre_cafe"
    title = "Fibre Cafe Supplier API 1.15"
    auth = "oauth2"
    routes = (
        Route(method="POST", path="/service-orders", operation="order"),
        Route(method="POST", path="/ethernet/service-orders", operation="ethernet"),
        Route(method="POST", path="/service-order-amendments", operation="amendment"),
        Route(method="POST", path="/service-order-cancellations", operation="cancellation"),
        Route(method="POST", path="/service-tests", operation="unimplemented", shown=False),
        Route(method="POST", path="/service-problems", operation="unimplemented", shown=False),
        Route(
            method="POST",
            path="/service-problem-amendments",
            operation="unimplemented",
            shown=False,
        ),
        Route(
            method="POST",
            path="/service-problem-cancellations",
            operation="unimplemented",
            shown=False,
        ),
        Route(
            method="PATCH",
            path="/service-problem-resolutions/{id}",
            operation="unimplemented",
            shown=False,
        ),
    )
    vocabulary = VOCABULARY

    default_reply = staticmethod(life.default_reply)
    default_pending = staticmethod(life.default_pending)
    guard = staticmethod(requests.guard)
    settles = staticmethod(life.settles)
    move = staticmethod(life.move)
    complete = staticmethod(dates.complete)
    merge = staticmethod(requests.merge)
    ends = staticmethod(life.ends)
    request_number = staticmethod(life.request_number)
    tenant_of = staticmethod(reading.tenant_of)
    begin = staticmethod(reading.begin)
    plain = samples.PLAIN
    sample = staticmethod(samples.sample)
    sample_operations = staticmethod(samples.sample_operations)
    sample_beginning = staticmethod(samples.sample_beginning)

    def __init__(self, settings: Settings, kci_path: str | None = None) -> None:
        self.settings = settings
        self.kci_path = kci_path or "/kcis"

    def read(self, incoming: Incoming, route: Route) -> Submission:
        return reading.read(incoming, route, self.settings)

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        return writing.write(submission, plan, self.settings)

    def refuse(self, refused: Refused) -> Outgoing:
        return writing.refuse(refused, self.settings)

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        def write() -> Document:
            return writing.kci_document(order, kci, request, self.settings)

        return json_message(self.kci_path, order, kci, write)

    unknown = staticmethod(writing.unknown)
    of_another_tenant = staticmethod(writing.of_another_tenant)
    reissued = staticmethod(writing.reissued)

    def describe(self, document: Mapping[str, Any]) -> str:
        return writing.describe(document, self.settings)

    def read_kci(self, incoming: Incoming) -> Document:
        return reading.read_kci(incoming, self.settings)

    def identify_kci(self, document: Mapping[str, Any]) -> KciIdentity:
        return reading.identify_kci(document, self.settings)

    def openapi(self, server: str) -> dict[str, Any]:
        from simulator.dialects.fibre_cafe.openapi import document  # apispec is needed only here

        return document(server, self.settings)


def dialect(options: Mapping[str, Any], kci_path: str | None = None) -> FibreCafe:
    """The contract as it is played, with the settings of `Options`."""
    return FibreCafe(settings_of(options), kci_path)
