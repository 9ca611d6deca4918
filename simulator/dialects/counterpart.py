"""The gateway's side of the wire: what the pretend gateway and rehearsals ask a dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from simulator.base.errors import Refused
from simulator.dialects.wire import Wire
from simulator.model import Document, Incoming, KciIdentity, Order, Step


class Counterpart(Wire, Protocol):
    """How a gateway reads KCIs, and sample requests that a gateway would send."""

    plain: tuple[Step, ...] = ()
    """The timeline of an order that goes well: a scenario `for` one later request is rehearsed with
    it.
    """

    def read_kci(self, incoming: Incoming) -> Document:
        """Check and read a KCI as a gateway would. Refused lists what is wrong."""

    def identify_kci(self, document: Mapping[str, Any]) -> KciIdentity:
        """How a gateway knows a KCI that `read_kci` returned."""

    def sample(self, operation: str, order: Order | None, serial: int) -> Incoming:
        """A valid request of an operation: for rehearsals, the demo and the documentation."""

    def sample_operations(self, action: str) -> Sequence[str]:
        """The operations that `sample` can give for an action, the plainest first."""

    def sample_beginning(self) -> tuple[str, Document]:
        """A tenant and a document that `begin` takes."""
        raise Refused("invalid", [f"no order of {self.title} is begun by the supplier"])
