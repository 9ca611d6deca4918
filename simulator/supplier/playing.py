"""Playing a request in a transaction: which scenario answers, what the engine makes of it, and
writing the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.errors import Conflict, Refused
from simulator.dialects import Dialect
from simulator.engine import Changed, Opened, Plan, Rejected, Situation
from simulator.formats import strict_json
from simulator.model import (
    Act,
    EntryName,
    KciState,
    Lane,
    Order,
    Outgoing,
    Request,
    Scenario,
    Submission,
)
from simulator.scenario import Choice, params_of
from simulator.store import Tx, clocks, journal, lanes, orders, outbox, pins, repeats
from simulator.supplier.pinned import pins_of
from simulator.supplier.scenario_set import ScenarioSet
from simulator.supplier.sent import as_sent, given_again, kept

SEED_KEY_HEADER = "x-seed-key"
SERIAL = "#serial"
"""Under this the creates of a supplier are counted. No seed key has it: `#` is written twice there.
"""


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
        """Answer one request and write what it does. Refused, Illegal and RenderFailed change
        nothing.
        """
        now = clocks.get(tx, self.name).now(tx.wall)
        action, tenant, ref = submission.action, submission.tenant, submission.ref
        if action in self.dialect.lookups:
            return self._look_up(tx, submission, now)
        earlier = orders.remembered(tx, self.name, action, tenant, ref) if ref else None
        if action == "create":
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
        now = clocks.get(tx, self.name).now(tx.wall)
        given = params_of(scenario, {}, given=params)
        plan, _ = self._open(tx, self._situation(submission, scenario, given, now))
        assert isinstance(plan, Opened)
        act = Act(
            at=now,
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
        tenant, ref, number = submission.tenant, submission.order_ref, submission.order_number
        found = orders.by_ref(tx, self.name, tenant, ref) if ref else None
        if found is None and number:
            found = orders.by_number(tx, self.name, tenant, number)
        return found

    # ---- a new order

    def _play_create(
        self, tx: Tx, submission: Submission, earlier: orders.Remembered | None, now: int
    ) -> Played:
        if earlier is not None:
            order = orders.by_id(tx, self.name, earlier.order)
            if order is None:
                raise Conflict(f"the order {earlier.order} was deleted")
            scenario = self.scenario_set.edition(tx, order.digest)
            situation = self._situation(submission, scenario, params_of(scenario, {}), now)
            return self._repeat(
                replace(situation, repeat_number=self._count_repeat(tx, situation)), earlier, order
            )
        facts = engine.facts_of(submission, None, (), {}, now)
        choice = self.scenario_set.book(tx).choose(facts, pins_of(tx, self.name))
        if choice.pin is not None:
            pins.use(tx, choice.pin)
        plan, outgoing = self._open(
            tx, self._situation(submission, choice.scenario, choice.params, now)
        )
        return Played(
            outgoing=outgoing,
            order=plan.order.id if plan.order else "",
            scenario=choice.scenario.name,
            reasons=choice.reasons,
        )

    def _open(self, tx: Tx, situation: Situation) -> tuple[Rejected | Opened, Outgoing]:
        """Play a new order and write it, unless the scenario rejects it."""
        submission, scenario = situation.submission, situation.scenario
        key = self._seed_key(tx, submission)
        clock = clocks.get(tx, self.name)
        is_fixed = self.fixed_seed and clock.mode == "manual"
        situation = replace(
            situation,
            repeat_number=self._count_repeat(tx, situation),
            seed_key=key,
            chance=seed.Chance(self.run_seed, (self.name, scenario.name, key), is_fixed),
            serial=1 + orders.count_up(tx, self.name, SERIAL) if self.dialect.counts_orders else 0,
        )
        plan = engine.create(situation, self.dialect)
        outgoing = self._outgoing(submission, plan)
        if isinstance(plan, Opened):
            edition = (scenario.digest, scenario.name, scenario.dialect, scenario.source)
            orders.keep_edition(tx, *edition)
            self._write_plan(tx, submission, plan, None, outgoing)
        return plan, outgoing

    def _seed_key(self, tx: Tx, submission: Submission) -> str:
        """What the chance of a new order hangs on. Under a seed, equal orders are counted: they
        differ from each other, and not from run to run.
        """
        if not self.fixed_seed:
            return seed.unique()
        key = seed_key(submission)
        before = orders.count_up(tx, self.name, key)
        return f"{key}#{before}" if before else key

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
            chance=self._chance((order.scenario, order.seed_key)),
        )
        situation, choice = self._cast(tx, situation, order, again=earlier is not None)
        if earlier is not None:
            return self._repeat(situation, earlier, order)
        plan = engine.answer_later(situation, order, self.dialect)
        outgoing = self._outgoing(submission, plan)
        self._write_plan(tx, submission, plan, lane, outgoing)
        reasons = choice.reasons if choice else (_reason(scenario, plan.entry),)
        name = situation.scenario.name
        return Played(outgoing=outgoing, order=order.id, scenario=name, reasons=reasons)

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
        self, tx: Tx, situation: Situation, order: Order | None, *, again: bool
    ) -> tuple[Situation, Choice | None]:
        """Who answers a request that is not a create: a scenario that is for such requests, else
        the situation's own. A repeat uses up no pin.
        """
        submission = situation.submission
        facts = engine.facts_of(submission, order, situation.requests, {}, situation.now)
        pinned = () if again else pins_of(tx, self.name)
        book = self.scenario_set.book(tx)
        choice = book.choose_answer(submission.action, facts, pinned, order)
        if choice is None:
            situation = replace(
                situation,
                params=params_of_request(situation.scenario, submission, situation.requests),
            )
        else:
            situation = replace(situation, scenario=choice.scenario, params=choice.params)
            if choice.pin is not None:
                pins.use(tx, choice.pin)
        return replace(situation, repeat_number=self._count_repeat(tx, situation)), choice

    # ---- a lookup, and a repeat

    def _look_up(self, tx: Tx, submission: Submission, now: int) -> Played:
        """Answer a request that keeps nothing."""
        book = self.scenario_set.book(tx)
        scenario = book.named(book.default)
        situation = self._situation(submission, scenario, {}, now)
        situation = replace(situation, chance=self._chance((scenario.name, seed_key(submission))))
        situation, choice = self._cast(tx, situation, None, again=False)
        result = engine.answer_lookup(situation, self.dialect)
        if isinstance(result, Rejected):
            outgoing = self._outgoing(submission, result)
        else:
            outgoing = self.dialect.write_lookup(submission, result)
            outgoing = as_sent(outgoing, result.answer, self.max_delay)
        reasons = choice.reasons if choice else (_reason(scenario, result.entry),)
        return Played(outgoing=outgoing, scenario=situation.scenario.name, reasons=reasons)

    def _repeat(self, situation: Situation, earlier: orders.Remembered, order: Order) -> Played:
        """The same request again: the first answer again, unless the scenario walks `attempts` that
        say otherwise.
        """
        asked, name = situation.submission, situation.scenario.name
        self.dialect.guard_repeat(asked, order, same=earlier.fingerprint == _fingerprint(asked))
        if rejected := self._rejected_again(situation):
            outgoing, reason = self._outgoing(asked, rejected), f"attempt {situation.repeat_number}"
        else:
            outgoing, reason = given_again(earlier.answer), "a repeat: the first answer again"
        return Played(outgoing=outgoing, order=earlier.order, scenario=name, reasons=(reason,))

    def _rejected_again(self, situation: Situation) -> Rejected | None:
        """The rejection that the scenario's `attempts` have for this repeat."""
        if not _has_attempts(situation.scenario, situation.submission.action):
            return None
        try:
            plan = engine.play(situation, self.dialect)
        except Refused:
            return None
        return plan if isinstance(plan, Rejected) else None

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
            chance=seed.Chance(self.run_seed, (self.name, scenario.name), False),
        )

    def _write_plan(
        self,
        tx: Tx,
        submission: Submission,
        plan: Opened | Changed | Rejected,
        lane: Lane | None,
        outgoing: Outgoing,
    ) -> None:
        clock = clocks.get(tx, self.name)
        fingerprint = _fingerprint(submission)
        orders.apply(tx, self.name, plan, lane, clock, fingerprint, kept(outgoing))

    def _outgoing(self, submission: Submission, plan: Plan) -> Outgoing:
        return as_sent(self.dialect.write(submission, plan), plan.answer, self.max_delay)

    def _count_repeat(self, tx: Tx, situation: Situation) -> int:
        """Which of the caller's repeats this is, where the scenario answers by that."""
        submission, scenario = situation.submission, situation.scenario
        if not _has_attempts(scenario, submission.action):
            return 1
        # what has no id is known by its content
        ref = submission.ref or seed.digest(submission.order_number, _fingerprint(submission))
        return repeats.count(
            tx, self.name, submission.action, submission.tenant, ref, scenario.name
        )

    def _chance(self, names: tuple[str, ...]) -> seed.Chance:
        return seed.Chance(self.run_seed, (self.name, *names), self.fixed_seed)


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
    change from run to run. A `#` of the caller's is written twice: a single one is ours.
    """
    asked = submission.headers.get(SEED_KEY_HEADER, "").strip()
    if asked:
        return asked[:100].replace("#", "##")
    lasting = {
        key: value
        for key, value in submission.document.items()
        if key != "id" and not key.endswith(("Id", "Reference", "Number")) and "Date" not in key
    }
    return seed.digest(submission.operation, strict_json.canonical(lasting))[:16]


def _reason(scenario: Scenario, entry: EntryName | None) -> str:
    if entry is None:
        return f"no entry of {scenario.name} fits: the dialect's default"
    return f"entry {entry}"


def _has_attempts(scenario: Scenario, action: str) -> bool:
    if action == "create":
        return bool(scenario.reply.attempts)
    return any(entry.reply.attempts for entry in scenario.entries.get(action, ()))


def _fingerprint(submission: Submission) -> str:
    return seed.digest(submission.operation, strict_json.canonical(submission.document))
