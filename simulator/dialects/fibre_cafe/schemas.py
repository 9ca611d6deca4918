"""The documents of the Fibre Cafe contract (reference sections 4.1 to 4.14), as marshmallow schemas: the single source.

They check; what is stored and echoed is the parsed JSON itself. Where the contract's pages are silent, a comment says ASSUMPTION.
"""

from __future__ import annotations

from typing import Any

from simulator.dialects.fibre_cafe.life import REASONS, STATUSES
from simulator.schema import Boolean, CalendarDate, Integer, Length, Moment, OneOf, Range, Regexp, String, Tolerant, listed, nested

PROVIDE_TYPES = ("NEW", "START", "TAKEOVER", "TRANSFER", "SWAP")
CANCELLATION_REASONS = (
    "CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER",
    "NO_AUTHORISATION", "CUSTOMER_NOT_AWARE", "DELIBERATE_MISLEAD", "PURCHASED_DIFFERENT_PRODUCT", "END_USER_NOT_MOVING",
)  # fmt: skip
PROBLEM_CODES = (
    "ACCESS_ISSUE", "ACTIVATION_FAILED", "ADDITIONAL_WORK", "APPOINTMENT_NOT_REQUIRED", "CAPACITY_ISSUE", "COST_ISSUE",
    "CUSTOMER_CHANGED_MIND", "FAULT_AT_NODE", "FAULT_AT_ONT", "FAULT_AT_POP", "INFORMATION_REQUIRED", "INSTALL_FAILED",
    "INVALID_REQUEST", "LINKED_ORDER_ISSUE", "NETWORK_ISSUE", "NETWORK_UNAVAILABLE", "NO_LONGER_REQUIRED", "OTHER",
    "PLANNING_ISSUE", "PROPERTY_UNOCCUPIED", "ROUTER_NOT_AVAILABLE", "SITE_UNSAFE", "SUPPLIER_FAULT", "SURVEY_REQUIRED",
    "TIMED_OUT", "UNABLE_TO_ATTEND", "UNKNOWN_FAULT", "WAYLEAVE_ISSUE",
)  # fmt: skip
ERROR_CODES = ("INVALID_REQUEST", "MALFORMED_REQUEST", "NOT_AUTHORISED", "NOT_FOUND", "NOT_IMPLEMENTED", "SUPPLIER_FAULT")
ENTITIES = {
    "provide": "provideServiceOrder",
    "modify": "modifyServiceOrder",
    "cease": "ceaseServiceOrder",
    "ethernet": "provideEthernetOrder",  # ASSUMPTION: the page that names the key is cut off (reference 10.6)
}
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
LONG = Length(max=1000)  # ASSUMPTION: the only length that the pages give for free text (reference 10.24)


def _id(**options: Any) -> Integer:
    return Integer(validate=Range(min=1), **options)


class Contact(Tolerant):
    name = String(required=True, validate=LONG)
    phoneNumber = String(required=True, validate=LONG)
    email = String(validate=LONG)


class ContactChange(Tolerant):
    """A contact in an amendment: a new phone number alone leaves the name and the e-mail as they are (4.5)."""

    name = String(allow_none=True, validate=LONG)
    phoneNumber = String(allow_none=True, validate=LONG)
    email = String(allow_none=True, validate=LONG)


class Identifier(Tolerant):
    id = String(required=True, validate=Length(min=1))
    type = String(required=True, validate=Length(min=1))


class Address(Tolerant):
    id = String(required=True, validate=Length(min=1))
    type = String(required=True, validate=Length(min=1))
    additionalIdentifiers = listed(nested(Identifier))


class ServiceSpecification(Tolerant):
    id = String(required=True, validate=Length(min=1))
    name = String()


class Characteristic(Tolerant):
    name = String(required=True, validate=Length(min=1))
    value = String(required=True)


class ServiceOrderItem(Tolerant):
    serviceSpecification = nested(ServiceSpecification, required=True)
    serviceCharacteristics = listed(nested(Characteristic))


class Timeslot(Tolerant):
    timeslotStartDateTime = Moment(required=True)
    timeslotEndDateTime = Moment(required=True)
    classification = String()
    standard = Boolean()


class Optional(Tolerant):
    """What any order may carry (4.2; for cease and modify an ASSUMPTION, reference 4.3)."""

    primaryContact = nested(Contact)
    secondaryContact = nested(Contact)
    appointmentReservationId = _id()
    appointmentReservationReference = String(validate=LONG)
    requestedCompletionDate = CalendarDate()
    engineerTasks = listed(String())
    hazards = String(validate=LONG)
    onSiteRestrictions = String(validate=LONG)
    notes = String(validate=LONG)


class ProvideOrder(Optional):
    """POST /service-orders, a new service (4.2)."""

    id = _id(required=True)
    orderType = String(required=True, validate=OneOf(PROVIDE_TYPES))
    tenant = String(required=True, validate=Length(min=1, max=50))
    address = nested(Address, required=True)
    serviceOrderItem = nested(ServiceOrderItem, required=True)
    primaryContact = nested(Contact, required=True)


