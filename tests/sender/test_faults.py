"""Faults on delivery, as a gateway sees them: what comes, in which sequence, with which numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulator import config
from simulator.language.faults import FAULTS
from simulator.web import Embedded
from tests.conftest import TENANT, Gateway
from tests.receiver import Arrival, Receiver

pytestmark = pytest.mark.slow

ALL = [(1, "ACKNOWLEDGED", 204), (2, "COMMITTED", 204), (3, "COMPLETED", 204)]
FIRST, SECOND, THIRD = ALL


def good(number: int, arrival: Arrival) -> int:
    """A gateway that takes what it must, and refuses what it must not take."""
    if not arrival.headers.get("authorization", "").startswith("Bearer token-"):
        return 401
    try:
        body = arrival.body
    except ValueError:
        return 400
    entity = body.get("provideServiceOrder", {})
    if "reasonCode" not in body or not isinstance(entity.get("id"), int):
        return 422
    if entity["tenant"] != TENANT:
        return 403
    return 204 if entity["id"] < 10_000 else 404


def upload(gateway: Gateway, *steps: dict[str, Any], scenario: str = "FAULTY") -> str:
    """A scenario of these steps; its name."""
    text = json.dumps({"scenario": scenario, "reply": "accept", "timeline": list(steps)})
    answer = gateway.http.put(f"{gateway.url}/__admin/scenarios/{scenario}", data=text)
    assert answer.status_code in (200, 201), answer.text
    return scenario


def story(fault: Any, **members: Any) -> list[dict[str, Any]]:
    """Three messages, of which the first goes wrong."""
    return [
        {"after": "0s", "send": "ACKNOWLEDGED", "fault": fault, **members},
        {"after": "1s", "send": "COMMITTED"},
        {"after": "1s", "send": "COMPLETED"},
    ]


def seen(arrivals: Iterable[Arrival]) -> list[tuple[Any, Any, int]]:
    """The number, the code and the answer of each arrival."""
    found = []
    for arrival in arrivals:
        try:
            body = arrival.body
        except ValueError:
            body = {}
        found.append((body.get("sequenceNumber"), body.get("reasonCode"), arrival.answered))
    return found


def findings(gateway: Gateway) -> list[str]:
    lines = gateway.admin("GET", "/journal?direction=out&limit=1000")["items"]
    return [finding["rule"] for line in lines for finding in line["findings"]]


def outbox(gateway: Gateway, order: dict[str, Any]) -> list[dict[str, Any]]:
    """An order's KCIs, whatever became of them, by their places."""
    kept = gateway.order(order)["id"]
    found = gateway.admin("GET", f"/kcis?order={kept}")["items"]
    return sorted(found, key=lambda kci: kci["position"])


@pytest.fixture
def receiver() -> Any:
    with Receiver(answer=good) as started:
        yield started


REFUSED = [(1, "ACKNOWLEDGED", 404), *ALL]
EXPECTED: dict[str, tuple[Any, list[tuple[Any, Any, int]]]] = {
    "duplicate": ({"duplicate": 2}, [FIRST, FIRST, FIRST, SECOND, THIRD]),
    "duplicate_new_id": ("duplicate_new_id", [FIRST, FIRST, SECOND, THIRD]),
    "drop": ("drop", [SECOND, THIRD]),
    "swap_with_next": ("swap_with_next", [SECOND, FIRST, THIRD]),
    "before_reply": ("before_reply", ALL),
    "wrong_sequence": ({"wrong_sequence": 77}, [(77, "ACKNOWLEDGED", 204), SECOND, THIRD]),
    "skip_sequence": (
        "skip_sequence",
        [(number + 1, code, answer) for number, code, answer in ALL],
    ),
    "stale_order": ("stale_order", ALL),
    "unknown_order": ("unknown_order", REFUSED),
    "wrong_tenant": ("wrong_tenant", [(1, "ACKNOWLEDGED", 403), *ALL]),
    "missing_field": ({"missing_field": "reasonCode"}, [(1, None, 422), *ALL]),
    "wrong_type": (
        {"wrong_type": "provideServiceOrder.id"},
        [(1, "ACKNOWLEDGED", 422), *ALL],
    ),
    "bad_json": ("bad_json", [(None, None, 400), *ALL]),
    "no_token": ("no_token", [(1, "ACKNOWLEDGED", 401), *ALL]),
    "expired_token": ("expired_token", [(1, "ACKNOWLEDGED", 401), *ALL]),
    "bad_token": ("bad_token", [(1, "ACKNOWLEDGED", 401), *ALL]),
}


def test_each_fault_is_tried_here() -> None:
    assert EXPECTED.keys() == FAULTS.keys()


@dataclass(frozen=True)
class Outcome:
    """What came of one order, and how its KCIs ended."""

    arrivals: list[tuple[Any, Any, int]]
    states: set[str]
    status: str


