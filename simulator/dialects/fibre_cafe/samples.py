"""Valid requests for rehearsals and the demo, in the shapes of docs/contract/fibre-cafe.md 9. The
values are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.base import instants
from simulator.dialects.fibre_cafe.requests import OBJECTIONS
from simulator.dialects.fibre_cafe.transitions import UNASKED
from simulator.formats import strict_json
from simulator.model import Document, Incoming, Order, Step

TENANT = "TENANT1"
PLAIN = tuple(
    Step(after=30 * instants.SECOND, send=code)
    for code in ("ACKNOWLEDGED", "COMMITTED", "COMPLETED")
)
"""The timeline of an order that goes well: a scenario for one amendment or cancellation is
rehearsed with it.
"""

_PATHS = {
    "provide": "/service-orders",
    "cease": "/service-orders",
    "modify": "/service-orders",
    "ethernet": "/ethernet/service-orders",
    "amendment": "/service-order-amendments",
    "cancellation": "/service-order-cancellations",
}


def sample_operations(action: str) -> Sequence[str]:
    """The plainest first."""
    return ("provide", "cease", "modify", "ethernet") if action == "create" else (action,)


def sample(operation: str, order: Order | None, serial: int) -> Incoming:
    """A request of an operation. `serial` becomes its id; `order` is what a later one is about."""
    body = _BODIES[operation](serial) if order is None else _about(operation, order, serial)
    headers = {
        "content-type": "application/json",
        "x-request-id": f"00000000-0000-4000-8000-{serial:012d}",
        "x-conversation-id": f"00000000-0000-4000-9000-{serial:012d}",
        "tenant": order.tenant if order else TENANT,
    }
    return Incoming(
        method="POST",
        path=_PATHS[operation],
        headers=headers,
        body=strict_json.dumps(body).encode(),
    )


def sample_beginning() -> tuple[str, Document]:
    """A tenant, and the document of an unsolicited cease."""
    return TENANT, {
        "serviceId": "SVC-90001",
        "reason": "CHANGE_OF_CP",
        "requestedCeaseDate": "2026-03-16T00:00:00Z",
    }


def _about(operation: str, order: Order, serial: int) -> dict[str, Any]:
    body: dict[str, Any] = {"id": serial, "orderId": int(order.ref or 90_000 + serial)}
    if operation == "cancellation" and order.operation == UNASKED:
        return {**body, "reasonCode": OBJECTIONS[0], "supplierOrderReference": order.number}
    if operation == "cancellation":
        return {**body, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return {
        **body,
        "appointmentReservationId": 902,
        "appointmentReservationReference": "APT-902-Y",
        "primaryContact": {
            **({} if "primaryContact" in order.document else {"name": "Ada Park"}),
            "phoneNumber": "01632 960199",
        },
    }


def _provide(serial: int) -> dict[str, Any]:
    return {
        "id": serial,
        "orderType": "NEW",
        "tenant": TENANT,
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
        "appointmentReservationId": 871,
        "appointmentReservationReference": "APT-871-X",
        "engineerTasks": ["INSTALL_ROUTER"],
    }


def _cease(serial: int) -> dict[str, Any]:
    return {"id": serial, "orderType": "CEASE", "tenant": TENANT, "serviceId": "SVC-90001"}


def _modify(serial: int) -> dict[str, Any]:
    return {
        "id": serial,
        "orderType": "MODIFY",
        "tenant": TENANT,
        "serviceId": "SVC-90001",
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "500/75"}],
    }


def _ethernet(serial: int) -> dict[str, Any]:
    ends = (
        ("Head office", "A-END", "100023336956", "EX1 1AA"),
        ("Data centre", "B-END", "100023336957", "EX2 2BB"),
    )
    return {
        "id": serial,
        "tenant": TENANT,
        "supplierQuoteId": "SUPP2-QUO-ETH-5001",
        "siteInformation": [
            {
                "name": name,
                "role": role,
                "address": {"id": uprn, "type": "UPRN"},
                "postcode": postcode,
                "primaryContact": {"name": "Ada Park", "phoneNumber": "01632 960101"},
            }
            for name, role, uprn, postcode in ends
        ],
        "orderItems": [
            {
                "serviceSpecification": {"id": "ETHERNET"},
                "serviceCharacteristics": [{"name": "BANDWIDTH", "value": "1000"}],
            }
        ],
    }


_BODIES = {"provide": _provide, "cease": _cease, "modify": _modify, "ethernet": _ethernet}
