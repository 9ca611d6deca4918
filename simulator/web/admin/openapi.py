"""The admin API as OpenAPI 3.1, at `/__admin/openapi.json`: made from the registered routes and the
schemas that check their bodies.

What a path is for stands here in a line; docs/admin.md says more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema
from werkzeug.routing import Rule

from simulator import __version__
from simulator.config.secret import Secrets
from simulator.config.table import Duration, Retry, Seed
from simulator.formats.schema import Mapped

_OWN = "/suppliers/<supplier_name>"
_PAGED: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "after": {"type": "string"},
}
_TEXT: dict[str, Any] = {"type": "string"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What one method of a path is for; `query` are its parameters with their schemas, `codes` its
    answers other than problems.
    """

    summary: str
    body: type[Schema] | Schema | None = None
    needed: bool = True
    text: bool = False
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: tuple[int, ...] = (200,)
    kind: str = "application/json"


def _operations() -> dict[str, Operation]:
    from simulator.web import (  # they register themselves through `admin`, which serves this
        acting,
        looking,
    )
    from simulator.web.admin import SUPPLIER

    journal = {"order": _TEXT, "direction": _TEXT}
    return {
        "GET /health": Operation(summary="How we are, and how each gateway is"),
        "GET /ready": Operation(summary="Whether a sender is alive", codes=(200, 503)),
        "GET /metrics": Operation(summary="For Prometheus", kind="text/plain"),
        "GET /openapi.json": Operation(summary="This document"),
        "GET /suppliers": Operation(summary="The standing suppliers, and those that were made"),
        "POST /suppliers": Operation(
            summary="Make a throw-away supplier", body=SUPPLIER, needed=False, codes=(201,)
        ),
        "GET /suppliers/<name>": Operation(summary="One supplier"),
        "DELETE /suppliers/<name>": Operation(
            summary="Delete one that was made, with all that is its own"
        ),
        "GET /orders": Operation(
            summary="Orders", query={**_PAGED, "tenant": _TEXT, "ref": _TEXT, "status": _TEXT}
        ),
        "GET /orders/<order_id>": Operation(summary="One order"),
        "GET /orders/<order_id>/story": Operation(
            summary="Its life on one time axis", query={"format": {"enum": ["text", "json"]}}
        ),
        "POST /orders/<order_id>/resume": Operation(summary="Let an order go on behind a dead KCI"),
        "POST /orders/<order_id>/abandon": Operation(
            summary="Give up all that an order still has to send"
        ),
        "POST /orders/<order_id>/signals/<name>": Operation(
            summary="Give the signal that an order's story waits for"
        ),
        "GET /gateway": Operation(
            summary="How the supplier's gateway is, and whether messages are held back"
        ),
        "POST /gateway/stop": Operation(summary="Send nothing to the gateway"),
        "POST /gateway/resume": Operation(summary="Let messages go again, whatever held them back"),
        "GET /kcis": Operation(
            summary="The outbox", query={**_PAGED, "state": _TEXT, "order": _TEXT}
        ),
        "POST /kcis/<kci_id>/resend": Operation(summary="Send a KCI again, with the same bytes"),
        "POST /kcis/<kci_id>/withdraw": Operation(summary="Take one back that waits"),
        "POST /kcis/<kci_id>/skip": Operation(summary="Give one up"),
        "GET /journal": Operation(summary="Every exchange", query={**_PAGED, **journal}),
        "GET /journal/export": Operation(
            summary="The whole journal as JSON lines", query=journal, kind="application/x-ndjson"
        ),
        "POST /journal/find": Operation(
            summary="The exchanges that fit", body=looking.FindInput, needed=False
        ),
        "POST /journal/count": Operation(
            summary="How many exchanges fit", body=looking.CountInput, needed=False
        ),
        "POST /verify": Operation(
            summary="How often, or in which order; 409 when it is not so", body=looking.VerifyInput
        ),
        "POST /wait": Operation(
            summary="Wait until something is true; 408 when it is not in time",
            body=acting.WaitInput,
        ),
        "GET /events": Operation(
            summary="What happens, as server-sent events",
            query={"after": _TEXT},
            kind="text/event-stream",
        ),
        "GET /scenarios": Operation(
            summary="The scenarios, each with a sample request that plays it"
        ),
        "GET /scenarios/<name>": Operation(summary="One scenario"),
        "PUT /scenarios/<name>": Operation(
            summary="Give the supplier a scenario", text=True, codes=(200, 201)
        ),
        "DELETE /scenarios/<name>": Operation(summary="Take it away again"),
        "POST /scenarios/check": Operation(
            summary="What is wrong with a scenario's text", text=True, needed=False
        ),
        "GET /pins": Operation(summary="What the next requests play"),
        "POST /pins": Operation(
            summary="Let the next requests play a scenario", body=acting.PinInput, codes=(201,)
        ),
        "DELETE /pins": Operation(summary="Forget the pins"),
        "POST /start": Operation(
            summary="Begin an order that no gateway asked for", body=acting.StartInput, codes=(201,)
        ),
        "GET /clock": Operation(summary="The clock, and what it shows"),
        "PUT /clock": Operation(
            summary="Set mode, rate or time", body=acting.ClockInput, needed=False
        ),
        "POST /clock/advance": Operation(
            summary="Move a manual clock through every due moment", body=acting.AdvanceInput
        ),
        "POST /reset": Operation(summary="Forget orders, KCIs, journal and pins"),
    }


