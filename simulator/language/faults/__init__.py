"""Faults on delivery (docs/faults.md): each is one small module, and one line here."""

from __future__ import annotations

from simulator.language.faults.altered_numbers import SkipSequence, WrongSequence
from simulator.language.faults.altered_orders import StaleOrder, UnknownOrder, WrongTenant
from simulator.language.faults.broken_documents import BadJson, MissingField, WrongType
from simulator.language.faults.credentials import BadToken, ExpiredToken, NoToken
from simulator.language.faults.early import BeforeReply
from simulator.language.faults.fault import Argument, Fault, Numbers, Parties
from simulator.language.faults.held_back import Drop, SwapWithNext
from simulator.language.faults.parts import expanded
from simulator.language.faults.repeated import Duplicate, DuplicateNewId
from simulator.model import Step

__all__ = [
    "FAULTS",
    "Argument",
    "BeforeReply",
    "Drop",
    "Fault",
    "Numbers",
    "Parties",
    "SwapWithNext",
    "expanded",
    "fault_of",
]

FAULTS: dict[str, Fault] = {
    fault.word: fault
    for fault in (
        Duplicate(),
        DuplicateNewId(),
        Drop(),
        SwapWithNext(),
        BeforeReply(),
        WrongSequence(),
        SkipSequence(),
        StaleOrder(),
        UnknownOrder(),
        WrongTenant(),
        MissingField(),
        WrongType(),
        BadJson(),
        NoToken(),
        ExpiredToken(),
        BadToken(),
    )
}
"""By the word of the scenario file."""

_HONEST = Fault()


def fault_of(step: Step) -> Fault:
    """The fault of a step; one that changes nothing where it has none."""
    return FAULTS[step.fault] if step.fault else _HONEST
