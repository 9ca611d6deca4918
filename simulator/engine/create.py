"""A new order: its answer, the order, its KCIs."""

from __future__ import annotations

from dataclasses import replace

from simulator.engine.names import names_for
from simulator.engine.plan import BEGUN, Answer, Opened, Rejected, Turn
from simulator.engine.reply import answer_of, reply_for, request_of
from simulator.engine.rules import Event, Rules
from simulator.engine.schedule import schedule
from simulator.language import paths, template
from simulator.model import Order


def create(turn: Turn, rules: Rules) -> Rejected | Opened:
    """Decide a new order. Refused, Illegal and RenderFailed as `play`."""
    submission, scenario = turn.submission, turn.scenario
    order = Order(
        id=turn.chance.at("order").uuid(),
        supplier=turn.supplier,
        tenant=submission.tenant,
        ref=submission.order_ref,
        operation=submission.operation,
        document=submission.document,
        scenario=scenario.name,
        digest=scenario.digest,
        seed_key=turn.seed_key,
        request_id=submission.request_id,
        conversation_id=submission.conversation_id,
        received_at=turn.now,
        updated_at=turn.now,
    )
    request = request_of(turn, order, 1, status="applied")
    names = names_for(order, request, turn.now, turn.chance.at("reply"))
    reply = reply_for(scenario.reply, turn.attempt)
    begun = scenario.begins == "supplier"
    answer = Answer(word=BEGUN) if begun else answer_of(reply, names, rules.default_reply("create"))
    if answer.rejects:
        return Rejected(answer=answer)
    event = Event(
        action="create", operation=submission.operation, answer=answer.word, serial=turn.serial
    )
    order = rules.move(order, event, turn.now)
    order = replace(
        order, document=paths.assign_all(order.document, template.render(dict(reply.set), names))
    )
    order = rules.complete(order, event, turn.now)
    kcis = schedule(turn, order, scenario.timeline, request, names)
    return Opened(answer=answer, order=order, request=request, kcis=kcis)
