"""A story: what happened to one order (or would happen), as lines on one time axis, for people and
for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

from simulator.base import instants
from simulator.formats import strict_json
from simulator.model import (
    Act,
    Exchange,
    Expectation,
    Finding,
    JournalLine,
    Kci,
    KciState,
    Order,
    Request,
)

Describe = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One event: its moment in supplier time, its kind, and a sentence. `document` is what was
    sent, where a rehearsal knows it.
    """

    at: int
    kind: str
    text: str
    document: Any = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An order, its life, and what is expected of its gateway, each by a scenario of that name."""

    order: Order
    lines: list[Line]
    expects: Sequence[tuple[str, Expectation]]


def named(order: Order) -> str:
    """An order as people know it: its id at the gateway, else ours, with its tenant and its
    scenario.
    """
    return f"{order.ref or order.number or order.id} of {order.tenant} ({order.scenario})"


def as_text(lines: Iterable[Line], origin: int, *, whole: bool = False) -> str:
    """One line for each event, with the time since `origin`. `whole`: with its moment, and the
    document that is sent.
    """
    rows = []
    for line in lines:
        since = f"+{instants.format_duration(max(0, line.at - origin))}"
        moment = f"{instants.format_instant(line.at)} " if whole else ""
        rows.append(f"  {since:<14} {line.kind:<8} {moment}{line.text}")
        if whole and line.document is not None:
            rows.append(indent(json.dumps(line.document, indent=2, ensure_ascii=False), " " * 6))
    return "\n".join(rows)


def story_of(
    order: Order,
    journal: Sequence[JournalLine],
    kcis: Sequence[Kci],
    requests: Sequence[Request],
    describe: Describe,
) -> list[Line]:
    """An order's story from what was kept: its lines of the journal, then what is still to come.

    `describe` is the dialect's: one of its documents in one line.
    """
    by_id = {kci.id: kci for kci in kcis}
    lines: list[Line] = []
    for line in journal:
        if isinstance(line, Act):
            lines.append(Line(at=line.at, kind="act", text=line.message))
        elif line.direction == "in":
            lines += _inward(line, describe)
        else:
            lines += _outward(line, by_id.get(line.kci), describe)
    for kci in kcis:
        lines += _outbox(kci, order)
    lines += [
        Line(
            at=order.updated_at,
            kind="request_pending",
            text=f"{request.action} {request.ref} is open",
        )
        for request in requests
        if request.status == "open"
    ]
    return sorted(lines, key=lambda line: line.at)


def _outbox(kci: Kci, order: Order) -> Iterator[Line]:
    """What the outbox says of a KCI, where the journal has no line of it."""
    name = kci.send or _silent(kci)
    if not kci.step.is_told:
        return  # it only lets time pass, or decides how the story goes on
    if kci.state == KciState.DELIVERED and kci.step.is_errand:
        return  # the journal says what came of it
    if kci.state == KciState.DELIVERED and not kci.send:
        yield Line(at=kci.due_at, kind="status", text=name)
    elif kci.state == KciState.PAUSED and kci.signal:
        what = (
            f"waits for the signal {kci.waits_for}"
            if kci.waits_for
            else "comes only on another way"
        )
        yield Line(at=kci.due_at, kind="waiting", text=f"{name} {what}")
    elif kci.state == KciState.PAUSED:
        yield Line(at=order.updated_at, kind="waiting", text=f"{name} is paused")
    elif kci.state == KciState.WITHDRAWN:
        yield Line(at=kci.due_at, kind="waiting", text=f"{name}: withdrawn, never sent")
    elif kci.state == KciState.WAITING and not kci.is_timed:
        when = "its time is known when the step before it has happened"
        yield Line(at=kci.due_at, kind="waiting", text=f"{name}: {when}")
    elif kci.state == KciState.WAITING:
        yield Line(at=kci.due_at, kind="waiting", text=f"{name} is due")


def _silent(kci: Kci) -> str:
    for verb in ("mark", "start", "signal"):
        if name := getattr(kci.step, verb):
            return f"{verb} {name}"
    return f"the order is {kci.step.status}"


def _inward(exchange: Exchange, describe: Describe) -> list[Line]:
    document = _document(exchange.request.get("body"), describe)
    asked = f"{exchange.method} {exchange.path} {document}".rstrip()
    scenario = f" ({exchange.scenario})" if exchange.scenario else ""
    fault = exchange.response.get("fault")
    spoilt = told_fault(fault["word"], fault["sent"]) if fault else ""
    return [
        Line(at=exchange.at, kind="request", text=asked + _remarks(exchange.findings, "noted: ")),
        Line(at=exchange.at, kind="reply", text=_answer(exchange, describe) + scenario + spoilt),
    ]


def _outward(exchange: Exchange, kci: Kci | None, describe: Describe) -> list[Line]:
    text = _document(exchange.request.get("body"), describe) or (kci.send if kci else "a message")
    took = f" in {exchange.took / instants.MILLISECOND:.0f}ms"
    answer = _answer(exchange, describe) + took + _remarks(exchange.findings)
    return [
        Line(at=exchange.at, kind="kci", text=text),
        Line(at=exchange.at, kind="answer", text=answer),
    ]


def _answer(exchange: Exchange, describe: Describe) -> str:
    response = exchange.response
    code = response.get("code") or response.get("error")
    return f"{code} {_document(response.get('body'), describe)}".rstrip()


def told_fault(word: str, sent: str) -> str:
    """What a story says of an answer that was spoilt on its way."""
    return f"; fault {word}: {sent}"


def _remarks(findings: Iterable[Finding], word: str = "") -> str:
    return "".join(f"; {word}{finding.message}" for finding in findings)


def _document(body: Any, describe: Describe) -> str:
    document = parsed(body)
    return describe(document) if isinstance(document, Mapping) else ""


def parsed(body: Any) -> Any:
    """A kept body as JSON where it is JSON that can be shown, as text otherwise."""
    if not isinstance(body, str):
        return body
    try:
        return strict_json.loads_kept(body)
    except ValueError:
        return body
