"""Stories that part, as a gateway and an operator see them: at the end of a wait, and by the answer
to a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator import config
from simulator.base.instants import DAY, HOUR, parse_instant
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Arrival, Receiver
from tests.sender.conftest import FAST
from tests.sender.test_faults import findings, outbox, seen, upload

pytestmark = pytest.mark.slow

WAIT = {
    "after": "1h",
    "wait": "survey",
    "within": "2d",
    "otherwise": [{"after": "1h", "send": "CANCELLED"}],
}
WAITING = [
    {"after": "1h", "send": "COMMITTED"},
    WAIT,
    {"after": "1d", "send": "COMPLETED"},
]
REFUSED = {
    "answered": [404, "422"],
    "timeline": [{"after": "1h", "send": "CANCELLED"}],
}
ASKING: list[dict[str, Any]] = [
    {"after": "1h", "send": "COMMITTED", "on_answer": [REFUSED]},
    {"after": "1d", "send": "COMPLETED"},
]


def refusing(code: str, *answers: int) -> Callable[[int, Arrival], int]:
    """A gateway that gives these answers to a code, one after another, and 204 to all others."""
    left = list(answers)

    def answer(number: int, arrival: Arrival) -> int:
        return left.pop(0) if arrival.body["reasonCode"] == code and left else 204

    return answer


@contextmanager
def playing(store_url: str, receiver: Receiver, **delivery: Any) -> Iterator[Gateway]:
    overrides = {
        "server": {"port": 0},
        "store": {"url": store_url},
        "clock": {"mode": "manual"},
        "gateway": {"url": receiver.url},
        "delivery": FAST | delivery,
    }
    settings = config.load(environment={}, overrides=overrides)
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        yield gateway


def told(gateway: Gateway, order: dict[str, Any]) -> list[str]:
    story = gateway.admin("GET", f"/orders/{gateway.order(order)['id']}/story")
    return [line["text"] for line in story["events"]]


def signal(gateway: Gateway, order: dict[str, Any], name: str, code: int = 200) -> Any:
    path = f"/orders/{gateway.order(order)['id']}/signals/{name}"
    return gateway.admin("POST", path, None, code)


def states(gateway: Gateway, order: dict[str, Any]) -> list[tuple[str, str]]:
    return [(kci["send"], kci["state"]) for kci in outbox(gateway, order)]


def test_both_ends_of_a_wait_after_a_restart_on_both_databases(
    store_url: str, receiver: Receiver
) -> None:
    with playing(store_url, receiver) as gateway:
        name = upload(gateway, *WAITING)
        left, asked = (gateway.place(name) for _ in range(2))
        gateway.advance("5h")
        waits = [kci["waits_for"] for kci in outbox(gateway, left)]
        assert waits == [None, "survey", None]
        assert "CANCELLED comes only on another way" in told(gateway, left)
    with playing(store_url, receiver) as gateway:
        gateway.advance("10h")
        signal(gateway, asked, "survey")
        assert states(gateway, asked)[2] == ("CANCELLED", "withdrawn")
        gateway.advance("42d")
        for order, codes in (
            (left, ["COMMITTED", "CANCELLED"]),
            (asked, ["COMMITTED", "COMPLETED"]),
        ):
            assert [kci["send"] for kci in gateway.kcis(order)] == codes
        said = "no signal survey within 2d: goes on otherwise"
        assert said in told(gateway, left) and said not in told(gateway, asked)
        refused = signal(gateway, left, "survey", 409)
        assert "does not wait for the signal survey" in str(refused)
    for kcis in receiver.by_order().values():
        assert [kci["sequenceNumber"] for kci in kcis] == [1, 2]


GO = {"after": "0s", "wait": "go"}
UPDATES = {"after": "0s", "send": "UPDATE"}
ROUND = {"repeat": {"times": 2, "timeline": [GO, UPDATES]}}


@pytest.mark.parametrize(
    ("between", "names"),
    [
        ([GO, UPDATES, GO], ["go", "go"]),
        ([GO, UPDATES, {**GO, "wait": "on"}, UPDATES, GO], ["go", "on", "go"]),
        ([GO | {"within": "2d"}, UPDATES, GO | {"within": "2d"}], ["go", "go"]),
        ([ROUND, GO], ["go", "go", "go"]),
        ([GO, {**GO, "wait": "on"}, GO], ["go", "on", "go"]),
        ([GO | {"within": "2d"}, GO], ["go", "go"]),
    ],
    ids=["two", "three", "within", "rounds", "nothing between", "within and nothing between"],
)
def test_each_wait_takes_a_signal_of_its_own_on_both_databases(
    store_url: str, receiver: Receiver, between: list[dict[str, Any]], names: list[str]
) -> None:
    committed, _, completed = WAITING
    with playing(store_url, receiver) as gateway:
        order = gateway.place(upload(gateway, committed, *between, completed | {"after": "0s"}))
        gateway.advance("2h")
        for name in names:
            assert gateway.order(order)["status"] == "IN_PROGRESS"
            signal(gateway, order, name)
            gateway.admin("POST", "/clock/advance", {"by": "1h"})
        assert gateway.order(order)["status"] == "COMPLETED"
        signal(gateway, order, names[-1], 409)


def test_the_end_of_one_wait_is_not_that_of_the_next_one_of_its_name(
    store_url: str, receiver: Receiver
) -> None:
    committed, _, completed = WAITING
    waits = [GO | {"within": "2d"}, UPDATES]
    with playing(store_url, receiver) as gateway:
        order = gateway.place(upload(gateway, committed, *waits, *waits, completed))
        gateway.advance("42d")
        begun, *moments = [parse_instant(kci["body"]["issuedOn"]) for kci in gateway.kcis(order)]
        assert [moment - begun for moment in moments] == [2 * DAY, 4 * DAY, 5 * DAY]


def test_the_clock_stops_at_the_end_of_a_wait(store_url: str, receiver: Receiver) -> None:
    with playing(store_url, receiver) as gateway:
        order = gateway.place(upload(gateway, *WAITING))
        gateway.advance("2h")
        moved = gateway.admin("POST", "/clock/advance", {"to_next": True})
        assert moved["moved"] == "2d"
        assert states(gateway, order)[1] == ("COMPLETED", "withdrawn")
        assert gateway.admin("POST", "/clock/advance", {"to_next": True})["moved"] == "1h"
        assert gateway.order(order)["status"] == "CANCELLED"


@pytest.mark.parametrize("code", [404, 422])
def test_the_story_goes_another_way_when_the_gateway_refuses(store_url: str, code: int) -> None:
    with (
        Receiver(answer=refusing("COMMITTED", 503, code)) as receiver,
        playing(store_url, receiver) as gateway,
    ):
        name = upload(gateway, *ASKING)
        order = gateway.place(name)
        gateway.advance()
        first = [(1, "COMMITTED", 503), (1, "COMMITTED", code), (2, "CANCELLED", 204)]
        assert seen(receiver.arrivals) == first
        said = f"COMMITTED was answered {code}: goes way 1 of on_answer"
        assert said in told(gateway, order)
        assert states(gateway, order)[1:] == [
            ("COMPLETED", "withdrawn"),
            ("CANCELLED", "delivered"),
        ]
        other = gateway.place(name)
        gateway.advance()
        assert seen(receiver.arrivals)[3:] == [(1, "COMMITTED", 204), (2, "COMPLETED", 204)]
        assert said not in told(gateway, other)
        assert "delivery.unexpected_answer" not in findings(gateway)


def test_a_shipped_scenario_gives_an_order_up_that_the_gateway_refuses(sqlite_url: str) -> None:
    with (
        Receiver(answer=refusing("COMMITTED", 422)) as receiver,
        playing(sqlite_url, receiver) as gateway,
    ):
        order = gateway.place("ORDER_GIVEN_UP")
        gateway.advance()
        assert [kci["send"] for kci in gateway.kcis(order)] == ["COMMITTED", "CANCELLED"]


def test_an_answer_that_ought_not_to_come_is_a_finding_and_a_way_all_the_same(
    sqlite_url: str,
) -> None:
    with (
        Receiver(answer=refusing("COMMITTED", 404)) as receiver,
        playing(sqlite_url, receiver) as gateway,
    ):
        committed, completed = ASKING
        order = gateway.place(upload(gateway, {**committed, "answered": 204}, completed))
        gateway.advance()
        assert gateway.order(order)["status"] == "CANCELLED"
        assert findings(gateway) == ["delivery.unexpected_answer"]


@pytest.mark.parametrize("after_dead", ["skip", "park"])
def test_a_message_that_was_given_up_leaves_the_rest(sqlite_url: str, after_dead: str) -> None:
    with (
        Receiver(answer=refusing("COMMITTED", 400)) as receiver,
        playing(sqlite_url, receiver, after_dead=after_dead) as gateway,
    ):
        order = gateway.place(upload(gateway, *ASKING))
        gateway.advance("2h")
        dead = outbox(gateway, order)[0]
        assert dead["state"] == "dead"
        if after_dead == "park":
            gateway.admin("POST", f"/kcis/{dead['id']}/skip")
        gateway.advance()
        assert [kci["send"] for kci in gateway.kcis(order)] == ["COMMITTED", "COMPLETED"]
        assert gateway.order(order)["status"] == "COMPLETED"


def test_a_message_that_is_sent_again_by_an_operator_decides_by_its_new_answer(
    sqlite_url: str,
) -> None:
    with (
        Receiver(answer=refusing("COMMITTED", 400, 404)) as receiver,
        playing(sqlite_url, receiver) as gateway,
    ):
        order = gateway.place(upload(gateway, *ASKING))
        gateway.advance("2h")
        gateway.admin("POST", f"/kcis/{outbox(gateway, order)[0]['id']}/resend")
        gateway.advance()
        assert gateway.order(order)["status"] == "CANCELLED"


def test_what_a_request_withdraws_does_not_come_on_any_way(
    sqlite_url: str, receiver: Receiver
) -> None:
    with playing(sqlite_url, receiver) as gateway:
        waiting, asking = (
            gateway.place(upload(gateway, *steps, scenario=name))
            for name, steps in (("WAITS", WAITING), ("ASKS", ASKING))
        )
        for order in (waiting, asking):
            assert gateway.cancel(order).status_code == 201
            assert {kci["state"] for kci in outbox(gateway, order)} == {"withdrawn"}
        gateway.admin("POST", "/clock/advance", {"by": "9d"})
        assert receiver.arrivals == []
        signal(gateway, waiting, "survey", 409)


def test_a_request_that_pauses_the_story_pauses_the_end_of_its_wait_too(
    sqlite_url: str, receiver: Receiver
) -> None:
    with playing(sqlite_url, receiver) as gateway:
        text = {
            "scenario": "PAUSED",
            "reply": "acknowledge",
            "timeline": WAITING,
            "amendment": [
                {
                    "reply": "accept",
                    "pending": "pause",
                    "timeline": [{"after": "3d", "send": "AMENDED"}],
                }
            ],
        }
        gateway.admin("PUT", "/scenarios/PAUSED", text, None)
        order = gateway.place("PAUSED")
        gateway.advance("5h")
        assert gateway.amend(order, notes="x").status_code == 202
        gateway.advance("42d")
        moments = [kci["body"]["issuedOn"] for kci in gateway.kcis(order)]
        assert [kci["send"] for kci in gateway.kcis(order)] == ["COMMITTED", "AMENDED", "CANCELLED"]
        begun = parse_instant(moments[0]) - HOUR
        assert parse_instant(moments[2]) - begun == 3 * DAY + 2 * DAY + 3 * HOUR


SOON = {"after": "1h", "send": "COMPLETED"}
ENDS = GO | {"within": "2d"}
OTHERWISE = ENDS | {"otherwise": [{"after": "1h", "send": "CANCELLED"}]}
PAUSES = {
    "reply": "accept",
    "pending": "pause",
    "timeline": [{"after": "1d", "send": "AMENDED"}],
}
PAUSED: list[tuple[dict[str, Any], list[int], list[int], list[int]]] = [
    (GO, [24], [25], [1, 48, 49]),
    (GO, [24], [50], [1, 48, 51]),
    (GO, [0], [0], [24, 25, 26]),
    (GO, [0], [24], [24, 25, 26]),
    (GO, [0], [30], [24, 25, 31]),
    (GO, [24, 50], [52], [1, 48, 74, 75]),
    (GO, [24, 49], [49], [1, 48, 73, 74]),
    (ENDS, [24], [25], [1, 48, 49]),
    (ENDS, [24], [50], [1, 48, 51]),
    (ENDS, [24], [], [1, 48, 74]),
    (ENDS, [24, 50], [52], [1, 48, 74, 75]),
    (OTHERWISE, [24], [], [1, 48, 74]),
    (OTHERWISE, [24, 50], [], [1, 48, 74, 98]),
]
"""Of a story whose COMPLETED comes an hour after a wait: the wait, and the hours at which the story
is amended, gets its signal, and sends something.
"""


def test_a_signal_during_a_pause_counts_from_its_end(store_url: str, receiver: Receiver) -> None:
    with playing(store_url, receiver) as gateway:
        orders = []
        for number, (wait, *_) in enumerate(PAUSED):
            name = f"PAUSED_{number}"
            timeline = [{"after": "1h", "send": "COMMITTED"}, wait, SOON]
            text = {"scenario": name, "reply": "acknowledge", "timeline": timeline}
            gateway.admin("PUT", f"/scenarios/{name}", text | {"amendment": [PAUSES]}, None)
            orders.append(gateway.place(name))
        begun = parse_instant(gateway.order(orders[0])["received_at"])
        for hour in range(100):
            for order, (_, amendments, signals, _) in zip(orders, PAUSED, strict=True):
                if hour in amendments:
                    assert gateway.amend(order, notes="x").status_code == 202
                if hour in signals:
                    signal(gateway, order, "go")
            gateway.admin("POST", "/clock/advance", {"by": "1h"})
        for order, (wait, _, _, hours) in zip(orders, PAUSED, strict=True):
            sent = gateway.kcis(order)
            moments = [parse_instant(kci["body"]["issuedOn"]) - begun for kci in sent]
            assert [moment // HOUR for moment in moments] == hours
            assert sent[-1]["send"] == ("CANCELLED" if "otherwise" in wait else "COMPLETED")
