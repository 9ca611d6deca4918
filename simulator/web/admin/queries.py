"""The admin API's questions: orders, stories, KCIs, the journal, scenarios."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from simulator import rehearsal
from simulator.base import instants
from simulator.base.errors import Refused
from simulator.dialects import Dialect
from simulator.formats import strict_json
from simulator.formats.schema import Integer, Mapped, Moment, Range, Strict, listed
from simulator.model import Scenario
from simulator.supplier.inquiry import Inquiry, Verification
from simulator.supplier.scenario_set import problems_of
from simulator.views import story
from simulator.views.resources import STATES, show_kci, show_line, show_order
from simulator.web import resources
from simulator.web.answers import (
    DEFAULT_LIMIT,
    LAST_ID,
    MOST_LIMIT,
    Register,
    answer,
    body_as,
    cursor,
    limit,
    page,
    problem,
    problem_rows,
)


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


def looking(route: Register) -> None:
    """Register what lists and shows."""

    @route("/orders", "GET")
    def orders() -> Response:
        filters = {name: request.args.get(name, "") for name in ("tenant", "ref", "status")}
        size = limit()
        views = g.supplier.orders(limit=size, after=cursor(), **filters)
        return page(
            views,
            [show_order(view) for view in views],
            [(view.order.received_at, view.order.id) for view in views],
            size,
        )

    @route("/orders/<order_id>", "GET")
    def order(order_id: str) -> Response:
        return answer(show_order(g.supplier.order(order_id)))

    @route("/orders/<order_id>/story", "GET")
    def order_story(order_id: str) -> Response:
        found, lines = g.supplier.story(order_id)
        wants_text = (
            request.args.get("format") == "text"
            or request.accept_mimetypes.best_match(["application/json", "text/plain"])
            == "text/plain"
        )
        if wants_text:
            head = f"order {found.tenant}/{found.ref} ({found.number or 'no reference yet'}), {found.scenario}, now {found.status}\n"
            return Response(
                head + story.as_text(lines, found.received_at) + "\n",
                content_type="text/plain; charset=utf-8",
            )
        return answer(resources.show_story(found, lines))

    @route("/kcis", "GET")
    def kcis() -> Response:
        size = limit()
        state = request.args.get("state", "")
        if state and state not in STATES:
            raise Refused("malformed", [f"state: one of {', '.join(STATES)}"])
        found = g.supplier.kcis(
            limit=size, after=cursor(), state=state, order=request.args.get("order", "")
        )
        return page(
            found, [show_kci(kci) for kci in found], [(kci.due_at, kci.id) for kci in found], size
        )

    @route("/journal", "GET")
    def journal() -> Response:
        size, after = limit(), cursor()
        filters = {name: request.args.get(name, "") for name in ("order", "direction")}
        found = g.supplier.journal(limit=size, after=after[0] if after else 0, **filters)
        lost = resources.show_dropped(g.supplier.dropped())
        return page(
            found,
            [show_line(line) for line in found],
            [(line.id, "") for line in found],
            size,
            dropped=lost,
        )

    @route("/scenarios", "GET")
    def scenarios() -> Response:
        found = [
            _scenario(scenario, g.supplier.dialect)
            for scenario in g.supplier.book.scenarios.values()
        ]
        return answer({"items": found, "next": None})

    @route("/scenarios/check", "POST")
    def check() -> Response:
        errors, warnings = problems_of(request.get_data(), g.supplier.dialect)
        return answer({"errors": problem_rows(errors), "warnings": problem_rows(warnings)})

    @route("/scenarios/<name>", "GET")
    def scenario(name: str) -> Response:
        found = g.supplier.book.scenarios.get(name)
        if found is None:
            raise Refused("not_found", [f"no scenario {name[:80]}"])
        return answer(_scenario(found, g.supplier.dialect))


def _scenario(scenario: Scenario, dialect: Dialect) -> dict[str, Any]:
    return resources.show_scenario(rehearsal.rehearse(scenario, dialect), dialect)


def asking(route: Register) -> None:
    """Register the questions to the journal."""

    @route("/journal/find", "POST")
    def find() -> Response:
        given = body_as(FindInput())
        size = given.get("limit", DEFAULT_LIMIT)
        found = g.supplier.ask().find(
            given.get("match", {}), limit=size, after=given.get("after", 0), **_between(given)
        )
        more = found[-1]["id"] if len(found) == size else None
        return answer(
            {"items": found, "next": more, "dropped": resources.show_dropped(g.supplier.dropped())}
        )

    @route("/journal/count", "POST")
    def count() -> Response:
        given = body_as(CountInput())
        return answer({"count": g.supplier.ask().count(given.get("match", {}), **_between(given))})

    @route("/journal/export", "GET")
    def export() -> Response:
        filters = {name: request.args.get(name, "") for name in ("order", "direction")}
        lines = g.supplier.journal_lines(**filters)
        rows = (strict_json.dumps(show_line(line)) + "\n" for line in lines)
        response = Response(rows, content_type="application/x-ndjson")
        response.headers["X-Journal-Dropped"] = str(g.supplier.dropped().count)
        return response

    @route("/verify", "POST")
    def verify() -> Response:
        given = body_as(VerifyInput())
        verification = _verification(g.supplier.ask(), given)
        found: dict[str, Any] = {
            "found": verification.found,
            "evidence": list(verification.evidence),
            "nearest": resources.show_misses(verification.nearest),
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
    return inquiry.verify_count(
        given.get("match", {}), least, given.get("count", given.get("at_most"))
    )
