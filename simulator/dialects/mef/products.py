"""What an order is made of: contacts, addresses, and the products of its items
(docs/contract/mef.md 2.4 to 2.16).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from simulator.base import instants
from simulator.formats.schema import (
    Boolean,
    Integer,
    Number,
    OneOfTypes,
    String,
    Tolerant,
    nested,
)
from simulator.formats.validators import Length, Misfit, OneOf, Range

ADDRESS_TYPES = ("FIELDED_ADDRESS", "FORMATTED_ADDRESS", "ADDRESS_REFERENCE", "GEOGRAPHIC_POINT")
PHYSICAL_LAYERS = (
    "10BASE_T",
    "100BASE_TX",
    "100BASE_FX",
    "1000BASE_T",
    "1000BASE_SX",
    "1000BASE_LX",
    "10GBASE_SR",
    "10GBASE_SW",
    "10GBASE_LR",
    "10GBASE_LW",
    "10GBASE_ER",
    "10GBASE_EW",
)


class When(fields.Field):  # type: ignore[type-arg]
    """A date, or a date-time with an offset and with or without seconds; kept as the text that came
    (contract Q20).
    """

    by_value = True
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
            raise ValidationError(
                Misfit(f"`{value[:40]}` is no date: YYYY-MM-DD, or YYYY-MM-DDThh:mm with an offset")
            ) from None
        return value


def text(most: int, **options: Any) -> String:
    """A string of at most so many characters."""
    return String(validate=Length(max=most), **options)


class Typed(Tolerant):
    """Every object of the contract names its type."""

    objectType = String(required=True)


class Contact(Typed):
    """See contract 2.9."""

    name = text(50, required=True)
    telephoneNumber = text(15, required=True)
    telephoneNumberExt = text(6)
    email = text(60)


class FormattedAddress(Typed):
    """See contract 2.12."""

    addressLine1 = text(60)
    addressLine2 = text(60)
    locality = text(50)
    city = text(50)
    stateOrProvince = text(50)
    postcode = text(6)
    postcodeExtension = text(4)
    country = text(50)


class FieldedAddress(Typed):
    """See contract 2.13."""

    streetNr = String()
    streetNrSuffix = String()
    streetNrLast = String()
    streetName = String()
    streetType = String()
    streetSuffix = String()
    subUnitType = String()
    subUnitNr = String()
    levelType = String()
    levelNr = String()
    buildingName = String()
    privateStreetName = String()
    locality = String()
    city = String()
    stateOrProvince = String()
    postcode = String()
    postcodeExtension = String()
    country = String()


class AddressReference(Typed):
    """See contract 2.13."""

    referenceType = text(25)
    reference = text(60)


class GeographicPoint(Typed):
    """See contract 2.13."""

    latitude = text(10, required=True)
    longitude = text(10, required=True)


ADDRESSES: dict[str, type[Tolerant]] = {
    "formattedAddress": FormattedAddress,
    "fieldedAddress": FieldedAddress,
    "addressReference": AddressReference,
    "geographicPoint": GeographicPoint,
}


class BillingInformation(Typed):
    """See contract 2.10."""

    existingBillingAccountNumber = text(13)
    billingContact = nested(Contact)
    billingAddressType = String(validate=OneOf(ADDRESS_TYPES))
    billingAddress = OneOfTypes("objectType", ADDRESSES)


class Link(Tolerant):
    """Contract 2.16; on orders and lists `href` alone (contract Q10)."""

    objectType = text(25)
    href = text(255)
    rel = text(25)
    title = String()  # published ones are too long (contract Q10)
    method = String()
    type = text(25)


class ResourceReference(Typed):
    """See contract 2.15."""

    id = text(45, required=True)
    type = text(25, required=True)
    link = nested(Link, required=True)


class ProductSpecRef(Typed):
    """See contract 2.14."""

    name = text(25)
    code = text(15)
    productSpecification = nested(ResourceReference)


class InformationRate(Typed):
    """See contract 2.8."""

    amount = Number(required=True)
    units = String(required=True, validate=OneOf(["Mbps", "Gbps"]))


class BandwidthProfile(Typed):
    """See contract 2.7."""

    committedInformationRate = nested(InformationRate)
    committedBurstSize = Integer(validate=Range(min=12176))
    excessInformationRate = nested(InformationRate)
    excessBurstSize = Integer(validate=Range(min=0))
    colorMode = String(validate=OneOf(["COLOR_AWARE", "COLOR_BLIND"]))
    couplingFlag = Boolean()


class ExistingEnni(Typed):
    """See contract 2.6."""

    sellerEnniId = text(45, required=True)
    buyerEnniId = text(45)


class ExistingUni(Typed):
    """See contract 2.6."""

    sellerUniId = text(45, required=True)
    buyerUniId = text(45)


class OrderedReference(Typed):
    """An item of this order, or of another one that `orderId` or `buyerPurchaseOrderNumber` names
    (contract 2.6).
    """

    orderItemReference = text(4, required=True)
    orderId = text(45)
    buyerPurchaseOrderNumber = text(16)


class AccessEpl(Typed):
    """See contract 2.4."""

    sellerOvcId = text(45)
    buyerOvcId = text(45)
    # contract Q19
    productSpecification = OneOfTypes(
        "objectType", {"productSpecRef": ProductSpecRef}, plain=True, required=True
    )
    enniSvlanId = Integer(validate=Range(min=0, max=4095))
    enniSvlanIdLast = Integer(validate=Range(min=1, max=4095))
    mtuSize = Integer(validate=Range(min=1526))
    colorForwardingEnabled = Boolean()
    classOfService = text(20)
    enniReference = OneOfTypes(
        "objectType",
        {"existingEnniReference": ExistingEnni, "orderedEnniReference": OrderedReference},
    )
    enniSiteContact = nested(Contact)
    enniSiteAlternateContact = nested(Contact)
    enniIngressBandwidthProfile = nested(BandwidthProfile)
    uniReference = OneOfTypes(
        "objectType",
        {"orderedUniReference": OrderedReference, "existingUniReference": ExistingUni},
        required=True,
    )
    uniSiteContact = nested(Contact)
    uniSiteAlternateContact = nested(Contact)
    uniIngressBandwidthProfile = nested(BandwidthProfile)


class ServiceSite(Typed):
    """See contract 2.11."""

    siteCompanyName = text(25)
    customerName = text(25)
    siteAddressType = String(validate=OneOf(ADDRESS_TYPES))
    siteAddress = OneOfTypes("objectType", ADDRESSES, required=True)
    additionalSiteInformation = text(100)


class Uni(Typed):
    """See contract 2.5."""

    sellerUniId = text(45)
    buyerUniId = text(45)
    productSpecification = OneOfTypes(
        "objectType", {"productSpecRef": ProductSpecRef}, plain=True, required=True
    )
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
    """Contract 2.6, with the names of both editions (contract U32)."""

    sellerServiceOrEndpointId = text(45)
    buyerServiceOrEndpointId = text(45)
    sellerNetworkIdentifier = text(45)
    buyerNetworkIdentifier = text(45)


DETAILS: dict[str, type[Tolerant]] = {
    "accessEplProductOrder": AccessEpl,
    "uniProductOrder": Uni,
    "disconnectOrderItemDetail": Disconnect,
}
