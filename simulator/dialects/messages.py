"""What the KCIs of every dialect have in common: JSON, posted below the gateway's URL."""

from __future__ import annotations

from collections.abc import Callable

from simulator.base import seed
from simulator.dialects.routes import filled
from simulator.formats import strict_json
from simulator.model import Document, Kci, Message, Order


def json_message(path: str, order: Order, kci: Kci, write: Callable[[], Document]) -> Message:
    """A KCI as a message: `{id}` in `path` is the order's number, `write` gives the document.

    A retry repeats the body that was kept (`kci.body`) to the byte. Each attempt has a request id
    of its own; the conversation id is the order's.
    """
    headers = {"X-Request-ID": seed.unique()}
    if order.conversation_id:
        headers["X-Conversation-ID"] = order.conversation_id
    headers["Content-Type"] = "application/json"
    body = strict_json.dumps(write()) if kci.body is None else kci.body
    return Message(path=filled(path, id=order.number), headers=headers, body=body)
