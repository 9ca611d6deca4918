"""Sequence numbers that are false, or left out."""

from __future__ import annotations

from typing import Any

from simulator.language.faults.fault import Argument, Fault, Numbers


class WrongSequence(Fault):
    """A false number on the wire; the true one is used up."""

    word = "wrong_sequence"
    about = "with a false sequence number"
    argument = Argument(kind="number")

    def numbers(self, next_number: int, argument: Any) -> Numbers:
        return Numbers(int(argument), next_number, next_number + 1)


class SkipSequence(Fault):
    """So many numbers are left out before this message."""

    word = "skip_sequence"
    about = "numbers are left out before it"
    argument = Argument(kind="count", default=1)

    def numbers(self, next_number: int, argument: Any) -> Numbers:
        number = next_number + int(argument)
        return Numbers(number, number, number + 1)
