"""A request that creates and changes nothing: a lookup, a quote."""

from __future__ import annotations

from simulator.engine.entries import entry_for
from simulator.engine.names import names_without_order
from simulator.engine.plan import Answered, Rejected, Turn
from simulator.engine.reply import answer_of, reply_for
from simulator.engine.rules import Rules


def answer_lookup(turn: Turn, rules: Rules) -> Rejected | Answered:
    """Decide a lookup by its first entry that fits. RenderFailed as `play`."""
    action = turn.submission.action
    name, entry = entry_for(turn, None, rules)
    names = names_without_order(turn.submission, turn.params, turn.supplier, turn.now, turn.chance)
    answer = answer_of(reply_for(entry.reply, turn.attempt), names, rules.default_reply(action))
    if answer.rejects:
        return Rejected(answer=answer, entry=name)
    return Answered(answer=answer, entry=name)
