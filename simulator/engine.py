"""The pure heart: what a request makes the supplier do (`play`), and what a due step changes (`advance`).

No input, output, clock or chance of its own: `now` and `chance` are arguments, and the dialect's rules are passed in. A plan is
fixed when made; only `set` and `with` wait for the step's first attempt, because they want the newest order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import instants, matching, paths, template
from simulator.errors import Illegal, RenderFailed
from simulator.model import Entry, Kci, Order, Reply, Request, Scenario, Step, Submission
from simulator.rules import Advance, Answer, Event, Plan, Rules
from simulator.seed import Chance

MOST_STEPS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """All that one request meets: the order as it is (None for a create), its requests, its waiting KCIs.

    `attempt` counts the caller's repeats of this very request from 1; `position` is the outbox position of the next step.
    """

    submission: Submission
    scenario: Scenario
    params: Mapping[str, Any]
    supplier: str
    now: int
    chance: Chance
    seed_key: str = ""
    order: Order | None = None
    requests: Sequence[Request] = ()
    waiting: Sequence[Kci] = ()
    attempt: int = 1
    position: int = 1


def play(turn: Turn, rules: Rules) -> Plan:
    """Decide one request. Refused when the contract forbids it, Illegal or RenderFailed when the scenario itself is at fault."""
    return _create(turn, rules) if turn.order is None else _continue(turn, turn.order, rules)


def advance(order: Order, kci: Kci, requests: Sequence[Request], waiting: Sequence[Kci], rules: Rules, now: int, chance: Chance) -> Advance:
    """Let a step happen: the order moves once, on the first attempt. `waiting` are the order's other waiting KCIs.

    Illegal or RenderFailed when it cannot; then nothing has changed, and the caller marks the KCI dead.
    """
    request = next((candidate for candidate in requests if candidate.id == kci.request), None)
    event = _event_of(kci, request, rules)
    moved = rules.move(order, event, now) if kci.send or kci.status else order
    if request is not None and event.outcome == "applied":
        moved = replace(moved, document=rules.merge(moved.document, request.document, request.action))
    if kci.mark and kci.mark not in moved.marks:
        moved = replace(moved, marks=(*moved.marks, kci.mark))
    names = names_for(moved, request, now, chance.at(kci.position))
    if kci.set:
        moved = replace(moved, document=paths.assign_all(moved.document, template.render(dict(kci.set), names)))
    moved = replace(rules.complete(moved, event, now), updated_at=now)
    fields = template.render(dict(kci.fields), {**names, "order": order_names(moved)})
    settled = replace(request, status=event.outcome) if request is not None and event.outcome else None
    over = rules.ends(moved.status)
    return Advance(
        order=moved,
        kci=replace(kci, fields=fields, issued_at=now),
        request=settled,
        withdraw=tuple(other.id for other in waiting if over and not other.illegal and other.id != kci.id),
        lapsed=tuple(other.id for other in requests if over and other.status == "open" and other is not request),
    )


def names_for(order: Order, request: Request | None, now: int, chance: Chance) -> dict[str, Any]:
    """What a template sees: order, request (the document being answered), now, fake, supplier and the parameters."""
    return {
        **(request.params if request else {}),
        "order": order_names(order),
        "request": request.document if request else {},
        "now": instants.format_instant(now),
        "fake": chance.fake(),
        "supplier": {"name": order.supplier},
    }


def order_names(order: Order) -> dict[str, Any]:
    """The order as templates and conditions see it."""
    return {
        "id": order.id, "ref": order.ref, "tenant": order.tenant, "number": order.number, "status": order.status,
        "operation": order.operation, "scenario": order.scenario, "document": order.document,
        "received_at": instants.format_instant(order.received_at),
    }  # fmt: skip


# ---- a new order -------------------------------------------------------------------------------------------------------


def _create(turn: Turn, rules: Rules) -> Plan:
    submission, scenario = turn.submission, turn.scenario
    order = Order(
        id=turn.chance.at("order").uuid(),
        supplier=turn.supplier,
        tenant=submission.tenant,
        ref=submission.ref,
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
    request = _request(turn, order, status="applied")
    names = names_for(order, request, turn.now, turn.chance.at("reply"))
    reply = _attempted(scenario.reply, turn.attempt)
    answer = _answer(reply, names, rules.default_reply("create"))
    if answer.word == "reject":
        return Plan(answer=answer)
    event = Event(action="create", outcome=answer.word)
    order = rules.move(order, event, turn.now)
    order = replace(order, document=paths.assign_all(order.document, template.render(dict(reply.set), names)))
    order = rules.complete(order, event, turn.now)
    kcis = _schedule(turn, order, scenario.timeline, request, names)
    return Plan(answer=answer, order=order, request=request, kcis=kcis)


# ---- a later request ---------------------------------------------------------------------------------------------------


def _continue(turn: Turn, order: Order, rules: Rules) -> Plan:
    action = turn.submission.action
    label, entry = _entry(turn, order, rules)
    used = {**order.used, label: order.used.get(label, 0) + 1} if label else dict(order.used)
    count = 1 + sum(1 for earlier in turn.requests if earlier.action == action)
    request = replace(_request(turn, order, status="open"), number=rules.request_number(order, action, count))
    names = names_for(order, request, turn.now, turn.chance.at(action, turn.submission.ref))
    reply = _attempted(entry.reply, turn.attempt)
    answer = _answer(reply, names, rules.default_reply(action))
    if answer.word == "reject":
        return Plan(answer=answer, order=replace(order, used=used), entry=label)
    at_once = answer.word != "accept"
    outcome = "applied" if at_once else "opened"
    event = Event(action=action, outcome=outcome, status=entry.status if at_once else "", request=request.id, illegal=entry.illegal)
    moved = replace(rules.move(order, event, turn.now), used=used, updated_at=turn.now)
    if at_once:
        moved = replace(moved, document=rules.merge(moved.document, request.document, action))
        request = replace(request, status="applied")
    moved = replace(moved, document=paths.assign_all(moved.document, template.render(dict(reply.set), names)))
    moved = rules.complete(moved, event, turn.now)
    kcis = _schedule(turn, moved, entry.timeline, request, {**names, "order": order_names(moved)})
    kcis = tuple(replace(kci, status=kci.status or entry.status) if rules.settles(kci.send) else kci for kci in kcis)
    withdraw, shifted = _pending(turn, entry, kcis, rules)
    over = rules.ends(moved.status)
    if over:
        withdraw = tuple(kci.id for kci in turn.waiting if not kci.illegal)
    lapsed = tuple(other.id for other in turn.requests if over and other.status == "open")
    return Plan(
        answer=answer, order=moved, request=request, kcis=kcis, withdraw=withdraw, moved=shifted, lapsed=lapsed, entry=label
    )  # fmt: skip


def _entry(turn: Turn, order: Order, rules: Rules) -> tuple[str, Entry]:
    """The entry that answers, with a stable label; entries that break the contract on purpose are asked before the contract."""
    action = turn.submission.action
    entries = list(enumerate(turn.scenario.entries.get(action, ())))
    facts = {
        "body": turn.submission.document,
        "order": order_names(order),
        "header": turn.submission.headers,
        "param": turn.params,
        "tenant": order.tenant,
        "operation": turn.submission.operation,
        "marked": order.marks,
        "open": [request.action for request in turn.requests if request.status == "open"],
        "now": instants.format_instant(turn.now),
    }
    for illegal in (True, False):
        if not illegal:
            rules.guard(order, action, turn.requests)
        for index, entry in entries:
            label = f"{action}[{index}]"
            if entry.illegal is illegal and not (entry.times and order.used.get(label, 0) >= entry.times):
                conditions = matching.render_values(entry.when, lambda value: template.render(value, dict(turn.params)))
                if not matching.first_difference(conditions, facts):
                    return label, entry
    return "", rules.default_entry(action)


def _pending(turn: Turn, entry: Entry, kcis: Sequence[Kci], rules: Rules) -> tuple[tuple[str, ...], dict[str, int]]:
    """Which waiting KCIs of the story are withdrawn, and which get a new due moment; never those of another open request."""
    still_open = {request.id for request in turn.requests if request.status == "open" and request.action != "create"}
    story = [kci for kci in turn.waiting if kci.request not in still_open]
    verb, codes = (entry.pending.verb, entry.pending.codes) if entry.pending else (_default_verb(turn, kcis, rules), ())
    if verb == "withdraw":
        return tuple(kci.id for kci in story if (kci.send in codes if codes else not kci.mark)), {}
    if verb == "pause" and kcis:
        pause = max(kci.due_at for kci in kcis) - turn.now
        return (), {kci.id: max(kci.due_at, turn.now) + pause for kci in story}
    return (), {}


def _default_verb(turn: Turn, kcis: Sequence[Kci], rules: Rules) -> str:
    """The dialect's default, but a request that its own timeline refuses never changes the story."""
    outcomes = {settled[1] for kci in kcis if (settled := rules.settles(kci.send))}
    return "keep" if "refused" in outcomes else rules.default_pending(turn.submission.action)


