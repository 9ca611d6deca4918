"""The scenarios of a supplier: listed with a sample each, checked, uploaded, deleted."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import fields

from simulator import rehearsal
from simulator.base.errors import Invalid, Refused
from simulator.dialects import Dialect
from simulator.formats.schema import String, Tolerant
from simulator.model import Scenario
from simulator.rehearsal.asking import incoming_of
from simulator.web.admin import shapes
from simulator.web.admin.answers import answer, document, not_valid, problem_rows
from simulator.web.admin.operations import Call, Views

VIEWS = Views(of_supplier=True)
ARCHIVES = {
    "application/zip",
    "application/x-zip-compressed",
    "application/x-tar",
    "application/gzip",
    "multipart/form-data",
}


class ExplainInput(Tolerant):
    """A whole request. Without a `path`, the body of a create alone, which has any members."""

    method = fields.Raw(allow_none=True)
    path = String()
    query = fields.Raw(allow_none=True)
    headers = fields.Raw(allow_none=True)
    body = fields.Raw(allow_none=True)


@VIEWS.add("GET", "/scenarios")
def scenarios(call: Call) -> Response:
    """The scenarios, each with a sample request that plays it."""
    found = call.supplier.book.scenarios.values()
    items = [_shown(scenario, call.supplier.dialect) for scenario in found]
    return answer({"items": items, "next": None})


@VIEWS.add("POST", "/scenarios/check", takes_yaml=True, body_needed=False)
def check(call: Call) -> Response:
    """What is wrong with a scenario's text."""
    found = call.supplier.scenario_set.inspected(request.get_data())
    errors, warnings = problem_rows(found.errors), problem_rows(found.warnings)
    return answer({"errors": errors, "warnings": warnings})


@VIEWS.add("POST", "/scenarios/explain", body=ExplainInput, body_needed=False)
def explain(call: Call) -> Response:
    """Which scenario a request would play, and why not the others."""
    incoming = incoming_of(document(), call.supplier.dialect)
    return answer(shapes.show_explained(call.supplier.explain(incoming)))


@VIEWS.add("GET", "/scenarios/{name}")
def scenario(call: Call, name: str) -> Response:
    """One scenario."""
    found = call.supplier.book.scenarios.get(name)
    if found is None:
        raise Refused("not_found", [f"no scenario {name[:80]}"])
    return answer(_shown(found, call.supplier.dialect))


@VIEWS.add("PUT", "/scenarios/{name}", takes_yaml=True, codes=(200, 201))
def put_scenario(call: Call, name: str) -> Response:
    """Give the supplier a scenario."""
    kind = request.mimetype
    if kind in ARCHIVES:
        said = f"a scenario is YAML, one file each: {kind} cannot be taken"
        raise Refused("unsupported_media", [said])
    try:
        taken, is_new, doubts = call.supplier.scenario_set.put(request.get_data(), name)
    except Invalid as error:
        return not_valid(error.problems)
    shown = {"name": taken.name, "digest": taken.digest, "warnings": problem_rows(doubts)}
    return answer(shown, 201 if is_new else 200)


@VIEWS.add("DELETE", "/scenarios/{name}")
def delete_scenario(call: Call, name: str) -> Response:
    """Delete an uploaded scenario."""
    call.supplier.scenario_set.remove(name)
    return answer({"deleted": name})


def _shown(scenario: Scenario, dialect: Dialect) -> dict[str, Any]:
    return shapes.show_scenario(rehearsal.rehearse(scenario, dialect), dialect)
