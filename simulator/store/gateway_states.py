"""Gateway states: what keeps a supplier's messages back, shared by all senders of the store. A
supplier without a row is free.
"""

from __future__ import annotations

from dataclasses import fields, replace

import sqlalchemy as sa

from simulator.base.clock import Clock
from simulator.model import FlowState, GatewayState
from simulator.store.statements import Row, Statement
from simulator.store.tables import gateway_states, p, row_of
from simulator.store.transaction import Tx

_one = sa.select(gateway_states).where(gateway_states.c.supplier == p("s"))
_ONE = Statement(_one)
_TAKE = Statement(_one.with_for_update())
_TRY = Statement(_one.with_for_update(skip_locked=True))
_EVERY = Statement(sa.select(gateway_states).where(gateway_states.c.state != ""))
_NAMES = [field.name for field in fields(GatewayState)]
_BEGIN = Statement(
    sa.text(
        "INSERT INTO gateway_states (supplier, state, reason, since_wall, good, slot_wall)"
        " VALUES (:s, '', '', 0, 0, 0) ON CONFLICT DO NOTHING"
    )
)
_SAVE = Statement(
    sa.update(gateway_states)
    .where(gateway_states.c.supplier == p("key"))
    .values({name: p(name) for name in _NAMES})
)


def _state_of(row: Row) -> GatewayState:
    members = dict(zip(_ONE.names, row, strict=True))
    members["state"] = FlowState(members["state"])
    return GatewayState(**members)


def every(tx: Tx) -> dict[str, GatewayState]:
    """The suppliers whose messages are kept back."""
    return {found.supplier: found for found in map(_state_of, tx.rows(_EVERY, {}))}


def one(tx: Tx, supplier: str) -> GatewayState:
    """The state of a supplier's gateway as it is now."""
    row = tx.row(_ONE, {"s": supplier})
    return _state_of(row) if row else GatewayState(supplier=supplier)


def lock(tx: Tx, supplier: str) -> GatewayState:
    """A supplier's gateway state, locked until the commit."""
    tx.want_locks()
    row = tx.row(_TAKE, {"s": supplier})
    if row is None:
        tx.run(_BEGIN, {"s": supplier})
        row = tx.row(_TAKE, {"s": supplier})
    assert row is not None
    return _state_of(row)


def try_lock(tx: Tx, supplier: str) -> GatewayState | None:
    """A supplier's gateway state, locked; None while another sender has locked it."""
    tx.want_locks()
    row = tx.row(_TRY, {"s": supplier})
    if row is None:
        # there was no row, or another sender has locked it
        tx.run(_BEGIN, {"s": supplier})
        row = tx.row(_TRY, {"s": supplier})
    return _state_of(row) if row else None


def save(tx: Tx, gateway: GatewayState) -> None:
    """Write a gateway state that this transaction has locked."""
    tx.run(_SAVE, row_of(gateway) | {"key": gateway.supplier})


def clock_went_back(tx: Tx) -> None:
    """The wall clock was set back: what is kept back until a moment is looked at now."""
    tx.execute(
        sa.update(gateway_states)
        .where(gateway_states.c.until_wall > tx.wall)
        .values(until_wall=tx.wall)
    )
    tx.execute(
        sa.update(gateway_states)
        .where(gateway_states.c.slot_wall > tx.wall)
        .values(slot_wall=tx.wall)
    )


def waiting(gateway: GatewayState, clock: Clock, wall: int, wait: int) -> GatewayState:
    """The state, for as long as `wait` from now: in supplier time where the clock is manual, so
    that it ends when the clock is moved.
    """
    if clock.mode == "manual":
        return replace(gateway, until_wall=None, until=clock.anchor + wait)
    return replace(gateway, until_wall=wall + wait, until=None)


def is_kept_back(gateway: GatewayState, clock: Clock, wall: int) -> bool:
    """Whether nothing may leave to a gateway now."""
    if gateway.state == FlowState.STOPPED:
        return True
    if gateway.until is not None:
        return bool(gateway.state) and gateway.until > clock.now(wall)
    return bool(gateway.state) and (gateway.until_wall or 0) > wall


def waits_for_clock(gateway: GatewayState, clock: Clock) -> bool:
    """Whether nothing may leave to a gateway as long as a manual clock stands."""
    is_early = gateway.until is not None and gateway.until > clock.anchor
    return gateway.state == FlowState.STOPPED or (bool(gateway.state) and is_early)


def looked_at(gateway: GatewayState, clock: Clock) -> int | None:
    """The wall time at which a gateway that is kept back is to be looked at again; None when that
    comes by itself.
    """
    return gateway.until_wall if gateway.until is None else clock.wake(gateway.until)


def released(gateway: GatewayState) -> GatewayState:
    """The same supplier with nothing that keeps messages back but its rate."""
    return GatewayState(supplier=gateway.supplier, slot_wall=gateway.slot_wall)


def totals(tx: Tx) -> dict[str, int]:
    """How many suppliers have messages kept back, by state."""
    return {
        state: number
        for state, number in tx.execute(
            sa.select(gateway_states.c.state, sa.func.count()).group_by(gateway_states.c.state)
        )
        if state
    }