def play_all(simulator: Embedded, receiver: Receiver) -> dict[str, Outcome]:
    """An order for each fault, all at once: its conversation has the fault's name."""
    outcomes = {}
    with Gateway(simulator.url) as gateway:
        orders = {}
        for word, (fault, _) in EXPECTED.items():
            orders[word] = gateway.provide()
            name = upload(gateway, *story(fault), scenario=word.upper())
            headers = {"X_Scenario": name, "X_Conversation_ID": word}
            assert gateway.post("/service-orders", orders[word], **headers).status_code == 202
        gateway.advance()
        assert "delivery.unexpected_answer" not in findings(gateway)
        for word, order in orders.items():
            mine = [one for one in receiver.arrivals if one.headers["x-conversation-id"] == word]
            states = {kci["state"] for kci in gateway.kcis(order)}
            outcomes[word] = Outcome(seen(mine), states, gateway.order(order)["status"])
    return outcomes


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    folder = tmp_path_factory.mktemp("faults")
    with Receiver(answer=good) as started:
        overrides = {
            "server": {"port": 0},
            "store": {"url": f"sqlite:///{folder}/s.db"},
            "clock": {"mode": "manual"},
            "gateway": {"url": started.url},
        }
        with Embedded(config.load(environment={}, overrides=overrides)) as simulator:
            found = play_all(simulator, started)
        assert len(started.tokens) == 1, "no token is renewed for a fault"
    yield found


@pytest.mark.parametrize("word", sorted(FAULTS))
def test_a_gateway_sees_the_fault_and_then_the_rest_of_the_story(
    word: str, outcomes: dict[str, Outcome]
) -> None:
    check(word, outcomes[word])


def test_the_same_on_postgresql(running: Any, receiver: Receiver, postgresql_url: str) -> None:
    with running(store={"url": postgresql_url}) as simulator:
        for word, outcome in play_all(simulator, receiver).items():
            check(word, outcome)


def check(word: str, outcome: Outcome) -> None:
    held = {"silenced"} if FAULTS[word].is_held else set()
    assert outcome == Outcome(EXPECTED[word][1], {"delivered"} | held, "COMPLETED"), word


def test_a_duplicate_has_the_same_bytes_and_another_id_changes_nothing_else(
    running: Any, receiver: Receiver
) -> None:
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED", "fault": "duplicate"},
        {"after": "1s", "send": "COMMITTED", "fault": "duplicate_new_id"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place(upload(gateway, *steps))
        gateway.advance()
    first, again, second, other = receiver.arrivals
    assert first.raw == again.raw
    assert second.body["id"] != other.body["id"]
    assert {**second.body, "id": None} == {**other.body, "id": None}


def test_a_stale_order_is_the_order_before_the_step(running: Any, receiver: Receiver) -> None:
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED"},
        {"after": "1s", "send": "COMMITTED", "fault": "stale_order"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance()
        assert gateway.order(order)["status"] == "IN_PROGRESS"
    stale = receiver.arrivals[1].body
    assert stale["reasonCode"] == "COMMITTED"
    assert stale["provideServiceOrder"]["status"] == "ACKNOWLEDGED"
    assert "committedDate" not in stale["provideServiceOrder"]


def test_what_tries_a_gateway_out_moves_nothing_until_the_honest_message(
    running: Any, receiver: Receiver
) -> None:
    statuses: list[str] = []
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.provide()

        def answer(number: int, arrival: Arrival) -> int:
            statuses.append(gateway.order(order)["status"])
            return good(number, arrival)

        receiver.answer = answer
        gateway.post("/service-orders", order, X_Scenario=upload(gateway, *story("unknown_order")))
        gateway.advance()
        probe, honest = outbox(gateway, order)[:2]
    assert statuses[:2] == ["RECEIVED", "ACKNOWLEDGED"]
    assert (probe["fault"], probe["sequence"]) == ("unknown_order", None)
    assert (honest["fault"], honest["sequence"]) == (None, 1)


def test_an_expired_token_is_one_that_the_gateway_gave_once_one_has_ended(
    running: Any, receiver: Receiver
) -> None:
    def of_faults() -> list[str]:
        answers = [arrival for arrival in receiver.arrivals if arrival.answered == 401]
        return [arrival.headers["authorization"].removeprefix("Bearer ") for arrival in answers]

    receiver.lifetime = 0.05
    receiver.answer = lambda number, arrival: 401 if b"ACKNOWLEDGED" in arrival.raw else 204
    with running() as simulator, Gateway(simulator.url) as gateway:
        name = upload(gateway, {"after": "1s", "send": "ACKNOWLEDGED", "fault": "expired_token"})
        for _ in range(100):
            gateway.place(name)
            gateway.advance("1s")
            if of_faults()[-1] in receiver.tokens:
                break
    assert of_faults()[0].count(".") == 2, "none had ended: a JWT that nobody signed"
    assert of_faults()[-1] in receiver.tokens


@pytest.mark.slow
def test_a_fault_is_tried_again_with_the_same_bytes_after_a_restart(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 503 if number == 1 else good(number, arrival)
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *story("bad_json")))
        receiver.wait_for(1)
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.advance()
        assert gateway.order(order)["status"] == "COMPLETED"
    first, again, *rest = receiver.arrivals
    assert (first.answered, again.answered) == (503, 400) and first.raw == again.raw
    assert [arrival.body["sequenceNumber"] for arrival in rest] == [1, 2, 3]


@pytest.mark.parametrize("code", [204, 404, 500])
def test_an_answer_that_is_not_wanted_is_told_and_the_story_goes_on(
    code: int, running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: code if number == 1 else 204
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *story("bad_json")))
        gateway.advance()
        assert gateway.order(order)["status"] == "COMPLETED"
        said = gateway.admin("GET", "/journal?direction=out")["items"][0]["findings"]
    assert {"delivery.on_purpose", "delivery.unexpected_answer"} == {one["rule"] for one in said}
    assert f"the gateway answered {code}, and ought to answer 400 or 422" in str(said)


