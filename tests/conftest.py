"""What the tests share: a simulator inside the process, a receiver that knows nothing of our code,
a real PostgreSQL.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import make_url

from simulator import config
from simulator.config import Config
from simulator.store import Store, received
from simulator.web import Embedded
from tests.receiver import Receiver

TENANT = "TENANT1"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that is there once the tests are collected is garbage: the collector looks at it
    seldom. Looking again and again took a tenth of the time of the whole run.

    `gc.freeze` would do more, but hides what Hypothesis (6.100) looks for among all objects.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


class Gateway:
    """The gateway's part: places, amends and cancels over HTTP, and asks the admin API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.serial = 4100

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def post(self, path: str, body: Any, /, **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.http.post(
            self.url + path, data=data, headers=self.headers(**headers), timeout=30
        )

    def codes(self, path: str, body: Any, times: int, **headers: str) -> list[int | None]:
        """Send a request several times: each status, None where the connection broke."""

        def once() -> int | None:
            try:
                return self.post(path, body, **headers).status_code
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                return None

        return [once() for _ in range(times)]

    def headers(self, **more: str) -> dict[str, str]:
        known = {
            "Content-Type": "application/json",
            "X-Request-ID": "r-1",
            "X-Conversation-ID": "c-1",
            "Tenant": TENANT,
        }
        return {
            name: value
            for name, value in {
                **known,
                **{name.replace("_", "-"): value for name, value in more.items()},
            }.items()
            if value
        }

    def provide(self, **members: Any) -> dict[str, Any]:
        self.serial += 1
        return {
            "id": self.serial,
            "orderType": "NEW",
            "tenant": TENANT,
            "address": {"id": "100023336956", "type": "UPRN"},
            "serviceOrderItem": {
                "serviceSpecification": {"id": "FTTP"},
                "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1000/115"}],
            },
            "primaryContact": {
                "name": "Ada Park",
                "email": "ada@example.test",
                "phoneNumber": "01632 960101",
            },
            **members,
        }

    def place(self, scenario: str = "ORDER_SUCCESSFUL", **members: Any) -> dict[str, Any]:
        body = self.provide(**members)
        response = self.post("/service-orders", body, X_Scenario=scenario)
        assert response.status_code in (201, 202), response.text
        return body

    def amend(self, order: dict[str, Any], scenario: str = "", **members: Any) -> requests.Response:
        self.serial += 1
        return self.post(
            "/service-order-amendments",
            {"id": self.serial, "orderId": order["id"], **members},
            X_Scenario=scenario,
        )

    def cancel(
        self, order: dict[str, Any], scenario: str = "", **members: Any
    ) -> requests.Response:
        self.serial += 1
        body = {
            "id": self.serial,
            "orderId": order["id"],
            "reasonCode": "CUSTOMER_CHANGED_MIND",
            **members,
        }
        return self.post("/service-order-cancellations", body, X_Scenario=scenario)

    def admin(self, method: str, path: str, body: Any = None, code: int | None = 200) -> Any:
        response = self.http.request(method, f"{self.url}/__admin{path}", json=body, timeout=60)
        assert code is None or response.status_code == code, response.text
        return response.json()

    def advance(self, by: str = "42d", code: int = 200) -> Any:
        return self.admin("POST", "/clock/advance", {"by": by}, code)

    def order(self, order: dict[str, Any]) -> Any:
        return self.admin("GET", f"/orders?ref={order['id']}")["items"][0]

    def kcis(self, order: dict[str, Any]) -> list[Any]:
        """The order's KCIs that were attempted, in the order of their numbers."""
        items = self.admin("GET", f"/kcis?order={self.order(order)['id']}")["items"]
        return sorted((kci for kci in items if kci["sequence"]), key=lambda kci: kci["sequence"])

    def received(self) -> list[Any]:
        """What the pretend gateway got."""
        return self.http.get(f"{self.url}/gateway/kcis?limit=1000", timeout=30).json()["items"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our empty tables: a copy of it costs a quarter of making them.

    All copies have one root of chance, as those of `postgresql_store` have.
    """
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_url(sqlite_store: Path, tmp_path: Path) -> str:
    """A store of one test, in a file."""
    shutil.copyfile(sqlite_store, tmp_path / "s.db")
    return f"sqlite:///{tmp_path}/s.db"


@pytest.fixture
def make_config(sqlite_url: str) -> Callable[..., Config]:
    """Settings for one test: one supplier of the first contract, a SQLite file, a free port, a
    manual clock; the overrides go on top.
    """

    def make(**overrides: Any) -> Config:
        base: dict[str, Any] = {
            "server": {"port": 0},
            "store": {"url": sqlite_url},
            "clock": {"mode": "manual"},
        }
        base["suppliers"] = [{"name": "default", "path": "/"}]
        return config.load(environment={}, overrides={**base, **overrides})

    return make


@pytest.fixture(scope="session")
def shared_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    folder = tmp_path_factory.mktemp("shared")
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{folder}/s.db"},
        "clock": {"mode": "manual"},
    }
    with Embedded(config.load(environment={}, overrides=overrides)) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Embedded) -> Iterator[Embedded]:
    """One simulator for the whole run (stopping its web server costs half a second), emptied after
    each test.
    """
    yield shared_simulator
    for supplier in shared_simulator.world.suppliers.values():
        supplier.reset()
        with shared_simulator.world.store.write() as tx:
            received.forget(tx, supplier.name)


@pytest.fixture
def gateway(simulator: Embedded) -> Iterator[Gateway]:
    with Gateway(simulator.url) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def scenario_folder(tmp_path: Path) -> Callable[..., str]:
    """Write scenario files: `scenario_folder(NAME=text)`; the folder's path."""

    def write(**texts: str) -> str:
        folder = tmp_path / "scenarios"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name.lower()}.yaml").write_text(f"scenario: {name}\n{text}")
        return str(folder)

    return write


