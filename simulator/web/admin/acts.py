"""What an operator or a test does: pins, orders that the supplier begins, acts on KCIs, orders and
gateways, signals, a reset.
"""

from __future__ import annotations

from flask import Response

from simulator.formats.schema import Integer, Mapped, Strict, String
from simulator.formats.validators import Range
from simulator.views.resources import show_kci, show_order
from simulator.web.admin.answers import answer, body_as
from simulator.web.admin.operations import Call, View, Views

VIEWS = Views(of_supplier=True)
ON_KCIS = {
    "resend": "Send a KCI again, with the same bytes",
    "withdraw": "Withdraw a KCI that waits",
    "skip": "Skip a KCI",
}
ON_ORDERS = {
    "resume": "Let an order go on behind a dead KCI",
    "abandon": "Give up all that an order still has to send",
}
ON_GATEWAYS = {
    "stop": "Send nothing to the gateway",
    "resume": "Send to the gateway again, whatever kept KCIs back",
}


class PinInput(Strict):
    scenario = String(required=True)
    times = Integer(validate=Range(min=1, max=1_000_000), allow_none=True)
    when = Mapped()


class StartInput(Strict):
    scenario = String(required=True)
    tenant = String(required=True)
    document = Mapped(required=True)
    params = Mapped()


@VIEWS.add("GET", "/pins")
def pins(call: Call) -> Response:
    """What the next requests play."""
    return answer({"items": list(call.supplier.pins()), "next": None})


@VIEWS.add("POST", "/pins", body=PinInput, codes=(201,))
def pin(call: Call) -> Response:
    """Let the next requests play a scenario."""
    given = body_as(PinInput())
    when = given.get("when", {})
    return answer(call.supplier.pin(given["scenario"], given.get("times"), when), 201)


@VIEWS.add("DELETE", "/pins")
def unpin(call: Call) -> Response:
    """Forget the pins."""
    return answer({"removed": call.supplier.unpin()})


@VIEWS.add("POST", "/start", body=StartInput, codes=(201,))
def start(call: Call) -> Response:
    """Begin an order that no gateway asked for."""
    given = body_as(StartInput())
    params = given.get("params", {})
    begun = call.supplier.start(given["scenario"], given["tenant"], given["document"], params)
    return answer(show_order(begun), 201)


@VIEWS.add("POST", "/reset")
def reset(call: Call) -> Response:
    """Forget orders, KCIs, journal and pins."""
    call.supplier.reset()
    return answer({"reset": call.supplier.name})


@VIEWS.add("GET", "/gateway")
def gateway(call: Call) -> Response:
    """How the supplier's gateway is, and what keeps KCIs back."""
    return answer(call.supplier.gateway())


@VIEWS.add("POST", "/orders/{order_id}/signals/{name}")
def signal(call: Call, order_id: str, name: str) -> Response:
    """Give the signal that an order's story waits for."""
    return answer(show_order(call.supplier.signal(name, order_id)))


def _on_kci(act: str) -> View:
    def act_on_kci(call: Call, kci_id: str) -> Response:
        return answer(show_kci(call.supplier.act_on_kci(act, kci_id)))

    return act_on_kci


def _on_order(act: str) -> View:
    def act_on_order(call: Call, order_id: str) -> Response:
        return answer(show_order(call.supplier.act_on_order(act, order_id)))

    return act_on_order


def _on_gateway(act: str) -> View:
    def act_on_gateway(call: Call) -> Response:
        return answer(call.supplier.act_on_gateway(act))

    return act_on_gateway


for _act, _summary in ON_KCIS.items():
    VIEWS.add("POST", f"/kcis/{{kci_id}}/{_act}", _summary)(_on_kci(_act))
for _act, _summary in ON_ORDERS.items():
    VIEWS.add("POST", f"/orders/{{order_id}}/{_act}", _summary)(_on_order(_act))
for _act, _summary in ON_GATEWAYS.items():
    VIEWS.add("POST", f"/gateway/{_act}", _summary)(_on_gateway(_act))
