"""One order of each kind, from the request to the last KCI, on SQLite and on PostgreSQL."""

from __future__ import annotations

from simulator import config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver


def test_the_whole_path_runs_on_both_databases(store_url: str, receiver: Receiver) -> None:
    overrides = {
        "server": {"port": 0},
        "store": {"url": store_url},
        "clock": {"mode": "manual"},
        "gateway": {"url": receiver.url},
    }
    with (
        Embedded(config.load(environment={}, overrides=overrides)) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        order, pending = gateway.place("ORDER_DELAYED"), gateway.place("ORDER_ACKNOWLEDGED")
        gateway.advance("61s")
        assert gateway.cancel(pending).status_code == 422  # completed by then
        assert gateway.amend(order, notes="x").status_code == 201
        again = gateway.post("/service-orders", order, X_Scenario="ORDER_DELAYED")
        assert again.status_code == 202
        gateway.admin("POST", "/pins", {"scenario": "ORDER_REJECTED", "times": 1}, 201)
        assert gateway.post("/service-orders", gateway.provide()).status_code == 422
        cease = {
            "serviceId": "S",
            "reason": "CP_REQUEST",
            "requestedCeaseDate": "2026-03-05T00:00:00Z",
        }
        begun = gateway.admin(
            "POST",
            "/start",
            {"scenario": "UNSOLICITED_CEASE_UPHELD", "tenant": "TENANT1", "document": cease},
            201,
        )
        gateway.advance("1s")
        number = gateway.admin("GET", f"/orders/{begun['id']}")["number"]
        objections = [
            gateway.cancel(
                {"id": 9000}, reasonCode="NO_AUTHORISATION", supplierOrderReference=number
            )
            for _ in range(2)
        ]
        assert [answer.status_code for answer in objections] == [202, 422]
        gateway.advance()
        assert gateway.order({"id": 9000})["status"] == "COMPLETED"
        assert gateway.order(order)["status"] == "COMPLETED"
        assert [kci["body"]["sequenceNumber"] for kci in gateway.kcis(order)] == [1, 2, 3, 4, 5]
        assert gateway.admin("GET", f"/orders/{gateway.order(order)['id']}/story")["events"]
        assert gateway.admin("GET", "/health")["status"] == "ok"
        gateway.admin("POST", "/reset")
        assert gateway.admin("GET", "/orders")["items"] == []
    assert [kci["sequenceNumber"] for kci in receiver.by_order()[order["id"]]] == [1, 2, 3, 4, 5]
