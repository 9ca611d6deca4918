"""What came from one supplier, and what a gateway would notice in it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from simulator.dialects import Counterpart
from simulator.formats import redact
from simulator.model import Finding, KciIdentity, Rule
from simulator.ops import logs
from simulator.store import Store, Tx, received

log = logging.getLogger("simulator.pretend_gateway")

REFUSED = Rule("kci.refused", "error")
REPEAT = Rule("kci.repeat", "note")
ID_REUSED = Rule("kci.id_reused", "error")
SEQUENCE = Rule("kci.sequence", "error")


class Book:
    """What came from one supplier, and what a gateway would notice in it."""

    def __init__(self, store: Store, supplier: str, dialect: Counterpart) -> None:
        self.store = store
        self.supplier = supplier
        self.dialect = dialect

    def keep(
        self, headers: Mapping[str, str], document: Any, code: int, messages: tuple[str, ...]
    ) -> None:
        """Write down a message, or a request that was none (`document` None)."""
        kci = None if document is None else self.dialect.identify_kci(document)
        order = kci.order if kci else ""
        what = f"KCI {self.dialect.describe(document)} of {order}" if kci else "a request"
        findings = [REFUSED.finding(message) for message in messages]

        def keep(tx: Tx) -> list[Finding]:
            noticed = self._findings(tx, kci, document) if kci is not None else []
            received.keep(
                tx,
                self.supplier,
                headers=redact.headers(headers),
                code=code,
                findings=findings + noticed,
                kci=kci,
                body=document,
            )
            return findings + noticed

        said = "".join(f"; {finding.message}" for finding in self.store.run(keep))
        request_id, conversation_id = headers.get("x-request-id"), headers.get("x-conversation-id")
        ids = logs.about(
            supplier=self.supplier,
            ref=order,
            request_id=request_id,
            conversation_id=conversation_id,
            code=code,
        )
        log.info("received %s: %s%s", what, code, said, extra=ids)

    def page(self, *, order: str, limit: int, after: int) -> list[dict[str, Any]]:
        """What came, oldest first, from behind the id `after`; of one order where it is named."""
        with self.store.read() as tx:
            return received.page(tx, self.supplier, order=order, limit=limit, after=after)

    def forget(self) -> None:
        """Forget what came."""
        self.store.run(lambda tx: received.forget(tx, self.supplier))

    def _findings(self, tx: Tx, kci: KciIdentity, document: Mapping[str, Any]) -> list[Finding]:
        """What stands out in the order's sequence: gaps, repeats, numbers used twice."""
        highest = received.highest(tx, self.supplier, kci.order)
        expected = kci.number if highest is None else highest + 1
        same = received.earlier(tx, self.supplier, kci)
        if same is not None and same == document:
            return [REPEAT.finding("a repeat of a KCI that came before", got=kci.id)]
        if same is not None:
            return [ID_REUSED.finding("an id that came before, with another content", got=kci.id)]
        if kci.number == expected:
            return []
        said = f"number {kci.number}, expected {expected}"
        return [SEQUENCE.finding(said, expected=expected, got=kci.number)]
