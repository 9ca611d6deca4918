"""A supplier's clock: shown, set, moved."""

from __future__ import annotations

from flask import Response

from simulator.base import instants
from simulator.base.errors import Refused
from simulator.config.table import Duration
from simulator.formats.schema import Boolean, Moment, Number, Strict, String
from simulator.formats.validators import OneOf, Range
from simulator.web.admin import shapes
from simulator.web.admin.answers import DEFAULT_WAIT, LONGEST_WAIT, answer, body_as
from simulator.web.admin.operations import Call, Views

VIEWS = Views(of_supplier=True)


class ClockInput(Strict):
    mode = String(validate=OneOf(["real", "scaled", "manual"]))
    rate = Number(validate=Range(min=0.001, max=10_000_000))
    now = Moment()


class AdvanceInput(Strict):
    by = Duration()
    to = Moment()
    to_next = Boolean()
    settle = Boolean()
    within = Duration(validate=Range(max=LONGEST_WAIT))


@VIEWS.add("GET", "/clock")
def clock(call: Call) -> Response:
    """The clock, and what it shows."""
    return answer(shapes.show_clock(*call.supplier.clock()))


@VIEWS.add("PUT", "/clock", body=ClockInput, body_needed=False)
def set_clock(call: Call) -> Response:
    """Set mode, rate or time."""
    given = body_as(ClockInput())
    now = instants.parse_instant(given["now"]) if "now" in given else None
    changed = call.supplier.set_clock(mode=given.get("mode"), rate=given.get("rate"), now=now)
    return answer(shapes.show_clock(*changed))


@VIEWS.add("POST", "/clock/advance", body=AdvanceInput)
def advance(call: Call) -> Response:
    """Move a manual clock through every due moment."""
    given = body_as(AdvanceInput())
    if sum((("by" in given), ("to" in given), bool(given.get("to_next")))) != 1:
        raise Refused("malformed", ["body: one of by, to, to_next"])
    with call.limiter.waiting():
        advanced = call.supplier.advance(
            by=given.get("by"),
            to=instants.parse_instant(given["to"]) if "to" in given else None,
            to_next=given.get("to_next", False),
            settle=given.get("settle", True),
            within=given.get("within", DEFAULT_WAIT),
        )
    return answer(shapes.show_advanced(advanced), 408 if advanced.unsettled else 200)
