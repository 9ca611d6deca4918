"""The documents of the Fibre Cafe contract (reference sections 4.1 to 4.14), as marshmallow schemas: the single source.

They check; what is stored and echoed is the parsed JSON itself. Where the contract's pages are silent, a comment says ASSUMPTION.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from simulator.dialects.fibre_cafe.life import OBJECTIONS
from simulator.dialects.fibre_cafe.settings import ENTITIES, Settings
from simulator.dialects.fibre_cafe.transitions import REASONS, STATUSES
from simulator.schema import Boolean, CalendarDate, Integer, Length, Misfit, Moment, OneOf, Range, Regexp, String, Tolerant, listed, nested

PROVIDE_TYPES = ("NEW", "START", "TAKEOVER", "TRANSFER", "SWAP")
CANCELLATION_REASONS = (
    "CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER", *OBJECTIONS,
)  # fmt: skip
CEASE_REASONS = ("CHANGE_OF_CP", "WORKING_LINE_TAKEOVER", "CP_REQUEST")
ENGINEER_TASKS = ("INSTALL_ROUTER", "TEST_SINGLE_DEVICE", "ADDITIONAL_CABLING", "TEST_MULTIPLE_DEVICES")
"""Those seen; the page's list may go on (4.12), so that others are only noted."""
PROBLEM_CODES = (
    "ACCESS_ISSUE", "ACTIVATION_FAILED", "ADDITIONAL_WORK", "APPOINTMENT_NOT_REQUIRED", "CAPACITY_ISSUE", "COST_ISSUE",
    "CUSTOMER_CHANGED_MIND", "FAULT_AT_NODE", "FAULT_AT_ONT", "FAULT_AT_POP", "INFORMATION_REQUIRED", "INSTALL_FAILED",
    "INVALID_REQUEST", "LINKED_ORDER_ISSUE", "NETWORK_ISSUE", "NETWORK_UNAVAILABLE", "NO_LONGER_REQUIRED", "OTHER",
    "PLANNING_ISSUE", "PROPERTY_UNOCCUPIED", "ROUTER_NOT_AVAILABLE", "SITE_UNSAFE", "SUPPLIER_FAULT", "SURVEY_REQUIRED",
    "TIMED_OUT", "UNABLE_TO_ATTEND", "UNKNOWN_FAULT", "WAYLEAVE_ISSUE",
)  # fmt: skip
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


class _Excluding(Tolerant):
    """The bodies of one path exclude each other by their members, so that `orderType` is not needed to tell them apart (4.3)."""

    forbids: tuple[str, ...] = ()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_foreign(self, data: Any, original: Any, **kwargs: Any) -> None:
        found = [name for name in self.forbids if isinstance(original, dict) and name in original]
        if found:
            raise ValidationError({name: [Misfit("is not part of this kind of order")] for name in found})


class CeaseOrder(Optional, _Excluding):
    """POST /service-orders, the end of a service (4.3)."""

    forbids = ("serviceOrderItem", "serviceCharacteristics")

    id = _id(required=True)
    orderType = String(validate=OneOf(["CEASE"]))
    tenant = String(required=True, validate=Length(min=1, max=50))
    serviceId = String(required=True, validate=Length(min=1, max=50))


class ModifyOrder(Optional, _Excluding):
    """POST /service-orders, a change of a service (4.3)."""

    forbids = ("serviceOrderItem",)

    id = _id(required=True)
    orderType = String(validate=OneOf(["MODIFY"]))
    tenant = String(required=True, validate=Length(min=1, max=50))
    serviceId = String(required=True, validate=Length(min=1, max=50))
    serviceCharacteristics = listed(nested(Characteristic), required=True, validate=Length(min=1))


class Wayleave(Tolerant):
    wayleaveOwner = Boolean()
    wayleaveCharacteristics = listed(nested(Characteristic))
    wayleaveContact = nested(Contact)


class SiteInformation(Tolerant):
    name = String()
    address = nested(Address)
    postcode = String()
    role = String(validate=OneOf(["A-END", "B-END", "MULTI-POINT"]))
    siteCharacteristics = listed(nested(Characteristic))
    wayleave = nested(Wayleave)
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


