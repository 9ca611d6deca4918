"""From a request to a Submission: headers, content type, JSON, schema; every problem of a request in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dialects.bodies import misspelt_controls, read_object, refusal, text_in
from simulator.dialects.fibre_cafe.schemas import ENTITIES, KCI, ORDERS, PROVIDE_TYPES, REQUESTS
from simulator.dialects.routes import Route
from simulator.errors import Refused
from simulator.model import Document, Heard, Incoming, Order, Submission
from simulator.schema import Misfit, Tolerant, dotted, flatten, unknown_members

MOST_MESSAGES = 100
_HEADERS = {"x-request-id": "X-Request-ID", "x-conversation-id": "X-Conversation-ID", "tenant": "Tenant"}


def tenant_of(incoming: Incoming) -> str:
    """Whose request it says it is: the header, else the order's own member (reference 2.1)."""
    return incoming.headers.get("tenant", "").strip() or text_in(incoming.body, "tenant")


def read(incoming: Incoming, route: Route) -> Submission:
    """Check and read one request of the order operations (reference 1.1 rows 5 to 8, 2.1). Refused: malformed or invalid."""
    if route.operation == "unimplemented":
        raise Refused("not_implemented", [f"{route.method} {route.path} is not implemented by this supplier"])
    malformed = _header_problems(incoming.headers, tenant_needed=route.operation != "ethernet")
    try:
        document = read_object(incoming.headers, incoming.body)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    operation = route.operation if route.operation != "order" else variant(document)
    schema = ORDERS.get(operation) or REQUESTS[operation]
    invalid = check(schema, document, malformed)
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return _submission(incoming, operation, document, schema)


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


def read_notice(incoming: Incoming) -> Document:
    """A KCI as a gateway checks it (reference 4.14). Refused: malformed or invalid, with every problem."""
    malformed = [] if incoming.headers.get("x-request-id") else ["X-Request-ID: is required"]
    try:
        document = read_object(incoming.headers, incoming.body)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    invalid = check(KCI, document, malformed)
    entities = [key for key in ENTITIES.values() if key in document]
    if len(entities) != 1:
        malformed.append(f"exactly one of {', '.join(ENTITIES.values())} is required, here are {len(entities)}")
    elif isinstance(entity := document[entities[0]], dict) and not ("id" in entity or "supplierOrderReference" in entity):
        invalid.append(f"{entities[0]}: needs id or supplierOrderReference")
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return document


def hear(document: Mapping[str, Any]) -> Heard:
    """Which order a KCI is about (by its id, or the supplier's reference where there is none), its id and its number."""
    entity: Mapping[str, Any] = next((document[key] for key in ENTITIES.values() if isinstance(document.get(key), dict)), {})
    order = f"{entity.get('tenant', '')}/{entity.get('id', entity.get('supplierOrderReference', ''))}"
    return Heard(order=order, id=document["id"], number=document["sequenceNumber"])


def guard_repeat(submission: Submission, order: Order, *, same: bool) -> None:
    """The same id with the same content is given its first answer again; with another content it is a 422."""
    if not same:
        raise Refused("invalid", [f"{submission.ref_path}: {submission.action} {submission.ref} exists already with another content"])


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
    findings += misspelt_controls(headers, _HEADERS)
    reference: Any = document.get("supplierOrderReference", "")
    return Submission(
        action=operation if later else "create",
        operation=operation,
        ref=str(int(document["id"])),  # 4101.0 is the integer 4101 in JSON
        order_ref=str(int(document["orderId" if later else "id"])),
        order_number=reference if later else "",
        order_path="orderId" if later else "",
        tenant=tenant,
        document=document,
        base_url=incoming.base_url,
        headers=headers,
        request_id=headers.get("x-request-id", ""),
        conversation_id=headers.get("x-conversation-id", ""),
        findings=tuple(findings),
    )
