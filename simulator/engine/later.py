"""A later request of an order: which entry answers it, and what becomes of the waiting KCIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.base.errors import Illegal, Refused
from simulator.engine.advance import event_of
from simulator.engine.names import facts_of, names_for, order_names
from simulator.engine.plan import Plan, Turn
from simulator.engine.reply import answer_of, reply_for, request_of
from simulator.engine.rules import Event, Rules
from simulator.engine.schedule import is_paused_by_request, schedule
from simulator.language import matching, paths, template
from simulator.model import Entry, Kci, Order, Request, Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class _Queue:
    """What a request does to the KCIs that wait: as in `Plan`."""

    withdraw: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)


def answer_later(turn: Turn, order: Order, rules: Rules) -> Plan:
    """Decide a later request of an order. Refused, Illegal and RenderFailed as `play`."""
    order = _named(order, turn.submission)
    action = turn.submission.action
    label, entry = _entry(turn, order, rules)
    used = {**order.used, label: order.used.get(label, 0) + 1} if label else dict(order.used)
    count = 1 + sum(1 for earlier in turn.requests if earlier.action == action)
    request = replace(
        request_of(turn, order, count, status="open"),
        number=rules.request_number(order, action, count),
    )
    names = names_for(order, request, turn.now, turn.chance.at(action, request.ref))
    reply = reply_for(entry.reply, turn.attempt)
    answer = answer_of(reply, names, rules.default_reply(action))
    if answer.word == "reject":
        return Plan(answer=answer, order=replace(order, used=used), entry=label)
    at_once = answer.word != "accept"
    outcome = "applied" if at_once else "opened"
    event = Event(
        action=action,
        operation=request.operation,
        outcome=outcome,
        status=entry.status if at_once else "",
        request=request.id,
        illegal=entry.illegal,
    )
    moved = replace(rules.move(order, event, turn.now), used=used, updated_at=turn.now)
    if at_once:
        moved = rules.merge(moved, request)
        request = replace(request, status="applied")
    moved = replace(
        moved, document=paths.assign_all(moved.document, template.render(dict(reply.set), names))
    )
    moved = rules.complete(moved, event, turn.now)
    kcis = schedule(turn, moved, entry.timeline, request, {**names, "order": order_names(moved)})
    kcis = tuple(
        replace(kci, step=replace(kci.step, status=kci.step.status or entry.status))
        if rules.settles(kci.send, action)
        else kci
        for kci in kcis
    )
    over = rules.ends(moved.status)
    queue = (
        _Queue(withdraw=tuple(kci.id for kci in turn.waiting if not kci.step.illegal))
        if over
        else _queue_of(turn, entry, kcis, rules)
    )
    lapsed = tuple(other.id for other in turn.requests if over and other.status == "open")
    if entry.pending and entry.pending.verb == "pause":
        _check_answers(moved, kcis, request, rules, turn.now)
    return Plan(
        answer=answer,
        order=moved,
        request=request,
        kcis=kcis,
        withdraw=queue.withdraw,
        paused=queue.paused,
        moved=queue.moved,
        lapsed=lapsed,
        entry=label,
    )


def _named(order: Order, submission: Submission) -> Order:
    """An order that nobody asked for has the caller's id of it from the first request that names
    it.
    """
    return (
        replace(order, ref=submission.order_ref)
        if not order.ref and submission.order_ref
        else order
    )


def _check_answers(
    order: Order, kcis: Sequence[Kci], request: Request, rules: Rules, now: int
) -> None:
    """Refused when the message that shall answer this request is not possible now: nothing moves
    the order meanwhile.
    """
    answering = next((kci for kci in kcis if rules.settles(kci.send, request.action)), None)
    if answering is None or kcis[0] is not answering:
        return
    try:
        rules.move(order, event_of(answering, request, rules), now)
    except Illegal as error:
        raise Refused("invalid", [str(error)]) from None


def _entry(turn: Turn, order: Order, rules: Rules) -> tuple[str, Entry]:
    """The entry that answers, with a stable label; entries that break the contract on purpose are
    asked before the contract.
    """
    action = turn.submission.action
    entries = list(enumerate(turn.scenario.entries.get(action, ())))
    facts = facts_of(turn.submission, order, turn.requests, turn.params, turn.now)
    for illegal in (True, False):
        if not illegal:
            rules.guard(order, turn.submission, turn.requests)
        for index, entry in entries:
            label = turn.scenario.label(action, index)
            if entry.illegal is illegal and not (
                entry.times and order.used.get(label, 0) >= entry.times
            ):
                conditions = matching.render_values(
                    entry.when, lambda value: template.render(value, dict(turn.params))
                )
                if not matching.first_difference(conditions, facts):
                    return label, entry
    return "", rules.default_entry(action)


def _queue_of(turn: Turn, entry: Entry, kcis: Sequence[Kci], rules: Rules) -> _Queue:
    """What becomes of the story's waiting KCIs; those of another open request are left alone.

    A request that ends another's pause first lets the paused ones go on; its own `pending` is about
    the rest, what waited during the pause.
    """
    still_open = {
        request.id
        for request in turn.requests
        if request.status == "open" and request.action != "create"
    }
    resumed = _resumed(turn, rules)
    story = [kci for kci in turn.waiting if kci.request not in still_open and kci.id not in resumed]
    # what waits for a signal was not paused: it stays, but for the pause's own
    if turn.submission.action in rules.pauses.values():
        pausing = {
            request.id
            for request in turn.requests
            if rules.pauses.get(request.action) == turn.submission.action
        }
        story = [kci for kci in story if not kci.signal or kci.request in pausing]
    verb, codes = (
        (entry.pending.verb, entry.pending.codes)
        if entry.pending
        else (_default_verb(turn, kcis, rules), ())
    )
    if verb == "withdraw":
        return _Queue(
            withdraw=tuple(
                kci.id for kci in story if (kci.send in codes if codes else not kci.step.mark)
            ),
            moved=resumed,
        )
    running = [kci for kci in story if kci.state == "waiting"]
    if verb == "pause" and turn.submission.action in rules.pauses:
        return _Queue(paused=tuple(kci.id for kci in running), moved=resumed)
    if verb == "pause" and kcis:
        pause = max(kci.due_at for kci in kcis) - turn.now
        return _Queue(
            moved=resumed | {kci.id: max(kci.due_at, turn.now) + pause for kci in running}
        )
    return _Queue(moved=resumed)


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


def _default_verb(turn: Turn, kcis: Sequence[Kci], rules: Rules) -> str:
    """The dialect's default, but a request that its own timeline refuses never changes the story."""
    action = turn.submission.action
    refused = any(rules.settles(kci.send, action) == "refused" for kci in kcis)
    return "keep" if refused else rules.default_pending(action)
