"""What the supplier answers and sends, as schemas: the order in a 201 and in a KCI, KCIs, errors
(docs/contract/fibre-cafe.md 3, 4.4, 4.13 to 4.15).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, validates_schema

from simulator.dialects.fibre_cafe.schemas import (
    LONG,
    PROBLEM_CODES,
    PROVIDE_TYPES,
    UUID,
    Address,
    Characteristic,
    EthernetItem,
    Optional,
    ServiceOrderItem,
    SiteInformation,
    Timeslot,
    UnsolicitedCease,
    number,
)
from simulator.dialects.fibre_cafe.settings import ENTITIES, Settings
from simulator.dialects.fibre_cafe.transitions import REASONS, STATUSES
from simulator.formats.schema import Integer, Moment, String, Tolerant, listed, nested
from simulator.formats.validators import Length, Misfit, OneOf, Range, Regexp


class SupplierNote(Tolerant):
    note = String()
    type = String()
    created = Moment()


class _State(Tolerant):
    """What every order has in a 201 and in a KCI, beside its own members (contract 4.4)."""

    tenant = String(required=True, validate=Length(min=1, max=50))
    supplierOrderReference = String(validate=Length(min=1))
    status = String(required=True, validate=OneOf(STATUSES))
    committedDate = Moment()
    targetDate = Moment()
    appointmentTimeslot = nested(Timeslot)
    appointmentSupplierReference = String(validate=LONG)
    serviceOrderAmendmentId = number()
    serviceOrderAmendmentReference = String()
    serviceOrderCancellationId = number()
    serviceOrderCancellationReference = String()


class ProvideState(Optional, _State):
    """The newest provide order; amendments may have removed what is optional here."""

    id = number()
    orderType = String(required=True, validate=OneOf(PROVIDE_TYPES))
    address = nested(Address, required=True)
    serviceOrderItem = nested(ServiceOrderItem, required=True)


class CeaseState(Optional, _State):
    """The newest cease order."""

    id = number()
    orderType = String(validate=OneOf(["CEASE"]))
    serviceId = String(required=True, validate=Length(min=1, max=50))


class ModifyState(Optional, _State):
    """The newest modify order."""

    id = number()
    orderType = String(validate=OneOf(["MODIFY"]))
    serviceId = String(required=True, validate=Length(min=1, max=50))
    serviceCharacteristics = listed(nested(Characteristic), required=True, validate=Length(min=1))


class EthernetState(_State):
    """The newest Ethernet order."""

    id = number()
    supplierQuoteId = String(required=True, validate=Length(max=64))
    siteInformation = listed(nested(SiteInformation), required=True, validate=Length(min=2))
    orderItems = listed(nested(EthernetItem), required=True, validate=Length(min=1))


class UnsolicitedCeaseState(_State, UnsolicitedCease):
    """The newest unsolicited cease; its `id` is the gateway's, known only once a cancellation
    brought it (contract 10.22).
    """

    id = number()


class KciDocument(Tolerant):
    """POST /kcis of the Supplier Updates API (contract 4.14): exactly one of the entities."""

    id = String(required=True, validate=Regexp(UUID))
    sequenceNumber = Integer(required=True, validate=Range(min=1))
    issuedOn = Moment(required=True)
    reasonCode = String(required=True, validate=OneOf(tuple(REASONS)))
    problemCode = String(validate=OneOf(PROBLEM_CODES))
    text = String(validate=Length(min=1, max=1000))
    supplierCode = String(validate=Length(min=1, max=50))
    supplierCodes = listed(String(validate=Length(min=1, max=50)))
    supplierNotes = listed(nested(SupplierNote))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_reason(self, data: Any, original: Any, **kwargs: Any) -> None:
        code = original.get("reasonCode") if isinstance(original, dict) else None
        reason = REASONS.get(code) if isinstance(code, str) else None
        lacking = [member for member in (reason.needs if reason else ()) if member not in original]
        if lacking:
            raise ValidationError(
                {member: [Misfit(f"is required with {code}")] for member in lacking}
            )


class Answered(Tolerant):
    """201 to an amendment or a cancellation: our reference of it, and the request (contract 4.5,
    4.6).
    """

    supplierReference = String(required=True, validate=Length(min=1))
    id = number(required=True)
    orderId = number(required=True)


class ErrorBody(Tolerant):
    """Every documented 4xx and 5xx that has a body (contract 3)."""

    uuid = String(required=True, validate=Regexp(UUID))
    code = String(required=True)
    messages = listed(String(), required=True)


STATES: dict[str, type[Tolerant]] = {
    "provide": ProvideState,
    "cease": CeaseState,
    "modify": ModifyState,
    "ethernet": EthernetState,
    "unsolicited_cease": UnsolicitedCeaseState,
}
MEMBERS = ("problemCode", "text", "supplierCode", "supplierCodes", "supplierNotes")


@lru_cache(maxsize=64)
def _kci(entities: tuple[tuple[str, str], ...]) -> Tolerant:
    members: Any = {key: nested(STATES[operation]) for operation, key in entities}
    return KciDocument.from_dict(members)()  # type: ignore[return-value]


def kci_schema(settings: Settings) -> Tolerant:
    """A KCI, with the keys that a supplier's settings give each kind of order."""
    return _kci(tuple((operation, settings.entities[operation]) for operation in ENTITIES))
