"""A store of another version, of another application, broken, or out of reach: brought up, or
refused in one line that says what to do.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from simulator.base.errors import Unavailable
from simulator.config import Config
from simulator.model import Act, Exchange, Step
from simulator.store import (
    Store,
    gateway_states,
    journal,
    lanes,
    orders,
    outbox,
    received,
    senders,
    suppliers,
)
from simulator.store.connecting import check_sqlite
from simulator.store.tables import SCHEMA_VERSION, metadata
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.dialects.mef import Buyer
from tests.receiver import Receiver
from tests.store.test_store import place

DATA = Path(__file__).parent / "data"
"""What older versions left behind.

Schema 3: two orders of a supplier with a manual clock, none of their KCIs sent. Schema 4 (commit
5ae22ea, a dump of each database): a stopped gateway; orders whose KCIs wait, were delivered, were
given up, are tried again, wait for a signal, and are paused by a Buyer's hold.
"""


BEGUN = ("DROP INDEX orders_begun", "ALTER TABLE orders DROP COLUMN begun_by")
SINCE_7 = (*BEGUN, "ALTER TABLE gateway_states DROP COLUMN until")


def old_store(path: Path, dump: str = "store-3.sql") -> str:
    with sqlite3.connect(path) as connection:
        connection.executescript((DATA / dump).read_text())
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind without any tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


def restore_4(url: str) -> None:
    """Fill a fresh database with what schema 4 left behind."""
    if url.startswith("sqlite"):
        old_store(Path(url.removeprefix("sqlite:///")), "store-4.sql")
        return
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql((DATA / "store-4.postgresql.sql").read_text())
    engine.dispose()


def schema_of(url: str) -> tuple[dict[str, set[str]], dict[str, set[str]], str]:
    """The columns of every table and of every index, and the version that the store says it has."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        look = sa.inspect(connection)
        columns = {
            table: {f"{column['name']} {column['nullable']}" for column in look.get_columns(table)}
            for table in look.get_table_names()
        }
        found = {
            str(index["name"]): {str(name) for name in index["column_names"]}
            for table in metadata.tables
            for index in look.get_indexes(table)
            if index["name"] in {ours.name for ours in metadata.tables[table].indexes}
        }
        version = connection.execute(
            sa.text("SELECT value FROM meta WHERE key = 'schema'")
        ).scalar_one()
    engine.dispose()
    return columns, found, str(version)


