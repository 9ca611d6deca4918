"""The settings of this contract: where its pages are silent, a gateway may have been built for
another reading. docs/contract/fibre-cafe.md 10 says what is not known, and why each default was
chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError, validates_schema

from simulator.formats.schema import Boolean, Integer, Strict, String, nested
from simulator.formats.validators import Length, OneOf, Regexp

ENTITIES = {
    "provide": "provideServiceOrder",
    "modify": "modifyServiceOrder",
    "cease": "ceaseServiceOrder",
    "ethernet": "provideEthernetOrder",
    "unsolicited_cease": "unsolicitedCeaseServiceOrder",
}
PAIRS = {
    "malformed": "MALFORMED_REQUEST",
    "unauthorised": "NOT_AUTHORISED",
    "not_found": "NOT_FOUND",
    "invalid": "INVALID_REQUEST",
    "fault": "SUPPLIER_FAULT",
    "not_implemented": "NOT_IMPLEMENTED",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The defaults are the assumptions of contract 10."""

    strict: bool = False
    """Unknown members and values are refused; otherwise they are carried and noted as findings
    (contract 10.33, 10.52, 10.58, 10.60).
    """

    entities: Mapping[str, str] = field(default_factory=lambda: dict(ENTITIES))
    """The member of a KCI that holds the order, for each kind of order (contract 10.6)."""

    accepted_body: str = "none"
    """The body of a 202: none, empty (`{}`) or request (the request's own) (contract 10.2)."""

    ids: str = "both"
    """Which half of a pair of identifiers a KCI carries: both, gateway (the `id`) or supplier (the
    reference) (contract 4.1, 10.61).
    """

    error_codes: Mapping[str, str] = field(default_factory=lambda: dict(PAIRS))
    """The `code` of each kind of error; its HTTP status is fixed (contract 3, 10.35)."""

    malformed: int = 400
    """What cannot be read or lacks a member: 400, or 422 as everything else (contract 10.35)."""

    unknown_order: int = 404
    """An amendment or cancellation of an order that is not here: 404 or 422 (contract 10.51)."""

    terminated: bool = False
    """Whether the KCI that ends an order unfulfilled is named TERMINATED; otherwise it is an UPDATE
    (contract 10.4).
    """


_ENTITIES = Strict.from_dict(
    {name: String(validate=Regexp(r"[A-Za-z][A-Za-z0-9_]{0,79}$")) for name in ENTITIES}
)
_PAIRS = Strict.from_dict({name: String(validate=Length(min=1, max=80)) for name in PAIRS})


class Options(Strict):
    """The same in a settings file: a supplier's `contract`."""

    strict = Boolean()
    entities = nested(_ENTITIES)
    accepted_body = String(validate=OneOf(["none", "empty", "request"]))
    ids = String(validate=OneOf(["both", "gateway", "supplier"]))
    error_codes = nested(_PAIRS)
    malformed = Integer(validate=OneOf([400, 422]))
    unknown_order = Integer(validate=OneOf([404, 422]))
    terminated = Boolean()

    @validates_schema(skip_on_field_errors=True)
    def check_entities(self, data: Mapping[str, object], **kwargs: object) -> None:
        given: Any = data.get("entities") or {}
        keys = [*(ENTITIES | dict(given)).values()]
        if len(set(keys)) < len(keys):
            raise ValidationError(
                {
                    "entities": [
                        "two kinds of order share one key: a gateway could not tell them apart"
                    ]
                }
            )


def settings_of(options: Mapping[str, object]) -> Settings:
    """The settings from checked options; the others have the defaults."""
    given: dict[str, object] = dict(options)
    for name, known in (("entities", ENTITIES), ("error_codes", PAIRS)):
        if isinstance(changed := given.get(name), Mapping):
            given[name] = known | dict(changed)
    return Settings(**given)  # type: ignore[arg-type]