class CeaseOrder(Optional):
    """POST /service-orders, the end of a service (4.3)."""

    id = _id(required=True)
    orderType = String(validate=OneOf(["CEASE"]))
    tenant = String(required=True, validate=Length(min=1, max=50))
    serviceId = String(required=True, validate=Length(min=1, max=50))


class ModifyOrder(Optional):
    """POST /service-orders, a change of a service (4.3)."""

    id = _id(required=True)
    orderType = String(validate=OneOf(["MODIFY"]))
    tenant = String(required=True, validate=Length(min=1, max=50))
    serviceId = String(required=True, validate=Length(min=1, max=50))
    serviceCharacteristics = listed(nested(Characteristic), required=True, validate=Length(min=1))


class SiteInformation(Tolerant):
    name = String()
    address = nested(Address)
    postcode = String()
    role = String(validate=OneOf(["A-END", "B-END", "MULTI-POINT"]))
    siteCharacteristics = listed(nested(Characteristic))
    primaryContact = nested(Contact)
    secondaryContact = nested(Contact)
    hazards = String(validate=LONG)


class EthernetItem(Tolerant):
    """ASSUMPTION: as in quotes (reference 4.8)."""

    serviceSpecification = nested(ServiceSpecification)
    serviceCharacteristics = listed(nested(Characteristic))


class EthernetOrder(Tolerant):
    """POST /ethernet/service-orders (4.8). ASSUMPTION: `id`, `tenant` and the key `orderItems`."""

    id = _id(required=True)
    tenant = String(required=True, validate=Length(min=1, max=50))
    supplierQuoteId = String(required=True, validate=Length(max=64))
    siteInformation = listed(nested(SiteInformation), required=True, validate=Length(min=2))
    orderItems = listed(nested(EthernetItem), required=True, validate=Length(min=1))


class EmptyOrDate(CalendarDate):
    """A date, or nothing at all, which removes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Amendment(Tolerant):
    """POST /service-order-amendments (4.5). null, "" and [] remove; `serviceCharacteristics` alone is never empty."""

    id = _id(required=True)
    orderId = _id(required=True)
    supplierOrderReference = String()
    serviceCharacteristics = listed(nested(Characteristic), validate=Length(min=1))
    primaryContact = nested(ContactChange, allow_none=True)
    secondaryContact = nested(ContactChange, allow_none=True)
    appointmentReservationId = _id(allow_none=True)
    appointmentReservationReference = String(allow_none=True, validate=LONG)
    requestedCompletionDate = EmptyOrDate(allow_none=True)
    engineerTasks = listed(String(), allow_none=True)
    hazards = String(allow_none=True, validate=LONG)
    onSiteRestrictions = String(allow_none=True, validate=LONG)
    notes = String(allow_none=True, validate=LONG)


class Cancellation(Tolerant):
    """POST /service-order-cancellations (4.6)."""

    id = _id(required=True)
    orderId = _id(required=True)
    reasonCode = String(required=True, validate=[Regexp(r"[A-Z_]{1,30}$"), OneOf(CANCELLATION_REASONS)])
    supplierOrderReference = String()


class SupplierNote(Tolerant):
    note = String()
    type = String()
    created = Moment()


class OrderInKci(Tolerant):
    """The newest order inside a KCI and in a 201 (4.4): the request's members and ours."""

    id = _id()
    tenant = String(required=True, validate=Length(min=1, max=50))
    supplierOrderReference = String(validate=Length(min=1))
    status = String(required=True, validate=OneOf(STATUSES))
    committedDate = Moment()
    targetDate = Moment()
    appointmentTimeslot = nested(Timeslot)
    serviceOrderAmendmentId = _id()
    serviceOrderAmendmentReference = String()
    serviceOrderCancellationId = _id()
    serviceOrderCancellationReference = String()


class KciDocument(Tolerant):
    """POST /kcis of the Supplier Updates API (4.14): exactly one of the entities."""

    id = String(required=True, validate=Regexp(UUID))
    sequenceNumber = Integer(required=True, validate=Range(min=1))
    issuedOn = Moment(required=True)
    reasonCode = String(required=True, validate=OneOf(tuple(REASONS)))
    problemCode = String(validate=OneOf(PROBLEM_CODES))
    text = String(validate=Length(min=1, max=1000))
    supplierCode = String(validate=Length(min=1, max=50))
    supplierCodes = listed(String(validate=Length(min=1, max=50)))
    supplierNotes = listed(nested(SupplierNote))
    provideServiceOrder = nested(OrderInKci)
    modifyServiceOrder = nested(OrderInKci)
    ceaseServiceOrder = nested(OrderInKci)
    provideEthernetOrder = nested(OrderInKci)


class ErrorBody(Tolerant):
    """Every documented 4xx and 5xx that has a body (section 3)."""

    uuid = String(required=True, validate=Regexp(UUID))
    code = String(required=True, validate=OneOf(ERROR_CODES))
    messages = listed(String(), required=True)


ORDERS: dict[str, Tolerant] = {"provide": ProvideOrder(), "cease": CeaseOrder(), "modify": ModifyOrder(), "ethernet": EthernetOrder()}
REQUESTS: dict[str, Tolerant] = {"amendment": Amendment(), "cancellation": Cancellation()}
KCI = KciDocument()
MEMBERS = ("problemCode", "text", "supplierCode", "supplierCodes", "supplierNotes")
