"""Random histories against a model: orders, amendments, cancellations, what an operator does, a
gateway that fails or refuses, a moving clock.

The model is fifty lines that know nothing of our code: a list of what waits for each order, and
what the gateway was sent. A real simulator with a real sender posts to a real receiver; after each
step both must say the same.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from simulator import config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Arrival, Receiver

pytestmark = pytest.mark.slow

STORY = """
scenario: STORY
about: Four messages in four days; an amendment takes half a day, a cancellation six hours.
reply: acknowledge
timeline:
  - {after: 24h, send: COMMITTED}
  - {after: 24h, send: UPDATE}
  - {after: 24h, send: UPDATE}
  - {after: 24h, send: COMPLETED}
amendment:
  - reply: accept
    pending: keep
    timeline:
      - {after: 12h, send: AMENDED}
cancellation:
  - reply: accept
    pending: withdraw
    timeline:
      - {after: 6h, send: CANCELLED}
"""
DAY = 24
LAST = ("COMPLETED", "CANCELLED")
EXAMPLES = 300 if os.environ.get("FAULTS") == "long" else 25


@dataclass
class Message:
    due: int
    place: int
    reason: str
    number: int = 0
    state: str = "waiting"


@dataclass
class Story:
    """What the model knows of one order."""

    ref: int
    messages: list[Message] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)
    parked: bool = False
    open: bool = False
    status: str = ""
    refuse: int = 0
    fail: int = 0

    def plan(self, due: int, reason: str) -> None:
        self.messages.append(Message(due, len(self.messages) + 1, reason))

    def waiting(self) -> list[Message]:
        return sorted(
            (one for one in self.messages if one.state == "waiting"),
            key=lambda one: (one.due, one.place),
        )

    def withdraw(self, but: str = "") -> None:
        for one in self.waiting():
            one.state = "waiting" if one.reason == but else "withdrawn"

    def run(self, now: int) -> None:
        """Send what is due, in order, until one is given up."""
        while not self.parked and (waiting := self.waiting()) and waiting[0].due <= now:
            self.attempt(waiting[0])

    def attempt(self, one: Message) -> None:
        if not one.number:
            one.number = 1 + max(other.number for other in self.messages)
            if one.reason == "AMENDED":
                self.open = any(
                    other.reason in ("AMENDED", "CANCELLED")
                    for other in self.waiting()
                    if other is not one
                )
            if one.reason in LAST:
                self.status = one.reason
                one.state = "sending"
                self.withdraw()
        while self.fail and not self.refuse:
            self.fail -= 1
            self.sent.append((one.number, one.reason))
        self.sent.append((one.number, one.reason))
        if self.refuse:
            self.refuse -= 1
            one.state, self.parked = "dead", True
        else:
            one.state = "delivered"


class Histories(RuleBasedStateMachine):
    orders = Bundle("orders")
    simulator: Embedded
    gateway: Gateway
    receiver: Receiver

    @initialize()
    def begin(self) -> None:
        self.gateway.admin("POST", "/reset")
        self.receiver.arrivals.clear()
        self.stories: dict[int, Story] = {}
        self.now = 0
        self.receiver.answer = self.answer

    def answer(self, number: int, arrival: Arrival) -> int:
        """What the gateway does was drawn beforehand, for each order by itself."""
        return (
            self.drawn[self.order_of(arrival)].pop(0)
            if self.drawn.get(self.order_of(arrival))
            else 204
        )

    drawn: dict[int, list[int]]

    @staticmethod
    def order_of(arrival: Arrival) -> int:
        return int(next(value for value in arrival.body.values() if isinstance(value, dict))["id"])

    def draw(self) -> None:
        """Draw the gateway's answers as the model has them, before anything can be sent: an act may
        send at once.
        """
        self.drawn = {
            ref: [500] * (0 if story.refuse else story.fail) + [400] * story.refuse
            for ref, story in self.stories.items()
        }

    def settle(self, hours: int = 0) -> None:
        """Let both run, against the same gateway."""
        self.now += hours
        for story in self.stories.values():
            story.run(self.now)
        self.gateway.advance(f"{hours}h")

    # ---- what may happen

    @rule(target=orders)
    def place(self) -> int:
        ref = int(self.gateway.place("STORY")["id"])
        story = self.stories[ref] = Story(ref)
        for days, reason in enumerate(("COMMITTED", "UPDATE", "UPDATE", "COMPLETED"), 1):
            story.plan(self.now + days * DAY, reason)
        return ref

    @rule(hours=st.sampled_from([1, 6, 12, 24, 25, 72]))
    def advance(self, hours: int) -> None:
        self.draw()
        self.settle(hours)

    @rule(ref=orders)
    def amend(self, ref: int) -> None:
        story = self.stories[ref]
        taken = self.gateway.amend({"id": ref}, notes="other").status_code == 202
        assert taken or story.status or story.open or story.parked, (
            "an order that goes on takes amendments"
        )
        assert not (taken and story.status), "one that has ended does not"
        if taken:
            story.plan(self.now + 12, "AMENDED")
            story.open = True

    @rule(ref=orders)
    def cancel(self, ref: int) -> None:
        story = self.stories[ref]
        self.draw()
        taken = self.gateway.cancel({"id": ref}).status_code == 202
        assert taken or story.status or story.open, "an order that goes on can be cancelled"
        assert not (taken and story.status)
        if taken:
            story.withdraw(but="AMENDED")  # what an open amendment has to say is not the story's
            story.open = True
            story.plan(self.now + 6, "CANCELLED")
            story.parked = False
        self.settle()

    @rule(ref=orders, count=st.integers(1, 3))
    def the_gateway_fails(self, ref: int, count: int) -> None:
        self.stories[ref].fail = count

    @rule(ref=orders)
    def the_gateway_refuses(self, ref: int) -> None:
        self.stories[ref].refuse = 1

    @rule(ref=orders, which=st.integers(0, 20), act=st.sampled_from(["resend", "withdraw", "skip"]))
    def act_on_a_kci(self, ref: int, which: int, act: str) -> None:
        """Any act on any KCI; only updates are withdrawn, or the contract forbids what follows."""
        story, kcis = self.stories[ref], self.kcis(ref)
        shown = kcis[which % len(kcis)]
        one = next(message for message in story.messages if message.place == shown["position"])
        allowed = {
            "resend": ("delivered", "dead", "skipped"),
            "withdraw": ("waiting",),
            "skip": ("dead",),
        }[act]
        if (act == "withdraw" and one.reason != "UPDATE") or (
            act == "resend" and one.state == "skipped"
        ):
            return
        possible = one.state in allowed and not (
            act == "resend" and one.state == "delivered" and story.parked
        )
        self.draw()
        self.gateway.admin("POST", f"/kcis/{shown['id']}/{act}", code=200 if possible else 409)
        if not possible:
            return
        if act == "resend":
            story.parked = False
            story.attempt(one)
        else:
            one.state = "withdrawn" if act == "withdraw" else "skipped"
            story.parked = story.parked and act == "withdraw"
        self.settle()

    @rule(ref=orders, act=st.sampled_from(["resume", "abandon"]))
    def act_on_an_order(self, ref: int, act: str) -> None:
        story = self.stories[ref]
        possible = story.parked if act == "resume" else bool(story.waiting())
        shown = self.gateway.order({"id": ref})
        self.draw()
        self.gateway.admin("POST", f"/orders/{shown['id']}/{act}", code=200 if possible else 409)
        if possible:
            story.parked = False
            if act == "abandon":
                story.withdraw()
        self.settle()

    # ---- what must hold

    def kcis(self, ref: int) -> list[Any]:
        order = self.gateway.order({"id": ref})
        return sorted(
            self.gateway.admin("GET", f"/kcis?order={order['id']}&limit=1000")["items"],
            key=lambda kci: kci["position"],
        )

    @invariant()
    def both_say_the_same(self) -> None:
        arrived: dict[int, list[tuple[int, str]]] = {}
        for arrival in self.receiver.arrivals:
            arrived.setdefault(self.order_of(arrival), []).append(
                (arrival.body["sequenceNumber"], arrival.body["reasonCode"])
            )
        for ref, story in getattr(self, "stories", {}).items():
            assert arrived.get(ref, []) == story.sent, f"order {ref}"
            shown = {kci["position"]: (kci["send"], kci["state"]) for kci in self.kcis(ref)}
            assert shown == {one.place: (one.reason, one.state) for one in story.messages}, (
                f"order {ref}"
            )
            assert (self.gateway.order({"id": ref})["status"] in LAST) == bool(story.status)

    @invariant()
    def numbers_have_no_gap_and_bytes_do_not_change(self) -> None:
        raws: dict[tuple[int, int], set[bytes]] = {}
        for arrival in self.receiver.arrivals:
            raws.setdefault((self.order_of(arrival), arrival.body["sequenceNumber"]), set()).add(
                arrival.raw
            )
        most = Counter(ref for ref, _ in raws)
        assert all(len(found) == 1 for found in raws.values())
        assert all(number <= most[ref] for ref, number in raws)


@pytest.fixture
def playing() -> Iterator[None]:
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        (folder / "story.yaml").write_text(STORY)
        Histories.receiver = held.enter_context(Receiver())
        suppliers = [{"name": "default", "path": "/", "scenarios": str(folder), "default": "STORY"}]
        overrides: dict[str, Any] = {
            "server": {"port": 0},
            "store": {"url": f"sqlite:///{folder}/s.db"},
            "clock": {"mode": "manual"},
            "suppliers": suppliers,
            "gateway": {"url": Histories.receiver.url, "auth": {"kind": "none"}},
            "delivery": {"retry": ["1ms"] * 9},
        }
        Histories.simulator = held.enter_context(
            Embedded(config.load(environment={}, overrides=overrides))
        )
        Histories.gateway = held.enter_context(Gateway(Histories.simulator.url))
        yield


def test_random_histories(playing: None) -> None:
    bounds = settings(
        max_examples=EXAMPLES,
        stateful_step_count=30,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Histories, settings=bounds)
