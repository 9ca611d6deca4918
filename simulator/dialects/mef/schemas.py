"""The documents of the MEF/OBF order contract, as marshmallow schemas (docs/contract/mef.md 2),
with `products`.

They have every limit of the published schemas. `checks` says which of them are enforced and which
are only findings, because the published examples themselves break some (contract Q10, Q19, Q28).
The parsed JSON itself is stored and sent back.
"""

from __future__ import annotations

from typing import Any

from simulator.dialects.mef.products import (
    DETAILS,
    BillingInformation,
    Contact,
    ResourceReference,
    Typed,
    When,
    text,
)
from simulator.dialects.mef.transitions import NOTIFICATIONS, STATUSES
from simulator.formats.schema import (
    Boolean,
    Integer,
    OneOfTypes,
    String,
    Tolerant,
    flatten,
    listed,
    nested,
)
from simulator.formats.validators import Length, OneOf, Range

CREATE_UPDATE = "order-create-update"
ACTIVITIES = ("INSTALL", "CHANGE", "DISCONNECT")
ACTIONS = ("INSTALL", "CHANGE", "NO_CHANGE", "DELETE", "DISCONNECT")  # contract Q23
RESPONSES = ("NONE", "CONFIRMATION_ONLY", "CONFIRMATION_AND_ENGINEERING_DESIGN")
ORDER_TYPES = ("UNI", "ACCESS_EPL", "ACCESS_E_LINE")  # the last one of 2018


class OrderItem(Typed):
    """See contract 2.3."""

    orderItemReference = String(required=True, validate=Length(min=1, max=4))
    action = String(required=True, validate=OneOf(ACTIONS))
    quantity = Integer(required=True, validate=Range(min=1))
    orderItemDetail = OneOfTypes("objectType", DETAILS)


class CreateUpdate(Tolerant):
    """POST /orders, PUT /orders/{id}, and in part PATCH (contract 2.1, need C)."""

    objectType = String(required=True)
    buyerId = String(required=True, validate=Length(min=1, max=25))
    sellerId = String(required=True, validate=Length(min=1, max=25))
    buyerPurchaseOrderNumber = String(required=True, validate=Length(min=1, max=16))
    buyerOrderVersion = String(required=True, validate=Length(min=1, max=2))
    orderDate = When(required=True)
    orderActivity = String(required=True, validate=OneOf(ACTIVITIES))
    desiredResponses = String(required=True, validate=OneOf(RESPONSES))
    projectId = text(45)
    requestedCompletionDate = When(required=True)
    requestedStartDate = When()
    priority = Integer(validate=Range(min=0, max=4))
    billingInfo = nested(BillingInformation, required=True)
    buyerOrderContact = nested(Contact, required=True)
    buyerImplementationContact = nested(Contact)
    buyerTechnicalContact = nested(Contact)
    pricingMethod = String(
        validate=OneOf(["CONTRACT", "TARIFF", "ICB", "INDIVIDUAL_CASE_BASIS", "OTHER"])
    )
    pricingReference = text(25)
    pricingTerm = Integer(validate=Range(min=0, max=999))
    promotionId = text(18)
    orderType = String(required=True, validate=OneOf(ORDER_TYPES))
    notes = text(300)
    serviceabilityResponse = nested(ResourceReference)
    orderItems = listed(nested(OrderItem), required=True, validate=Length(min=1))


class Act(Tolerant):
    """The body that cancel, hold and release may have (contract Q26)."""

    cancellationReason = text(300)
    notes = text(300)


class Message(Tolerant):
    """orderMessage (contract 2.17)."""

    objectType = String()
    messageInformation = text(150, required=True)
    severity = String(required=True, validate=OneOf(["ERROR", "INFORMATION"]))
    correctionRequired = Boolean(required=True)
    code = text(12)
    field = text(100)
    orderItemReference = text(4)


class IdAssignment(Typed):
    sellerAssignedId = text(45, required=True)
    buyerAssignedId = text(45)
    orderItemReference = text(4)


class SvlanAssignment(Typed):
    svlanId = Integer(required=True, validate=Range(min=0))
    sellerEnniId = String()
    sellerUniId = String()
    svlanIdLast = Integer()


class ItemStatus(Tolerant):
    orderItemReference = text(4, required=True)
    orderItemStatus = String(required=True, validate=OneOf(STATUSES))


class Common(Typed):
    """What a status answer and a notification have in common (contract 2.17)."""

    orderId = text(45, required=True)
    buyerId = text(25, required=True)
    sellerId = text(25, required=True)
    buyerPurchaseOrderNumber = text(16, required=True)
    buyerOrderVersion = text(2, required=True)
    orderStatus = String(required=True, validate=OneOf(STATUSES))
    projectId = text(45)
    requestedCompletionDate = When()
    expectedCompletionDate = When()
    completionDate = When()
    correctionOrderExpected = Boolean()
    correctionOrderDueDate = When()
    orderMessages = listed(nested(Message))


class StatusResponse(Common):
    """GET /orders/{id}/status."""

    orderItemStatuses = listed(nested(ItemStatus))


class Notification(Common):
    """POST /orders/{id}/notification, to the Buyer."""

    notificationType = String(required=True, validate=OneOf(tuple(NOTIFICATIONS)))
    notificationVersion = String(required=True, validate=Length(min=2, max=2))
    orderCancellationDate = When()
    orderCancellationReason = text(300)
    sellerOrderContact = nested(Contact)
    notes = text(300)
    billingAccountNumber = text(13)
    sellerOvcId = nested(IdAssignment)
    sellerUniIds = listed(nested(IdAssignment))
    sellerEnniIds = listed(nested(IdAssignment))
    enniSvlanIds = listed(nested(SvlanAssignment))
    uniSvlanIds = listed(nested(SvlanAssignment))


class LinkAlone(Tolerant):
    href = String(required=True)


class OrderAnswer(CreateUpdate):
    """An order as we answer it (contract 2.1, need O): the request's members, `orderStatus`, and
    our own.
    """

    id = text(45, required=True)
    link = nested(LinkAlone, required=True)
    orderStatus = String(required=True, validate=OneOf(STATUSES))
    expectedCompletionDate = When()
    completionDate = When()


class ErrorBody(Tolerant):
    """The shape of 2018, with the family's own messages beside it (contract 3.6)."""

    code = Integer(required=True)
    reason = String(required=True)
    message = String()
    status = Integer()
    orderMessages = listed(nested(Message))


CREATE = CreateUpdate()
CHANGE = CreateUpdate(partial=True)
ACT = Act()
NOTIFICATION = Notification()
MEMBERS = tuple(
    name
    for name in NOTIFICATION.fields
    if name not in ("objectType", "notificationType", "notificationVersion")
)


def problems(schema: Tolerant, document: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Every difference between a document and a schema."""
    return list(flatten(schema.validate(document)))
