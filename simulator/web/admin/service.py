"""The simulator as a whole: health, readiness, metrics, its scenario files, and the description of
this API.
"""

from __future__ import annotations

from flask import Response, request

from simulator.front.paths import ADMIN
from simulator.ops import metrics
from simulator.web.admin.answers import answer, problem_rows
from simulator.web.admin.operations import OF_SUPPLIER, Call, Views

VIEWS = Views(of_supplier=False)


@VIEWS.add("GET", "")
def index(call: Call) -> Response:
    """What there is below this path."""
    items = [
        {
            "method": operation.method,
            "path": ADMIN + operation.path,
            "about": operation.summary,
            "of": "a supplier" if operation.of_supplier else "the simulator",
        }
        for operation in call.operations
    ]
    one = f"{ADMIN}{OF_SUPPLIER}/..."
    said = f"The first supplier; any other one by its name: {one}"
    return answer({"items": items, "suppliers": said, "openapi": f"{ADMIN}/openapi.json"})


@VIEWS.add("GET", "/health")
def health(call: Call) -> Response:
    """How the simulator is, and how each gateway is."""
    return answer(call.world.health())


@VIEWS.add("GET", "/ready", codes=(200, 503))
def ready(call: Call) -> Response:
    """Whether the store can be written and a sender is alive."""
    failed, wrong = call.world.failures(), call.world.wrong_files()
    shown = {"ready": not failed, "failed": failed, "scenarios": wrong}
    return answer(shown, 503 if failed else 200)


@VIEWS.add("GET", "/metrics", kind="text/plain")
def shown_metrics(call: Call) -> Response:
    """For Prometheus."""
    text, kind = metrics.exposed(call.world.gauges())
    return Response(text, content_type=kind)


@VIEWS.add("POST", "/scenarios/reload")
def reload_scenarios(call: Call) -> Response:
    """Read the scenario files of all suppliers again."""
    read = call.world.reload()
    call.world.reload_others()
    shown = {
        "added": list(read.added),
        "changed": list(read.changed),
        "removed": list(read.removed),
        "errors": problem_rows(read.errors),
        "warnings": problem_rows(read.warnings),
    }
    return answer(shown)


@VIEWS.add("GET", "/openapi.json")
def openapi(call: Call) -> Response:
    """This document."""
    from simulator.web.admin.openapi import document  # apispec is needed only here

    guarded = call.world.config.admin_token is not None
    return answer(document(request.host_url.rstrip("/"), call.operations, guarded=guarded))
