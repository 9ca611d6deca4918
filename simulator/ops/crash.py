"""Crash points: where the fault tests kill a process. They do nothing unless the environment asks.

`SUPPLIER_SIMULATOR_CRASH="POINT FILE"` kills a process (SIGKILL) that reaches this point while the
file exists. The process deletes the file first, so that one file kills one process.
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
    "book-before-commit",
)
"""In the order in which a KCI passes them; `tests/faults` kills at each."""

ERRAND_POINTS = ("claim-committed", "errand-before", "errand-before-commit", "errand-after")
"""The same for a step that changes other orders."""

_point, _, _file = os.environ.get("SUPPLIER_SIMULATOR_CRASH", "").partition(" ")


def point(name: str) -> None:
    """Kill this process, if the environment asks for this point."""
    if name == _point:
        try:
            Path(_file).unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
