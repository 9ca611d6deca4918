"""What a document must keep: the schemas, as strictly as the supplier is set, and the references
between its items. And what a change must leave alone.

Tolerant by default: the members of the order and of its items are held to the contract, deeper ones
to their types. Every other difference is a finding (docs/contract/mef.md 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.base.errors import Refused
from simulator.dialects.mef import content, schemas
from simulator.dialects.mef.settings import Settings
from simulator.formats.schema import Tolerant, dotted
from simulator.formats.validators import Misfit
from simulator.model import Document, Finding, Order, Request, Rule, Submission

MISSING_MEMBER = Rule("mef.missing_member")
BEYOND_LIMIT = Rule("mef.beyond_limit")
LATER_EDITION = Rule("mef.later_edition", "note")
_WITH_CONTACT = ("name", "telephoneNumber")


def by_schema(
    schema: Tolerant, document: Document, settings: Settings, findings: list[Finding]
) -> tuple[list[str], list[str]]:
    """The messages that make a document malformed, and those that make it invalid. What is only
    noted is added to `findings`.
    """
    malformed: list[str] = []
    invalid: list[str] = []
    for path, message in schemas.problems(schema, document):
        text = f"{named(path, document)}: {message}" if path else message
        possible = isinstance(message, Misfit)
        if not settings.strict and _is_left_out(path, message, document):
            continue
        if not settings.strict and _is_advice(path, message):
            rule = MISSING_MEMBER if message == "is required" else BEYOND_LIMIT
            findings.append(rule.finding(text, where=dotted(path)))
        else:
            (invalid if possible else malformed).append(text)
    return malformed, invalid


def _is_left_out(path: tuple[Any, ...], message: str, document: Mapping[str, Any]) -> bool:
    """Whether a member is missing that the published create leaves out too (contract Q19)."""
    if message != "is required" or path[2:] != ("orderItemDetail", "productSpecification"):
        return False
    detail = content.detail(document["orderItems"][path[1]])
    return detail.get("objectType") == "accessEplProductOrder"


def _is_advice(path: tuple[Any, ...], message: str) -> bool:
    """Whether a tolerant supplier only notes this: limits below an item's own members, and members
    that some editions leave out.
    """
    if message == "is required":
        return path[-1] == "objectType" or (
            len(path) > 1
            and path[-1] not in _WITH_CONTACT
            and not (path[0] == "orderItems" and len(path) == 3)
        )
    return isinstance(message, Misfit) and not (
        len(path) == 1 or (path[0] == "orderItems" and len(path) <= 3)
    )


def named(path: tuple[Any, ...], document: Mapping[str, Any]) -> str:
    """A path for messages: an item stands there by its reference, not by its place."""
    if len(path) > 2 and path[0] == "orderItems" and isinstance(path[1], int):
        item = document["orderItems"][path[1]]
        name = content.reference(item) if isinstance(item, dict) else ""
        if re.fullmatch(r"[\w-]{1,4}", name) and path[2] != "orderItemReference":
            return dotted((content.item_path(name), *path[2:]))
    return dotted(path)


def repeated(document: Mapping[str, Any]) -> set[str]:
    """The item references that occur more than once."""
    names = [content.reference(item) for item in content.items(document)]
    return {name for name in names if names.count(name) > 1}


def advice(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Rules of later editions: held in strict mode, else noted (contract 1.4, 2.1, 2.10, U31)."""
    for where, wanted in _later_rules(document):
        yield LATER_EDITION.finding(f"{where}: {wanted}", where=where)


def _later_rules(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The members that break a rule of a later edition, and what it wants."""
    activity, actions = (
        document.get("orderActivity"),
        [item.get("action") for item in content.items(document)],
    )
    if activity == "INSTALL" and any(action != "INSTALL" for action in actions):
        yield "orderActivity", "INSTALL wants INSTALL of every item (109)"
    if activity == "DISCONNECT" and any(
        action not in ("DISCONNECT", "DELETE") for action in actions
    ):
        yield "orderActivity", "DISCONNECT wants DISCONNECT of every item (111)"
    if activity == "INSTALL" and "orderDate" in document:
        yield from (
            (key, "is wanted for INSTALL")
            for key in ("buyerImplementationContact", "buyerTechnicalContact")
            if key not in document
        )
    billing = document.get("billingInfo")
    if (
        isinstance(billing, dict)
        and "existingBillingAccountNumber" not in billing
        and not {"billingContact", "billingAddress"} <= billing.keys()
    ):
        wanted = "wants existingBillingAccountNumber, or billingContact and billingAddress"
        yield "billingInfo", wanted


def guard_change(
    order: Order, submission: Submission, requests: Sequence[Request], settings: Settings
) -> None:
    """Refused when a PUT or PATCH changes what must stay (contract Q16), has a version that was
    there before (contract Q15), or refers to an item that is not there (contract Q14).
    """
    change = submission.document
    moved = [
        f"{key}: stays {order.document.get(key)} for the life of order {order.number}"
        for key in content.NEVER_CHANGES
        if key in change and change[key] != order.document.get(key)
    ]
    if moved:
        raise Refused("invalid", moved)
    documents = [
        request.document for request in requests if request.action in ("create", "amendment")
    ]
    _guard_version(order, change, documents, submission.operation, settings)
    if submission.operation == "patch":
        _guard_patch(order, change, settings)
    known = {content.reference(item) for document in documents for item in content.items(document)}
    dangling = list(dangling_references(change, known))
    if dangling:
        raise Refused("invalid", dangling)


def _guard_patch(order: Order, change: Document, settings: Settings) -> None:
    """Refused when a patch names an item that the order does not have, or when it reads well and
    the order after it would not.
    """
    present = {content.reference(item) for item in content.items(order.document)}
    names = [content.reference(item) for item in content.items(change)]
    strange = [
        f"{content.item_path(name)}: there is no item {name} on order {order.number}"
        for name in names
        if name not in present
    ]
    if strange:
        raise Refused("invalid", strange)
    before = _differences(order.document, settings)
    after = _differences(content.patched(order.document, change), settings)
    if new := [message for message in after if message not in before]:
        raise Refused("invalid", new)


def _differences(document: Document, settings: Settings) -> list[str]:
    """Everything in which an order's document does not keep the contract."""
    malformed, invalid = by_schema(
        schemas.CREATE, {**document, "objectType": schemas.CREATE_UPDATE}, settings, []
    )
    return [*malformed, *invalid]


def _guard_version(
    order: Order,
    change: Document,
    documents: Sequence[Document],
    operation: str,
    settings: Settings,
) -> None:
    version, current = change.get("buyerOrderVersion"), order.document.get("buyerOrderVersion")
    if version is None or (
        version == current and (operation == "patch" or settings.same_version == "accept")
    ):
        return
    if version in [document.get("buyerOrderVersion") for document in documents]:
        said = f"order {order.number} had the version {version} before: give each change a new one"
        raise Refused("conflict", [f"buyerOrderVersion: {said}"])


def dangling_references(document: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    """References to items that are neither on this order nor `known` nor said to be on another
    order, as messages.
    """
    present = {content.reference(item) for item in content.items(document)} | known
    for item in content.items(document):
        for key in ("uniReference", "enniReference"):
            target = content.detail(item).get(key)
            if (
                not isinstance(target, dict)
                or "orderId" in target
                or "buyerPurchaseOrderNumber" in target
            ):
                continue
            name = target.get("orderItemReference")
            if isinstance(name, str) and name not in present:
                where = f"{content.item_path(content.reference(item))}.orderItemDetail.{key}"
                yield f"{where}.orderItemReference: there is no item {name} on this order"
