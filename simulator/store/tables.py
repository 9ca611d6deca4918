"""The tables, one definition for SQLite and PostgreSQL. Instants are integer microseconds; JSON is
text, written by us. An index costs every order a page of the write-ahead log: the fewer, the
better. A small table without a rowid is its own index.

`lanes` is what senders claim and what an amendment locks: one row for each order, with one `wake`
in wall time and one partial index. The index begins with the supplier, so that lanes of a gateway
that is down are not read again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from simulator.formats import strict_json
from simulator.model import OPEN

SCHEMA_VERSION = 8
p = sa.bindparam
"""Statements that run for every order are built once, with `p(...)` for what varies: building one
takes longer than running it.
"""

metadata = sa.MetaData()


class Json(sa.types.TypeDecorator[Any]):
    """A JSON value as text, so that both databases keep the order of its members."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else strict_json.dumps(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else strict_json.loads_written(value)


def one_of(column: sa.Column[str], states: Iterable[StrEnum]) -> sa.ColumnElement[bool]:
    """A condition with the states written into the statement, so that a partial index fits it."""
    return column.in_([sa.literal_column(f"'{state}'") for state in states])


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **options)


def _instant(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, **options)


def _partial_index(
    name: str, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool], unique: bool = False
) -> None:
    """Add an index of some rows. `postgresql_where` is set when the index is made there, because it
    makes SQLAlchemy import that dialect: 20 ms and 2 MB of a start on SQLite.
    """
    index = sa.Index(name, *columns, unique=unique, sqlite_where=where)

    @sa.event.listens_for(index, "before_create")
    def know_postgresql(_: Any, connection: sa.Connection, **__: Any) -> None:
        if connection.dialect.name == "postgresql":
            index.dialect_kwargs["postgresql_where"] = where


meta = sa.Table("meta", metadata, _text("key", primary_key=True), _text("value"))

clocks = sa.Table(
    "clocks",
    metadata,
    _text("supplier", primary_key=True),
    _text("mode"),
    sa.Column("rate", sa.Float, nullable=False),
    _instant("anchor", nullable=False),
    _instant("anchor_wall", nullable=False),
    _text("advancing", server_default=""),
    _instant("advancing_until"),
)

suppliers = sa.Table(
    "suppliers",
    metadata,
    _text("name", primary_key=True),
    _text("edition"),
    sa.Column("settings", Json, nullable=False),
    _instant("made_wall", nullable=False),
    _text("standing"),
    _text("tenant"),
    _text("client"),
    sa.Index("suppliers_called", "standing", "tenant"),
    sa.Index("suppliers_client", "standing", "client"),
)

editions = sa.Table(
    "editions",
    metadata,
    _text("digest", primary_key=True),
    _text("name"),
    _text("dialect"),
    _text("source"),
)

orders = sa.Table(
    "orders",
    metadata,
    _text("id", primary_key=True),
    _text("supplier"),
    _text("tenant"),
    _text("ref"),
    _text("number"),
    _text("operation"),
    _text("status"),
    sa.Column("before", Json, nullable=False),
    sa.Column("memo", Json, nullable=False),
    sa.Column("marks", Json, nullable=False),
    sa.Column("used", Json, nullable=False),
    sa.Column("document", Json, nullable=False),
    _text("scenario"),
    _text("digest"),
    _text("seed_key"),
    _text("request_id"),
    _text("conversation_id"),
    _instant("received_at", nullable=False),
    _instant("updated_at", nullable=False),
    _text("begun_by", server_default=""),
    # not unique: a contract may allow a reference twice. A repeat is found by its request.
    sa.Index("orders_ref", "supplier", "tenant", "ref"),
    sa.Index("orders_number", "supplier", "number"),
    sa.Index("orders_page", "supplier", "received_at", "id"),
)

_is_begun = orders.c.begun_by != sa.literal_column("''")
_partial_index("orders_begun", orders.c.begun_by, where=_is_begun)

requests = sa.Table(
    "requests",
    metadata,
    _text("order", primary_key=True),
    _text("id", primary_key=True),
    _text("supplier"),
    _text("action"),
    _text("operation"),
    _text("tenant"),
    _text("ref"),
    _text("fingerprint"),
    _text("number"),
    _text("status"),
    sa.Column("document", Json, nullable=False),
    sa.Column("params", Json, nullable=False),
    sa.Column("answer", Json, nullable=False),
    _instant("received_at", nullable=False),
    sa.UniqueConstraint("supplier", "action", "tenant", "ref"),
)

