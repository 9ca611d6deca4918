"""What a client may cost: how many connections, and how long each part of a request may take."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.base import instants

MOST_WAITING = 256
"""The most requests of one process that may wait at once, beside those that work."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Times are real ones in microseconds. A body may take `body`, and a second more for each
    `body_rate` bytes of it; `silence` is how long a client may take nothing of its answer,
    `leave` how long it may read after the last one, `grace` how long a stop waits for what is in
    flight. `tick` is how often time-outs are looked at, `at_once` how many requests are answered
    by one call. The next request waits for all of them, so there is a bound.
    """

    connections: int = 1000
    at_once: int = 64
    idle: int = 5 * instants.SECOND
    head: int = 10 * instants.SECOND
    body: int = 30 * instants.SECOND
    body_rate: int = 16_384
    silence: int = 30 * instants.SECOND
    leave: int = 2 * instants.SECOND
    grace: int = 10 * instants.SECOND
    tick: int = instants.SECOND
    unread: int = 16_777_216
    """The most bytes that are read and thrown away after the last answer."""
