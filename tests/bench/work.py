"""The work that every server does: one order of 1.1 KB, answered 201 without a KCI, or 202 with one
KCI 100 ms later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from simulator import dialects

DELAY = 0.1
SERIAL = 100_000_000
"""The first order's id. All ids have as many digits, so that all orders are equally long."""


@dataclass(frozen=True)
class Work:
    """A way to answer an order. `steps` is the timeline of our scenario."""

    name: str
    code: int
    kcis: int
    reply: str
    steps: str

    @property
    def scenario(self) -> str:
        """The text of our scenario file."""
        return (
            f"scenario: BENCH_{self.code}\nabout: What make bench plays.\n"
            f"when: {{orderType: NEW}}\nreply: {self.reply}\ntimeline: [{self.steps}]\n"
        )


WORKS = (
    Work("201, no KCI", 201, 0, "acknowledge", ""),
    Work("202 and a KCI", 202, 1, "accept", "{after: 100ms, send: ACKNOWLEDGED}"),
)


def order(serial: int) -> dict[str, Any]:
    """The sample of the contract with everything that an installation may need."""
    sample = dialects.get("fibre_cafe").sample("provide", None, serial)
    document: dict[str, Any] = json.loads(sample.body)
    values = {"LINE_PROFILE": "1000/115", "ONT": "REQUIRED", "STATIC_IP": "4", "CARE": "PREMIUM"}
    document["serviceOrderItem"]["serviceCharacteristics"] = [
        {"name": name, "value": value} for name, value in values.items()
    ]
    return document | {
        "secondaryContact": {"name": "Bo Finch", "phoneNumber": "01632 960102"},
        "requestedCompletionDate": "2030-03-16",
        "hazards": "A dog in the yard, and the loft has no boards between the beams.",
        "onSiteRestrictions": "Deliveries by the back gate only, weekdays from 08:30 to 16:30.",
        "notes": "Ring both contacts an hour before. " * 8,
    }


def request(port: int) -> bytes:
    """An order as it goes over the wire; `% (serial, serial, serial)` makes it one of its own."""
    body = json.dumps(order(SERIAL), separators=(",", ":"))
    head = (
        f"POST /service-orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nTenant: TENANT1\r\n"
        f"X-Request-ID: 00000000-0000-4000-8000-000{SERIAL}\r\n"
        f"X-Conversation-ID: 00000000-0000-4000-9000-000{SERIAL}\r\n\r\n"
    )
    return (head + body).replace("%", "%%").replace(str(SERIAL), "%09d").encode()


def order_schema() -> dict[str, Any]:
    """The JSON Schema of the order, from our own OpenAPI, without references."""
    schemas = dialects.get("fibre_cafe").openapi("http://127.0.0.1")["components"]["schemas"]

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return whole(schemas[part["$ref"].rpartition("/")[2]])
        return {key: whole(value) for key, value in part.items()}

    found: dict[str, Any] = whole(schemas["ProvideServiceOrder"])
    return found
