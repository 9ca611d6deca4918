"""From a request to a Submission or a Query: content type, JSON, schema, references between items.
Every problem of a request is in one answer.

Documents of several editions of the contract pass unchanged; those of other standards are named
(docs/contract/mef.md 1.3, U31, U32).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from simulator.base.errors import Refused
from simulator.dialects.bodies import misspelt_controls, read_object, refusal, text_in, wrong_delay
from simulator.dialects.foreign import looks_like
from simulator.dialects.mef import checks, content, questions, schemas
from simulator.dialects.mef.older import draft_of_2016
from simulator.dialects.mef.settings import Settings
from simulator.dialects.routes import Route
from simulator.formats.compiled import fits
from simulator.formats.schema import Tolerant, dotted, unknown_members
from simulator.model import Document, Finding, Incoming, KciIdentity, Order, Query, Rule, Submission

MOST_MESSAGES = 100
REPEATED_KEY = Rule("mef.repeated_key")
SELLERS_MEMBER = Rule("mef.sellers_member")
UNKNOWN_MEMBER = Rule("mef.unknown_member")
ACTIONS = {"replace": "amendment", "patch": "amendment"}
_OWN_TYPES = {
    "order": "an order as the Seller answers it",
    "orderList": "a list as the Seller answers it",
    "orderNotification": "a notification",
    "orderStatusRequest": "a status request",
    "orderStatusResponse": "a status answer",
    "orderItem": "an item of an order",
}


def tenant_of(incoming: Incoming) -> str:
    """The tenant that a request names: the Buyer of the query or of the document. Hold, release and
    cancel name none (contract 1.3).
    """
    asked = parse_qs(incoming.query).get("buyerId", [""])
    return asked[0] or text_in(incoming, "buyerId")


def read(incoming: Incoming, route: Route, settings: Settings) -> Submission | Query:
    """Check and read one request (contract 1.1, 1.3). Refused: malformed, unsupported_media or
    invalid.
    """
    if "id" in incoming.variables:
        questions.check_id(incoming.variables["id"])
    if route.operation in questions.OPERATIONS:
        return questions.read(incoming, route.operation, settings)
    findings: list[Finding] = []
    document = _document(
        incoming,
        settings,
        findings,
        optional=route.operation in ("cancellation", "hold", "release"),
    )
    malformed, invalid = _checked(document, route.operation, settings, findings)
    invalid += wrong_delay(incoming.headers)
    if malformed or invalid:
        draft = [] if "orderItems" not in document else draft_of_2016(document)
        twice = [one.message for one in findings if one.rule == REPEATED_KEY.id]
        raise refusal([*draft, *malformed], [*invalid, *twice], MOST_MESSAGES)
    return _submission(incoming, route.operation, document, findings, settings)


def _document(
    incoming: Incoming, settings: Settings, findings: list[Finding], *, optional: bool
) -> Document:
    if optional and not incoming.body.strip():
        return {}
    repeated: list[str] = []
    try:
        document = read_object(incoming, repeated_keys=None if settings.strict else repeated)
    except ValueError as error:
        raise Refused(
            "unsupported_media" if str(error).startswith("Content-Type") else "malformed",
            [str(error)],
        ) from None
    findings += [
        REPEATED_KEY.finding(
            f"body: the member `{key}` occurs twice in one object: the last one counts"
        )
        for key in repeated
    ]
    return document


def _checked(
    document: Document, operation: str, settings: Settings, findings: list[Finding]
) -> tuple[list[str], list[str]]:
    """The messages that make a document malformed, and those that make it invalid. What is only
    noted is added to `findings`.
    """
    if operation in ("cancellation", "hold", "release"):
        if fits(schemas.ACT, document):
            return [], []
        return checks.by_schema(schemas.ACT, document, settings, findings)
    foreign = _foreign(document, whole=operation != "patch")
    schema = schemas.CHANGE if operation == "patch" else schemas.CREATE
    if foreign:
        lacking = [
            f"{dotted(path)}: {message}"
            for path, message in schemas.problems(schema, document)
            if path != ("objectType",)
        ]
        return [*foreign, *lacking], []
    malformed: list[str] = []
    invalid: list[str] = []
    advice: list[Finding] = []
    if not fits(schema, document):
        malformed, invalid = checks.by_schema(schema, document, settings, findings)
        advice += _strange_members(schema, document)
    advice += checks.advice(document)
    if not malformed:
        invalid += [
            f"{content.item_path(name)}: occurs more than once"
            for name in sorted(checks.repeated(document))
        ]
        invalid += checks.dangling_references(document, set()) if operation == "create" else []
        malformed += [
            f"orderItems[{index}].orderItemReference: is required"
            for index, item in enumerate(content.items(document))
            if not content.reference(item)
        ]
    if settings.strict:
        invalid += [finding.message for finding in advice]
    else:
        findings += advice
    return malformed, invalid


def _strange_members(schema: Tolerant, document: Document) -> list[Finding]:
    """Members that are the Seller's, which are removed, and those that the schema does not know."""
    found = [
        SELLERS_MEMBER.finding(f"{path}: is the Seller's to set", where=path)
        for path in content.take_away(document)
    ]
    found += [
        UNKNOWN_MEMBER.finding(
            f"{checks.named(path, document)}: unknown member", where=dotted(path)
        )
        for path in unknown_members(schema, document)
    ]
    return found


