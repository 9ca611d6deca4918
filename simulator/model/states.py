"""The states of KCIs, of lanes and of gateways, and the signs of gateways, each written once."""

from __future__ import annotations

from enum import StrEnum


class KciState(StrEnum):
    """A KCI's state. It is open while it is waiting, attempted or paused."""

    WAITING = "waiting"
    """It waits for its due moment."""

    PAUSED = "paused"
    """It waits for another request, or for a signal."""

    ATTEMPTED = "attempted"
    """It was posted, or is being posted, and the gateway has not taken it yet."""

    DELIVERED = "delivered"
    """The gateway has taken it, or gave another answer that its step wants; a silent step has
    happened.
    """

    SILENCED = "silenced"
    """The order moved, but its gateway does not want this message, or a fault holds it back."""

    WITHDRAWN = "withdrawn"
    """It will never be sent."""

    DEAD = "dead"
    """It was given up."""

    SKIPPED = "skipped"
    """An operator gave it up."""


OPEN = (KciState.WAITING, KciState.ATTEMPTED, KciState.PAUSED)
UNTRIED = (KciState.WAITING, KciState.PAUSED)


class LaneState(StrEnum):
    """A lane's state: what its head is waiting for."""

    IDLE = "idle"
    """Nothing is waiting."""

    DUE = "due"
    """The head waits for its due moment."""

    SENDING = "sending"
    """A sender has leased the lane."""

    RETRY = "retry"
    """The head waits for another try."""

    PARKED = "parked"
    """The head is dead, and nothing may overtake it."""


class FlowState(StrEnum):
    """What keeps a supplier's messages back."""

    FREE = ""
    """Nothing does."""

    DOWN = "down"
    """The gateway fails; it is tried again at `until_wall`."""

    TRYING = "trying"
    """One message is on its way to find out whether the gateway works again."""

    WAITS = "waits"
    """The gateway asked for time, until `until_wall`."""

    STOPPED = "stopped"
    """Nothing is sent until an operator resumes it."""


class Sign(StrEnum):
    """What an answer says of its gateway."""

    WELL = "well"
    """It works, whatever it thinks of the message."""

    ILL = "ill"
    """It fails."""

    GONE = "gone"
    """It wants nothing any more."""

    BUSY = "busy"
    """It wants nothing for a while."""

    UNREADY = "unready"
    """There is no token for it."""
