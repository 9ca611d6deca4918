"""The contract as OpenAPI 3.1, made from the schemas that check the requests; the KCI is a webhook.

The supplier adds the security that its settings want of a caller.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from simulator import __version__
from simulator.base.errors import RefusalKind, Refused
from simulator.dialects.bodies import SECONDS
from simulator.dialects.fibre_cafe import examples, schemas, statements, transitions, writing
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.formats import oauth

_REQUESTED: dict[str, type[Schema]] = {
    "ProvideServiceOrder": schemas.ProvideOrder,
    "CeaseServiceOrder": schemas.CeaseOrder,
    "ModifyServiceOrder": schemas.ModifyOrder,
    "EthernetServiceOrder": schemas.EthernetOrder,
    "ServiceOrderAmendment": schemas.Amendment,
    "ServiceOrderCancellation": schemas.Cancellation,
}
_ANSWERED: dict[str, type[Schema]] = {
    "ProvideServiceOrderState": statements.ProvideState,
    "CeaseServiceOrderState": statements.CeaseState,
    "ModifyServiceOrderState": statements.ModifyState,
    "EthernetServiceOrderState": statements.EthernetState,
    "UnsolicitedCeaseState": statements.UnsolicitedCeaseState,
    "RequestConfirmation": statements.Answered,
    "Error": statements.ErrorBody,
}
_OPERATIONS: dict[str, dict[str, Any]] = {
    "/service-orders": {
        "id": "placeOrder",
        "summary": "Place an order",
        "requested": ("ProvideServiceOrder", "ModifyServiceOrder", "CeaseServiceOrder"),
        "about": "A provide, modify or cease order, told apart by `orderType` or by its members. "
        "201 acknowledges or commits it, 202 leaves that to a KCI, 422 rejects it.",
        "answered": (
            "ProvideServiceOrderState",
            "ModifyServiceOrderState",
            "CeaseServiceOrderState",
        ),
        "samples": ("provide", "modify", "cease"),
    },
    "/ethernet/service-orders": {
        "id": "placeEthernetOrder",
        "summary": "Place an Ethernet order",
        "requested": ("EthernetServiceOrder",),
        "about": "An Ethernet provide order that quotes the supplier's offer. Answers as for any "
        "order.",
        "answered": ("EthernetServiceOrderState",),
        "samples": ("ethernet",),
    },
    "/service-order-amendments": {
        "id": "amendOrder",
        "summary": "Amend an order in flight",
        "requested": ("ServiceOrderAmendment",),
        "about": "Members that are absent stay as they are, arrays are replaced whole, empty "
        "values remove. 201 applies the amendment, 202 leaves that to a KCI, 422 rejects it.",
        "answered": ("RequestConfirmation",),
        "samples": ("amendment",),
    },
    "/service-order-cancellations": {
        "id": "cancelOrder",
        "summary": "Cancel an order in flight",
        "requested": ("ServiceOrderCancellation",),
        "about": "Or object to an unsolicited cease, with a reason of its own. 201 cancels the "
        "order, 202 leaves that to a KCI, 422 rejects it.",
        "answered": ("RequestConfirmation",),
        "samples": ("cancellation",),
    },
}
_ERRORS: dict[str, tuple[RefusalKind, str]] = {
    "400": (
        "malformed",
        "Malformed: cannot be read, or members or headers are missing or of a wrong type",
    ),
    "401": ("unauthorised", "No credentials, or wrong or expired ones"),
    "404": ("not_found", "The order is not known"),
    "413": ("too_large", "The body is too large"),
    "422": ("invalid", "Well-formed, but not possible"),
    "500": ("fault", "A fault of the supplier"),
}
_CONTROLS = {
    "X-Scenario": "Of the simulator, not of the contract: the scenario that answers this request, "
    "`NAME?param=value&...`",
    "X-Kci-Delay": "Of the simulator: seconds between KCIs, decimals allowed",
    "X-Problem-Code": "Of the simulator: the problem code that the scenario sends",
    "X-Seed-Key": "Of the simulator: what an order's drawn values hang on, instead of its document",
}
_CONTROLLED = {
    "X-Problem-Code": {"type": "string", "enum": ["", *schemas.PROBLEM_CODES]},
    "X-Kci-Delay": {"type": "string", "pattern": SECONDS},
}


def document(server: str, settings: Settings) -> dict[str, Any]:
    """The whole document for a supplier at `server` (an absolute URL), as its settings play the
    contract.
    """
    spec = APISpec(
        title="Fibre Cafe Supplier API, simulated",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={
            "description": "The order operations of Supplier API 1.15, and the KCI of Supplier "
            "Updates API 1.8 as a webhook.",
            "contact": {"name": "supplier-simulator", "url": server},
        },
        servers=[{"url": server}],
        tags=[{"name": "orders", "description": "Order management"}],
        webhooks={"kci": {"post": _webhook(settings)}},
    )
    for name, schema in (_REQUESTED | _ANSWERED).items():
        spec.components.schema(name, schema=schema)
    spec.components.schema("Kci", schema=type(statements.kci_schema(settings)))
    spec.components.security_scheme("gateway", _GATEWAY)
    for path, operation in _OPERATIONS.items():
        spec.path(path=path, operations={"post": _operation(path, operation, settings)})
    whole = dict(spec.to_dict())
    _refine(whole["components"]["schemas"], settings)
    return whole


def _refine(components: dict[str, Any], settings: Settings) -> None:
    """Add what the schemas check by code: bodies that exclude each other, what a KCI's reason
    needs, exactly one order in it, strictness.
    """
    for name, schema in _REQUESTED.items():
        foreign = getattr(schema, "forbids", ())
        if foreign:
            components[name]["not"] = {"anyOf": [{"required": [member]} for member in foreign]}
    keys = list(settings.entities.values())
    none = {"not": {"anyOf": [{"required": [key]} for key in keys]}}
    # a `oneOf` would say the same, but generators take that for a choice of types and lose the
    # members
    components["Kci"]["not"] = {
        "anyOf": [none, *({"required": list(pair)} for pair in combinations(keys, 2))]
    }
    components["Kci"]["allOf"] = [
        {
            "if": {"properties": {"reasonCode": {"const": code}}, "required": ["reasonCode"]},
            "then": {"required": list(reason.needs)},
        }
        for code, reason in transitions.REASONS.items()
        if reason.needs
    ]
    for name, component in components.items():
        if (
            settings.strict
            and name not in _ANSWERED
            and name != "Kci"
            and component.get("type") == "object"
        ):
            component["additionalProperties"] = False


def _operation(path: str, operation: dict[str, Any], settings: Settings) -> dict[str, Any]:
    body = _one_of("oneOf", operation["requested"])
    shown = {
        name: {"summary": f"A valid {name}", "value": examples.request(name)}
        for name in operation["samples"]
    }
    return {
        "operationId": operation["id"],
        "summary": operation["summary"],
        "description": operation["about"],
        "tags": ["orders"],
        "parameters": _headers(tenant_required=not path.startswith("/ethernet")),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": body, "examples": shown}},
        },
        "responses": _responses(operation, settings),
    }


def _one_of(how: str, names: tuple[str, ...]) -> dict[str, Any]:
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return references[0] if len(references) == 1 else {how: references}


def _responses(operation: dict[str, Any], settings: Settings) -> dict[str, Any]:
    done = {
        "schema": _one_of("anyOf", operation["answered"]),
        "examples": {name: {"value": examples.answer(name)} for name in operation["samples"]},
    }
    later: dict[str, Any] = {"description": "Accepted; a KCI will follow"}
    links = (
        {} if operation["answered"] == ("RequestConfirmation",) else {"links": _links(operation)}
    )
    if settings.accepted_body != "none":
        later["content"] = {"application/json": {"schema": {"type": "object"}}}
    return {
        "201": {"description": "Done", "content": {"application/json": done}, **links},
        "202": {**later, **links},
        **{code: _error(kind, text, settings) for code, (kind, text) in _ERRORS.items()},
        "403": {"description": "Blocked; the contract gives it no body"},
        "503": {"description": "Not available now"},
    }


def _links(operation: dict[str, Any]) -> dict[str, Any]:
    """The requests that may follow about the order that was placed; the header counts where it is
    required.
    """
    about = {"orderId": "$request.body#/id"}
    tenant = {
        "header.Tenant": "$request.body#/tenant"
        if operation["samples"] == ("ethernet",)
        else "$request.header.Tenant"
    }
    return {
        name: {
            "operationId": name,
            "parameters": tenant,
            "requestBody": about,
            "description": f"{name} with this order's id",
        }
        for name in ("amendOrder", "cancelOrder")
    }


def _error(kind: RefusalKind, text: str, settings: Settings) -> dict[str, Any]:
    body: dict[str, Any] = {
        **writing.refuse(Refused(kind, ["what is wrong, one message each"]), settings).body,
        "uuid": examples.uuid(9),
    }
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": body}
    }
    asked = {
        "WWW-Authenticate": {"description": "How to authenticate", "schema": {"type": "string"}}
    }
    return {
        "description": text,
        "content": content,
        **({"headers": asked} if kind == "unauthorised" else {}),
    }


def _headers(*, tenant_required: bool) -> list[dict[str, Any]]:
    needed = {"X-Request-ID": True, "X-Conversation-ID": True, "Tenant": tenant_required}
    known = [
        {
            "name": name,
            "in": "header",
            "required": required,
            # empty counts as absent
            "schema": {"type": "string", "minLength": 1 if required else 0, "maxLength": 200},
        }
        for name, required in needed.items()
    ]
    return known + [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": about,
            "schema": _CONTROLLED.get(name, {"type": "string"}),
        }
        for name, about in _CONTROLS.items()
    ]


_GATEWAY: dict[str, Any] = {
    "type": "oauth2",
    "description": f"Of the gateway, for the KCIs: by default at its own `{oauth.TOKEN_PATH}`",
    "flows": {
        "clientCredentials": {
            "tokenUrl": f"https://gateway.example{oauth.TOKEN_PATH}",
            "scopes": {},
        }
    },
}


def _webhook(settings: Settings) -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("X-Request-ID", "X-Conversation-ID")}
    shown = {
        f"{operation} {code}": {"value": examples.kci(operation, code, settings)}
        for operation, code in examples.SHOWN
    }
    refused = {
        "400": "Malformed, or mandatory parts are missing",
        "401": "No valid token",
        "403": "Blocked",
        "422": "Failed validation",
        "500": "A fault of the gateway",
        "503": "Not available now: it is sent again",
    }
    return {
        "operationId": "receiveKci",
        "summary": "An update that this supplier pushes to the gateway",
        "description": "One order's KCIs come one after another, each with the newest order; a "
        "retry repeats the same bytes.",
        "tags": ["orders"],
        "security": [{"gateway": []}],
        "parameters": [
            {"name": name, "in": "header", "required": name == "X-Request-ID", "schema": schema}
            for name, schema in texts.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Kci"},
                    "examples": shown,
                }
            },
        },
        "responses": {
            "204": {"description": "Received"},
            **{code: {"description": text} for code, text in refused.items()},
        },
    }
