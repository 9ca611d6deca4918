"""The journal: its lines, and questions about them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from simulator.base import instants
from simulator.base.errors import Refused
from simulator.formats import strict_json
from simulator.formats.schema import Integer, Mapped, Moment, Strict, listed
from simulator.formats.validators import Range
from simulator.supplier.inquiry import Inquiry, Verification
from simulator.views.resources import show_line
from simulator.web.admin import shapes
from simulator.web.admin.answers import (
    DEFAULT_LIMIT,
    LAST_ID,
    LINES,
    MOST_LIMIT,
    answer,
    body_as,
    cursor,
    filters,
    limit,
    page,
    problem,
)
from simulator.web.admin.operations import PAGED, TEXT, Call, Views

VIEWS = Views(of_supplier=True)
FILTERS = {"order": TEXT, "direction": TEXT}


class FindInput(Strict):
    match = Mapped()
    since = Moment()
    until = Moment()
    limit = Integer(validate=Range(min=1, max=MOST_LIMIT))
    after = Integer(validate=Range(min=0, max=LAST_ID))


class CountInput(Strict):
    match = Mapped()
    since = Moment()
    until = Moment()


class VerifyInput(Strict):
    match = Mapped()
    count = Integer(validate=Range(min=0))
    at_least = Integer(validate=Range(min=0))
    at_most = Integer(validate=Range(min=0))
    sequence = listed(Mapped())


@VIEWS.add("GET", "/journal", query={**PAGED, **FILTERS})
def journal(call: Call) -> Response:
    """Every exchange and act."""
    size, after = limit(), cursor()
    asked = filters(*FILTERS)
    found = call.supplier.journal(limit=size, after=after[0] if after else 0, **asked)
    dropped = shapes.show_dropped(call.supplier.dropped())
    keys = [(line.id, "") for line in found]
    return page([show_line(line) for line in found], keys, size, dropped=dropped)


@VIEWS.add("GET", "/journal/export", query=FILTERS, kind=LINES)
def export(call: Call) -> Response:
    """The whole journal as JSON lines."""
    lines = call.supplier.journal_lines(**filters(*FILTERS))
    rows = (strict_json.dumps(show_line(line)) + "\n" for line in lines)
    wanted = request.accept_mimetypes.best_match([LINES, "text/plain"]) or LINES
    response = Response(rows, content_type=wanted)
    response.headers["X-Journal-Dropped"] = str(call.supplier.dropped().count)
    return response


@VIEWS.add("POST", "/journal/find", body=FindInput, body_needed=False)
def find(call: Call) -> Response:
    """The exchanges that fit."""
    given = body_as(FindInput())
    size = given.get("limit", DEFAULT_LIMIT)
    after = given.get("after", 0)
    found = call.supplier.ask().find(
        given.get("match", {}), limit=size, after=after, **_between(given)
    )
    more = found[-1]["id"] if len(found) == size else None
    dropped = shapes.show_dropped(call.supplier.dropped())
    return answer({"items": found, "next": more, "dropped": dropped})


@VIEWS.add("POST", "/journal/count", body=CountInput, body_needed=False)
def count(call: Call) -> Response:
    """How many exchanges fit."""
    given = body_as(CountInput())
    return answer({"count": call.supplier.ask().count(given.get("match", {}), **_between(given))})


@VIEWS.add("POST", "/verify", body=VerifyInput)
def verify(call: Call) -> Response:
    """How often, or in which order; 409 when it is not so."""
    verification = _verification(call.supplier.ask(), body_as(VerifyInput()))
    found: dict[str, Any] = {
        "found": verification.found,
        "evidence": list(verification.evidence),
        "nearest": shapes.show_misses(verification.nearest),
    }
    if verification.verified:
        return answer({"verified": True, "detail": verification.detail, **found})
    return problem(409, "not_verified", verification.detail, verified=False, **found)


def _between(given: dict[str, Any]) -> dict[str, int]:
    return {
        name: instants.parse_instant(given[name]) for name in ("since", "until") if name in given
    }


def _verification(inquiry: Inquiry, given: dict[str, Any]) -> Verification:
    if "sequence" in given:
        if len(given) > 1 or not given["sequence"]:
            raise Refused("malformed", ["sequence: a list of matches, alone"])
        return inquiry.verify_sequence(given["sequence"])
    if "count" in given and ("at_least" in given or "at_most" in given):
        raise Refused("malformed", ["count: either count, or at_least and at_most"])
    if not given:
        raise Refused("malformed", ["body: match (with count, at_least, at_most) or sequence"])
    least = given.get("count", given.get("at_least", 0 if "at_most" in given else 1))
    most = given.get("count", given.get("at_most"))
    return inquiry.verify_count(given.get("match", {}), least, most)
