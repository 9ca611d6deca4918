"""The synchronous answer, and the request as it is kept: what creates and later requests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base.copies import replace
from simulator.base.seed import Chance
from simulator.engine.moments import length_of
from simulator.engine.names import names_for
from simulator.engine.plan import REJECT, Answer, Situation
from simulator.engine.rules import Rules
from simulator.language import template
from simulator.model import Order, Reply, ReplyFault, Request, RequestStatus


def request_of(situation: Situation, order: Order, count: int, *, status: RequestStatus) -> Request:
    """The request as it is kept. Where the contract gives it no id, it is the order's `count`-th of
    its kind.
    """
    submission = situation.submission
    ref = submission.ref or f"{order.id}/{count}"
    name = (submission.action, ref if submission.ref else count)
    return Request(
        id=situation.chance.uuid("request", *name),
        order=order.id,
        action=submission.action,
        operation=submission.operation,
        ref=ref,
        tenant=order.tenant,
        document=submission.document,
        status=status,
        params=situation.params,
        received_at=situation.now,
    )


def reply_for(reply: Reply, repeat_number: int) -> Reply:
    """The reply to a request or one of its repeats. `attempts` are walked by the caller's repeats;
    the last one stays.

    An attempt that only says how the answer leaves (a fault, a delay) has the next one's answer: it
    is what the caller would have read.
    """
    if not reply.attempts:
        return reply
    attempt, *later = reply.attempts[min(repeat_number, len(reply.attempts)) - 1 :]
    if not attempt.is_only_about_the_way:
        return attempt
    meant = next((each for each in later if not each.is_only_about_the_way), attempt)
    return replace(meant, delay=attempt.delay, fault=attempt.fault)


def answer_again(situation: Situation, order: Order, reply: Reply, rules: Rules) -> Answer:
    """What one of `attempts` says to the repeat of a request that was done before. RenderFailed as
    `play`.
    """
    action = situation.submission.action
    request = request_of(situation, order, situation.count, status="applied")
    chance = situation.chance.at(action, request.ref)
    names = names_for(order, request, situation.now, chance)
    reply = reply_for(reply, situation.repeat_number)
    return answer_of(reply, names, rules.default_reply(action), chance.at("delay"))


def answer_of(reply: Reply, names: Mapping[str, Any], default: str, chance: Chance) -> Answer:
    """The reply with its templates rendered. `default` is the dialect's word; what the delay draws
    hangs on `chance`.
    """
    word = reply.answer or (REJECT if reply.status and reply.status >= 400 else default)
    return Answer(
        word=word,
        messages=tuple(str(message) for message in template.render(list(reply.messages), names)),
        delay=length_of(reply.delay, names, chance) if reply.delay is not None else 0,
        status=reply.status,
        headers={
            name: str(value) for name, value in template.render(dict(reply.headers), names).items()
        },
        body=_body(template.render(reply.body, names)),
        has_body=reply.has_body,
        fault=_fault(reply.fault, names, chance.at("fault")),
    )


def _fault(fault: ReplyFault | None, names: Mapping[str, Any], chance: Chance) -> ReplyFault | None:
    return fault and ReplyFault(fault.word, length_of(fault.argument, names, chance))


def _body(body: Any) -> Any:
    """The body to send: an empty text means that there is none."""
    return None if body == "" else body
