"""Steps that change other orders (`start`, `signal`), judged by what two gateways hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.sender.conftest import FAST

pytestmark = pytest.mark.slow

CEASE = {
    "serviceId": "SVC-7",
    "reason": "WORKING_LINE_TAKEOVER",
    "requestedCeaseDate": "2026-04-01T00:00:00Z",
}
WITH = (
    "{serviceId: SVC-7, reason: WORKING_LINE_TAKEOVER, requestedCeaseDate: '2026-04-01T00:00:00Z'}"
)
GAINING = f"""
params: {{losing: TENANT2}}
timeline:
  - {{after: 1h, send: ACKNOWLEDGED}}
  - {{after: 1h, start: LOSING, tenant: "{{{{ losing }}}}", params: {{gap: 2h}}, with: {WITH}}}
  - {{after: 0s, send: COMMITTED}}
  - {{after: 0s, wait: ceased}}
  - {{after: 1h, send: COMPLETED}}
"""
LOSING = """
begins: supplier
params: {gap: 1h}
timeline:
  - {after: 0s, send: CREATED, status: IN_PROGRESS}
  - {after: "{{ gap }}", signal: ceased}
  - {after: 0s, send: COMPLETED}
"""


@pytest.fixture
def linked(running: Any, scenario_folder: Callable[..., str]) -> Callable[..., Embedded]:
    """A simulator that plays scenarios of its own: those of above, or others of their names."""

    def run(
        gaining: str = GAINING, losing: str = LOSING, settings: Any = None, **of_supplier: Any
    ) -> Embedded:
        folder = scenario_folder(GAINING=gaining, LOSING=losing)
        entry = {"name": "default", "path": "/", "scenarios": folder, **of_supplier}
        simulator: Embedded = running(suppliers=[entry], **(settings or {}))
        return simulator

    return run


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """Each message that arrived: its tenant and its code."""
    found = []
    for arrival in receiver.arrivals:
        entity = next(value for value in arrival.body.values() if isinstance(value, dict))
        found.append((entity["tenant"], arrival.body["reasonCode"]))
    return found


BOTH_SIDES = [
    ("TENANT1", "ACKNOWLEDGED"),
    ("TENANT1", "COMMITTED"),
    ("TENANT1", "COMPLETED"),
    ("TENANT2", "COMPLETED"),
    ("TENANT2", "CREATED"),
]


def two(gateway: Gateway) -> tuple[Any, Any]:
    """The starter and the order that it began."""
    starter, begun = gateway.admin("GET", "/orders")["items"]
    return starter, begun


def story(gateway: Gateway, order: Any) -> list[str]:
    events = gateway.admin("GET", f"/orders/{order['id']}/story")["events"]
    return [event["text"] for event in events if event["kind"] == "act"]


def test_an_advance_plays_the_order_that_a_step_starts_and_the_signal_that_it_gives(
    linked: Any, receiver: Receiver, store_url: str
) -> None:
    with (
        linked(settings={"store": {"url": store_url}}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        order = gateway.place("GAINING")
        moved = gateway.advance("1d")
        starter, begun = two(gateway)
    assert sorted(told(receiver)) == BOTH_SIDES and len(moved["kcis"]) == 5
    assert (starter["ref"], starter["status"]) == (str(order["id"]), "COMPLETED")
    assert (begun["tenant"], begun["status"], begun["scenario"]) == (
        "TENANT2",
        "COMPLETED",
        "LOSING",
    )
    assert begun["document"].items() >= {"serviceId": "SVC-7"}.items()
    hours = [arrival.body["issuedOn"][11:13] for arrival in receiver.arrivals]
    first = int(hours[0])
    assert [(int(hour) - first) % 24 for hour in hours] == [0, 1, 1, 3, 4]


def test_linked_orders_know_each_other(linked: Any) -> None:
    with linked() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("GAINING")
        gateway.advance("1d")
        starter, begun = two(gateway)
        assert (starter["began"], starter["begun_by"]) == ([begun["id"]], None)
        assert (begun["began"], begun["begun_by"]) == ([], starter["id"])
        assert story(gateway, starter) == [
            f"began order {begun['id']} of TENANT2 (LOSING)",
            f"the signal ceased was given by order {begun['number']} of TENANT2 (LOSING)",
        ]
        gaining = f"order {order['id']} of TENANT1 (GAINING)"
        assert story(gateway, begun) == [
            f"begun by {gaining}: unsolicited_cease of TENANT2",
            f"gave the signal ceased to {gaining}",
        ]
        acts = gateway.admin("GET", f"/journal?order={starter['id']}&direction=act")["items"]
        assert [line["act"]["what"] for line in acts] == ["order.start", "order.signal"]


def test_what_waits_for_another_signal_or_for_none_stays_and_the_journal_tells(
    linked: Any, receiver: Receiver
) -> None:
    elsewhere = GAINING.replace("wait: ceased", "wait: survey")
    with linked(elsewhere) as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
        gateway.admin(
            "POST", "/start", {"scenario": "LOSING", "tenant": "T9", "document": CEASE}, 201
        )
        gateway.advance("1d")
        alone = gateway.admin("GET", "/orders?tenant=T9")["items"][0]
        begun = gateway.admin("GET", "/orders?tenant=TENANT2")["items"][0]
        (*_, said) = story(gateway, begun)
        assert said.endswith("the order does not wait for the signal ceased: it waits for survey")
        (*_, said) = story(gateway, alone)
        assert said == "the signal ceased reaches nobody: no order is linked to this one"
    assert ("TENANT1", "COMPLETED") not in told(receiver)


def test_a_cancellation_withdraws_a_start_that_is_still_to_come(
    linked: Any, receiver: Receiver
) -> None:
    with linked() as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("GAINING")
        gateway.advance("1h")
        assert gateway.cancel(order).status_code == 201
        gateway.advance("1d")
        assert len(gateway.admin("GET", "/orders")["items"]) == 1
    assert told(receiver) == [("TENANT1", "ACKNOWLEDGED")]


def object_to_takeover(gateway: Gateway, after: str) -> int:
    """A takeover to which the losing tenant objects so long after the order; the answer to that."""
    gateway.place("ORDER_TAKEOVER", orderType="TAKEOVER")
    gateway.advance(after)
    _, begun = two(gateway)
    objection = {
        "id": 1,
        "orderId": 77,
        "reasonCode": "END_USER_NOT_MOVING",
        "supplierOrderReference": begun["number"],
    }
    answered = gateway.post("/service-order-cancellations", objection, Tenant="TENANT2")
    gateway.advance("1d")
    return answered.status_code


def test_an_objection_in_time_cancels_a_takeover_on_both_sides(
    running: Any, receiver: Receiver
) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        assert object_to_takeover(gateway, "1m29s") == 202
        assert [order["status"] for order in two(gateway)] == ["CANCELLED", "CANCELLED"]
    assert sorted(told(receiver)) == [
        ("TENANT1", "ACKNOWLEDGED"),
        ("TENANT1", "CANCELLED"),
        ("TENANT2", "CANCELLED"),
        ("TENANT2", "CREATED"),
    ]
    why = {arrival.body.get("text") for arrival in receiver.arrivals}
    assert why >= {"The losing side objected", "The gaining order was cancelled too"}


def test_an_objection_that_is_late_is_rejected_and_the_takeover_ends_on_both_sides(
    running: Any, receiver: Receiver
) -> None:
    with running() as simulator, Gateway(simulator.url) as gateway:
        assert object_to_takeover(gateway, "1m30s") == 422
        assert [order["status"] for order in two(gateway)] == ["COMPLETED", "COMPLETED"]
    assert sorted(told(receiver)) == BOTH_SIDES


def test_without_an_objection_a_takeover_ends_on_both_sides_at_once(
    running: Any, receiver: Receiver
) -> None:
    asked = "ORDER_TAKEOVER?losingTenant=TENANT5&window=10d&gap=1h"
    with running() as simulator, Gateway(simulator.url) as gateway:
        gateway.place(asked, orderType="TAKEOVER")
        gateway.advance("10d1h")
        assert [code for _, code in told(receiver)].count("COMMITTED") == 1
        assert "COMPLETED" not in [code for _, code in told(receiver)]
        gateway.advance("1h")
    assert sorted(told(receiver)) == [
        (tenant.replace("TENANT2", "TENANT5"), code) for tenant, code in BOTH_SIDES
    ]


def test_an_entry_starts_an_order_too(linked: Any, receiver: Receiver) -> None:
    entry = f"""
