"""The Fibre Cafe dialect: Supplier API 1.15 (order management) and the KCIs of the Supplier Updates API 1.8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dialects.fibre_cafe import life, reading, samples, schemas, writing
from simulator.dialects.routes import Route
from simulator.model import Order, Vocabulary
from simulator.schema import Strict


class Options(Strict):
    """This contract has no settings of its own, yet."""


class FibreCafe:
    """The contract's parts, gathered; each lives in a module of its own."""

    name = "fibre_cafe"
    title = "Fibre Cafe Supplier API 1.15"
    counts_orders = False
    notices = "/kcis"
    auth = "oauth2"
    accepted = (204, 200, 201, 202)
    pauses = life.PAUSES
    routes = (
        Route(method="POST", path="/service-orders", operation="order"),
        Route(method="POST", path="/ethernet/service-orders", operation="ethernet"),
        Route(method="POST", path="/service-order-amendments", operation="amendment"),
        Route(method="POST", path="/service-order-cancellations", operation="cancellation"),
        Route(method="POST", path="/service-tests", operation="unimplemented", shown=False),
        Route(method="POST", path="/service-problems", operation="unimplemented", shown=False),
        Route(method="POST", path="/service-problem-amendments", operation="unimplemented", shown=False),
        Route(method="POST", path="/service-problem-cancellations", operation="unimplemented", shown=False),
        Route(method="PATCH", path="/service-problem-resolutions/{id}", operation="unimplemented", shown=False),
    )
    vocabulary = Vocabulary(
        dialect="fibre_cafe",
        codes={
            code: tuple(dict.fromkeys((*reason.choices, *([reason.brings] if reason.brings else ()))))
            for code, reason in life.REASONS.items()
        },
        statuses=life.STATUSES,
        replies={
            "create": ("acknowledge", "commit", "accept", "reject"),
            "amendment": ("acknowledge", "accept", "reject"),
            "cancellation": ("acknowledge", "accept", "reject"),
        },
        operations=("provide", "cease", "modify", "ethernet", "amendment", "cancellation"),
        members=schemas.MEMBERS,
        default_scenario="ORDER_SUCCESSFUL",
    )

    default_reply = staticmethod(life.default_reply)
    default_pending = staticmethod(life.default_pending)
    default_entry = staticmethod(life.default_entry)
    guard = staticmethod(life.guard)
    settles = staticmethod(life.settles)
    move = staticmethod(life.move)
    complete = staticmethod(life.complete)
    merge = staticmethod(life.merge)
    ends = staticmethod(life.ends)
    request_number = staticmethod(life.request_number)
    tenant_of = staticmethod(reading.tenant_of)
    read = staticmethod(reading.read)
    guard_repeat = staticmethod(reading.guard_repeat)
    write = staticmethod(writing.write)
    refuse = staticmethod(writing.refuse)
    notice = staticmethod(writing.notice)
    describe = staticmethod(writing.describe)
    sample = staticmethod(samples.sample)
    sample_operations = staticmethod(samples.sample_operations)

    check_notice = staticmethod(reading.read_notice)
    hear = staticmethod(reading.hear)

    @staticmethod
    def silences(order: Order, code: str) -> str:
        return ""

    @staticmethod
    def openapi(server: str) -> dict[str, Any]:
        from simulator.dialects.fibre_cafe.openapi import document  # apispec is needed only here

        return document(server)


def dialect(options: Mapping[str, Any]) -> FibreCafe:
    """The contract as it is played."""
    return FibreCafe()