# ---- PostgreSQL, started here


def _binaries() -> Path | None:
    candidates = [
        Path(found).resolve().parent
        for name in ("initdb", "pg_ctl")
        if (found := shutil.which(name))
    ]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (
            folder
            for folder in candidates
            if (folder / "initdb").exists() and (folder / "postgres").exists()
        ),
        None,
    )


def _in_memory() -> str | None:
    """A folder in memory that has room for all databases of a run; none where there is not.

    A database is three hundred files. To make one takes a third of the time that it takes on disk.
    """
    folder = Path("/dev/shm")
    return str(folder) if folder.is_dir() and shutil.disk_usage(folder).free > 4 << 30 else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of the tests' own, on a Unix socket; its URL without a database."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL binaries (initdb, postgres) are installed")
    folder = Path(tempfile.mkdtemp(prefix="simulator-pg-", dir=_in_memory()))
    user = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    data = folder / "data"
    run: dict[str, Any] = {
        "cwd": folder,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        **user,
    }
    subprocess.run(
        [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "simulator",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
        check=True,
        **run,
    )
    options = [
        "-c",
        "listen_addresses=",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=200",
        "-k",
        str(folder),
    ]
    server = subprocess.Popen([binaries / "postgres", "-D", str(data), *options], **run)
    try:
        _await_postgresql(folder, server)
        yield f"postgresql+psycopg://simulator@/{{database}}?host={folder}"
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nobody will read what it would still write
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _await_postgresql(folder: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    from simulator.base import clock

    for _ in range(600):
        try:
            psycopg.connect(f"host={folder} user=simulator dbname=postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL did not start"
            clock.sleep(50_000)
    raise AssertionError("PostgreSQL did not answer within 30 s")


def _make_database(server: str, template: str = "template1") -> str:
    """A new database as a copy of another one; its URL."""
    import psycopg

    from simulator.base import seed

    name = "t" + seed.unique().replace("-", "")
    admin = server.format(database="postgres").replace("+psycopg", "")
    with psycopg.connect(admin, autocommit=True) as connection:
        # from PostgreSQL 15 on, copying files is the quicker way of two; before, it is the only one
        quickly = "STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {quickly}")  # type: ignore[arg-type]
    return server.format(database=name)


@pytest.fixture(scope="session")
def postgresql_store(postgresql_server: str) -> str:
    """The name of a database with our empty tables: a copy of it costs half of making them."""
    url = _make_database(postgresql_server)
    Store(url).close()
    return str(make_url(url).database)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """An empty database."""
    return _make_database(postgresql_server)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store_url(request: pytest.FixtureRequest) -> str:
    """A store of each kind: a test that takes this runs on both, on PostgreSQL with the slow tests.

    The quick tests on PostgreSQL are those that take `postgresql_url`.
    """
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: str = request.getfixturevalue("postgresql_server")
    return _make_database(server, request.getfixturevalue("postgresql_store"))
