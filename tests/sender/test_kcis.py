"""Every answer and every KCI of every shipped scenario, for each kind of order, against the schemas
that we publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
import requests

from simulator import config, dialects
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import read_folder
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.rehearsal.by_the_contract import check_by_the_contract

DIALECT = dialects.get("fibre_cafe")
BOOK = read_folder(shipped_folder("fibre_cafe"), DIALECT.vocabulary)
CREATES = DIALECT.sample_operations("create")
Played = tuple[list[tuple[str, Any]], Receiver]


def validator(schema: dict[str, Any], document: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Each scenario with each kind of order, all at once; then a request of each kind to those that
    still live.
    """
    answers: list[tuple[str, Any]] = []
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{tmp_path_factory.mktemp('kcis')}/s.db"},
        "clock": {"mode": "manual"},
    }
    with Receiver() as receiver:
        settings = config.load(
            environment={}, overrides={**overrides, "gateway": {"url": receiver.url}}
        )
        with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
            player = Player(gateway, answers)
            for scenario in BOOK.scenarios.values():
                player.play(scenario)
            gateway.advance()
            player.ask_again()
            gateway.advance()
    yield answers, receiver


class Player:
    """The gateway's part: all that came back with a 201 goes to `answers`, by the path that was
    asked.
    """

    def __init__(self, gateway: Gateway, answers: list[tuple[str, Any]]) -> None:
        self.gateway = gateway
        self.answers = answers
        self.serial = 0

    def play(self, scenario: Any) -> None:
        if scenario.begins == "supplier":
            tenant, document = DIALECT.sample_beginning()
            self.gateway.admin(
                "POST",
                "/start",
                {"scenario": scenario.name, "tenant": tenant, "document": document},
                201,
            )
            return
        for operation in CREATES:
            created = scenario.answers == "create"
            self._send(
                DIALECT.sample(operation, None, self._next()),
                scenario.name if created else "ORDER_ACKNOWLEDGED",
            )
            if not created:
                (order,) = self.gateway.admin("GET", f"/orders?ref={self.serial}")["items"]
                self._later(scenario.answers, order, scenario.name)

    def ask_again(self) -> None:
        """What waits for an amendment gets it, what nobody asked for is objected to, the rest is
        cancelled.
        """
        for shown in self.gateway.admin("GET", "/orders?limit=1000")["items"]:
            if shown["status"] == "PENDING":
                self._later("amendment", shown)
            elif shown["status"] not in ("COMPLETED", "CANCELLED", "REJECTED", "FAILED", "PARTIAL"):
                self._later("cancellation", shown)

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def _later(self, action: str, shown: Any, name: str = "") -> None:
        from simulator.model import Order

        order = Order(
            id="",
            supplier="",
            tenant=shown["tenant"],
            ref=shown["ref"],
            operation=shown["action"],
            document=shown["document"],
            scenario="",
            digest="",
            seed_key="",
            number=shown["number"] or "",
        )
        self._send(DIALECT.sample(action, order, self._next()), name)

    def _send(self, sample: Any, name: str) -> None:
        headers = {**sample.headers, **({"X-Scenario": name} if name else {})}
        response = self._answer_to(sample, headers)
        assert response.status_code in (201, 202, 422), response.text
        if response.status_code == 201:
            self.answers.append((sample.path, response.json()))

    def _answer_to(self, sample: Any, headers: dict[str, str]) -> requests.Response:
        """The first answer that says something: until then the request is sent again."""
        url = self.gateway.url + sample.path
        for _ in range(4):
            with suppress(requests.RequestException):
                answer = self.gateway.http.post(url, sample.body, headers=headers, timeout=30)
                if answer.status_code != 503 and (not answer.content or answer.json()):
                    return answer
        raise AssertionError(f"no answer to {sample.path} with {headers}")


@pytest.mark.slow
def test_every_kci_is_valid_by_the_published_schema(played: Played) -> None:
    document = DIALECT.openapi("http://127.0.0.1")
    kci = validator({"$ref": "#/components/schemas/Kci"}, document)
    bodies = [arrival.body for arrival in played[1].arrivals]
    assert len(bodies) > 300
    wrong = [
        (body["reasonCode"], error.message, list(error.path))
        for body in bodies
        for error in kci.iter_errors(body)
    ]
    assert wrong == []


def test_every_answer_is_valid_by_the_published_schema(played: Played) -> None:
    document = DIALECT.openapi("http://127.0.0.1")
    assert len(played[0]) > 80
    for path, body in played[0]:
        schema = document["paths"][path]["post"]["responses"]["201"]["content"]["application/json"][
            "schema"
        ]
        assert list(validator(schema, document).iter_errors(body)) == [], (path, body)


def test_every_order_keeps_the_reference_as_it_was_written_anew(played: Played) -> None:
    by_order = played[1].by_order()
    assert len(by_order) > 100
    for kcis in by_order.values():
        check_by_the_contract(kcis)


def test_every_reason_code_and_status_was_heard(played: Played) -> None:
    """All but TERMINATED, which goes out as an UPDATE unless the settings want it."""
    bodies = [arrival.body for arrival in played[1].arrivals]
    assert {body["reasonCode"] for body in bodies} == set(DIALECT.vocabulary.codes) - {"TERMINATED"}
    statuses = {
        value["status"] for body in bodies for value in body.values() if isinstance(value, dict)
    }
    assert statuses == set(DIALECT.vocabulary.statuses) - {
        "PENDING_AMENDMENT",
        "PENDING_CANCELLATION",
    }
    keys = {key for body in bodies for key, value in body.items() if isinstance(value, dict)}
    assert keys == {
        "provideServiceOrder",
        "modifyServiceOrder",
        "ceaseServiceOrder",
        "provideEthernetOrder",
        "unsolicitedCeaseServiceOrder",
    }


@pytest.mark.parametrize(
    ("change", "is_valid"),
    [
        ({}, True),
        ({"provideServiceOrder": None}, False),
        ({"ceaseServiceOrder": {"tenant": "T", "status": "ACKNOWLEDGED", "serviceId": "S"}}, False),
        ({"reasonCode": "DONE"}, False),
        ({"reasonCode": "DELAY"}, False),
        ({"reasonCode": "DELAY", "problemCode": "SITE_UNSAFE"}, True),
        ({"reasonCode": "INFORMATION_REQUIRED", "problemCode": "OTHER"}, False),
        ({"sequenceNumber": 0}, False),
        ({"problemCode": "BAD_LUCK"}, False),
        ({"issuedOn": 5}, False),
    ],
)
def test_the_published_schema_refuses_what_is_no_kci(
    change: dict[str, Any], is_valid: bool
) -> None:
    document = DIALECT.openapi("http://127.0.0.1")
    body = document["webhooks"]["kci"]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ]["provide ACKNOWLEDGED"]["value"]
    changed = {key: value for key, value in {**body, **change}.items() if value is not None}
    kci = validator({"$ref": "#/components/schemas/Kci"}, document)
    assert kci.is_valid(changed) is is_valid
