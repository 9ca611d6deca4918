"""Which entry of a scenario answers a request that is not a create."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.engine.names import facts_of
from simulator.engine.plan import Situation
from simulator.engine.rules import Rules
from simulator.language import matching
from simulator.model import Entry, EntryName, Order

Named = tuple[EntryName | None, Entry]
"""An entry and its name; the dialect's default has none."""

Found = tuple[EntryName | None, Entry, tuple[str, ...]]
"""The same, and which entries before it were passed because their `when` cannot be evaluated."""


def entry_for(situation: Situation, order: Order | None, rules: Rules) -> Found:
    """The entry that answers, else the dialect's default. Refused where the contract forbids the
    request; entries that break the contract on purpose are asked before the contract.
    """
    passed: list[str] = []
    if found := _first(situation, order, passed, illegal=True):
        return *found, tuple(passed)
    if order is not None:
        rules.guard(order, situation.submission, situation.requests)
    default = rules.default_entry(situation.submission.action)
    found = _first(situation, order, passed, illegal=False) or (None, default)
    return *found, tuple(passed)


def _first(
    situation: Situation, order: Order | None, passed: list[str], *, illegal: bool
) -> Named | None:
    """The first entry that fits; `passed` is told which ones cannot be asked."""
    action = situation.submission.action
    facts = facts_of(
        situation.submission, order, situation.requests, situation.params, situation.now
    )
    used: Mapping[str, int] = order.used if order else {}
    for index, entry in enumerate(situation.scenario.entries.get(action, ())):
        name = situation.scenario.entry_name(action, index)
        is_used_up = entry.times and used.get(str(name), 0) >= entry.times
        if entry.illegal is not illegal or is_used_up:
            continue
        unmet = matching.unmet(entry.when, facts, matching.names_of(facts))
        if not unmet:
            return name, entry
        if unmet.startswith(matching.CANNOT_BE_TOLD):
            passed.append(f"not {name}: {unmet}")
    return None
