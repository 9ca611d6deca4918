"""What holds for every contract, the invented ones included: over a real store, a real sender and a
receiver that has none of our code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from simulator import dialects, rehearsal
from simulator.base.errors import REFUSAL_KINDS, RefusalKind, Refused
from simulator.config import Config
from simulator.dialects import Dialect
from simulator.engine.plan import Plan
from simulator.model import Incoming, Order, Outgoing, Submission
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import make_book
from simulator.store import Store, outbox
from simulator.supplier import Supplier
from simulator.supplier.scenario_set import Files
from simulator.supplier.waiting import Waits
from simulator.web import create_app
from simulator.world import World
from simulator.world.health import Health
from simulator.world.reloading import Reloading
from tests.dialects.minimal import Minimal
from tests.dialects.pizza import Pizza
from tests.receiver import Receiver
from tests.running import sending

DONE = """
scenario: S
timeline:
  - {after: 1h, send: DONE}
"""
STORY = """
scenario: S
timeline:
  - {after: 1h, send: BAKED}
  - {after: 1h, send: EATEN, with: {note: "for {{ order.ref }}"}}
topping:
  - reply: accept
    timeline: [{after: 10m, send: TOPPED}]
"""


class Kitchen:
    """One supplier of any dialect over HTTP, with a sender towards the receiver."""

    def __init__(self, dialect: Dialect, config: Config, sources: list[tuple[str, str]]) -> None:
        self.dialect = dialect
        store = Store(config.store.url)
        files = Files(make_book(sources, dialect.vocabulary))
        gateway = replace(
            config.suppliers[0].gateway,
            auth=replace(config.suppliers[0].gateway.auth, kind="none"),
        )
        settings = replace(config.suppliers[0], gateway=gateway)
        self.supplier = Supplier(
            settings,
            dialect,
            files,
            store,
            run_seed="r",
            fixed_seed=False,
            max_delay=0,
            waits=Waits(store),
        )
        self.world = World(
            config=config,
            store=store,
            waits=self.supplier.waits,
            suppliers={settings.name: self.supplier},
            health_of=Health(store),
            reloading=Reloading(()),
        )
        self.supplier.set_clock(mode="manual", rate=None, now=None)
        self.client = Client(create_app(self.world))

    def send(self, incoming: Incoming) -> TestResponse:
        return self.client.open(
            incoming.path,
            method=incoming.method,
            data=incoming.body,
            headers=dict(incoming.headers),
        )

    def ask(self, operation: str, order: Order | None = None, serial: int = 1) -> TestResponse:
        return self.send(self.dialect.sample(operation, order, serial))

    @property
    def order(self) -> Order:
        return self.supplier.orders()[-1].order

    def advance(self, hours: int) -> None:
        assert not self.supplier.advance(by=hours * 3_600_000_000, within=20_000_000).unsettled

    def states(self) -> list[str]:
        with self.world.store.read() as tx:
            return [kci.state for kci in outbox.all_of(tx, self.order.id)]


@pytest.fixture
def kitchen(
    make_config: Callable[..., Config], receiver: Receiver
) -> Iterator[Callable[..., Kitchen]]:
    """Open a supplier by dialect; it sends until the test ends."""
    with sending() as running:

        def make(dialect: Any, *sources: tuple[str, str]) -> Kitchen:
            receiver.answer = lambda number, arrival: dialect.accepted[0]
            config = make_config(gateway={"url": receiver.url}, pretend_gateway={"mount": False})
            made = Kitchen(dialect, config, list(sources))
            running(made.world)
            return made

        yield make


def shipped(name: str) -> list[tuple[str, str]]:
    return [(str(path), path.read_text()) for path in sorted(shipped_folder(name).glob("*.yaml"))]


def opened(name: str) -> tuple[Any, list[tuple[str, str]]]:
    """A dialect with its scenarios; the two invented ones too."""
    if name == "pizza":
        return Pizza(), [("s", STORY)]
    return (Minimal(), [("s", DONE)]) if name == "minimal" else (dialects.get(name), shipped(name))


@pytest.mark.parametrize("name", [*dialects.names(), "pizza", "minimal"])
def test_an_order_of_any_contract_lives_its_life(
    name: str, kitchen: Callable[..., Kitchen], receiver: Receiver
) -> None:
    dialect, sources = opened(name)
    place = kitchen(dialect, *sources)
    first = place.ask(dialect.sample_operations("create")[0])
    assert 200 <= first.status_code < 300, first.text
    assert len(place.supplier.orders()) == 1
    again = place.ask(dialect.sample_operations("create")[0])
    assert (again.status_code, again.data) == (
        first.status_code,
        first.data,
    ) or again.status_code == 409
    assert len(place.supplier.orders()) == 1, "a repeat makes no second order"
    actions = [action for action in dialect.vocabulary.actions if action not in dialect.lookups]
    for later in actions:
        stranger = replace(place.order, number="NOBODY", ref="999999")
        assert place.ask(dialect.sample_operations(later)[0], stranger).status_code == 404
    place.advance(60 * 24)
    assert dialect.ends(place.order.status)
    heard = [dialect.identify_kci(arrival.body) for arrival in receiver.arrivals]
    assert [message.number for message in heard] == list(range(1, len(heard) + 1)) and heard
    assert {message.order for message in heard} == {f"{place.order.tenant}/{place.order.ref}"}
    assert {arrival.path for arrival in receiver.arrivals} == {
        dialect.kci_path.replace("{id}", place.order.number)
    }
    for arrival in receiver.arrivals:
        dialect.read_kci(
            Incoming(
                method="POST",
                path="",
                headers=arrival.headers,
                body=arrival.raw,
                variables={"id": place.order.number},
            )
        )
    refused = [place.ask(dialect.sample_operations(later)[0], place.order) for later in actions]
    assert all(400 <= response.status_code < 500 for response in refused), (
        "nothing is possible after the end"
    )
    assert place.client.get("/nowhere").status_code == 404
    assert place.client.delete(dialect.routes[0].path).status_code == 405
    assert len(place.supplier.journal(direction="in")) == 4 + 2 * len(refused), (
        "every request stands in the journal"
    )


@pytest.mark.parametrize("name", dialects.names())
def test_every_sample_of_a_new_order_is_taken(name: str, kitchen: Callable[..., Kitchen]) -> None:
    dialect = dialects.get(name)
    place = kitchen(dialect, *shipped(name))
    codes = [
        place.ask(operation, serial=serial).status_code
        for serial, operation in enumerate(dialect.sample_operations("create"), 1)
    ]
    assert codes and all(200 <= code < 300 for code in codes)
    assert {view.order.operation for view in place.supplier.orders()} == set(
        dialect.sample_operations("create")
    )


def test_a_pause_and_its_end_go_through_store_and_sender(
    kitchen: Callable[..., Kitchen], receiver: Receiver
) -> None:
    place = kitchen(Pizza(), ("s", STORY))
    place.ask("create")
    assert place.ask("wait", place.order).status_code == 200
    assert place.states() == ["paused", "paused"]
    place.advance(100)
    assert receiver.arrivals == []
    assert place.ask("go_on", place.order).status_code == 200
    assert place.states() == ["waiting", "waiting"]
    place.advance(2)
    assert [arrival.body["what"] for arrival in receiver.arrivals] == ["BAKED", "EATEN"]


def test_a_request_without_an_id_is_another_one_each_time(
    kitchen: Callable[..., Kitchen], receiver: Receiver
) -> None:
    place = kitchen(Pizza(), ("s", STORY))
    place.ask("create")
    assert [place.ask("topping", place.order).status_code for _ in range(2)] == [200, 200]
    place.advance(2)
    assert [arrival.body["what"] for arrival in receiver.arrivals] == [
        "TOPPED",
        "TOPPED",
        "BAKED",
        "EATEN",
    ]
    assert receiver.arrivals[-1].body["pizza"]["topping"] == "olives"


def test_a_message_that_is_not_wanted_moves_the_order_and_uses_no_number(
    kitchen: Callable[..., Kitchen], receiver: Receiver
) -> None:
    place = kitchen(Pizza(), ("s", STORY))
    body = json.dumps({"who": "me", "topping": "ham", "quiet": True}).encode()
    place.send(Incoming(method="POST", path="/pizzas", body=body))
    place.advance(3)
    assert (place.order.status, place.states(), receiver.arrivals) == (
        "EATEN",
        ["silenced", "silenced"],
        [],
    )
    told = [line.text for line in place.supplier.story(place.order.id).lines]
    assert "BAKED is not sent: they do not want to hear" in told


def test_orders_are_numbered_one_after_another_where_the_contract_counts(
    kitchen: Callable[..., Kitchen],
) -> None:
    place = kitchen(Pizza(), ("s", STORY))
    assert [place.ask("create", serial=serial).json["number"] for serial in (1, 2, 3)] == [
        "P1",
        "P2",
        "P3",
    ]  # type: ignore[index]


def test_a_question_changes_nothing_and_stands_in_the_journal(
    kitchen: Callable[..., Kitchen],
) -> None:
    place = kitchen(Pizza(), ("s", STORY))
    place.ask("create")
    assert place.client.get("/pizzas").json == [{"who": "W1", "topping": "ham"}]
    assert [exchange.method for exchange in place.supplier.journal()] == ["POST", "GET"]


def test_what_a_dialect_leaves_out_has_a_default() -> None:
    minimal = Minimal()
    assert list(minimal.openapi("http://x")["paths"]["/jobs"]) == ["post"]
    assert (minimal.auth, minimal.token_path) == ("none", "/auth/supplier/access-token")
    assert minimal.tenant_of(Incoming(method="POST", path="/jobs")) == ""
    with pytest.raises(Refused, match="is begun by the supplier"):
        minimal.begin("T", {})
    with pytest.raises(Refused, match="is begun by the supplier"):
        minimal.sample_beginning()


@pytest.mark.parametrize("name", dialects.names())
def test_every_operation_has_the_action_of_its_requests(name: str) -> None:
    dialect = dialects.get(name)
    vocabulary = dialect.vocabulary
    asked = {
        operation: action
        for action in vocabulary.replies
        for operation in dialect.sample_operations(action)
    }
    begun = dict.fromkeys(vocabulary.begins, "create")
    assert vocabulary.operations == asked | begun


@pytest.mark.parametrize("name", dialects.names())
@pytest.mark.parametrize("kind", REFUSAL_KINDS)
def test_every_kind_of_refusal_has_an_answer(name: str, kind: RefusalKind) -> None:
    answer = dialects.get(name).refuse(Refused(kind, ["id: is wrong"]))
    assert 400 <= answer.code <= 599
    json.dumps(answer.body)


class Unwritable(Pizza):
    """Its answer is no JSON."""

    def write(self, submission: Submission, plan: Plan) -> Outgoing:
        return Outgoing(code=200, body={"set": {1, 2}})


def test_an_answer_that_cannot_be_written_commits_nothing(kitchen: Callable[..., Kitchen]) -> None:
    place = kitchen(Unwritable(), ("s", STORY))
    assert place.ask("create").status_code == 500
    assert place.supplier.orders() == []
    assert [exchange.response["code"] for exchange in place.supplier.journal()] == [500]


@pytest.mark.parametrize("topping", ["a\r\nSet-Cookie: b", "a\0b", "\u2603", "x" * 9000])
def test_a_header_that_no_answer_can_have_commits_nothing(
    kitchen: Callable[..., Kitchen], topping: str
) -> None:
    reply = 'scenario: S\nreply: {answer: accept, headers: {X-Topping: "{{ request.topping }}"}}\n'
    place = kitchen(Pizza(), ("s", reply))
    refused = place.send(
        Incoming(
            method="POST",
            path="/pizzas",
            body=json.dumps({"who": "me", "topping": topping}).encode(),
        )
    )
    assert refused.status_code == 500 and "X-Topping" in refused.text
    assert place.supplier.orders() == []
    assert place.ask("create").headers["X-Topping"] == "ham"


PRICES = """
scenario: PRICES
for: price
when: {topping: gold}
reply: {reject: ["no {{ request.topping }} here, at {{ supplier.name }}"]}
"""


def test_a_lookup_is_answered_and_nothing_is_kept(kitchen: Callable[..., Kitchen]) -> None:
    place = kitchen(Pizza(), ("s", STORY), ("p", PRICES))
    assert place.ask("price").json == {"topping": "ham", "price": 9}
    gold = place.client.post("/prices", data=b'{"topping": "gold"}')
    assert (gold.status_code, gold.json) == (422, {"why": ["no gold here, at default"]})
    assert place.supplier.orders() == [] and place.supplier.kcis() == []
    reasons = [exchange.reasons[0] for exchange in place.supplier.journal()]
    assert reasons == ["no entry of S fits: the dialect's default", "when topping is gold"]
    assert [exchange.scenario for exchange in place.supplier.journal()] == ["S", "PRICES"]


def test_a_lookup_is_rehearsed() -> None:
    book = make_book([("s", STORY), ("p", PRICES)], Pizza.vocabulary)
    (entry,) = rehearsal.rehearse(book.scenarios["PRICES"], Pizza()).entries
    assert [line.text for line in entry.lines][:2] == [
        "POST /prices (price)",
        "422 reject, the order is ORDERED",
    ]
