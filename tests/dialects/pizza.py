"""An invented third contract, as small as one can be with all parts: what works for it works
without a word of any real contract.

Pizzas are baked and brought. A topping may be changed until then. Whoever lets the kitchen wait
must say when to go on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.base.errors import Illegal, Refused
from simulator.dialects import Dialect, Route
from simulator.engine.plan import Answered, Plan, Rejected
from simulator.engine.rules import Event, Settlement
from simulator.model import (
    Document,
    Incoming,
    Kci,
    KciIdentity,
    Message,
    Order,
    Outgoing,
    PendingVerb,
    Query,
    Request,
    Step,
    Submission,
    Vocabulary,
)

ACTIONS = {"topping": "PUT", "wait": "POST", "go_on": "POST", "abandon": "POST"}
CODES = {
    "malformed": 400,
    "not_found": 404,
    "unknown_path": 404,
    "wrong_method": 405,
    "conflict": 409,
    "invalid": 422,
}
SETTLES: dict[str, Settlement] = {"TOPPED": "applied", "NO_TOPPING": "refused"}
PENDING: dict[str, PendingVerb] = {"abandon": "withdraw", "wait": "pause", "go_on": "withdraw"}
BROUGHT, GONE = ("BAKED", "EATEN"), ("EATEN", "BINNED")


class Pizza(Dialect):
    name, title, kci_path = "pizza", "Pizza by wire", "/doors/{id}"
    accepted, counts_orders = (200,), True
    pauses, lookups = {"wait": "go_on"}, ("price",)
    routes = (
        Route(method="POST", path="/pizzas", operation="create"),
        Route(method="GET", path="/pizzas", operation="menu"),
        Route(method="POST", path="/prices", operation="price"),
        *(
            Route(method=method, path=f"/pizzas/{{id}}/{action}", operation=action)
            for action, method in ACTIONS.items()
        ),
    )
    vocabulary = Vocabulary(
        dialect="pizza",
        codes=dict.fromkeys((*BROUGHT, "TOPPED", "NO_TOPPING"), ()),
        statuses=("ORDERED", "BAKED", *GONE),
        replies=dict.fromkeys(("create", *ACTIONS, "price"), ("accept", "acknowledge", "reject")),
        operations={action: action for action in ("create", *ACTIONS, "price")},
        members=("note",),
        default_scenario="S",
        begins=("create",),
    )

    plain = (Step(after=60_000_000, send="BAKED"), Step(after=60_000_000, send="EATEN"))

    def begin(self, tenant: str, document: Document) -> Submission:
        return Submission(action="create", operation="create", tenant=tenant, document=document)

    def sample_beginning(self) -> tuple[str, Document]:
        return "T", {"topping": "cheese"}

    def tenant_of(self, incoming: Incoming) -> str:
        return incoming.headers.get("guest", "")

    def default_pending(self, action: str) -> PendingVerb:
        return PENDING.get(action, "keep")

    def guard(self, order: Order, submission: Submission, requests: Sequence[Request]) -> None:
        if order.status in GONE:
            raise Refused("conflict", ["too late"])

    def guard_repeat(self, submission: Submission, order: Order, *, same: bool) -> None:
        if not same:
            raise Refused("conflict", ["that name has a pizza already"])

    def settles(self, code: str, action: str) -> Settlement:
        return SETTLES.get(code, "") if action == "topping" else ""

    def move(self, order: Order, event: Event, now: int) -> Order:
        if event.send == "EATEN" and order.status == "ORDERED" and not event.illegal:
            raise Illegal("not baked yet")
        if event.action == "create":
            return replace(order, status="ORDERED", number=f"P{event.serial}")
        return replace(
            order,
            status="BINNED"
            if event.action == "abandon"
            else event.send
            if event.send in BROUGHT
            else order.status,
        )

    def complete(self, order: Order, event: Event, now: int) -> Order:
        return (
            replace(order, document={**order.document, "hot": True})
            if event.send == "BAKED"
            else order
        )

    def merge(self, order: Order, request: Request) -> Order:
        changed = {"topping": request.document["topping"]} if request.action == "topping" else {}
        return replace(order, document={**order.document, **changed})

    def ends(self, status: str) -> bool:
        return status in GONE

    def request_number(self, order: Order, action: str, count: int) -> str:
        return f"{action}-{count}"

    def read(self, incoming: Incoming, route: Route) -> Submission | Query:
        if route.operation == "menu":
            return Query(
                show=lambda found, total: Outgoing(
                    code=200, body=[order.document for order in found]
                )
            )
        document = json.loads(incoming.body or b"{}")
        if "topping" not in document and route.operation in ("create", "topping", "price"):
            raise Refused("malformed", ["topping: is required"])
        who = str(document.get("who", ""))
        if route.operation == "create":
            return Submission(
                action="create",
                operation="create",
                ref=who,
                order_ref=who,
                tenant="T",
                document=document,
            )
        return Submission(
            action=route.operation,
            operation=route.operation,
            order_number=incoming.variables.get("id", ""),
            document=document,
        )

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        if isinstance(plan, Rejected):
            return self.refuse(Refused("invalid", plan.answer.messages or ["no"]))
        return Outgoing(code=200, body={"number": plan.order.number, "status": plan.order.status})

    def write_lookup(self, submission: Submission, answered: Answered) -> Outgoing:
        return Outgoing(code=200, body={"topping": submission.document["topping"], "price": 9})

    def refuse(self, refused: Refused) -> Outgoing:
        return Outgoing(code=CODES.get(refused.kind, 500), body={"why": list(refused.messages)})

    def why_not_sent(self, order: Order, code: str) -> str:
        return "they do not want to hear" if order.document.get("quiet") else ""

    def write_kci(self, order: Order, kci: Kci, request: Request | None) -> Message:
        document = {
            "n": kci.sequence,
            "what": kci.send,
            "who": order.ref,
            "pizza": order.document,
            **kci.step.fields,
        }
        path, headers = f"/doors/{order.number}", {"Content-Type": "application/json"}
        return Message(path=path, headers=headers, body=kci.body or json.dumps(document))

    def describe(self, document: Mapping[str, Any]) -> str:
        return f"{document.get('n', '')} {document.get('what', document)}"

    def read_kci(self, incoming: Incoming) -> Document:
        return dict(json.loads(incoming.body))

    def identify_kci(self, document: Mapping[str, Any]) -> KciIdentity:
        return KciIdentity(
            order=f"T/{document['who']}", id=str(document["n"]), number=document["n"]
        )

    def sample(self, operation: str, order: Order | None, serial: int) -> Incoming:
        path = f"/pizzas/{order.number}/{operation}" if order else "/pizzas"
        path = "/prices" if operation == "price" else path
        body = {"topping": "olives"} if order else {"who": f"W{serial}", "topping": "ham"}
        return Incoming(
            method=ACTIONS.get(operation, "POST"), path=path, body=json.dumps(body).encode()
        )

    def sample_operations(self, action: str) -> Sequence[str]:
        return (action,)
