"""An advance of a manual clock, and what is on its way to the gateway meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.faults.stage import wait_for
from tests.receiver import Arrival, Receiver


@pytest.mark.parametrize("asked", [{"by": "42d"}, {"to_next": True}])
def test_an_advance_begins_when_what_is_in_flight_has_settled(
    asked: dict[str, object], make_config: Callable[..., Config], receiver: Receiver
) -> None:
    """The first KCI is answered only when the advance has begun: then the second one is due next,
    and not the end of the advance.
    """
    with (
        Embedded(make_config(gateway={"url": receiver.url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        waiting = simulator.world.store.subscriptions.subscriptions

        def answer(number: int, arrival: Arrival) -> int:
            if number == 1:
                wait_for(lambda: len(waiting) > 0, 20, "the advance begins")
                with Gateway(simulator.url) as other:
                    shown.update(other.admin("GET", "/clock")["now"] for _ in range(20))
            return 204

        shown: set[str] = set()
        receiver.answer = answer
        order = gateway.place()
        gateway.admin("POST", "/clock/advance", {"by": "30s", "settle": False})
        receiver.wait_for(1)
        told = gateway.admin("POST", "/clock/advance", asked)
        second = gateway.kcis(order)[1]
    assert len(shown) == 1, "the clock stands while nobody knows what is due next"
    assert second["body"]["issuedOn"] == second["due_at"]
    assert told["moved"] == ("42d" if "by" in asked else "30s")
