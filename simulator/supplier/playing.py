"""Playing a request in a transaction: which scenario answers, what the engine makes of it, and
committing the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.errors import Refused, RenderFailed
from simulator.dialects import Dialect
from simulator.engine.plan import Answer, Plan
from simulator.formats import http, strict_json
from simulator.formats.schema import dotted, load_field
from simulator.model import Act, Condition, Order, Outgoing, Request, Scenario, Submission
from simulator.scenario import Choice, Pin, params_of
from simulator.scenario.fields import When
from simulator.store import Tx, clocks, journal, orders, outbox, pins
from simulator.supplier.scenario_set import ScenarioSet

SEED_KEY_HEADER = "x-seed-key"
SERIAL = "#serial"


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """One request's outcome, and what the journal says of it."""

    outgoing: Outgoing
    order: str = ""
    scenario: str = ""
    reasons: tuple[str, ...] = ()


class Player:
    """Plays the requests of one supplier."""

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        scenario_set: ScenarioSet,
        *,
        run_seed: str,
        fixed_seed: bool,
        max_delay: int,
    ) -> None:
        self.name = name
        self.dialect = dialect
        self.scenario_set = scenario_set
        self.run_seed = run_seed
        self.fixed_seed = fixed_seed
        self.max_delay = max_delay

    def play(self, tx: Tx, submission: Submission) -> Played:
        """Answer one request and commit what it does. Refused, Illegal and RenderFailed change
        nothing.
        """
        now = clocks.get(tx, self.name).now(tx.wall)
        earlier = (
            orders.remembered(tx, self.name, submission.action, submission.tenant, submission.ref)
            if submission.ref
            else None
        )
        if submission.action == "create":
            return self._play_create(tx, submission, earlier, now)
        return self._play_later(tx, submission, earlier, now)

    def begin(
        self, tx: Tx, name: str, tenant: str, document: Mapping[str, Any], params: Mapping[str, Any]
    ) -> str:
        """Begin an order that nobody asked for; its id. Refused when the scenario, its parameters
        or the document are wrong.
        """
        scenario = self.scenario_set.book(tx).beginning(name)
        submission = self.dialect.begin(tenant, dict(document))
        clock = clocks.get(tx, self.name)
        turn = self._turn(
            submission, scenario, params_of(scenario, {}, given=params), clock.now(tx.wall)
        )
        plan, _ = self._open(tx, turn)
        assert plan.order is not None
        act = Act(
            at=turn.now,
            what="order.begin",
            by="supplier",
            message=f"begun by the supplier: {submission.operation} of {tenant}",
            order=plan.order.id,
            scenario=name,
        )
        journal.act(tx, self.name, act)
        return plan.order.id

    def order_of(self, tx: Tx, submission: Submission) -> Order | None:
        """The order that a later request is about."""
        found = (
            orders.by_ref(tx, self.name, submission.tenant, submission.order_ref)
            if submission.order_ref
            else None
        )
        if found is None and submission.order_number:
            found = orders.by_number(tx, self.name, submission.tenant, submission.order_number)
        return found

    def _play_later(
        self, tx: Tx, submission: Submission, earlier: orders.Remembered | None, now: int
    ) -> Played:
        order = self.order_of(tx, submission)
        if order is None:
            owner = f"{submission.tenant} has" if submission.tenant else "there is"
            what = submission.order_ref or submission.order_number
            raise Refused("not_found", [f"{submission.order_path}: {owner} no order {what} here"])
        if submission.order_number and order.number and submission.order_number != order.number:
            raise Refused(
                "invalid",
                [
                    f"order {order.ref} has the reference {order.number} here, not {submission.order_number[:80]}"
                ],
            )
        lane = orders.lock(tx, order.id)
        order = orders.by_id(tx, self.name, order.id) or order
        scenario = self.scenario_set.edition(tx, order.digest)
        requests = orders.requests_of(tx, [order.id])[order.id]
        waiting = tuple(
            kci for kci in outbox.open_of(tx, [order.id])[order.id] if kci.state != "attempted"
        )
        turn = replace(
            self._turn(submission, scenario, {}, now),
            order=order,
            requests=tuple(requests),
            waiting=waiting,
            position=lane.next_position,
            chance=self._chance(order),
        )
        turn, choice = self._cast(tx, turn, order, again=earlier is not None)
        if earlier is not None:
            return self._repeat(turn, earlier, order)
        plan = engine.play(turn, self.dialect)
        clock = clocks.get(tx, self.name)
        answer = self._outgoing(submission, plan)
        unpark = bool(plan.withdraw) or (
            plan.order is not None and self.dialect.ends(plan.order.status)
        )
        orders.apply(
            tx, self.name, plan, lane, clock, _fingerprint(submission), _kept(answer), unpark
        )
        reason = (
            f"entry {plan.entry}"
            if plan.entry
            else f"no entry of {scenario.name} fits: the dialect's default"
        )
        reasons = choice.reasons if choice else (reason,)
        return Played(outgoing=answer, order=order.id, scenario=turn.scenario.name, reasons=reasons)

    def _cast(
        self, tx: Tx, turn: engine.Turn, order: Order, *, again: bool
    ) -> tuple[engine.Turn, Choice | None]:
        """Who answers a later request: a scenario that is for such requests, else the order's own.
        A repeat uses up no pin.
        """
        submission = turn.submission
        facts = engine.facts_of(submission, order, turn.requests, {}, turn.now)
        choice = self.scenario_set.book(tx).choose_answer(
            submission.action, facts, () if again else _pins(tx, self.name), order
        )
        if choice is None:
            turn = replace(turn, params=params_of_request(turn.scenario, submission, turn.requests))
        else:
            turn = replace(turn, scenario=choice.scenario, params=choice.params)
            if choice.pin is not None:
                pins.use(tx, choice.pin)
        return replace(turn, attempt=self._attempt(tx, turn)), choice

    def _play_create(
        self, tx: Tx, submission: Submission, earlier: orders.Remembered | None, now: int
    ) -> Played:
        if earlier is not None:
            order = orders.by_id(tx, self.name, earlier.order)
            assert order is not None
            scenario = self.scenario_set.edition(tx, order.digest)
            turn = self._turn(submission, scenario, params_of(scenario, {}), now)
            return self._repeat(replace(turn, attempt=self._attempt(tx, turn)), earlier, order)
        choice = self.scenario_set.book(tx).choose(
            engine.facts_of(submission, None, (), {}, now), _pins(tx, self.name)
        )
        if choice.pin is not None:
            pins.use(tx, choice.pin)
        plan, answer = self._open(tx, self._turn(submission, choice.scenario, choice.params, now))
        order_id = plan.order.id if plan.order else ""
        return Played(
            outgoing=answer, order=order_id, scenario=choice.scenario.name, reasons=choice.reasons
        )

    def _open(self, tx: Tx, turn: engine.Turn) -> tuple[Plan, Outgoing]:
        """Play a new order and commit it; without an order when the scenario rejects it."""
        submission, scenario = turn.submission, turn.scenario
        key = seed_key(submission)
        rank = orders.rank(tx, self.name, key)
        key = f"{key}#{rank}" if rank else key
        clock = clocks.get(tx, self.name)
        chance = seed.Chance(
            self.run_seed,
            (self.name, scenario.name, key),
            self.fixed_seed and clock.mode == "manual",
        )
        serial = 1 + orders.rank(tx, self.name, SERIAL) if self.dialect.counts_orders else 0
        turn = replace(
            turn, attempt=self._attempt(tx, turn), seed_key=key, chance=chance, serial=serial
        )
        plan = engine.play(turn, self.dialect)
        answer = self._outgoing(submission, plan)
        if plan.order is not None:
            orders.keep_edition(
                tx, scenario.digest, scenario.name, scenario.dialect, scenario.source
            )
            orders.apply(
                tx,
                self.name,
                plan,
                None,
                clock,
                _fingerprint(submission),
                _kept(answer),
                unpark=False,
            )
        return plan, answer

    def _repeat(self, turn: engine.Turn, earlier: orders.Remembered, order: Order) -> Played:
        """The same request again: the first answer again, unless the scenario walks `attempts` that
        say otherwise.
        """
        asked = turn.submission
        self.dialect.guard_repeat(asked, order, same=earlier.fingerprint == _fingerprint(asked))
        name = turn.scenario.name
        if _has_attempts(turn.scenario, asked.action):
            try:
                plan = engine.play(turn, self.dialect)
            except Refused:
                plan = None
            if plan is not None and plan.request is None:
                answer = self._outgoing(asked, plan)
                return Played(
                    outgoing=answer,
                    order=earlier.order,
                    scenario=name,
                    reasons=(f"attempt {turn.attempt}",),
                )
        answer = Outgoing(
            code=earlier.answer["code"],
            body=earlier.answer["body"],
            headers=earlier.answer["headers"],
        )
        return Played(
            outgoing=answer,
            order=earlier.order,
            scenario=name,
            reasons=("a repeat: the first answer again",),
        )

    def _turn(
        self, submission: Submission, scenario: Scenario, params: Mapping[str, Any], now: int
    ) -> engine.Turn:
        return engine.Turn(
            submission=submission,
            scenario=scenario,
            params=params,
            supplier=self.name,
            now=now,
            chance=seed.Chance(self.run_seed, (self.name, scenario.name), False),
        )

    def _attempt(self, tx: Tx, turn: engine.Turn) -> int:
        """Which of the caller's repeats this is, where the scenario answers by that."""
        submission, scenario = turn.submission, turn.scenario
        if not _has_attempts(scenario, submission.action):
            return 1
        # what has no id is known by its content
        ref = submission.ref or seed.digest(submission.order_number, _fingerprint(submission))
        return orders.count_repeat(
            tx, self.name, submission.action, submission.tenant, ref, scenario.name
        )

    def _chance(self, order: Order) -> seed.Chance:
        return seed.Chance(
            self.run_seed, (self.name, order.scenario, order.seed_key), self.fixed_seed
        )

    def _outgoing(self, submission: Submission, plan: Plan) -> Outgoing:
        """The answer, as it will be sent. RenderFailed when no server could send it: nothing may
        fail once the plan is committed.
        """
        outgoing = self.dialect.write(submission, plan)
        outgoing = _overwritten(outgoing, plan.answer, self.max_delay)
        for name, value in outgoing.headers.items():
            if said := http.header_problem(name, value):
                raise RenderFailed(f"reply.headers: {said}")
        return outgoing


