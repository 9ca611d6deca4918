"""Waiting until something is true: a request came, a KCI was answered, an order has a status,
nothing more happens by itself.

One thread of each process, the waits, hears what was committed, reads what changed, once for all
who wait, and lets each of them judge it. Whoever begins to wait looks at everything once; after
that only changes are looked at, however many wait.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.base import instants
from simulator.base.clock import monotonic
from simulator.base.errors import Conflict, Refused, Unavailable
from simulator.language import matching
from simulator.model import Condition, JournalLine, Kci, Order, OrderView
from simulator.store import EVERYTHING, Change, Store, Tx, clocks, journal, orders, outbox
from simulator.supplier.inquiry import (
    KCI_MEMBERS,
    LINE_MEMBERS,
    ORDER_MEMBERS,
    NearMiss,
    NearMisses,
    equal_text,
    read_match,
    told,
)
from simulator.views import resources

log = logging.getLogger("simulator.supplier")

KINDS = {
    "request": LINE_MEMBERS,
    "kci": KCI_MEMBERS,
    "status": ORDER_MEMBERS,
    "idle": ("order",),
}
FACTS = {
    "request": resources.line_facts,
    "kci": resources.kci_facts,
    "status": resources.order_facts,
}
DELIVERED = Condition(path="state", test="equal", value="delivered")
PAGE = 500
MOST_MOVING = 20
LOOK_EVERY = 5 * instants.SECOND
"""When everything is looked at again though nobody said that it changed: news may be lost, seldom."""

Shape = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How a wait ended: `evidence` of what is so, and where that is not enough what came `nearest`,
    and a sentence.
    """

    evidence: tuple[Shape, ...] = ()
    came_true: bool = False
    detail: str = ""
    nearest: tuple[NearMiss, ...] = ()


@dataclass(kw_only=True, slots=True)
class Changed:
    """What of one supplier is new or other than before: by kind, each thing by its id."""

    things: dict[str, dict[Any, Shape]] = field(
        default_factory=lambda: {"request": {}, "kci": {}, "status": {}}
    )


class Wait:
    """One wait for one thing of one supplier. Refused when the match cannot be read."""

    def __init__(
        self,
        supplier: str,
        kind: str,
        match: Mapping[str, Any],
        *,
        count: int,
        after: int,
        within: int,
    ) -> None:
        if kind not in KINDS:
            raise Refused("malformed", [f"for: one of {', '.join(KINDS)}"])
        self.supplier = supplier
        self.kind = kind
        self.conditions = read_match(match, KINDS[kind])
        if kind == "status" and "status" not in match:
            raise Refused("invalid", ["match.status: which status is waited for?"])
        if kind == "idle" and any(condition.test != "equal" for condition in self.conditions):
            raise Refused("invalid", ["match.order: the id of an order"])
        if kind == "kci" and not any(condition.path == "state" for condition in self.conditions):
            # where no state is named, one counts when it was delivered
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
            moving = _moving(tx, self.supplier, equal_text(self.conditions, "order"))
            self.fitting = {shape["id"]: shape for shape in moving}
            self._conclude(not self.fitting)
        else:
            self.take(
                Changed(
                    things={self.kind: {shape["id"]: shape for shape in self._all(tx, narrow=True)}}
                )
            )

    def take(self, changed: Changed) -> None:
        """Judge what is new, or other than before; who waits for rest looks instead, at what still
        moves.
        """
        for key, shape in changed.things[self.kind].items():
            if self.kind == "request" and key <= self.after:
                continue
            if matching.first_difference(self.conditions, FACTS[self.kind](shape)):
                self.fitting.pop(key, None)
            else:
                self.fitting[key] = shape
        self._conclude(len(self.fitting) >= self.count)

    def _conclude(self, is_true: bool) -> None:
        """True once is enough: the evidence is that of this moment."""
        if is_true and not self.is_true:
            self.is_true = True
            self.evidence = tuple(self.fitting.values())
            self.over.set()

    def ended(self, tx: Tx) -> Waited:
        """How it ended."""
        if self.is_true:
            return Waited(came_true=True, evidence=self.evidence)
        length = instants.format_duration(self.within)
        if self.kind == "idle":
            moving = list(self.fitting.values())
            misses = tuple(
                NearMiss(item=shape, differences=(f"{shape['send']} is {shape['state']}",))
                for shape in moving[:MOST_MOVING]
            )
            return Waited(
                detail=f"not idle within {length}: {len(moving)} orders still move", nearest=misses
            )
        what = {"request": "requests", "kci": "KCIs", "status": "orders"}[self.kind]
        close = NearMisses()
        for shape in self._all(tx, narrow=False):
            if differences := list(matching.differences(self.conditions, FACTS[self.kind](shape))):
                close.see(shape, differences)
        detail = f"wanted {self.count} {what} where {told(self.conditions)}, within {length}; found {len(self.fitting)}"
        detail += (
            f"; the nearest: {'; '.join(close.misses[0].differences)}"
            if close.misses
            else f"; there are no other {what}"
        )
        if close.misses and (signal := close.misses[0].item.get("waits_for")):
            detail += f"; it waits for the signal {signal}"
        return Waited(
            detail=detail + self._stands(tx),
            evidence=tuple(self.fitting.values()),
            nearest=tuple(close.misses),
        )

    def _all(self, tx: Tx, *, narrow: bool) -> Iterator[Shape]:
        """Everything of the kind; `narrow` leaves out what the store itself can tell does not fit."""

        def exact(*names: str) -> dict[str, str]:
            return {name: equal_text(self.conditions, name) if narrow else "" for name in names}

        if self.kind == "request":
            lines = _every_line(
                tx,
                self.supplier,
                self.after,
                **exact("order", "method", "scenario"),
                direction="in",
            )
            yield from map(resources.show_line, lines)
        elif self.kind == "kci":
            yield from map(
                resources.show_kci, _every_kci(tx, self.supplier, **exact("order", "send", "state"))
            )
        elif self.kind == "status":
            yield from _every_order(tx, self.supplier, **exact("tenant", "ref", "status"))

    def _stands(self, tx: Tx) -> str:
        """A stopped clock is why nothing comes: say it."""
        clock, due = clocks.get(tx, self.supplier), clocks.next_due(tx, self.supplier)
        if self.kind == "request" or clock.mode != "manual" or due is None or due <= clock.anchor:
            return ""
        now, later = instants.format_instant(clock.anchor), instants.format_instant(due)
        return f"; the clock stands at {now} and the next step is due at {later}: advance it"


