"""Faults of replies, as a scenario asks for them: what the gateway meets, what its repeat gets, and
what is told of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.base import clock, instants
from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.web.worker.serving import Client

pytestmark = pytest.mark.slow

Playing = Callable[..., Any]
PAGE = Path(__file__).parent.parent.parent / "docs" / "faults.md"
SHOWN = {
    "Faults of a reply": [None, 201, 201],
    "connection_reset": [None, 201],
    "empty_reply": [None, 201],
    "garbage": [None, 201],
    "truncate": [None, 201],
    "bad_json": [201, 201],
    "wrong_content_type": [201, 201],
    "Busy and broken suppliers": [503, 429, 201, 201],
}
"""What a gateway is answered that repeats its order, by the scenario under this heading. The slow
ones are played by the loop's own tests, with shorter times.
"""


@pytest.fixture
def playing(make_config: Playing, scenario_folder: Playing) -> Playing:
    """`with playing(text) as gateway:` plays orders by the scenario X of that text."""

    @contextmanager
    def begin(text: str, max_delay: str = "60s") -> Iterator[Gateway]:
        folder = scenario_folder(X=text)
        config: Config = make_config(
            suppliers=[{"name": "default", "path": "/", "scenarios": folder, "default": "X"}],
            server={"port": 0, "max_delay": max_delay},
        )
        with Embedded(config) as simulator, Gateway(simulator.url) as gateway:
            yield gateway

    return begin


@pytest.mark.parametrize("heading", SHOWN)
def test_what_the_page_shows(playing: Playing, heading: str) -> None:
    part = re.split(r"^#+ ", PAGE.read_text(), flags=re.MULTILINE)
    section = next(text for text in part if text.startswith(f"{heading}\n"))
    shown = re.search(r"```yaml\nscenario: \w+\n(.*?)```", section, re.DOTALL)
    assert shown is not None
    with playing(shown.group(1)) as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, len(SHOWN[heading])) == SHOWN[heading]
        assert len(gateway.admin("GET", "/orders")["items"]) == 1


def test_the_order_stands_although_its_answer_was_lost(playing: Playing) -> None:
    with playing("reply: {answer: acknowledge, fault: connection_reset}") as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 3) == [None, 201, 201]
        (order,) = gateway.admin("GET", "/orders")["items"]
        again = gateway.post("/service-orders", body)
        assert again.json()["supplierOrderReference"] == order["number"]


def test_a_gateway_that_repeats_after_a_reset_gets_the_answer_of_the_next_attempt(
    playing: Playing,
) -> None:
    text = """
reply: {attempts: [{fault: connection_reset}, acknowledge]}
timeline:
  - {after: 1m, send: COMMITTED}
"""
    with playing(text) as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 3) == [None, 201, 201]
        (order,) = gateway.admin("GET", "/orders")["items"]
        assert (order["status"], len(gateway.advance()["kcis"])) == ("ACKNOWLEDGED", 1)


def test_each_attempt_has_its_own_fault(playing: Playing) -> None:
    text = """
reply:
  attempts:
    - {fault: empty_reply}
    - {fault: garbage, delay: 20ms}
    - {fault: wrong_content_type}
    - {answer: acknowledge, fault: {connection_reset: 30}}
    - acknowledge
"""
    with playing(text) as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 2) == [None, None]
        third = gateway.post("/service-orders", body)
        assert gateway.codes("/service-orders", body, 1) == [None]
        last = gateway.post("/service-orders", body)
        assert third.headers["Content-Type"] == "text/html; charset=utf-8"
        assert last.headers["Content-Type"] == "application/json"
        assert (third.status_code, third.json()) == (last.status_code, last.json())
        assert len(gateway.admin("GET", "/orders")["items"]) == 1


def test_a_later_attempt_may_refuse_what_was_done_and_then_spoil_the_answer(
    playing: Playing,
) -> None:
    text = """
reply:
  attempts:
    - acknowledge
    - {status: 503, headers: {Retry-After: 1}}
    - {fault: bad_json}
