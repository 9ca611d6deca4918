"""The contract as OpenAPI 3.1, made from the schemas that check the requests; the notification is a
webhook.

It promises what this supplier enforces: in tolerant mode the limits below an order item's own
members are left out, because a document that breaks one is taken (docs/contract/mef.md 2).
"""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from simulator import __version__
from simulator.dialects.bodies import SECONDS
from simulator.dialects.mef import products, questions, samples, schemas
from simulator.dialects.mef.settings import Settings
from simulator.formats.schema import OneOfTypes

_LIMITS = ("enum", "maxLength", "minLength", "minimum", "maximum", "minItems", "required")
_ENFORCED = (
    "OrderCreateUpdate",
    "OrderPatch",
    "OrderItem",
    "Error",
    "Order",
    "OrderStatusResponse",
    "OrderNotification",
    "OrderMessage",
    "Act",
)
_ERRORS = {
    "400": "Cannot be read, or members are missing, or of a wrong type",
    "404": "The order is not known",
    "405": "Not a method of this path",
    "409": "Not in this status, or not with this version or purchase order number",
    "413": "The body is too large",
    "415": "Not JSON",
    "422": "Well-formed, but not possible",
    "500": "A fault of the Seller",
    "503": "Not available now",
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{questions.ID}$"},
}
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}.*)?$"
_EXAMPLE = json.loads(samples.sample("install", None, 1).body)
_CONTROLS = {
    "X-Scenario": "Of the simulator, not of the contract: which scenario the order plays, "
    "`NAME?param=value&...`",
    "X-Kci-Delay": "Of the simulator: seconds between notifications, decimals allowed",
}


def document(server: str, settings: Settings) -> dict[str, Any]:
    """The whole document for a supplier at `server` (an absolute URL)."""
    plugin = MarshmallowPlugin(schema_name_resolver=_named)
    spec = APISpec(
        title="MEF/OBF Ordering API, simulated",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": "The Seller's side of the MEF/OBF Ordering API of 2016/17, and its "
            "notification as a webhook."
        },
        servers=[{"url": server}],
        tags=[{"name": "orders", "description": "Orders"}],
        webhooks={"notification": {"post": _webhook()}},
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(_own_fields)
    for schema in (
        schemas.OrderAnswer,
        schemas.StatusResponse,
        schemas.Notification,
        schemas.Act,
        schemas.ErrorBody,
    ):
        spec.components.schema(_named(schema), schema=schema)
    for name, detail in products.DETAILS.items():
        spec.components.schema(name[0].upper() + name[1:], schema=detail)
    spec.components.schema("OrderCreateUpdate", schema=schemas.CreateUpdate)
    spec.components.schema("OrderPatch", schema=schemas.CreateUpdate(partial=True))
    for path, operations in _paths(settings).items():
        spec.path(path=path, operations=operations)
    whole = dict(spec.to_dict())
    _finish(whole["components"]["schemas"], settings)
    whole["components"]["schemas"]["OrderList"] = _list(settings)
    return whole


def _named(schema: Any) -> str:
    """A component's name: the contract's own where there is one."""
    name = (schema if isinstance(schema, type) else type(schema)).__name__
    own = {
        "OrderAnswer": "Order",
        "StatusResponse": "OrderStatusResponse",
        "Notification": "OrderNotification",
        "Message": "OrderMessage",
        "ErrorBody": "Error",
        "CreateUpdate": "OrderCreateUpdate",
    }
    return own.get(name, name)


def _own_fields(converter: Any, field: Any, **options: Any) -> dict[str, Any]:
    if isinstance(field, products.When):
        # not date-time: that wants seconds (contract Q20)
        return {"type": "string", "pattern": _DATE}
    if isinstance(field, OneOfTypes):
        return {"type": ["object", "string"] if field.plain else "object"}
    return {}


def _finish(components: dict[str, Any], settings: Settings) -> None:
    """Add to each component what is enforced of it, and which details an item may have."""
    for name, component in components.items():
        if not settings.strict and name not in _ENFORCED:
            named = component.get("required", [])
            _loosen(component)
            if name == "Contact":
                component["required"] = [
                    member for member in named if member in ("name", "telephoneNumber")
                ]
    components["OrderPatch"] = _partial(components, components["OrderPatch"])
    for name in ("OrderCreateUpdate", "OrderPatch", "Order"):
        components[name]["properties"]["objectType"] = {
            "enum": ["order"] if name == "Order" else [schemas.CREATE_UPDATE]
        }
    details = [
        {"$ref": f"#/components/schemas/{name[0].upper() + name[1:]}"} for name in products.DETAILS
    ]
    components["OrderItem"]["properties"]["orderItemDetail"] = {
        "type": "object",
        "anyOf": [*details, {"type": "object"}],
    }
    components["OrderItemPatch"] = {
        **_partial(components, components["OrderItem"]),
        "required": ["orderItemReference"],
    }
    components["OrderPatch"]["properties"]["orderItems"]["items"] = _ref("OrderItemPatch")
    if not settings.strict:
        components["OrderItem"]["required"].remove("objectType")


