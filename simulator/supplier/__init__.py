"""One simulated supplier: everything that HTTP, the CLI and tests can do with it is a method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from simulator.base import instants
from simulator.base.clock import Clock
from simulator.base.errors import Refused
from simulator.config import SupplierConfig
from simulator.dialects import Dialect, Route
from simulator.formats import oauth
from simulator.model import Document, Incoming, JournalLine, Kci, OrderView, Outgoing
from simulator.ops import metrics
from simulator.scenario import Book, purpose_of
from simulator.store import (
    Store,
    Task,
    Tx,
    clocks,
    gateway_states,
    journal,
    locks,
    order_views,
    orders,
    outbox,
    pins,
)
from simulator.store.journal import Dropped, Tail
from simulator.store.subscriptions import Subscription
from simulator.store.suppliers import Called
from simulator.supplier.acts import Acts
from simulator.supplier.clock_advance import AdvanceResult, ClockAdvance
from simulator.supplier.expecting import expectations_of
from simulator.supplier.explaining import Explained, explain
from simulator.supplier.inbound import InboundRequests
from simulator.supplier.inbound_auth import InboundAuth, described
from simulator.supplier.inquiry import Inquiry
from simulator.supplier.links import Links
from simulator.supplier.new_orders import NewOrders
from simulator.supplier.pinned import read_when
from simulator.supplier.playing import Player
from simulator.supplier.scenario_set import Files, ScenarioSet
from simulator.supplier.wait import Wait, Waited
from simulator.supplier.waiting import Waits
from simulator.views import resources, story


class Supplier:
    """A supplier with its own path, dialect, clock, scenarios, orders and journal."""

    def __init__(
        self,
        config: SupplierConfig,
        dialect: Dialect,
        files: Files,
        store: Store,
        *,
        run_seed: str,
        fixed_seed: bool,
        max_delay: int,
        waits: Waits,
        called: Called | None = None,
    ) -> None:
        self.config = config
        self.name = config.name
        self.dialect = dialect
        self.scenario_set = ScenarioSet(config.name, files, dialect, store, config.default)
        self.store = store
        self.run_seed = run_seed
        self.fixed_seed = fixed_seed
        self.called = called
        self.waits = waits
        new_orders = NewOrders(
            config.name,
            dialect,
            self.scenario_set,
            run_seed=run_seed,
            fixed_seed=fixed_seed,
            max_delay=max_delay,
            calendar=config.calendar,
        )
        # A supplier that is called at another one's path takes the tokens of that path too.
        issuers = [config.name, *([called.standing] if called and called.standing else [])]
        keys = [oauth.key_of(store.root_seed, issuer) for issuer in issuers]
        self.inbound_auth = InboundAuth(config.auth, keys)
        self.inbound = InboundRequests(config.name, dialect, Player(new_orders), store)
        self.links = Links(new_orders)

    @property
    def book(self) -> Book:
        """Its scenarios, as they are now."""
        with self.store.read() as tx:
            return self.scenario_set.book(tx)

    @property
    def label(self) -> str:
        """Its label in the metrics."""
        return self.name if self.called is None else metrics.MADE

    def receive(self, incoming: Incoming, route: Route) -> Task[Outgoing]:
        """Answer one request of the gateway by the contract, and journal it, whatever happens."""
        return self.inbound.receive(incoming, route)

    def admit(self, incoming: Incoming) -> None:
        """Refused (unauthorised) unless the caller proves who it is, as the settings want it."""
        self.inbound_auth.check(incoming)

    def is_token_path(self, path: str) -> bool:
        """Whether a path is our token endpoint's."""
        return self.inbound_auth.is_token_path(path)

    def grant(self, incoming: Incoming) -> Task[Outgoing]:
        """Answer our token endpoint."""
        return self.inbound.grant(incoming, self.inbound_auth)

    def openapi(self, server: str) -> Document:
        """The contract as it is played at `server`, with the credentials that it asks for."""
        return described(self.dialect.openapi(server), self.config.auth, server)

    def refuse(self, incoming: Incoming, refused: Refused) -> Task[Outgoing]:
        """The contract's refusal of a request that was not read, journaled too."""
        return self.inbound.refuse(incoming, refused)

    # ---- looking

    def orders(self, **filters: Any) -> list[OrderView]:
        """A page of orders; filters as in `store.orders.page`."""
        with self.store.read() as tx:
            return order_views.views(tx, orders.page(tx, self.name, **filters))

    def order(self, order_id: str) -> OrderView:
        """One order by our id. Refused (not_found) otherwise."""
        with self.store.read() as tx:
            found = orders.by_id(tx, self.name, order_id)
            if found is None:
                raise Refused("not_found", [f"no order {order_id[:80]}"])
            (view,) = order_views.views(tx, [found])
        return view

    def story(self, order_id: str) -> story.Story:
        """An order's life on one time axis, and what it expects."""
        view = self.order(order_id)
        with self.store.read() as tx:
            kept = journal.page(tx, self.name, order=order_id, limit=10_000)
            kcis = outbox.all_of(tx, order_id)
            lost = journal.what_was_dropped(tx, self.name).count
            expects = list(expectations_of(tx, self.scenario_set, view.order, view.requests))
        lines = story.story_of(view.order, kept, kcis, view.requests, self.dialect.describe)
        if lost and not any(line.direction == "in" for line in kept):
            dropped = f"{lost} exchanges were dropped (journal.most, journal.keep)"
            said = f"the journal does not have its beginning any more: {dropped}"
            lines.insert(0, story.Line(at=view.order.received_at, kind="request", text=said))
        return story.Story(order=view.order, lines=lines, expects=expects)

    def kcis(self, **filters: Any) -> list[Kci]:
        """A page of the outbox; filters as in `store.outbox.page`."""
        with self.store.read() as tx:
            return outbox.page(tx, self.name, **filters)

    def journal(self, **filters: Any) -> list[JournalLine]:
        """A page of the journal; filters as in `store.journal.page`."""
        with self.store.read() as tx:
            return journal.page(tx, self.name, **filters)

    def gateway(self) -> dict[str, Any]:
        """How the gateway is, and whether KCIs are kept back (`resources.show_gateway`)."""
        with self.store.read() as tx:
            gateway, last = gateway_states.one(tx, self.name), journal.last_outward(tx, self.name)
        return resources.show_gateway(self.name, self.config.gateway.url, gateway, last)

    def ask(self) -> Inquiry:
        """Questions about the journal: find, count, verify."""
        return Inquiry(self.store, self.name)

    def journal_lines(self, **filters: Any) -> Iterator[JournalLine]:
        """The whole journal, read piece by piece."""
        return journal.every(self.store, self.name, **filters)

    def tail(self, after: int | None) -> Tail:
        """What will come into the journal, from behind a line, or from now on."""
        if after is not None:
            return Tail(self.name, after)
        with self.store.read() as tx:
            return Tail.from_now(tx, self.name)

    def new_lines(self, tail: Tail) -> list[JournalLine]:
        """What came into the journal since this tail was read."""
        with self.store.read() as tx:
            return tail.new(tx)

    def subscribe(self) -> AbstractContextManager[Subscription]:
        """Hear what changes of this supplier, until the block ends."""
        return self.store.subscriptions.subscribe(self.name)

    def dropped(self) -> Dropped:
        """What was dropped from the journal."""
        with self.store.read() as tx:
            return journal.what_was_dropped(tx, self.name)

    def wait(
        self, kind: str, match: Mapping[str, Any], *, count: int = 1, after: int = 0, within: int
    ) -> Waited:
        """Wait until something is true, at most `within` microseconds.

        Refused when the match cannot be read.
        """
        return self.waits.wait(
            Wait(
                self.name,
                kind,
                match,
                count=count,
                after=after,
                within=within,
                in_line=self._in_line,
            )
        )

    def explain(self, incoming: Incoming) -> Explained:
        """Which scenario a request would play, and why not the others. Nothing is kept."""
        return explain(incoming, self.inbound.player, self.store)

    # ---- acting

    def pins(self) -> list[Mapping[str, Any]]:
        with self.store.read() as tx:
            return pins.every(tx, self.name)

    def pin(self, scenario: str, times: int | None, when: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let the next `times` orders (all, when None) that fit `when` play a scenario.

        Refused when the scenario or the `when` is wrong.
        """
        if (named := self.book.named(scenario)).begins == "supplier":
            said = f"scenario: {scenario} {purpose_of(named)}: no request plays it"
            raise Refused("invalid", [said])
        read_when(when)

        def add(tx: Tx) -> int:
            if not locks.share(tx, self.name):
                raise Refused("not_found", [f"there is no supplier {self.name} any more"])
            return pins.add(tx, self.name, scenario, times, when)

        number = self.store.run(add)
        return {"id": number, "scenario": scenario, "times": times, "when": dict(when)}

    def start(
        self, scenario: str, tenant: str, document: Mapping[str, Any], params: Mapping[str, Any]
    ) -> OrderView:
        """Begin an order that no gateway asked for, by a scenario that `begins: supplier`.

        Refused when scenario, tenant, document or params are wrong.
        """
        return self.order(self.inbound.begin(scenario, tenant, document, params))

    def unpin(self) -> int:
        return self.store.run(lambda tx: pins.clear(tx, self.name))

    def act_on_kci(self, act: str, kci_id: str) -> Kci:
        """`resend`, `withdraw` or `skip` a KCI. Refused: not_found, or conflict with its state."""
        return Acts(self.store, self.name).on_kci(act, kci_id)

    def act_on_order(self, act: str, order_id: str) -> OrderView:
        """`resume` or `abandon` an order. Refused: not_found, or conflict with its state."""
        Acts(self.store, self.name).on_order(act, order_id)
        return self.order(order_id)

    def act_on_gateway(self, act: str) -> dict[str, Any]:
        """`stop` or `resume` sending to the gateway. Refused (conflict) if nothing changes."""
        Acts(self.store, self.name).on_gateway(act)
        return self.gateway()

    def signal(self, name: str, order_id: str) -> OrderView:
        """Give the signal that an order waits for. Refused: not_found, or conflict."""
        Acts(self.store, self.name).signal(name, order_id)
        return self.order(order_id)

    def reset(self) -> None:
        """Delete every order, KCI, pin and journal line; the clock stays."""
        self.store.run(lambda tx: orders.reset(tx, self.name))

    def clock(self) -> tuple[Clock, int]:
        """The clock, and what it shows."""
        with self.store.read() as tx:
            clock = clocks.get(tx, self.name)
            return clock, clock.now(tx.wall)

    def set_clock(
        self, *, mode: str | None, rate: float | None, now: int | None
    ) -> tuple[Clock, int]:
        """Set mode, rate or time. Refused when time would go back while there are orders.

        It stays between `instants.EARLIEST_CLOCK` and `LATEST_CLOCK`.
        """

        def put(tx: Tx) -> tuple[Clock, int]:
            clock = clocks.lock(tx, self.name)
            shown = clock.now(tx.wall)
            if now is not None and now < shown and clocks.has_orders(tx, self.name):
                said = f"supplier time is {instants.format_instant(shown)}"
                said = f"now: {said} and only goes forward while there are orders"
                raise Refused("invalid", [said])
            if now is not None and not instants.EARLIEST_CLOCK <= now <= instants.LATEST_CLOCK:
                bounds = (instants.EARLIEST_CLOCK, instants.LATEST_CLOCK)
                first, last = map(instants.format_instant, bounds)
                raise Refused("invalid", [f"now: supplier time lies between {first} and {last}"])
            changed = clocks.switched(clock, mode or clock.mode, rate or clock.rate or 1.0, tx.wall)
            if now is not None:
                changed = replace(changed, anchor=now)
            clocks.put(tx, self.name, changed)
            return changed, changed.now(tx.wall)

        return self.store.run(put)

    def advance(
        self,
        *,
        by: int | None = None,
        to: int | None = None,
        to_next: bool = False,
        settle: bool = True,
        within: int,
    ) -> AdvanceResult:
        """Move a manual clock through every due moment, and wait at each for the gateway's answers.

        Refused (conflict) while another advance runs, or when the clock runs by itself. `unsettled`
        names what did not settle `within` microseconds of real time.
        """
        advance = ClockAdvance(
            self.store, self.name, settle=settle, within=within, in_line=self._in_line
        )
        return advance.run(by, to, to_next)

    @property
    def _in_line(self) -> bool:
        return self.config.policy.queue == "supplier"