class _State(Tolerant):
    """What any order has in a 201 and in a KCI, beside what was asked for (4.4)."""

    tenant = String(required=True, validate=Length(min=1, max=50))
    supplierOrderReference = String(validate=Length(min=1))
    status = String(required=True, validate=OneOf(STATUSES))
    committedDate = Moment()
    targetDate = Moment()
    appointmentTimeslot = nested(Timeslot)
    appointmentSupplierReference = String(validate=LONG)
    serviceOrderAmendmentId = _id()
    serviceOrderAmendmentReference = String()
    serviceOrderCancellationId = _id()
    serviceOrderCancellationReference = String()


class ProvideState(Optional, _State):
    """The newest provide order; amendments may have removed what is optional here."""

    id = _id()
    orderType = String(required=True, validate=OneOf(PROVIDE_TYPES))
    address = nested(Address, required=True)
    serviceOrderItem = nested(ServiceOrderItem, required=True)


class CeaseState(Optional, _State):
    """The newest cease order."""

    id = _id()
    orderType = String(validate=OneOf(["CEASE"]))
    serviceId = String(required=True, validate=Length(min=1, max=50))


class ModifyState(Optional, _State):
    """The newest modify order."""

    id = _id()
    orderType = String(validate=OneOf(["MODIFY"]))
    serviceId = String(required=True, validate=Length(min=1, max=50))
    serviceCharacteristics = listed(nested(Characteristic), required=True, validate=Length(min=1))


class EthernetState(_State):
    """The newest Ethernet order."""

    id = _id()
    supplierQuoteId = String(required=True, validate=Length(max=64))
    siteInformation = listed(nested(SiteInformation), required=True, validate=Length(min=2))
    orderItems = listed(nested(EthernetItem), required=True, validate=Length(min=1))


class UnsolicitedCease(Tolerant):
    """What begins a cease that nobody asked for (4.15). ASSUMPTION: these are its members on the supplier's side."""

    serviceId = String(required=True, validate=Length(min=1, max=50))
    reason = String(required=True, validate=OneOf(CEASE_REASONS))
    requestedCeaseDate = Moment(required=True)


class UnsolicitedCeaseState(_State, UnsolicitedCease):
    """The newest unsolicited cease; its `id` is the gateway's, known only once a cancellation brought it (10.22)."""

    id = _id()


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


class Answered(Tolerant):
    """201 to an amendment or a cancellation: our reference of it, and what was asked (4.5, 4.6)."""

    supplierReference = String(required=True, validate=Length(min=1))
    id = _id(required=True)
    orderId = _id(required=True)


class ErrorBody(Tolerant):
    """Every documented 4xx and 5xx that has a body (section 3)."""

    uuid = String(required=True, validate=Regexp(UUID))
    code = String(required=True)
    messages = listed(String(), required=True)


ORDERS: dict[str, Tolerant] = {"provide": ProvideOrder(), "cease": CeaseOrder(), "modify": ModifyOrder(), "ethernet": EthernetOrder()}
REQUESTS: dict[str, Tolerant] = {"amendment": Amendment(), "cancellation": Cancellation()}
STATES: dict[str, type[Tolerant]] = {
    "provide": ProvideState, "cease": CeaseState, "modify": ModifyState, "ethernet": EthernetState,
    "unsolicited_cease": UnsolicitedCeaseState,
}  # fmt: skip
UNSOLICITED = UnsolicitedCease()
MEMBERS = ("problemCode", "text", "supplierCode", "supplierCodes", "supplierNotes")


@lru_cache(maxsize=64)
def _kci(entities: tuple[tuple[str, str], ...]) -> Tolerant:
    return KciDocument.from_dict({key: nested(STATES[operation]) for operation, key in entities})()  # type: ignore[return-value]


def kci_schema(settings: Settings) -> Tolerant:
    """A KCI with the keys under which a supplier's settings put each kind of order."""
    return _kci(tuple((operation, settings.entities[operation]) for operation in ENTITIES))
