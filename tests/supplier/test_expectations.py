"""What an order expects of its gateway: told with its story, by the edition that it plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
import requests

from simulator import dialects
from simulator.client import Client, Failed
from simulator.config import Config
from simulator.testing import Supplier
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.dialects.mef import Buyer

EXPECTS = """
scenario: EXPECTS
params:
  patience: {type: duration, default: 2s, header: X-Kci-Delay}
reply: acknowledge
timeline:
  - {after: 1h, send: COMMITTED}
expect:
  - {every_kci: {answered: 204, within: "{{ patience }}"}}
  - {no_request: {operation: cancellation}}
"""
AMENDED = """
scenario: AMENDED_ONCE
for: amendment
params:
  least: {type: integer, default: 1}
reply: acknowledge
expect:
  - {request: {count: 1}}
"""


@pytest.fixture
def supplier(simulator: Embedded) -> Iterator[Supplier]:
    with Supplier.make(simulator.url) as made:
        yield made


@pytest.fixture
def client(supplier: Supplier) -> Client:
    return supplier.client


@pytest.fixture
def gateway(supplier: Supplier) -> Iterator[Gateway]:
    with Gateway(supplier.url) as made:
        yield made


def id_of(client: Client, order: dict[str, Any]) -> str:
    (found,) = client.orders(ref=str(order["id"]))
    return str(found["id"])


def story(client: Client, order: dict[str, Any]) -> Any:
    path = f"{client.base}/orders/{id_of(client, order)}/story"
    return requests.get(path, timeout=30).json()


def told(client: Client, order: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["scenario"], one["text"]) for one in story(client, order)["expects"]]


def test_an_order_expects_what_its_edition_says(gateway: Gateway, client: Client) -> None:
    client.put_scenario("EXPECTS", EXPECTS)
    order = gateway.place("EXPECTS?patience=5s")
    expected = [
        ("EXPECTS", "every KCI is answered 204 within 5s"),
        ("EXPECTS", "no cancellation request comes"),
    ]
    assert told(client, order) == expected
    client.put_scenario("EXPECTS", EXPECTS.replace("answered: 204", "answered: 200"))
    assert told(client, order) == expected
    client.delete_scenario("EXPECTS")
    assert told(client, order) == expected
    data = story(client, order)["expects"][0]
    assert (data["kind"], data["answered"], data["within"]) == ("every_kci", ["204"], "5s")


def test_the_text_of_a_story_tells_it_at_its_beginning(gateway: Gateway, client: Client) -> None:
    client.put_scenario("EXPECTS", EXPECTS)
    order = gateway.place("EXPECTS")
    lines = client.story(id_of(client, order)).splitlines()
    assert lines[1:3] == [
        "EXPECTS expects: every KCI is answered 204 within 2s",
        "EXPECTS expects: no cancellation request comes",
    ]
    assert lines[3].split()[:2] == ["+0s", "request"]


def test_an_order_of_which_nothing_is_expected_says_nothing(
    gateway: Gateway, client: Client
) -> None:
    assert story(client, gateway.place())["expects"] == []


def test_what_answers_a_later_request_adds_what_it_expects(
    gateway: Gateway, client: Client
) -> None:
    client.put_scenario("EXPECTS", EXPECTS)
    client.put_scenario("AMENDED_ONCE", AMENDED)
    order = gateway.place("EXPECTS")
    assert gateway.amend(order, "AMENDED_ONCE", notes="x").status_code == 201
    assert gateway.amend(order, notes="y").status_code == 201
    client.put_scenario("AMENDED_ONCE", AMENDED.replace("count: 1", "count: 7"))
    assert gateway.amend(order, "AMENDED_ONCE", notes="z").status_code == 201
    client.delete_scenario("AMENDED_ONCE")
    assert told(client, order)[2:] == [
        ("AMENDED_ONCE", "the request of this scenario comes once"),
        ("AMENDED_ONCE", "the request of this scenario comes 7 times"),
    ]


def test_a_request_that_is_refused_is_not_kept(gateway: Gateway, client: Client) -> None:
    refusing = AMENDED.replace("reply: acknowledge", "reply: reject")
    client.put_scenario("AMENDED_ONCE", refusing)
    order = gateway.place()
    assert gateway.amend(order, "AMENDED_ONCE", notes="x").status_code == 422
    assert told(client, order) == []


def test_a_story_is_as_the_document_of_the_api_describes_it(
    gateway: Gateway, client: Client
) -> None:
    client.put_scenario("EXPECTS", EXPECTS)
    shown = story(client, gateway.place("EXPECTS"))
    whole = requests.get(f"{client.url}/__admin/openapi.json", timeout=30).json()
    path = whole["paths"]["/__admin/orders/{order_id}/story"]
    schema = path["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(shown, schema)
    assert schema["properties"]["expects"]["items"]["properties"].keys() >= {
        key for one in shown["expects"] for key in one
    }


def test_a_scenario_shows_what_it_expects(client: Client) -> None:
    client.put_scenario("EXPECTS", EXPECTS)
    shown = requests.get(f"{client.base}/scenarios/EXPECTS", timeout=30).json()["expects"]
    assert [one["text"] for one in shown] == [
        "every KCI is answered 204 within 2s",
        "no cancellation request comes",
    ]
    with pytest.raises(Failed, match="unknown operation `cancel`"):
        client.put_scenario("EXPECTS", EXPECTS.replace("cancellation}", "cancel}"))


def test_an_order_that_nobody_asked_for_expects_something_too(client: Client) -> None:
    begun = "scenario: BEGUN\nbegins: supplier\ntimeline:\n  - {after: 0s, send: CREATED}\n"
    expect = "expect:\n  - {request: {operation: cancellation, within: 10wd}}\n"
    client.put_scenario("BEGUN", begun + expect)
    tenant, document = dialects.get("fibre_cafe").sample_beginning()
    order = client.start("BEGUN", tenant=tenant, document=document)
    lines = client.story(order["id"]).splitlines()
    assert lines[1] == "BEGUN expects: a cancellation request comes within 10wd"


def test_a_request_without_an_id_of_its_own_adds_what_it_expects(simulator: Embedded) -> None:
    text = "scenario: HELD_LONG\nfor: hold\nexpect:\n  - {request: {operation: release}}\n"
    with (
        Supplier.make(simulator.url, dialect="mef", scenarios=[text]) as made,
        Buyer(simulator.url, f"/suppliers/{made.name}", made.name) as buyer,
    ):
        order = buyer.place()
        held = {"X_Scenario": "HELD_LONG"}
        assert buyer.send("POST", f"/orders/{order['id']}/hold", None, **held).ok
        (kept,) = made.orders
        lines = made.client.story(kept["id"]).splitlines()
        assert lines[1] == "HELD_LONG expects: a release request comes"


def told_around_a_restart(settings: Config) -> list[list[tuple[str, str]]]:
    """What an order expects before, and after, when the scenarios are gone."""
    names = ("EXPECTS", "AMENDED_ONCE")
    with (
        Embedded(settings) as first,
        Client(first.url) as client,
        Gateway(first.url) as gateway,
    ):
        for name, text in zip(names, (EXPECTS, AMENDED), strict=True):
            client.put_scenario(name, text)
        order = gateway.place("EXPECTS")
        assert gateway.amend(order, "AMENDED_ONCE", notes="x").status_code == 201
        before = told(client, order)
        for name in names:
            client.delete_scenario(name)
    with Embedded(settings) as second, Client(second.url) as client:
        return [before, told(client, order)]


def test_an_order_expects_the_same_after_a_restart(make_config: Callable[..., Config]) -> None:
    before, after = told_around_a_restart(make_config())
    assert before == after and len(before) == 3


@pytest.mark.slow
def test_the_same_on_postgresql(make_config: Callable[..., Config], postgresql_url: str) -> None:
    before, after = told_around_a_restart(make_config(store={"url": postgresql_url}))
    assert before == after and len(before) == 3
