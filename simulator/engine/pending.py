"""What a later request does to the KCIs that still wait (`pending`)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.engine.plan import Situation
from simulator.engine.queue import QueueChange
from simulator.engine.rules import Rules
from simulator.engine.ways import delayed, held, is_paused_by_request, leaving, released
from simulator.model import Entry, Kci, KciState, PendingVerb


def change_of(situation: Situation, entry: Entry, kcis: Sequence[Kci], rules: Rules) -> QueueChange:
    """What becomes of the KCIs of the order's own timeline that wait; those of another open request
    are left alone.

    A request that ends another's pause first lets the paused ones go on. Its own `pending` is about
    the rest: what waited during the pause.
    """
    resumed, behind = _resumed(situation, rules)
    own = _own_timeline(situation, resumed, rules)
    verb: PendingVerb = _default_verb(situation, kcis, rules)
    codes: tuple[str, ...] = ()
    if entry.pending:
        verb, codes = entry.pending.verb, entry.pending.codes
    if verb == "withdraw":
        withdrawn = leaving(
            own, lambda kci: kci.send not in codes if codes else bool(kci.step.mark)
        )
        return QueueChange(withdraw=withdrawn, moved=resumed, delayed=behind)
    running = [kci for kci in own if kci.state == KciState.WAITING]
    if verb == "pause" and situation.submission.action in rules.pauses:
        paused = tuple(kci.id for kci in running)
        return QueueChange(paused=paused, moved=resumed, delayed=(*behind, *held(own)))
    if verb == "pause" and kcis:
        pause = max(kci.due_at for kci in kcis) - situation.now
        moved = {kci.id: max(kci.due_at, situation.now) + pause for kci in running}
        late = (*behind, *delayed(own, situation.now, pause))
        return QueueChange(moved=resumed | moved, delayed=late)
    return QueueChange(moved=resumed, delayed=behind)


def _own_timeline(situation: Situation, resumed: dict[str, int], rules: Rules) -> list[Kci]:
    """The KCIs that a `pending` is about."""
    still_open = {
        request.id
        for request in situation.requests
        if request.status == "open" and request.action != "create"
    }
    own = [
        kci for kci in situation.waiting if kci.request not in still_open and kci.id not in resumed
    ]
    action = situation.submission.action
    if action in rules.pauses.values():
        # what waits for a signal, and the end of that, stays unless it came with the pause
        pausing = {
            request.id
            for request in situation.requests
            if rules.pauses.get(request.action) == action
        }
        own = [kci for kci in own if kci.request in pausing or not (kci.signal or kci.step.decides)]
    return own


def _resumed(situation: Situation, rules: Rules) -> tuple[dict[str, int], tuple[Kci, ...]]:
    """The paused KCIs that this request lets go on, each with the time that it had left when the
    pause began, and those behind them that wait for a signal.
    """
    began = [
        request.received_at
        for request in situation.requests
        if rules.pauses.get(request.action) == situation.submission.action
    ]
    if not began:
        return {}, ()
    since, paused = max(began), [kci for kci in situation.waiting if is_paused_by_request(kci)]
    moved = {kci.id: situation.now + max(0, kci.due_at - since) for kci in paused if not kci.signal}
    return moved, released(paused, since, situation.now)


def _default_verb(situation: Situation, kcis: Sequence[Kci], rules: Rules) -> PendingVerb:
    """The dialect's default. A request that its own timeline refuses leaves everything as it is."""
    action = situation.submission.action
    refused = any(rules.settles(kci.send, action) == "refused" for kci in kcis)
    return "keep" if refused else rules.default_pending(action)
