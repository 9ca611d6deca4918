"""Mixes: orders that play one of several whole scenarios, by weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator.client import Client, Failed
from simulator.web import Embedded
from tests.conftest import Gateway

pytestmark = pytest.mark.slow

MIX = """scenario: MIX
about: Most are fine.
mix: {ORDER_SUCCESSFUL: 60, ORDER_DELAYED: 30}
"""
BY_TENANT = MIX + "by: notes\n"
ROWDY = "scenario: MIX\nmix: {ORDER_BUSY: 1, ORDER_ANSWER_LOST: 1, ORDER_SUCCESSFUL: 1}\n"


class Mixing(Gateway):
    """The gateway of a supplier that plays a mix by default."""

    def __init__(self, simulator: Embedded, made: dict[str, Any]) -> None:
        super().__init__(simulator.url + made["path"])
        self.client = Client(simulator.url, supplier=made["name"])

    def played(self, body: dict[str, Any] | None = None, /, **headers: str) -> str:
        """The scenario that a new order plays."""
        body = body or self.provide()
        response = self.post("/service-orders", body, **headers)
        assert response.status_code == 202, response.text
        (order,) = self.client.orders(ref=str(body["id"]))
        return str(order["scenario"])

    def line(self) -> dict[str, Any]:
        """The newest line of the journal."""
        return list(self.client.journal())[-1]


@contextmanager
def mixing(simulator: Embedded, text: str, **given: Any) -> Iterator[Mixing]:
    # draws hang on the supplier's name too
    given = {"name": "m", "seed": "7", "clock": {"mode": "manual"}, "default": "MIX", **given}
    with Client(simulator.url) as admin:
        made = admin.make_supplier(scenarios=[text], **given)
        with Mixing(simulator, made) as gateway:
            yield gateway
        gateway.client.close()
        admin.delete_supplier(made["name"])


@pytest.fixture
def mix(simulator: Embedded) -> Iterator[Mixing]:
    with mixing(simulator, MIX) as gateway:
        yield gateway


def test_each_scenario_is_drawn_by_its_weight(mix: Mixing) -> None:
    drawn = Counter(mix.played(X_Seed_Key=f"k{at}") for at in range(150))
    assert drawn.keys() == {"ORDER_SUCCESSFUL", "ORDER_DELAYED"}
    assert 30 <= drawn["ORDER_DELAYED"] <= 70


def test_the_order_is_one_of_the_scenario_that_was_drawn(mix: Mixing) -> None:
    body = mix.provide()
    drawn = mix.played(body)
    line = mix.line()
    weight = {"ORDER_SUCCESSFUL": 60, "ORDER_DELAYED": 30}[drawn]
    assert line["reasons"][0] == (
        f"the supplier's default: no `when` fits; mix MIX drew {drawn} ({weight} of 90)"
    )
    assert line["scenario"] == drawn
    sent = [kci["send"] for kci in mix.client.advance(by="1h")["kcis"]]
    assert sent[-1] == "COMPLETED" and ("DELAY" in sent) == (drawn == "ORDER_DELAYED")


def test_a_later_request_may_carry_the_header_that_named_the_mix(mix: Mixing) -> None:
    body = mix.provide()
    mix.played(body, X_Scenario="MIX")
    response = mix.cancel(body, "MIX")
    assert response.status_code == 201, response.text


def test_a_mix_that_has_not_the_orders_scenario_is_refused_on_a_later_request(mix: Mixing) -> None:
    body = mix.provide()
    mix.played(body, X_Scenario="ORDER_PENDING")
    response = mix.cancel(body, "MIX")
    assert response.status_code == 422 and "MIX is for an order" in response.text


def test_the_same_seed_draws_the_same_again(simulator: Embedded) -> None:
    runs = []
    for _ in range(2):
        with mixing(simulator, MIX) as gateway:
            runs.append([gateway.played() for _ in range(12)])
    assert runs[0] == runs[1] and len(set(runs[0])) == 2, "equal orders draw anew"


def test_an_unrelated_order_changes_no_draw(simulator: Embedded) -> None:
    runs = []
    for unrelated in (False, True):
        with mixing(simulator, MIX) as gateway:
            drawn = []
            for _ in range(12):
                if unrelated:
                    gateway.played({**gateway.provide(), "notes": "another one"})
                drawn.append(gateway.played())
            runs.append(drawn)
    assert runs[0] == runs[1]


def test_a_key_of_the_callers_draws_the_same_however_many_orders_were_before(mix: Mixing) -> None:
    known = {key: mix.played(X_Seed_Key=key) for key in "abcdefgh"}
    assert len(set(known.values())) == 2
    for _ in range(2):
        assert {key: mix.played(X_Seed_Key=key) for key in reversed("abcdefgh")} == known


@pytest.mark.parametrize("seed", ["7", None])
def test_equal_values_of_by_play_the_same_scenario(simulator: Embedded, seed: str | None) -> None:
    with mixing(simulator, BY_TENANT, seed=seed) as gateway:

        def drawn(notes: str) -> str:
            return gateway.played({**gateway.provide(), "notes": notes})

        known = {notes: drawn(notes) for notes in map(str, range(50))}
        assert len(set(known.values())) == 2
        assert {notes: drawn(notes) for notes in reversed(known)} == known


def test_where_nothing_stands_at_by_the_orders_own_chance_decides(simulator: Embedded) -> None:
    with mixing(simulator, BY_TENANT) as gateway:
        assert len({gateway.played() for _ in range(12)}) == 2


def test_a_parameter_goes_to_the_scenario_that_has_it(mix: Mixing) -> None:
    for key in "abcdef":
        drawn = mix.played(X_Scenario="MIX?gap=2s&problemCode=NETWORK_ISSUE", X_Seed_Key=key)
        first, *_ = mix.client.advance(by="2s")["kcis"]
        assert first["send"] == "ACKNOWLEDGED", drawn
        mix.client.advance(by="1d")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("problemCod=X", "no scenario of the mix MIX has a parameter `problemCod` (did you mean"),
        ("targetDateOffset=soon", "targetDateOffset: must be a whole number"),
        ("gap=late", "X-Scenario: gap: "),
    ],
)
def test_a_parameter_that_no_scenario_can_take_is_always_refused(
    mix: Mixing, query: str, said: str
) -> None:
    for key in "abcdef":
        response = mix.post(
            "/service-orders", mix.provide(), X_Scenario=f"MIX?{query}", X_Seed_Key=key
        )
        assert response.status_code == 422 and said in response.text


def test_a_pin_may_name_a_mix(simulator: Embedded) -> None:
    with mixing(simulator, MIX, default=None) as gateway:
        assert gateway.played() == "ORDER_SUCCESSFUL"
        number = gateway.client.pin("MIX", times=12)["id"]
        drawn = {gateway.played(X_Seed_Key=key) for key in "abcdefghijkl"}
        assert len(drawn) == 2
        assert gateway.line()["reasons"][0].startswith(f"pin {number}; mix MIX drew ORDER_")


def test_a_repeat_goes_on_with_the_scenario_of_its_first_attempt(simulator: Embedded) -> None:
    with mixing(simulator, ROWDY) as gateway:
        codes = {tuple(gateway.codes("/service-orders", gateway.provide(), 3)) for _ in range(15)}
        assert codes == {(503, 503, 201), (None, 201, 201), (202, 202, 202)}


def test_a_mix_keeps_its_scenarios(simulator: Embedded) -> None:
    part = "scenario: PART\nreply: acknowledge\n"
    with mixing(simulator, MIX) as gateway:
        client = gateway.client
        client.put_scenario("PART", part)
        client.put_scenario("MIX", "scenario: MIX\nmix: {PART: 1}\n")
        with pytest.raises(Failed, match="the mix MIX has PART"):
            client.delete_scenario("PART")
        with pytest.raises(Failed, match="the mix MIX has PART"):
            client.put_scenario("PART", "scenario: PART\nfor: amendment\nreply: acknowledge\n")
        assert gateway.post("/service-orders", gateway.provide()).status_code == 201
        client.put_scenario("MIX", MIX)
        client.delete_scenario("PART")


def test_what_a_mix_would_draw_is_explained_and_not_counted(mix: Mixing) -> None:
    body = mix.provide()
    told = [mix.client.explain(body) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0]["mix"] == {"ORDER_SUCCESSFUL": "60 of 90", "ORDER_DELAYED": "30 of 90"}
    drawn = told[0]["scenario"]
    (other,) = {"ORDER_SUCCESSFUL", "ORDER_DELAYED"} - {drawn}
    share = told[0]["mix"][other]
    assert told[0]["others"][other] == f"mix MIX drew {drawn}: this one is {share}"
    assert "MIX" not in told[0]["others"]
    assert f"; mix MIX drew {drawn} (" in told[0]["why"]
    assert mix.played(body) == drawn, "the next order draws what was told"
