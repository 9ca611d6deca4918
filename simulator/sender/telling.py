"""What is said of each post: a line in the journal, one in the log, and the figures."""

from __future__ import annotations

import logging

from simulator import instants, logs, metrics, redact
from simulator.gateway import Decision, Result
from simulator.model import Exchange
from simulator.sender.lane import Parcel

log = logging.getLogger("simulator.sender")


def tell(parcel: Parcel, result: Result, decision: Decision, *, held: bool) -> Exchange:
    """Say what became of a post, and return its line of the journal; `held`: whether it was still ours to settle."""
    findings = [result.note, decision.remark, "" if held else "the lease had ended: this answer changes nothing"]
    metrics.answer(parcel.target.label, result.code, result.took)
    _say(parcel, result, decision)
    return _exchange(parcel, result, tuple(filter(None, findings)))


def _exchange(parcel: Parcel, result: Result, findings: tuple[str, ...]) -> Exchange:
    response = {"code": result.code, "headers": redact.headers(result.headers), "body": result.body}
    return Exchange(
        at=parcel.at, direction="out", method="POST", path=parcel.path, order=parcel.order.id, kci=parcel.kci.id,
        request={"headers": redact.headers(result.sent), "body": parcel.kci.body},
        response=response if result.code is not None else {"error": result.error},
        scenario=parcel.order.scenario, findings=findings, took=result.took,
    )  # fmt: skip


def _say(parcel: Parcel, result: Result, decision: Decision) -> None:
    outcome = {"delivered": "", "retry": f"; again in {instants.format_duration(decision.wait)}", "dead": "; given up"}[decision.state]
    answer = str(result.code) if result.code is not None else result.error
    level = logging.INFO if decision.state == "delivered" else logging.WARNING
    log.log(
        level, "KCI %s %s of order %s/%s -> %s in %.0f ms%s", parcel.kci.sequence, parcel.kci.send, parcel.order.tenant,
        parcel.order.ref or parcel.order.number, answer, result.took / instants.MILLISECOND, outcome, extra=logs.about(
            supplier=parcel.supplier, tenant=parcel.order.tenant, ref=parcel.order.ref, order=parcel.order.id, kci=parcel.kci.id,
            scenario=parcel.order.scenario, request_id=result.sent.get("X-Request-ID"), conversation_id=parcel.order.conversation_id,
            code=result.code,
        ),
    )  # fmt: skip
