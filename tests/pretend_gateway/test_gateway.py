"""The pretend gateway takes KCIs whatever method they are sent with; its list is the operator's."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from simulator.base import instants
from simulator.base.errors import Refused
from simulator.cli.serve import tidy
from simulator.config import Config, JournalConfig
from simulator.front import AdminGuard, GuardedPretend
from simulator.model import MESSAGE_METHODS, Incoming, Outgoing
from simulator.pretend_gateway import PretendGateway
from simulator.pretend_gateway.book import Book
from simulator.store import Store
from tests.dialects.pizza import Pizza


@pytest.fixture
def pretend(make_config: Callable[..., Config], store_url: str) -> Iterator[PretendGateway]:
    settings = make_config(gateway={"auth": {"kind": "none"}}).suppliers[0].gateway
    store = Store(store_url)
    yield PretendGateway(Book(store, "s", Pizza()), settings, Pizza(), "key")
    store.close()


def kci(method: str, number: int = 1) -> Incoming:
    document = {"n": number, "who": "W1", "said": "baked", "topping": "ham"}
    return Incoming(method=method, path="/doors/7", body=json.dumps(document).encode())


def listed(pretend: PretendGateway) -> Outgoing:
    return pretend.answer(Incoming(method="GET", path="/kcis"))


def test_a_pretend_gateway_alone_keeps_its_list_within_bounds(pretend: PretendGateway) -> None:
    for number in range(1, 106):
        pretend.answer(kci("POST", number))
    ended = threading.Event()
    ended.set()
    tidy(pretend.book.store, JournalConfig(most=100, keep=instants.DAY), ended)
    numbers = [row["body"]["n"] for row in listed(pretend).body["items"]]
    assert numbers == list(range(6, 106))


def test_a_kci_comes_by_any_method_that_a_message_can_have(pretend: PretendGateway) -> None:
    assert set(MESSAGE_METHODS) == {"POST", "PUT", "PATCH"}
    for number, method in enumerate(MESSAGE_METHODS, 1):
        assert pretend.answer(kci(method, number)).code == 200
    numbers = [row["body"]["n"] for row in listed(pretend).body["items"]]
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_method_is_no_kci(pretend: PretendGateway, method: str) -> None:
    with pytest.raises(Refused) as caught:
        pretend.answer(kci(method))
    assert caught.value.kind == "wrong_method"
    assert {*MESSAGE_METHODS} <= {*caught.value.allow}
    assert listed(pretend).body["items"] == []


def test_a_kci_needs_no_admin_token_but_the_list_does(pretend: PretendGateway) -> None:
    guarded = GuardedPretend(pretend, AdminGuard("t0ken", "127.0.0.1"), 10_000)
    assert [guarded.answer(kci(method)).code for method in MESSAGE_METHODS] == [200] * 3
    for method in ("GET", "DELETE"):
        assert guarded.answer(Incoming(method=method, path="/kcis")).code == 401
