"""The journal: every exchange with a gateway, and every act. Old lines are dropped, by number and
by age.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from simulator.base import instants
from simulator.model import Act, Exchange, Finding, JournalLine
from simulator.store.database import Store
from simulator.store.statements import Statement
from simulator.store.tables import dropped, journal, p
from simulator.store.transaction import Tx

_LINE = [column for column in journal.c if column.name != "supplier"]
_NOTE = Statement(
    sa.insert(journal).inline(), [column.name for column in journal.c if column.name != "id"]
)
_ACT = ("what", "by", "message")
_EMPTY: dict[str, Any] = {
    "method": "",
    "path": "",
    "request": {},
    "response": {},
    "reasons": [],
    "findings": [],
    "took": 0,
}
_OLDEST = (
    sa.select(journal.c.id, journal.c.at_wall)
    .where(journal.c.supplier == p("s"))
    .order_by(journal.c.id)
)
_BEHIND = (
    sa.select(journal.c.id)
    .where(journal.c.supplier == p("s"))
    .order_by(journal.c.id.desc())
    .limit(1)
    .offset(p("most"))
)
_DROP = sa.delete(journal).where(journal.c.supplier == p("s"), journal.c.id <= p("last"))
EXACT = ("order", "direction", "method", "kci", "scenario")
BATCH = 500
LONGEST_COMMIT = 12 * instants.SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """What was dropped from a journal: how many lines, the newest one's number, and when it was
    noted.
    """

    count: int = 0
    last: int = 0
    until_wall: int = 0


def note(tx: Tx, supplier: str, exchange: Exchange) -> None:
    """Append one exchange."""
    note_all(tx, [(supplier, exchange)])


def act(tx: Tx, supplier: str, done: Act) -> None:
    """Append one act."""
    note_all(tx, [(supplier, done)])


def note_all(tx: Tx, noted: Sequence[tuple[str, JournalLine]]) -> None:
    """Append lines, each of one supplier."""
    rows = [{"supplier": name, "at_wall": tx.wall} | _row(line) for name, line in noted]
    tx.run_many(_NOTE, rows)
    for supplier, line in noted:
        tx.changed(supplier, line.order)


def _row(line: JournalLine) -> dict[str, Any]:
    """A line's own columns, every one of them: the rows of one INSERT have the same columns."""
    row = {name: getattr(line, name) for name in ("at", "direction", "order", "kci", "scenario")}
    if isinstance(line, Act):
        act = {name: getattr(line, name) for name in _ACT}
        return row | _EMPTY | {"act": act}
    return row | {
        "method": line.method,
        "path": line.path,
        "request": line.request,
        "response": line.response,
        "reasons": list(line.reasons),
        "findings": [finding.as_json() for finding in line.findings],
        "took": line.took,
        "act": None,
    }


def page(
    tx: Tx,
    supplier: str,
    *,
    limit: int = 100,
    after: int = 0,
    since: int | None = None,
    until: int | None = None,
    **exact: str,
) -> list[JournalLine]:
    """Lines in the order they were noted, from behind `after`; `since` and `until` (before it) are
    instants of the supplier.

    `exact`: order, direction, method, kci, scenario; an empty one is no filter.
    """
    statement = (
        sa.select(*_LINE)
        .where(journal.c.supplier == supplier, journal.c.id > after)
        .order_by(journal.c.id)
        .limit(limit)
    )
    statement = statement.where(journal.c.at >= since) if since is not None else statement
    statement = statement.where(journal.c.at < until) if until is not None else statement
    for name in EXACT:
        statement = (
            statement.where(journal.c[name] == exact[name]) if exact.get(name) else statement
        )
    return [_line(row._mapping) for row in tx.execute(statement)]


def every(store: Store, supplier: str, **filters: Any) -> Iterator[JournalLine]:
    """All lines that fit, read page by page, each page in a short transaction of its own."""
    after = filters.pop("after", 0)
    while True:
        with store.read() as tx:
            found = page(tx, supplier, after=after, limit=BATCH, **filters)
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1].id


