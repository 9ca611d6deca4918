"""One wait: for a request, a KCI, the status of an order, or until nothing more happens by itself.

It judges shapes as the admin API shows them. Who lets it look, and when, is `waiting`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Refused
from simulator.language import matching
from simulator.model import Condition, JournalLine, Kci, KciState, Order
from simulator.store import Tx, clocks, journal, order_views, orders, outbox
from simulator.supplier.inquiry import (
    KCI_MEMBERS,
    LINE_MEMBERS,
    ORDER_MEMBERS,
    NearMiss,
    NearMisses,
    equal_text,
    in_words,
    read_match,
)
from simulator.views import resources

KINDS = {
    "request": LINE_MEMBERS,
    "kci": KCI_MEMBERS,
    "status": ORDER_MEMBERS,
    "idle": ("order",),
}
"""What can be waited for, and the members that its match may name."""

FACTS = {
    "request": resources.line_facts,
    "kci": resources.kci_facts,
    "status": resources.order_facts,
}
NAMES = {"request": "requests", "kci": "KCIs", "status": "orders"}
DELIVERED = Condition(path="state", tests={"equal": KciState.DELIVERED})
PAGE = 500
MOST_MOVING = 20

Shape = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How a wait ended. `evidence` is what fits. Where that is not enough, `nearest` is what missed
    by least, and `detail` says it in a sentence.
    """

    evidence: tuple[Shape, ...] = ()
    came_true: bool = False
    detail: str = ""
    nearest: tuple[NearMiss, ...] = ()


@dataclass(kw_only=True, slots=True)
class Changed:
    """The new and the changed things of one supplier: by kind, each thing by its id."""

    things: dict[str, dict[Any, Shape]] = field(
        default_factory=lambda: {"request": {}, "kci": {}, "status": {}}
    )


