"""What a later request does to the KCIs of the story that still wait (`pending`)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.engine.plan import Turn
from simulator.engine.queue import QueueChange
from simulator.engine.rules import Rules
from simulator.engine.schedule import is_paused_by_request
from simulator.model import Entry, Kci, PendingVerb


def change_of(turn: Turn, entry: Entry, kcis: Sequence[Kci], rules: Rules) -> QueueChange:
    """What becomes of the story's waiting KCIs; those of another open request are left alone.

    A request that ends another's pause first lets the paused ones go on; its own `pending` is about
    the rest: what waited during the pause.
    """
    resumed = _resumed(turn, rules)
    story = _story(turn, resumed, rules)
    verb: PendingVerb = _default_verb(turn, kcis, rules)
    codes: tuple[str, ...] = ()
    if entry.pending:
        verb, codes = entry.pending.verb, entry.pending.codes
    if verb == "withdraw":
        withdrawn = [kci for kci in story if (kci.send in codes if codes else not kci.step.mark)]
        return QueueChange(withdraw=tuple(kci.id for kci in withdrawn), moved=resumed)
    running = [kci for kci in story if kci.state == "waiting"]
    if verb == "pause" and turn.submission.action in rules.pauses:
        return QueueChange(paused=tuple(kci.id for kci in running), moved=resumed)
    if verb == "pause" and kcis:
        pause = max(kci.due_at for kci in kcis) - turn.now
        moved = {kci.id: max(kci.due_at, turn.now) + pause for kci in running}
        return QueueChange(moved=resumed | moved)
    return QueueChange(moved=resumed)


def _story(turn: Turn, resumed: dict[str, int], rules: Rules) -> list[Kci]:
    """The waiting KCIs that a `pending` is about."""
    still_open = {
        request.id
        for request in turn.requests
        if request.status == "open" and request.action != "create"
    }
    story = [kci for kci in turn.waiting if kci.request not in still_open and kci.id not in resumed]
    action = turn.submission.action
    if action in rules.pauses.values():
        # what waits for a signal was not paused: it stays, unless it came with the pause
        pausing = {
            request.id for request in turn.requests if rules.pauses.get(request.action) == action
        }
        story = [kci for kci in story if not kci.signal or kci.request in pausing]
    return story


def _resumed(turn: Turn, rules: Rules) -> dict[str, int]:
    """Where this request ends a pause: the paused KCIs with the time they had left when it began."""
    began = [
        request.received_at
        for request in turn.requests
        if rules.pauses.get(request.action) == turn.submission.action
    ]
    return {
        kci.id: turn.now + max(0, kci.due_at - max(began))
        for kci in turn.waiting
        if is_paused_by_request(kci) and began
    }


def _default_verb(turn: Turn, kcis: Sequence[Kci], rules: Rules) -> PendingVerb:
    """The dialect's default, but a request that its own timeline refuses never changes the story."""
    action = turn.submission.action
    refused = any(rules.settles(kci.send, action) == "refused" for kci in kcis)
    return "keep" if refused else rules.default_pending(action)
