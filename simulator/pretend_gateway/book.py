"""What came from one supplier, and what a gateway would notice in it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from simulator.dialects import Counterpart
from simulator.formats import redact
from simulator.model import Finding, Rule
from simulator.ops import logs
from simulator.store import Store, received

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
        order, what = "", "a request"
        findings = [REFUSED.finding(message) for message in messages]
        with self.store.write() as tx:
            if document is not None:
                order = self.dialect.identify_kci(document).order
                what = f"KCI {self.dialect.describe(document)} of {order}"
                earlier = [
                    row["body"]
                    for row in received.page(tx, self.supplier, order=order, limit=1000)
                    if row["body"]
                ]
                findings += self._findings(earlier, document)
            received.keep(
                tx, self.supplier, order, redact.headers(headers), document, code, findings
            )
        said = "".join(f"; {finding.message}" for finding in findings)
        request_id, conversation_id = headers.get("x-request-id"), headers.get("x-conversation-id")
        ids = logs.about(
            supplier=self.supplier,
            ref=order,
            request_id=request_id,
            conversation_id=conversation_id,
            code=code,
        )
        log.info("received %s: %s%s", what, code, said, extra=ids)

    def _findings(
        self, earlier: list[Mapping[str, Any]], document: Mapping[str, Any]
    ) -> list[Finding]:
        """What stands out in the order's sequence: gaps, repeats, numbers used twice."""
        heard = self.dialect.identify_kci(document)
        before = [(self.dialect.identify_kci(body), body) for body in earlier]
        same = [body for other, body in before if other.id == heard.id]
        if same and same[0] == document:
            return [REPEAT.finding("a repeat of a KCI that came before", got=heard.id)]
        if same:
            return [ID_REUSED.finding("an id that came before, with another content", got=heard.id)]
        expected = max((other.number for other, _ in before), default=0) + 1
        if heard.number == expected:
            return []
        said = f"number {heard.number}, expected {expected}"
        return [SEQUENCE.finding(said, expected=expected, got=heard.number)]
