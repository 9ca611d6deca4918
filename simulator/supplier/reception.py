"""Answering the gateway: one request read, played and committed, in one transaction; whatever happens is journaled."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import engine, instants, logs, redact, seed, strict_json
from simulator.clock import monotonic
from simulator.dialects import Dialect, Route
from simulator.errors import Conflict, Illegal, Refused, RenderFailed, Unavailable
from simulator.model import Condition, Exchange, Incoming, Order, Outgoing, Query, Request, Scenario, Submission
from simulator.rules import Answer, Plan
from simulator.scenario import Choice, Pin, params_of
from simulator.scenario.fields import When
from simulator.schema import dotted, load_field
from simulator.store import Store, Tx, clocks, journal, orders, outbox, pins
from simulator.supplier.shelf import Shelf

log = logging.getLogger("simulator.supplier")

SEED_KEY_HEADER = "x-seed-key"
SERIAL = "#serial"
MOST_TRIES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Played:
    """One request's outcome, and what the journal says of it."""

    outgoing: Outgoing
    order: str = ""
    scenario: str = ""
    reasons: tuple[str, ...] = ()


class Reception:
    """The contract's door of one supplier."""

    def __init__(self, name: str, dialect: Dialect, shelf: Shelf, store: Store, *, run_seed: str, fixed_seed: bool, max_delay: int) -> None:
        self.name = name
        self.dialect = dialect
        self.shelf = shelf
        self.store = store
        self.run_seed = run_seed
        self.fixed_seed = fixed_seed
        self.max_delay = max_delay

    def receive(self, incoming: Incoming, route: Route) -> Outgoing:
        """Answer one request of the gateway; whatever happens, it is journaled and answered by the contract."""
        begun = monotonic()
        submission: Submission | Query | None = None
        try:
            submission = self.dialect.read(incoming, route)
            if isinstance(submission, Query):
                return self._show(incoming, submission, begun)
            played = self._commit(incoming, submission, begun)
            self._say(incoming, played.outgoing, begun, submission, order=played.order, scenario=played.scenario)
            return played.outgoing
        except Refused as refused:
            return self.refuse(incoming, refused, begun, submission)
        except (Illegal, RenderFailed) as error:
            log.error("%s %s: the scenario cannot be played: %s", incoming.method, incoming.path, error)
            return self.refuse(incoming, Refused("fault", [f"The scenario cannot be played: {error}"]), begun, submission)
        except Unavailable as error:
            log.error("%s %s: %s", incoming.method, incoming.path, error)
            return self.dialect.refuse(Refused("unavailable", [str(error)]))
        except Exception:
            log.exception("%s %s: an internal fault", incoming.method, incoming.path)
            return self.refuse(
                incoming, Refused("fault", ["An internal fault of the simulator: its log has the details"]), begun, submission
            )

    def refuse(
        self, incoming: Incoming, refused: Refused, begun: int | None = None, submission: Submission | Query | None = None
    ) -> Outgoing:
        """The contract's refusal, journaled in a transaction of its own."""
        outgoing = self.dialect.refuse(refused)
        self._say(incoming, outgoing, begun, submission if isinstance(submission, Submission) else None, why=str(refused))
        findings = submission.findings if submission else ()
        try:
            with self.store.write() as tx:
                if not clocks.hold(tx, self.name):
                    return outgoing  # deleted meanwhile: it has no journal any more
                later = isinstance(submission, Submission) and submission.action != "create"
                order = self._order_of(tx, submission) if isinstance(submission, Submission) and later else None
                exchange = self._exchange(tx, incoming, outgoing, begun, findings=findings, order=order.id if order else "")
                journal.note(tx, self.name, exchange)
        except (Unavailable, Conflict) as error:
            log.error("the journal cannot be written: %s", error)
        return outgoing

    def _show(self, incoming: Incoming, query: Query, begun: int) -> Outgoing:
        """Answer a question from one consistent view, and journal it."""
        with self.store.write() as tx:
            self._hold(tx)
            found, total = orders.asked(
                tx, self.name, tenant=query.tenant, ref=query.ref, number=query.number, offset=query.offset, limit=query.limit
            )  # fmt: skip
            outgoing = query.show(found, total)
            about = found[0].id if total == 1 and found else ""
            journal.note(tx, self.name, self._exchange(tx, incoming, outgoing, begun, order=about, findings=query.findings))
        return outgoing

    def _commit(self, incoming: Incoming, submission: Submission, begun: int) -> _Played:
        """Play and commit in one transaction; another writer's victory means to look again."""
        for _ in range(MOST_TRIES):
            try:
                with self.store.write() as tx:
                    self._hold(tx)
                    played = self._play(tx, submission)
                    exchange = self._exchange(
                        tx, incoming, played.outgoing, begun, order=played.order, scenario=played.scenario,
                        reasons=played.reasons, findings=submission.findings,
                    )  # fmt: skip
                    journal.note(tx, self.name, exchange)
                    return played
            except Conflict:
                continue
        raise Unavailable("too many writers at once: try again")

    def _say(
        self, incoming: Incoming, outgoing: Outgoing, begun: int | None, submission: Submission | None, *, why: str = "", **ids: str
    ) -> None:
        """One line for each request."""
        took = 0 if begun is None else monotonic() - begun
        whose = f"{submission.tenant}/{submission.order_ref or submission.order_number}" if submission else ""
        said = f": {why[:200]}" if why else f" ({ids['scenario']})" if ids.get("scenario") else ""
        extra = logs.about(
            supplier=self.name, tenant=submission.tenant if submission else "", ref=submission.order_ref if submission else "",
            request_id=incoming.headers.get("x-request-id"), conversation_id=incoming.headers.get("x-conversation-id"), code=outgoing.code,
            **ids,
        )  # fmt: skip
        log.info(
            "%s %s%s -> %s in %.0f ms%s", incoming.method, incoming.path[:200], f" of {whose}" if whose.strip("/") else "", outgoing.code,
            took / 1000, said, extra=extra,
        )  # fmt: skip

    def _hold(self, tx: Tx) -> None:
        """Refused when this supplier was deleted while the request was on its way."""
        if not clocks.hold(tx, self.name):
            raise Refused("unknown_path", [f"there is no supplier {self.name} any more"])

    def _play(self, tx: Tx, submission: Submission) -> _Played:
        now = clocks.get(tx, self.name).now(tx.wall)
        earlier = orders.remembered(tx, self.name, submission.action, submission.tenant, submission.ref) if submission.ref else None
        if submission.action == "create":
            return self._play_create(tx, submission, earlier, now)
        order = self._order_of(tx, submission)
        if order is None:
            owner = f"{submission.tenant} has" if submission.tenant else "there is"
            what = submission.order_ref or submission.order_number
            raise Refused("not_found", [f"{submission.order_path}: {owner} no order {what} here"])
        if submission.order_number and order.number and submission.order_number != order.number:
            raise Refused("invalid", [f"order {order.ref} has the reference {order.number} here, not {submission.order_number[:80]}"])
        lane = orders.lock(tx, order.id)
        order = orders.by_id(tx, self.name, order.id) or order
        scenario = self._edition(tx, order.digest)
        requests = orders.requests_of(tx, [order.id])[order.id]
        turn = self._turn(tx, submission, scenario, params_of_request(scenario, submission, requests), now)
        waiting = tuple(kci for kci in outbox.open_of(tx, [order.id])[order.id] if kci.state != "attempted")
        turn = replace(
            turn, order=order, requests=tuple(requests), waiting=waiting, position=lane.next_position, chance=self._chance(order)
        )
        if earlier is not None:
            return self._repeat(turn, earlier, order)
        plan = engine.play(turn, self.dialect)
        clock = clocks.get(tx, self.name)
        answer = self._outgoing(submission, plan)
        unpark = bool(plan.withdraw) or (plan.order is not None and self.dialect.ends(plan.order.status))
        orders.apply(tx, self.name, plan, lane, clock, _fingerprint(submission), _kept(answer), unpark)
        reason = f"entry {plan.entry}" if plan.entry else f"no entry of {scenario.name} fits: the dialect's default"
        return _Played(outgoing=answer, order=order.id, scenario=scenario.name, reasons=(reason,))

    def _play_create(self, tx: Tx, submission: Submission, earlier: orders.Remembered | None, now: int) -> _Played:
        if earlier is not None:
            order = orders.by_id(tx, self.name, earlier.order)
            assert order is not None
            scenario = self._edition(tx, order.digest)
            turn = self._turn(tx, submission, scenario, params_of(scenario, {}), now)
            return self._repeat(turn, earlier, order)
        choice = self._choose(tx, submission, now)
        scenario = choice.scenario
        if choice.pin is not None:
            pins.use(tx, choice.pin)
        turn = self._turn(tx, submission, scenario, choice.params, now)
        key = seed_key(submission)
        rank = orders.rank(tx, self.name, key)
        key = f"{key}#{rank}" if rank else key
        fixed = self.fixed_seed and clocks.get(tx, self.name).mode == "manual"
        chance = seed.Chance(self.run_seed, (self.name, scenario.name, key), fixed)
        serial = 1 + orders.rank(tx, self.name, SERIAL) if self.dialect.counts_orders else 0
        plan = engine.play(replace(turn, seed_key=key, chance=chance, serial=serial), self.dialect)
        answer = self._outgoing(submission, plan)
        if plan.order is None:
            return _Played(outgoing=answer, scenario=scenario.name, reasons=choice.reasons)
        orders.keep_edition(tx, scenario.digest, scenario.name, scenario.dialect, scenario.source)
        orders.apply(tx, self.name, plan, None, clocks.get(tx, self.name), _fingerprint(submission), _kept(answer), unpark=False)
        return _Played(outgoing=answer, order=plan.order.id, scenario=scenario.name, reasons=choice.reasons)

    def _repeat(self, turn: engine.Turn, earlier: orders.Remembered, order: Order) -> _Played:
        """The same request again: the first answer again, unless the scenario walks `attempts` that say otherwise."""
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
                return _Played(outgoing=answer, order=earlier.order, scenario=name, reasons=(f"attempt {turn.attempt}",))
        answer = Outgoing(code=earlier.answer["code"], body=earlier.answer["body"], headers=earlier.answer["headers"])
        return _Played(outgoing=answer, order=earlier.order, scenario=name, reasons=("a repeat: the first answer again",))

    def _choose(self, tx: Tx, submission: Submission, now: int) -> Choice:
        facts = {
            "body": submission.document, "order": {}, "header": submission.headers, "param": {}, "tenant": submission.tenant,
            "operation": submission.operation, "marked": (), "open": (), "now": instants.format_instant(now),
        }  # fmt: skip
        return self.shelf.book(tx).choose(facts, [_pin(row) for row in pins.every(tx, self.name)])

    def _turn(self, tx: Tx, submission: Submission, scenario: Scenario, params: Mapping[str, Any], now: int) -> engine.Turn:
        attempt = 1
        if _has_attempts(scenario, submission.action):
            ref = submission.ref or seed.digest(submission.order_number, _fingerprint(submission))  # what has no id is known by its content
            attempt = orders.count_repeat(tx, self.name, submission.action, submission.tenant, ref, scenario.name)
        return engine.Turn(
            submission=submission, scenario=scenario, params=params, supplier=self.name, now=now, attempt=attempt,
            chance=seed.Chance(self.run_seed, (self.name, scenario.name), False),
        )  # fmt: skip

    def _chance(self, order: Order) -> seed.Chance:
        return seed.Chance(self.run_seed, (self.name, order.scenario, order.seed_key), self.fixed_seed)

    def _order_of(self, tx: Tx, submission: Submission) -> Order | None:
        found = orders.by_ref(tx, self.name, submission.tenant, submission.order_ref) if submission.order_ref else None
        if found is None and submission.order_number:
            found = orders.by_number(tx, self.name, submission.tenant, submission.order_number)
        return found

    def _edition(self, tx: Tx, digest: str) -> Scenario:
        return self.shelf.edition(tx, digest)

    def _outgoing(self, submission: Submission, plan: Plan) -> Outgoing:
        outgoing = self.dialect.write(submission, plan)
        return _overwritten(outgoing, plan.answer, self.max_delay)

    def _exchange(self, tx: Tx, incoming: Incoming, outgoing: Outgoing, begun: int | None, **members: Any) -> Exchange:
        query = f"?{incoming.query}" if incoming.query else ""
        headers = {name: strict_json.keepable(value) for name, value in redact.headers(incoming.headers).items()}
        body = strict_json.keepable(incoming.body.decode("utf-8", "replace")) if incoming.body else None
        return Exchange(
            at=clocks.get(tx, self.name).now(tx.wall), direction="in", method=incoming.method,
            path=strict_json.keepable(incoming.path + query), request={"headers": headers, "body": body},
            response={"code": outgoing.code, "headers": dict(outgoing.headers), "body": outgoing.body},
            took=monotonic() - begun if begun is not None else 0, **members,
        )  # fmt: skip