def test_an_older_store_is_brought_up_and_its_orders_go_on(
    make_config: Callable[..., Config], receiver: Receiver, tmp_path: Path
) -> None:
    url = old_store(tmp_path / "old.db")
    with (
        Embedded(make_config(store={"url": url}, gateway={"url": receiver.url})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.advance()
        assert {order["status"] for order in gateway.admin("GET", "/orders")["items"]} == {
            "COMPLETED"
        }
    assert sorted(arrival.body["sequenceNumber"] for arrival in receiver.arrivals) == [
        1,
        1,
        2,
        2,
        3,
        3,
    ]
    fresh = Store(f"sqlite:///{tmp_path}/fresh.db")
    fresh.close()
    assert schema_of(url) == schema_of(f"sqlite:///{tmp_path}/fresh.db")


def note_sentences(connection: sa.Connection) -> None:
    """Lines of a supplier `old` as versions before schema 5 kept them: findings are sentences, and
    an act is an exchange without a method.
    """
    line = """INSERT INTO journal (supplier, at, at_wall, direction, "order", kci, method, path,
        request, response, scenario, reasons, findings, took) VALUES ('old', 7, 7, :direction, 'o',
        '', :method, '/p', '{}', '{}', 'S', '[]', :findings, 3)"""
    for direction, method, findings in (
        ("in", "POST", '["unknown member a","unknown member b"]'),
        ("out", "POST", "[]"),
        ("act", "", '["an operator\'s skip of A"]'),
        ("act", "", '["begun by the supplier: cease of T"]'),
        ("act", "", '["the gateway works again"]'),
        ("out", "", '["A: division by zero"]'),
    ):
        members = {"direction": direction, "method": method, "findings": findings}
        connection.execute(sa.text(line), members)
    row = """INSERT INTO received (supplier, at_wall, "order", headers, body, code, findings)
        VALUES ('old', 7, '', '{}', NULL, 400, '["id: is required"]')"""
    connection.execute(sa.text(row.replace(":", "\\:")))
    row = """INSERT INTO received (supplier, at_wall, "order", headers, body, code, findings)
        VALUES ('old', 7, 'T/1', '{}', :body, 204, '[]')"""
    settings = '{"name":"made","delivery":{"retry_on":"weather"}}'
    connection.execute(
        sa.text("INSERT INTO suppliers VALUES ('made', 'e', :settings, 1, '', '', '')"),
        {"settings": settings},
    )
    connection.execute(sa.text(row), [{"body": f'{{"n":{number}}}'} for number in (1, 2, 2, 3)])


def check_records(store: Store) -> None:
    """The lines of `note_sentences` are records now."""
    with store.read() as tx:
        lines = journal.page(tx, "old")
        kept, *_ = received.page(tx, "old")
    exchanges = [line for line in lines if isinstance(line, Exchange)]
    assert [line.direction for line in exchanges] == ["in", "out"]
    asked, answered = (line.findings for line in exchanges)
    assert [finding.message for finding in asked] == ["unknown member a", "unknown member b"]
    assert {(finding.rule, finding.severity) for finding in asked} == {("legacy", "note")}
    assert answered == ()
    acts = [(line.what, line.by, line.message) for line in lines if isinstance(line, Act)]
    assert acts == [
        ("legacy", "operator", "an operator's skip of A"),
        ("legacy", "supplier", "begun by the supplier: cease of T"),
        ("legacy", "sender", "the gateway works again"),
        ("legacy", "sender", "A: division by zero"),
    ]
    with store.read() as tx:
        assert [line.id for line in journal.page(tx, "old", direction="act")] == [
            line.id for line in lines if isinstance(line, Act)
        ]
    assert [finding["message"] for finding in kept["findings"]] == ["id: is required"]
    with store.write() as tx:
        (made,) = suppliers.every(tx)
        assert made.settings == {"name": "made", "delivery": {"retry_on": "temporary"}}
        assert received.highest(tx, "old", "T/1") == 3, "the next number is no gap"


def test_sentences_of_an_older_store_become_records(tmp_path: Path) -> None:
    url = old_store(tmp_path / "old.db")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        note_sentences(connection)
    engine.dispose()
    store = Store(url)
    check_records(store)
    store.close()


def test_a_store_of_schema_4_is_brought_up_and_sends_what_waits_in_order(
    empty_url: str, make_config: Callable[..., Config], receiver: Receiver, tmp_path: Path
) -> None:
    restore_4(empty_url)
    gateway_settings = {"url": receiver.url, "auth": {"kind": "none"}}
    suppliers = [
        {"name": "default", "path": "/"},
        {"name": "mef", "path": "/mef", "dialect": "mef"},
    ]
    config = make_config(store={"url": empty_url}, gateway=gateway_settings, suppliers=suppliers)
    with (
        Embedded(config) as simulator,
        Gateway(simulator.url) as gateway,
        Buyer(simulator.url) as buyer,
    ):
        assert gateway.admin("GET", "/gateway")["state"] == "stopped"
        on_signal = gateway.order({"id": 4104})["id"]
        items = gateway.admin("GET", f"/kcis?order={on_signal}")["items"]
        assert [kci["waits_for"] for kci in items] == [None, "survey", "install"]
        gateway.admin("POST", f"/orders/{gateway.order({'id': 4102})['id']}/resume")
        gateway.admin("POST", "/gateway/resume")
        for signal in ("survey", "install"):
            gateway.admin("POST", f"/orders/{on_signal}/signals/{signal}")
            gateway.advance("1h")
        gateway.advance()
        assert buyer.act({"id": "ORD-CC-12345"}, "release").ok
        buyer.advance()
        ends = {order["status"] for order in gateway.admin("GET", "/orders")["items"]}
        assert ends == {"COMPLETED"} and buyer.status({"id": "ORD-CC-12345"}) == "COMPLETED"
    ours = [arrival for arrival in receiver.arrivals if b"reasonCode" in arrival.raw]
    sent = {
        order: [(body["sequenceNumber"], body["reasonCode"]) for body in bodies]
        for order, bodies in Receiver(arrivals=ours).by_order().items()
    }
    last_two = [(2, "COMMITTED"), (3, "COMPLETED")]
    assert sent == {
        4101: [(2, "COMMITTED"), (3, "DELAY"), (4, "RESUMED"), (5, "COMPLETED")],
        4102: last_two,
        4103: [(1, "ACKNOWLEDGED"), *last_two],
        4104: last_two,
        4105: [(2, "COMMITTED"), (3, "UPDATE"), (4, "COMPLETED")],
    }
    update = Receiver(arrivals=ours).by_order()[4105][1]
    assert update["text"] == "Grüße 4105" and "problemCode" not in update
    assert update["provideServiceOrder"]["notes"] == 'it\'s TENANT1 "here"'
    theirs = [arrival.body for arrival in receiver.arrivals if arrival not in ours]
    assert [body["notificationType"] for body in theirs] == ["CONFIRMATION", "COMPLETION"]
    store = Store(empty_url)
    with store.read() as tx:
        own = orders.by_ref(tx, "default", "TENANT1", "4105")
        steps = [kci.step for kci in outbox.all_of(tx, own.id)] if own else []
    store.close()
    assert Step(mark="halfway") in steps and Step(status="IN_PROGRESS", illegal=True) in steps
    Store(f"sqlite:///{tmp_path}/fresh.db").close()
    assert schema_of(empty_url) == schema_of(f"sqlite:///{tmp_path}/fresh.db")


def test_a_store_of_schema_6_gets_versions_of_its_lanes(empty_url: str, tmp_path: Path) -> None:
    store = Store(empty_url)
    placed = store.run(lambda tx: place(tx, "1"))
    store.close()
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        for statement in ("ALTER TABLE lanes DROP COLUMN version", *SINCE_7):
            connection.execute(sa.text(statement))
        connection.execute(sa.text("UPDATE meta SET value = '6' WHERE key = 'schema'"))
    engine.dispose()
    store = Store(empty_url)
    assert store.run(lambda tx: lanes.lock(tx, placed.id)).version == 1
    store.close()
    Store(f"sqlite:///{tmp_path}/fresh.db").close()
    assert schema_of(empty_url) == schema_of(f"sqlite:///{tmp_path}/fresh.db")


def test_the_same_steps_work_on_postgresql(postgresql_url: str) -> None:
    Store(postgresql_url).close()
    wanted = schema_of(postgresql_url)
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE gateway_states",
            "ALTER TABLE kcis DROP COLUMN step",
            "ALTER TABLE kcis RENAME COLUMN signal TO gate",
            "ALTER TABLE kcis RENAME COLUMN signal_at TO gate_at",
            'ALTER TABLE kcis ADD status TEXT, ADD mark TEXT, ADD "set" TEXT, ADD fields TEXT',
            "ALTER TABLE kcis ADD illegal BOOLEAN",
            "DROP TABLE senders",
            "ALTER TABLE lanes DROP COLUMN rested_wall, DROP COLUMN version",
            *BEGUN,
            "CREATE INDEX lanes_due ON lanes (supplier, state, due)",
            "ALTER TABLE repeats DROP COLUMN at_wall",
            "DROP INDEX lanes_wake, kcis_page, kcis_state",
            "CREATE INDEX lanes_wake ON lanes (wake) WHERE wake IS NOT NULL",
            "CREATE INDEX kcis_state ON kcis (supplier, state, due_at)",
            "UPDATE meta SET value = '3' WHERE key = 'schema'",
            "INSERT INTO meta VALUES ('beat', '0')",
            "ALTER TABLE journal DROP COLUMN act",
            "ALTER TABLE received DROP COLUMN message",
            "ALTER TABLE uploads DROP COLUMN number",
            "DROP TABLE received_orders",
            "DROP INDEX kcis_sequence",
            'ALTER TABLE kcis ADD UNIQUE ("order", sequence)',
            "ALTER TABLE requests DROP CONSTRAINT requests_pkey, ADD PRIMARY KEY (id)",
            'CREATE INDEX requests_order ON requests ("order")',
        ):
            connection.execute(sa.text(statement))
        note_sentences(connection)
    engine.dispose()
    store = Store(postgresql_url)
    with store.write() as tx:
        assert (gateway_states.every(tx), senders.every(tx), lanes.pending(tx)) == ({}, [], {})
    check_records(store)
    store.close()
    assert schema_of(postgresql_url) == wanted


@pytest.mark.parametrize(
    ("version", "said"),
    [(SCHEMA_VERSION + 1, "newer version"), (1, "too old to be brought up"), ("x", "not ours")],
)
def test_other_versions_are_refused_and_left_alone(
    tmp_path: Path, version: object, said: str
) -> None:
    url = old_store(tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(version),))
    connection.close()
    before = (tmp_path / "old.db").read_bytes()
    with pytest.raises(Unavailable, match=said):
        Store(url)
    assert (tmp_path / "old.db").read_bytes()[100:] == before[100:], (
        "but for the header, where the journal's mode stands"
    )


