"""The suppliers: the standing ones, and throw-away ones to make and delete."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from simulator.base.errors import Invalid, Refused
from simulator.config.table import SupplierSettings
from simulator.formats.schema import String, listed
from simulator.formats.validators import Length
from simulator.supplier import Supplier
from simulator.web.admin import shapes
from simulator.web.admin.answers import answer, body_as, not_valid, problem_rows
from simulator.web.admin.operations import Call, Views

VIEWS = Views(of_supplier=False)


class SupplierInput(SupplierSettings):
    """A throw-away supplier: an entry of the settings, and who calls it at a standing supplier's
    path.
    """

    tenant = String(validate=Length(min=1, max=200))
    client = String(validate=Length(min=1, max=200))
    instead_of = String()
    own_scenarios = listed(String(), data_key="scenarios")


SUPPLIER = SupplierInput(exclude=("path", "scenarios", "only"), partial=("name",))
"""The path is made from the name; scenarios are texts, not a folder of ours."""


@VIEWS.add("GET", "/suppliers")
def suppliers(call: Call) -> Response:
    """The standing suppliers, and the throw-away ones."""
    return answer({"items": [_shown(one) for one in call.world.every()], "next": None})


@VIEWS.add("POST", "/suppliers", body=SUPPLIER, body_needed=False, codes=(201,))
def make(call: Call) -> Response:
    """Make a throw-away supplier."""
    given = body_as(SUPPLIER, _refuse_files)
    called = {name: given.pop(name) for name in ("tenant", "client", "instead_of") if name in given}
    scenarios = given.pop("own_scenarios", ())
    try:
        made, doubts = call.world.make(given, scenarios=scenarios, **called)
    except Invalid as error:
        return not_valid(error.problems)
    return answer({**_shown(made), "warnings": problem_rows(doubts)}, 201)


@VIEWS.add("GET", "/suppliers/{name}")
def supplier(call: Call, name: str) -> Response:
    """One supplier."""
    return answer(_shown(call.world.supplier(name)))


@VIEWS.add("DELETE", "/suppliers/{name}")
def remove(call: Call, name: str) -> Response:
    """Delete a throw-away supplier with all that is its own."""
    call.world.remove(name)
    return answer({"deleted": name})


def _refuse_files(asked: Any, path: str = "") -> None:
    """A secret in a file is for the settings alone: a caller over the network could have our files
    sent to itself.
    """
    if isinstance(asked, dict) and set(asked) == {"file"} and "auth" in path:
        said = f"{path}: a file is for the settings of this simulator: give the secret itself"
        raise Refused("malformed", [said])
    if not isinstance(asked, (dict, list)):
        return
    for key, value in asked.items() if isinstance(asked, dict) else enumerate(asked):
        if key == "tls" and path == "gateway":
            said = "gateway.tls: files are for the settings of this simulator"
            raise Refused("malformed", [said])
        _refuse_files(value, f"{path}.{key}" if path else str(key))


def _shown(supplier: Supplier) -> dict[str, Any]:
    return shapes.show_supplier(supplier, request.host_url.rstrip("/"))
