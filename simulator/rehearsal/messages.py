"""The messages of a rehearsal: their numbers, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.dialects import Dialect, sending
from simulator.engine import Advance
from simulator.language.faults import fault_of
from simulator.model import Kci, Order, Request
from simulator.views.story import parsed


@dataclass(slots=True)
class Messages:
    """What one order in memory has sent, by the places of the outbox."""

    dialect: Dialect
    next_number: int = 1
    written: dict[int, Kci] = field(default_factory=dict)

    def write(self, before: Order, advanced: Advance, request: Request | None) -> sending.Written:
        """The message of a step."""
        written = sending.write(self.dialect, before, advanced, request, self.next_number)
        self.next_number = written.next_number
        self.written[written.kci.position] = written.kci
        return written

    def write_again(self, order: Order, head: Kci) -> Kci | None:
        """A message that is sent once more; None where there was none."""
        earlier = self.written.get(head.position - head.step.echo)
        if earlier is None or earlier.body is None:
            return None
        again, _ = sending.write_echo(self.dialect, order, head, earlier.body)
        return again

    def told(self, kci: Kci) -> tuple[str, Any]:
        """What a story says of a message, and its document."""
        document = parsed(kci.body)
        said = self.dialect.describe(document) if isinstance(document, Mapping) else kci.send
        return f"{said} ({fault_of(kci.step).about})" if kci.step.fault else said, document