class Wait:
    """One wait for one thing of one supplier, of which all orders may wait `in_line`. Refused when
    the match cannot be read.
    """

    def __init__(
        self,
        supplier: str,
        kind: str,
        match: Mapping[str, Any],
        *,
        count: int,
        after: int,
        within: int,
        in_line: bool,
    ) -> None:
        if kind not in KINDS:
            raise Refused("malformed", [f"for: one of {', '.join(KINDS)}"])
        self.supplier = supplier
        self.in_line = in_line
        self.kind = kind
        self.conditions = read_match(match, KINDS[kind])
        named = {condition.path for condition in matching.leaves(self.conditions)}
        if kind == "status" and "status" not in named:
            raise Refused("invalid", ["match.status: which status is waited for?"])
        if kind == "idle" and match and not equal_text(self.conditions, "order"):
            raise Refused("invalid", ["match.order: the id of an order"])
        if kind == "kci" and "state" not in named:
            self.conditions = (*self.conditions, DELIVERED)
        self.count = count
        self.after = after
        self.within = within
        self.deadline = monotonic() + within
        self.fitting: dict[Any, Shape] = {}
        self.evidence: tuple[Shape, ...] = ()
        self.is_true = False
        self.over = threading.Event()

    def look(self, tx: Tx) -> None:
        """Look at everything there is."""
        self.fitting = {}
        if self.kind == "idle":
            order = equal_text(self.conditions, "order")
            moving = moving_of(tx, self.supplier, order, in_line=self.in_line)
            self.fitting = {shape["id"]: shape for shape in moving}
            self._conclude(not self.fitting)
        else:
            found = {shape["id"]: shape for shape in self._all(tx, narrow=True)}
            self.take(Changed(things={self.kind: found}))

    def take(self, changed: Changed) -> None:
        """Judge the new and the changed things. Not for `idle`, which looks at what still moves."""
        for key, shape in changed.things[self.kind].items():
            if self.kind == "request" and key <= self.after:
                continue
            if matching.first_difference(self.conditions, FACTS[self.kind](shape)):
                self.fitting.pop(key, None)
            else:
                self.fitting[key] = shape
        self._conclude(len(self.fitting) >= self.count)

    def _conclude(self, is_true: bool) -> None:
        """Keep the evidence of the first moment in which it is true."""
        if is_true and not self.is_true:
            self.is_true = True
            self.evidence = tuple(self.fitting.values())
            self.over.set()

    def ended(self, tx: Tx) -> Waited:
        """How it ended."""
        if self.is_true:
            return Waited(came_true=True, evidence=self.evidence)
        return self._not_idle() if self.kind == "idle" else self._not_enough(tx)

    def _not_idle(self) -> Waited:
        moving = list(self.fitting.values())
        misses = tuple(
            NearMiss(item=shape, differences=(f"{shape['send']} is {shape['state']}",))
            for shape in moving[:MOST_MOVING]
        )
        length = instants.format_duration(self.within)
        detail = f"not idle within {length}: {len(moving)} orders still move"
        return Waited(detail=detail, nearest=misses)

    def _not_enough(self, tx: Tx) -> Waited:
        names, length = NAMES[self.kind], instants.format_duration(self.within)
        close = NearMisses()
        for shape in self._all(tx, narrow=False):
            if differences := list(matching.differences(self.conditions, FACTS[self.kind](shape))):
                close.see(shape, differences)
        detail = (
            f"wanted {self.count} {names} where {in_words(self.conditions)}, within {length};"
            f" found {len(self.fitting)}"
        )
        if close.misses:
            detail += f"; the nearest: {'; '.join(close.misses[0].differences)}"
            if signal := close.misses[0].item.get("waits_for"):
                detail += f"; it waits for the signal {signal}"
        else:
            detail += f"; there are no other {names}"
        return Waited(
            detail=detail + self._clock_stands(tx),
            evidence=tuple(self.fitting.values()),
            nearest=tuple(close.misses),
        )

    def _all(self, tx: Tx, *, narrow: bool) -> Iterator[Shape]:
        """Everything of the kind. With `narrow`, without what the store itself can leave out."""

        def exact(*names: str) -> dict[str, str]:
            return {name: equal_text(self.conditions, name) if narrow else "" for name in names}

        if self.kind == "request":
            filters = exact("order", "method", "scenario")
            lines = _every_line(tx, self.supplier, self.after, **filters, direction="in")
            yield from map(resources.show_line, lines)
        elif self.kind == "kci":
            kcis = _every_kci(tx, self.supplier, **exact("order", "send", "state"))
            yield from map(resources.show_kci, kcis)
        elif self.kind == "status":
            yield from _every_order(tx, self.supplier, **exact("tenant", "ref", "status"))

    def _clock_stands(self, tx: Tx) -> str:
        """Where a stopped clock is the reason that nothing comes, a hint to advance it."""
        clock = clocks.get(tx, self.supplier)
        if self.kind == "request" or clock.mode != "manual":
            return ""
        due = clocks.next_due(tx, self.supplier, clock.anchor)
        if due is None:
            return ""
        now, later = instants.format_instant(clock.anchor), instants.format_instant(due)
        return f"; the clock stands at {now} and the next step is due at {later}: advance it"


def moving_of(tx: Tx, supplier: str, order: str, *, in_line: bool) -> list[Shape]:
    """The next KCI of each order (or of one) that is not at rest.

    With a manual clock an order is at rest when nothing of it happens as long as the clock stands.
    With another clock nothing of it may be still to come either.
    """
    clock = clocks.get(tx, supplier)
    until = clock.now(tx.wall) if clock.mode == "manual" else instants.LATEST
    moving = clocks.unsettled(tx, supplier, until, order, in_line=in_line)
    return [
        resources.show_kci(waiting[0]) for waiting in outbox.open_of(tx, moving).values() if waiting
    ]


def order_shapes(tx: Tx, found: Sequence[Order]) -> Iterable[Shape]:
    """Orders as they are shown."""
    return map(resources.show_order, order_views.views(tx, found))


def _every_line(tx: Tx, supplier: str, after: int, **exact: Any) -> Iterator[JournalLine]:
    while found := journal.page(tx, supplier, limit=PAGE, after=after, **exact):
        yield from found
        after = found[-1].id


def _every_kci(tx: Tx, supplier: str, **exact: str) -> Iterator[Kci]:
    after = None
    while found := outbox.page(tx, supplier, limit=PAGE, after=after, **exact):
        yield from found
        after = (found[-1].due_at, found[-1].id)


def _every_order(tx: Tx, supplier: str, **exact: str) -> Iterator[Shape]:
    after = None
    while found := orders.page(tx, supplier, limit=PAGE, after=after, **exact):
        yield from order_shapes(tx, found)
        after = (found[-1].received_at, found[-1].id)
