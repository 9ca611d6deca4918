"""A story: what happened to one order (or would happen), as lines on one time axis, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator import instants
from simulator.model import Exchange, Kci, Order, Request

KINDS = ("request", "reply", "kci", "answer", "status", "request_pending", "clock", "waiting")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One event: its moment in supplier time, its kind, and a sentence."""

    at: int
    kind: str
    text: str


def as_text(lines: Iterable[Line], origin: int) -> str:
    """One line an event, with the time since `origin`."""
    return "\n".join(f"  {'+' + instants.format_duration(max(0, line.at - origin)):<14} {line.kind:<8} {line.text}" for line in lines)


def told(order: Order, exchanges: Sequence[Exchange], kcis: Sequence[Kci], requests: Sequence[Request]) -> list[Line]:
    """An order's story from what was kept: exchanges as they happened, then what is still to come."""
    lines: list[Line] = []
    by_id = {kci.id: kci for kci in kcis}
    for exchange in exchanges:
        lines += _inward(exchange) if exchange.direction == "in" else _outward(exchange, by_id.get(exchange.kci))
    for kci in kcis:
        if not kci.send and kci.state == "delivered":
            lines.append(Line(at=kci.due_at, kind="status", text=_silent(kci)))
        elif kci.state == "withdrawn":
            lines.append(Line(at=kci.due_at, kind="waiting", text=f"{kci.send or _silent(kci)}: withdrawn, never sent"))
        elif kci.state == "waiting":
            lines.append(Line(at=kci.due_at, kind="waiting", text=f"{kci.send or _silent(kci)} is due"))
    open_ones = [f"{request.action} {request.ref} is open" for request in requests if request.status == "open"]
    lines += [Line(at=order.updated_at, kind="request_pending", text=text) for text in open_ones]
    return sorted(lines, key=lambda line: line.at)


def _silent(kci: Kci) -> str:
    return f"mark {kci.mark}" if kci.mark else f"the order is {kci.status}"


def _inward(exchange: Exchange) -> list[Line]:
    body = parsed(exchange.request.get("body"))
    answer = parsed(exchange.response.get("body"))
    said = f"{exchange.method} {exchange.path}"
    if isinstance(body, Mapping) and "id" in body:
        said += f" id {body['id']}"
    reply = str(exchange.response.get("code"))
    if isinstance(answer, Mapping):
        reply += _reply_text(answer)
    scenario = f" ({exchange.scenario})" if exchange.scenario else ""
    notes = "".join(f"; {finding}" for finding in exchange.findings)
    return [Line(at=exchange.at, kind="request", text=said + notes), Line(at=exchange.at, kind="reply", text=reply + scenario)]


def _reply_text(answer: Mapping[str, Any]) -> str:
    if "messages" in answer:
        return f" {answer.get('code')}: {'; '.join(map(str, answer['messages']))}"
    parts = [str(answer[key]) for key in ("supplierOrderReference", "supplierReference", "status") if key in answer]
    return " " + " ".join(parts) if parts else ""


def _outward(exchange: Exchange, kci: Kci | None) -> list[Line]:
    if not exchange.method:
        return [Line(at=exchange.at, kind="kci", text=f"could not happen: {'; '.join(exchange.findings)}")]
    body = parsed(exchange.request.get("body"))
    text = describe(body) if isinstance(body, Mapping) else (kci.send if kci else "a message")
    answer = exchange.response.get("code") or exchange.response.get("error")
    refusal = parsed(exchange.response.get("body"))
    detail = f": {'; '.join(map(str, refusal['messages']))}" if isinstance(refusal, Mapping) and "messages" in refusal else ""
    took = f" in {exchange.took / instants.MILLISECOND:.0f}ms"
    notes = "".join(f"; {finding}" for finding in exchange.findings)
    return [Line(at=exchange.at, kind="kci", text=text), Line(at=exchange.at, kind="answer", text=f"{answer}{detail}{took}{notes}")]


def describe(message: Mapping[str, Any]) -> str:
    """A message in one line, whatever its dialect: its plain members, and the status of the order inside it."""
    number = f"{message['sequenceNumber']} " if "sequenceNumber" in message else ""
    text = f"{number}{message.get('reasonCode') or message.get('notificationType') or 'message'}"
    inner = next((value for value in message.values() if isinstance(value, Mapping) and "status" in value), message)
    status = inner.get("status") or inner.get("orderStatus")
    text += f" -> {status}" if status else ""
    told_members = [f"{key} {message[key]}" for key in ("problemCode", "text") if key in message]
    told_members += [
        f"{key} {inner[key]}" for key in ("committedDate", "targetDate") if key in inner and message.get("reasonCode") == "COMMITTED"
    ]
    return f"{text} ({', '.join(told_members)})" if told_members else text


def parsed(body: Any) -> Any:
    """A kept body as JSON where it is JSON, as text otherwise."""
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
