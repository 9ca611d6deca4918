"""The settings of this contract. Where its own pages contradict each other, a Buyer may have been
built for the other reading.

Each names the row of docs/contract/mef.md 4 or 7 that has the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.formats.schema import Boolean, Integer, Strict, String
from simulator.formats.validators import OneOf


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The defaults are those of sections 4 and 7."""

    strict: bool = False
    """Every limit of the published schemas holds, and unknown members are refused. Otherwise such a
    document is taken, and the differences are findings.
    """

    duplicate_pon: str = "conflict"
    """A second create with one buyer's order number: conflict (409), replay (the first answer to
    the same body), accept (contract Q17).
    """

    same_version: str = "refuse"
    """A PUT that keeps the current buyerOrderVersion: refuse (409) or accept (contract Q15)."""

    amend_restarts: bool = False
    """Whether a PUT puts an order in progress back to ACKNOWLEDGED (contract U17)."""

    cancel_denied: int = 409
    """A cancellation that is denied at once: 409, or 201 with the unchanged order and
    `cancellationDeniedReason` (contract 3.5, U1).
    """

    invalid_input: int = 400
    """What cannot be read: 400, or the 405 "invalid input" of the published descriptors (contract
    U1).
    """

    action_status: int = 201
    """The answer to cancel, hold and release: 201, or the 200 of the published descriptors
    (contract Q11).
    """

    single_as_list: bool = False
    """Whether `id` and `pon` are answered with a list of one, as the descriptors have it, instead
    of the order alone (contract Q3).
    """

    list_shape: str = "seed"
    """A list's members: seed (`items`) or schema (`objectType` and `orders`) (contract Q4)."""

    empty_list: int = 200
    """A list without orders: 200, or the 404 of the descriptors (contract Q5)."""

    seed_links: bool = False
    """Whether links are as in the published examples, `http://orders/ID`, instead of at our own
    address (contract Q9).
    """


class Options(Strict):
    """The same in a settings file: a supplier's `contract`."""

    strict = Boolean()
    duplicate_pon = String(validate=OneOf(["conflict", "replay", "accept"]))
    same_version = String(validate=OneOf(["refuse", "accept"]))
    amend_restarts = Boolean()
    cancel_denied = Integer(validate=OneOf([409, 201]))
    invalid_input = Integer(validate=OneOf([400, 405]))
    action_status = Integer(validate=OneOf([201, 200]))
    single_as_list = Boolean()
    list_shape = String(validate=OneOf(["seed", "schema"]))
    empty_list = Integer(validate=OneOf([200, 404]))
    seed_links = Boolean()
