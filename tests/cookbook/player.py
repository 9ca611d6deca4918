"""Plays a case of the cookbook as a gateway would, and keeps what came back: answers and arrivals,
in their sequence.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import requests

from simulator.client import Client
from tests.conftest import TENANT, Gateway
from tests.dialects.mef import Buyer
from tests.receiver import Arrival, Receiver

LOSING = "TENANT2"
"""The tenant that loses the line of a takeover."""

BEGIN = "2026-03-02T09:00:00Z"
"""A Monday on which each case begins, unless it says another time."""


class Log:
    """What a gateway saw: of each arrival `NUMBER CODE STATUS`, whether the same bytes came before,
    and what a good gateway answers where that is not 204; of each request of its own the status of
    the answer.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.lines: list[str] = []
        self.bodies: set[bytes] = set()
        self.refuses: Mapping[str, int] = {}
        """Codes that this gateway refuses, and how, though they are well made."""
        self.lock = threading.Lock()
        receiver.answer = self.take

    def take(self, number: int, arrival: Arrival) -> int:
        _, code, *_ = told(arrival).split(" ")
        answer = self.refuses.get(code) or answer_of_a_good_gateway(arrival)
        repeated = " again" if arrival.raw in self.bodies else ""
        self.bodies.add(arrival.raw)
        self.add(f"{told(arrival)}{repeated}{'' if answer == 204 else f': {answer}'}")
        return answer

    def add(self, line: object) -> None:
        with self.lock:
            self.lines.append(str(line))

    def forget(self) -> list[str]:
        """The lines that came since this was asked last."""
        with self.lock:
            lines, self.lines = self.lines, []
            return lines


def answer_of_a_good_gateway(arrival: Arrival) -> int:
    """It refuses what it must not take."""
    try:
        body = arrival.body
    except ValueError:
        return 400
    if "notificationType" in body:
        return 204
    has_token = arrival.headers.get("authorization", "").startswith("Bearer token-")
    return _answer_to_kci(body) if has_token else 401


def _answer_to_kci(body: Mapping[str, Any]) -> int:
    is_delay = body["reasonCode"] == "DELAY"
    if not isinstance(body["sequenceNumber"], int) or (is_delay and "problemCode" not in body):
        return 422
    if order_of(body)["tenant"] not in (TENANT, LOSING):
        return 403
    return 204 if order_of(body).get("id", 0) < 10_000 else 404


def order_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order inside a KCI; a notification is about its order as a whole."""
    return next((value for value in body.values() if isinstance(value, dict)), body)


def told(arrival: Arrival) -> str:
    try:
        body = arrival.body
    except ValueError:
        return "no JSON"
    if "notificationType" in body:
        number = int(body["notificationVersion"])
        return f"{number} {body['notificationType']} {body['orderStatus']}"
    whose = f" of {LOSING}" if order_of(body)["tenant"] == LOSING else ""
    return f"{body['sequenceNumber']!r} {body['reasonCode']} {order_of(body)['status']}{whose}"


class Case:
    """The orders of one scenario, at a supplier that has no others."""

    def __init__(self, scenario: str, url: str, supplier: str, receiver: Receiver) -> None:
        self.scenario = scenario
        self.receiver = receiver
        self.log = Log(receiver)
        self.admin = Client(url, supplier=supplier)
        self.order: dict[str, Any] = {}

    def __enter__(self) -> Case:
        return self

    def __exit__(self, *error: object) -> None:
        self.admin.reset()
        self.admin.close()

    def play(self, step: Mapping[str, Any]) -> list[str]:
        """Play one step, which begins with its act; what came back until nothing moved."""
        act = next(iter(step))
        self.log.refuses = step.get("refuses", {})
        if "at" in step:
            self.admin.set_clock(now=step["at"])
        if act[0].isdigit():
            self.admin.advance(by=act)
        elif act.startswith("signal "):
            self.admin.signal(act.removeprefix("signal "), self.newest()["id"])
        else:
            self.log.add(self.ask(act, step))
        lines = self.log.forget()
        return sorted(lines) if step.get("linked") else lines

    def newest(self) -> Mapping[str, Any]:
        """The order that was made last, as the admin API shows it."""
        *_, order = self.admin.orders()
        return order

    def shown(self, member: str) -> Any:
        """A member of the newest message, or of the order in it."""
        body = self.receiver.arrivals[-1].body
        return {**body, **order_of(body)}.get(member)

    def ask(self, act: str, step: Mapping[str, Any]) -> object:
        """Send a request; what is seen of its answer."""
        raise NotImplementedError(act)


def seen(answer: requests.Response) -> object:
    """The status of an answer, with the seconds of its Retry-After, or why it cannot be read."""
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        return "HTML"
    try:
        json.loads(answer.content or "null")
    except ValueError:
        return "no JSON"
    pause = answer.headers.get("Retry-After")
    return f"{answer.status_code} after {pause}" if pause else answer.status_code


ORDERS = "/service-orders"
NEW = {"place": ORDERS, "cease": ORDERS, "connect": f"/ethernet{ORDERS}"}
"""The acts that place an order of the first contract, with their paths."""


class FibreCafe(Case):
    """The gateway of the first contract: `place`, `cease`, `connect` (two sites by Ethernet),
    `repeat` the same order, `amend`, `cancel`, and `object` to the cease that a takeover has begun.
    """

    def __init__(self, scenario: str, url: str, supplier: str, receiver: Receiver) -> None:
        super().__init__(scenario, url, supplier, receiver)
        self.gateway = Gateway(url)
        self.path = ""

    def __exit__(self, *error: object) -> None:
        self.gateway.__exit__()
        super().__exit__()

    def ask(self, act: str, step: Mapping[str, Any]) -> object:
        try:
            return seen(self._send(act, step))
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return "broken"

    def _send(self, act: str, step: Mapping[str, Any]) -> requests.Response:
        members = step.get("with", {})
        if act == "object":
            return self._object()
        if act in ("amend", "cancel"):
            asked: requests.Response = getattr(self.gateway, act)(self.order, **members)
            return asked
        if act in NEW:
            self.path, whole = NEW[act], self.gateway.provide(**members)
            least = {"id": whole["id"], "tenant": TENANT, **members}
            self.order = whole if act == "place" else least
        return self.gateway.post(self.path, self.order, **step.get("headers", self._asking()))

    def _object(self) -> requests.Response:
        objection = {
            "id": 1,
            "orderId": 77,
            "reasonCode": "END_USER_NOT_MOVING",
            "supplierOrderReference": self.newest()["number"],
        }
        return self.gateway.post("/service-order-cancellations", objection, Tenant=LOSING)

    def _asking(self) -> dict[str, str]:
        return {"X_Scenario": self.scenario}


class Mef(Case):
    """The Buyer of the second contract: `place`, `change`, `replace`, `hold`, `release`, `cancel`,
    and `look`, whose answer is the order's status.
    """

    def __init__(self, scenario: str, url: str, supplier: str, receiver: Receiver) -> None:
        super().__init__(scenario, url, supplier, receiver)
        self.buyer = Buyer(url)

    def __exit__(self, *error: object) -> None:
        self.buyer.__exit__()
        super().__exit__()

    def ask(self, act: str, step: Mapping[str, Any]) -> object:
        if act == "place":
            self.order = self.buyer.place(self.scenario)
            return 201
        if act == "look":
            return self.buyer.status(self.order)
        if act in ("change", "replace"):
            send = self.buyer.change if act == "change" else self.buyer.replace
            return send(self.order, **step.get("with", {})).status_code
        return self.buyer.act(self.order, act).status_code
