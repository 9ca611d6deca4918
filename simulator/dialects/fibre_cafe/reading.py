"""From a request to a Submission: headers, content type, JSON, schema; every problem of a request in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import strict_json
from simulator.dialects import Route
from simulator.dialects.fibre_cafe.schemas import ENTITIES, KCI, ORDERS, PROVIDE_TYPES, REQUESTS
from simulator.errors import Refused, nearest
from simulator.model import Document, Incoming, Submission
from simulator.schema import Misfit, Tolerant, dotted, flatten, unknown_members

MOST_MESSAGES = 100
_HEADERS = {"x-request-id": "X-Request-ID", "x-conversation-id": "X-Conversation-ID", "tenant": "Tenant"}


def read(incoming: Incoming, route: Route) -> Submission:
    """Check and read one request of the order operations (reference 1.1 rows 5 to 8, 2.1). Refused: malformed or invalid."""
    if route.operation == "unimplemented":
        raise Refused("not_implemented", [f"{route.method} {route.path} is not implemented by this supplier"])
    malformed = _header_problems(incoming.headers, tenant_needed=route.operation != "ethernet")
    try:
        document = read_json(incoming.headers, incoming.body)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    operation = route.operation if route.operation != "order" else variant(document)
    schema = ORDERS.get(operation) or REQUESTS[operation]
    invalid = check(schema, document, malformed)
    if malformed or invalid:
        raise Refused("malformed" if malformed else "invalid", [*malformed, *invalid][:MOST_MESSAGES])
    return _submission(incoming, operation, document, schema)


def read_json(headers: Mapping[str, str], body: bytes) -> Document:
    """The body as a JSON object. ValueError with one sentence otherwise."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise ValueError(f"Content-Type: must be application/json, is {kind.strip()[:80] or 'absent'}")
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    if charset and charset not in ("utf-8", "utf8"):
        raise ValueError(f"Content-Type: the charset must be utf-8, is {charset[:40]}")
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise ValueError("Content-Encoding: compressed bodies are not accepted")
    document = strict_json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("type: the body must be a JSON object")
    return document


def check(schema: Tolerant, document: Document, malformed: list[str]) -> list[str]:
    """Run a schema: what makes the document malformed is added to `malformed`, what is only not possible is returned."""
    invalid: list[str] = []
    for path, message in flatten(schema.validate(document)):
        text = f"{dotted(path)}: {message}" if path else message
        reason, separator, rest = message.partition(": ")
        if separator and reason.isidentifier():
            text = f"{reason}: {dotted(path)}: {rest}"
        (invalid if isinstance(message, Misfit) else malformed).append(text)
    return invalid


def variant(document: Document) -> str:
    """provide, cease or modify: by `orderType` first, then by shape (ASSUMPTION of reference 4.3)."""
    kind = document.get("orderType")
    named = {"CEASE": "cease", "MODIFY": "modify", **dict.fromkeys(PROVIDE_TYPES, "provide")}
    if isinstance(kind, str) and kind in named:
        return named[kind]
    if "serviceOrderItem" in document or "serviceId" not in document:
        return "provide"
    return "modify" if "serviceCharacteristics" in document else "cease"


def read_notice(body: bytes, headers: Mapping[str, str]) -> Document:
    """A KCI as a gateway checks it (reference 4.14). Refused: malformed or invalid, with every problem."""
    malformed = [] if headers.get("x-request-id") else ["X-Request-ID: is required"]
    try:
        document = read_json(headers, body)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    invalid = check(KCI, document, malformed)
    entities = [key for key in ENTITIES.values() if key in document]
    if len(entities) != 1:
        malformed.append(f"exactly one of {', '.join(ENTITIES.values())} is required, here are {len(entities)}")
    elif isinstance(entity := document[entities[0]], dict) and not ("id" in entity or "supplierOrderReference" in entity):
        invalid.append(f"{entities[0]}: needs id or supplierOrderReference")
    if malformed or invalid:
        raise Refused("malformed" if malformed else "invalid", [*malformed, *invalid][:MOST_MESSAGES])
    return document


def _header_problems(headers: Mapping[str, str], *, tenant_needed: bool) -> list[str]:
    needed = [name for name in _HEADERS if name != "tenant" or tenant_needed]
    problems = [f"{_HEADERS[name]}: this header is required" for name in needed if not headers.get(name, "").strip()]
    problems += [f"{_HEADERS[name]}: at most 200 characters" for name in _HEADERS if len(headers.get(name, "")) > 200]
    return problems


def _submission(incoming: Incoming, operation: str, document: Document, schema: Tolerant) -> Submission:
    headers = incoming.headers
    later = operation in REQUESTS
    tenant = headers.get("tenant", "").strip() or str(document.get("tenant", ""))
    findings = [f"unknown member {dotted(path)}" for path in unknown_members(schema, document)]
    if document.get("tenant", tenant) != tenant:
        findings.append(f"the header Tenant is {tenant}, the body's tenant {document['tenant']}")
    findings += _unknown_controls(headers)
    reference: Any = document.get("supplierOrderReference", "")
    return Submission(
        action=operation if later else "create",
        operation=operation,
        ref=str(int(document["id"])),  # 4101.0 is the integer 4101 in JSON
        order_ref=str(int(document["orderId"])) if later else "",
        order_number=reference if later else "",
        order_path="orderId" if later else "",
        tenant=tenant,
        document=document,
        headers=headers,
        request_id=headers.get("x-request-id", ""),
        conversation_id=headers.get("x-conversation-id", ""),
        findings=tuple(findings),
    )


_CONTROLS = ("x-scenario", "x-kci-delay", "x-problem-code", "x-seed-key")


def _unknown_controls(headers: Mapping[str, str]) -> list[str]:
    """A control header with a slip of the pen would be silently without effect: say it."""
    close = ((name, nearest(name, _CONTROLS)) for name in headers if name.startswith("x-") and name not in (*_CONTROLS, *_HEADERS))
    return [f"header {name} has no meaning here ({hint})" for name, hint in close if hint.startswith("did")]
