"""The pure heart: what a request makes the supplier do (`play`), and what a due step changes (`advance`).

No input, output, clock or chance of its own: `now` and `chance` are arguments, and the dialect's rules are passed in. A plan is
fixed when made; only `set` and `with` wait for the step's first attempt, because they want the newest order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator import instants, matching, paths, template
from simulator.errors import Illegal, Refused, RenderFailed
from simulator.model import Entry, Kci, Order, Reply, Request, Scenario, Step, Submission
from simulator.rules import Advance, Answer, Event, Plan, Rules
from simulator.seed import Chance

MOST_STEPS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """All that one request meets: the order as it is (None for a create), its requests, its waiting KCIs.

    `waiting` holds the paused ones too. `attempt` counts the caller's repeats of this very request from 1; `position` is the
    outbox position of the next step, `serial` which of the supplier's creates this is.
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
    serial: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Queue:
    """What a request does to the KCIs that wait: as in `Plan`."""

    withdraw: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)


def play(turn: Turn, rules: Rules) -> Plan:
    """Decide one request. Refused when the contract forbids it, Illegal or RenderFailed when the scenario itself is at fault."""
    return _create(turn, rules) if turn.order is None else _continue(turn, _named(turn.order, turn.submission), rules)


def advance(order: Order, kci: Kci, requests: Sequence[Request], waiting: Sequence[Kci], rules: Rules, now: int, chance: Chance) -> Advance:
    """Let a step happen: the order moves once, on the first attempt. `waiting` are the order's other waiting and paused KCIs.

    Illegal or RenderFailed when it cannot; then nothing has changed, and the caller marks the KCI dead.
    """
    request = next((candidate for candidate in requests if candidate.id == kci.request), None)
    event = _event_of(kci, request, rules)
    moved = rules.move(order, event, now) if kci.send or kci.status else order
    if request is not None and event.outcome == "applied":
        moved = rules.merge(moved, request)
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