# ---- what both share ---------------------------------------------------------------------------------------------------


def _request(turn: Turn, order: Order, *, status: str) -> Request:
    submission = turn.submission
    name = turn.chance.at("request", submission.action, submission.ref)
    return Request(
        id=name.uuid(), order=order.id, action=submission.action, ref=submission.ref, tenant=submission.tenant,
        document=submission.document, status=status, params=turn.params, received_at=turn.now,
    )  # fmt: skip


def _attempted(reply: Reply, attempt: int) -> Reply:
    return reply.attempts[min(attempt, len(reply.attempts)) - 1] if reply.attempts else reply


def _answer(reply: Reply, names: Mapping[str, Any], default: str) -> Answer:
    word = reply.answer or ("reject" if reply.status and reply.status >= 400 else default)
    return Answer(
        word=word,
        messages=tuple(str(message) for message in template.render(list(reply.messages), names)),
        delay=_length(reply.delay, names) if reply.delay is not None else 0,
        status=reply.status,
        headers={name: str(value) for name, value in template.render(dict(reply.headers), names).items()},
        body=template.render(reply.body, names),
        has_body=reply.has_body,
    )


def _schedule(turn: Turn, order: Order, steps: Sequence[Step], request: Request, names: Mapping[str, Any]) -> tuple[Kci, ...]:
    """Give each step its due moment. Steps come one after another: an `at` in the past waits for the step before it."""
    if len(steps) > MOST_STEPS:
        raise Illegal(f"a timeline has at most {MOST_STEPS} steps")
    kcis: list[Kci] = []
    due = turn.now
    for index, step in enumerate(steps):
        due = max(due, _due(step, due, order, names))
        position = turn.position + index
        kcis.append(
            Kci(
                id=turn.chance.at("kci", position).uuid(),
                order=order.id,
                request=request.id,
                position=position,
                due_at=due,
                send=step.send,
                status=step.status,
                mark=step.mark,
                set=step.set,
                fields=step.fields,
                illegal=step.illegal,
            )
        )
    return tuple(kcis)


def _due(step: Step, before: int, order: Order, names: Mapping[str, Any]) -> int:
    if step.at is None:
        return before + _length(step.after, names)
    try:
        return order.received_at + _length(step.at, names)
    except RenderFailed:
        at = template.render(step.at, names)
    try:
        return instants.parse_instant(at)
    except (ValueError, OverflowError) as error:
        raise RenderFailed(f"at: {error}") from None


def _length(value: Any, names: Mapping[str, Any]) -> int:
    """A duration: microseconds where the loader read it already, text or seconds where a template gives it."""
    if isinstance(value, int):
        return value
    try:
        return instants.parse_duration(template.render(value, names))
    except ValueError as error:
        raise RenderFailed(str(error)) from None


def _event_of(kci: Kci, request: Request | None, rules: Rules) -> Event:
    settled = rules.settles(kci.send) if kci.send else None
    if settled is None:
        return Event(send=kci.send, status=kci.status, illegal=kci.illegal)
    action, outcome = settled
    answers = request is not None and request.action == action and request.status == "open"
    if answers and request is not None:
        return Event(action=action, outcome=outcome, send=kci.send, status=kci.status, request=request.id, illegal=kci.illegal)
    return Event(send=kci.send, status=kci.status, illegal=kci.illegal)
