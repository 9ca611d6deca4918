"""The client and the commands that ask a running simulator, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from simulator.cli import main
from simulator.client import Client, Failed
from simulator.testing import PretendGateway, Supplier
from simulator.web import Embedded
from tests.conftest import Gateway


@pytest.fixture
def client(simulator: Embedded) -> Any:
    with Client(simulator.url) as asking:
        yield asking


def run(simulator: Embedded, *arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments, "--url", simulator.url])


def test_the_client_sees_what_the_admin_api_shows(client: Client, gateway: Gateway) -> None:
    body = gateway.place("ORDER_ACKNOWLEDGED")
    (order,) = client.orders(ref=str(body["id"]))
    assert client.order(order["id"]) == order and list(client.orders(tenant="NOBODY")) == []
    told = client.advance(by="30s")
    assert (
        [kci["send"] for kci in told["kcis"]]
        == ["COMMITTED"]
        == [kci["send"] for kci in client.kcis(state="delivered")]
    )
    assert [exchange["direction"] for exchange in client.journal(order=order["id"])] == [
        "in",
        "out",
    ]
    assert "1 COMMITTED -> IN_PROGRESS" in client.story(order["id"])
    client.reset()
    assert list(client.orders()) == []


def test_the_client_pins_and_sets_the_clock(client: Client, gateway: Gateway) -> None:
    client.pin("ORDER_REJECTED", times=1)
    assert gateway.post("/service-orders", gateway.provide()).status_code == 422
    client.pin("ORDER_REJECTED")
    client.unpin()
    assert gateway.post("/service-orders", gateway.provide()).status_code == 202
    assert client.set_clock(mode="manual")["mode"] == client.clock()["mode"] == "manual"


def test_the_client_walks_every_page(simulator: Embedded, gateway: Gateway) -> None:
    refs = {str(gateway.place()["id"]) for _ in range(5)}
    with Client(simulator.url, page=2) as client:
        assert {order["ref"] for order in client.orders()} == refs and len(
            list(client.orders())
        ) == 5


def test_another_supplier_is_named(simulator: Embedded, gateway: Gateway) -> None:
    gateway.place()
    with Client(simulator.url, supplier="mef") as other:
        assert list(other.orders()) == []
    with (
        Client(simulator.url, supplier="meff") as nobody,
        pytest.raises(Failed, match="did you mean `mef`"),
    ):
        nobody.clock()


def test_a_refusal_has_its_status_code_and_detail(client: Client) -> None:
    with pytest.raises(Failed) as caught:
        client.advance(by="soon")
    assert (caught.value.status, caught.value.code) == (
        400,
        "malformed",
    ) and "soon" in caught.value.detail


def test_a_token_opens_what_wants_one(make_config: Any) -> None:
    with Embedded(make_config(admin={"token": "secret"})) as running:
        with Client(running.url) as stranger, pytest.raises(Failed) as caught:
            list(stranger.orders())
        assert caught.value.status == 401
        with Client(running.url, token="secret") as known:
            assert list(known.orders()) == []


def test_a_supplier_is_made_asked_and_deleted(simulator: Embedded) -> None:
    with Client(simulator.url) as client:
        shape = client.make_supplier(clock={"mode": "manual"})
        with Client(simulator.url, supplier=shape["name"]) as own:
            assert list(own.orders()) == [] and own.clock()["mode"] == "manual"
            client.delete_supplier(shape["name"])
            with pytest.raises(Failed, match="no supplier"):
                own.clock()
        with pytest.raises(Failed) as caught:
            client.delete_supplier("default")
        assert caught.value.status == 409


# ---- the commands


def test_the_list_of_the_pretend_gateway_is_read_to_its_end(simulator: Embedded) -> None:
    with Supplier.make(simulator.url) as supplier:
        supplier.client.page = 2
        sample = supplier.sample()
        requests.request(
            sample["method"],
            supplier.url + sample["path"],
            json=sample["body"],
            headers=sample["headers"],
            timeout=30,
        ).raise_for_status()
        supplier.advance(days=42)
        pretend = PretendGateway(supplier)
        assert [row["body"]["sequenceNumber"] for row in pretend.received] == [1, 2, 3]
        tenant, ref = supplier.order["tenant"], supplier.order["ref"]
        assert pretend.of(f"{tenant}/{ref}") == pretend.received
        assert pretend.of("nobody/1") == pretend.findings == []


def test_orders_as_a_table_as_json_and_as_a_story(simulator: Embedded, gateway: Gateway) -> None:
    body = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("30s")
    lines = run(simulator, "orders").stdout.splitlines()
    assert lines[0].split() == ["id", "tenant/ref", "number", "status", "scenario", "KCIs"]
    assert (
        f"TENANT1/{body['id']}" in lines[1]
        and "1 waiting, 1 delivered" in lines[1]
        and len(lines) == 2
    )
    (order,) = map(json.loads, run(simulator, "orders", "--json").stdout.splitlines())
    assert order["ref"] == str(body["id"])
    story = run(simulator, "orders", order["id"]).stdout
    assert story.startswith(f"order TENANT1/{body['id']}") and "1 COMMITTED -> IN_PROGRESS" in story
    assert json.loads(run(simulator, "orders", order["id"], "--json").stdout)["id"] == order["id"]
    assert run(simulator, "orders", f"TENANT1/{body['id']}").stdout == story
    assert "no order TENANT1/9" in run(simulator, "orders", "TENANT1/9").stderr
    assert run(simulator, "orders", "--status", "HELD").stdout.splitlines() == [
        "id  tenant/ref  number  status  scenario  KCIs"
    ]


def test_an_order_is_found_by_the_callers_own_id_and_by_our_reference(
    simulator: Embedded, gateway: Gateway
) -> None:
    body = gateway.place("ORDER_ACKNOWLEDGED")
    order = gateway.order(body)
    for name in (str(body["id"]), order["number"], order["id"]):
        assert run(simulator, "orders", name).stdout.startswith(f"order TENANT1/{body['id']}")
    missing = run(simulator, "orders", "no-such-order")
    assert missing.exit_code == 2 and "there is no order no-such-order" in missing.stderr
    twin = {**body, "tenant": "TENANT2"}
    assert gateway.post("/service-orders", twin, Tenant="TENANT2").ok
    both = run(simulator, "orders", str(body["id"]))
    assert both.exit_code == 2 and f"TENANT1/{body['id']}, TENANT2/{body['id']}" in both.stderr
    one = run(simulator, "orders", str(body["id"]), "--tenant", "TENANT2")
    assert one.stdout.startswith(f"order TENANT2/{body['id']}")


def test_kcis_and_journal_filter(simulator: Embedded, gateway: Gateway) -> None:
    gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("30s")
    (kci,) = map(
        json.loads, run(simulator, "kcis", "--state", "delivered", "--json").stdout.splitlines()
    )
    assert kci["send"] == "COMMITTED"
    heads, sent, waits = run(simulator, "kcis").stdout.splitlines()
    assert heads.split()[:5] == ["id", "due", "order", "no", "send"]
    assert sent.split()[3:] == ["1", "COMMITTED", "delivered", "1", "204"] and waits.split()[
        3:
    ] == ["COMPLETED", "waiting", "0"]
    exchanges = run(simulator, "journal", "--direction", "out").stdout.splitlines()
    assert len(exchanges) == 2 and "POST /kcis" in exchanges[1] and "204" in exchanges[1]


def test_acts_on_kcis_and_orders(simulator: Embedded, gateway: Gateway) -> None:
    body = gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("30s")
    sent, waits = map(json.loads, run(simulator, "kcis", "--json").stdout.splitlines())
    assert run(simulator, "kcis", "resend", sent["id"]).stdout.split()[0] == "COMMITTED:"
    gateway.admin("POST", "/wait", {"for": "idle"})
    assert run(simulator, "kcis", "withdraw", waits["id"]).stdout == "COMPLETED: withdrawn\n"
    assert (
        json.loads(run(simulator, "kcis", "resend", sent["id"], "--json").stdout)["id"]
        == sent["id"]
    )
    gateway.admin("POST", "/wait", {"for": "idle"})
    for arguments, said in (
        (("kcis", "withdraw", waits["id"]), "a KCI that is withdrawn cannot be withdrawn"),
        (("kcis", "resent", sent["id"]), "did you mean `resend`?"),
        (("kcis", sent["id"]), "resend, skip, withdraw"),
        (("orders", "resume", sent["order"]), "not parked"),
        (("orders", "resum", sent["order"]), "did you mean `resume`?"),
        (("orders", "signal", "go", sent["order"]), "does not wait for the signal go"),
        (("kcis", "skip", "nobody"), "no KCI nobody"),
    ):
        wrong = run(simulator, *arguments)
        assert wrong.exit_code == 2 and said in wrong.stderr and wrong.stderr.count("\n") == 1, (
            wrong.stderr
        )
    order = gateway.order(gateway.place())
    told = run(simulator, "orders", "abandon", order["id"])
    assert told.stdout == f"TENANT1/{order['ref']}: 3 withdrawn\n" and body["id"] != order["ref"]


def test_an_act_on_all_that_the_filters_show(simulator: Embedded, gateway: Gateway) -> None:
    for _ in range(3):
        gateway.place("ORDER_ACKNOWLEDGED")
    gateway.advance("30s")
    assert run(simulator, "kcis", "resend", "--state", "delivered").stdout == "resend: 3\n"
    gateway.admin("POST", "/wait", {"for": "idle"})
    assert len(gateway.received()) == 6
    told = run(
        simulator, "kcis", "withdraw", "--order", gateway.admin("GET", "/orders")["items"][0]["id"]
    )
    assert told.stdout == "withdraw: 1\n" and "cannot be withdrawn" in told.stderr
    assert run(simulator, "kcis", "resend").exit_code == 2, "all of everything is nobody's wish"


def test_how_the_gateways_are_and_what_can_be_done(simulator: Embedded, gateway: Gateway) -> None:
    gateway.place()
    gateway.advance("31s")
    heads, first, *others = run(simulator, "gateways").stdout.splitlines()
    assert heads.split() == ["supplier", "url", "state", "since", "until", "reason"]
    assert first.split()[0] == "default" and " ok " in first
    assert others[-1].startswith("senders: ") and others[-1].endswith("2 KCIs waiting, 0 dead")
    assert run(simulator, "gateways", "stop").stdout == "default: stopped\n"
    assert run(simulator, "gateways", "stop").exit_code == 2
    assert "an operator stopped it" in run(simulator, "gateways").stdout
    assert run(simulator, "gateways", "resume").stdout == "default: ok\n"
    assert json.loads(run(simulator, "gateways", "--json").stdout)["status"] == "ok"


def test_a_long_list_says_that_it_is_cut(simulator: Embedded, gateway: Gateway) -> None:
    for _ in range(3):
        gateway.place()
    result = run(simulator, "orders", "--most", "2")
    assert len(result.stdout.splitlines()) == 3 and "the first 2" in result.stderr
    assert len(run(simulator, "orders", "--most", "0").stdout.splitlines()) == 4


def test_reset_forgets(simulator: Embedded, gateway: Gateway) -> None:
    gateway.place()
    assert run(simulator, "reset").exit_code == 0
    assert len(run(simulator, "orders").stdout.splitlines()) == 1


@pytest.mark.parametrize("command", ["orders", "kcis", "journal", "reset"])
def test_what_goes_wrong_is_one_line_and_exit_2(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--url", "http://127.0.0.1:1"])
    assert (
        result.exit_code == 2
        and result.stderr.count("\n") == 1
        and "no simulator answers at http://127.0.0.1:1" in result.stderr
    )


def test_a_wrong_order_or_state_is_one_line_too(simulator: Embedded) -> None:
    for arguments, said in (
        (("orders", "nobody"), "no order nobody"),
        (("kcis", "--state", "ded"), "state: one of"),
    ):
        result = run(simulator, *arguments)
        assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_the_address_and_the_token_come_from_the_settings(make_config: Any, tmp_path: Any) -> None:
    with Embedded(make_config(admin={"token": "secret"})) as running:
        path = tmp_path / "config.yaml"
        path.write_text(
            f"server: {{port: {running.url.rpartition(':')[2]}}}\nadmin: {{token: secret}}\n"
        )
        assert CliRunner().invoke(main, ["orders", "--config", str(path)]).exit_code == 0
