"""The MEF/OBF dialect: the Ordering API of 2016/17, played from the Seller's side.

The contract's facts stand in docs/contract/mef.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.base.errors import Refused
from simulator.dialects import Dialect
from simulator.dialects.mef import (
    checks,
    content,
    life,
    notifications,
    reading,
    samples,
    writing,
)
from simulator.dialects.mef.settings import Options, Settings
from simulator.dialects.mef.vocabulary import VOCABULARY
from simulator.dialects.messages import json_message
from simulator.dialects.routes import Route
from simulator.engine.plan import Plan
from simulator.engine.rules import Event
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
)

__all__ = ["Mef", "Options", "dialect"]


def _routes() -> tuple[Route, ...]:
    return (
        Route(method="GET", path="/orders", operation="list"),
        Route(method="POST", path="/orders", operation="create"),
        Route(method="GET", path="/orders&{query}", operation="ampersand", shown=False),
        Route(method="GET", path="/orders/{id}", operation="order"),
        Route(method="PUT", path="/orders/{id}", operation="replace"),
        Route(method="PATCH", path="/orders/{id}", operation="patch"),
        Route(method="GET", path="/orders/{id}/status", operation="status"),
        Route(method="POST", path="/orders/{id}/cancel", operation="cancellation"),
        Route(method="POST", path="/orders/{id}/hold", operation="hold"),
        Route(method="POST", path="/orders/{id}/release", operation="release"),
    )


class Mef(Dialect):
    """The contract's parts with the supplier's own settings. Each part is a module."""

    name = "mef"
    title = "MEF/OBF Ordering API 2016/17"
    counts_orders = True
    accepted = (201, 200, 202, 204)
    pauses = life.PAUSES
    history = ("amendment",)  # versions that were there before, and items that once were
    routes = _routes()
    vocabulary = VOCABULARY

    default_reply = staticmethod(life.default_reply)
    default_pending = staticmethod(life.default_pending)
    default_entry = staticmethod(life.default_entry)
    settles = staticmethod(life.settles)
    complete = staticmethod(life.complete)
    keep_members = staticmethod(notifications.keep_members)
    merge = staticmethod(content.merged)
    ends = staticmethod(life.ends)
    request_number = staticmethod(life.request_number)
    why_not_sent = staticmethod(notifications.why_not_sent)
    unknown = staticmethod(content.unknown)
    of_another_tenant = staticmethod(content.of_another_buyer)
    describe = staticmethod(writing.describe)
    read_kci = staticmethod(reading.read_notification)
    identify_kci = staticmethod(reading.identify_notification)
    tenant_of = staticmethod(reading.tenant_of)
    sample = staticmethod(samples.sample)
    plain = samples.PLAIN
    sample_operations = staticmethod(samples.sample_operations)

    def __init__(self, settings: Settings, kci_path: str | None = None) -> None:
        self.settings = settings
        self.kci_path = kci_path or "/orders/{id}/notification"

    def guard(self, order: Order, submission: Submission, requests: Sequence[Request]) -> None:
        life.guard(order, submission, requests)
        if submission.action == "amendment":
            checks.guard_change(order, submission, requests, self.settings)

    def guard_repeat(self, submission: Submission, order: Order, *, same: bool) -> None:
        reading.guard_repeat(submission, order, same=same, settings=self.settings)

    def move(self, order: Order, event: Event, now: int) -> Order:
        return life.move(order, event, now, self.settings)

    def read(self, incoming: Incoming, route: Route) -> Submission | Query:
        return reading.read(incoming, route, self.settings)

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        return writing.write(submission, plan, self.settings)

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        def write() -> Document:
            return notifications.notification(order, kci, request)

        return json_message(self.kci_path, order, kci, write)

    def refuse(self, refused: Refused) -> Outgoing:
        return writing.refuse(refused, self.settings)

    def openapi(self, server: str) -> dict[str, Any]:
        from simulator.dialects.mef.openapi import document  # apispec is needed only here

        return document(server, self.settings)


def dialect(options: Mapping[str, Any], kci_path: str | None = None) -> Mef:
    """The contract as it is played, with the settings of `Options`."""
    return Mef(Settings(**options), kci_path)
