"""Playing a request in a transaction: which scenario answers, what the engine makes of it, and
writing the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator import engine
from simulator.base.copies import replace
from simulator.base.errors import Conflict, Illegal, Refused, RenderFailed
from simulator.engine import Answered, Changed, Rejected, Situation
from simulator.model import (
    KciState,
    Order,
    Request,
    Scenario,
    Submission,
)
from simulator.scenario import Choice, params_of
from simulator.store import Tx, clocks, lanes, orders, outbox, pins
from simulator.supplier.expecting import keep_expectations
from simulator.supplier.new_orders import NewOrders, seed_key
from simulator.supplier.pinned import pins_of
from simulator.supplier.repeats import (
    answered,
    attempts_for,
    count_repeat,
    fingerprint,
    has_attempts,
)
from simulator.supplier.sent import Played, as_sent, cut, given_again


class Player:
    """Plays the requests of one supplier."""

    def __init__(self, new_orders: NewOrders) -> None:
        self.new_orders = new_orders
        self.name = new_orders.name
        self.dialect = new_orders.dialect
        self.scenario_set = new_orders.scenario_set

    def play(self, tx: Tx, submission: Submission) -> Played:
        """Answer one request and write what it does. Refused, Illegal and RenderFailed change
        nothing.
        """
        now = clocks.get(tx, self.name).now(tx.wall)
        action, tenant, ref = submission.action, submission.tenant, submission.ref
        if action in self.dialect.lookups:
            return self._look_up(tx, submission, now)
        earlier = orders.remembered(tx, self.name, action, tenant, ref) if ref else None
        if action != "create":
            return self._play_later(tx, submission, earlier, now)
        if earlier is not None:
            return self._repeat_create(tx, submission, earlier, now)
        return self.new_orders.play(tx, [submission])[0]

    def order_of(self, tx: Tx, submission: Submission) -> Order | None:
        """The order that a later request is about."""
        tenant, ref, number = submission.tenant, submission.order_ref, submission.order_number
        found = orders.by_ref(tx, self.name, tenant, ref) if ref else None
        if found is None and number:
            found = orders.by_number(tx, self.name, tenant, number)
        return found

    def _repeat_create(
        self, tx: Tx, submission: Submission, earlier: orders.Remembered, now: int
    ) -> Played:
        order = orders.by_id(tx, self.name, earlier.order)
        if order is None:
            raise Conflict(f"the order {earlier.order} was deleted")
        scenario = self.scenario_set.edition(tx, order.digest)
        situation = self._situation(submission, scenario, {}, now)
        if has_attempts(scenario, "create"):
            requests = orders.requests_in_play(tx, [order.id])[order.id]
            situation = replace(
                situation,
                params=params_of_request(scenario, submission, requests),
                chance=self.new_orders.chance(order.scenario, order.seed_key),
                repeat_number=count_repeat(tx, self.name, submission, scenario),
            )
        return self._repeat(situation, earlier, order)

    # ---- a later request

    def _play_later(
        self, tx: Tx, submission: Submission, earlier: orders.Remembered | None, now: int
    ) -> Played:
        order = self._found(tx, submission)
        lane = lanes.lock(tx, order.id)
        order = orders.by_id(tx, self.name, order.id) or order
        scenario = self.scenario_set.edition(tx, order.digest)
        queue = outbox.open_of(tx, [order.id])[order.id]
        history = {*self.dialect.history, *self.dialect.pauses}
        situation = replace(
            self._situation(submission, scenario, {}, now),
            order=order,
            requests=tuple(orders.requests_in_play(tx, [order.id], history)[order.id]),
            earlier=orders.count_requests(tx, order.id, submission.action),
            waiting=tuple(kci for kci in queue if kci.state != KciState.ATTEMPTED),
            position=lane.next_position,
            chance=self.new_orders.chance(order.scenario, order.seed_key),
        )
        situation, choice = self._cast(tx, situation, order, earlier.answer if earlier else None)
        if earlier is not None:
            return self._repeat(situation, earlier, order)
        plan = engine.answer_later(situation, order, self.dialect)
        outgoing = self.new_orders.outgoing(submission, plan)
        if isinstance(plan, Changed):
            plan = replace(plan, kcis=self.scenario_set.fixed(tx, plan.kcis))
            clock = clocks.get(tx, self.name)
            edition = keep_expectations(tx, situation.scenario, order)
            lasting = self.new_orders.lasting(situation, plan, outgoing)
            known = answered(submission, lasting, plan.entry, edition)
            orders.change(tx, self.name, plan, lane, clock, known)
        elif plan.order is not None:
            orders.save(tx, [plan.order])
        reasons = choice.reasons if choice else _reasons(scenario, plan)
        reasons += cut(plan.answer, self.new_orders.max_delay)
        name = situation.scenario.name
        return Played(
            outgoing=outgoing,
            order=order.id,
            scenario=name,
            reasons=reasons,
            branches=plan.branches if isinstance(plan, Changed) else (),
        )

    def _found(self, tx: Tx, submission: Submission) -> Order:
        """The order that a later request is about. Refused where there is none, or its number here
        is another.
        """
        order, number = self.order_of(tx, submission), submission.order_number
        if order is None:
            owner = f"{submission.tenant} has" if submission.tenant else "there is"
            what = submission.order_ref or number
            raise Refused("not_found", [f"{submission.order_path}: {owner} no order {what} here"])
        if number and order.number and number != order.number:
            said = f"order {order.ref} has the reference {order.number} here, not {number[:80]}"
            raise Refused("invalid", [said])
        return order

    def _cast(
        self, tx: Tx, situation: Situation, order: Order | None, first: Mapping[str, Any] | None
    ) -> tuple[Situation, Choice | None]:
        """Who answers a request that is not a create: a scenario that is for such requests, else
        the situation's own. `first` is the answer that a repeat got before, as it was kept.
        """
        submission, book = situation.submission, self.scenario_set.book(tx)
        if first is not None:
            entry = first.get("entry", "")
            choice = book.choose_again(submission.action, entry, submission.headers)
        else:
            facts = engine.facts_of(submission, order, situation.requests, {}, situation.now)
            choice = book.choose_answer(submission.action, facts, pins_of(tx, self.name), order)
        if choice is None:
            situation = replace(
                situation,
                params=params_of_request(situation.scenario, submission, situation.requests),
            )
        else:
            situation = replace(situation, scenario=choice.scenario, params=choice.params)
            if choice.pin is not None:
                pins.use(tx, choice.pin)
        return replace(
            situation,
            repeat_number=count_repeat(tx, self.name, situation.submission, situation.scenario),
        ), choice

    # ---- a lookup, and a repeat

    def _look_up(self, tx: Tx, submission: Submission, now: int) -> Played:
        """Answer a request that keeps nothing."""
        book = self.scenario_set.book(tx)
        scenario = book.named(book.default)
        situation = self._situation(submission, scenario, {}, now)
        situation = replace(
            situation, chance=self.new_orders.chance(scenario.name, seed_key(submission))
        )
        situation, choice = self._cast(tx, situation, None, None)
        result = engine.answer_lookup(situation, self.dialect)
        if isinstance(result, Rejected):
            outgoing = self.new_orders.outgoing(submission, result)
        else:
            outgoing = self.dialect.write_lookup(submission, result)
            outgoing = as_sent(outgoing, result.answer, self.new_orders.max_delay)
        reasons = choice.reasons if choice else _reasons(scenario, result)
        reasons += cut(result.answer, self.new_orders.max_delay)
        return Played(outgoing=outgoing, scenario=situation.scenario.name, reasons=reasons)

    def _repeat(self, situation: Situation, earlier: orders.Remembered, order: Order) -> Played:
        """The same request again: the first answer again, unless `attempts` refuse it. They say how
        it leaves, and what is overwritten of it, too.
        """
        asked, scenario = situation.submission, situation.scenario
        self.dialect.guard_repeat(asked, order, same=earlier.fingerprint == fingerprint(asked))
        outgoing, reason = given_again(earlier.answer), "a repeat: the first answer again"
        reasons: tuple[str, ...] = ()
        if reply := attempts_for(scenario, asked.action, earlier.answer.get("entry", "")):
            answer = engine.answer_again(situation, order, reply, self.dialect)
            if answer.rejects:
                rejected = Rejected(answer=answer, order=situation.order)
                outgoing = self.new_orders.outgoing(asked, rejected)
                reason = f"attempt {situation.repeat_number}"
            else:
                outgoing = as_sent(outgoing, answer, self.new_orders.max_delay)
            reasons = cut(answer, self.new_orders.max_delay)
        return Played(
            outgoing=outgoing,
            order=earlier.order,
            scenario=scenario.name,
            reasons=(reason, *reasons),
        )

    # ---- what they share

    def _situation(
        self, submission: Submission, scenario: Scenario, params: Mapping[str, Any], now: int
    ) -> Situation:
        return Situation(
            submission=submission,
            scenario=scenario,
            params=params,
            supplier=self.name,
            now=now,
            chance=self.new_orders.chance(scenario.name),
            calendar=self.new_orders.calendar,
        )


def unplayable(error: Illegal | RenderFailed) -> Refused:
    """The refusal of a request whose scenario is at fault."""
    return Refused("fault", [f"The scenario cannot be played: {error}"])


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


def _reasons(scenario: Scenario, result: Rejected | Changed | Answered) -> tuple[str, ...]:
    if result.entry is None:
        return f"no entry of {scenario.name} fits: the dialect's default", *result.passed
    return f"entry {result.entry}", *result.passed
