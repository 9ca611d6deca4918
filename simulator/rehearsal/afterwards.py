"""What the contract answers once an order has ended."""

from __future__ import annotations

from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.rehearsal.playing import Playing


def afterwards(playing: Playing) -> tuple[str, ...]:
    """What the contract answers to later requests once the order has ended. The rehearsal is over
    then.
    """
    dialect = playing.dialect
    if playing.order is None or not dialect.ends(playing.order.status):
        return ()
    said = []
    for action in dialect.vocabulary.actions:
        try:
            playing.submit(action, dialect.sample_operations(action)[0])
        except Refused as refused:
            answer = dialect.refuse(refused)
            shown = dialect.describe(answer.body) if answer.body else ""
            said.append(f"{action}: {answer.code} {shown}".rstrip())
        except (Illegal, RenderFailed):
            continue
    return tuple(said)
