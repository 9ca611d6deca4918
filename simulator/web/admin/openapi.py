"""The admin API as OpenAPI 3.1: made from its operations and from the schemas of their bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from simulator import __version__
from simulator.config.secret import Secrets
from simulator.config.table import Duration, Retry, Seed
from simulator.formats.schema import Mapped
from simulator.front.paths import ADMIN
from simulator.web.admin.answers import LINES
from simulator.web.admin.operations import OF_SUPPLIER, TEXT, Operation

_OPEN = ("Problem", "Explain")
"""What may have more members than are described: problems, and the request that is asked about."""

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "where"],
    "properties": {
        "status": {"type": "integer"},
        **dict.fromkeys(("type", "title", "code", "detail", "where"), TEXT),
    },
}
_BYTES = {"type": "string", "format": "binary"}
_INFO = {
    "description": "Everything a test or an operator can ask of a simulator, and do.",
    "contact": {"name": "supplier-simulator"},
}
_TAGS = [
    {"name": "all", "description": "The simulator, or its first supplier"},
    {"name": "supplier", "description": "The same of one supplier"},
]
_TOKEN = {"type": "http", "scheme": "bearer", "description": "`admin.token`, where one is set"}


def document(server: str, operations: Iterable[Operation], *, guarded: bool) -> dict[str, Any]:
    """The document for an admin API at `server`; `guarded`: a token is wanted."""
    plugin = MarshmallowPlugin(schema_name_resolver=_named)
    spec = APISpec(
        title="supplier-simulator, admin API",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info=_INFO,
        servers=[{"url": server}],
        tags=_TAGS,
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(_own_fields)
    spec.components.schema("Problem", _PROBLEM)
    spec.components.security_scheme("token", _TOKEN)
    for path, operation in sorted(_paths(operations), key=lambda one: (one[0], one[1].method)):
        spec.path(path=path, operations={operation.method.lower(): _described(path, operation)})
    whole = dict(spec.to_dict())
    whole["security"] = [{"token": []}] if guarded else [{}]
    for name, component in whole["components"]["schemas"].items():
        if name not in _OPEN:
            component["additionalProperties"] = False
    return whole


def _paths(operations: Iterable[Operation]) -> Iterable[tuple[str, Operation]]:
    for operation in operations:
        for prefix in operation.prefixes:
            yield ADMIN + prefix + operation.path, operation


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


def _described(path: str, operation: Operation) -> dict[str, Any]:
    """One operation at one path: of the first supplier, or of a named one."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", path)
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in operation.query.items()
    ]
    below = path.removeprefix(ADMIN)
    name = re.sub(r"\W+", "_", below.replace("{", "").replace("}", "")).strip("_") or "index"
    has_body = operation.body is not None or operation.takes_yaml
    return {
        "operationId": f"{operation.method.lower()}_{name}",
        "summary": operation.summary,
        "description": f"{operation.summary}.",
        "tags": ["supplier" if below.startswith(OF_SUPPLIER + "/") else "all"],
        "parameters": parameters,
        **({"requestBody": _body(operation)} if has_body else {}),
        "responses": _responses(operation),
    }


def _body(operation: Operation) -> dict[str, Any]:
    if operation.takes_yaml:  # generators of clients know bytes, and no YAML
        kinds = {"text/yaml": {"schema": {}}, "application/octet-stream": {"schema": _BYTES}}
        return {"required": operation.body_needed, "content": kinds}
    return {
        "required": operation.body_needed,
        "content": {"application/json": {"schema": operation.body}},
    }


def _responses(operation: Operation) -> dict[str, Any]:
    schema = operation.shape if operation.kind == "application/json" else TEXT
    done: dict[str, Any] = {
        str(code): {"description": "As asked", "content": {operation.kind: {"schema": schema}}}
        for code in operation.codes
    }
    if "format" in operation.query or operation.kind == LINES:
        done["200"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    problem = {
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    }
    later = {} if "503" in done else {"503": {"description": "Not available now", **problem}}
    return {**done, "4XX": {"description": "What is wrong, and where", **problem}, **later}