"""
    with playing(text) as gateway:
        body = gateway.provide()
        first, busy, broken = (gateway.post("/service-orders", body) for _ in range(3))
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
        assert (first.status_code, broken.status_code) == (201, 201)
        assert broken.content == first.content[: len(first.content) // 2]


def test_a_later_attempt_may_answer_late(playing: Playing) -> None:
    text = "reply: {attempts: [acknowledge, {delay: 1h}, {delay: 1h, fault: garbage}]}"
    with playing(text, max_delay="150ms") as gateway:
        body = gateway.provide()
        took = []
        for expected in (201, 201, None):
            begun = clock.monotonic()
            assert gateway.codes("/service-orders", body, 1) == [expected]
            took.append(clock.monotonic() - begun)
    assert min(took[1:]) >= 150 * instants.MILLISECOND


def test_the_journal_says_where_a_delay_was_cut(playing: Playing) -> None:
    entry = "cancellation: [{reply: {answer: acknowledge, delay: 5m}}]"
    text = f"reply: {{attempts: [{{answer: acknowledge, delay: 1h}}, {{delay: 2h}}]}}\n{entry}"
    with playing(text, max_delay="20ms") as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 2) == [201, 201]
        assert gateway.cancel(body, reasonCode="OTHER").status_code == 201
        told = {
            reason
            for line in gateway.admin("GET", "/journal")["items"]
            for reason in line["reasons"]
            if reason.startswith("the delay")
        }
    assert told == {
        f"the delay of {asked} is cut to server.max_delay, 20ms" for asked in ("1h", "2h", "5m")
    }


def test_a_refusal_that_was_lost_is_refused_again(playing: Playing) -> None:
    with playing("reply: {attempts: [{fault: connection_reset}, {reject: [no]}]}") as gateway:
        assert gateway.codes("/service-orders", gateway.provide(), 2) == [None, 422]
        assert gateway.admin("GET", "/orders")["items"] == []


def test_a_refusal_with_a_fault_is_no_request_that_is_remembered(playing: Playing) -> None:
    with playing("reply: {reject: [no], fault: empty_reply}") as gateway:
        assert gateway.codes("/service-orders", gateway.provide(), 2) == [None, None]


def test_the_answer_to_a_cancellation_is_lost_twice_although_it_is_open_meanwhile(
    playing: Playing,
) -> None:
    text = """
reply: acknowledge
cancellation:
  - times: 1
    reply: {attempts: [{fault: empty_reply}, {fault: connection_reset}, accept]}
    timeline:
      - {after: 1m, send: CANCELLED}
"""
    with playing(text) as gateway:
        order = gateway.place("X")
        body = {"id": 7, "orderId": order["id"], "reasonCode": "OTHER"}
        told = gateway.codes("/service-order-cancellations", body, 4)
        assert told == [None, None, 202, 202]
        assert gateway.order(order)["status"] == "PENDING_CANCELLATION"
        assert [kci["send"] for kci in gateway.advance()["kcis"]] == ["CANCELLED"]


LOST_TWICE = """
for: cancellation
times: 1
params: {pace: {default: 10ms, header: X-Pace}}
reply:
  attempts:
    - {fault: empty_reply}
    - {fault: {connection_reset: 10}}
    - {fault: {slow_body: "{{ pace }}"}}
    - acknowledge
"""


@pytest.mark.parametrize(
    ("asked", "shown"), [("pin", "20ms"), ("C", "20ms"), ("C?pace=5ms", "5ms")]
)
def test_the_scenario_that_answered_first_answers_the_repeats(
    make_config: Playing, scenario_folder: Playing, asked: str, shown: str
) -> None:
    folder = scenario_folder(X="reply: acknowledge\n", C=LOST_TWICE)
    supplier = {"name": "default", "path": "/", "scenarios": folder, "default": "X"}
    with Embedded(make_config(suppliers=[supplier])) as simulator:
        with Gateway(simulator.url) as gateway:
            order = gateway.place("X")
            headers = {"X_Pace": "20ms"} if "?" not in asked else {}
            if asked == "pin":
                gateway.admin("POST", "/pins", {"scenario": "C", "times": 1}, 201)
            else:
                headers["X_Scenario"] = asked
            body = {"id": 7, "orderId": order["id"], "reasonCode": "OTHER"}
            told = gateway.codes("/service-order-cancellations", body, 5, **headers)
            assert told == [None, None, 201, 201, 201]
            lines = gateway.admin("GET", f"/journal?order={gateway.order(order)['id']}")["items"]
            assert [line["fault"] and line["fault"]["sent"] for line in lines[1:]] == [
                "no byte, then the end of the connection (FIN)",
                "10 bytes of the answer, then a reset (RST)",
                f"the head at once, the body in pieces over {shown}",
                None,
                None,
            ]


def test_the_parameters_of_the_order_hold_for_its_repeats(playing: Playing) -> None:
    text = """
