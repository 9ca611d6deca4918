"""The schema of a store: made once, brought up from an older version, or refused.

All of this happens in one transaction, and in one process at a time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from simulator.base import clock, seed
from simulator.base.errors import Unavailable
from simulator.formats import strict_json
from simulator.model import LEGACY
from simulator.store import tables

log = logging.getLogger("simulator.store")


def prepare(connection: sa.Connection, shown: str) -> None:
    """Make the tables, or bring them up to this version. Unavailable when that is not possible;
    `shown` is the store's name in its message.
    """
    there = set(sa.inspect(connection).get_table_names())
    if "meta" in there:
        _bring_up(connection, shown)
    elif strange := sorted(there & set(tables.metadata.tables)):
        raise Unavailable(
            f"{shown} has tables that are not ours ({', '.join(strange)}):"
            " name another file or database in store.url"
        )
    tables.metadata.create_all(connection)
    if "meta" not in there:
        first = {"schema": str(tables.SCHEMA_VERSION), "root": seed.secret()}
        connection.execute(
            sa.insert(tables.meta), [{"key": key, "value": value} for key, value in first.items()]
        )


def _bring_up(connection: sa.Connection, shown: str) -> None:
    try:
        known = {
            key: value
            for key, value in connection.execute(sa.select(tables.meta.c.key, tables.meta.c.value))
        }
        version = int(known["schema"])
    except (sa.exc.DBAPIError, KeyError, ValueError):
        raise Unavailable(
            f"{shown} has a table `meta` that is not ours:"
            " name another file or database in store.url"
        ) from None
    if version > tables.SCHEMA_VERSION:
        raise Unavailable(
            f"{shown} was made by a newer version (schema {version}, this one knows"
            f" {tables.SCHEMA_VERSION}): use that version, or a new store"
        )
    missing = [number for number in range(version, tables.SCHEMA_VERSION) if number not in STEPS]
    if missing:
        raise Unavailable(
            f"{shown} was made by a version too old to be brought up (schema {version},"
            f" the oldest is {min(STEPS)}): use a new store"
        )
    for number in range(version, tables.SCHEMA_VERSION):
        STEPS[number](connection)
        log.warning("%s was brought up from schema %d to %d", shown, number, number + 1)
    if version != tables.SCHEMA_VERSION:
        connection.execute(
            sa.update(tables.meta)
            .where(tables.meta.c.key == "schema")
            .values(value=str(tables.SCHEMA_VERSION))
        )


def _from_3(connection: sa.Connection) -> None:
    """Lanes and KCIs are found by supplier first. Each sender has a row."""
    connection.execute(sa.text("DELETE FROM meta WHERE key = 'beat'"))
    for table, names in (
        (tables.lanes, ("lanes_wake",)),
        (tables.kcis, ("kcis_state", "kcis_page")),
    ):
        for index in table.indexes:
            if index.name in names:
                connection.execute(sa.text(f"DROP INDEX IF EXISTS {index.name}"))
                index.create(connection)


def _from_4(connection: sa.Connection) -> None:
    """A KCI's step is one column, and `holds` is renamed. Findings are records, and an act has a
    column of its own. The pretend gateways' list is asked by order. A value of `delivery.retry_on`
    has another name. Uploaded scenarios are numbered.
    """
    _gateway_states_of_4(connection)
    _steps_of_4(connection)
    connection.execute(sa.text("ALTER TABLE journal ADD COLUMN act TEXT"))
    connection.execute(sa.text("ALTER TABLE uploads ADD COLUMN number INTEGER NOT NULL DEFAULT 0"))
    connection.execute(sa.text(_RETRY_ON_OF_4))
    _received_of_4(connection)
    for table in ("journal", "received"):
        _records_of_4(connection, table)


def _gateway_states_of_4(connection: sa.Connection) -> None:
    there = sa.inspect(connection).get_table_names()
    if "holds" in there:
        connection.execute(sa.text("ALTER TABLE holds RENAME TO gateway_states"))
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER INDEX holds_pkey RENAME TO gateway_states_pkey"))


def _steps_of_4(connection: sa.Connection) -> None:
    for statement in _STEP_4:
        connection.execute(sa.text(statement))
    rows = connection.execute(
        sa.text('SELECT DISTINCT status, mark, "set", fields, illegal FROM kcis')
    )
    known = [{**row._mapping, "step": _step_of_4(row)} for row in rows]
    if known:
        connection.execute(sa.text(_KNOWN_STEP_4), known)
        connection.execute(sa.text(_SET_STEP_4))
    connection.execute(sa.text("DROP TABLE steps_of_4"))
    for name in ("status", "mark", '"set"', "fields", "illegal"):
        connection.execute(sa.text(f"ALTER TABLE kcis DROP COLUMN {name}"))


_STEP_4 = (
    "ALTER TABLE kcis RENAME COLUMN gate TO signal",
    "ALTER TABLE kcis RENAME COLUMN gate_at TO signal_at",
    "ALTER TABLE kcis ADD COLUMN step TEXT NOT NULL DEFAULT '{}'",
    """CREATE TEMPORARY TABLE steps_of_4
       (status TEXT, mark TEXT, "set" TEXT, fields TEXT, illegal BOOLEAN, step TEXT)""",
)
_KNOWN_STEP_4 = "INSERT INTO steps_of_4 VALUES (:status, :mark, :set, :fields, :illegal, :step)"
_SET_STEP_4 = (
    "UPDATE kcis SET step = known.step FROM steps_of_4 AS known WHERE kcis.status = known.status"
    ' AND kcis.mark = known.mark AND kcis."set" = known."set" AND kcis.fields = known.fields'
    " AND kcis.illegal = known.illegal"
)
"""Many KCIs share few steps: each different one is read once, whatever the size of the outbox."""


def _step_of_4(row: Any) -> str:
    step = {
        "status": row.status,
        "mark": row.mark,
        "set": json.loads(row.set),
        "fields": json.loads(row.fields),
        "illegal": bool(row.illegal),
    }
    return strict_json.dumps({name: value for name, value in step.items() if value})


def _records_of_4(connection: sa.Connection, table: str) -> None:
    """Findings were sentences; those of a line of the journal without a method were an act's."""
    acts = table == "journal"
    without_method = " OR method = ''" if acts else ""
    chosen = f"SELECT id, findings{', method' if acts else ''} FROM {table}"
    rows = connection.execute(sa.text(f"{chosen} WHERE findings <> '[]'{without_method}")).all()
    said = [(row.id, json.loads(row.findings), acts and not row.method) for row in rows]
    findings = [
        {
            "line": line,
            "text": strict_json.dumps([LEGACY.finding(text).as_json() for text in texts]),
        }
        for line, texts, is_act in said
        if not is_act
    ]
    done = [
        {"line": line, "text": strict_json.dumps(_act_of_4(texts))}
        for line, texts, is_act in said
        if is_act
    ]
    if findings:
        connection.execute(
            sa.text(f"UPDATE {table} SET findings = :text WHERE id = :line"), findings
        )
    if done:
        change = "UPDATE journal SET act = :text, findings = '[]', direction = 'act'"
        connection.execute(sa.text(f"{change} WHERE id = :line"), done)


