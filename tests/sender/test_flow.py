"""How much leaves towards each gateway: breaker, Retry-After, rate, one queue for all, and a share
for everybody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from simulator.base import instants
from simulator.base.clock import wall
from simulator.base.errors import Invalid
from simulator.config import Config
from simulator.gateway import Result, decide
from simulator.model import Kci, Step
from simulator.sender.flow import FlowControl
from simulator.store import Store
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Answer, Arrival, Receiver
from tests.running import until

FAST = {"retry": ["20ms"] * 6, "timeout": "2s", "connect_timeout": "1s", "lease": "8s"}
QUICK = {"failures": 3, "successes": 2, "probe_every": "50ms"}


@pytest.fixture
def running(make_config: Callable[..., Config], receiver: Receiver) -> Any:
    """A simulator that sends to the receiver without tokens, under a policy; `running(**policy)` as
    a context.
    """

    def run(suppliers: list[dict[str, Any]] | None = None, **policy: Any) -> Embedded:
        overrides: dict[str, Any] = {"suppliers": suppliers} if suppliers else {}
        gateway = {"url": receiver.url, "auth": {"kind": "none"}}
        return Embedded(make_config(gateway=gateway, delivery={**FAST, **policy}, **overrides))

    return run


def due(gateway: Gateway, count: int) -> None:
    """So many orders whose first KCI is due at once; nothing is waited for. The clock runs by
    itself from then on, and so do the waits between tries.
    """
    for _ in range(count):
        gateway.place()
    now = instants.parse_instant(gateway.admin("GET", "/clock")["now"]) + 31 * instants.SECOND
    running = {"mode": "scaled", "rate": 1, "now": instants.format_instant(now)}
    gateway.admin("PUT", "/clock", running)


def state(gateway: Gateway) -> str:
    return str(gateway.admin("GET", "/gateway")["state"])


# ---- the breaker


def test_a_gateway_that_is_down_gets_one_message_at_a_time_and_no_try_is_burnt(
    running: Any, receiver: Receiver
) -> None:
    broken = True
    receiver.answer = lambda number, arrival: 500 if broken else 204
    with running(breaker=QUICK) as simulator, Gateway(simulator.url) as gateway:
        due(gateway, 30)
        until(lambda: state(gateway) in ("down", "trying"))
        at_once = len(receiver.arrivals)
        receiver.wait_for(at_once + 10)
        health = gateway.admin("GET", "/health")
        broken = False
        gateway.admin("POST", "/wait", {"for": "kci", "match": {"state": "delivered"}, "count": 30})
        kcis = gateway.admin("GET", "/kcis?state=delivered")["items"]
        acts = gateway.admin("GET", "/journal?direction=act")["items"]
        said = [line["act"]["message"] for line in acts]
        assert state(gateway) == "ok"
    assert health["status"] == "ok" and health["gateways"][0]["reason"] == "answered 500", (
        "we are fine, the gateway is not"
    )
    assert max(kci["attempts"] for kci in kcis) <= 3, (
        "those before it was noticed, and the one that came through"
    )
    assert said[0] == "the gateway is taken to be down: answered 500" and said[1].startswith(
        "the gateway works again, after "
    )


def test_a_gateway_that_was_down_may_say_that_it_has_it_already(
    running: Any, receiver: Receiver
) -> None:
    """A try that did not count was a try all the same: the gateway may have taken it before it
    failed.
    """
    seen: set[bytes] = set()

    def answer(number: int, arrival: Arrival) -> int:
        known = arrival.raw in seen
        seen.add(arrival.raw)
        return 409 if known else 500 if number <= 10 else 204

    receiver.answer = answer
    with running(breaker=QUICK) as simulator, Gateway(simulator.url) as gateway:
        due(gateway, 10)
        gateway.admin("POST", "/wait", {"for": "kci", "match": {"state": "delivered"}, "count": 10})
        kcis = gateway.admin("GET", "/kcis?state=delivered")["items"]
    assert [kci["last"]["code"] for kci in kcis] == [409] * 10 and 1 in {
        kci["attempts"] for kci in kcis
    }


def test_a_gateway_that_is_not_there_is_named_in_words(make_config: Callable[..., Config]) -> None:
    settings = make_config(
        gateway={"url": "http://127.0.0.1:9", "auth": {"kind": "none"}}, delivery={"retry": "none"}
    )
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.advance("31s")
        assert (
            gateway.admin("GET", "/gateway")["reason"]
            == "cannot connect to 127.0.0.1:9: Connection refused"
        )


def test_one_order_alone_never_opens_the_breaker(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 500
    with running(breaker=QUICK) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        assert (gateway.kcis(order)[0]["state"], state(gateway)) == ("dead", "failing")
    assert len(receiver.arrivals) == 7


def test_without_a_breaker_every_order_tries_to_its_end(running: Any, receiver: Receiver) -> None:
    receiver.answer = lambda number, arrival: 500
    with running(breaker={**QUICK, "failures": 0}) as simulator, Gateway(simulator.url) as gateway:
        due(gateway, 5)
        gateway.admin("POST", "/wait", {"for": "kci", "match": {"state": "dead"}, "count": 5})
    assert len(receiver.arrivals) == 35


@pytest.mark.slow
def test_while_one_gateway_is_down_the_others_get_theirs(running: Any, receiver: Receiver) -> None:
    hanging = threading.Event()

    def answer(number: int, arrival: Arrival) -> int:
        if arrival.path.startswith("/a/"):
            hanging.wait(60)
        return 204

    receiver.answer = answer
    suppliers = [{"name": "b", "path": "/"}, {"name": "a", "gateway": {"kcis": "/a/kcis"}}]
    patient = {"timeout": "60s", "connect_timeout": "60s", "lease": "3m"}
    with running(suppliers=suppliers, **patient) as simulator, Gateway(simulator.url) as gateway:
        for _ in range(80):
            gateway.post("/a/service-orders", gateway.provide())
        gateway.admin("POST", "/suppliers/a/clock/advance", {"by": "31s", "settle": False})
        receiver.wait_for(56)
        gateway.place()
        gateway.advance()
        assert [arrival.answered for arrival in receiver.arrivals] == [0] * 56 + [204] * 3
        hanging.set()


@pytest.mark.slow
def test_a_broken_token_endpoint_holds_everything_back_and_is_asked_once(
    make_config: Callable[..., Config], receiver: Receiver
) -> None:
    receiver.token_answer = lambda number: 500 if number == 1 else 200
    with (
        Embedded(make_config(gateway={"url": receiver.url}, delivery=FAST)) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        due(gateway, 100)
        gateway.admin(
            "POST", "/wait", {"for": "kci", "match": {"state": "delivered"}, "count": 100}
        )
        kcis = gateway.admin("GET", "/kcis?state=delivered")["items"]
    assert {kci["attempts"] for kci in kcis} == {1}
    assert len(receiver.tokens) == 2


# ---- a gateway that asks for time, or for nothing more


@pytest.mark.slow
def test_retry_after_is_for_the_whole_gateway(running: Any, receiver: Receiver) -> None:
    times: list[int] = []

    def answer(number: int, arrival: Arrival) -> int | Answer:
        times.append(wall())
        return (429, {"Retry-After": "1"}, b"") if number == 1 else 204

    receiver.answer = answer
    with running() as simulator, Gateway(simulator.url) as gateway:
        due(gateway, 1)
        until(lambda: state(gateway) == "waits")
        shown = gateway.admin("GET", "/gateway")
        due(gateway, 5)
        receiver.wait_for(2)
    assert (
        times[1]
        >= instants.parse_instant(shown["until"])
        > times[0] + instants.SECOND - instants.MILLISECOND
    ), "nothing of any order came meanwhile"
    assert shown["reason"] == "answered 429, Retry-After 1s"


ODD = [
    ("7", 7, ""),
    ("0", 0, ""),
    ("Wed, 01 Jan 2020 00:00:09 GMT", 9, ""),
    ("Wed, 01 Jan 2020 00:00:00 GMT", 0, ""),
    ("99999999", 300, "is cut to 5m"),
    ("-1", 0, "cannot be read"),
    ("soon", 0, "cannot be read"),
    ("9" * 30, 0, "cannot be read"),
    ("٣", 0, "cannot be read"),
    ("", 0, ""),
    ("Wed, 99 Jan 2020 00:00:00 GMT", 0, "cannot be read"),
]


@pytest.mark.parametrize(("given", "seconds", "said"), ODD)
@pytest.mark.parametrize(("code", "name"), [(429, "Retry-After"), (503, "retry-after")])
def test_every_form_of_retry_after(
    make_config: Callable[..., Config], code: int, name: str, given: str, seconds: int, said: str
) -> None:
    policy = make_config(delivery={"retry": ["1ms"] * 3}).suppliers[0].policy
    result = Result(code=code, headers={name: given, "date": "Wed, 01 Jan 2020 00:00:00 GMT"})
    decision = decide(
        result,
        Kci(id="k", order="o", request="r", position=1, due_at=0, step=Step(), attempts=1),
        (),
        policy,
    )
    assert (decision.outcome, decision.pause // instants.SECOND) == ("retry", seconds)
    assert decision.wait == seconds * instants.SECOND if seconds else decision.wait <= 1200
    assert [said in finding.message for finding in decision.findings] == [True] * bool(said)
    assert all(
        finding.where == "response.headers.Retry-After" and finding.got == given[:40]
        for finding in decision.findings
    )


def test_a_gateway_that_is_gone_gets_nothing_until_an_operator_says_so(
    running: Any, receiver: Receiver
) -> None:
    let_go = threading.Event()

    def answer(number: int, arrival: Arrival) -> int:
        return 410 if number == 1 or not let_go.wait(30) else 204

    receiver.answer = answer
    with running() as simulator, Gateway(simulator.url) as gateway:
        gone = gateway.place()
        gateway.advance("31s")
        assert state(gateway) == "stopped"
        gateway.place()
        moved = gateway.advance("31s")
        assert len(moved["overdue"]) == 1 and len(receiver.arrivals) == 1
        assert gateway.admin("POST", "/gateway/resume")["state"] == "failing"
        assert "not held back" in gateway.admin("POST", "/gateway/resume", code=409)["detail"]
        let_go.set()
        receiver.wait_for(2)
        assert gateway.kcis(gone)[0]["state"] == "dead", "what it refused is another question"


def test_an_operator_stops_and_resumes(running: Any, receiver: Receiver) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.admin("POST", "/gateway/stop")
        assert "stopped already" in gateway.admin("POST", "/gateway/stop", code=409)["detail"]
        gateway.place()
        moved = gateway.advance("31s")
        assert (receiver.arrivals, len(moved["overdue"])) == ([], 1)
        gateway.admin("POST", "/gateway/resume")
        receiver.wait_for(1)
        lines = gateway.admin("GET", "/journal?direction=act")["items"]
    assert [line["act"] for line in lines] == [
        {
            "what": f"gateway.{act}",
            "by": "operator",
            "message": f"an operator's {act} of the gateway",
        }
        for act in ("stop", "resume")
    ]


# ---- rate and queue


def test_a_rate_is_kept_whoever_sends(store_url: str, make_config: Callable[..., Config]) -> None:
    """By the clock of the transaction, with two senders that take turns: no timer of ours is tested
    here.
    """
    settings = make_config(delivery={**FAST, "rate": 20})
    policy = settings.suppliers[0].policy
    one, two = FlowControl(settings.delivery), FlowControl(settings.delivery)
    store = Store(store_url)
    sent: list[tuple[int, int]] = []
    with store.write() as tx:
        begun = tx.wall
    for turn in range(200):
        with store.write() as tx:
            tx.wall = begun + turn * 7 * instants.MILLISECOND
            traffic = (one, two)[turn % 2]
            traffic.begin(tx)
            allowance = traffic.allowance(tx, "s", policy, 64, {})
            later = traffic.left(tx, "s", policy, allowance, allowance.most)
            assert (allowance.later or later or 0) > tx.wall, "and it is known when to look again"
            sent.append((tx.wall - begun, allowance.most))
    store.close()
    assert sum(count for _, count in sent) == pytest.approx(200 * 0.007 * 20, abs=3)
    for start, _ in sent:
        assert (
            sum(count for at, count in sent if start <= at < start + instants.SECOND) <= 20 + 3
        ), "a burst of a tenth of a second at most"


def test_failures_are_counted_for_a_bounded_number_of_suppliers(
    store_url: str, make_config: Callable[..., Config]
) -> None:
    settings = make_config()
    policy, traffic = settings.suppliers[0].policy, FlowControl(settings.delivery)
    store = Store(store_url)
    kci = Kci(id="k", order="o", request="r", position=1, due_at=0, step=Step(send="A"))
    failed = decide(Result(error="refused"), kci, (), policy)
    with store.write() as tx:
        traffic.begin(tx)
        for number in range(1500):
            assert traffic.hear(tx, f"made{number}", policy, "o", failed)
    with store.write() as tx:
        traffic.begin(tx)
    store.close()
    assert len(traffic.failing) == 1000 and "made1499" in traffic.failing


def test_a_strict_wholesaler_gets_one_at_a_time_and_one_that_fails_holds_up_all(
    running: Any, receiver: Receiver
) -> None:
    busy, most = [0], [0]

    def answer(number: int, arrival: Arrival) -> int:
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        busy[0] -= 1
        return 500 if 5 <= number < 9 else 204

    receiver.answer = answer
    with running(queue="supplier") as simulator, Gateway(simulator.url) as gateway:
        due(gateway, 8)
        receiver.wait_for(12)
    ids = [arrival.body["provideServiceOrder"]["id"] for arrival in receiver.arrivals]
    assert most[0] == 1
    assert len(set(ids[4:9])) == 1, "the fifth is tried until it is through"
    assert len(dict.fromkeys(ids)) == 8


def test_a_strict_wholesaler_stands_still_behind_a_dead_kci(
    running: Any, receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 400 if number == 1 else 204
    with running(queue="supplier") as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.place()
        moved = gateway.advance("31s")
        assert (len(receiver.arrivals), len(moved["overdue"])) == (1, 1)
        (dead,) = gateway.admin("GET", "/kcis?state=dead")["items"]
        gateway.admin("POST", f"/orders/{dead['order']}/abandon")
        receiver.wait_for(2)


def test_a_policy_that_cannot_be_is_refused(make_config: Callable[..., Config]) -> None:
    for wrong in (
        {"queue": "ordr"},
        {"rate": 0},
        {"breaker": {"failures": -1}},
        {"breaker": {"probe": "1s"}},
        {"retry_on": "x"},
    ):
        with pytest.raises(Invalid):
            make_config(delivery=wrong)