params: {pace: {default: 10ms, header: X-Pace}}
reply: {attempts: [{fault: garbage}, {fault: {slow_body: "{{ pace }}"}}, acknowledge]}
"""
    with playing(text) as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 1, X_Pace="30ms") == [None]
        assert gateway.codes("/service-orders", body, 1) == [201]
        lines = gateway.admin("GET", f"/journal?order={gateway.order(body)['id']}")["items"]
        assert lines[1]["fault"]["sent"] == "the head at once, the body in pieces over 30ms"


def test_an_amendment_is_applied_once(playing: Playing) -> None:
    text = """
reply: acknowledge
amendment:
  - when: {notes: Ring twice}
    reply: {answer: acknowledge, fault: garbage}
"""
    with playing(text) as gateway:
        order = gateway.place("X")
        body = {"id": 7, "orderId": order["id"], "notes": "Ring twice"}
        assert gateway.codes("/service-order-amendments", body, 2) == [None, 201]
        assert gateway.order(order)["document"]["notes"] == "Ring twice"


def test_the_argument_may_be_a_parameter(playing: Playing) -> None:
    text = """
params: {pace: {default: 40ms, header: X-Pace}}
reply: {answer: acknowledge, fault: {slow_body: "{{ pace }}"}}
"""
    with playing(text) as gateway:
        for headers, shown in (({}, "40ms"), ({"X_Pace": "10ms"}, "10ms")):
            body = gateway.provide()
            assert gateway.post("/service-orders", body, **headers).status_code == 201
            (line,) = gateway.admin("GET", f"/journal?order={gateway.order(body)['id']}")["items"]
            assert line["fault"] == {
                "word": "slow_body",
                "sent": f"the head at once, the body in pieces over {shown}",
            }


def test_the_journal_the_story_and_the_log_tell_of_it(
    playing: Playing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="simulator.supplier")
    with playing("reply: {answer: acknowledge, fault: {connection_reset: 12}}") as gateway:
        body = gateway.provide()
        assert gateway.codes("/service-orders", body, 2) == [None, 201]
        order = gateway.order(body)
        spoilt, honest = gateway.admin("GET", f"/journal?order={order['id']}")["items"]
        assert spoilt["fault"] == {
            "word": "connection_reset",
            "sent": "12 bytes of the answer, then a reset (RST)",
        }
        assert spoilt["response"] == honest["response"], "what was answered, had it arrived"
        assert honest["fault"] is None
        assert honest["reasons"] == ["a repeat: the first answer again"]
        match = {"match": {"fault.word": "connection_reset"}, "count": 1}
        assert gateway.admin("POST", "/verify", match)
        story = gateway.http.get(f"{gateway.url}/__admin/orders/{order['id']}/story?format=text")
        told = "201 %s ACKNOWLEDGED (X); fault connection_reset: 12 bytes of the answer, then"
        assert told % order["number"] in story.text
    assert "-> 201, connection_reset, in " in caplog.text


def test_a_fault_of_the_body_is_not_played_where_there_is_none(playing: Playing) -> None:
    with playing("reply: {answer: accept, fault: truncate}") as gateway:
        body = gateway.provide()
        assert gateway.post("/service-orders", body).status_code == 202
        (line,) = gateway.admin("GET", f"/journal?order={gateway.order(body)['id']}")["items"]
        assert line["fault"]["sent"] == "the whole answer: it has no body to break"


def test_any_status_and_header_reach_the_socket(playing: Playing) -> None:
    text = """
reply:
  status: 429
  headers: {Retry-After: 120, X-Rate-Limit: "{{ order.tenant }}"}
  body: {wait: two minutes}
"""
    with playing(text) as gateway:
        place = urlsplit(gateway.url)
        data = str(gateway.provide()).replace("'", '"').encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in gateway.headers().items())
        request = f"POST /service-orders HTTP/1.1\r\nHost: h\r\n{head}"
        with Client((place.hostname or "", place.port or 0)) as client:
            client.send(f"{request}Content-Length: {len(data)}\r\n\r\n".encode() + data)
            answer = client.answer()
        assert answer.status == "429 TOO MANY REQUESTS"
        assert (answer["retry-after"], answer["x-rate-limit"]) == ("120", "TENANT1")
        assert answer.body == b'{"wait":"two minutes"}'
