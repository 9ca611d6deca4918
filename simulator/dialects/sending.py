"""The message of a step as it leaves: the dialect's, and what the step's fault makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.base.copies import replace
from simulator.dialects.wire import Wire
from simulator.engine import Advance
from simulator.language.faults import fault_of
from simulator.model import Kci, Message, Order, Request


@dataclass(frozen=True, slots=True)
class Written:
    """A KCI with its number and its body, its message (None: it is held back), and the number of
    the next one.
    """

    kci: Kci
    message: Message | None
    next_number: int


def write(
    dialect: Wire, before: Order, advanced: Advance, request: Request | None, next_number: int
) -> Written:
    """The message of a step that moves its order from `before`. RenderFailed and Illegal where the
    dialect, or the fault, cannot write it.
    """
    kci, step = advanced.kci, advanced.kci.step
    fault = fault_of(step)
    numbers = fault.numbers(next_number, step.argument)
    order = fault.order(before, advanced.order, dialect)
    message = dialect.write_kci(order, replace(kci, sequence=numbers.shows), request)
    body = fault.body(message.body, step.argument)
    kci = replace(kci, sequence=numbers.uses, body=body)
    message = replace(message, body=body, wrong=fault.credentials)
    return Written(kci, None if fault.is_held else message, numbers.next)


def write_again(dialect: Wire, order: Order, kci: Kci, request: Request | None) -> Message:
    """The message of a KCI whose body is kept: a retry repeats it to the byte."""
    fault = fault_of(kci.step)
    message = dialect.write_kci(fault.order(order, order, dialect), kci, request)
    return replace(message, wrong=fault.credentials)


def write_echo(dialect: Wire, order: Order, kci: Kci, body: str) -> tuple[Kci, Message]:
    """A message that was written before, once more, as the KCI `kci`."""
    kci = replace(kci, body=fault_of(kci.step).echo(body, kci, dialect))
    return kci, write_again(dialect, order, kci, None)
