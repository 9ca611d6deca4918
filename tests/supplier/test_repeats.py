"""A repeat of a request: the first answer again, nothing twice; other content under the same id is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway


def test_the_same_order_again_gets_the_first_answer_and_starts_nothing(gateway: Gateway) -> None:
    body = gateway.provide()
    first = gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED")
    again = gateway.post(
        "/service-orders", dict(reversed(body.items())), X_Scenario="ORDER_REJECTED"
    )
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(gateway.advance()["kcis"]) == 2
    assert gateway.post("/service-orders", body).json() == first.json()


def test_another_content_under_the_same_id_is_a_422(gateway: Gateway) -> None:
    body = gateway.place()
    response = gateway.post("/service-orders", {**body, "notes": "changed"})
    assert (
        response.status_code == 422
        and "exists already with another content" in response.json()["messages"][0]
    )


def test_the_same_id_of_another_tenant_is_another_order(gateway: Gateway) -> None:
    body = gateway.place()
    assert (
        gateway.post("/service-orders", {**body, "tenant": "TENANT2"}, Tenant="TENANT2").status_code
        == 202
    )
    assert len(gateway.admin("GET", f"/orders?ref={body['id']}")["items"]) == 2


def test_amendments_and_cancellations_repeat_their_answers_too(gateway: Gateway) -> None:
    order = gateway.place("ORDER_ACKNOWLEDGED")
    body = {"id": 7, "orderId": order["id"], "reasonCode": "OTHER"}
    first = gateway.post("/service-order-cancellations", body)
    again = gateway.post("/service-order-cancellations", body)
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (201, first.json())
    )


def test_twenty_copies_at_once_make_one_order(gateway: Gateway) -> None:
    body = gateway.provide()
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: gateway.post("/service-orders", body, X_Scenario="ORDER_ACKNOWLEDGED"),
                range(20),
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["supplierOrderReference"] for answer in answers}) == 1
    assert len(gateway.advance()["kcis"]) == 2


ATTEMPTS = """
reply:
  attempts:
    - {status: 503}
    - {status: 500, reject: [out of order]}
    - acknowledge
"""


@pytest.fixture
def attempts(make_config: Callable[..., Config], scenario_folder: Callable[..., str]) -> Config:
    folder = scenario_folder(STUBBORN=ATTEMPTS)
    return make_config(
        suppliers=[{"name": "default", "path": "/", "scenarios": folder, "only": True}]
    )


def test_attempts_are_walked_by_the_callers_own_repeats(attempts: Config) -> None:
    with Embedded(attempts) as simulator, Gateway(simulator.url) as gateway:
        body = gateway.provide()
        answers = [gateway.post("/service-orders", body) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 500, 201, 201]
    assert (answers[0].content, answers[1].json()["code"]) == (b"", "SUPPLIER_FAULT")
    assert answers[2].json() == answers[3].json()


def test_attempts_are_asked_before_the_remembered_answer(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    folder = scenario_folder(FLAKY="reply: {attempts: [acknowledge, {status: 503}, acknowledge]}\n")
    with (
        Embedded(
            make_config(
                suppliers=[{"name": "default", "path": "/", "scenarios": folder, "only": True}]
            )
        ) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        body = gateway.provide()
        answers = [gateway.post("/service-orders", body).status_code for _ in range(3)]
        assert answers == [201, 503, 201]
        assert len(gateway.admin("GET", "/orders")["items"]) == 1


TAKEN_BUT_TOLD_504 = """
reply:
  attempts:
    - {answer: acknowledge, status: 504, body: ""}
    - {answer: acknowledge, status: 502, body: {title: Bad gateway}, headers: {Retry-After: "1"}}
    - acknowledge
amendment:
  - reply: {attempts: [{answer: accept, status: 504, body: ""}, accept]}
"""


def test_a_request_that_is_taken_and_told_as_an_error_gets_the_truth_when_it_comes_again(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    suppliers = [
        {
            "name": "default",
            "path": "/",
            "scenarios": scenario_folder(LIAR=TAKEN_BUT_TOLD_504),
            "only": True,
        }
    ]
    with Embedded(make_config(suppliers=suppliers)) as simulator, Gateway(simulator.url) as gateway:
        body = gateway.provide()
        answers = [gateway.post("/service-orders", body) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [504, 502, 201, 201]
        assert answers[0].content == b""
        assert (answers[1].headers["Retry-After"], answers[1].json()) == (
            "1",
            {"title": "Bad gateway"},
        )
        assert "Retry-After" not in answers[2].headers
        (order,) = gateway.admin("GET", "/orders")["items"]
        assert answers[2].json()["supplierOrderReference"] == order["number"]
        asked = {"id": 9001, "orderId": body["id"], "notes": "Ring twice"}
        amended = [gateway.post("/service-order-amendments", asked) for _ in range(2)]
        assert [answer.status_code for answer in amended] == [504, 202]
        assert gateway.admin("GET", f"/orders/{order['id']}")["status"] == "PENDING_AMENDMENT"
