"""The pure engine: what a request makes the supplier do (`play`), and what a due step changes
(`advance`).

The engine has no input, output, clock or chance of its own: `now` and `chance` are arguments, and
the dialect's rules are passed in. A plan is fixed when it is made. Only `set` and `with`, and a
time that reads the order, wait until it is the step's turn.
"""

from __future__ import annotations

from simulator.engine.advance import advance
from simulator.engine.create import create
from simulator.engine.later import answer_later
from simulator.engine.lookup import answer_lookup
from simulator.engine.names import facts_of
from simulator.engine.plan import (
    Advance,
    Answer,
    Answered,
    Changed,
    Opened,
    Plan,
    Rejected,
    Situation,
)
from simulator.engine.queue import QueueChange, Taken, after, changed, in_order, replaced
from simulator.engine.reply import answer_again
from simulator.engine.rules import Event, Rules
from simulator.engine.schedule import timed
from simulator.engine.ways import (
    REST,
    awaited,
    decided,
    is_paused_by_request,
    signalled,
    taken,
)

__all__ = [
    "REST",
    "Advance",
    "Answer",
    "Answered",
    "Changed",
    "Event",
    "Opened",
    "Plan",
    "QueueChange",
    "Rejected",
    "Rules",
    "Situation",
    "Taken",
    "advance",
    "after",
    "answer_again",
    "answer_later",
    "answer_lookup",
    "awaited",
    "changed",
    "create",
    "decided",
    "facts_of",
    "in_order",
    "is_paused_by_request",
    "play",
    "replaced",
    "signalled",
    "taken",
    "timed",
]


def play(situation: Situation, rules: Rules) -> Plan | Answered:
    """Decide one request of any kind; a caller that knows its kind uses `create`, `answer_later` or
    `answer_lookup`. Refused when the contract forbids it, Illegal or RenderFailed when the scenario
    itself is at fault.
    """
    if situation.submission.action in rules.lookups:
        return answer_lookup(situation, rules)
    if situation.order is None:
        return create(situation, rules)
    return answer_later(situation, situation.order, rules)
