"""From a request to a Submission: headers, content type, JSON, schema; every problem of a request
in one answer (docs/contract/fibre-cafe.md 1.1, 2.1, 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.base.errors import Refused, nearest
from simulator.dialects.bodies import misspelt_controls, read_object, refusal, text_in, wrong_delay
from simulator.dialects.fibre_cafe.requests import OURS
from simulator.dialects.fibre_cafe.schemas import (
    ENGINEER_TASKS,
    ORDERS,
    PROBLEM_CODES,
    PROVIDE_TYPES,
    REQUESTS,
    UNSOLICITED,
)
from simulator.dialects.fibre_cafe.settings import Settings
from simulator.dialects.fibre_cafe.statements import kci_schema
from simulator.dialects.fibre_cafe.transitions import UNASKED
from simulator.dialects.foreign import looks_like
from simulator.dialects.routes import Route
from simulator.formats.compiled import fits
from simulator.formats.schema import Path, Tolerant, dotted, flatten, unknown_members
from simulator.formats.validators import Misfit
from simulator.model import Document, Finding, Incoming, KciIdentity, Rule, Submission

MOST_MESSAGES = 100
_HERE = "here requests are those of the Fibre Cafe Supplier API"
UNKNOWN_MEMBER = Rule("fibre_cafe.unknown_member")
UNKNOWN_TASK = Rule("fibre_cafe.unknown_engineer_task")
TENANT_DIFFERS = Rule("fibre_cafe.tenant_differs")
_HEADERS = {
    "x-request-id": "X-Request-ID",
    "x-conversation-id": "X-Conversation-ID",
    "tenant": "Tenant",
}


def tenant_of(incoming: Incoming) -> str:
    """The tenant that a request names: the header, else the order's own member (contract 2.1)."""
    return incoming.headers.get("tenant", "").strip() or text_in(incoming, "tenant")


def read(incoming: Incoming, route: Route, settings: Settings) -> Submission:
    """Check and read one request of the order operations (contract 1.1, 2.1). Refused: malformed or
    invalid.

    Unknown members, and values that an incomplete list may lack, are findings, unless the settings
    are strict.
    """
    if route.operation == "unimplemented":
        raise Refused(
            "not_implemented", [f"{route.method} {route.path} is not implemented by this supplier"]
        )
    malformed = _header_problems(incoming.headers, tenant_needed=route.operation != "ethernet")
    try:
        document = read_object(incoming)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    operation = route.operation if route.operation != "order" else variant(document)
    schema = ORDERS.get(operation) or REQUESTS[operation]
    fit = fits(schema, document)
    if not fit and (kin := looks_like(document, schema.fields)):
        malformed.append(f"body: this looks like {kin}: {_HERE}")
    invalid = [] if fit else check(schema, document, malformed)
    invalid += _wrong_controls(incoming.headers)
    unknown = () if fit or malformed else unknown_members(schema, document)
    findings = [] if malformed else _findings(incoming, document, unknown)
    if settings.strict:
        invalid += [finding.message for finding in findings]
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return _submission(
        incoming, operation, document, (*findings, *misspelt_controls(incoming.headers, _HEADERS))
    )


def begin(tenant: str, document: Document) -> Submission:
    """An order that the supplier begins, from its tenant and its document (contract 4.15). Refused
    lists what is wrong with them.
    """
    malformed: list[str] = (
        [] if 1 <= len(tenant) <= 50 else ["tenant: must have 1 to 50 characters"]
    )
    invalid = check(UNSOLICITED, document, malformed)
    invalid += [
        f"{name}: comes with the scenario, or from the gateway"
        for name in ("id", *OURS)
        if name in document
    ]
    if document.get("tenant", tenant) != tenant:
        invalid.append(
            f"tenant: the document's is {str(document['tenant'])[:60]}, the order's {tenant}"
        )
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return Submission(
        action="create", operation=UNASKED, tenant=tenant, document={**document, "tenant": tenant}
    )


def check(schema: Tolerant, document: Document, malformed: list[str]) -> list[str]:
    """Run a schema. What makes the document malformed is added to `malformed`; what reads well and
    is not possible is returned.
    """
    invalid: list[str] = []
    for path, message in flatten(schema.validate(document)):
        text = f"{dotted(path)}: {message}" if path else message
        (invalid if isinstance(message, Misfit) else malformed).append(text)
    return invalid


def variant(document: Document) -> str:
    """provide, cease or modify: by `orderType` first, then by shape (contract 4.3, 10.36)."""
    kind = document.get("orderType")
    named = {"CEASE": "cease", "MODIFY": "modify", **dict.fromkeys(PROVIDE_TYPES, "provide")}
    if isinstance(kind, str) and kind in named:
        return named[kind]
    if "serviceOrderItem" in document or "serviceId" not in document:
        return "provide"
    return "modify" if "serviceCharacteristics" in document else "cease"


