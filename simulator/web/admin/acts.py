"""The admin API's acts: pins, what the supplier begins, the clock, waiting, what an operator does
to an order, beginning anew.
"""

from __future__ import annotations

from contextlib import ExitStack

from flask import Response, g, request

from simulator.base import instants
from simulator.base.errors import Invalid, Refused
from simulator.config.table import Duration
from simulator.formats.http import whole_number
from simulator.formats.schema import (
    Boolean,
    Integer,
    Mapped,
    Moment,
    Number,
    OneOf,
    Range,
    Strict,
    String,
)
from simulator.supplier.acts import ACTS_ON_GATEWAYS, ACTS_ON_ORDERS, FROM
from simulator.supplier.wait import KINDS
from simulator.views.resources import show_kci, show_order
from simulator.web import resources
from simulator.web.answers import LAST_ID, Register, View, answer, body_as, not_valid, problem
from simulator.web.events import Stream
from simulator.web.limiter import Limiter

ARCHIVES = {
    "application/zip",
    "application/x-zip-compressed",
    "application/x-tar",
    "application/gzip",
    "multipart/form-data",
}
LONGEST_WAIT = 5 * instants.MINUTE
DEFAULT_WAIT = 30 * instants.SECOND


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


class PinInput(Strict):
    scenario = String(required=True)
    times = Integer(validate=Range(min=1, max=1_000_000), allow_none=True)
    when = Mapped()


class StartInput(Strict):
    scenario = String(required=True)
    tenant = String(required=True)
    document = Mapped(required=True)
    params = Mapped()


class WaitInput(Strict):
    for_ = String(required=True, data_key="for", validate=OneOf(list(KINDS)))
    match = Mapped()
    count = Integer(validate=Range(min=1))
    after = Integer(validate=Range(min=0, max=LAST_ID))
    within = Duration(validate=Range(max=LONGEST_WAIT))


def acting(route: Register) -> None:
    """Register what acts at once."""

    @route("/pins", "GET")
    def pins() -> Response:
        return answer({"items": list(g.supplier.pins()), "next": None})

    @route("/pins", "POST")
    def pin() -> Response:
        given = body_as(PinInput())
        return answer(
            g.supplier.pin(given["scenario"], given.get("times"), given.get("when", {})), 201
        )

    @route("/pins", "DELETE")
    def unpin() -> Response:
        return answer({"removed": g.supplier.unpin()})

    @route("/start", "POST")
    def start() -> Response:
        given = body_as(StartInput())
        return answer(
            show_order(
                g.supplier.start(
                    given["scenario"], given["tenant"], given["document"], given.get("params", {})
                )
            ),
            201,
        )

    @route("/scenarios/<name>", "PUT")
    def put_scenario(name: str) -> Response:
        if request.mimetype in ARCHIVES:
            return problem(
                415,
                "not_text",
                f"a scenario is YAML, one file each: {request.mimetype} cannot be taken",
            )
        try:
            scenario, is_new = g.supplier.scenario_set.put(request.get_data(), name)
        except Invalid as error:
            return not_valid(error.problems)
        return answer({"name": scenario.name, "digest": scenario.digest}, 201 if is_new else 200)

    @route("/scenarios/<name>", "DELETE")
    def delete_scenario(name: str) -> Response:
        g.supplier.scenario_set.remove(name)
        return answer({"deleted": name})

    @route("/clock", "GET")
    def clock() -> Response:
        return answer(resources.show_clock(*g.supplier.clock()))

    @route("/clock", "PUT")
    def set_clock() -> Response:
        given = body_as(ClockInput())
        now = instants.parse_instant(given["now"]) if "now" in given else None
        return answer(
            resources.show_clock(
                *g.supplier.set_clock(mode=given.get("mode"), rate=given.get("rate"), now=now)
            )
        )

    @route("/reset", "POST")
    def reset() -> Response:
        g.supplier.reset()
        return answer({"reset": g.supplier.name})


def operating(route: Register) -> None:
    """Register what an operator does to KCIs, orders and gateways."""
    for act in FROM:
        route(f"/kcis/<kci_id>/{act}", "POST")(_on_kci(act))
    for act in ACTS_ON_ORDERS:
        route(f"/orders/<order_id>/{act}", "POST")(_on_order(act))

    for act in ACTS_ON_GATEWAYS:
        route(f"/gateway/{act}", "POST")(_on_gateway(act))

    @route("/gateway", "GET")
    def gateway() -> Response:
        return answer(g.supplier.gateway())

    @route("/orders/<order_id>/signals/<name>", "POST")
    def signal(order_id: str, name: str) -> Response:
        return answer(show_order(g.supplier.signal(name, order_id)))


def _on_kci(act: str) -> View:
    def act_on_kci(kci_id: str) -> Response:
        return answer(show_kci(g.supplier.act_on_kci(act, kci_id)))

    act_on_kci.__name__ = act
    return act_on_kci


def _on_order(act: str) -> View:
    def act_on_order(order_id: str) -> Response:
        return answer(show_order(g.supplier.act_on_order(act, order_id)))

    act_on_order.__name__ = act
    return act_on_order


def _on_gateway(act: str) -> View:
    def act_on_gateway() -> Response:
        return answer(g.supplier.act_on_gateway(act))

    act_on_gateway.__name__ = f"{act}_gateway"
    return act_on_gateway


def waiting(route: Register, limiter: Limiter) -> None:
    """What may take long: it holds up nobody else meanwhile."""

    @route("/clock/advance", "POST")
    def advance() -> Response:
        given = body_as(AdvanceInput())
        if sum((("by" in given), ("to" in given), bool(given.get("to_next")))) != 1:
            raise Refused("malformed", ["body: one of by, to, to_next"])
        with limiter.waiting():
            advanced = g.supplier.advance(
                by=given.get("by"),
                to=instants.parse_instant(given["to"]) if "to" in given else None,
                to_next=given.get("to_next", False),
                settle=given.get("settle", True),
                within=given.get("within", DEFAULT_WAIT),
            )
        return answer(resources.show_advanced(advanced), 408 if advanced.unsettled else 200)

    @route("/wait", "POST")
    def wait() -> Response:
        given = body_as(WaitInput())
        with limiter.waiting():
            waited = g.supplier.wait(
                given["for_"],
                given.get("match", {}),
                count=given.get("count", 1),
                after=given.get("after", 0),
                within=given.get("within", DEFAULT_WAIT),
            )
        if waited.came_true:
            return answer({"evidence": list(waited.evidence)})
        return problem(
            408,
            "timeout",
            waited.detail,
            evidence=list(waited.evidence),
            nearest=resources.show_misses(waited.nearest),
        )

    @route("/events", "GET")
    def events() -> Response:
        """A stream; `Last-Event-ID` or `after` goes on behind an exchange."""
        known = request.headers.get("Last-Event-ID") or request.args.get("after", "")
        after = whole_number(known) if known else None
        if known and after is None:
            raise Refused("malformed", ["after: the id of an exchange"])
        socket = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
        with ExitStack() as taken:
            taken.enter_context(limiter.waiting_slot())
            stream = Stream(g.supplier, after, socket)
            response = Response(stream.pieces(), content_type="text/event-stream")
            response.headers["Cache-Control"] = "no-store"
            response.call_on_close(taken.pop_all().close)
        return response
