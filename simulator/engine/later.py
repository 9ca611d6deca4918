"""A later request of an order: rejected, done at once, or open until a KCI settles it."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.base.copies import replace
from simulator.base.errors import Illegal, Refused
from simulator.engine.advance import event_of
from simulator.engine.entries import entry_for
from simulator.engine.names import names_for, order_names
from simulator.engine.pending import change_of
from simulator.engine.plan import Changed, Rejected, Situation
from simulator.engine.queue import QueueChange
from simulator.engine.reply import answer_of, reply_for, request_of
from simulator.engine.rules import Event, Rules
from simulator.engine.schedule import schedule
from simulator.engine.ways import leaving
from simulator.language import paths, template
from simulator.model import EntryName, Kci, Order, Request, Submission


def answer_later(situation: Situation, order: Order, rules: Rules) -> Rejected | Changed:
    """Decide a later request of an order. Refused, Illegal and RenderFailed as `play`."""
    order = _named(order, situation.submission)
    action = situation.submission.action
    name, entry, passed = entry_for(situation, order, rules)
    order = _counted(order, name)
    request = replace(
        request_of(situation, order, situation.count, status="open"),
        number=rules.request_number(order, action, situation.count),
    )
    chance = situation.chance.at(action, request.ref)
    names = names_for(order, request, situation.now, chance)
    reply = reply_for(entry.reply, situation.repeat_number)
    answer = answer_of(reply, names, rules.default_reply(action), chance.at("delay"))
    if answer.rejects:
        return Rejected(answer=answer, order=order, entry=name, passed=passed)
    is_open = answer.leaves_open
    event = Event(
        action=action,
        operation=request.operation,
        outcome="opened" if is_open else "applied",
        status="" if is_open else entry.status,
        request=request.id,
        illegal=entry.illegal,
    )
    moved = replace(rules.move(order, event, situation.now), updated_at=situation.now)
    if not is_open:
        moved = rules.merge(moved, request)
        request = replace(request, status="applied")
    changes = template.render(dict(reply.set), names)
    moved = replace(moved, document=paths.assign_all(moved.document, changes))
    moved = rules.complete(moved, event, situation.now)
    kcis, branches = schedule(
        situation, moved, entry.timeline, request, {**names, "order": order_names(moved)}
    )
    kcis = _settling(kcis, action, entry.status, rules)
    if entry.pending and entry.pending.verb == "pause":
        _check_answers(moved, kcis, request, rules, situation.now)
    ended = rules.ends(moved.status)
    return Changed(
        answer=answer,
        order=moved,
        request=request,
        kcis=kcis,
        branches=branches,
        queue=_withdrawn(situation) if ended else change_of(situation, entry, kcis, rules),
        lapsed=tuple(other.id for other in situation.requests if ended and other.status == "open"),
        ended=ended,
        entry=name,
        passed=passed,
    )


def _named(order: Order, submission: Submission) -> Order:
    """An order that the supplier began gets the caller's id from the first request with one."""
    if order.ref or not submission.order_ref:
        return order
    return replace(order, ref=submission.order_ref)


def _counted(order: Order, name: EntryName | None) -> Order:
    """The order with the entry's use counted."""
    if name is None:
        return order
    key = str(name)
    return replace(order, used={**order.used, key: order.used.get(key, 0) + 1})


def _settling(kcis: Sequence[Kci], action: str, status: str, rules: Rules) -> tuple[Kci, ...]:
    """The KCIs of a request. One that settles it brings the entry's `status`, where its step names
    none.
    """

    def settling(kci: Kci) -> Kci:
        if not rules.settles(kci.send, action):
            return kci
        return replace(kci, step=replace(kci.step, status=kci.step.status or status))

    return tuple(settling(kci) for kci in kcis)


def _withdrawn(situation: Situation) -> QueueChange:
    """The order has ended: nothing more is sent, unless a step breaks the contract on purpose."""
    return QueueChange(withdraw=leaving(situation.waiting, lambda kci: kci.step.illegal))


def _check_answers(
    order: Order, kcis: Sequence[Kci], request: Request, rules: Rules, now: int
) -> None:
    """Refused when the KCI that answers this request is not possible now: nothing moves the order
    meanwhile.
    """
    answering = next((kci for kci in kcis if rules.settles(kci.send, request.action)), None)
    if answering is None or kcis[0] is not answering:
        return
    try:
        rules.move(order, event_of(answering, request, rules), now)
    except Illegal as error:
        raise Refused("invalid", [str(error)]) from None
