"""The documents of the MEF/OBF order contract (reference section 2), as marshmallow schemas: the single source.

They hold every limit of the published schemas; which of them are enforced and which are only findings is `reading`'s to say, because
the published examples themselves break some (Q10, Q19, Q28). What is stored and echoed is the parsed JSON itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from simulator import instants
from simulator.dialects.mef.life import NOTICES, STATUSES
from simulator.schema import Boolean, Integer, Length, Misfit, Number, OneOf, Range, String, Tolerant, flatten, listed, nested

CREATE_UPDATE = "order-create-update"
ACTIVITIES = ("INSTALL", "CHANGE", "DISCONNECT")
ACTIONS = ("INSTALL", "CHANGE", "NO_CHANGE", "DELETE", "DISCONNECT")  # Q23
RESPONSES = ("NONE", "CONFIRMATION_ONLY", "CONFIRMATION_AND_ENGINEERING_DESIGN")
ORDER_TYPES = ("UNI", "ACCESS_EPL", "ACCESS_E_LINE")  # the last one of 2018
ADDRESS_TYPES = ("FIELDED_ADDRESS", "FORMATTED_ADDRESS", "ADDRESS_REFERENCE", "GEOGRAPHIC_POINT")
PHYSICAL_LAYERS = (
    "10BASE_T", "100BASE_TX", "100BASE_FX", "1000BASE_T", "1000BASE_SX", "1000BASE_LX", "10GBASE_SR", "10GBASE_SW",
    "10GBASE_LR", "10GBASE_LW", "10GBASE_ER", "10GBASE_EW",
)  # fmt: skip


class When(fields.Field):  # type: ignore[type-arg]
    """A date, or a date-time with an offset and with or without seconds; kept as the text that came (Q20)."""

    default_error_messages = {"required": "is required", "null": "must not be null"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        try:
            if len(value) == 10:
                date.fromisoformat(value)
            else:
                instants.parse_instant(value)
        except (ValueError, OverflowError):
            raise ValidationError(Misfit(f"`{value[:40]}` is no date: YYYY-MM-DD, or YYYY-MM-DDThh:mm with an offset")) from None
        return value


class OneOfTypes(fields.Field):  # type: ignore[type-arg]
    """An object whose `objectType` says which schema it keeps; one of another type is carried as it is."""

    default_error_messages = {"required": "is required", "null": "must not be null"}

    def __init__(self, schemas: dict[str, type[Tolerant]], *, plain: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.schemas = schemas
        self.made = {name: schema() for name, schema in schemas.items()}
        self.plain = plain

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if self.plain and isinstance(value, str):
            return value
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        name = value.get("objectType")
        if not isinstance(name, str) or name not in self.made:
            said = "is required" if name is None else "must be a string" if not isinstance(name, str) else self._unknown(name)
            raise ValidationError({"objectType": [said]})
        messages = self.made[name].validate(value, partial=kwargs.get("partial"))
        if messages:
            raise ValidationError(dict(messages))
        return value

    def _unknown(self, name: str) -> str:
        return Misfit(f"`{name[:40]}` is none of {', '.join(self.made)}")


def _text(most: int, **options: Any) -> String:
    return String(validate=Length(max=most), **options)


class Typed(Tolerant):
    """Every object of the contract names its type."""

    objectType = String(required=True)


class Contact(Typed):
    """2.9"""

    name = _text(50, required=True)
    telephoneNumber = _text(15, required=True)
    telephoneNumberExt = _text(6)
    email = _text(60)


class FormattedAddress(Typed):
    """2.12"""

    addressLine1 = _text(60)
    addressLine2 = _text(60)
    locality = _text(50)
    city = _text(50)
    stateOrProvince = _text(50)
    postcode = _text(6)
    postcodeExtension = _text(4)
    country = _text(50)


class FieldedAddress(Typed):
    """2.13"""

    streetNr = String()
    streetName = String()
    locality = String()
    city = String()
    stateOrProvince = String()
    postcode = String()
    country = String()


class AddressReference(Typed):
    referenceType = _text(25)
    reference = _text(60)


class GeographicPoint(Typed):
    latitude = _text(10, required=True)
    longitude = _text(10, required=True)


ADDRESSES: dict[str, type[Tolerant]] = {
    "formattedAddress": FormattedAddress,
    "fieldedAddress": FieldedAddress,
    "addressReference": AddressReference,
    "geographicPoint": GeographicPoint,
}


class BillingInformation(Typed):
    """2.10"""

    existingBillingAccountNumber = _text(13)
    billingContact = nested(Contact)
    billingAddressType = String(validate=OneOf(ADDRESS_TYPES))
    billingAddress = OneOfTypes(ADDRESSES)


class Link(Tolerant):
    """2.16; on orders and lists `href` alone (Q10)."""

    objectType = _text(25)
    href = _text(255)
    rel = _text(25)
    title = String()  # the published titles are longer than the published limit (Q10)
    method = String()
    type = _text(25)


class ResourceReference(Typed):
    """2.15"""

    id = _text(45, required=True)
    type = _text(25, required=True)
    link = nested(Link, required=True)


class ProductSpecRef(Typed):
    """2.14"""

    name = _text(25)
    code = _text(15)
    productSpecification = nested(ResourceReference)


class InformationRate(Typed):
    """2.8"""

    amount = Number(required=True)
    units = String(required=True, validate=OneOf(["Mbps", "Gbps"]))


class BandwidthProfile(Typed):
    """2.7"""

    committedInformationRate = nested(InformationRate)
    committedBurstSize = Integer(validate=Range(min=12176))
    excessInformationRate = nested(InformationRate)
    excessBurstSize = Integer(validate=Range(min=0))
    colorMode = String(validate=OneOf(["COLOR_AWARE", "COLOR_BLIND"]))
    couplingFlag = Boolean()


class ExistingEnni(Typed):
    sellerEnniId = _text(45, required=True)
    buyerEnniId = _text(45)


class ExistingUni(Typed):
    sellerUniId = _text(45, required=True)
    buyerUniId = _text(45)


class OrderedReference(Typed):
    """An item of this order, or of another one that `orderId` or `buyerPurchaseOrderNumber` names (2.6)."""

    orderItemReference = _text(4, required=True)
    orderId = _text(45)
    buyerPurchaseOrderNumber = _text(16)


class AccessEpl(Typed):
    """2.4"""

    sellerOvcId = _text(45)
    buyerOvcId = _text(45)
    productSpecification = OneOfTypes({"productSpecRef": ProductSpecRef}, plain=True, required=True)  # Q19
    enniSvlanId = Integer(validate=Range(min=0, max=4095))
    enniSvlanIdLast = Integer(validate=Range(min=1, max=4095))
    mtuSize = Integer(validate=Range(min=1526))
    colorForwardingEnabled = Boolean()
    classOfService = _text(20)
    enniReference = OneOfTypes({"existingEnniReference": ExistingEnni, "orderedEnniReference": OrderedReference})
    enniSiteContact = nested(Contact)
    enniSiteAlternateContact = nested(Contact)
    enniIngressBandwidthProfile = nested(BandwidthProfile)
    uniReference = OneOfTypes({"orderedUniReference": OrderedReference, "existingUniReference": ExistingUni}, required=True)
    uniSiteContact = nested(Contact)
    uniSiteAlternateContact = nested(Contact)
    uniIngressBandwidthProfile = nested(BandwidthProfile)


class ServiceSite(Typed):
    """2.11"""

    siteCompanyName = _text(25)
    customerName = _text(25)
    siteAddressType = String(validate=OneOf(ADDRESS_TYPES))
    siteAddress = OneOfTypes(ADDRESSES, required=True)
    additionalSiteInformation = _text(100)


class Uni(Typed):
    """2.5"""

    sellerUniId = _text(45)
    buyerUniId = _text(45)
    productSpecification = OneOfTypes({"productSpecRef": ProductSpecRef}, plain=True, required=True)
    physicalLayer = String(validate=OneOf(PHYSICAL_LAYERS))
    synchronousModeEnabled = Boolean()
    numberOfLinks = Integer(validate=Range(min=1))
    uniResiliency = String(validate=OneOf(["NONE", "2_LINK_ACTIVE_STANDBY", "ALL_ACTIVE", "OTHER"]))
    maxServiceFrameSize = Integer(validate=Range(min=1522))
    tokenShareEnabled = Boolean()
    serviceMultiplexingEnabled = Boolean()
    bundlingEnabled = Boolean()
    allToOneBundlingEnabled = Boolean()
    linkOamEnabled = Boolean()
    uniMegEnabled = Boolean()
    elmiEnabled = Boolean()
    uniL2cpAddressSet = String(validate=OneOf(["CTA", "CTB", "CTB_2"]))
    serviceSiteInformation = nested(ServiceSite)
    primarySiteContact = nested(Contact)
    alternateSiteContact = nested(Contact)


class Disconnect(Typed):
    """2.6, with the names of both vintages."""

    sellerServiceOrEndpointId = _text(45)
    buyerServiceOrEndpointId = _text(45)
    sellerNetworkIdentifier = _text(45)
    buyerNetworkIdentifier = _text(45)


DETAILS: dict[str, type[Tolerant]] = {"accessEplProductOrder": AccessEpl, "uniProductOrder": Uni, "disconnectOrderItemDetail": Disconnect}


class OrderItem(Typed):
    """2.3"""

    orderItemReference = String(required=True, validate=Length(min=1, max=4))
    action = String(required=True, validate=OneOf(ACTIONS))
    quantity = Integer(required=True, validate=Range(min=1))
    orderItemDetail = OneOfTypes(DETAILS)


class CreateUpdate(Tolerant):
    """POST /orders, PUT /orders/{id}, and in part PATCH (2.1, column C)."""

    objectType = String(required=True)
    buyerId = String(required=True, validate=Length(min=1, max=25))
    sellerId = String(required=True, validate=Length(min=1, max=25))
    buyerPurchaseOrderNumber = String(required=True, validate=Length(min=1, max=16))
    buyerOrderVersion = String(required=True, validate=Length(min=1, max=2))
    orderDate = When(required=True)
    orderActivity = String(required=True, validate=OneOf(ACTIVITIES))
    desiredResponses = String(required=True, validate=OneOf(RESPONSES))
    projectId = _text(45)
    requestedCompletionDate = When(required=True)
    requestedStartDate = When()
    priority = Integer(validate=Range(min=0, max=4))
    billingInfo = nested(BillingInformation, required=True)
    buyerOrderContact = nested(Contact, required=True)
    buyerImplementationContact = nested(Contact)
    buyerTechnicalContact = nested(Contact)
    pricingMethod = String(validate=OneOf(["CONTRACT", "TARIFF", "ICB", "INDIVIDUAL_CASE_BASIS", "OTHER"]))
    pricingReference = _text(25)
    pricingTerm = Integer(validate=Range(min=0, max=999))
    promotionId = _text(18)
    orderType = String(required=True, validate=OneOf(ORDER_TYPES))
    notes = _text(300)
    serviceabilityResponse = nested(ResourceReference)
    orderItems = listed(nested(OrderItem), required=True, validate=Length(min=1))


class Act(Tolerant):
    """The body that cancel, hold and release may have (Q26)."""

    cancellationReason = _text(300)
    notes = _text(300)


class Message(Tolerant):
    """orderMessage (2.17)."""

    objectType = String()
    messageInformation = _text(150, required=True)
    severity = String(required=True, validate=OneOf(["ERROR", "INFORMATION"]))
    correctionRequired = Boolean(required=True)
    code = _text(12)
    field = _text(100)
    orderItemReference = _text(4)


class IdAssignment(Typed):
    sellerAssignedId = _text(45, required=True)
    buyerAssignedId = _text(45)
    orderItemReference = _text(4)


class SvlanAssignment(Typed):
    svlanId = Integer(required=True, validate=Range(min=0))
    sellerEnniId = String()
    sellerUniId = String()
    svlanIdLast = Integer()


class ItemStatus(Tolerant):
    orderItemReference = _text(4, required=True)
    orderItemStatus = String(required=True, validate=OneOf(STATUSES))


class Told(Typed):
    """What a status answer and a notification have in common (2.17)."""

    orderId = _text(45, required=True)
    buyerId = _text(25, required=True)
    sellerId = _text(25, required=True)
    buyerPurchaseOrderNumber = _text(16, required=True)
    buyerOrderVersion = _text(2, required=True)
    orderStatus = String(required=True, validate=OneOf(STATUSES))
    projectId = _text(45)
    requestedCompletionDate = When()
    expectedCompletionDate = When()
    completionDate = When()
    correctionOrderExpected = Boolean()
    correctionOrderDueDate = When()
    orderMessages = listed(nested(Message))


class StatusResponse(Told):
    """GET /orders/{id}/status."""

    orderItemStatuses = listed(nested(ItemStatus))


class Notification(Told):
    """POST /orders/{id}/notification, to the Buyer."""

    notificationType = String(required=True, validate=OneOf(tuple(NOTICES)))
    notificationVersion = String(required=True, validate=Length(min=2, max=2))
    orderCancellationDate = When()
    orderCancellationReason = _text(300)
    sellerOrderContact = nested(Contact)
    notes = _text(300)
    billingAccountNumber = _text(13)
    sellerOvcId = nested(IdAssignment)
    sellerUniIds = listed(nested(IdAssignment))
    sellerEnniIds = listed(nested(IdAssignment))
    enniSvlanIds = listed(nested(SvlanAssignment))
    uniSvlanIds = listed(nested(SvlanAssignment))


class LinkAlone(Tolerant):
    href = String(required=True)


class OrderAnswer(CreateUpdate):
    """An order as we show it (2.1, column O): the request's members, `orderStatus` and what is ours."""

    id = _text(45, required=True)
    link = nested(LinkAlone, required=True)
    orderStatus = String(required=True, validate=OneOf(STATUSES))
    expectedCompletionDate = When()
    completionDate = When()


class ErrorBody(Tolerant):
    """3.6 (ASSUMPTION: the shape of 2018, with the family's own messages beside it)."""

    code = Integer(required=True)
    reason = String(required=True)
    message = String()
    status = Integer()
    orderMessages = listed(nested(Message))


CREATE = CreateUpdate()
CHANGE = CreateUpdate(partial=True)
ACT = Act()
NOTIFICATION = Notification()
MEMBERS = tuple(name for name in NOTIFICATION.fields if name not in ("objectType", "notificationType", "notificationVersion"))


def problems(schema: Tolerant, document: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Everything in which a document differs from a schema."""
    return list(flatten(schema.validate(document)))
