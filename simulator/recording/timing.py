"""The delays of a recorded timeline."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.base import instants

_UNITS = (
    (10 * instants.SECOND, instants.SECOND),
    (instants.SECOND, 100 * instants.MILLISECOND),
    (0, instants.MILLISECOND),
)
"""From which length on a delay is rounded to what."""


@dataclass(slots=True)
class Timeline:
    """One timeline: where its last step stands, as the file will have it."""

    moment: int = 0
    """When the last step was due by the rounded delays, without what paused it."""

    last: int = 0
    """When the last step was sent."""

    paused: int = 0

    def begin(self, at: int) -> None:
        """The timeline begins with its request."""
        self.moment = at

    def shift(self, length: int) -> None:
        """What comes now stood still for a while."""
        self.paused += length

    def step(self, at: int) -> str:
        """The delay of the next step. Each is counted from the rounded moment before it, so that
        what is rounded off does not add up.
        """
        delay = round_off(max(0, at - self.paused - self.moment))
        self.moment, self.last = self.moment + delay, at
        return instants.format_duration(delay)


def rounded(length: int) -> str:
    """A delay as the file has it."""
    return instants.format_duration(round_off(length))


def round_off(length: int) -> int:
    """A delay in whole seconds from 10 s on, in tenths of a second from 1 s on, else in
    milliseconds.
    """
    unit = next(unit for least, unit in _UNITS if length >= least)
    return min((length + unit // 2) // unit * unit, instants.LONGEST)
