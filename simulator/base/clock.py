"""The only place that reads a clock; and that sleeps, but for the sender's event loop.

Two times live side by side. *Wall time* runs leases, back-off, time-outs and token expiry.
*Supplier time* is what scenarios and documents see; a `Clock` maps one to the other, and is a row
in the store, so that every process sees the same one.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from simulator.base.instants import DAY, LATEST_CLOCK

HORIZON = 1000 * 365 * DAY
"""Wall time that is never waited for: a slow clock may need more of it than a store can keep."""


def wall() -> int:
    """Wall time now, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def monotonic() -> int:
    """A time that never jumps, in microseconds; only differences mean anything."""
    return time.monotonic_ns() // 1000


def sleep(length: int) -> None:
    """Sleep `length` microseconds of real time: for a reply's scripted `delay` and for polls, never
    in a transaction.
    """
    time.sleep(length / 1_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One supplier's time: `anchor` (supplier time) stood at `anchor_wall` and has moved at `rate`
    since (0 when manual).
    """

    mode: str = "real"
    rate: float = 1.0
    anchor: int = 0
    anchor_wall: int = 0

    def now(self, wall_now: int) -> int:
        """Supplier time at a wall time; it stands still at the end of its range."""
        if self.mode == "manual":
            return self.anchor
        shown = self.anchor + round((wall_now - self.anchor_wall) * self.rate)
        return min(shown, LATEST_CLOCK)

    def reach(self) -> int:
        """The last supplier time that the clock gets to by itself; a manual one stays where it
        is.
        """
        if self.mode == "manual":
            return self.anchor
        return min(self.anchor + round(HORIZON * self.rate), LATEST_CLOCK)

    def wake(self, due: int | None) -> int | None:
        """The wall time at which supplier time reaches `due`; None when the clock does not get
        there by itself.
        """
        if due is None:
            return None
        if due <= self.anchor:
            return self.anchor_wall
        if due > self.reach():
            return None
        return self.anchor_wall + math.ceil((due - self.anchor) / self.rate)

    def moved(self, *, mode: str, rate: float, now: int, wall_now: int) -> Clock:
        """The same supplier's clock set anew: from this moment on it shows `now` and runs in
        `mode`.
        """
        return Clock(
            mode=mode,
            rate={"real": 1.0, "manual": 0.0}.get(mode, rate),
            anchor=now,
            anchor_wall=wall_now,
        )