def _foreign(document: Mapping[str, Any], *, whole: bool) -> list[str]:
    """What shows that a document is of another standard, as messages; empty when it is ours."""
    kind = document.get("objectType")
    same = isinstance(kind, str) and re.sub(r"[-_ ]", "", kind).lower() == "ordercreateupdate"
    kin = looks_like(document, schemas.CREATE.fields)
    if same or (kind is None and not whole and not kin):
        return []
    shown = "is absent" if kind is None else f"is `{str(kind)[:40]}`"
    known = f", {_OWN_TYPES[kind]}" if isinstance(kind, str) and kind in _OWN_TYPES else ""
    messages = [f"objectType: must be `{schemas.CREATE_UPDATE}`, {shown}{known}"]
    if kin:
        said = "here orders are those of the MEF/OBF Ordering API of 2016/17"
        messages.append(f"body: this looks like {kin}: {said}")
    strange = [
        key
        for key in document
        if key not in schemas.CREATE.fields and key not in content.NOT_THE_BUYERS
    ]
    if strange:
        named = ", ".join(key[:40] for key in strange[:10])
        messages.append(f"body: members that this contract does not have: {named}")
    return messages


def _submission(
    incoming: Incoming,
    operation: str,
    document: Document,
    findings: list[Finding],
    settings: Settings,
) -> Submission:
    create = operation == "create"
    headers = incoming.headers
    number = document.get("buyerPurchaseOrderNumber", "") if create else ""
    return Submission(
        action=ACTIONS.get(operation, operation),
        operation=str(document["orderActivity"]).lower() if create else operation,
        ref="" if settings.duplicate_pon == "accept" else number,
        ref_path="buyerPurchaseOrderNumber",
        tenant=document["buyerId"] if create else "",
        order_ref=number,
        order_number=incoming.variables.get("id", ""),
        order_path="id",
        document=document,
        base_url=incoming.base_url,
        headers=headers,
        request_id=headers.get("x-request-id", ""),
        conversation_id=headers.get("x-conversation-id", ""),
        findings=(*findings, *misspelt_controls(headers, ("x-request-id", "x-conversation-id"))),
    )


def guard_repeat(submission: Submission, order: Order, *, same: bool, settings: Settings) -> None:
    """Refused when a buyer uses a purchase order number again (contract Q17)."""
    if settings.duplicate_pon == "conflict" or not same:
        said = f"{submission.tenant} gave it to order {order.number} already"
        raise Refused(
            "conflict",
            [f"buyerPurchaseOrderNumber: {said}{'' if same else ', with another content'}"],
        )


def read_notification(incoming: Incoming) -> Document:
    """A notification as a Buyer checks it (contract 2.17, 5.1). Refused (malformed or invalid)
    lists every problem.
    """
    try:
        document = read_object(incoming)
    except ValueError as error:
        raise Refused("malformed", [str(error)]) from None
    malformed, invalid = checks.by_schema(schemas.NOTIFICATION, document, Settings(strict=True), [])
    if document.get("objectType") != "orderNotification":
        malformed.append("objectType: must be `orderNotification`")
    if not str(document.get("notificationVersion", "01")).isdigit():
        invalid.append("notificationVersion: must be two digits")
    if document.get("orderId") != incoming.variables.get("id", document.get("orderId")):
        invalid.append(
            f"orderId: {document.get('orderId')} is not that of the path, "
            f"{incoming.variables['id']}"
        )
    if malformed or invalid:
        raise refusal(malformed, invalid, MOST_MESSAGES)
    return document


def identify_notification(document: Mapping[str, Any]) -> KciIdentity:
    """Which order a notification is about, and its version: its number among the order's
    notifications, and with the order's id its own id.
    """
    order = f"{document['buyerId']}/{document['buyerPurchaseOrderNumber']}"
    return KciIdentity(
        order=order,
        id=f"{document['orderId']}/{document['notificationVersion']}",
        number=int(document["notificationVersion"]),
    )
