"""The outbox: the KCIs of all orders, and what requests, signals and attempts change in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from simulator.engine import QueueChange, Taken
from simulator.model import UNTRIED, Kci, KciState, LaneState, Step
from simulator.store.statements import AnyOf, Row, Statement
from simulator.store.tables import is_open, kcis, lanes, one_of, p, row_of
from simulator.store.transaction import Tx

# many KCIs have the same step: its text is read once
_KCI = [
    sa.type_coerce(column, sa.Text).label("step") if column.name == "step" else column
    for column in kcis.c
    if column.name != "supplier"
]
_ADD = Statement(sa.insert(kcis))
_IS_UNTRIED = one_of(kcis.c.state, UNTRIED)
_SOME_UNTRIED = sa.update(kcis).where(AnyOf(kcis.c.id, "ids"), _IS_UNTRIED)
_WITHDRAW = Statement(_SOME_UNTRIED.values(state=KciState.WITHDRAWN))
_PAUSE = Statement(_SOME_UNTRIED.values(state=KciState.PAUSED))
_ONE_KCI = sa.update(kcis).where(kcis.c.id == p("key"))
_ONE_UNTRIED = _ONE_KCI.where(_IS_UNTRIED)
_MOVE = Statement(_ONE_UNTRIED.values(due_at=p("due"), state=KciState.WAITING))
_PLACE = (
    kcis.c.state == KciState.PAUSED,
    kcis.c.state == KciState.WAITING,
    kcis.c.due_at,
    kcis.c.position,
)
"""Which KCI of an order goes next: the attempted one, then those that wait, then the paused ones.
"""

_open = (AnyOf(kcis.c.order, "ids"), is_open)
_OPEN_OF = Statement(sa.select(*_KCI).where(*_open).order_by(*_PLACE))
_REST_OF = Statement(
    sa.select(kcis.c.order, kcis.c.id, kcis.c.state, kcis.c.due_at).where(*_open).order_by(*_PLACE)
)
_BY_ID = Statement(sa.select(*_KCI).where(kcis.c.id == p("key")))
_AT = Statement(sa.select(*_KCI).where(kcis.c.order == p("i"), kcis.c.position == p("at")))
_ATTEMPT = ("state", "sequence", "issued_at", "body", "attempts", "last")
_SAVE = Statement(_ONE_KCI.values({name: p(name) for name in _ATTEMPT}))
_PLANNED = ("due_at", "state", "signal", "signal_at", "step")
_REPLAN = Statement(_ONE_UNTRIED.values({name: p(name) for name in _PLANNED}))
_STEP = [field.name for field in fields(Step) if field.name not in ("send", "path", "flow")]
_of_step = attrgetter(*_STEP)
_NOTHING_SAID = _of_step(Step())


class Queued(NamedTuple):
    """An open KCI, as far as its lane needs it."""

    id: str
    state: KciState
    due_at: int


def add(tx: Tx, supplier: str, added: Sequence[Kci]) -> None:
    """Put new KCIs into the outbox."""
    tx.run_many(_ADD, [{**kci_row(kci), "supplier": supplier} for kci in added])


def withdraw(tx: Tx, kci_ids: Sequence[str]) -> None:
    """Withdraw KCIs. One that a sender has attempted stays as it is."""
    if kci_ids:
        tx.run(_WITHDRAW, {"ids": kci_ids})


def change(tx: Tx, change: QueueChange) -> None:
    """Write what a request does to KCIs that wait (`engine.changed`). The moved ones go on; the
    paused ones keep their due moment, from which the time that they had left is worked out.
    """
    withdraw(tx, change.withdraw)
    if change.paused:
        tx.run(_PAUSE, {"ids": change.paused})
    move(tx, change.moved)
    replan(tx, change.delayed)


def move(tx: Tx, moved: Mapping[str, int]) -> None:
    """Give waiting or paused KCIs a new due moment, and let them go on."""
    tx.run_many(_MOVE, [{"key": kci_id, "due": due_at} for kci_id, due_at in moved.items()])


def replan(tx: Tx, changed: Sequence[Kci]) -> None:
    """Write KCIs that go on, or whose due moments became known (`engine.timed`)."""
    tx.run_many(_REPLAN, [{**kci_row(kci), "key": kci.id} for kci in changed])


def take(tx: Tx, taken: Taken) -> None:
    """Write what it changes that the story goes on (`engine.after`)."""
    replan(tx, taken.moved)
    withdraw(tx, taken.withdraw)


def open_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Kci]]:
    """The open KCIs of some orders: what goes next is first, the paused ones are last."""
    found: dict[str, list[Kci]] = {order_id: [] for order_id in order_ids}
    for kci in map(kci_of, tx.rows(_OPEN_OF, {"ids": order_ids})):
        found[kci.order].append(kci)
    return found


def rest_of(tx: Tx, order_ids: Sequence[str]) -> dict[str, list[Queued]]:
    """The same as `open_of`, but only what is needed to find the head of a lane."""
    found: dict[str, list[Queued]] = {order_id: [] for order_id in order_ids}
    for order_id, kci_id, state, due_at in tx.rows(_REST_OF, {"ids": order_ids}):
        found[order_id].append(Queued(kci_id, KciState(state), due_at))
    return found


def save(tx: Tx, changed: Sequence[Kci]) -> None:
    """Write KCIs as their attempts changed them."""
    tx.run_many(_SAVE, [_members(kci, _ATTEMPT) for kci in changed])


def _members(kci: Kci, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(kci, name) for name in names} | {"key": kci.id}


def one(tx: Tx, kci_id: str) -> Kci | None:
    """A KCI by id."""
    row = tx.row(_BY_ID, {"key": kci_id})
    return kci_of(row) if row else None


def at(tx: Tx, order: str, position: int) -> Kci | None:
    """An order's KCI by its place in the outbox."""
    row = tx.row(_AT, {"i": order, "at": position})
    return kci_of(row) if row else None