reply: acknowledge
cancellation:
  - reply: accept
    timeline:
      - {{after: 1h, start: LOSING, with: {WITH}}}
      - {{after: 0s, send: CANCELLED}}
"""
    with linked(entry) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place("GAINING")
        assert gateway.cancel(order).status_code == 202
        gateway.advance("1d")
        _, begun = two(gateway)
    assert (begun["tenant"], begun["status"]) == ("TENANT1", "COMPLETED")
    assert ("TENANT1", "CANCELLED") in told(receiver)


@pytest.mark.parametrize(
    ("after_dead", "codes"),
    [("park", ["ACKNOWLEDGED"]), ("skip", ["ACKNOWLEDGED", "COMMITTED"])],
)
def test_an_order_that_cannot_be_started_is_a_dead_step(
    linked: Any, receiver: Receiver, after_dead: str, codes: list[str]
) -> None:
    delivery = {**FAST, "after_dead": after_dead}
    with linked(settings={"delivery": delivery}) as simulator, Gateway(simulator.url) as gateway:
        gateway.place(f"GAINING?losing={'T' * 60}")
        moved = gateway.advance("1d")
        (order,) = gateway.admin("GET", "/orders")["items"]
        (said,) = story(gateway, order)
    assert said == "LOSING could not happen: tenant: must have 1 to 50 characters"
    assert [code for _, code in told(receiver)] == codes
    assert [kci["state"] for kci in moved["parked"]] == (["dead"] if after_dead == "park" else [])


def test_a_stopped_gateway_keeps_a_start_back_as_it_keeps_messages(
    linked: Any, receiver: Receiver
) -> None:
    with linked() as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
        gateway.advance("1h")
        gateway.admin("POST", "/gateway/stop")
        assert len(gateway.advance("1d")["overdue"]) == 1
        assert len(gateway.admin("GET", "/orders")["items"]) == 1
        gateway.admin("POST", "/gateway/resume")
        gateway.advance("1d")
    assert sorted(told(receiver)) == BOTH_SIDES


def test_one_queue_for_all_orders_with_a_rate_goes_on_behind_an_errand(
    linked: Any, receiver: Receiver
) -> None:
    delivery = {**FAST, "queue": "supplier", "rate": 50}
    with linked(settings={"delivery": delivery}) as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
        gateway.advance("1d")
        exchanges = gateway.admin("GET", "/journal?direction=out")["items"]
    assert sorted(told(receiver)) == BOTH_SIDES and len(exchanges) == 5


def test_the_same_seed_starts_the_same_order_whatever_stands_beside_it(
    linked: Any, receiver: Receiver, tmp_path: Any
) -> None:
    invented = GAINING.replace("SVC-7", "'{{ fake.service_id }}'")
    beside = invented.replace("timeline:", "timeline:\n  - {after: 1h, mark: BESIDE}")
    for number, gaining in enumerate((invented, beside)):
        store = {"url": f"sqlite:///{tmp_path}/{number}.db"}
        with (
            linked(gaining, seed="7", settings={"store": store}) as simulator,
            Gateway(simulator.url) as gateway,
        ):
            gateway.place("GAINING")
            gateway.advance("1d")
    losing = [
        (arrival.body["id"], arrival.body["unsolicitedCeaseServiceOrder"]["serviceId"])
        for arrival in receiver.arrivals
        if "unsolicitedCeaseServiceOrder" in arrival.body
    ]
    assert len(losing) == 4 and len(set(losing)) == 2


def test_a_started_order_plays_the_edition_of_when_its_starter_was_planned(
    linked: Any, receiver: Receiver
) -> None:
    with linked() as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
        gateway.advance("1h")
    changed = LOSING.replace("send: COMPLETED", "send: TERMINATED")
    with linked(losing=changed) as simulator, Gateway(simulator.url) as gateway:
        gateway.advance("1d")
    assert sorted(told(receiver)) == BOTH_SIDES


def test_a_started_order_starts_another_by_the_edition_of_that_time_too(
    linked: Any, receiver: Receiver, scenario_folder: Callable[..., str]
) -> None:
    middle = f"""
