"""The schema of a store: made once, brought up from an older version, refused when it is another's.

All in one transaction, which only one process of all that open the store runs at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import sqlalchemy as sa

from simulator.base import seed
from simulator.base.errors import Unavailable
from simulator.store import tables

log = logging.getLogger("simulator.store")


def prepare(connection: sa.Connection, shown: str) -> None:
    """Make the tables, or bring them up to this version. Unavailable (`shown` is the store's name)
    where that cannot be.
    """
    there = set(sa.inspect(connection).get_table_names())
    if "meta" in there:
        _bring_up(connection, shown)
    elif strange := sorted(there & set(tables.metadata.tables)):
        raise Unavailable(
            f"{shown} has tables that are not ours ({', '.join(strange)}): name another file or database in store.url"
        )
    tables.metadata.create_all(connection)
    if "meta" not in there:
        first = {"schema": str(tables.SCHEMA_VERSION), "root": seed.unique()}
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
            f"{shown} has a table `meta` that is not ours: name another file or database in store.url"
        ) from None
    if version > tables.SCHEMA_VERSION:
        newer = f"{shown} was made by a newer version (schema {version}, this one knows {tables.SCHEMA_VERSION})"
        raise Unavailable(f"{newer}: use that version, or a new store")
    missing = [number for number in range(version, tables.SCHEMA_VERSION) if number not in STEPS]
    if missing:
        raise Unavailable(
            f"{shown} was made by a version too old to be brought up (schema {version}, the oldest is {min(STEPS)}): use a new store"
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
    """Lanes and KCIs are found by supplier first; senders are rows of their own and not one beat."""
    connection.execute(sa.text("DELETE FROM meta WHERE key = 'beat'"))
    for table, names in (
        (tables.lanes, ("lanes_wake",)),
        (tables.kcis, ("kcis_state", "kcis_page")),
    ):
        for index in table.indexes:
            if index.name in names:
                connection.execute(sa.text(f"DROP INDEX IF EXISTS {index.name}"))
                index.create(connection)


STEPS: dict[int, Callable[[sa.Connection], None]] = {3: _from_3}
"""What brings a schema up to the next one, by its number. A step names what it changes; it may lean
on nothing that a later one moves.
"""
