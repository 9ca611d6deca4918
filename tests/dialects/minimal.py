"""The least that a dialect must say: everything else has a default in the protocols."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.base.errors import Refused
from simulator.dialects import Dialect, Route
from simulator.engine.plan import Plan, Rejected
from simulator.engine.rules import Event
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
    Vocabulary,
)


class Minimal(Dialect):
    """Orders that are placed, and done."""

    name, title, kci_path = "minimal", "The least contract", "/updates"
    routes = (Route(method="POST", path="/jobs", operation="job"),)
    vocabulary = Vocabulary(
        dialect="minimal",
        codes={"DONE": ("DONE",)},
        statuses=("NEW", "DONE"),
        replies={"create": ("accept", "reject")},
        operations={"job": "create"},
        members=(),
        default_scenario="S",
    )

    def move(self, order: Order, event: Event, now: int) -> Order:
        return replace(order, status=event.send or "NEW")

    def ends(self, status: str) -> bool:
        return status == "DONE"

    def read(self, incoming: Incoming, route: Route) -> Submission:
        document = json.loads(incoming.body)
        ref = document["job"]
        return Submission(
            action="create", operation="job", ref=ref, order_ref=ref, document=document
        )

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        return Outgoing(code=422 if isinstance(plan, Rejected) else 202)

    def refuse(self, refused: Refused) -> Outgoing:
        codes = {"unknown_path": 404, "wrong_method": 405}
        return Outgoing(code=codes.get(refused.kind, 422), body=list(refused.messages))

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        body = {"job": order.ref, "number": kci.sequence, "now": order.status}
        return Message(path=self.kci_path, body=kci.body or json.dumps(body))

    def read_kci(self, incoming: Incoming) -> Document:
        return dict(json.loads(incoming.body))

    def identify_kci(self, document: Mapping[str, Any]) -> KciIdentity:
        job, number = document["job"], document["number"]
        return KciIdentity(order=f"/{job}", id=f"{job}-{number}", number=number)

    def sample(self, operation: str, order: Order | None, serial: int) -> Incoming:
        return Incoming(method="POST", path="/jobs", body=b'{"job": "J%d"}' % serial)

    def sample_operations(self, action: str) -> Sequence[str]:
        return ("job",)