def document(server: str, rules: Iterable[Rule], *, guarded: bool) -> dict[str, Any]:
    """The document for an admin API at `server`; `guarded`: a token is wanted. KeyError for a route
    that nobody described.
    """
    plugin = MarshmallowPlugin(schema_name_resolver=_named)
    spec = APISpec(
        title="supplier-simulator, admin API",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": "Everything a test or an operator can ask of a simulator, and do.",
            "contact": {"name": "supplier-simulator"},
        },
        servers=[{"url": server}],
        tags=[
            {"name": "all", "description": "The simulator, or its first supplier"},
            {"name": "supplier", "description": "The same of one supplier"},
        ],
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(_own_fields)
    spec.components.schema(
        "Problem",
        {
            "type": "object",
            "required": ["type", "title", "status", "code", "detail", "where"],
            "properties": {
                "status": {"type": "integer"},
                **dict.fromkeys(("type", "title", "code", "detail", "where"), _TEXT),
            },
        },
    )
    spec.components.security_scheme(
        "token",
        {"type": "http", "scheme": "bearer", "description": "`admin.token`, where one is set"},
    )
    known = _operations()
    for rule in sorted(rules, key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            spec.path(
                path=_path(rule.rule),
                operations={method.lower(): _described(rule.rule, method, known)},
            )
    whole = dict(spec.to_dict())
    whole["security"] = [{"token": []}] if guarded else [{}]
    for name, component in whole["components"]["schemas"].items():
        if name != "Problem":
            component["additionalProperties"] = False
    return whole


def _named(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Input")


def _own_fields(converter: Any, field: Any, **options: Any) -> dict[str, Any]:
    if isinstance(field, Duration):
        return {
            "type": ["string", "number"],
            "description": "250ms, 5s, 3m, 2h, 1h30m, 4d, 6w, ISO 8601, or seconds",
            "examples": ["42d"],
        }
    if isinstance(field, Seed):
        return {"type": ["string", "integer", "null"]}
    if isinstance(field, Retry):
        return {"type": ["string", "array"], "items": {"type": ["string", "number"]}}
    return {"type": "object"} if isinstance(field, (Mapped, Secrets)) else {}


def _path(rule: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", rule)


def _described(rule: str, method: str, known: dict[str, Operation]) -> dict[str, Any]:
    """One method of one path, for the first supplier or for a named one."""
    below = rule.removeprefix("/__admin")
    own = below.startswith(_OWN + "/")
    operation = known[f"{method} {below.removeprefix(_OWN) if own else below}"]
    variables = re.findall(r"<(\w+)>", rule)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in variables
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in operation.query.items()
    ]
    name = re.sub(r"\W+", "_", below.replace("<", "").replace(">", "")).strip("_")
    said = {
        "operationId": f"{method.lower()}_{name}",
        "summary": operation.summary,
        "description": f"{operation.summary}.",
    }
    body = {"requestBody": _body(operation)} if operation.body is not None or operation.text else {}
    return {
        **said,
        "tags": ["supplier" if own else "all"],
        "parameters": parameters,
        **body,
        "responses": _responses(operation),
    }


def _body(operation: Operation) -> dict[str, Any]:
    if operation.text:
        return {"required": operation.needed, "content": {"text/yaml": {"schema": {}}}}
    return {
        "required": operation.needed,
        "content": {"application/json": {"schema": operation.body}},
    }


def _responses(operation: Operation) -> dict[str, Any]:
    schema = {"type": "object"} if operation.kind == "application/json" else {"type": "string"}
    done: dict[str, Any] = {
        str(code): {"description": "As asked", "content": {operation.kind: {"schema": schema}}}
        for code in operation.codes
    }
    if "format" in operation.query:
        done["200"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    problem = {
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    }
    later = {} if "503" in done else {"503": {"description": "Not available now", **problem}}
    return {**done, "4XX": {"description": "What is wrong, and where", **problem}, **later}