def _received_of_4(connection: sa.Connection) -> None:
    """Of what an older version kept, the number of different KCIs of an order counts as its highest
    number.
    """
    for statement in _RECEIVED_OF_4:
        connection.execute(sa.text(statement))


_RETRY_ON_OF_4 = (
    "UPDATE suppliers SET settings ="
    """ replace(settings, '"retry_on":"weather"', '"retry_on":"temporary"')"""
)
_RECEIVED_OF_4 = (
    "ALTER TABLE received ADD COLUMN message TEXT",
    'CREATE INDEX received_message ON received (supplier, "order", message, id)',
    """CREATE TABLE received_orders (supplier TEXT NOT NULL, "order" TEXT NOT NULL,
        highest BIGINT NOT NULL, PRIMARY KEY (supplier, "order"))""",
    """INSERT INTO received_orders SELECT supplier, "order", count(DISTINCT body) FROM received
        WHERE body IS NOT NULL GROUP BY "order", supplier""",
)


def _act_of_4(texts: list[str]) -> dict[str, Any]:
    message = "; ".join(texts)
    starts = {"an operator's": "operator", "begun by the supplier": "supplier"}
    by = next((by for start, by in starts.items() if message.startswith(start)), "sender")
    return {"what": LEGACY.id, "by": by, "message": message}


