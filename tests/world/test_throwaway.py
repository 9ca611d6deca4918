"""Throw-away suppliers: isolated worlds, made and deleted while the simulator runs, seen by every
process at once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from simulator import dialects
from simulator.base.errors import Invalid
from simulator.client import Client, Failed
from simulator.store.tables import PER_SUPPLIER, clocks, received, received_orders
from simulator.web import Embedded
from simulator.world import open_world
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.world.conftest import Made


def test_a_made_supplier_has_its_documented_shape(make: Callable[..., Made]) -> None:
    made = make(name="mine", default="ORDER_DELAYED", seed="s")
    assert (
        made.shape["url"] == f"{made.url}/suppliers/mine"
        and made.shape["path"] == "/suppliers/mine"
    )
    assert (made.shape["dialect"], made.shape["default"], made.shape["seed"]) == (
        "fibre_cafe",
        "ORDER_DELAYED",
        "s",
    )
    assert (
        made.shape["clock"]["mode"] == "manual"
        and made.shape["gateway"]["url"] == f"{made.url}/gateway/suppliers/mine"
    )
    assert made.client.clock() == made.shape["clock"]
    listed = requests.get(f"{made.url}/__admin/suppliers", timeout=30).json()["items"]
    assert [supplier["name"] for supplier in listed] == ["default", "mef", "mine"]


def test_its_orders_live_and_are_told_to_its_own_pretend_gateway(
    make: Callable[..., Made], gateway: Gateway
) -> None:
    made = make()
    assert made.place(7).status_code == 202
    told = made.client.advance(by="42d")
    assert [kci["send"] for kci in told["kcis"]] == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    assert {kci["last"]["code"] for kci in told["kcis"]} == {204}
    own = requests.get(f"{made.shape['gateway']['url']}/kcis", timeout=30).json()["items"]
    assert [row["findings"] for row in own] == [[], [], []] and {row["order"] for row in own} == {
        "TENANT1/7"
    }
    assert gateway.received() == [] and gateway.admin("GET", "/orders")["items"] == []


def test_a_made_supplier_of_the_other_contract(make: Callable[..., Made]) -> None:
    made = make(dialect="mef", contract={"duplicate_pon": "replay"})
    sample = dialects.get("mef").sample("install", None, 1)
    answers = [
        requests.post(
            made.shape["url"] + sample.path, data=sample.body, headers=sample.headers, timeout=30
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201] and answers[
        0
    ].json() == answers[1].json()
    assert [kci["last"]["code"] for kci in made.client.advance(by="42d")["kcis"]] == [201, 201, 201]


def test_its_messages_go_to_its_own_gateway(make: Callable[..., Made], receiver: Receiver) -> None:
    made = make(gateway={"url": receiver.url, "auth": {"kind": "bearer", "token": "t"}})
    made.place()
    made.client.advance(by="42d")
    assert {arrival.headers["authorization"] for arrival in receiver.arrivals} == {
        "Bearer t"
    } and len(receiver.arrivals) == 3


@pytest.mark.parametrize("count", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_many_in_parallel_know_nothing_of_each_other(make: Callable[..., Made], count: int) -> None:
    def live(number: int) -> tuple[str, list[str], str]:
        made = make(seed="same")
        made.place(number)
        sent = [
            kci["body"]["provideServiceOrder"]["id"]
            for kci in made.client.advance(by="42d")["kcis"]
        ]
        (order,) = made.client.orders()
        return order["ref"], sent, order["status"]

    with ThreadPoolExecutor(8) as pool:
        lives = list(pool.map(live, range(1, count + 1)))
    assert lives == [(str(number), [number] * 3, "COMPLETED") for number in range(1, count + 1)]


def test_a_deleted_supplier_leaves_nothing_behind(
    make: Callable[..., Made], simulator: Embedded
) -> None:
    made = make()
    made.place()
    made.client.pin("ORDER_DELAYED")
    made.client.advance(by="30s")
    made.place(2)
    assert made.delete().json() == {"deleted": made.name}
    assert made.place(3).status_code == 404 and made.delete().status_code == 404
    assert requests.get(f"{made.shape['gateway']['url']}/kcis", timeout=30).status_code == 404
    with simulator.world.store.read() as tx:
        for table in (*PER_SUPPLIER, clocks, received, received_orders):
            assert tx.execute(table.select().where(table.c.supplier == made.name)).all() == [], (
                table.name
            )


def test_requests_that_meet_the_deletion_leave_nothing_behind(
    make_config: Callable[..., Any], store_url: str
) -> None:
    with Embedded(make_config(store={"url": store_url})) as running, ThreadPoolExecutor(6) as pool:
        for number in range(4):
            made = Made(running, name=f"short{number}")
            codes = [
                pool.submit(lambda serial, made=made: made.place(serial).status_code, serial)
                for serial in range(1, 13)
            ]
            codes[number].result()
            assert made.delete().status_code == 200
            made.client.close()
            assert {code.result() for code in codes} <= {202, 404}
        with running.world.store.read() as tx:
            for table in (*PER_SUPPLIER, clocks, received, received_orders):
                assert (
                    tx.execute(table.select().where(table.c.supplier.like("short%"))).all() == []
                ), table.name


def test_a_name_made_anew_is_another_supplier(make: Callable[..., Made]) -> None:
    first = make(name="again", default="ORDER_REJECTED")
    assert first.place(scenario="").status_code == 422
    first.delete()
    second = make(name="again", default="ORDER_ACKNOWLEDGED")
    assert second.place(scenario="").status_code == 201 and len(list(second.client.orders())) == 1


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({"name": "default"}, 409, "there is a supplier default already"),
        ({"name": "no spaces"}, 400, "name"),
        ({"dialect": "meff"}, 400, "did you mean `mef`?"),
        ({"default": "ORDER_DELAID"}, 422, "did you mean `ORDER_DELAYED`?"),
        ({"path": "/mine"}, 400, "unknown key `path`"),
        ({"scenarios": "/etc"}, 400, "scenarios: must be a list"),
        ({"scenarios": ["scenario: A\n", "scenario: A\n"]}, 422, "scenarios: A is there twice"),
        ({"scenarios": ["scenario: A\nreply: acknowlege\n"]}, 422, "(uploaded):2:"),
        ({"clock": {"mode": "fast"}}, 400, "clock.mode"),
        ({"gateway": {"url": "nowhere"}}, 400, "gateway.url"),
        ({"dialect": "mef", "contract": {"strikt": True}}, 400, "did you mean `strict`?"),
    ],
)
def test_wrong_settings_of_a_new_supplier_are_refused_with_the_reason(
    simulator: Embedded, given: dict[str, Any], code: int, said: str
) -> None:
    response = requests.post(f"{simulator.url}/__admin/suppliers", json=given, timeout=30)
    assert response.status_code == code and said in response.json()["detail"], response.text


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        ({"url": "http://169.254.169.254/latest"}, "gateway.url: 169.254.169.254 is a link-local"),
        ({"url": "http://[::ffff:169.254.1.1]"}, "gateway.url: ::ffff:169.254.1.1 is a link-local"),
        (
            {"auth": {"token_url": "http://[fd00:ec2::254]/t"}},
            "gateway.auth.token_url: fd00:ec2::254 is a link-local or metadata address",
        ),
    ],
)
def test_a_gateway_at_a_metadata_address_is_refused(
    simulator: Embedded, gateway: dict[str, Any], said: str
) -> None:
    given = {"name": "t1", "gateway": gateway}
    response = requests.post(f"{simulator.url}/__admin/suppliers", json=given, timeout=30)
    assert response.status_code == 422 and said in response.json()["detail"], response.text
    shown = requests.get(f"{simulator.url}/__admin/suppliers/t1", timeout=30)
    assert shown.status_code == 404


def test_on_a_server_for_others_a_made_supplier_posts_to_no_strange_address(
    make_config: Callable[..., Any],
) -> None:
    config = make_config(
        server={"host": "0.0.0.0", "port": 0}, delivery={"targets": ["10.0.0.0/8"]}
    )
    world = open_world(config, "http://127.0.0.1:1")
    with pytest.raises(Invalid, match="may not be posted to: add it to delivery"):
        world.make({"gateway": {"url": "http://203.0.113.7"}})
    for url in ("http://10.1.2.3:9", "http://127.0.0.1:9", "http://later.example"):
        assert world.make({"gateway": {"url": url}})[0].config.gateway.url == url
    world.close()


def test_a_standing_supplier_cannot_be_deleted_and_a_stranger_is_404(simulator: Embedded) -> None:
    assert (
        requests.delete(f"{simulator.url}/__admin/suppliers/default", timeout=30).status_code == 409
    )
    assert requests.get(f"{simulator.url}/__admin/suppliers/nobody", timeout=30).status_code == 404
    assert (
        requests.get(f"{simulator.url}/suppliers/nobody/service-orders", timeout=30).status_code
        == 404
    )
    with (
        Client(simulator.url, supplier="nobody") as client,
        pytest.raises(Failed, match="no supplier"),
    ):
        client.clock()


def test_the_same_seed_gives_the_same_story_under_one_name(make: Callable[..., Made]) -> None:
    told = []
    for _ in range(2):
        made = make(name="seeded", seed="7")
        made.client.set_clock(now="2026-03-02T09:00:00Z")
        made.place(1, "ORDER_ACKNOWLEDGED_LATER")
        told.append([kci["body"] for kci in made.client.advance(by="42d")["kcis"]])
        made.delete()
    assert told[0] == told[1] and len(told[0]) == 4
