"""The contract as OpenAPI 3.1, made from the schemas that check the requests; the KCI is a webhook."""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from simulator import __version__
from simulator.dialects.fibre_cafe import samples, schemas

_SCHEMAS = {
    "ProvideServiceOrder": schemas.ProvideOrder, "CeaseServiceOrder": schemas.CeaseOrder, "ModifyServiceOrder": schemas.ModifyOrder,
    "EthernetServiceOrder": schemas.EthernetOrder, "ServiceOrderAmendment": schemas.Amendment,
    "ServiceOrderCancellation": schemas.Cancellation, "Order": schemas.OrderInKci, "Kci": schemas.KciDocument, "Error": schemas.ErrorBody,
}  # fmt: skip
_BODIES = {
    "/service-orders": ("placeOrder", "Place an order", ("ProvideServiceOrder", "CeaseServiceOrder", "ModifyServiceOrder"), "provide"),
    "/ethernet/service-orders": ("placeEthernetOrder", "Place an Ethernet order", ("EthernetServiceOrder",), "ethernet"),
    "/service-order-amendments": ("amendOrder", "Amend an order in flight", ("ServiceOrderAmendment",), ""),
    "/service-order-cancellations": ("cancelOrder", "Cancel an order in flight", ("ServiceOrderCancellation",), ""),
}
_EXAMPLES: dict[str, dict[str, Any]] = {
    "/service-order-amendments": {"id": 77, "orderId": 4101, "primaryContact": {"phoneNumber": "01632 960199"}},
    "/service-order-cancellations": {"id": 78, "orderId": 4101, "reasonCode": "CUSTOMER_CHANGED_MIND"},
}
_ERRORS = {
    "400": "Malformed: cannot be read, or members or headers are missing or of a wrong type",
    "404": "The order is not known",
    "413": "The body is too large",
    "422": "Well-formed, but not possible",
    "500": "A fault of the supplier",
}
_CONTROLS = {
    "X-Scenario": "Of the simulator, not of the contract: which scenario the order plays, `NAME?param=value&...`",
    "X-Kci-Delay": "Of the simulator: seconds between KCIs, decimals allowed",
    "X-Problem-Code": "Of the simulator: the problem code that the scenario sends",
}


def document(server: str) -> dict[str, Any]:
    """The whole document for a supplier at `server` (an absolute URL)."""
    spec = APISpec(
        title="Fibre Cafe Supplier API, simulated", version=__version__, openapi_version="3.1.0", plugins=[MarshmallowPlugin()],
        info={"description": "The order operations of Supplier API 1.15, and the KCI of Supplier Updates API 1.8 as a webhook."},
        servers=[{"url": server}], tags=[{"name": "orders", "description": "Order management"}],
        webhooks={"kci": {"post": _webhook()}},
    )  # fmt: skip
    for name, schema in _SCHEMAS.items():
        spec.components.schema(name, schema=schema)
    for path, (operation, summary, names, sample) in _BODIES.items():
        spec.path(path=path, operations={"post": _operation(path, operation, summary, names, sample)})
    return dict(spec.to_dict())


def _operation(path: str, operation: str, summary: str, names: tuple[str, ...], sample: str) -> dict[str, Any]:
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    body = references[0] if len(references) == 1 else {"oneOf": references}
    example = json.loads(samples.sample(sample, None, 4101).body) if sample else _EXAMPLES[path]
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["orders"],
        "parameters": _headers(tenant_required=not path.startswith("/ethernet")),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body, "example": example}}},
        "responses": _responses(created=bool(sample)),
    }


def _responses(*, created: bool) -> dict[str, Any]:
    done = {"$ref": "#/components/schemas/Order"} if created else {"type": "object", "required": ["supplierReference"]}
    errors = {
        code: {"description": text, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        for code, text in _ERRORS.items()
    }
    return {
        "201": {"description": "Done", "content": {"application/json": {"schema": done}}},
        "202": {"description": "Accepted; a KCI will follow"},
        **errors,
        "503": {"description": "Not available now"},
    }


def _headers(*, tenant_required: bool) -> list[dict[str, Any]]:
    needed = {"X-Request-ID": True, "X-Conversation-ID": True, "Tenant": tenant_required}
    known = [
        {
            "name": name,
            "in": "header",
            "required": required,
            "schema": {"type": "string", "minLength": 1 if required else 0, "maxLength": 200},  # empty counts as absent
        }
        for name, required in needed.items()
    ]
    return known + [
        {"name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string"}}
        for name, about in _CONTROLS.items()
    ]


def _webhook() -> dict[str, Any]:
    return {
        "operationId": "receiveKci",
        "summary": "An update that this supplier pushes to the gateway",
        "tags": ["orders"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Kci"}}}},
        "responses": {"204": {"description": "Received"}},
    }