class Tail:
    """The lines of a supplier's journal behind `after` as they are committed, each once. `exact` is
    as in `page`.

    On PostgreSQL a line may be committed after one with a higher number, so recent lines are read
    again.
    """

    def __init__(self, supplier: str, after: int = 0, **exact: str) -> None:
        self.supplier = supplier
        self.exact: dict[str, Any] = dict(exact)
        self.floor = after
        self.seen: set[int] = set()

    @classmethod
    def from_now(cls, tx: Tx, supplier: str, **exact: str) -> Tail:
        """The lines that this transaction does not see yet."""
        mine = (
            sa.select(journal.c.id)
            .where(journal.c.supplier == supplier)
            .order_by(journal.c.id.desc())
        )
        settled = tx.wall - (0 if tx.is_sqlite else LONGEST_COMMIT)
        tail = cls(
            supplier,
            tx.execute(mine.where(journal.c.at_wall <= settled).limit(1)).scalar_one_or_none() or 0,
            **exact,
        )
        tail.seen = {row.id for row in tx.execute(mine.where(journal.c.id > tail.floor))}
        return tail

    def new(self, tx: Tx) -> list[JournalLine]:
        """The lines that were committed since the last call."""
        fresh: list[JournalLine] = []
        last, settled = self.floor, tx.wall - (0 if tx.is_sqlite else LONGEST_COMMIT)
        while found := page(tx, self.supplier, after=last, limit=BATCH, **self.exact):
            fresh += [line for line in found if line.id not in self.seen]
            self.seen.update(line.id for line in found)
            last = found[-1].id
            self.floor = max(
                (line.id for line in found if line.at_wall <= settled),
                default=self.floor,
            )
        self.seen = {line for line in self.seen if line > self.floor}
        return fresh


def last_id(tx: Tx) -> int:
    """The newest line's number, 0 for none."""
    return int(tx.execute(sa.select(sa.func.max(journal.c.id))).scalar_one() or 0)


def last_outward(tx: Tx, supplier: str) -> Exchange | None:
    """The newest exchange with the gateway."""
    where = (journal.c.supplier == supplier, journal.c.direction == "out")
    row = tx.execute(
        sa.select(*_LINE).where(*where).order_by(journal.c.id.desc()).limit(1)
    ).one_or_none()
    return _exchange(row._mapping) if row else None


def kcis_since(tx: Tx, supplier: str, line: int) -> dict[str, int]:
    """The KCIs whose turn it was after a line of the journal, in order, each with the number of its
    posts: it was posted, could not happen, or was not wanted. What an operator did does not count.
    """
    where = (journal.c.supplier == supplier, journal.c.id > line, journal.c.kci != "")
    rows = tx.execute(sa.select(journal.c.kci, journal.c.act).where(*where).order_by(journal.c.id))
    posts: dict[str, int] = {}
    for row in rows:
        if row.act is None or row.act["by"] != "operator":
            posts[row.kci] = posts.get(row.kci, 0) + (row.act is None)
    return posts


# ---- its bounds


def what_was_dropped(tx: Tx, supplier: str) -> Dropped:
    """What was dropped from a supplier's journal."""
    row = tx.execute(sa.select(dropped).where(dropped.c.supplier == supplier)).one_or_none()
    return (
        Dropped(count=row._mapping["count"], last=row.last, until_wall=row.until_wall)
        if row
        else Dropped()
    )


def suppliers_of(tx: Tx) -> list[str]:
    """The suppliers that have a journal."""
    return [row.supplier for row in tx.execute(sa.select(journal.c.supplier).distinct())]


def edge(tx: Tx, supplier: str, most: int) -> int:
    """The newest line that is one too many, 0 for none."""
    return int(tx.execute(_BEHIND, {"s": supplier, "most": most}).scalar_one_or_none() or 0)


def drop(tx: Tx, supplier: str, *, edge: int, before_wall: int) -> int:
    """Drop the oldest lines up to `edge`, and those noted before a moment; at most `BATCH` at once.
    Returns how many.
    """
    gone = [
        row
        for row in tx.execute(_OLDEST.limit(BATCH), {"s": supplier})
        if row.id <= edge or row.at_wall < before_wall
    ]
    if not gone:
        return 0
    tx.exclusive(dropped)  # another host may do the same now
    deleted = int(tx.execute(_DROP, {"s": supplier, "last": gone[-1].id}).rowcount)
    if not deleted:
        return 0
    known = what_was_dropped(tx, supplier)
    now = replace(known, count=known.count + deleted, last=gone[-1].id, until_wall=gone[-1].at_wall)
    tx.execute(sa.delete(dropped).where(dropped.c.supplier == supplier))
    tx.execute(
        sa.insert(dropped).values(
            supplier=supplier, count=now.count, last=now.last, until_wall=now.until_wall
        )
    )
    return deleted


def _line(row: Mapping[Any, Any]) -> JournalLine:
    return _exchange(row) if row["act"] is None else _act(row)


def _act(row: Mapping[Any, Any]) -> Act:
    shared = {name: row[name] for name in ("at", "order", "kci", "scenario", "at_wall", "id")}
    return Act(**shared, **row["act"])


def _exchange(row: Mapping[Any, Any]) -> Exchange:
    members = dict(row)
    del members["act"]
    findings = tuple(Finding(**finding) for finding in members["findings"])
    return Exchange(**{**members, "reasons": tuple(members["reasons"]), "findings": findings})