def facts_of(
    submission: Submission, order: Order | None, requests: Sequence[Request], params: Mapping[str, Any], now: int
) -> dict[str, Any]:
    """What the conditions of a `when` are asked of."""
    return {
        "body": submission.document,
        "order": order_names(order) if order else {},
        "header": submission.headers,
        "param": params,
        "tenant": order.tenant if order else submission.tenant,
        "operation": submission.operation,
        "marked": order.marks if order else (),
        "open": [request.action for request in requests if request.status == "open"],
        "now": instants.format_instant(now),
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
    request = _request(turn, order, 1, status="applied")
    names = names_for(order, request, turn.now, turn.chance.at("reply"))
    reply = _attempted(scenario.reply, turn.attempt)
    begun = scenario.begins == "supplier"
    answer = Answer(word="begun") if begun else _answer(reply, names, rules.default_reply("create"))
    if answer.word == "reject":
        return Plan(answer=answer)
    event = Event(action="create", operation=submission.operation, outcome=answer.word, serial=turn.serial)
    order = rules.move(order, event, turn.now)
    order = replace(order, document=paths.assign_all(order.document, template.render(dict(reply.set), names)))
    order = rules.complete(order, event, turn.now)
    kcis = _schedule(turn, order, scenario.timeline, request, names)
    return Plan(answer=answer, order=order, request=request, kcis=kcis)


# ---- a later request ---------------------------------------------------------------------------------------------------


def _check_answers(order: Order, kcis: Sequence[Kci], request: Request, rules: Rules, now: int) -> None:
    """Refused when the message that shall answer this request is not possible now: nothing moves the order meanwhile."""
    answering = next((kci for kci in kcis if rules.settles(kci.send, request.action)), None)
    if answering is None or kcis[0] is not answering:
        return
    try:
        rules.move(order, _event_of(answering, request, rules), now)
    except Illegal as error:
        raise Refused("invalid", [str(error)]) from None


def _named(order: Order, submission: Submission) -> Order:
    """An order that nobody asked for has the caller's id of it from the first request that names it."""
    return replace(order, ref=submission.order_ref) if not order.ref and submission.order_ref else order


def _continue(turn: Turn, order: Order, rules: Rules) -> Plan:
    action = turn.submission.action
    label, entry = _entry(turn, order, rules)
    used = {**order.used, label: order.used.get(label, 0) + 1} if label else dict(order.used)
    count = 1 + sum(1 for earlier in turn.requests if earlier.action == action)
    request = replace(_request(turn, order, count, status="open"), number=rules.request_number(order, action, count))
    names = names_for(order, request, turn.now, turn.chance.at(action, request.ref))
    reply = _attempted(entry.reply, turn.attempt)
    answer = _answer(reply, names, rules.default_reply(action))
    if answer.word == "reject":
        return Plan(answer=answer, order=replace(order, used=used), entry=label)
    at_once = answer.word != "accept"
    outcome = "applied" if at_once else "opened"
    event = Event(
        action=action, operation=request.operation, outcome=outcome, status=entry.status if at_once else "", request=request.id,
        illegal=entry.illegal,
    )  # fmt: skip
    moved = replace(rules.move(order, event, turn.now), used=used, updated_at=turn.now)
    if at_once:
        moved = rules.merge(moved, request)
        request = replace(request, status="applied")
    moved = replace(moved, document=paths.assign_all(moved.document, template.render(dict(reply.set), names)))
    moved = rules.complete(moved, event, turn.now)
    kcis = _schedule(turn, moved, entry.timeline, request, {**names, "order": order_names(moved)})
    kcis = tuple(replace(kci, status=kci.status or entry.status) if rules.settles(kci.send, action) else kci for kci in kcis)
    over = rules.ends(moved.status)
    queue = _Queue(withdraw=tuple(kci.id for kci in turn.waiting if not kci.illegal)) if over else _queue_of(turn, entry, kcis, rules)
    lapsed = tuple(other.id for other in turn.requests if over and other.status == "open")
    if entry.pending and entry.pending.verb == "pause":
        _check_answers(moved, kcis, request, rules, turn.now)
    return Plan(
        answer=answer, order=moved, request=request, kcis=kcis, withdraw=queue.withdraw, paused=queue.paused, moved=queue.moved,
        lapsed=lapsed, entry=label,
    )  # fmt: skip


def _entry(turn: Turn, order: Order, rules: Rules) -> tuple[str, Entry]:
    """The entry that answers, with a stable label; entries that break the contract on purpose are asked before the contract."""
    action = turn.submission.action
    entries = list(enumerate(turn.scenario.entries.get(action, ())))
    facts = facts_of(turn.submission, order, turn.requests, turn.params, turn.now)
    for illegal in (True, False):
        if not illegal:
            rules.guard(order, turn.submission, turn.requests)
        for index, entry in entries:
            label = turn.scenario.label(action, index)
            if entry.illegal is illegal and not (entry.times and order.used.get(label, 0) >= entry.times):
                conditions = matching.render_values(entry.when, lambda value: template.render(value, dict(turn.params)))
                if not matching.first_difference(conditions, facts):
                    return label, entry
    return "", rules.default_entry(action)


def _queue_of(turn: Turn, entry: Entry, kcis: Sequence[Kci], rules: Rules) -> _Queue:
    """What becomes of the story's waiting KCIs; those of another open request are left alone.

    A request that ends another's pause first lets the paused ones go on; its own `pending` is about the rest, what waited during
    the pause.
    """
    still_open = {request.id for request in turn.requests if request.status == "open" and request.action != "create"}
    resumed = _resumed(turn, rules)
    story = [kci for kci in turn.waiting if kci.request not in still_open and kci.id not in resumed]
    if turn.submission.action in rules.pauses.values():  # what waits for a signal was not paused: it stays, but for the pause's own
        pausing = {request.id for request in turn.requests if rules.pauses.get(request.action) == turn.submission.action}
        story = [kci for kci in story if not kci.gate or kci.request in pausing]
    verb, codes = (entry.pending.verb, entry.pending.codes) if entry.pending else (_default_verb(turn, kcis, rules), ())
    if verb == "withdraw":
        return _Queue(withdraw=tuple(kci.id for kci in story if (kci.send in codes if codes else not kci.mark)), moved=resumed)
    running = [kci for kci in story if kci.state == "waiting"]
    if verb == "pause" and turn.submission.action in rules.pauses:
        return _Queue(paused=tuple(kci.id for kci in running), moved=resumed)
    if verb == "pause" and kcis:
        pause = max(kci.due_at for kci in kcis) - turn.now
        return _Queue(moved=resumed | {kci.id: max(kci.due_at, turn.now) + pause for kci in running})
    return _Queue(moved=resumed)


def _resumed(turn: Turn, rules: Rules) -> dict[str, int]:
    """Where this request ends a pause: the paused KCIs with the time they had left when it began."""
    began = [request.received_at for request in turn.requests if rules.pauses.get(request.action) == turn.submission.action]
    return {kci.id: turn.now + max(0, kci.due_at - max(began)) for kci in turn.waiting if is_held(kci) and began}


def is_held(kci: Kci) -> bool:
    """Whether a request's pause holds a KCI, and not only the want of a signal."""
    return kci.state == "paused" and not kci.gate


def signalled(waiting: Sequence[Kci], name: str, now: int) -> tuple[Kci, ...]:
    """What a signal changes: the steps that waited for it go on, later ones that wait for another one move with them.

    Illegal says what is waited for instead. A signal may come before its time: then nothing is later than it was planned.
    """
    if any(is_held(kci) for kci in waiting):
        raise Illegal("a request has paused the order: let it go on first")
    gates: dict[str, Kci] = {}
    for kci in sorted((kci for kci in waiting if kci.gate), key=lambda kci: kci.position):
        gates.setdefault(kci.request, kci)  # the first gate of each timeline is the one it stands at
    first = next((kci for kci in gates.values() if kci.gate == name), None)
    if first is None or first.gate_at is None:
        names = ", ".join(sorted({kci.gate for kci in gates.values()}))
        raise Illegal(f"the order does not wait for the signal {name[:80]}" + (f": it waits for {names}" if names else ""))
    late = max(0, now - first.gate_at)
    mine = [kci for kci in waiting if kci.gate and kci.request == first.request]
    same = {kci.id for kci in mine if (kci.gate, kci.gate_at) == (first.gate, first.gate_at)}
    return tuple(
        replace(kci, due_at=kci.due_at + late, state="waiting", gate="", gate_at=None)
        if kci.id in same
        else replace(kci, due_at=kci.due_at + late, gate_at=(kci.gate_at or 0) + late)
        for kci in mine
    )


def _default_verb(turn: Turn, kcis: Sequence[Kci], rules: Rules) -> str:
    """The dialect's default, but a request that its own timeline refuses never changes the story."""
    action = turn.submission.action
    refused = any(rules.settles(kci.send, action) == "refused" for kci in kcis)
    return "keep" if refused else rules.default_pending(action)


# ---- what both share ---------------------------------------------------------------------------------------------------


def _request(turn: Turn, order: Order, count: int, *, status: str) -> Request:
    """The request as it is kept; where the contract gives it no id of its own, it is the order's `count`-th of its kind."""
    submission = turn.submission
    ref = submission.ref or f"{order.id}/{count}"
    name = turn.chance.at("request", submission.action, ref if submission.ref else count)
    return Request(
        id=name.uuid(), order=order.id, action=submission.action, operation=submission.operation, ref=ref, tenant=order.tenant,
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
    due, gate, gate_at = turn.now, "", None
    for step in steps:
        due = max(due, _due(step, due, order, names))
        if step.wait:
            gate, gate_at = step.wait, due
            continue
        position = turn.position + len(kcis)
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
                state="paused" if gate else "waiting",
                gate=gate,
                gate_at=gate_at,
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
    told = Event(send=kci.send, status=kci.status, illegal=kci.illegal, members=kci.fields)
    outcome = rules.settles(kci.send, request.action) if kci.send and request is not None and request.status == "open" else ""
    if request is None or not outcome:
        return told
    return replace(told, action=request.action, operation=request.operation, outcome=outcome, request=request.id)
