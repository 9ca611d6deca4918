"""A new order: its answer, the order, its KCIs."""

from __future__ import annotations

from simulator.base.copies import replace
from simulator.engine.names import names_for
from simulator.engine.plan import BEGUN, Answer, Opened, Rejected, Situation
from simulator.engine.reply import answer_of, reply_for, request_of
from simulator.engine.rules import Event, Rules
from simulator.engine.schedule import schedule
from simulator.language import paths, template
from simulator.model import Order


def create(situation: Situation, rules: Rules) -> Rejected | Opened:
    """Decide a new order. Refused, Illegal and RenderFailed as `play`."""
    submission, scenario = situation.submission, situation.scenario
    order = Order(
        id=situation.chance.uuid("order"),
        supplier=situation.supplier,
        tenant=submission.tenant,
        ref=submission.order_ref,
        operation=submission.operation,
        document=submission.document,
        scenario=scenario.name,
        digest=scenario.digest,
        seed_key=situation.seed_key,
        request_id=submission.request_id,
        conversation_id=submission.conversation_id,
        received_at=situation.now,
        updated_at=situation.now,
        begun_by=submission.begun_by,
    )
    request = request_of(situation, order, 1, status="applied")
    names = names_for(order, request, situation.now, situation.chance.at("reply"))
    reply = reply_for(scenario.reply, situation.repeat_number)
    begun = scenario.begins == "supplier"
    answer = (
        Answer(word=BEGUN)
        if begun
        else answer_of(reply, names, rules.default_reply("create"), situation.chance.at("delay"))
    )
    if answer.rejects:
        return Rejected(answer=answer)
    event = Event(
        action="create", operation=submission.operation, answer=answer.word, serial=situation.serial
    )
    order = rules.move(order, event, situation.now)
    if reply.set:
        changes = template.render(dict(reply.set), names)
        order = replace(order, document=paths.assign_all(order.document, changes))
    order = rules.complete(order, event, situation.now)
    kcis, branches = schedule(situation, order, scenario.timeline, request, names)
    return Opened(answer=answer, order=order, request=request, kcis=kcis, branches=branches)
