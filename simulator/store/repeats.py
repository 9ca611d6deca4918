"""How often each request came that a scenario answers by `attempts`, also one that is always
rejected. The oldest are forgotten.
"""

from __future__ import annotations

import sqlalchemy as sa

from simulator.store.tables import p, repeats
from simulator.store.transaction import Tx

BATCH = 500
_SAME = (
    repeats.c.supplier == p("s"),
    repeats.c.action == p("a"),
    repeats.c.tenant == p("t"),
    repeats.c.ref == p("r"),
)
_COUNT = (
    sa.update(repeats)
    .where(*_SAME)
    .values(count=repeats.c.count + 1, at_wall=p("wall"))
    .returning(repeats.c.count)
)
_FIRST = sa.insert(repeats)
_SCENARIO = sa.select(repeats.c.scenario).where(*_SAME)
_OLDEST = (
    sa.select(repeats.c.at_wall)
    .where(repeats.c.supplier == p("s"), repeats.c.at_wall <= p("edge"))
    .order_by(repeats.c.at_wall)
    .limit(BATCH)
)
_BEHIND = (
    sa.select(repeats.c.at_wall)
    .where(repeats.c.supplier == p("s"))
    .order_by(repeats.c.at_wall.desc())
    .limit(1)
    .offset(p("most"))
)
_DROP = sa.delete(repeats).where(repeats.c.supplier == p("s"), repeats.c.at_wall <= p("edge"))


def count(tx: Tx, supplier: str, action: str, tenant: str, ref: str, scenario: str) -> int:
    """Count a request. Returns 1 the first time."""
    same = {"s": supplier, "a": action, "t": tenant, "r": ref, "wall": tx.wall}
    counted = tx.execute(_COUNT, same).scalar_one_or_none()
    if counted is not None:
        return int(counted)
    row = {"supplier": supplier, "action": action, "tenant": tenant, "ref": ref}
    tx.execute(_FIRST, row | {"scenario": scenario, "count": 1, "at_wall": tx.wall})
    return 1


def scenario(tx: Tx, supplier: str, action: str, tenant: str, ref: str) -> str:
    """The scenario that a counted request played; empty where it came for the first time."""
    same = {"s": supplier, "a": action, "t": tenant, "r": ref}
    return str(tx.execute(_SCENARIO, same).scalar_one_or_none() or "")


def behind(tx: Tx, supplier: str, most: int) -> int:
    """When the newest request came that is one too many, 0 for none."""
    return int(tx.execute(_BEHIND, {"s": supplier, "most": most}).scalar_one_or_none() or 0)


def drop(tx: Tx, supplier: str, edge: int) -> int:
    """Forget the oldest requests up to a moment, about `BATCH` at once. Returns how many."""
    oldest = tx.execute(_OLDEST, {"s": supplier, "edge": edge}).scalars().all()
    if not oldest:
        return 0
    return int(tx.execute(_DROP, {"s": supplier, "edge": oldest[-1]}).rowcount)