seed_keys = sa.Table(
    "seed_keys",
    metadata,
    _text("supplier", primary_key=True),
    _text("key", primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

lanes = sa.Table(
    "lanes",
    metadata,
    _text("order", primary_key=True),
    _text("supplier"),
    _text("state"),
    _instant("due"),
    _instant("wake"),
    # since when no KCI of the order is open; null while one is, and while the lane is parked
    _instant("rested_wall"),
    _text("owner"),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("next_sequence", sa.Integer, nullable=False),
    sa.Column("next_position", sa.Integer, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
_awake = lanes.c.wake.is_not(None)
_partial_index("lanes_wake", lanes.c.supplier, lanes.c.wake, lanes.c.due, where=_awake)
sa.Index("lanes_state", lanes.c.supplier, lanes.c.state, lanes.c.due, lanes.c.rested_wall)

kcis = sa.Table(
    "kcis",
    metadata,
    _text("id", primary_key=True),
    _text("order"),
    _text("supplier"),
    _text("request"),
    sa.Column("position", sa.Integer, nullable=False),
    _instant("due_at", nullable=False),
    _text("send"),
    # what else the step says: a new key of steps needs no new column
    sa.Column("step", Json, nullable=False),
    _text("state"),
    sa.Column("sequence", sa.Integer),
    _instant("issued_at"),
    sa.Column("body", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last", Json),
    _text("signal"),
    _instant("signal_at"),
    sa.UniqueConstraint("order", "position"),
)
_has_number = kcis.c.sequence.is_not(None)
_partial_index("kcis_sequence", kcis.c.order, kcis.c.sequence, where=_has_number, unique=True)
is_open = one_of(kcis.c.state, OPEN)
_partial_index("kcis_open", kcis.c.order, kcis.c.due_at, kcis.c.position, where=is_open)
sa.Index("kcis_state", kcis.c.supplier, kcis.c.state, kcis.c.due_at, kcis.c.id)
sa.Index("kcis_page", kcis.c.supplier, kcis.c.due_at, kcis.c.id)

gateway_states = sa.Table(
    "gateway_states",
    metadata,
    _text("supplier", primary_key=True),
    _text("state"),
    _text("reason"),
    _instant("since_wall", nullable=False),
    _instant("until_wall"),
    _instant("until"),
    sa.Column("good", sa.Integer, nullable=False),
    _instant("slot_wall", nullable=False),
)

senders = sa.Table(
    "senders",
    metadata,
    _text("id", primary_key=True),
    _text("host"),
    sa.Column("pid", sa.Integer, nullable=False),
    _text("version"),
    _instant("started_wall", nullable=False),
    _instant("beat_wall", nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    _text("supplier"),
    _instant("at", nullable=False),
    _instant("at_wall", nullable=False),
    _text("direction"),
    _text("order"),
    _text("kci"),
    _text("method"),
    _text("path"),
    sa.Column("request", Json, nullable=False),
    sa.Column("response", Json, nullable=False),
    _text("scenario"),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("findings", Json, nullable=False),
    _instant("took", nullable=False),
    # null for an exchange
    sa.Column("act", Json),
    sa.Index("journal_order", "supplier", "order", "id"),
    sa.Index("journal_page", "supplier", "id"),
    # a number is never given twice, even when the newest lines are deleted with their supplier
    sqlite_autoincrement=True,
)

dropped = sa.Table(
    "dropped",
    metadata,
    _text("supplier", primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    _instant("last", nullable=False),
    _instant("until_wall", nullable=False),
)
"""How many lines were dropped from a supplier's journal; the newest one's number and moment."""

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _text("supplier"),
    _text("scenario"),
    sa.Column("times", sa.Integer),
    sa.Column("when", Json, nullable=False),
    sqlite_autoincrement=True,
)

uploads = sa.Table(
    "uploads",
    metadata,
    _text("supplier", primary_key=True),
    _text("name", primary_key=True),
    _text("digest"),
    _text("source"),
    sa.Column("number", sa.Integer, nullable=False, server_default="0"),
)

repeats = sa.Table(
    "repeats",
    metadata,
    _text("supplier", primary_key=True),
    _text("action", primary_key=True),
    _text("tenant", primary_key=True),
    _text("ref", primary_key=True),
    _text("scenario"),
    sa.Column("count", sa.Integer, nullable=False),
    _instant("at_wall", nullable=False, server_default="0"),
    sa.Index("repeats_age", "supplier", "at_wall"),
    sqlite_with_rowid=False,
)

received = sa.Table(
    "received",
    metadata,
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    _text("supplier"),
    _instant("at_wall", nullable=False),
    _text("order"),
    # the KCI's own id; null for a request that was refused
    sa.Column("message", sa.Text),
    sa.Column("headers", Json, nullable=False),
    sa.Column("body", Json),
    sa.Column("code", sa.Integer, nullable=False),
    sa.Column("findings", Json, nullable=False),
    sa.Index("received_order", "supplier", "order", "id"),
    sa.Index("received_message", "supplier", "order", "message", "id"),
    sqlite_autoincrement=True,
)
"""What the pretend gateways got."""

received_orders = sa.Table(
    "received_orders",
    metadata,
    _text("supplier", primary_key=True),
    _text("order", primary_key=True),
    sa.Column("highest", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The highest number among an order's KCIs, as its pretend gateway knows it. The row of the order
'' says that orders were forgotten.
"""


def row_of(thing: Any) -> dict[str, Any]:
    """The members of one of `model`'s types as a row."""
    return {name: getattr(thing, name) for name in thing.__slots__}


PER_SUPPLIER = (
    orders,
    requests,
    seed_keys,
    lanes,
    kcis,
    gateway_states,
    journal,
    dropped,
    pins,
    repeats,
)
