"""The payloads of docs/contract/fibre-cafe.md 9, as they stand there."""

from __future__ import annotations

from collections.abc import Callable

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway

PROVIDE = {
    "id": 4101,
    "orderType": "NEW",
    "tenant": "TENANT1",
    "address": {"id": "100023336956", "type": "UPRN"},
    "serviceOrderItem": {
        "serviceSpecification": {"id": "FTTP"},
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1000/115"}],
    },
    "primaryContact": {
        "name": "Ada Park",
        "email": "ada@example.test",
        "phoneNumber": "01632 960101",
    },
    "secondaryContact": {"name": "Bo Lane", "phoneNumber": "01632 960102"},
    "appointmentReservationId": 871,
    "appointmentReservationReference": "APT-871-X",
    "requestedCompletionDate": "2026-03-02",
    "engineerTasks": ["INSTALL_ROUTER"],
    "hazards": "Dog on site",
    "onSiteRestrictions": "Call gatehouse first",
    "notes": "Rear entrance",
}
AMENDMENT = {
    "id": 77,
    "orderId": 4101,
    "appointmentReservationId": 902,
    "appointmentReservationReference": "APT-902-Y",
}


def test_the_examples_of_the_contract_go_through_unchanged(
    make_config: Callable[..., Config],
) -> None:
    with Embedded(make_config()) as simulator, Gateway(simulator.url) as gateway:
        answer = gateway.post("/service-orders", PROVIDE, X_Scenario="ORDER_IN_PROGRESS").json()
        assert {key: answer[key] for key in PROVIDE} == PROVIDE
        amended = gateway.post("/service-order-amendments", AMENDMENT).json()
        assert {key: amended[key] for key in AMENDMENT} == AMENDMENT
        reference = answer["supplierOrderReference"]
        cancellation = {
            "id": 78,
            "orderId": 4101,
            "reasonCode": "CUSTOMER_CHANGED_MIND",
            "supplierOrderReference": reference,
        }
        cancelled = gateway.post("/service-order-cancellations", cancellation).json()
        assert cancelled == {"supplierReference": f"{reference}-C1", **cancellation}
