"""What is kept of each post: a line in the journal, one in the log, and the metrics."""

from __future__ import annotations

import logging

from simulator.base import instants
from simulator.formats import redact
from simulator.gateway import Decision, Outcome, Result
from simulator.language.faults import fault_of
from simulator.model import Exchange, Finding, Kci, Rule
from simulator.ops import logs, metrics
from simulator.sender.changes import Attempt
from simulator.store import Tx

log = logging.getLogger("simulator.sender")

LEASE_ENDED = Rule("delivery.lease_ended")
ON_PURPOSE = Rule("delivery.on_purpose", "note")


def say(tx: Tx, attempt: Attempt, result: Result, decision: Decision) -> None:
    """Log and count a post, after the commit."""
    tx.after(lambda: metrics.answer(attempt.target.label, result.code, result.took))
    tx.after(lambda: _log(attempt, result, decision))


def line_of(attempt: Attempt, result: Result, decision: Decision, *, leased: bool) -> Exchange:
    """A post's line of the journal. `leased`: this sender had the lease when the answer came."""
    findings = [*result.findings, *decision.findings]
    if attempt.kci.step.fault:
        findings.append(ON_PURPOSE.finding(f"on purpose: {fault_of(attempt.kci.step).about}"))
    if not leased:
        findings.append(LEASE_ENDED.finding("the lease had ended: this answer changes nothing"))
    return _exchange(attempt, result, tuple(findings))


def _exchange(attempt: Attempt, result: Result, findings: tuple[Finding, ...]) -> Exchange:
    response = {
        "code": result.code,
        "headers": redact.headers(result.headers),
        "body": redact.body(result.body),
    }
    return Exchange(
        at=attempt.at,
        direction="out",
        method=attempt.message.method,
        path=attempt.message.path,
        order=attempt.order.id,
        kci=attempt.kci.id,
        request={
            "headers": redact.headers(result.sent),
            "body": redact.body(attempt.message.body),
        },
        response=response if result.code is not None else {"error": result.error},
        scenario=attempt.order.scenario,
        findings=findings,
        took=result.took,
    )


def _log(attempt: Attempt, result: Result, decision: Decision) -> None:
    follows = {
        Outcome.DELIVERED: "",
        Outcome.RETRY: f"; again in {instants.format_duration(decision.wait)}",
        Outcome.DEAD: "; given up",
    }[decision.outcome]
    answer = str(result.code) if result.code is not None else result.error
    level = logging.INFO if decision.outcome == Outcome.DELIVERED else logging.WARNING
    log.log(
        level,
        "KCI %s of order %s/%s -> %s in %.0f ms%s",
        _name(attempt.kci),
        attempt.order.tenant,
        attempt.order.ref or attempt.order.number,
        answer,
        result.took / instants.MILLISECOND,
        follows,
        extra=logs.about(
            supplier=attempt.supplier,
            tenant=attempt.order.tenant,
            ref=attempt.order.ref,
            order=attempt.order.id,
            kci=attempt.kci.id,
            scenario=attempt.order.scenario,
            request_id=result.sent.get("X-Request-ID"),
            conversation_id=attempt.order.conversation_id,
            code=result.code,
        ),
    )


def _name(kci: Kci) -> str:
    """A KCI as people know it: its number and its code, or its fault and its code."""
    number = kci.sequence if kci.sequence is not None else f"({kci.step.fault})"
    return f"{number} {kci.send}"