def params_of_request(
    scenario: Scenario, submission: Submission, requests: Sequence[Request]
) -> dict[str, Any]:
    """A later request plays with the order's parameters, over which its own headers go."""
    created = next((request for request in requests if request.action == "create"), None)
    own = params_of(scenario, submission.headers)
    sent = {
        param.name
        for param in scenario.params.values()
        if param.header.lower() in submission.headers
    }
    return {
        name: value if name in sent or created is None else created.params.get(name, value)
        for name, value in own.items()
    }


def seed_key(submission: Submission) -> str:
    """What chance hangs on: the header X-Seed-Key, else the document without ids and dates, which
    change from run to run.
    """
    asked = submission.headers.get(SEED_KEY_HEADER, "").strip()
    if asked:
        return asked[:100]
    lasting = {
        key: value
        for key, value in submission.document.items()
        if key != "id" and not key.endswith(("Id", "Reference", "Number")) and "Date" not in key
    }
    return seed.digest(submission.operation, strict_json.canonical(lasting))[:16]


def read_when(when: Mapping[str, Any]) -> tuple[Condition, ...]:
    """A pin's conditions, in the language of scenario files. Refused when they cannot be read."""
    conditions, problems = load_field(When(), dict(when))
    if problems:
        raise Refused(
            "invalid", [f"{dotted(('when', *path))}: {message}" for path, message in problems]
        )
    return tuple(conditions)


def _pins(tx: Tx, supplier: str) -> list[Pin]:
    return [_pin(row) for row in pins.every(tx, supplier)]


def _pin(row: Mapping[str, Any]) -> Pin:
    return Pin(
        id=row["id"], scenario=row["scenario"], times=row["times"], when=read_when(row["when"])
    )


def _has_attempts(scenario: Scenario, action: str) -> bool:
    if action == "create":
        return bool(scenario.reply.attempts)
    return any(entry.reply.attempts for entry in scenario.entries.get(action, ()))


def _fingerprint(submission: Submission) -> str:
    return seed.digest(submission.operation, strict_json.canonical(submission.document))


def _kept(outgoing: Outgoing) -> dict[str, Any]:
    return {"code": outgoing.code, "body": outgoing.body, "headers": dict(outgoing.headers)}


def _overwritten(outgoing: Outgoing, answer: Answer, max_delay: int) -> Outgoing:
    code = answer.status or outgoing.code
    body = answer.body if answer.has_body else outgoing.body
    return replace(
        outgoing,
        code=code,
        headers={**outgoing.headers, **answer.headers},
        body=None if http.has_no_body(code) else body,
        delay=min(answer.delay, max_delay),
    )