def _from_5(connection: sa.Connection) -> None:
    """Each lane says since when its order is at rest; in an older store that is the moment of this
    step, in the sequence of arrival. Counted repeats have an age. A pretend gateway forgets orders
    of which its list has nothing any more.

    And there are fewer indexes: a request is found by its order first, a KCI without a number is
    not in the index of numbers, and small tables of SQLite have no rowid.
    """
    now = clock.wall()
    for statement in _STEP_5:
        connection.execute(sa.text(statement), {"now": now} if ":now" in statement else {})
    if connection.dialect.name == "postgresql":
        for statement in _KEYS_OF_5:
            connection.execute(sa.text(statement))
        _index_of_6().create(connection)
    else:
        for table in _REBUILT_OF_5:
            _rebuild(connection, table)


_STEP_5 = (
    "ALTER TABLE lanes ADD COLUMN rested_wall BIGINT",
    """UPDATE lanes SET rested_wall = :now - known.place
       FROM (SELECT id, row_number() OVER (ORDER BY received_at DESC, id) AS place FROM orders)
       AS known WHERE known.id = lanes."order" AND lanes.state = 'idle' AND NOT EXISTS (
       SELECT 1 FROM kcis WHERE kcis."order" = lanes."order"
       AND kcis.state IN ('waiting', 'attempted', 'paused'))""",
    "DROP INDEX IF EXISTS lanes_due",
    "CREATE INDEX lanes_state ON lanes (supplier, state, due, rested_wall)",
    "ALTER TABLE repeats ADD COLUMN at_wall BIGINT NOT NULL DEFAULT 0",
    "UPDATE repeats SET at_wall = :now",
    "CREATE INDEX repeats_age ON repeats (supplier, at_wall)",
    """INSERT INTO received_orders SELECT DISTINCT supplier, '', 0 FROM received_orders AS kept
       WHERE NOT EXISTS (SELECT 1 FROM received WHERE received.supplier = kept.supplier
       AND received."order" = kept."order")""",
    """DELETE FROM received_orders WHERE "order" <> '' AND NOT EXISTS (SELECT 1 FROM received
       WHERE received.supplier = received_orders.supplier
       AND received."order" = received_orders."order")""",
)
_KEYS_OF_5 = (
    'ALTER TABLE requests DROP CONSTRAINT requests_pkey, ADD PRIMARY KEY ("order", id)',
    "DROP INDEX requests_order",
    "ALTER TABLE kcis DROP CONSTRAINT kcis_order_sequence_key",
)
_REBUILT_OF_5 = (
    tables.requests,
    tables.kcis,
    tables.seed_keys,
    tables.repeats,
    tables.received_orders,
)


def _index_of_6() -> sa.Index:
    return next(index for index in tables.kcis.indexes if index.name == "kcis_sequence")


def _rebuild(connection: sa.Connection, table: sa.Table) -> None:
    """Make a table of SQLite anew, with its rows: it cannot change a key in place."""
    old = f"{table.name}_before"
    for index in sa.inspect(connection).get_indexes(table.name):
        connection.execute(sa.text(f"DROP INDEX {index['name']}"))
    connection.execute(sa.text(f"ALTER TABLE {table.name} RENAME TO {old}"))
    table.create(connection)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.execute(sa.text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {old}"))
    connection.execute(sa.text(f"DROP TABLE {old}"))


def _from_6(connection: sa.Connection) -> None:
    """Each lane has a version, and on SQLite no rowid: one of schema 5 may have one."""
    added = "ALTER TABLE lanes ADD COLUMN version BIGINT NOT NULL DEFAULT 0"
    connection.execute(sa.text(added))
    if connection.dialect.name == "sqlite":
        _rebuild(connection, tables.lanes)


def _from_7(connection: sa.Connection) -> None:
    """A gateway state may end at a moment of supplier time, and an order knows which order began
    it. A store of schema 3 has no gateway states yet.
    """
    if sa.inspect(connection).has_table("gateway_states"):
        connection.execute(sa.text("ALTER TABLE gateway_states ADD COLUMN until BIGINT"))
    connection.execute(sa.text("ALTER TABLE orders ADD COLUMN begun_by TEXT NOT NULL DEFAULT ''"))
    connection.execute(sa.text(_BEGUN_OF_7))


_BEGUN_OF_7 = "CREATE INDEX orders_begun ON orders (begun_by) WHERE begun_by <> ''"

STEPS: dict[int, Callable[[sa.Connection], None]] = {
    3: _from_3,
    4: _from_4,
    5: _from_5,
    6: _from_6,
    7: _from_7,
}
"""What brings a schema up to the next one, by its number. A step names what it changes, and uses
nothing that a later step changes.
"""