def kci_of(row: Row) -> Kci:
    """A KCI from its row."""
    members = dict(zip(_BY_ID.names, row, strict=True))
    members["step"] = _step_of(members.pop("send"), members["step"])
    members["state"] = KciState(members["state"])
    return Kci(**members)


@lru_cache(maxsize=10_000)
def _step_of(send: str, rest: str) -> Step:
    return Step(send=send, **json.loads(rest))


def kci_row(kci: Kci) -> dict[str, Any]:
    """A KCI's row. Its step is one column, of which `send` has a column of its own too: queries ask
    for it.
    """
    members = zip(_STEP, _of_step(kci.step), _NOTHING_SAID, strict=True)
    said = {
        name: value
        for name, value, default in members
        if value is not default and value != default  # most are the default itself
    }
    return row_of(kci) | {"send": kci.send, "step": said}


def page(
    tx: Tx,
    supplier: str,
    *,
    state: str = "",
    order: str = "",
    send: str = "",
    limit: int = 100,
    after: tuple[int, str] | None = None,
) -> list[Kci]:
    """KCIs by due moment, from behind `after` (due_at, id); silent steps are left out."""
    statement = (
        sa.select(*_KCI)
        .where(kcis.c.supplier == supplier, kcis.c.send != "")
        .order_by(kcis.c.due_at, kcis.c.id)
        .limit(limit)
    )
    for column, value in ((kcis.c.state, state), (kcis.c.order, order), (kcis.c.send, send)):
        statement = statement.where(column == value) if value else statement
    if after:
        behind = sa.and_(kcis.c.due_at == after[0], kcis.c.id > after[1])
        statement = statement.where(sa.or_(kcis.c.due_at > after[0], behind))
    return [kci_of(row) for row in tx.execute(statement)]


def all_of(tx: Tx, order_id: str) -> list[Kci]:
    """Every KCI and silent step of an order, by due moment."""
    statement = (
        sa.select(*_KCI).where(kcis.c.order == order_id).order_by(kcis.c.due_at, kcis.c.position)
    )
    return [kci_of(row) for row in tx.execute(statement)]


def parked(tx: Tx, supplier: str) -> list[Kci]:
    """For each parked order of a supplier the dead KCI that parks it, by due moment."""
    mine = sa.select(lanes.c.order).where(
        lanes.c.supplier == supplier, lanes.c.state == LaneState.PARKED
    )
    statement = (
        sa.select(*_KCI)
        .where(kcis.c.supplier == supplier, kcis.c.state == KciState.DEAD, kcis.c.order.in_(mine))
        .order_by(kcis.c.position)
    )
    newest = {row.order: kci_of(row) for row in tx.execute(statement)}
    return sorted(newest.values(), key=lambda kci: (kci.due_at, kci.id))


def totals(tx: Tx) -> dict[str, int]:
    """How many KCIs of each state there are."""
    statement = (
        sa.select(kcis.c.state, sa.func.count()).where(kcis.c.send != "").group_by(kcis.c.state)
    )
    return {state: number for state, number in tx.execute(statement)}
