"""Scenarios that come over the admin API: a supplier's own, seen by every process at once, over
those of its files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.client import Client, Failed
from simulator.testing import Supplier
from simulator.web import Embedded, create_app
from simulator.world import open_world
from tests.conftest import Gateway

OWN = """
scenario: OWN
about: A test's own.
params:
  gap: {type: duration, default: 1h}
reply: acknowledge
timeline:
  - {after: "{{ gap }}", send: COMMITTED}
  - {after: 1d, send: COMPLETED}
"""


def place(supplier: Supplier, **headers: str) -> int:
    sample = supplier.sample()
    headers = {
        **sample["headers"],
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return requests.post(
        supplier.url + sample["path"], json=sample["body"], headers=headers, timeout=30
    ).status_code


def test_a_supplier_comes_with_scenarios_of_its_own(simulator: Embedded) -> None:
    with (
        Supplier.make(simulator.url, scenarios=[OWN], default="OWN") as supplier,
        Supplier.make(simulator.url) as other,
    ):
        assert supplier.default == "OWN" and place(supplier) == 201
        assert [kci["send"] for kci in supplier.advance(days=2)] == ["COMMITTED", "COMPLETED"]
        assert place(other, X_Scenario="OWN") == 422, "another one does not know it"
        with pytest.raises(Failed, match="no scenario OWN"):
            other.sample("OWN")


def test_a_test_writes_its_scenario_where_it_needs_it(simulator: Embedded) -> None:
    with Supplier.make(simulator.url) as supplier:
        assert place(supplier.plays_text("scenario: 'NO'\nreply: {reject: [not here]}\n")) == 422
        with pytest.raises(Failed) as caught:
            supplier.plays_text(
                "scenario: BAD\nreply: acknowledge\ntimeline:\n  - {after: 1h, sent: COMMITTED}\n"
            )
        (problem,) = [
            problem for problem in caught.value.body["errors"] if "sent" in problem["message"]
        ]
        assert (problem["line"], problem["hint"]) == (
            4,
            "did you mean `send`?",
        ) and caught.value.status == 422
        with pytest.raises(Failed, match="COMPLETED is not possible"):
            supplier.plays_text(
                "scenario: BAD\nreply: accept\ntimeline:\n  - {after: 1h, send: COMPLETED}\n"
            )


def test_it_hides_a_file_of_its_name_until_it_is_deleted_and_orders_go_on(
    make_config: Callable[..., Any],
) -> None:
    with (
        Embedded(make_config()) as simulator,
        Client(simulator.url) as client,
        Gateway(simulator.url) as gateway,
    ):
        text = OWN.replace("OWN", "ORDER_SUCCESSFUL")
        client.put_scenario("ORDER_SUCCESSFUL", text)
        order = gateway.post("/service-orders", gateway.provide())
        assert order.status_code == 201
        client.put_scenario(
            "ORDER_SUCCESSFUL",
            text.replace("acknowledge", "commit").replace(
                '  - {after: "{{ gap }}", send: COMMITTED}\n', ""
            ),
        )
        assert gateway.post("/service-orders", gateway.provide()).json()["status"] == "IN_PROGRESS"
        client.delete_scenario("ORDER_SUCCESSFUL")
        assert gateway.post("/service-orders", gateway.provide()).status_code == 202
        assert [kci["send"] for kci in client.advance(by="2d")["kcis"]].count("COMMITTED") == 2, (
            "each plays its own edition"
        )
        for name, status in (("ORDER_SUCCESSFUL", 409), ("NOBODY", 404)):
            with pytest.raises(Failed) as caught:
                client.delete_scenario(name)
            assert caught.value.status == status


def test_every_process_plays_it_and_it_outlives_a_restart(
    make_config: Callable[..., Any], store_url: str
) -> None:
    settings = make_config(store={"url": store_url})
    with (
        Embedded(settings) as simulator,
        Client(simulator.url) as client,
        Gateway(simulator.url) as gateway,
    ):
        other = open_world(settings, simulator.url, beginning=False)
        try:
            door = create_app(other).test_client()
            headers = gateway.headers(X_Scenario="OWN")
            assert (
                door.post("/service-orders", json=gateway.provide(), headers=headers).status_code
                == 422
            )
            client.put_scenario("OWN", OWN)
            assert (
                door.post("/service-orders", json=gateway.provide(), headers=headers).status_code
                == 201
            )
        finally:
            other.close()
    with Embedded(settings) as simulator, Client(simulator.url) as client:
        assert client.sample("OWN")["path"] == "/service-orders"
        client.reset()
        assert client.sample("OWN"), "a reset forgets orders, not scenarios"


def test_the_name_in_the_path_is_the_name_in_the_text(simulator: Embedded) -> None:
    with Supplier.make(simulator.url) as supplier:
        with pytest.raises(Failed, match="the text says OWN, the path OTHER"):
            supplier.client.put_scenario("OTHER", OWN)
        url = f"{simulator.url}/__admin/suppliers/{supplier.name}/scenarios"
        assert requests.put(f"{url}/OWN", data=OWN.encode(), timeout=30).status_code == 201
        assert requests.put(f"{url}/OWN", data=OWN.encode(), timeout=30).status_code == 200
        for wrong in (b"", b"\xff\xfe", b"- a\n", b"scenario: [", b"a: &a [*a]"):
            assert requests.put(f"{url}/OWN", data=wrong, timeout=30).status_code == 422, wrong


def test_a_text_is_checked_without_being_kept(simulator: Embedded) -> None:
    with Supplier.make(simulator.url) as supplier:
        assert supplier.client.check_scenario(OWN) == {"errors": [], "warnings": []}
        (error,) = supplier.client.check_scenario(OWN.replace("acknowledge", "acknowlege"))[
            "errors"
        ]
        assert (
            error["line"] == 6 and "acknowledge" in error["hint"] and error["file"] == "(uploaded)"
        )
        with pytest.raises(Failed, match="no scenario OWN"):
            supplier.sample("OWN")


TIED = "scenario: {name}\nwhen: {{orderTyp: NEW}}\nreply: {reply}\n".replace(
    "orderTyp", "orderType"
)


def test_ones_own_scenario_wins_a_tie_against_a_file_and_the_answer_says_so(
    make_config: Callable[..., Any], scenario_folder: Callable[..., str]
) -> None:
    folder = scenario_folder(FILE="when: {orderType: NEW}\nreply: accept\n")
    settings = make_config(
        suppliers=[{"name": "s", "path": "/", "scenarios": folder, "only": True, "default": "FILE"}]
    )
    with (
        Embedded(settings) as simulator,
        Client(simulator.url) as client,
        Gateway(simulator.url) as gateway,
    ):
        taken = client.put_scenario("OWN", TIED.format(name="OWN", reply="acknowledge"))
        (warning,) = taken["warnings"]
        assert (warning["line"], warning["column"], warning["code"]) == (2, 7, "tie")
        assert "a request may fit FILE" in warning["message"]
        assert warning["hint"].startswith("then this one plays")
        assert gateway.post("/service-orders", gateway.provide()).status_code == 201


def test_of_two_own_scenarios_the_first_that_came_wins_a_tie(simulator: Embedded) -> None:
    with Supplier.make(simulator.url) as supplier:
        supplier.client.put_scenario("ZEBRA", TIED.format(name="ZEBRA", reply="acknowledge"))
        taken = supplier.client.put_scenario("APE", TIED.format(name="APE", reply="commit"))
        assert "a request may fit ZEBRA" in taken["warnings"][0]["message"]
        sample = supplier.sample()
        headers = {key: value for key, value in sample["headers"].items() if key != "x-scenario"}
        url = supplier.url + sample["path"]
        answer = requests.post(url, json=sample["body"], headers=headers, timeout=30)
        assert answer.json()["status"] == "ACKNOWLEDGED"
        # a new text of a name keeps the place of that name
        supplier.client.put_scenario("ZEBRA", TIED.format(name="ZEBRA", reply="{reject: [no]}"))
        body = {**sample["body"], "id": sample["body"]["id"] + 1}
        assert requests.post(url, json=body, headers=headers, timeout=30).status_code == 422


def test_what_check_warns_of_is_in_the_answer_that_takes_a_scenario(simulator: Embedded) -> None:
    doubtful = OWN.replace("reply:", "when: {orderTyp: NEW}\nreply:")
    made = {"name": "doubts", "scenarios": [doubtful, TIED.format(name="T", reply="accept")]}
    url = f"{simulator.url}/__admin/suppliers"
    response = requests.post(url, json=made, timeout=30)
    assert response.status_code == 201
    told = [(row["file"], row["code"]) for row in response.json()["warnings"]]
    assert ("scenarios[0]", "unknown_path") in told and ("(uploaded)", "tie") in told
    try:
        with Client(f"{simulator.url}", supplier="doubts") as client:
            assert client.put_scenario("OWN", OWN)["warnings"] == []
            (warning,) = client.put_scenario("OWN", doubtful)["warnings"][:1]
            assert (warning["line"], warning["hint"]) == (6, "did you mean `orderType`?")
    finally:
        requests.delete(f"{url}/doubts", timeout=30)


def test_every_text_of_a_new_supplier_is_checked(simulator: Embedded) -> None:
    wrong = [OWN.replace("acknowledge", word) for word in ("acknowlege", "comit")]
    url = f"{simulator.url}/__admin/suppliers"
    response = requests.post(url, json={"scenarios": wrong}, timeout=30)
    assert response.status_code == 422
    found = [row["file"] for row in response.json()["errors"]]
    assert list(dict.fromkeys(found)) == ["scenarios[0]", "scenarios[1]"]


@pytest.mark.parametrize("body", ['""', "null", "\"{{ request.nothing | default('') }}\""])
def test_an_empty_body_of_a_reply_is_no_body(simulator: Embedded, body: str) -> None:
    text = f"scenario: EMPTY\nreply: {{answer: acknowledge, body: {body}}}\n"
    with Supplier.make(simulator.url) as supplier:
        supplier.plays_text(text)
        sample = supplier.sample()
        url = supplier.url + sample["path"]
        headers = {**sample["headers"], "X-Scenario": "EMPTY"}
        response = requests.post(url, json=sample["body"], headers=headers, timeout=30)
        assert (response.status_code, response.content) == (201, b"")
        assert "Content-Type" not in response.headers


CEASE = "{serviceId: S, reason: CP_REQUEST, requestedCeaseDate: '{{ now }}'}"
START = f"{{after: 0s, start: TWO, with: {CEASE}}}"
STARTER = f"scenario: ONE\ntimeline: [{START}]\n"
ON_A_WAY = f"scenario: ONE\ntimeline: [{{branch: [{{timeline: [{START}]}}]}}]\n"
BEGUN = "scenario: TWO\nbegins: supplier\ntimeline: [{after: 0s, send: CREATED}]\n"


@pytest.mark.slow
def test_what_a_scenario_starts_is_there_before_it(simulator: Embedded) -> None:
    starter, begun = STARTER, BEGUN
    circle = begun.replace("[", f"[{START}, ")
    with Supplier.make(simulator.url) as supplier:
        client = supplier.client
        for text, said in ((starter, "no scenario `TWO` is here"), (circle, "a circle")):
            (error,) = client.check_scenario(text)["errors"]
            assert said in error["message"]
            with pytest.raises(Failed, match=said):
                client.put_scenario(text[10:13], text)
            with pytest.raises(Failed, match=said):
                Supplier.make(simulator.url, scenarios=[text])
        client.put_scenario("TWO", begun)
        assert client.check_scenario(starter)["errors"] == []
        assert place(supplier.plays_text(starter)) == 202
        supplier.advance(days=1)
        assert [order["scenario"] for order in client.orders()] == ["ONE", "TWO"]
    with Supplier.make(simulator.url, scenarios=[starter, begun], default="ONE") as supplier:
        assert place(supplier) == 202


@pytest.mark.parametrize("starter", [STARTER, ON_A_WAY])
def test_what_a_scenario_starts_stays_there(simulator: Embedded, starter: str) -> None:
    with (
        Supplier.make(simulator.url) as supplier,
        Client(simulator.url, supplier=supplier.name) as client,
    ):
        client.put_scenario("TWO", BEGUN)
        client.put_scenario("ONE", starter)
        with pytest.raises(Failed, match="ONE starts TWO: start: no scenario `TWO` is here"):
            client.delete_scenario("TWO")
        with pytest.raises(Failed, match="ONE starts TWO: start: TWO is begun by the gateway"):
            client.put_scenario("TWO", "scenario: TWO\nreply: accept\n")
        client.put_scenario("TWO", BEGUN.replace("0s", "1s"))
        assert place(supplier, X_Scenario="ONE") == 202
        client.delete_scenario("ONE")
        client.delete_scenario("TWO")


def test_a_text_extends_a_scenario_that_the_supplier_plays(simulator: Embedded) -> None:
    with (
        Supplier.make(simulator.url) as supplier,
        Client(simulator.url, supplier=supplier.name) as client,
    ):
        quick = "scenario: {}\nextends: {}\nparams: {{gap: {}}}\n"
        client.put_scenario("QUICK", quick.format("QUICK", "ORDER_DELAYED", "1m"))
        client.put_scenario("QUICKER", quick.format("QUICKER", "QUICK", "1s"))
        assert place(supplier, X_Scenario="QUICKER") == 202
        assert len(supplier.advance(seconds=5)) == 5
        with pytest.raises(Failed) as caught:
            client.put_scenario("BAD", quick.format("BAD", "ORDER_DELAYD", "1s"))
        (problem,) = caught.value.body["errors"]
        assert (problem["line"], problem["column"]) == (2, 10)
        assert problem["hint"] == "did you mean `ORDER_DELAYED`?"


def test_a_text_that_extends_its_own_name_extends_the_file_each_time(simulator: Embedded) -> None:
    with (
        Supplier.make(simulator.url) as supplier,
        Client(simulator.url, supplier=supplier.name) as client,
    ):
        text = "scenario: ORDER_DELAYED\nextends: ORDER_DELAYED\nreply: {status: 299}\n"
        digests = {client.put_scenario("ORDER_DELAYED", text)["digest"] for _ in range(2)}
        assert len(digests) == 1
        assert place(supplier, X_Scenario="ORDER_DELAYED") == 299


def test_texts_of_a_new_supplier_extend_each_other(simulator: Embedded) -> None:
    texts = ["scenario: A\nextends: OWN\nreply: {status: 298}\n", OWN]
    with Supplier.make(simulator.url, scenarios=texts, default="A") as supplier:
        assert place(supplier) == 298
        assert [kci["send"] for kci in supplier.advance(days=2)] == ["COMMITTED", "COMPLETED"]


def test_an_order_keeps_what_its_scenario_took_from_a_base_that_is_gone(
    make_config: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.yaml").write_text(OWN)
    (folder / "mine.yaml").write_text("scenario: MINE\nextends: OWN\n")
    entry = {"name": "default", "path": "/", "scenarios": str(folder)}
    settings = make_config(suppliers=[entry])
    with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
        answer = gateway.post("/service-orders", gateway.provide(), X_Scenario="MINE")
        assert answer.status_code == 201
    (folder / "mine.yaml").unlink()
    (folder / "own.yaml").write_text("scenario: OWN\nreply: accept\n")
    with Embedded(settings) as simulator, Client(simulator.url) as client:
        assert [order["scenario"] for order in client.orders()] == ["MINE"]
        sent = [kci["send"] for kci in client.advance(by="2d")["kcis"]]
        assert sent == ["COMMITTED", "COMPLETED"]