begins: supplier
timeline:
  - {{after: 0s, start: LAST, tenant: TENANT3, with: {WITH}}}
  - {{after: 0s, send: CREATED}}
"""
    scenario_folder(LAST=LOSING)
    gaining = GAINING.replace("params: {gap: 2h}, ", "")
    with linked(gaining, middle) as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
    scenario_folder(LAST=LOSING.replace("CREATED", "CREATED, with: {text: changed}"))
    with linked(gaining, middle) as simulator, Gateway(simulator.url) as gateway:
        gateway.advance("1d")
        orders = gateway.admin("GET", "/orders")["items"]
    assert [order["scenario"] for order in orders] == ["GAINING", "LOSING", "LAST"]
    assert orders[2]["begun_by"] == orders[1]["id"]
    assert ("TENANT3", "COMPLETED") in told(receiver)
    assert "changed" not in str([arrival.body for arrival in receiver.arrivals])


def test_a_started_order_can_read_who_began_it(linked: Any) -> None:
    losing = LOSING.replace("send: COMPLETED", "mark: M, set: {notes: '{{ order.begun_by }}'}")
    with linked(losing=losing) as simulator, Gateway(simulator.url) as gateway:
        gateway.place("GAINING")
        gateway.advance("1d")
        starter, begun = two(gateway)
    assert begun["document"]["notes"] == starter["id"]


def test_a_starter_waits_for_a_signal_of_each_order_that_it_began(
    linked: Any, receiver: Receiver, store_url: str
) -> None:
    started = next(line for line in GAINING.splitlines() if "start:" in line)
    waits = "  - {after: 0s, wait: ceased}\n"
    both = GAINING.replace(started, f"{started}\n{started.replace('2h', '9h')}")
    with (
        linked(both.replace(waits, waits * 2), settings={"store": {"url": store_url}}) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place("GAINING")
        gateway.admin("POST", "/clock/advance", {"by": "7h"})
        assert [code for tenant, code in told(receiver) if tenant == "TENANT1"] == [
            "ACKNOWLEDGED",
            "COMMITTED",
        ]
        gateway.advance()
        assert sorted(told(receiver))[2] == ("TENANT1", "COMPLETED")
