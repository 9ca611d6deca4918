"""A simulator that sends to a receiver, and how the receiver answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.receiver import Answer, Arrival, Receiver

FAST = {"retry": ["20ms", "20ms", "20ms"], "timeout": "2s", "connect_timeout": "1s", "lease": "8s"}


@pytest.fixture
def running(make_config: Callable[..., Config], receiver: Receiver) -> Any:
    """A simulator that sends to the receiver, with short retries; `running(**overrides)` as a
    context.
    """

    def run(**overrides: Any) -> Embedded:
        return Embedded(
            make_config(**{"gateway": {"url": receiver.url}, "delivery": FAST, **overrides})
        )

    return run


def answering(*codes: int | None) -> Callable[[int, Arrival], int | Answer | None]:
    """Answer the first arrivals so, all later ones with 204."""
    return lambda number, arrival: codes[number - 1] if number <= len(codes) else 204
