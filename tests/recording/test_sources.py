"""Recordings are read from HAR files and from JSON lines; what is none is told in one line."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from simulator import dialects
from simulator.base.errors import Invalid
from simulator.dialects import Dialect
from simulator.model import Exchange
from simulator.recording import as_yaml, chosen, lives_of, record
from simulator.recording.sources import of_har, of_journal, of_json_lines
from tests.recording.lines import acknowledged, cancel, create, kci

MEF = dialects.get("mef")
HOST = "https://supplier.example.test/api/v2"


def entry(line: dict[str, Any], url: str, **more: Any) -> dict[str, Any]:
    """A line as an entry of a HAR file."""
    headers = [{"name": name, "value": text} for name, text in line.get("headers", {}).items()]
    answer = line.get("answer")
    content = {} if answer is None else {"text": json.dumps(answer)}
    return {
        "startedDateTime": line["at"],
        "time": 12.5,
        "request": {
            "method": line.get("method", "POST"),
            "url": url,
            "headers": headers,
            "postData": {"text": json.dumps(line["body"])} if line["body"] else None,
        },
        "response": {"status": line["code"], "headers": [], "content": content},
        **more,
    }


def har(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def text_of(exchanges: list[Exchange], contract: Dialect) -> str:
    lives, left_out = lives_of(exchanges, contract)
    assert left_out == []
    return as_yaml(record(chosen(lives, ""), contract, "RECORDED"))


def test_a_har_file_has_both_directions_whatever_stands_before_the_contracts_paths() -> None:
    lines = [
        (acknowledged(), f"{HOST}/service-orders?trace=1"),
        (
            kci("09:30:00Z", 1, "DELAY", "HELD", {"problemCode": "OTHER", "text": "x"}),
            "http://gw/hook/kcis",
        ),
        (cancel("10:00:00Z", 7, 202), f"{HOST}/service-order-cancellations"),
    ]
    other = {**create(), "body": None, "method": "GET"}
    contract = dialects.get("fibre_cafe")
    unanswered = entry(create(code=0), f"{HOST}/service-orders")
    file = har(*(entry(*line) for line in lines), entry(other, f"{HOST}/login"), unanswered)
    exchanges, notes = of_har(file, "x.har", contract)
    assert [(one.direction, one.path, one.took) for one in exchanges] == [
        ("in", "/service-orders?trace=1", 12_500),
        ("out", "/kcis", 12_500),
        ("in", "/service-order-cancellations", 12_500),
    ]
    assert notes == ["2 exchanges of the file are not of this contract"]
    assert "reply: acknowledge" in text_of(exchanges, contract)


def test_an_order_of_the_second_contract_is_known_by_the_number_that_its_answer_tells() -> None:
    placed, number = MEF.sample("install", None, 1), "SELLER-9"
    document = json.loads(placed.body)
    answer = {**document, "objectType": "order", "id": number, "orderStatus": "IN_PROGRESS"}
    answer["link"] = {"href": f"{HOST}/orders/{number}"}
    shown = {name: document[name] for name in ("buyerId", "sellerId", "buyerPurchaseOrderNumber")}
    shown |= {"requestedCompletionDate": document["requestedCompletionDate"]}
    told = {
        "objectType": "orderNotification",
        "orderId": number,
        **shown,
        "buyerOrderVersion": "1",
        "orderStatus": "HELD",
        "notificationType": "JEOPARDY",
        "notificationVersion": "01",
        "orderMessages": [
            {
                "objectType": "orderError",
                "code": "X9",
                "messageInformation": "Rain",
                "severity": "ERROR",
                "correctionRequired": False,
            }
        ],
    }
    lines: list[dict[str, Any]] = [
        {"at": "2026-03-02T09:00:00Z", "headers": dict(placed.headers), "body": document}
        | {"code": 201, "answer": answer},
        {"at": "2026-03-02T10:00:00Z", "body": told, "code": 201},
        {"at": "2026-03-02T11:00:00Z", "body": None, "code": 201}
        | {"answer": {**answer, "orderStatus": "CANCELLED"}},
    ]
    urls = [f"{HOST}/orders", f"http://gw/orders/{number}/notification"]
    urls += [f"{HOST}/orders/{number}/cancel"]
    strange = entry({**lines[2], "at": "2026-03-02T12:00:00Z"}, f"{HOST}/orders/OTHER-1/cancel")
    exchanges, notes = of_har(har(*map(entry, lines, urls), strange), "x.har", MEF)
    assert notes == []
    lives, left_out = lives_of(exchanges, MEF)
    assert left_out == ["1 left out: requests about orders that are not in this recording"]
    exchanges.pop()
    assert chosen(lives, number) is chosen(lives, "PO-1")
    text = text_of(exchanges, MEF)
    messages = "[{code: X9, messageInformation: Rain}]"
    assert text.splitlines()[3:] == [
        "scenario: RECORDED",
        "about: 'Recorded: install, answered 201.'",
        "dialect: mef",
        "when: {operation: install}",
        "reply: commit",
        "timeline:",
        f"  - {{after: 1h, send: JEOPARDY, with: {{orderMessages: {messages}}}}}",
        "cancellation:",
        "  - reply: acknowledge",
    ]


def test_a_status_that_only_an_answer_shows_is_a_step_of_its_own() -> None:
    placed = MEF.sample("install", None, 1)
    document = json.loads(placed.body)
    answer = {**document, "objectType": "order", "id": "SELLER-9", "orderStatus": "ACKNOWLEDGED"}
    changed = {**answer, "notes": "Ring twice", "orderStatus": "IN_PROGRESS"}
    patch = {"objectType": "order-create-update", "notes": "Ring twice"}
    lines: list[dict[str, Any]] = [
        {"at": "2026-03-02T09:00:00Z", "headers": dict(placed.headers), "body": document}
        | {"code": 201, "answer": answer},
        {"at": "2026-03-02T10:00:00Z", "headers": dict(placed.headers), "body": patch}
        | {"method": "PATCH", "code": 200, "answer": changed},
    ]
    urls = [f"{HOST}/orders", f"{HOST}/orders/SELLER-9"]
    exchanges, _ = of_har(har(*map(entry, lines, urls)), "x.har", MEF)
    assert text_of(exchanges, MEF).splitlines()[7:] == [
        "reply: acknowledge",
        "timeline:",
        "  # Nobody was told of this status: it must have come before what followed.",
        "  - {after: 1h, status: IN_PROGRESS}",
        "amendment:",
        "  - reply: acknowledge",
    ]


def test_a_body_of_a_har_file_may_be_base64() -> None:
    placed = entry(acknowledged(), f"{HOST}/service-orders")
    plain = placed["response"]["content"]["text"]
    placed["response"]["content"] = {
        "text": base64.b64encode(plain.encode()).decode(),
        "encoding": "base64",
    }
    exchanges, _ = of_har(har(placed), "x.har", dialects.get("fibre_cafe"))
    assert exchanges[0].response["body"] == json.loads(plain)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.har: not a HAR file: "),
        ("[]", "x.har: not a HAR file: a member has another type"),
        ("{}", "x.har: not a HAR file: `log` is missing"),
        ('{"log": {"entries": [{}]}}', "x.har: not a HAR file: `request` is missing"),
        ('{"log": {"entries": 1}}', "x.har: not a HAR file: a member has another type"),
    ],
)
def test_what_is_no_har_file_is_told(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        of_har(text, "x.har", MEF)
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "x:2:1: not an exchange: "),
        ("[]", "x:2:1: not an exchange: a line is a JSON object"),
        ("{}", "x:2:1: not an exchange: `at` is missing"),
        ('{"at": 1, "direction": "in", "path": "/", "code": 1}', "x:2:1: not an exchange: an inst"),
        (
            '{"at": "2026-03-02T09:00:00Z", "direction": "up", "path": "/", "code": 1}',
            "x:2:1: not an exchange: direction: in (the gateway's request) or out (a KCI)",
        ),
        ('{"response": {}, "act": {}}', "x:2:1: not an exchange: `direction` is missing"),
    ],
)
def test_a_line_that_is_no_exchange_is_told_with_its_place(line: str, said: str) -> None:
    text = f"{json.dumps(create())}\n{line}\n"
    with pytest.raises(Invalid) as caught:
        of_json_lines(text, "x")
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)


def test_what_an_operator_did_is_a_note() -> None:
    act = {"what": "order.signal", "by": "operator", "message": "the signal"}
    exchanges, notes = of_journal([{"direction": "act", "act": act}])
    assert exchanges == []
    assert notes == ["an operator acted (order.signal): this is left out"]


def test_what_is_not_of_any_order_is_counted() -> None:
    strange = [
        {**create(), "path": "/nowhere"},
        {**kci("09:30:00Z", 1, "UPDATE", "HELD"), "body": {"ping": 1}},
        cancel("09:30:00Z", 1),
    ]
    exchanges, _ = of_json_lines("\n".join(map(json.dumps, strange)), "x")
    lives, left_out = lives_of(exchanges, dialects.get("fibre_cafe"))
    assert lives == []
    assert sorted(left_out) == [
        "1 left out: messages that are no KCIs of this contract",
        "1 left out: requests about orders that are not in this recording",
        "1 left out: requests that the contract refuses by itself",
    ]
