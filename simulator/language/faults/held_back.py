"""Messages that are not sent when they are due."""

from __future__ import annotations

from typing import Any

from simulator.language.faults.fault import Fault


class Drop(Fault):
    """The order moves and a number is used up, and nothing is sent: the gateway sees a gap."""

    word = "drop"
    about = "never sent: its number is left out"
    is_held = True


class SwapWithNext(Fault):
    """The next message first, then this one, each with its true number."""

    word = "swap_with_next"
    about = "sent after the message that follows it"
    answered = ("2xx",)
    is_held = True
    after_next = True

    def echoes(self, argument: Any) -> int:
        return 1