def test_a_file_of_another_application_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "theirs.db") as connection:
        connection.execute("CREATE TABLE orders (number INTEGER)")
    connection.close()
    with pytest.raises(Unavailable, match="tables that are not ours \\(orders\\)"):
        Store(f"sqlite:///{tmp_path}/theirs.db")
    with sqlite3.connect(tmp_path / "theirs.db") as connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == [
            "orders"
        ]
    connection.close()


# ---- what an operator sees: one line, exit 2, no traceback


MORTAL = ["setpriv", "--bounding-set=-dac_override"] if os.getuid() == 0 else []
"""Root may write everywhere; without this he may not."""


def refused(url: str, tmp_path: Path) -> str:
    """What `simulator serve` says of a store that it cannot use."""
    command = [*MORTAL, sys.executable, "-m", "simulator", "serve", "--port", "0", "--store", url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert done.stdout == "" and done.stderr.count("\n") == 1, done.stderr
    return str(done.stderr)


@pytest.mark.slow
def test_a_store_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "garbled.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    (tmp_path / "text.db").write_text("not a database at all, but a page of text\n" * 100)
    said = {
        name: refused(f"sqlite:///{tmp_path}/{name}", tmp_path)
        for name in ("garbled.db", "text.db", "none/s.db")
    }
    assert all(name in line for name, line in said.items() if name != "none/s.db")
    assert "file is not a database" in said["text.db"] and "move it away" in said["text.db"]
    assert "move it away" in said["garbled.db"]
    assert "does not exist: make it, or change store.url" in said["none/s.db"]
    assert "is a folder" in refused(f"sqlite:///{tmp_path}", tmp_path)


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = Path(tmp_path) / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    line = refused(f"sqlite:///{folder}/s.db", tmp_path)
    assert str(folder) in line and "Permission denied: make the folder writable" in line
    Store(f"sqlite:///{tmp_path}/s.db").close()
    (tmp_path / "s.db").chmod(0o444)
    line = refused(f"sqlite:///{tmp_path}/s.db", tmp_path)
    assert "make the file and its folder writable" in line


def test_an_sqlite_that_is_too_old_is_named() -> None:
    with pytest.raises(Unavailable, match=r"SQLite 3\.30\.1 is too old, 3\.35\.5 is needed"):
        check_sqlite((3, 30, 1))


@pytest.mark.slow
def test_a_server_that_is_not_there_or_wants_another_password_is_named(
    tmp_path: Path, postgresql_server: str
) -> None:
    line = refused("postgresql://simulator:hidden@127.0.0.1:1/none", tmp_path)
    assert "hidden" not in line and "see that the server runs" in line
    line = refused(postgresql_server.format(database="none_such"), tmp_path)
    assert "none_such" in line and "see that" in line
