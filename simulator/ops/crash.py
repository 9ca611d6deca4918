"""Crash points: where the fault suite lets a process die at its worst moment. Switched off unless
the environment asks for one.

`SUPPLIER_SIMULATOR_CRASH="POINT FILE"` kills the process (SIGKILL) that comes by this point while
the file is there. The process takes the file away: one file is one death, whoever meets it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

POINTS = (
    "order-before-commit",
    "order-before-answer",
    "claim-committed",
    "post-before",
    "post-after",
    "settle-before-commit",
)
"""In the order of a KCI's life; `tests/faults` kills at each."""

_point, _, _file = os.environ.get("SUPPLIER_SIMULATOR_CRASH", "").partition(" ")


def point(name: str) -> None:
    """Die here, if somebody wants it so."""
    if name == _point:
        try:
            Path(_file).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