def params_of_request(scenario: Scenario, submission: Submission, requests: Sequence[Request]) -> dict[str, Any]:
    """A later request plays with the order's parameters, over which its own headers go."""
    created = next((request for request in requests if request.action == "create"), None)
    own = params_of(scenario, submission.headers)
    sent = {param.name for param in scenario.params.values() if param.header.lower() in submission.headers}
    return {name: value if name in sent or created is None else created.params.get(name, value) for name, value in own.items()}


def seed_key(submission: Submission) -> str:
    """What chance hangs on: the header X-Seed-Key, else the document without ids and dates, which change from run to run."""
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
        raise Refused("invalid", [f"{dotted(('when', *path))}: {message}" for path, message in problems])
    return tuple(conditions)


def _pin(row: Mapping[str, Any]) -> Pin:
    return Pin(id=row["id"], scenario=row["scenario"], times=row["times"], when=read_when(row["when"]))


def _has_attempts(scenario: Scenario, action: str) -> bool:
    if action == "create":
        return bool(scenario.reply.attempts)
    return any(entry.reply.attempts for entry in scenario.entries.get(action, ()))


def _fingerprint(submission: Submission) -> str:
    return seed.digest(submission.operation, strict_json.canonical(submission.document))


def _kept(outgoing: Outgoing) -> dict[str, Any]:
    return {"code": outgoing.code, "body": outgoing.body, "headers": dict(outgoing.headers)}


def _overwritten(outgoing: Outgoing, answer: Answer, max_delay: int) -> Outgoing:
    return replace(
        outgoing,
        code=answer.status or outgoing.code,
        headers={**outgoing.headers, **answer.headers},
        body=answer.body if answer.has_body else outgoing.body,
        delay=min(answer.delay, max_delay),
    )