def read_kci(incoming: Incoming, settings: Settings) -> Document:
    """A KCI as a gateway checks it (contract 4.14). Refused (malformed or invalid) lists every
    problem.
    """
    malformed = [] if incoming.headers.get("x-request-id") else ["X-Request-ID: is required"]
    try:
        document = read_object(incoming)
    except ValueError as error:
        raise Refused("malformed", [*malformed, str(error)]) from None
    invalid = check(kci_schema(settings), document, malformed)
    keys = settings.entities.values()
    entities = [key for key in keys if key in document]
    if len(entities) != 1:
        malformed.append(f"exactly one of {', '.join(keys)} is required, here are {len(entities)}")
    elif isinstance(entity := document[entities[0]], dict) and not (
        "id" in entity or "supplierOrderReference" in entity
    ):
        invalid.append(f"{entities[0]}: needs id or supplierOrderReference")
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return document


def identify_kci(document: Mapping[str, Any], settings: Settings) -> KciIdentity:
    """Which order a KCI is about (by its id, or the supplier's reference where there is none), its
    id and its number.
    """
    entity = entity_in(document, settings)
    ours = entity.get("supplierOrderReference", "")
    # its id is learned on the way: our reference is what lasts
    unasked = settings.entities[UNASKED] in document
    order = f"{entity.get('tenant', '')}/{ours if unasked else entity.get('id', ours)}"
    return KciIdentity(order=order, id=document["id"], number=document["sequenceNumber"])


def entity_in(kci: Mapping[str, Any], settings: Settings) -> Mapping[str, Any]:
    """The order inside a KCI; empty where there is none."""
    return next(
        (kci[key] for key in settings.entities.values() if isinstance(kci.get(key), dict)), {}
    )


def _header_problems(headers: Mapping[str, str], *, tenant_needed: bool) -> list[str]:
    needed = [name for name in _HEADERS if name != "tenant" or tenant_needed]
    problems = [
        f"{_HEADERS[name]}: this header is required"
        for name in needed
        if not headers.get(name, "").strip()
    ]
    problems += [
        f"{_HEADERS[name]}: at most 200 characters"
        for name in _HEADERS
        if len(headers.get(name, "")) > 200
    ]
    return problems


def _wrong_controls(headers: Mapping[str, str]) -> list[str]:
    """A delay that is none, and a problem code that the contract does not have, are refused:
    otherwise only the KCIs would show it.
    """
    wrong, asked = wrong_delay(headers), headers.get("x-problem-code", "").strip()
    if asked and asked not in PROBLEM_CODES:
        hint = nearest(asked, PROBLEM_CODES)
        wrong.append(f"X-Problem-Code: `{asked[:60]}` is no problem code ({hint})")
    return wrong


def _findings(incoming: Incoming, document: Document, unknown: Iterable[Path]) -> list[Finding]:
    """The findings of a request that can be read."""
    findings = [
        UNKNOWN_MEMBER.finding(f"unknown member {dotted(path)}", where=dotted(path))
        for path in unknown
    ]
    tasks = document.get("engineerTasks")  # an unknown member of some bodies: then it is anything
    findings += [
        UNKNOWN_TASK.finding(
            f"engineerTasks: `{task[:60]}` is none of those known ({', '.join(ENGINEER_TASKS)})",
            where=f"engineerTasks[{index}]",
            expected=list(ENGINEER_TASKS),
            got=task[:60],
        )
        for index, task in enumerate(tasks if isinstance(tasks, list) else ())
        if isinstance(task, str) and task not in ENGINEER_TASKS
    ]
    tenant = _tenant(incoming, document)
    if document.get("tenant", tenant) != tenant:
        said = f"the header Tenant is {tenant}, the body's tenant {document['tenant']}"
        findings.append(
            TENANT_DIFFERS.finding(
                said, where="header.tenant", expected=document["tenant"], got=tenant
            )
        )
    return findings


def _tenant(incoming: Incoming, document: Document) -> str:
    return incoming.headers.get("tenant", "").strip() or str(document.get("tenant", ""))


def _submission(
    incoming: Incoming, operation: str, document: Document, findings: tuple[Finding, ...]
) -> Submission:
    headers = incoming.headers
    later = operation in REQUESTS
    reference: Any = document.get("supplierOrderReference", "")
    return Submission(
        action=operation if later else "create",
        operation=operation,
        ref=str(int(document["id"])),  # 4101.0 is the integer 4101 in JSON
        order_ref=str(int(document["orderId" if later else "id"])),
        order_number=reference if later else "",
        order_path="orderId" if later else "",
        tenant=_tenant(incoming, document),
        document=document,
        base_url=incoming.base_url,
        headers=headers,
        request_id=headers.get("x-request-id", ""),
        conversation_id=headers.get("x-conversation-id", ""),
        findings=findings,
    )
