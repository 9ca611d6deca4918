"""A small gateway: takes orders of its customers, sends them to a supplier, follows what the
supplier tells (KCIs).
"""

from __future__ import annotations

import itertools
import threading
import uuid
from typing import Any

import requests
from flask import Flask, Response, jsonify, request

TENANT = "SMALL"


class Gateway:
    """`supplier_url` is whom orders are sent to; `orders` is what the gateway knows of each."""

    def __init__(self, supplier_url: str = "") -> None:
        self.supplier_url = supplier_url
        self.orders: dict[int, dict[str, Any]] = {}
        self.ids = itertools.count(1)
        self.lock = threading.Lock()
        self.app = Flask("small gateway")
        self.app.add_url_rule("/orders", view_func=self.place, methods=["POST"])
        self.app.add_url_rule("/orders/<int:number>", view_func=self.show)
        self.app.add_url_rule(
            "/orders/<int:number>/cancel", view_func=self.cancel, methods=["POST"]
        )
        self.app.add_url_rule("/kcis", view_func=self.hear, methods=["POST"])

    def place(self) -> tuple[Response, int]:
        """A customer's order: `{"uprn": "...", "speed": "1000/115", "name": "..."}`."""
        wanted = request.get_json()
        number = next(self.ids)
        with self.lock:
            self.orders[number] = {"id": number, "status": "SENT", "told": 0, "history": []}
        answer = self._ask(
            "/service-orders",
            {
                "id": number,
                "orderType": "NEW",
                "tenant": TENANT,
                "address": {"id": wanted["uprn"], "type": "UPRN"},
                "serviceOrderItem": {
                    "serviceSpecification": {"id": "FTTP"},
                    "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": wanted["speed"]}],
                },
                "primaryContact": {
                    "name": wanted["name"],
                    "email": "customer@example.test",
                    "phoneNumber": "01632 960101",
                },
            },
        )
        with self.lock:
            order = self.orders[number]
            if answer.status_code >= 400:
                order.update(status="REFUSED", why=answer.json())
            elif answer.status_code == 201 and order["status"] == "SENT":
                order["status"] = answer.json()["status"]
            return jsonify(order), 201

    def cancel(self, number: int) -> tuple[Response, int]:
        """The customer has changed their mind."""
        body = {"id": next(self.ids), "orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
        answer = self._ask("/service-order-cancellations", body)
        if answer.status_code == 201:  # done at once: no KCI tells it
            with self.lock:
                self.orders[number]["status"] = "CANCELLED"
        return jsonify({"asked": answer.ok}), 202 if answer.ok else 409

    def show(self, number: int) -> Response:
        """What the gateway knows of an order."""
        return jsonify(self.orders[number])

    def hear(self) -> tuple[str, int]:
        """A KCI: the next of its order, or one that came before."""
        kci = request.get_json()
        entity = next(value for value in kci.values() if isinstance(value, dict) and "id" in value)
        with self.lock:
            order = self.orders.get(entity["id"])
            if order is None:
                return "no such order", 404
            if kci["sequenceNumber"] <= order["told"]:
                return "", 204  # a repeat: its first answer was lost
            if kci["sequenceNumber"] != order["told"] + 1:
                return "one is missing", 422
            order.update(told=kci["sequenceNumber"], status=entity.get("status", order["status"]))
            order["history"].append(kci["reasonCode"])
        return "", 204

    def _ask(self, path: str, body: dict[str, Any]) -> requests.Response:
        headers = {
            "X-Request-ID": str(uuid.uuid4()),
            "X-Conversation-ID": str(uuid.uuid4()),
            "Tenant": TENANT,
        }
        return requests.post(self.supplier_url + path, json=body, headers=headers, timeout=30)
