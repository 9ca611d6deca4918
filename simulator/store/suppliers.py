"""Throw-away suppliers. Their settings are rows, so every process sees at once that one was made or
deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from simulator.base import seed
from simulator.base.errors import Refused
from simulator.store import locks
from simulator.store.notifier import EVERYTHING
from simulator.store.statements import Row, Statement
from simulator.store.tables import (
    PER_SUPPLIER,
    clocks,
    p,
    received,
    received_orders,
    row_of,
    suppliers,
    uploads,
)
from simulator.store.transaction import Tx

_one = sa.select(suppliers).where(suppliers.c.name == p("n"))
_ONE = Statement(_one)
_LOCK_ONE = Statement(_one.with_for_update(read=True, key_share=True))
_CALLED = Statement(
    sa.select(suppliers).where(
        suppliers.c.standing == p("s"),
        sa.or_(
            sa.and_(suppliers.c.tenant == p("t"), suppliers.c.tenant != ""),
            sa.and_(suppliers.c.client == p("c"), suppliers.c.client != ""),
        ),
    )
)
_REMOVE = sa.delete(suppliers).where(suppliers.c.name == p("n"))
_REMOVE_ALL = [
    sa.delete(table).where(table.c.supplier == p("n"))
    for table in (clocks, *PER_SUPPLIER, received, received_orders, uploads)
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """Which requests at a standing supplier's path are for a throw-away one: those of a tenant, or
    of an OAuth client. Empty: none are.
    """

    standing: str = ""
    tenant: str = ""
    client: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A throw-away supplier. `settings` are an entry of the settings file; `edition` tells two
    suppliers apart that have had the same name.
    """

    name: str
    edition: str
    settings: Mapping[str, Any]
    called: Called


def _changed(tx: Tx, name: str) -> None:
    tx.changed(name)
    locks.renew_version(tx)


def add(tx: Tx, name: str, settings: Mapping[str, Any], called: Called) -> Made:
    """Keep a new supplier. Refused when its name, its tenant or its client is taken."""
    tx.exclusive(suppliers)
    for column, value in ((suppliers.c.tenant, called.tenant), (suppliers.c.client, called.client)):
        same = sa.select(suppliers.c.name).where(
            suppliers.c.standing == called.standing, column == value
        )
        if value and (taken := tx.execute(same).scalar_one_or_none()):
            raise Refused(
                "conflict", [f"{column.name}: {value} calls the supplier {taken} already"]
            )
    if one(tx, name):
        raise Refused("conflict", [f"name: there is a supplier {name} already"])
    made = Made(name=name, edition=seed.unique(), settings=settings, called=called)
    row = {"name": name, "edition": made.edition, "settings": dict(settings), "made_wall": tx.wall}
    tx.execute(sa.insert(suppliers), row | row_of(called))
    _changed(tx, name)
    return made


def one(tx: Tx, name: str, *, lock: bool = False) -> Made | None:
    """A throw-away supplier by name. With `lock` it cannot be deleted before this transaction
    ends.
    """
    row = tx.row(_LOCK_ONE if lock else _ONE, {"n": name})
    return _made(row) if row else None


def called(tx: Tx, standing: str, tenant: str, client: str) -> Made | None:
    """The throw-away supplier that answers this client, or this tenant, at a standing supplier's
    path.
    """
    found = [_made(row) for row in tx.rows(_CALLED, {"s": standing, "t": tenant, "c": client})]
    of_client = [made for made in found if client and made.called.client == client]
    return next(iter(of_client or found), None)


def every(tx: Tx) -> list[Made]:
    """All throw-away suppliers, the oldest first."""
    rows = tx.execute(sa.select(suppliers).order_by(suppliers.c.made_wall, suppliers.c.name))
    return [_made(row) for row in rows]


def _made(row: Row) -> Made:
    members = dict(zip(_ONE.names, row, strict=True))
    called = Called(**{name: members[name] for name in ("standing", "tenant", "client")})
    own = {name: members[name] for name in ("name", "edition", "settings")}
    return Made(**own, called=called)


def remove(tx: Tx, name: str) -> bool:
    """Delete a supplier with everything of it. Returns whether there was one. It waits until nobody
    uses it: a sender or a request would leave rows behind.
    """
    locks.take(tx, name)
    if tx.execute(_REMOVE, {"n": name}).rowcount == 0:
        return False
    for statement in _REMOVE_ALL:
        tx.execute(statement, {"n": name})
    _changed(tx, name)
    tx.changed(name, EVERYTHING)
    tx.wake_senders()
    return True
