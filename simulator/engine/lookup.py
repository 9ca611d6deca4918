"""A request that creates and changes nothing: a lookup, a quote."""

from __future__ import annotations

from simulator.engine.entries import entry_for
from simulator.engine.names import names_without_order
from simulator.engine.plan import Answered, Rejected, Situation
from simulator.engine.reply import answer_of, reply_for
from simulator.engine.rules import Rules


def answer_lookup(situation: Situation, rules: Rules) -> Rejected | Answered:
    """Decide a lookup by its first entry that fits. RenderFailed as `play`."""
    action = situation.submission.action
    name, entry, passed = entry_for(situation, None, rules)
    names = names_without_order(
        situation.submission, situation.params, situation.supplier, situation.now, situation.chance
    )
    reply = reply_for(entry.reply, situation.repeat_number)
    chance = situation.chance.at(action, "delay")
    answer = answer_of(reply, names, rules.default_reply(action), chance)
    if answer.rejects:
        return Rejected(answer=answer, entry=name, passed=passed)
    return Answered(answer=answer, entry=name, passed=passed)
