"""Six broken variants of the simulator, one for each invariant: a suite that lets one pass proves
nothing.

A mutant is a copy of the package with one piece of text changed; a piece that is not there exactly
once is an error.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.faults.stage import ROOT

MUTANTS: dict[str, tuple[str, str, str]] = {
    "I1": (
        "gateway/decision.py",
        "outcome=Outcome.RETRY,\n        wait=max(varied, asked)",
        "outcome=Outcome.DELIVERED,\n        wait=max(varied, asked)",
    ),
    "I2": (
        "model/states.py",
        "OPEN = (KciState.WAITING, KciState.ATTEMPTED, KciState.PAUSED)",
        "OPEN = (KciState.WAITING, KciState.PAUSED)",
    ),
    "I3": (
        "language/faults/fault.py",
        "Numbers(next_number, next_number, next_number + 1)",
        "Numbers(next_number, next_number, next_number + 2)",
    ),
    "I4": (
        "dialects/messages.py",
        "else kci.body",
        'else kci.body + " " * kci.attempts',
    ),
    "I5": (
        "store/outbox.py",
        ".values(state=KciState.WITHDRAWN)",
        ".values(state=KciState.WAITING)",
    ),
    "I6": (
        "sender/lane_turn.py",
        "lease = self.tx.wall + self.lease.length",
        "lease = self.tx.wall",
    ),
}
"""What is broken: a file, a piece of it, and what stands there instead.

I1: a failure counts as delivered. I2: an order goes on though its KCI failed. I3: a number is left
out. I4: a repeat is written anew. I5: a cancellation withdraws nothing. I6: an order that is being
sent is free at once.
"""


def mutated(name: str, folder: Path) -> Path:
    """A folder whose `simulator` package is broken so."""
    file, piece, instead = MUTANTS[name]
    target = folder / f"mutant-{name}"
    shutil.copytree(
        ROOT / "simulator", target / "simulator", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "scenarios", target / "scenarios")
    path = target / "simulator" / file
    text = path.read_text()
    assert text.count(piece) == 1, (
        f"{name}: {file} has {text.count(piece)} places like that: choose the piece anew"
    )
    path.write_text(text.replace(piece, instead))
    return target
