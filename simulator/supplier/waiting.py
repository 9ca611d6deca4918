"""Waiting until something is true: a request came, a KCI was answered, an order has a status, nothing more happens by itself.

No look at the store without a reason: there is news of this supplier, or a while has passed (`store.watch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator import instants, matching, shapes
from simulator.clock import monotonic
from simulator.errors import Refused
from simulator.model import Condition, Kci, OrderView
from simulator.store import Store, Tx, clocks, journal, orders, outbox
from simulator.supplier.asking import EXCHANGE_MEMBERS, KCI_MEMBERS, ORDER_MEMBERS, Miss, Nearest, equal_text, judged, read_match, told

KINDS = {"request": EXCHANGE_MEMBERS, "kci": KCI_MEMBERS, "status": ORDER_MEMBERS, "idle": ("order",)}
DELIVERED = Condition(path="state", test="equal", value="delivered")
PAGE = 500
MOST_MOVING = 20
Shape = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How a wait ended: `evidence` where it came true, else what was `found` so far, what came `nearest`, and a sentence."""

    evidence: tuple[Shape, ...] = ()
    came_true: bool = False
    detail: str = ""
    nearest: tuple[Miss, ...] = ()


class Wait:
    """One wait for one thing of one supplier; `run` it once. Refused when the match cannot be read."""

    def __init__(self, store: Store, supplier: str, kind: str, match: Mapping[str, Any], *, count: int, after: int, within: int) -> None:
        if kind not in KINDS:
            raise Refused("malformed", [f"for: one of {', '.join(KINDS)}"])
        self.store = store
        self.name = supplier
        self.kind = kind
        self.conditions = read_match(match, KINDS[kind])
        if kind == "status" and "status" not in match:
            raise Refused("invalid", ["match.status: which status is waited for?"])
        if kind == "idle" and any(condition.test != "equal" for condition in self.conditions):
            raise Refused("invalid", ["match.order: the id of an order"])
        self.look = {"request": self._requests, "kci": self._kcis, "status": self._orders, "idle": self._moving}[kind]
        self.count = count
        self.within = within
        self.deadline = monotonic() + within
        exact = {name: equal_text(self.conditions, name) for name in journal.EXACT}
        self.tail = journal.Tail(supplier, after, **exact | {"direction": "in"})
        self.fitting: dict[int, Shape] = {}

    def run(self) -> Waited:
        """Look, and look again at each news, until it is true or the time is over."""
        with self.store.watch.waiting(self.name) as waiter:
            while True:
                with self.store.read() as tx:
                    evidence = self.look(tx)
                    if self.kind == "idle" and not evidence:
                        return Waited(came_true=True)
                    if self.kind != "idle" and len(evidence) >= self.count:
                        return Waited(came_true=True, evidence=tuple(evidence))
                    if monotonic() >= self.deadline:
                        return self._in_vain(tx, evidence)
                waiter.next(self.deadline)

    # ---- what is looked at ---------------------------------------------------------------------------------------------

    def _requests(self, tx: Tx) -> list[Shape]:
        """Requests of the gateway; no line of the journal is looked at twice."""
        for exchange in self.tail.new(tx):
            shape, differences = judged(exchange, self.conditions)
            if not differences:
                self.fitting[exchange.id] = shape
        return [self.fitting[line] for line in sorted(self.fitting)]

    def _kcis(self, tx: Tx) -> list[Shape]:
        """KCIs; where the match does not name a state, one counts when it was delivered."""
        conditions = self._of_kcis()
        exact = {name: equal_text(conditions, name) for name in ("order", "send", "state")}
        found = (shapes.kci_shape(kci) for kci in _every_kci(tx, self.name, **exact))
        return [shape for shape in found if not matching.first_difference(conditions, shapes.kci_facts(shape))]

    def _of_kcis(self) -> tuple[Condition, ...]:
        named = any(condition.path == "state" for condition in self.conditions)
        return self.conditions if named else (*self.conditions, DELIVERED)

    def _orders(self, tx: Tx) -> list[Shape]:
        exact = {name: equal_text(self.conditions, name) for name in ("tenant", "ref", "status")}
        found = _every_order(tx, self.name, **exact)
        return [shape for shape in found if not matching.first_difference(self.conditions, shapes.order_facts(shape))]

    def _moving(self, tx: Tx) -> list[Shape]:
        """What goes next of each order that is not at rest: with a clock that moves by itself, everything that is still to come."""
        clock = clocks.get(tx, self.name)
        until = clock.now(tx.wall) if clock.mode == "manual" else instants.LATEST
        only = equal_text(self.conditions, "order")
        moving = [order for order in clocks.unsettled(tx, self.name, until) if order == (only or order)]
        return [shapes.kci_shape(listed[0]) for listed in outbox.open_of(tx, moving).values() if listed]

    # ---- when the time is over -----------------------------------------------------------------------------------------

    def _in_vain(self, tx: Tx, evidence: list[Shape]) -> Waited:
        length = instants.format_duration(self.within)
        if self.kind == "idle":
            detail = f"not idle within {length}: {len(evidence)} orders still move"
            misses = tuple(Miss(item=shape, differences=(f"{shape['send']} is {shape['state']}",)) for shape in evidence[:MOST_MOVING])
            return Waited(detail=detail, nearest=misses)
        what = {"request": "requests", "kci": "KCIs", "status": "orders"}[self.kind]
        close = self._closest(tx)
        detail = f"wanted {self.count} {what} where {told(self.conditions)}, within {length}; found {len(evidence)}"
        detail += f"; the nearest: {'; '.join(close[0].differences)}" if close else f"; there are no other {what}"
        return Waited(detail=detail + self._stands(tx), evidence=tuple(evidence), nearest=close)

    def _closest(self, tx: Tx) -> tuple[Miss, ...]:
        close = Nearest()
        found: Iterable[Shape]
        if self.kind == "request":
            found, facts = map(shapes.exchange_shape, journal.page(tx, self.name, direction="in", limit=PAGE)), shapes.exchange_facts
        elif self.kind == "kci":
            found, facts = map(shapes.kci_shape, _every_kci(tx, self.name)), shapes.kci_facts
        else:
            found, facts = _every_order(tx, self.name), shapes.order_facts
        conditions = self._of_kcis() if self.kind == "kci" else self.conditions
        for shape in found:
            if differences := list(matching.differences(conditions, facts(shape))):
                close.see(shape, differences)
        return tuple(close.misses)

    def _stands(self, tx: Tx) -> str:
        """A stopped clock is why nothing comes: say it."""
        clock, due = clocks.get(tx, self.name), clocks.next_due(tx, self.name)
        if self.kind == "request" or clock.mode != "manual" or due is None or due <= clock.anchor:
            return ""
        now, later = instants.format_instant(clock.anchor), instants.format_instant(due)
        return f"; the clock stands at {now} and the next step is due at {later}: advance it"


def _every_kci(tx: Tx, supplier: str, **exact: str) -> Iterator[Kci]:
    after = None
    while found := outbox.page(tx, supplier, limit=PAGE, after=after, **exact):
        yield from found
        after = (found[-1].due_at, found[-1].id)


def _every_order(tx: Tx, supplier: str, **exact: str) -> Iterator[Shape]:
    after = None
    while found := orders.page(tx, supplier, limit=PAGE, after=after, **exact):
        ids = [order.id for order in found]
        requests, counts = orders.requests_of(tx, ids), orders.counts(tx, ids)
        for order in found:
            yield shapes.order_shape(OrderView(order=order, requests=tuple(requests[order.id]), counts=counts[order.id]))
        after = (found[-1].received_at, found[-1].id)
