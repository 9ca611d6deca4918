"""Lines of a recording, written by hand as a proxy beside a real supplier would write them."""

from __future__ import annotations

import json
from typing import Any

from simulator import dialects
from simulator.recording import Recording, as_yaml, chosen, lives_of, record
from simulator.recording.sources import of_json_lines
from simulator.rehearsal.inspection import inspect

CONTRACT = dialects.get("fibre_cafe")
DAY = "2026-03-02T"
DATES = {"committedDate": f"{DAY[:8]}12T09:00:00Z", "targetDate": f"{DAY[:8]}12T09:00:00Z"}
REFUSAL = {"uuid": "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "code": "INVALID_REQUEST"}

Line = dict[str, Any]


def document(ref: int = 4101, **members: Any) -> Any:
    return {**json.loads(CONTRACT.sample("provide", None, ref).body), **members}


def _request(path: str, time: str, body: Any, code: int | None, answer: Any, **more: Any) -> Line:
    headers = dict(CONTRACT.sample("provide", None, 1).headers)
    asked = {"direction": "in", "method": "POST", "path": path, "headers": headers, "body": body}
    return {"at": DAY + time, **asked, "code": code, "answer": answer, **more}


def create(
    time: str = "09:00:00Z",
    code: int | None = 202,
    answer: Any = None,
    ref: int = 4101,
    **more: Any,
) -> Line:
    return _request("/service-orders", time, document(ref), code, answer, **more)


def acknowledged(ref: int = 4101) -> Line:
    shown = document(ref, supplierOrderReference="REAL-77", status="ACKNOWLEDGED")
    return create(code=201, answer=shown, ref=ref)


def amend(time: str, serial: int, code: int = 201, answer: Any = None, **members: Any) -> Line:
    body = {"id": serial, "orderId": 4101, **members}
    return _request("/service-order-amendments", time, body, code, answer)


def cancel(time: str, serial: int, code: int = 201, answer: Any = None) -> Line:
    body = {"id": serial, "orderId": 4101, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return _request("/service-order-cancellations", time, body, code, answer)


def kci(
    time: str,
    number: int,
    code: str,
    status: str,
    members: Any = None,
    ref: int = 4101,
    answered: int = 204,
    **order: Any,
) -> Line:
    shown = document(ref, supplierOrderReference="REAL-77", status=status, **order)
    body = {
        "id": f"00000000-0000-4000-8000-{ref:011d}{number}",
        "sequenceNumber": number,
        "issuedOn": DAY + time,
        "reasonCode": code,
        **(members or {}),
        "provideServiceOrder": shown,
    }
    return {"at": DAY + time, "direction": "out", "path": "/kcis", "body": body, "code": answered}


def recorded(*lines: Line, order: str = "") -> tuple[str, Recording]:
    """The file of a recording, which `check` finds right, and what was found."""
    exchanges, notes = of_json_lines("\n".join(map(json.dumps, lines)), "lines.jsonl")
    lives, left_out = lives_of(exchanges, CONTRACT)
    life = chosen(lives, order)
    life.notes += [*notes, *left_out]
    recording = record(life, CONTRACT, "RECORDED")
    text = as_yaml(recording)
    checked = inspect(text.encode(), "recorded.yaml", CONTRACT)
    assert checked.errors == (), text
    return text, recording


def without_head(text: str) -> list[str]:
    """The lines behind the comments at the top, and behind name, dialect and `when`."""
    return [
        line
        for line in text.splitlines()
        if not line.startswith(("#", "scenario:", "about:", "dialect:", "when:"))
    ]