def test_a_refusal_that_a_step_wants_settles_its_kci(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 404 if number == 1 else 204
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED", "answered": [404, "5xx"]},
        {"after": "1s", "send": "COMMITTED"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance()
        assert [kci["state"] for kci in gateway.kcis(order)] == ["delivered", "delivered"]
        assert findings(gateway) == []


def test_an_illegal_step_gives_its_message_any_member(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 204
    whole, gone = {"id": 7, "status": "FOO"}, {"provideServiceOrder": None}
    steps = [
        {"after": "1s", "send": "COMMITTED", "illegal": True, "with": members}
        for members in ({"reasonCode": "PONR_REACHED", "provideServiceOrder": whole}, gone)
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance()
        first, second = (arrival.body for arrival in receiver.arrivals)
        assert (first["reasonCode"], first["provideServiceOrder"]) == ("PONR_REACHED", whole)
        assert second["reasonCode"] == "COMMITTED" and "provideServiceOrder" not in second
        assert gateway.order(order)["status"] == "IN_PROGRESS"
        assert gateway.admin("GET", f"/orders/{gateway.order(order)['id']}/story")["events"]


def test_a_success_that_a_step_does_not_want_is_told(running: Any, receiver: Receiver) -> None:
    steps = [{"after": "1s", "send": "ACKNOWLEDGED", "answered": "4xx"}]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance()
        assert [kci["state"] for kci in gateway.kcis(order)] == ["delivered"]
        assert findings(gateway) == ["delivery.unexpected_answer"]


def test_the_copy_of_a_message_that_was_withdrawn_is_not_sent(
    running: Any, receiver: Receiver
) -> None:
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED"},
        {"after": "1h", "send": "COMMITTED", "fault": "duplicate"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance("1s")
        assert gateway.cancel(order).status_code == 201
        gateway.advance()
        assert [kci["state"] for kci in outbox(gateway, order)][1:] == ["withdrawn", "silenced"]
    assert len(receiver.arrivals) == 1


def test_a_swap_over_a_mark_keeps_both_numbers(running: Any, receiver: Receiver) -> None:
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED", "fault": "swap_with_next"},
        {"after": "1s", "mark": "BETWEEN"},
        {"wait": "go", "after": "1s"},
        {"after": "1s", "send": "COMMITTED", "fault": "no_token"},
        {"after": "1s", "send": "COMPLETED"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place(upload(gateway, *steps))
        gateway.advance("10s")
        assert receiver.arrivals == []
        gateway.admin("POST", f"/orders/{gateway.order(order)['id']}/signals/go")
        gateway.advance()
    refused = (2, "COMMITTED", 401)
    assert seen(receiver.arrivals) == [refused, SECOND, FIRST, THIRD]


def test_two_swaps_in_a_row_turn_three_messages_round(running: Any, receiver: Receiver) -> None:
    steps = [
        {"after": "1s", "send": "ACKNOWLEDGED", "fault": "swap_with_next"},
        {"after": "1s", "send": "COMMITTED", "fault": "swap_with_next"},
        {"after": "1s", "send": "COMPLETED"},
    ]
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place(upload(gateway, *steps))
        gateway.advance()
    assert seen(receiver.arrivals) == [THIRD, SECOND, FIRST]


def test_the_story_tells_what_was_done_on_purpose(running: Any, receiver: Receiver) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.order(gateway.place(upload(gateway, *story("drop"))))
        gateway.advance()
        told = json.dumps(gateway.admin("GET", f"/orders/{order['id']}/story"))
    assert "ACKNOWLEDGED is not sent: the fault drop holds it back" in told


def test_a_message_that_goes_first_is_answered_before_the_request_is(
    running: Any, receiver: Receiver
) -> None:
    seen_first: list[int] = []
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.provide()
        name = upload(gateway, *story("before_reply"))
        for _ in range(2):  # the repeat is given the same answer, and waits for nothing
            answer = gateway.post("/service-orders", order, X_Scenario=name)
            assert answer.status_code == 202
            seen_first.append(len(receiver.arrivals))
    assert seen_first == [1, 1] and receiver.arrivals[0].answered == 204


def test_an_answer_does_not_wait_for_ever_for_what_goes_first(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 503
    with running() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.provide()
        name = upload(gateway, *story("before_reply"))
        assert gateway.post("/service-orders", order, X_Scenario=name).status_code == 202