def _partial(components: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The same shape with nothing required, here and in its members."""
    whole = {key: value for key, value in schema.items() if key != "required"}
    if "$ref" in whole:
        return _partial(components, components[whole["$ref"].rpartition("/")[2]])
    members = {
        key: _partial(components, value) for key, value in whole.get("properties", {}).items()
    }
    held = {"items": _partial(components, whole["items"])} if "items" in whole else {}
    return {**whole, **({"properties": members} if members else {}), **held}


def _loosen(schema: dict[str, Any]) -> None:
    for word in _LIMITS:
        schema.pop(word, None)
    for member in schema.get("properties", {}).values():
        _loosen(member)


def _paths(settings: Settings) -> dict[str, dict[str, Any]]:
    return {
        "/orders": {"get": _find_orders(), "post": _create_order()},
        "/orders/{id}": {
            "get": _operation("getOrder", "One order", "200", "Order", about=True),
            "put": _change("replaceOrder", "Replace an order's content", "OrderCreateUpdate"),
            "patch": _change("patchOrder", "Change some of an order", "OrderPatch"),
        },
        "/orders/{id}/status": {
            "get": _operation(
                "getOrderStatus", "An order's status", "200", "OrderStatusResponse", about=True
            )
        },
        **{
            f"/orders/{{id}}/{verb}": {"post": _act(verb, settings)}
            for verb in ("cancel", "hold", "release")
        },
    }


def _find_orders() -> dict[str, Any]:
    about = "Orders of a buyer, or one by id or purchase order number"
    operation = _operation("findOrders", about, "200", "Order")
    answer = operation["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"anyOf": [_ref("Order"), _ref("OrderList")]}
    text = {"type": "string", "minLength": 1}
    number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    schemas_of = {"buyerId": text, "id": _ID["schema"], "pon": text}
    schemas_of |= dict.fromkeys(("offset", "limit"), number)
    operation["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in schemas_of.items()
    ]
    return operation


def _create_order() -> dict[str, Any]:
    body = "OrderCreateUpdate"
    operation = _operation("createOrder", "Place an order", "201", "Order", body=body)
    operation["parameters"] = [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": about,
            "schema": {"type": "string"} | ({"pattern": SECONDS} if name == "X-Kci-Delay" else {}),
        }
        for name, about in _CONTROLS.items()
    ]
    return operation


def _change(name: str, summary: str, body: str) -> dict[str, Any]:
    return _operation(name, summary, "200", "Order", body=body, about=True)


def _act(verb: str, settings: Settings) -> dict[str, Any]:
    summary, code = f"{verb.capitalize()} an order", str(settings.action_status)
    return _operation(f"{verb}Order", summary, code, "Order", body="Act", about=True)


def _list(settings: Settings) -> dict[str, Any]:
    """The list envelope (contract 2.2, Q4)."""
    schema = settings.list_shape == "schema"
    members: dict[str, Any] = {"objectType": {"enum": ["orderList"]}} if schema else {}
    counts = {name: {"type": "integer", "minimum": 0} for name in ("available", "returned")}
    orders = {"orders" if schema else "items": {"type": "array", "items": _ref("Order")}}
    members |= {"link": _ref("LinkAlone"), **counts, **orders}
    return {"type": "object", "required": list(members), "properties": members}


def _operation(
    name: str, summary: str, code: str, answer: str, *, body: str = "", about: bool = False
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": ["orders"],
        "responses": {
            code: {
                "description": "Done",
                "content": {"application/json": {"schema": _ref(answer)}},
            },
            **{
                error: {
                    "description": text,
                    "content": {"application/json": {"schema": _ref("Error")}},
                }
                for error, text in _ERRORS.items()
            },
        },
    }
    if about:
        operation["parameters"] = [_ID]
    if body:
        content: dict[str, Any] = {"schema": _ref(body)}
        if body == "OrderCreateUpdate":
            content["example"] = _EXAMPLE
        operation["requestBody"] = {
            "required": body != "Act",
            "content": {"application/json": content},
        }
    return operation


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _webhook() -> dict[str, Any]:
    return {
        "operationId": "receiveNotification",
        "summary": "What this Seller tells the Buyer of an order, at /orders/{id}/notification",
        "tags": ["orders"],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("OrderNotification")}},
        },
        "responses": {"201": {"description": "Received"}},
    }
