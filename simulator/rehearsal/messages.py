"""The messages of a rehearsal: their numbers, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.dialects import Dialect, sending
from simulator.engine import Advance
from simulator.language.faults import fault_of
from simulator.model import Kci, Message, Order, Request
from simulator.views.story import parsed


@dataclass(slots=True)
class Messages:
    """What one order in memory has sent, by the places of the outbox."""

    dialect: Dialect
    next_number: int = 1
    written: dict[int, Kci] = field(default_factory=dict)

    def write(
        self, before: Order, advanced: Advance, request: Request | None
    ) -> tuple[str, Message | None]:
        """The message of a step, and what a story says of it."""
        written = sending.write(self.dialect, before, advanced, request, self.next_number)
        self.next_number = written.next_number
        self.written[written.kci.position] = written.kci
        return self._told(written.kci), written.message

    def write_again(self, order: Order, head: Kci) -> str:
        """What a story says of a message that is sent once more; empty where there was none."""
        earlier = self.written.get(head.position - head.step.echo)
        if earlier is None or earlier.body is None:
            return ""
        again, _ = sending.write_echo(self.dialect, order, head, earlier.body)
        return self._told(again)

    def _told(self, kci: Kci) -> str:
        document = parsed(kci.body)
        said = self.dialect.describe(document) if isinstance(document, Mapping) else kci.send
        return f"{said} ({fault_of(kci.step).about})" if kci.step.fault else said
