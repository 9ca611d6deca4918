"""What a gateway asks of a supplier, as marshmallow schemas (docs/contract/fibre-cafe.md 4.1 to
4.12, 4.15). `statements` has what the supplier answers and sends.

They check; the parsed JSON itself is stored and sent back. Citations of section 10 are assumptions.
"""

from __future__ import annotations

from typing import Any

from simulator.dialects.fibre_cafe.requests import OBJECTIONS, REASONS
from simulator.formats.schema import (
    Boolean,
    CalendarDate,
    Excluding,
    Integer,
    Moment,
    String,
    Tolerant,
    listed,
    nested,
)
from simulator.formats.validators import Length, OneOf, Range, Regexp

PROVIDE_TYPES = ("NEW", "START", "TAKEOVER", "TRANSFER", "SWAP")
ORDER_TYPES = (*PROVIDE_TYPES, "CEASE", "MODIFY")
CANCELLATION_REASONS = (*REASONS, *OBJECTIONS)
_REASON = OneOf(CANCELLATION_REASONS, only=dict.fromkeys(OBJECTIONS, "an unsolicited cease"))
_NO_ORDER = (
    "is required: the id of the order; of an unsolicited cease, whose KCIs carry none, any id that"
    " you give it, beside its supplierOrderReference"
)
CEASE_REASONS = ("CHANGE_OF_CP", "WORKING_LINE_TAKEOVER", "CP_REQUEST")
ENGINEER_TASKS = (
    "INSTALL_ROUTER",
    "TEST_SINGLE_DEVICE",
    "ADDITIONAL_CABLING",
    "TEST_MULTIPLE_DEVICES",
)
"""Those that are known; the list may be incomplete (contract 4.12, 10.58), so others are noted."""
PROBLEM_CODES = (
    "ACCESS_ISSUE",
    "ACTIVATION_FAILED",
    "ADDITIONAL_WORK",
    "APPOINTMENT_NOT_REQUIRED",
    "CAPACITY_ISSUE",
    "COST_ISSUE",
    "CUSTOMER_CHANGED_MIND",
    "FAULT_AT_NODE",
    "FAULT_AT_ONT",
    "FAULT_AT_POP",
    "INFORMATION_REQUIRED",
    "INSTALL_FAILED",
    "INVALID_REQUEST",
    "LINKED_ORDER_ISSUE",
    "NETWORK_ISSUE",
    "NETWORK_UNAVAILABLE",
    "NO_LONGER_REQUIRED",
    "OTHER",
    "PLANNING_ISSUE",
    "PROPERTY_UNOCCUPIED",
    "ROUTER_NOT_AVAILABLE",
    "SITE_UNSAFE",
    "SUPPLIER_FAULT",
    "SURVEY_REQUIRED",
    "TIMED_OUT",
    "UNABLE_TO_ATTEND",
    "UNKNOWN_FAULT",
    "WAYLEAVE_ISSUE",
)
CLASSIFICATIONS = tuple(
    f"{days}{part}"
    for days in ("WEEKDAY", "SATURDAY", "SUNDAY")
    for part in ("", "_AM", "_PM", "_EARLY", "_EVENING")
)
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
# the only length that the pages give for free text (contract 10.24)
LONG = Length(max=1000)


def number(**options: Any) -> Integer:
    """An identifier of the gateway's: a whole number from 1."""
    return Integer(validate=Range(min=1), **options)


def tenant() -> String:
    """A tenant, as the header of that name can carry it too."""
    return String(required=True, validate=[Length(min=1, max=50), Regexp(r"^[^\x00-\x1f\x7f]*$")])


class Contact(Tolerant):
    name = String(required=True, validate=LONG)
    phoneNumber = String(required=True, validate=LONG)
    email = String(validate=LONG)


class ContactChange(Tolerant):
    """A contact in an amendment: a new phone number alone leaves the name and the e-mail as they
    are (contract 1.3).
    """

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
    classification = String(validate=OneOf(CLASSIFICATIONS))
    standard = Boolean()


class Optional(Tolerant):
    """What any order may carry (contract 4.2; for cease and modify 10.7)."""

    primaryContact = nested(Contact)
    secondaryContact = nested(Contact)
    appointmentReservationId = number()
    appointmentReservationReference = String(validate=LONG)
    requestedCompletionDate = CalendarDate()
    engineerTasks = listed(String())
    hazards = String(validate=LONG)
    onSiteRestrictions = String(validate=LONG)
    notes = String(validate=LONG)