class Waits:
    """Who looks for all that wait in this process."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # whoever looks: what was read earlier must be judged earlier too
        self.turn = threading.Lock()
        self.waits: dict[str, set[Wait]] = {}
        self.tails: dict[str, journal.Tail] = {}
        self.ended = False
        self.thread: threading.Thread | None = None

    def wait(self, wait: Wait) -> Waited:
        """Wait until it is true or its time is over. Unavailable when the simulator ends meanwhile."""
        try:
            with self.turn:
                self._join(wait)
                with self.store.read() as tx:
                    wait.look(tx)
            wait.over.wait(max(0, wait.deadline - monotonic()) / instants.SECOND)
            if self.ended and not wait.is_true:
                raise Unavailable("the simulator is ending: ask again when it runs")
            with self.turn, self.store.read() as tx:
                if not wait.is_true:
                    wait.look(tx)
                return wait.ended(tx)
        finally:
            with self.turn:
                self._leave(wait)

    def _join(self, wait: Wait) -> None:
        self.waits.setdefault(wait.supplier, set()).add(wait)
        if wait.supplier not in self.tails:
            with self.store.read() as tx:
                self.tails[wait.supplier] = journal.Tail.from_now(tx, wait.supplier, direction="in")
        if self.thread is None:
            ready = threading.Event()
            self.thread = threading.Thread(
                target=self._watch, args=(ready,), name="waits", daemon=True
            )
            self.thread.start()
            ready.wait()

    def _leave(self, wait: Wait) -> None:
        mine = self.waits.get(wait.supplier, set())
        mine.discard(wait)
        if not mine:
            self.waits.pop(wait.supplier, None)
            self.tails.pop(wait.supplier, None)

    def _watch(self, ready: threading.Event) -> None:
        """Hear what was committed, and let everyone judge it, until this process ends."""
        with self.store.subscriptions.subscribe() as subscription:
            ready.set()
            while not self.ended:
                try:
                    changes = subscription.next(monotonic() + instants.HOUR, LOOK_EVERY)
                    with self.turn:
                        self._look(changes)
                except Unavailable as error:
                    if self.store.subscriptions.ended:
                        self._end()
                    else:
                        log.warning("whoever waits cannot be told now: %s", error)
                except Conflict as error:
                    log.warning("whoever waits cannot be told now: %s", error)
                # a defect of ours must not end the waits: all others would wait in vain
                except Exception:
                    log.exception("whoever waits cannot be told now")

    def _end(self) -> None:
        with self.turn:
            self.ended = True
            for waits in self.waits.values():
                for wait in waits:
                    wait.over.set()

    def _look(self, changes: set[Change] | None) -> None:
        """Read what changed of each supplier that is waited for, once for all."""
        if not self.waits or (
            changes is not None and not any(name in self.waits for name, _ in changes)
        ):
            return
        with self.store.read() as tx:
            for name, waits in self.waits.items():
                if changes is None or (name, EVERYTHING) in changes:
                    for wait in waits:
                        wait.look(tx)
                elif mine := {order for supplier, order in changes if supplier == name}:
                    changed = self._read(tx, name, mine - {""}, {wait.kind for wait in waits})
                    for wait in waits:
                        wait.look(tx) if wait.kind == "idle" else wait.take(changed)

    def _read(self, tx: Tx, supplier: str, order_ids: set[str], kinds: set[str]) -> Changed:
        changed = Changed()
        if "request" in kinds:
            changed.things["request"] = {
                line.id: resources.show_line(line) for line in self.tails[supplier].new(tx)
            }
        if "status" in kinds and order_ids:
            found = [
                order for order in orders.many(tx, order_ids).values() if order.supplier == supplier
            ]
            changed.things["status"] = {shape["id"]: shape for shape in _order_shapes(tx, found)}
        if "kci" in kinds:
            found_kcis = (
                kci for order_id in order_ids for kci in outbox.all_of(tx, order_id) if kci.send
            )
            changed.things["kci"] = {kci.id: resources.show_kci(kci) for kci in found_kcis}
        return changed


def _moving(tx: Tx, supplier: str, order: str) -> list[Shape]:
    """What goes next of each order (or of one) that is not at rest: with a clock that moves by
    itself, all that is still to come.
    """
    clock = clocks.get(tx, supplier)
    until = clock.now(tx.wall) if clock.mode == "manual" else instants.LATEST
    moving = clocks.unsettled(tx, supplier, until, order)
    return [
        resources.show_kci(listed[0]) for listed in outbox.open_of(tx, moving).values() if listed
    ]


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
        yield from _order_shapes(tx, found)
        after = (found[-1].received_at, found[-1].id)


def _order_shapes(tx: Tx, found: Sequence[Order]) -> Iterable[Shape]:
    ids = [order.id for order in found]
    requests, counts = orders.requests_of(tx, ids), orders.counts(tx, ids)
    for order in found:
        yield resources.show_order(
            OrderView(order=order, requests=tuple(requests[order.id]), counts=counts[order.id])
        )
