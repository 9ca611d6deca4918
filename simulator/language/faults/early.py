"""A message that comes too early."""

from __future__ import annotations

from simulator.language.faults.fault import Fault


class BeforeReply(Fault):
    """The message leaves before our own answer to the request, which waits until the gateway has
    answered it, or does not answer in time.
    """

    word = "before_reply"
    about = "sent before the answer to the request"
    answered = ("2xx",)
    goes_first = True