class ProvideOrder(Optional):
    """POST /service-orders, a new service (contract 4.2)."""

    id = number(required=True)
    orderType = String(required=True, validate=OneOf(PROVIDE_TYPES, known=ORDER_TYPES))
    tenant = tenant()
    address = nested(Address, required=True)
    serviceOrderItem = nested(ServiceOrderItem, required=True)
    primaryContact = nested(Contact, required=True)


class CeaseOrder(Optional, Excluding):
    """POST /service-orders, the end of a service. What it forbids tells it apart, so that
    `orderType` is not needed (contract 4.3, 10.36).
    """

    forbids = ("serviceOrderItem", "serviceCharacteristics")

    id = number(required=True)
    orderType = String(validate=OneOf(["CEASE"], known=ORDER_TYPES))
    tenant = tenant()
    serviceId = String(required=True, validate=Length(min=1, max=50))


class ModifyOrder(Optional, Excluding):
    """POST /service-orders, a change of a service (contract 4.3)."""

    forbids = ("serviceOrderItem",)

    id = number(required=True)
    orderType = String(validate=OneOf(["MODIFY"], known=ORDER_TYPES))
    tenant = tenant()
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
    """An item as in quotes (contract 4.8, 10.9)."""

    serviceSpecification = nested(ServiceSpecification)
    serviceCharacteristics = listed(nested(Characteristic))


class EthernetOrder(Tolerant):
    """POST /ethernet/service-orders (contract 4.8; `id`, `tenant` and `orderItems` by 10.9)."""

    id = number(required=True)
    tenant = tenant()
    supplierQuoteId = String(required=True, validate=Length(max=64))
    siteInformation = listed(nested(SiteInformation), required=True, validate=Length(min=2))
    orderItems = listed(nested(EthernetItem), required=True, validate=Length(min=1))


class EmptyOrDate(CalendarDate):
    """A date, or nothing at all, which removes it."""

    by_value = True

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Amendment(Tolerant):
    """POST /service-order-amendments (contract 4.5). null, "" and [] remove;
    `serviceCharacteristics` alone is never empty (contract 10.53).
    """

    id = number(required=True)
    orderId = number(required=True)
    supplierOrderReference = String()
    serviceCharacteristics = listed(nested(Characteristic), validate=Length(min=1))
    primaryContact = nested(ContactChange, allow_none=True)
    secondaryContact = nested(ContactChange, allow_none=True)
    appointmentReservationId = number(allow_none=True)
    appointmentReservationReference = String(allow_none=True, validate=LONG)
    requestedCompletionDate = EmptyOrDate(allow_none=True)
    engineerTasks = listed(String(), allow_none=True)
    hazards = String(allow_none=True, validate=LONG)
    onSiteRestrictions = String(allow_none=True, validate=LONG)
    notes = String(allow_none=True, validate=LONG)


class Cancellation(Tolerant):
    """POST /service-order-cancellations (contract 4.6). An unsolicited cease has no id of the
    gateway's until this request names one (contract 10.22).
    """

    id = number(required=True)
    orderId = number(
        required=True,
        error_messages={"required": _NO_ORDER},
    )
    reasonCode = String(
        required=True,
        validate=[Regexp(r"[A-Z_]{1,30}$"), _REASON],
        error_messages={"required": f"is required, {_REASON.listed()}"},
    )
    supplierOrderReference = String()


class UnsolicitedCease(Tolerant):
    """The document of an unsolicited cease (contract 4.15, 10.40)."""

    serviceId = String(required=True, validate=Length(min=1, max=50))
    reason = String(required=True, validate=OneOf(CEASE_REASONS))
    requestedCeaseDate = Moment(required=True)


ORDERS: dict[str, Tolerant] = {
    "provide": ProvideOrder(),
    "cease": CeaseOrder(),
    "modify": ModifyOrder(),
    "ethernet": EthernetOrder(),
}
REQUESTS: dict[str, Tolerant] = {"amendment": Amendment(), "cancellation": Cancellation()}
UNSOLICITED = UnsolicitedCease()
