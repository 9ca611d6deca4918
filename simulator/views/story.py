"""A story: what happened to one order (or would happen), as lines on one time axis, for people and
for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base import instants
from simulator.model import Exchange, Kci, Order, Request

Describe = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One event: its moment in supplier time, its kind, and a sentence."""

    at: int
    kind: str
    text: str


def as_text(lines: Iterable[Line], origin: int) -> str:
    """One line an event, with the time since `origin`."""
    return "\n".join(
        f"  {'+' + instants.format_duration(max(0, line.at - origin)):<14} {line.kind:<8} {line.text}"
        for line in lines
    )


def told(
    order: Order,
    exchanges: Sequence[Exchange],
    kcis: Sequence[Kci],
    requests: Sequence[Request],
    describe: Describe,
) -> list[Line]:
    """An order's story from what was kept: exchanges as they happened, then what is still to come.

    `describe` is the dialect's: one of its documents in one line.
    """
    lines: list[Line] = []
    by_id = {kci.id: kci for kci in kcis}
    for exchange in exchanges:
        if exchange.direction == "act":
            lines.append(Line(at=exchange.at, kind="act", text="; ".join(exchange.findings)))
        elif exchange.direction == "in":
            lines += _inward(exchange, describe)
        else:
            lines += _outward(exchange, by_id.get(exchange.kci), describe)
    for kci in kcis:
        if not kci.send and kci.state == "delivered":
            lines.append(Line(at=kci.due_at, kind="status", text=_silent(kci)))
        elif kci.state == "silenced":
            why = kci.last["error"] if kci.last else ""
            lines.append(
                Line(
                    at=kci.issued_at or kci.due_at,
                    kind="status",
                    text=f"{kci.send} is not sent: {why}",
                )
            )
        elif kci.state == "paused" and kci.gate:
            lines.append(
                Line(
                    at=kci.due_at,
                    kind="waiting",
                    text=f"{kci.send or _silent(kci)} waits for the signal {kci.gate}",
                )
            )
        elif kci.state == "paused":
            lines.append(
                Line(
                    at=order.updated_at,
                    kind="waiting",
                    text=f"{kci.send or _silent(kci)} is paused",
                )
            )
        elif kci.state == "withdrawn":
            lines.append(
                Line(
                    at=kci.due_at,
                    kind="waiting",
                    text=f"{kci.send or _silent(kci)}: withdrawn, never sent",
                )
            )
        elif kci.state == "waiting":
            lines.append(
                Line(at=kci.due_at, kind="waiting", text=f"{kci.send or _silent(kci)} is due")
            )
    open_ones = [
        f"{request.action} {request.ref} is open"
        for request in requests
        if request.status == "open"
    ]
    lines += [Line(at=order.updated_at, kind="request_pending", text=text) for text in open_ones]
    return sorted(lines, key=lambda line: line.at)


def _silent(kci: Kci) -> str:
    return f"mark {kci.mark}" if kci.mark else f"the order is {kci.status}"


def _inward(exchange: Exchange, describe: Describe) -> list[Line]:
    asked = f"{exchange.method} {exchange.path} {_document(exchange.request.get('body'), describe)}".rstrip()
    notes = "".join(f"; {finding}" for finding in exchange.findings)
    reply = f"{exchange.response.get('code')} {_document(exchange.response.get('body'), describe)}".rstrip()
    scenario = f" ({exchange.scenario})" if exchange.scenario else ""
    return [
        Line(at=exchange.at, kind="request", text=asked + notes),
        Line(at=exchange.at, kind="reply", text=reply + scenario),
    ]


def _outward(exchange: Exchange, kci: Kci | None, describe: Describe) -> list[Line]:
    if not exchange.method:
        return [
            Line(
                at=exchange.at, kind="kci", text=f"could not happen: {'; '.join(exchange.findings)}"
            )
        ]
    text = _document(exchange.request.get("body"), describe) or (kci.send if kci else "a message")
    answer = f"{exchange.response.get('code') or exchange.response.get('error')} {_document(exchange.response.get('body'), describe)}".rstrip()
    took = f" in {exchange.took / instants.MILLISECOND:.0f}ms"
    notes = "".join(f"; {finding}" for finding in exchange.findings)
    return [
        Line(at=exchange.at, kind="kci", text=text),
        Line(at=exchange.at, kind="answer", text=answer + took + notes),
    ]


def _document(body: Any, describe: Describe) -> str:
    document = parsed(body)
    return describe(document) if isinstance(document, Mapping) else ""


def parsed(body: Any) -> Any:
    """A kept body as JSON where it is JSON, as text otherwise."""
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
