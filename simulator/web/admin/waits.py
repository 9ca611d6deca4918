"""Operations that take long and give their place to others: a wait, and the stream of events."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Response, request

from simulator.base.errors import Refused
from simulator.config.table import Duration
from simulator.formats.http import whole_number
from simulator.formats.schema import Integer, Mapped, Strict, String
from simulator.formats.validators import OneOf, Range
from simulator.supplier.wait import KINDS
from simulator.web.admin import shapes
from simulator.web.admin.answers import (
    DEFAULT_WAIT,
    LAST_ID,
    LONGEST_WAIT,
    answer,
    body_as,
    problem,
)
from simulator.web.admin.events import Stream
from simulator.web.admin.operations import TEXT, Call, Views

VIEWS = Views(of_supplier=True)
SOCKETS = ("simulator.socket", "gunicorn.socket", "werkzeug.socket")


class WaitInput(Strict):
    for_ = String(required=True, data_key="for", validate=OneOf(list(KINDS)))
    match = Mapped()
    count = Integer(validate=Range(min=1))
    after = Integer(validate=Range(min=0, max=LAST_ID))
    within = Duration(validate=Range(max=LONGEST_WAIT))


@VIEWS.add("POST", "/wait", body=WaitInput)
def wait(call: Call) -> Response:
    """Wait until something is true; 408 when it is not in time."""
    given = body_as(WaitInput())
    with call.limiter.waiting():
        waited = call.supplier.wait(
            given["for_"],
            given.get("match", {}),
            count=given.get("count", 1),
            after=given.get("after", 0),
            within=given.get("within", DEFAULT_WAIT),
        )
    evidence = list(waited.evidence)
    if waited.came_true:
        return answer({"evidence": evidence})
    nearest = shapes.show_misses(waited.nearest)
    return problem(408, "timeout", waited.detail, evidence=evidence, nearest=nearest)


@VIEWS.add("GET", "/events", query={"after": TEXT}, kind="text/event-stream")
def events(call: Call) -> Response:
    """What happens, as server-sent events. `Last-Event-ID` or `after` is the id of the last line of
    the journal that the reader knows.
    """
    known = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    after = whole_number(known) if known else None
    if known and after is None:
        raise Refused("malformed", ["after: the id of an exchange"])
    socket = next((request.environ[name] for name in SOCKETS if name in request.environ), None)
    with ExitStack() as taken:
        taken.enter_context(call.limiter.waiting_slot())
        stream = Stream(call.supplier, after, socket)
        response = Response(stream.pieces(), content_type="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.call_on_close(taken.pop_all().close)
    return response
