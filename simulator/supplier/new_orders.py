"""New orders: which scenario each plays, what the engine makes of it, and writing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator import engine
from simulator.base import seed
from simulator.base.copies import replace
from simulator.base.errors import Conflict
from simulator.base.working_days import Calendar
from simulator.dialects import Dialect
from simulator.engine import Changed, Opened, Plan, Rejected, Situation
from simulator.formats import strict_json
from simulator.model import Act, Order, Outgoing, Scenario, Step, Submission
from simulator.scenario import Choice, params_of
from simulator.store import Tx, clocks, journal, orders, pins
from simulator.supplier.early import may_leave
from simulator.supplier.pinned import pins_of
from simulator.supplier.repeats import answered, attempts_for, count_repeat, scenario_before
from simulator.supplier.scenario_set import ScenarioSet
from simulator.supplier.sent import Played, acts_of, as_sent, cut
from simulator.views.story import named

SEED_KEY_HEADER = "x-seed-key"
SERIAL = "#serial"
"""Under this the creates of a supplier are counted. No seed key has it: `#` is written twice there.
"""


_New = tuple[Submission, Scenario, Mapping[str, Any], str]
"""A new order: its create, its scenario, the scenario's parameters, and what its chance hangs on.
"""


class NewOrders:
    """Plays the creates of one supplier."""

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        scenario_set: ScenarioSet,
        *,
        run_seed: str,
        fixed_seed: bool,
        max_delay: int,
        calendar: Calendar,
    ) -> None:
        self.name = name
        self.dialect = dialect
        self.scenario_set = scenario_set
        self.run_seed = run_seed
        self.fixed_seed = fixed_seed
        self.max_delay = max_delay
        self.calendar = calendar

    def play(self, tx: Tx, submissions: Sequence[Submission]) -> list[Played]:
        """Answer creates, none of which repeats another, and write their orders. Refused, Illegal
        and RenderFailed change nothing.
        """
        now = clocks.get(tx, self.name).now(tx.wall)
        asked = [self._choose(tx, submission, now) for submission in submissions]
        keys = self._keys(tx, submissions, [choice.scenario for choice in asked])
        choices = [
            self._draw(tx, submission, choice, key, now)
            for submission, choice, key in zip(submissions, asked, keys, strict=True)
        ]
        opened = self._open(
            tx,
            [
                (submission, choice.scenario, choice.params, key)
                for submission, choice, key in zip(submissions, choices, keys, strict=True)
            ],
            now,
        )
        return [
            Played(
                outgoing=outgoing,
                order=plan.order.id if plan.order else "",
                scenario=choice.scenario.name,
                mix=choice.mix,
                reasons=(*choice.reasons, *cut(plan.answer, self.max_delay)),
                branches=plan.branches if isinstance(plan, Opened) else (),
            )
            for choice, (plan, outgoing) in zip(choices, opened, strict=True)
        ]

    def play_first(self, tx: Tx, submissions: Sequence[Submission]) -> list[Played]:
        """The same for creates that come for the first time, as it seems. Conflict when one of them
        was kept before.
        """
        all_played = self.play(tx, submissions)
        for submission, played in zip(submissions, all_played, strict=True):
            tenant, ref = submission.tenant, submission.ref
            # the insert tells what was kept before, but a rejection inserts nothing
            if not played.order and ref and orders.remembered(tx, self.name, "create", tenant, ref):
                raise Conflict(f"the create {ref} of {tenant} was kept before")
        return all_played

    def begin(
        self, tx: Tx, name: str, tenant: str, document: Mapping[str, Any], params: Mapping[str, Any]
    ) -> str:
        """Begin an order that nobody asked for; its id. Refused when the scenario, its parameters
        or the document are wrong.
        """
        scenario = self.scenario_set.book(tx).beginning(name)
        return self._begin(tx, scenario, self.dialect.begin(tenant, dict(document)), params).id

    def begin_for(self, tx: Tx, starter: Order, step: Step) -> Order:
        """Begin the order that a step of another one starts. What is random in it hangs on the
        starter and the step. Refused as `begin`.
        """
        editions = step.editions
        scenario = self.scenario_set.edition(tx, editions[step.start])
        submission = self.dialect.begin(step.tenant or starter.tenant, dict(step.fields))
        key = seed.digest(starter.scenario, starter.seed_key, step.key)[:16]
        begun = replace(submission, begun_by=starter.id, headers={SEED_KEY_HEADER: key})
        return self._begin(tx, scenario, begun, step.params, f"order {named(starter)}", editions)

    def _begin(
        self,
        tx: Tx,
        scenario: Scenario,
        submission: Submission,
        params: Mapping[str, Any],
        by: str = "the supplier",
        editions: Mapping[str, str] | None = None,
    ) -> Order:
        now = clocks.get(tx, self.name).now(tx.wall)
        given = params_of(scenario, {}, given=params)
        (key,) = self._keys(tx, [submission], [scenario])
        ((plan, _),) = self._open(tx, [(submission, scenario, given, key)], now, editions)
        assert isinstance(plan, Opened)
        act = Act(
            at=now,
            what="order.begin",
            by="supplier",
            message=f"begun by {by}: {submission.operation} of {submission.tenant}",
            order=plan.order.id,
            scenario=scenario.name,
        )
        acts = [act, *acts_of(plan.branches, now, plan.order.id, scenario.name)]
        journal.note_all(tx, [(self.name, each) for each in acts])
        return plan.order

    def outgoing(self, submission: Submission, plan: Plan) -> Outgoing:
        """The answer to a request of any kind, as it is sent."""
        sent = as_sent(self.dialect.write(submission, plan), plan.answer, self.max_delay)
        waits = may_leave(self.scenario_set.store, plan)
        return replace(sent, may_leave=waits) if waits else sent

    def lasting(self, situation: Situation, plan: Opened | Changed, outgoing: Outgoing) -> Outgoing:
        """What is kept of an answer for the repeats of its request: the answer as it was sent.
        Where `attempts` answer them, the contract's own: each attempt overwrites it anew.
        """
        entry = plan.entry if isinstance(plan, Changed) else None
        submission = situation.submission
        if attempts_for(situation.scenario, submission.action, str(entry or "")) is None:
            return outgoing
        return self.dialect.write(submission, plan)

    def chance(self, *names: str) -> seed.Chance:
        """What is random in something of this supplier."""
        return seed.Chance(self.run_seed, (self.name, *names), self.fixed_seed)

    def _choose(self, tx: Tx, submission: Submission, now: int) -> Choice:
        """The scenario of a new order. A pin that is played is counted."""
        facts = engine.facts_of(submission, None, (), {}, now)
        choice = self.scenario_set.book(tx).choose(facts, pins_of(tx, self.name))
        if choice.pin is not None:
            pins.use(tx, choice.pin)
        return choice

    def _draw(self, tx: Tx, submission: Submission, choice: Choice, key: str, now: int) -> Choice:
        """What a new order plays where a mix was chosen. A key of the caller's always draws the
        same; other equal orders are counted, and draw anew.
        """
        mix = choice.scenario
        if not mix.mix:
            return choice
        book = self.scenario_set.book(tx)
        known = scenario_before(tx, self.name, submission, book.parts(mix).values())
        facts = engine.facts_of(submission, None, (), {}, now)
        key = seed_key(submission) if asks_for_a_key(submission) else key
        return book.draw(choice, facts, self.chance(), key, known)

    def _open(
        self,
        tx: Tx,
        wanted: Sequence[_New],
        now: int,
        editions: Mapping[str, str] | None = None,
    ) -> list[tuple[Rejected | Opened, Outgoing]]:
        """Play new orders and write them, but for those that their scenario rejects. `editions` are
        those of the scenarios that their steps start, where they are fixed already.
        """
        decided: list[tuple[Rejected | Opened, Outgoing]] = []
        opened: list[tuple[Opened, orders.Answered]] = []
        for situation in self._counted(tx, wanted, now):
            submission, scenario = situation.submission, situation.scenario
            plan = engine.create(situation, self.dialect)
            outgoing = self.outgoing(submission, plan)
            decided.append((plan, outgoing))
            if isinstance(plan, Opened):
                kcis = self.scenario_set.fixed(tx, plan.kcis, editions)
                plan = replace(plan, kcis=kcis) if kcis is not plan.kcis else plan
                edition = (scenario.digest, scenario.name, scenario.dialect, scenario.source)
                orders.keep_edition(tx, *edition)
                opened.append((plan, answered(submission, self.lasting(situation, plan, outgoing))))
        orders.open_all(tx, self.name, opened, clocks.get(tx, self.name))
        return decided

    def _counted(self, tx: Tx, wanted: Sequence[_New], now: int) -> list[Situation]:
        """The situations of new orders, with what depends on the orders before: the numbers of
        equal ones, of the supplier's, of the caller's repeats.
        """
        serials = self._serials(tx, len(wanted))
        is_fixed = self.fixed_seed and clocks.get(tx, self.name).mode == "manual"
        counted = []
        for (submission, scenario, params, key), serial in zip(wanted, serials, strict=True):
            situation = Situation(
                submission=submission,
                scenario=scenario,
                params=params,
                supplier=self.name,
                now=now,
                chance=seed.Chance(self.run_seed, (self.name, scenario.name, key), is_fixed),
                calendar=self.calendar,
                seed_key=key,
                repeat_number=count_repeat(tx, self.name, submission, scenario),
                serial=serial,
            )
            counted.append(situation)
        return counted

    def _keys(
        self, tx: Tx, submissions: Sequence[Submission], scenarios: Sequence[Scenario]
    ) -> list[str]:
        """What the chance of each new order hangs on. Where something is drawn, now or by a file
        for a later request, equal orders are counted: they differ from each other, and not from run
        to run. Under a seed that was set, the ids are drawn too.
        """
        always = self.fixed_seed or self.scenario_set.book(tx).draws_later
        keys = [
            seed_key(submission) if always or scenario.draws else ""
            for submission, scenario in zip(submissions, scenarios, strict=True)
        ]
        asked = [key for key in keys if key]
        before = iter(orders.count_up(tx, self.name, asked) if asked else ())
        return [_numbered(key, next(before)) if key else seed.unique() for key in keys]

    def _serials(self, tx: Tx, count: int) -> list[int]:
        """The place of each new order among the supplier's, 0 where the contract does not ask."""
        if not self.dialect.counts_orders:
            return [0] * count
        return [before + 1 for before in orders.count_up(tx, self.name, [SERIAL] * count)]


def _numbered(key: str, before: int) -> str:
    return f"{key}#{before}" if before else key


def asks_for_a_key(submission: Submission) -> str:
    """The caller's own key; empty where there is none."""
    return submission.headers.get(SEED_KEY_HEADER, "").strip()


def seed_key(submission: Submission) -> str:
    """What chance hangs on: the header X-Seed-Key, else the document without ids and dates, which
    change from run to run. A `#` of the caller's is written twice: a single one is ours.
    """
    if asked := asks_for_a_key(submission):
        return asked[:100].replace("#", "##")
    lasting = {
        key: value
        for key, value in submission.document.items()
        if key != "id" and not key.endswith(("Id", "Reference", "Number")) and "Date" not in key
    }
    return seed.digest(submission.operation, strict_json.canonical(lasting))[:16]
