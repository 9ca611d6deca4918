"""A dialect writes the whole message of a KCI: method, path, headers and body."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator import dialects
from simulator.base.seed import Chance
from simulator.base.working_days import UK
from simulator.model import Incoming, Kci, Order, Step
from simulator.rehearsal.folders import shipped_folder
from simulator.rehearsal.playing import Playing
from simulator.scenario import read_folder

FIRST = {
    "fibre_cafe": ("ACKNOWLEDGED", "/kcis"),
    "mef": ("CONFIGURATION", "/orders/{id}/notification"),
}


def an_order(dialect: Any) -> Order:
    book = read_folder(shipped_folder(dialect.name), dialect.vocabulary)
    scenario = book.named(book.default)
    params = {name: param.default for name, param in scenario.params.items()}
    operation = dialect.sample_operations("create")[0]
    order = Playing(scenario, dialect, params, operation, UK, Chance("r")).order
    assert order is not None
    return replace(order, number="ORD/1 a", conversation_id="conversation-1")


def a_kci(dialect: Any) -> Kci:
    send = FIRST[dialect.name][0]
    return Kci(
        id="00000000-0000-4000-8000-000000000001",
        order="o",
        request="r",
        position=1,
        due_at=0,
        step=Step(send=send),
        sequence=1,
        issued_at=0,
    )


@pytest.mark.parametrize("name", dialects.names())
def test_a_message_goes_to_the_contracts_path_with_the_ids_of_its_order(name: str) -> None:
    dialect = dialects.get(name)
    message = dialect.write_kci(an_order(dialect), a_kci(dialect), None)
    path = FIRST[name][1].replace("{id}", "ORD%2F1%20a")
    assert (message.method, message.path, dialect.kci_path) == ("POST", path, FIRST[name][1])
    assert message.headers["Content-Type"] == "application/json"
    assert message.headers["X-Conversation-ID"] == "conversation-1"
    assert len(message.headers["X-Request-ID"]) == 36


@pytest.mark.parametrize("name", dialects.names())
def test_an_order_without_a_conversation_has_no_conversation_header(name: str) -> None:
    dialect = dialects.get(name)
    order = replace(an_order(dialect), conversation_id="")
    message = dialect.write_kci(order, a_kci(dialect), None)
    assert set(message.headers) == {"X-Request-ID", "Content-Type"}


@pytest.mark.parametrize("name", dialects.names())
def test_a_retry_repeats_the_body_and_has_a_request_id_of_its_own(name: str) -> None:
    dialect = dialects.get(name)
    order, kci = an_order(dialect), a_kci(dialect)
    first = dialect.write_kci(order, kci, None)
    changed = replace(order, document={**order.document, "notes": "changed meanwhile"})
    again = dialect.write_kci(changed, replace(kci, body=first.body), None)
    assert (again.method, again.path, again.body) == (first.method, first.path, first.body)
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


@pytest.mark.parametrize("name", dialects.names())
def test_the_settings_may_name_another_path(name: str) -> None:
    dialect = dialects.get(name, kci_path="/of/{id}/told")
    order = an_order(dialect)
    message = dialect.write_kci(order, a_kci(dialect), None)
    assert message.path == "/of/ORD%2F1%20a/told"


@pytest.mark.parametrize("name", dialects.names())
def test_a_gateway_reads_what_a_dialect_writes(name: str) -> None:
    dialect = dialects.get(name)
    order = replace(an_order(dialect), number="SIM-1")
    if name == "fibre_cafe":
        order = replace(order, status="ACKNOWLEDGED")
    message = dialect.write_kci(order, a_kci(dialect), None)
    headers = {key.lower(): value for key, value in message.headers.items()}
    incoming = Incoming(
        method=message.method, path=message.path, headers=headers, body=message.body.encode()
    )
    known = dialect.identify_kci(dialect.read_kci(incoming))
    assert (known.order, known.number) == (f"{order.tenant}/{order.ref}", 1)
